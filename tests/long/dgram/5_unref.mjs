// A socket that should not keep the program alive.
import dgram from "node:dgram";

const socket = dgram.createSocket("udp4");
socket.bind(0, "127.0.0.1", () => {
  socket.unref();
  console.log("unref after bind");
  // This timer does not keep the program alive either.
  setTimeout(() => {
    console.log("the program still runs");
    process.exit();
  }, 500).unref();
});
