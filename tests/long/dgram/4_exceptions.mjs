// An exception in a handler for messages.
import dgram from "node:dgram";

process.on("uncaughtException", ({ message }) => {
  console.log(`uncaught: ${message}`);
  process.exit();
});
const socket = dgram.createSocket("udp4");
socket.on("message", () => {
  setTimeout(() => {
    console.log("nobody was told");
    process.exit();
  }, 100);
  throw new Error("from the handler");
});
socket.bind(0, "127.0.0.1", () => socket.send("1", socket.address().port, "127.0.0.1"));
