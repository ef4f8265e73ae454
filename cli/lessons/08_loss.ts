/**
 * How lesson 8 runs: its play, its roles, and their options.
 *
 * @module
 */
import { fate, passOn, ping, readAll, sendUnread, server } from "../../lessons/08_loss.ts";
import { Pings } from "../../lib/ping.ts";
import { dice, type Fate, type Weather } from "../../lib/relay.ts";
import { bind, type BindOptions, type Socket } from "../../lib/udp.ts";
import { type Knobs, type Numbers, usual } from "../knobs.ts";
import type { Diagram, Lesson } from "../lesson.ts";
import { relayRole } from "../relay.ts";
import { run } from "../run.ts";
import { steadyClock } from "../steady.ts";

/**
 * Returns what happens to the datagrams on each path of a relay. Each client has two paths, one in
 * each direction, and each path has random numbers of its own.
 */
export function forecast(weather: Weather, seed: number): (path: number) => Fate {
  return (path) => {
    const random = dice(seed + path);
    return () => fate(weather, random);
  };
}

const KNOBS = {
  drop: {
    about: "share that is lost",
    least: 0,
    most: 1,
    default: 0.2,
    step: 0.05,
    unit: "share",
  },
  duplicate: {
    about: "share that arrives twice",
    least: 0,
    most: 1,
    default: 0.2,
    step: 0.05,
    unit: "share",
  },
  delay: { about: "delay of each copy", least: 0, most: 500, default: 20, step: 10, unit: "ms" },
  jitter: {
    about: "largest random extra delay",
    least: 0,
    most: 500,
    default: 200,
    step: 10,
    unit: "ms",
  },
  // With seed 40, one is lost, one is doubled, and one is overtaken.
  seed: { about: "seed: another one loses others", least: 1, most: 100, default: 40, step: 1 },
} satisfies Knobs;

/**
 * Plays five datagrams on a bad network. Then a thousand on a good one, to a program that is slow.
 */
export async function play(diagram: Diagram, numbers = usual(KNOBS)): Promise<void> {
  await passFive(diagram, numbers);
  await fillBuffer(diagram);
}

async function passFive(diagram: Diagram, numbers: Numbers<typeof KNOBS>): Promise<void> {
  using client = diagram.watch("client", bind());
  using middle = diagram.watch("relay", bind());
  using server = diagram.watch("server", bind());

  let outside = middle; // the relay's other socket, once there is one
  const open = (options?: BindOptions) => outside = diagram.watch("relay", bind(options));

  const { seed, ...weather } = numbers;
  const random = dice(seed);
  const clock = steadyClock(); // a busy machine makes it slower, and changes no order
  let [passed, copies] = [0, 0];
  const network = (data: Uint8Array, send: () => void) => {
    const delays = fate(weather, random);
    passed++;
    copies += delays.length;
    for (const delay of delays) clock.after(delay, send);
    if (delays.length === 0) diagram.lost(data, outside.address, server.address);
  };
  passOn(middle, server.address, network, open);

  for (let number = 1; number <= 5; number++) await client.send(`${number}`, middle.address);
  const received = await readUntil(server, (read) => passed === 5 && read === copies);
  tellMissing(diagram, received.map(Number));
}

/** Reads until it is quiet. With long delays, or on a busy machine, a second is not yet the end. */
async function readUntil(server: Socket, isAll: (read: number) => boolean): Promise<string[]> {
  const received = await readAll(server, 1000);
  for (let reads = 1; reads < 30 && !isAll(received.length); reads++) {
    received.push(...await readAll(server, 1000));
  }
  return received;
}

/** Tells what arrived of the five, and what the server can know of the others. */
function tellMissing(diagram: Diagram, received: number[]): void {
  diagram.note(`Sent: 1 2 3 4 5. Received: ${received.join(" ") || "nothing"}.`);
  const missing = [1, 2, 3, 4, 5].filter((number) => !received.includes(number));
  const highest = Math.max(0, ...received);

  const gaps = missing.filter((number) => number < highest).join(" ");
  const verb = gaps.length === 1 ? "is" : "are";
  if (gaps) diagram.note(`Only the numbers show that ${gaps} ${verb} missing.`);

  const last = missing.filter((number) => number > highest).join(" ");
  if (last) diagram.note(`The server cannot know of ${last}, because no later number arrived.`);
}

async function fillBuffer(diagram: Diagram): Promise<void> {
  using sender = bind(), reader = bind();
  diagram.note("Now 1000 datagrams without a relay, to a program here that does not read yet.");
  const sent = await sendUnread(sender, reader.address, 1000);
  const kept = await readAll(reader, 300);
  diagram.note(`${sent} sends succeed. Then it reads, and finds ${kept[0]} to ${kept.at(-1)}.`);
  if (kept.length < sent) {
    diagram.note("Its receive buffer was full, and the system dropped the newest.");
  }
}

/** What the workbook has to know of lesson 8. */
export const lesson: Lesson = {
  part: 2,
  title: "loss",
  about: "Loss: what a network does to datagrams.",
  port: 8888,
  play,
  knobs: KNOBS,
  roles: {
    server: {
      about: "reply to pings",
      listens: true,
      answers: true,
      run: ({ local, console }) => server(local, console.log),
    },
    relay: relayRole(forecast),
    ping: {
      about: "send pings, print what happened to them",
      options: {
        count: { value: "NUMBER", about: "how many to send", default: "10" },
        interval: { value: "SECONDS", about: "time between two pings", default: "0.2" },
        timeout: { value: "SECONDS", about: "after this time a pong is late", default: "1" },
      },
      run: ({ remote, options, signal, console }) => {
        const pings = new Pings(options.seconds("timeout"));
        const count = options.number("count", 1, 100_000);
        const interval = options.seconds("interval");
        signal.addEventListener("abort", () => console.log(pings.told(performance.now())));
        return ping(remote, pings, { count, interval }, console.log);
      },
    },
  },
  tryNext: [
    "deno task lesson8 server --port 9000",
    "deno task lesson8 relay --to 127.0.0.1:9000 --drop 0.2",
    "deno task lesson8 ping",
  ],
};

/** Runs it in this terminal. */
export const main = (): Promise<never> => run(lesson);
