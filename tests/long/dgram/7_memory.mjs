// How much memory a message of 5 bytes holds.
import dgram from "node:dgram";

const socket = dgram.createSocket("udp4");
socket.on("message", (data) => {
  const { byteLength } = data.buffer;
  console.log(`5 bytes received, in a buffer of ${byteLength}`);
  process.exit();
});
socket.bind(0, "127.0.0.1", () => socket.send("Hello", socket.address().port, "127.0.0.1"));
