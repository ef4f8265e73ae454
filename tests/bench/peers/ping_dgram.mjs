// 64-byte round trips between two node:dgram sockets of this process, in Node.js or in Deno: prints
// microseconds for one.
import { createSocket } from "node:dgram";
import process from "node:process";

const rounds = Number(process.argv[2]);
const message = new Uint8Array(64);
const server = createSocket("udp4");
const client = createSocket("udp4");
server.on("message", (data, from) => server.send(data, from.port, from.address));
await new Promise((resolve) => server.bind(0, "127.0.0.1", resolve));
await new Promise((resolve) => client.bind(0, "127.0.0.1", resolve));
const { port } = server.address();

const run = (rounds) =>
  new Promise((resolve) => {
    const send = () => client.send(message, port, "127.0.0.1");
    const answered = () => {
      if (--rounds > 0) return send();
      client.off("message", answered);
      resolve();
    };
    client.on("message", answered);
    send();
  });

await run(rounds / 4);
const start = performance.now();
await run(rounds);
console.log(((performance.now() - start) * 1000 / rounds).toFixed(3));
client.close();
server.close();
