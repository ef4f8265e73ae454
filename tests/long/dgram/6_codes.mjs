// What an error is called.
import dgram from "node:dgram";

const socket = dgram.createSocket("udp4");
await new Promise((resolve) => socket.bind(0, "0.0.0.0", resolve));
const code = (action) => {
  try {
    action();
    return "no error";
  } catch ({ code }) {
    return code;
  }
};
socket.addMembership("239.255.77.77", "127.0.0.1");
console.log("join twice:", code(() => socket.addMembership("239.255.77.77", "127.0.0.1")));
console.log(
  "leave without joining:",
  code(() => socket.dropMembership("239.255.77.78", "127.0.0.1")),
);
const { port } = socket.address();
const failed = await new Promise((resolve) => socket.send("1", port, "127.255.255.255", resolve));
console.log("broadcast without setBroadcast:", failed?.code ?? "no error");
process.exit();
