// The same port again, as soon as a socket is closed.
import dgram from "node:dgram";

const first = dgram.createSocket("udp4");
first.bind(0, "127.0.0.1", () => {
  const { port } = first.address();
  first.close();
  const second = dgram.createSocket("udp4");
  second.on("error", ({ code }) => {
    console.log(`bind again at once: ${code}`);
    process.exit();
  });
  second.bind(port, "127.0.0.1", () => {
    console.log("bind again at once: works");
    process.exit();
  });
});
