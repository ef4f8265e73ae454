/**
 * # Lesson 8: loss
 *
 * A network may lose a datagram, deliver it twice, hold it back, and let a later one overtake it. A relay
 * between two programs does all that, as its dice want it: to yours, too, for want of a bad network.
 *
 * ## You learn
 * - what may become of a datagram, and how numbers show what did
 * - that a receiver loses some itself, when it does not read them fast enough
 *
 * ## Run
 *
 *     deno task lesson8                                         watch it happen
 *     deno task lesson8 server --port 9000                      answer pings
 *     deno task lesson8 relay --to 127.0.0.1:9000 --drop 0.2    lose a fifth of them, each way
 *     deno task lesson8 ping                                    send pings to the relay, and count
 *
 * ## Try next
 * - At `--drop 0.2`, how many of 100 pings come back, and why not 80? A seed is where dice begin: start the
 *   relay anew with `--seed 1`, again and again. (Each client has dice of its own, so a second ping differs.)
 * - Add `--jitter 300`: up to 300 ms longer, by chance. `ping --interval 0.05` (seconds): in which order?
 * - Put the relay in front of lesson 4's server: `deno task lesson8 relay --to 127.0.0.1:9999 --drop 0.4`,
 *   then `deno task lesson4 client --port 8888`. Or of a name server: `dig -p 8888 @127.0.0.1`. Or of yours.
 *
 * @module
 */
import type { Diagram, Given, Lesson } from "../cli/lesson.ts";
import { relayRole } from "../cli/relay.ts";
import { run } from "../cli/run.ts";
import { steadyClock } from "../cli/steady.ts";
import { ping, Pings, pong } from "../lib/ping.ts";
import { type Fate, relay, type Weather } from "../lib/relay.ts";
import { printable } from "../lib/text.ts";
import { bind, formatAddress, type Socket } from "../lib/udp.ts";
import { receiveWithin } from "./02_receive.ts";
import { serve } from "./04_echo.ts";

/** Random numbers from 0 to 1, as from `Math.random`, but the same ones for the same seed (mulberry32). */
export function dice(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0; // a step; the rest stirs its bits, so that no pattern is left
    let bits = Math.imul(seed ^ (seed >>> 15), seed | 1);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  };
}

/**
 * What becomes of a datagram: how many milliseconds each copy of it takes. `[]` is lost, two are doubled.
 * Who has the shorter delay comes first: nothing promises an order, although on one machine you hardly see
 * another one. And damaged? The system checks UDP's checksum and drops what fails it: to you, it is lost.
 * ```ts
 * import { assertEquals } from "@std/assert";
 * assertEquals(fate({ duplicate: 1, delay: 20 }, Math.random), [20, 20]);
 * ```
 */
export function fate(weather: Weather, random: () => number): number[] {
  const { drop = 0, duplicate = 0, delay = 0, jitter = 0 } = weather;
  // Four dice each time, needed or not: so another `drop` changes nothing for those that arrive.
  const [lost, doubled, ...luck] = [random(), random(), random(), random()];
  if (lost < drop) return [];
  const delays = luck.map((share) => delay + share * jitter);
  return doubled < duplicate ? delays : delays.slice(0, 1);
}

/** The fates on a relay's paths: each client has one to the server and one back, each with dice of its own. */
export function forecast(weather: Weather, seed: number): (path: number) => Fate {
  return (path) => {
    const random = dice(seed + path);
    return () => fate(weather, random);
  };
}

/** What comes until nothing has come for a while, as text. */
export async function readAll(socket: Socket, patience: number): Promise<string[]> {
  const texts: string[] = [];
  for (let next; (next = await receiveWithin(socket, patience));) texts.push(printable(next.data));
  return texts;
}

/** Five datagrams in bad weather. Then a thousand in fair weather, to somebody who does not read them. */
export async function play(diagram: Diagram): Promise<void> {
  using client = diagram.watch("client", bind());
  using middle = diagram.watch("relay", bind());
  using server = diagram.watch("server", bind());
  const weather = { drop: 0.2, duplicate: 0.2, delay: 20, jitter: 200 };
  relay(middle, server.address, forecast(weather, 40), {
    clock: steadyClock(), // a busy machine makes it slower, and changes no order
    open: (options) => diagram.watch("relay", bind(options)),
    lost: (data, from, to) => diagram.lost(data, from, to),
  });
  for (let number = 1; number <= 5; number++) await client.send(`${number}`, middle.address);
  const heard = (await readAll(server, 1000)).join(" ");
  diagram.note(`Sent: 1 2 3 4 5. Received: ${heard}. Only the numbers tell.`);

  // What is not read yet waits in a receive buffer: on Linux 212,992 bytes, or 256 small datagrams. A larger
  // one (Linux gives net.core.rmem_max at most, without a word) helps in a burst, not if reading is too slow.
  using sender = bind(), reader = bind();
  let sent = 0;
  for (let number = 1; number <= 1000; number++) {
    await sender.send(`${number}`, reader.address).then(() => sent++, () => {}); // macOS may refuse some
  }
  diagram.note("Without a relay, 1000 more to a program here that does not read yet.");
  const kept = await readAll(reader, 300);
  diagram.note(`${sent} sends succeed. Then it reads: ${kept[0]} to ${kept.at(-1)} are there.`);
  if (kept.length < sent) diagram.note("Its receive buffer was full: the newest were dropped.");
}

async function server({ local, console }: Given): Promise<void> {
  using socket = bind(local);
  console.log(`Bind UDP on ${socket.address.port}... (at ${local.hostname}, Ctrl-C stops)`);
  await serve(socket, pong, console.log);
}

async function pinging({ local, remote, options, signal, console }: Given): Promise<void> {
  const pings = new Pings(options.seconds("timeout"));
  const end = () => console.log(pings.told(performance.now()));
  signal.addEventListener("abort", end);
  const [count, interval] = [options.number("count", 1, 100_000), options.seconds("interval")];
  await ping(bind(local), remote, pings, { count, interval, log: console.log });
  end();
  if (pings.sums(performance.now()).answered > 0) return;
  throw new Error(`Is there a server at ${formatAddress(remote)}? It never answered.`);
}

export const lesson: Lesson = {
  part: 2,
  title: "loss",
  about: "Loss: what a network does to datagrams, by dice.",
  port: 8888,
  play,
  roles: {
    server: { about: "answer pings", listens: true, answers: true, run: server },
    relay: relayRole(forecast),
    ping: {
      about: "send pings, and count what became of them",
      options: {
        count: { value: "NUMBER", about: "how many", default: "10" },
        interval: { value: "SECONDS", about: "between two of them", default: "0.2" },
        timeout: { value: "SECONDS", about: "when an answer is late", default: "1" },
      },
      run: pinging,
    },
  },
  tryNext: [
    "deno task lesson8 server --port 9000",
    "deno task lesson8 relay --to 127.0.0.1:9000 --drop 0.2",
    "deno task lesson8 ping",
  ],
};

if (import.meta.main) await run(lesson);
