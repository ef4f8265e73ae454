// Ten sends of a new socket in one turn of the event loop.
import dgram from "node:dgram";

const receiver = dgram.createSocket("udp4");
const received = [];
receiver.on("message", (data) => {
  received.push(`${data}`);
  if (received.length < 10) return;
  console.log(`received: ${received.join(" ")}`);
  process.exit();
});
receiver.bind(0, "127.0.0.1", () => {
  const sender = dgram.createSocket("udp4");
  sender.bind(0, "127.0.0.1", () => {
    for (let i = 0; i < 10; i++) sender.send(`${i}`, receiver.address().port, "127.0.0.1");
  });
});
