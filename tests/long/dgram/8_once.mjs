// A loop that awaits one message at a time, when ten are there.
import dgram from "node:dgram";
import { once } from "node:events";

const socket = dgram.createSocket("udp4");
await new Promise((resolve) => socket.bind(0, "127.0.0.1", resolve));
const sender = dgram.createSocket("udp4");
for (let i = 0; i < 10; i++) {
  await new Promise((sent) => sender.send(`${i}`, socket.address().port, "127.0.0.1", sent));
}
let received = 0;
setTimeout(() => {
  console.log(received === 10 ? "all ten are seen" : "some of ten are missed");
  process.exit();
}, 500);
while (true) {
  await once(socket, "message");
  received++;
}
