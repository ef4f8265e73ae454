/**
 * The relay as a program: reads its options, and prints its counts at the end.
 *
 * @module
 */
import { count } from "../lib/text.ts";
import { type Count, type Fate, type Line, noCounts, relay, type Weather } from "../lib/relay.ts";
import { bind, formatAddress, sameAddress } from "../lib/udp.ts";
import { type Given, type Options, type Role, UsageError } from "./lesson.ts";

/** The longest delay, and the largest jitter, in milliseconds. */
const LONGEST = 60_000;
const SEEDS = 2 ** 32;

/** A relay between any two UDP programs. Its options say how bad the network is. */
export function relayRole(
  forecast: (weather: Weather, seed: number) => (path: number) => Fate,
): Role {
  return {
    about: "pass datagrams on, lose or delay some",
    listens: true,
    answers: true,
    options: {
      to: { value: "HOST:PORT", about: "the server behind the relay", address: true },
      drop: { value: "SHARE", about: "share that is lost, from 0 to 1", default: "0" },
      duplicate: { value: "SHARE", about: "share that arrives twice", default: "0" },
      delay: { value: "MS", about: "delay of each datagram", default: "0" },
      jitter: { value: "MS", about: "random extra delay, up to this", default: "0" },
      rate: { value: "BYTES", about: "carry only so many in a second" },
      queue: { value: "DATAGRAMS", about: "how many may wait for that", default: "10" },
      seed: { value: "NUMBER", about: "repeat the losses of an earlier run" },
    },
    run: (given) => run(given, forecast),
  };
}

async function run(
  { local, options, signal, console }: Given,
  forecast: (weather: Weather, seed: number) => (path: number) => Fate,
): Promise<void> {
  const to = options.address("to");
  const weather = weatherOf(options);
  const line = lineOf(options);
  const seed = seedOf(options);
  if (sameAddress(local, to)) {
    const itself = `--to ${formatAddress(to)} is the relay itself`;
    throw new UsageError(`${itself}. Give one of the two another port.`);
  }
  using socket = bind(local);
  const { hostname, port } = socket.address;
  console.log(`Bind UDP on ${port}... (at ${hostname}, Ctrl-C stops)`);
  console.log(`To ${formatAddress(to)}, and back. To repeat the losses: --seed ${seed}`);

  const counts = noCounts();
  const end = () => {
    console.log(`To the server: ${told(counts.toServer)}`);
    console.log(`To the clients: ${told(counts.toClients)}`);
  };
  signal.addEventListener("abort", end, { once: true });
  await relay(socket, to, forecast(weather, seed), { counts, ...(line && { line }) });
}

function weatherOf(options: Options): Weather {
  return {
    drop: options.share("drop"),
    duplicate: options.share("duplicate"),
    delay: options.number("delay", 0, LONGEST),
    jitter: options.number("jitter", 0, LONGEST),
  };
}

/** Returns the line that the options ask for, or `undefined` without `--rate`. */
function lineOf(options: Options): Line | undefined {
  const queue = options.number("queue", 0, 100_000);
  if (!options.has("rate")) return undefined;
  return { rate: options.number("rate", 1, 1_000_000_000), queue };
}

function seedOf(options: Options): number {
  if (options.has("seed")) return options.number("seed", 0, SEEDS - 1);
  return Math.floor(Math.random() * 10_000); // short enough to be typed again
}

/** `5 datagrams came, 4 went: 2 dropped, 1 doubled, 4 delayed.` */
function told({ came, went, dropped, doubled, delayed, unsent }: Count): string {
  const number = (value: number) => value.toLocaleString("en");
  const rest = unsent > 0 ? `, ${number(unsent)} could not be sent` : "";
  return `${count(came, "datagram")} came, ${number(went)} went: ${number(dropped)} dropped, ` +
    `${number(doubled)} doubled, ${number(delayed)} delayed${rest}.`;
}
