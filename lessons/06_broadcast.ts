/**
 * # Lesson 6: broadcast
 *
 * How do you find a server whose address you do not know? You shout: one datagram to a broadcast address
 * reaches everyone on the network who listens on that port. Each server answers you alone, and its answer
 * tells where it is. Printers and game servers are found like this.
 *
 * ## You learn
 * - how one datagram reaches many, and which of them hear it
 * - how to collect answers when you cannot know how many will come: until the time is up
 * - what a broadcast address is: the last address of a network. Routers pass such a datagram on to no other
 *
 * ## Run
 *
 *     deno task lesson6           watch it happen, on the loopback network, 127.255.255.255
 *     deno task lesson6 server    answer who shouts to port 10000, on this machine
 *     deno task lesson6 client    shout, and list who answers
 *
 * ## Try next
 * - Start two servers, then a client. Both may have the port: they share it. And so the two answers
 *   look alike, for they come from the same address and port. On two machines they would differ.
 * - On a real network: `server --host 0.0.0.0` on one machine. On another one, `client` lists broadcast
 *   addresses: give it one of them with `--host`. (255.255.255.255 is the default route's network only.)
 *
 * @module
 */
import type { Diagram, Given, Lesson } from "../cli/lesson.ts";
import { run } from "../cli/run.ts";
import { printable } from "../lib/text.ts";
import { type Address, bind, type Datagram, formatAddress, type Socket } from "../lib/udp.ts";
import { receiveWithin } from "./02_receive.ts";
import { serve } from "./04_echo.ts";

const LOOPBACK = "127.255.255.255";
const QUESTION = "hello from client";

/** What a server answers: to that question, and to nothing else (lesson 4 says why). */
export function answer(data: Uint8Array): string | undefined {
  return new TextDecoder().decode(data).trim() === QUESTION ? "broadcasting" : undefined;
}

/**
 * The last address of the network that this one is in: all bits are 1 that the netmask leaves to the
 * hosts. `undefined` where there is none: in IPv6, and in a tunnel's "network" of one or two addresses.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 * assertEquals(broadcastAddress("192.168.1.7", "255.255.255.0"), "192.168.1.255");
 * ```
 */
export function broadcastAddress(address: string, netmask: string): string | undefined {
  if (address.includes(":") || /^255\.255\.255\.25[45]$/.test(netmask)) return undefined;
  const mask = netmask.split(".").map(Number);
  return address.split(".").map((byte, i) => Number(byte) | (~mask[i]! & 255)).join(".");
}

/**
 * Shouts, then yields the answers as they come, until the time is up.
 *
 * ```ts
 * import { assert } from "@std/assert";
 * import { bind } from "../lib/udp.ts";
 *
 * using client = bind();
 * const everyone = { hostname: "127.255.255.255", port: 10000 };
 * for await (const { data } of discover(client, everyone, 100)) assert(data.length > 0);
 * ```
 */
export async function* discover(
  socket: Socket,
  everyone: Address,
  milliseconds: number,
): AsyncGenerator<Datagram> {
  const signal = AbortSignal.timeout(milliseconds);
  // Who sends a broadcast needs the option SO_BROADCAST, which in Deno each socket has. Nobody needs root.
  await socket.send(QUESTION, everyone);
  try {
    while (true) yield await socket.receive({ signal });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

/** One shout, two servers that hear it, and a socket that does not. */
export async function play(diagram: Diagram): Promise<void> {
  using client = diagram.watch("client", bind());
  // Who hears a broadcast has bound the broadcast address or 0.0.0.0. (A sender at 0.0.0.0 hears itself
  // if it is bound to the port that it sends to.) An address of one machine is deaf to it, on Linux.
  using deaf = bind();
  // reuseAddress: both may have the port. Each gets what is broadcast; what is sent to one address
  // goes to one of them only, and which one depends on the system (Linux: the last).
  const shared = { hostname: LOOPBACK, port: deaf.address.port, reuseAddress: true };
  using one = diagram.watch("server 1", bind(shared));
  using two = diagram.watch("server 2", bind(shared));
  for (const socket of [one, two]) serve(socket, answer); // to the one who asked, not to everyone
  const wait = 500;
  diagram.note(`The client sends once, and collects answers for ${wait} ms.`);
  const answers = await Array.fromAsync(discover(client, one.address, wait));
  const [where] = answers.map(({ from }) => formatAddress(from));
  diagram.note(
    `One datagram, ${answers.length} answers, from ${where}: nobody can send from a broadcast address.`,
  );
  const heard = await receiveWithin(deaf, 10);
  if (!heard) diagram.note("A third socket on that port, bound to 127.0.0.1, heard nothing.");
}

async function server({ local, console }: Given): Promise<void> {
  using socket = bind({ ...local, reuseAddress: true });
  console.log(`Bind UDP on ${socket.address.port}... (at ${local.hostname}, Ctrl-C stops)`);
  await serve(socket, answer, console.log);
}

async function client({ local, remote, options, console }: Given): Promise<void> {
  const wait = options.seconds("timeout");
  using socket = bind(local);
  console.log("The broadcast addresses of this machine's networks, for --host:");
  for (const { name, address, netmask } of Deno.networkInterfaces()) {
    const everyone = broadcastAddress(address, netmask);
    if (everyone) console.log(`  ${everyone.padEnd(15)}  ${name}`);
  }

  console.log(`Sending to ${formatAddress(remote)}, collecting answers for ${wait / 1000} s...`);
  let answers = 0;
  for await (const { data, from } of discover(socket, remote, wait)) {
    console.log(`Received from ${formatAddress(from)}: ${printable(data)}`);
    answers++;
  }
  if (answers) return console.log(`Answers: ${answers}.`);
  throw new Error(`Nobody answered. Is a server bound to ${formatAddress(remote)}, or to 0.0.0.0?`);
}

export const lesson: Lesson = {
  part: 1,
  title: "broadcast",
  about: "Broadcast: one datagram, everyone hears it.",
  host: LOOPBACK,
  port: 10000,
  play,
  roles: {
    server: { about: "answer whoever shouts", listens: true, answers: true, run: server },
    client: {
      about: "shout, and list who answers",
      options: { timeout: { value: "SECONDS", about: "how long to collect", default: "1" } },
      run: client,
    },
  },
  tryNext: ["deno task lesson6 server", "deno task lesson6 client"],
};

if (import.meta.main) await run(lesson);
