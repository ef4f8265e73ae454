/**
 * How lesson 8 runs: its play, its roles, and their options.
 *
 * @module
 */
import { fate, passOn, ping, readAll, sendUnread, server } from "../../lessons/08_loss.ts";
import { Pings } from "../../lib/ping.ts";
import { dice, type Fate, type Weather } from "../../lib/relay.ts";
import { bind, type BindOptions } from "../../lib/udp.ts";
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

/**
 * Plays five datagrams on a bad network. Then a thousand on a good one, to a program that is slow.
 */
export async function play(diagram: Diagram): Promise<void> {
  await passFive(diagram);
  await fillBuffer(diagram);
}

/** With this seed, one is lost, one is doubled, and one is overtaken. */
const SEED = 40;

async function passFive(diagram: Diagram): Promise<void> {
  using client = diagram.watch("client", bind());
  using middle = diagram.watch("relay", bind());
  using server = diagram.watch("server", bind());

  let outside = middle; // the relay's other socket, once there is one
  const open = (options?: BindOptions) => outside = diagram.watch("relay", bind(options));

  const random = dice(SEED);
  const clock = steadyClock(); // a busy machine makes it slower, and changes no order
  const network = (data: Uint8Array, send: () => void) => {
    const delays = fate({ drop: 0.2, duplicate: 0.2, delay: 20, jitter: 200 }, random);
    for (const delay of delays) clock.after(delay, send);
    if (delays.length === 0) diagram.lost(data, outside.address, server.address);
  };
  passOn(middle, server.address, network, open);

  for (let number = 1; number <= 5; number++) await client.send(`${number}`, middle.address);
  const received = await readAll(server, 1000);
  diagram.note(`Sent: 1 2 3 4 5. Received: ${received.join(" ")}.`);
  const missing = ["1", "2", "3", "4", "5"].filter((number) => !received.includes(number));
  if (missing.length > 0) {
    diagram.note(`Only the numbers show that ${missing.join(" ")} is missing.`);
  }
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
