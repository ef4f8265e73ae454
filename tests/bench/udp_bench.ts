/**
 * How fast lib/udp.ts is, beside other ways to use UDP in Deno: `deno task bench`.
 *
 * Both ends of each ping-pong are in this process, on loopback, and use the same code.
 *
 * @module
 */
import { createSocket, type Socket as NodeSocket } from "node:dgram";
import type { Address } from "../../lib/udp.ts";
import { bind } from "../../lib/udp.ts";

/** A client whose server sends back whatever it gets. */
interface Client {
  send(data: Uint8Array): Promise<unknown> | void;
  receive(): Promise<unknown>;
}

function ours(): Client {
  const server = bind();
  (async () => {
    for await (const { data, from } of server) await server.send(data, from);
  })();
  const client = bind();
  return {
    send: (data) => client.send(data, server.address),
    receive: () => client.receive(),
  };
}

const open = () => Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });

/** As Deno's documentation shows it: no buffer is given, so each datagram gets 64 KiB of its own. */
function documentation(): Client {
  const server = open();
  (async () => {
    for await (const [data, from] of server) await server.send(data, from);
  })();
  const client = open();
  return {
    send: (data) => client.send(data, server.addr),
    receive: () => client.receive(),
  };
}

/** One buffer for all datagrams; with `copy`, each of them is copied out, as a library has to. */
function handTuned(copy: (data: Uint8Array) => Uint8Array): Client {
  const server = open();
  (async () => {
    const buffer = new Uint8Array(65_535);
    while (true) {
      const [data, from] = await server.receive(buffer);
      await server.send(copy(data), from);
    }
  })();
  const client = open();
  const buffer = new Uint8Array(65_535);
  return {
    send: (data) => client.send(data, server.addr),
    receive: async () => copy((await client.receive(buffer))[0]),
  };
}

async function nodeDgram(): Promise<Client> {
  const listening = async (socket: NodeSocket): Promise<Address> => {
    await new Promise<void>((resolve) => socket.bind(0, "127.0.0.1", resolve));
    return { hostname: "127.0.0.1", port: socket.address().port };
  };
  const server = createSocket("udp4");
  server.on("message", (data, from) => server.send(data, from.port, from.address));
  const { port } = await listening(server);
  const client = createSocket("udp4");
  const waiting: ((data: Uint8Array) => void)[] = [];
  client.on("message", (data) => waiting.shift()!(data));
  await listening(client);
  return {
    send: (data) => client.send(data, port, "127.0.0.1"),
    receive: () => new Promise((resolve) => waiting.push(resolve)),
  };
}

const WAYS: [string, Client][] = [
  ["lib/udp.ts", ours()],
  ["the documentation's loop", documentation()],
  ["a hand-tuned loop, no copies", handTuned((data) => data)],
  ["a hand-tuned loop, with copies", handTuned((data) => data.slice())],
  ["node:dgram in Deno", await nodeDgram()],
];

/** 32 round trips, with so many datagrams under way at a time. */
async function pingPong(client: Client, data: Uint8Array, inFlight: number): Promise<void> {
  for (let round = 0; round < 32; round += inFlight) {
    for (let i = 0; i < inFlight; i++) await client.send(data);
    for (let i = 0; i < inFlight; i++) await client.receive();
  }
}

const GROUPS: [name: string, size: number, inFlight: number][] = [
  ["32 round trips of 64 bytes, one at a time", 64, 1],
  ["32 round trips of 64 bytes, all in flight", 64, 32],
  ["32 round trips of 1,200 bytes, one at a time", 1200, 1],
  ["32 round trips of 60,000 bytes, one at a time", 60_000, 1],
];

for (const [group, size, inFlight] of GROUPS) {
  const data = new Uint8Array(size);
  for (const [name, client] of WAYS) {
    Deno.bench({
      name,
      group,
      baseline: name === "lib/udp.ts",
      warmup: 100,
      async fn() {
        await pingPong(client, data, inFlight);
      },
    });
  }
}

/** So long a turn that each way pays for the garbage that it makes: 32 times 32 round trips. */
const TURN = 32;

/**
 * How many times as long as lib/udp.ts each way takes. They take turns, since the bench runner measures
 * one after the other, and a machine may be slower a second later.
 */
async function ratios(size: number, inFlight: number): Promise<number[]> {
  const data = new Uint8Array(size);
  const times: number[][] = WAYS.map(() => []);
  for (let turn = 0; turn < 25; turn++) {
    for (const [i, [, client]] of WAYS.entries()) {
      const start = performance.now();
      for (let i = 0; i < TURN; i++) await pingPong(client, data, inFlight);
      if (turn >= 5) times[i]!.push(performance.now() - start); // those before warm up
    }
  }
  const [ours, ...others] = times.map((some) => some.sort((a, b) => a - b)[some.length >> 1]!);
  return [1, ...others.map((median) => median / ours!)];
}

/** The memory, in megabytes, that 10,000 received messages of 64 bytes hold as long as they are kept. */
async function kept(client: Client): Promise<string> {
  const memory = () => {
    (globalThis as unknown as { gc(): void }).gc(); // by --v8-flags=--expose-gc
    const { heapUsed, external } = Deno.memoryUsage();
    return (heapUsed + external) / 1e6;
  };
  const data = new Uint8Array(64);
  const messages: unknown[] = [];
  const before = memory();
  for (let i = 0; i < 10_000; i++) {
    await client.send(data);
    messages.push(await client.receive());
  }
  const after = memory();
  return `${(after - before).toFixed(1)} MB for ${messages.length.toLocaleString("en")}`;
}

console.log("Messages of 64 bytes, received and kept:");
for (const [name, client] of WAYS.slice(0, 2)) console.log(`  ${name}: ${await kept(client)}`);

console.log("\nTaking turns: the median time of 20, as a multiple of that of lib/udp.ts:");
console.log(`  ${"".padEnd(31)}64 B    32 × 64 B   1,200 B   60,000 B`);
const columns: number[][] = [];
for (const [, size, inFlight] of GROUPS) columns.push(await ratios(size, inFlight));
for (const [i, [name]] of WAYS.entries()) {
  const row = columns.map((column) => column[i]!.toFixed(2).padEnd(10)).join("");
  console.log(`  ${name.padEnd(31)}${row.trimEnd()}`);
}
