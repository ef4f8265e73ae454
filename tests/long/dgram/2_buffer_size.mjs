// A receive buffer that is set to 1 byte. The kernel makes it larger; a datagram stays whole.
import dgram from "node:dgram";

const socket = dgram.createSocket("udp4");
const sizes = [];
socket.bind(0, "127.0.0.1", () => {
  socket.setRecvBufferSize(1);
  const send = () => socket.send(Buffer.alloc(100), socket.address().port, "127.0.0.1");
  socket.on("message", (data) => {
    sizes.push(data.length);
    if (sizes.length < 3) return send();
    console.log(`three datagrams of 100 bytes: ${sizes.join(" ")} bytes received`);
    process.exit();
  });
  send();
});
