// 64-byte round trips between two sockets of lib/udp.ts in this process: prints microseconds for one.
import { bind } from "../../../lib/udp.ts";

const rounds = Number(Deno.args[0]);
const message = new Uint8Array(64);
using server = bind();
using client = bind();
(async () => {
  for await (const { data, from } of server) await server.send(data, from);
})();

async function run(rounds: number): Promise<void> {
  for (let i = 0; i < rounds; i++) {
    await client.send(message, server.address);
    await client.receive();
  }
}

await run(rounds / 4);
const start = performance.now();
await run(rounds);
console.log(((performance.now() - start) * 1000 / rounds).toFixed(3));
