/**
 * Pings: questions with a number, `ping 7`, whose answers, `pong 7`, show what the network did to
 * them.
 *
 * @module
 */
import { type Clock, sleep, systemClock } from "./clock.ts";
import { type Address, sameAddress, type Socket } from "./udp.ts";

/** What became of pings: `sent = answered + lost + pending`. Times are milliseconds. */
export interface Sums {
  sent: number;
  answered: number;
  /** Not answered, and their time is over. */
  lost: number;
  /** Not answered yet, but there is still time. */
  pending: number;
  /** Answers beyond the first one to a ping. */
  doubled: number;
  /** First answers that came when their time was over: answered all the same. */
  late: number;
  /** How long the first answers took, from the least to the worst. */
  trips: number[];
}

/**
 * The answer to a ping, or `undefined` for anything else: above all for a pong, or two servers
 * could be set to answer each other for ever (CVE-2024-2169).
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 * assertEquals(pong(new TextEncoder().encode("ping 7")), "pong 7");
 * assertEquals(pong(new TextEncoder().encode("pong 7")), undefined);
 * ```
 */
export function pong(data: Uint8Array): string | undefined {
  const number = numberOf("ping", data);
  return number === undefined ? undefined : `pong ${number}`;
}

/**
 * Numbers pings 1, 2, 3 and so on, and keeps account of their answers. Times are milliseconds, by
 * any one clock. Each ping costs 16 bytes of memory.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const bytes = (text: string) => new TextEncoder().encode(text);
 * const pings = new Pings(1000);
 * assertEquals(pings.next(0), "ping 1");
 * assertEquals(pings.heard(bytes("pong 1"), 30), "pong 1 after 30.0 ms");
 * assertEquals(pings.heard(bytes("pong 1"), 31), "pong 1 again");
 * assertEquals(pings.heard(bytes("pong 2"), 32), undefined); // nobody asked that
 * assertEquals(pings.sums(50).trips, [30]);
 * ```
 */
export class Pings {
  /** After so many milliseconds an answer is late. */
  readonly wait: number;
  readonly #sent: number[] = [];
  readonly #trips: (number | undefined)[] = [];
  #doubled = 0;

  /** `wait`: after so many milliseconds an answer is late. */
  constructor(wait: number) {
    this.wait = wait;
  }

  /** The next ping, to be sent now. */
  next(now: number): string {
    return `ping ${this.#sent.push(now)}`;
  }

  /**
   * What there is to say about a datagram that came now. `undefined`: it answers none of these
   * pings.
   */
  heard(data: Uint8Array, now: number): string | undefined {
    const number = numberOf("pong", data) ?? 0;
    const sent = this.#sent[number - 1];
    if (sent === undefined) return undefined;
    if (this.#trips[number - 1] !== undefined) {
      this.#doubled++;
      return `pong ${number} again`;
    }
    const trip = now - sent;
    this.#trips[number - 1] = trip;
    return `pong ${number} after ${trip.toFixed(1)} ms${trip > this.wait ? ": late" : ""}`;
  }

  /** What has become of them until now. */
  sums(now: number): Sums {
    const trips = this.#trips.filter((trip) => trip !== undefined).sort((a, b) => a - b);
    const open = this.#sent.filter((_, i) => this.#trips[i] === undefined);
    const lost = open.filter((sent) => now - sent > this.wait).length;
    return {
      sent: this.#sent.length,
      answered: trips.length,
      lost,
      pending: open.length - lost,
      doubled: this.#doubled,
      late: trips.filter((trip) => trip > this.wait).length,
      trips,
    };
  }

  /** The sums in words. */
  told(now: number): string {
    const { sent, lost, pending, doubled, late, trips } = this.sums(now);
    const ms = (time: number) => `${time.toFixed(1)} ms`;
    return `Pings: ${sent} sent, ${lost} lost, ${doubled} doubled, ${late} late` +
      (pending > 0 ? `, ${pending} still under way.` : ".") +
      (trips.length > 0
        ? `\nRound trip: least ${ms(trips[0]!)}, middle ${ms(median(trips))}, ` +
          `worst ${ms(trips.at(-1)!)}.`
        : "");
  }
}

/** What one may tell {@linkcode ping}. */
export interface PingOptions {
  /** How many. */
  count: number;
  /** The milliseconds between two of them. */
  interval: number;
  /** Is told of each answer. */
  log?: (line: string) => void;
  /** By which it waits: the system's if not given. */
  clock?: Clock;
}

/**
 * Sends pings, gives the last ones their time, and closes the socket. Throws what {@linkcode
 * Socket.send} throws.
 */
export async function ping(
  socket: Socket,
  server: Address,
  pings: Pings,
  { count, interval, log = () => {}, clock = systemClock }: PingOptions,
): Promise<void> {
  const talk = async () => {
    for (let sent = 0; sent < count; sent++) {
      if (sent > 0) await sleep(interval, clock);
      await socket.send(pings.next(clock.now()), server);
    }
    await sleep(pings.wait, clock);
  };
  const listen = async () => {
    for await (const { data, from } of socket) {
      const line = sameAddress(from, server) && pings.heard(data, clock.now());
      if (line) log(line);
    }
  };
  await Promise.all([talk().finally(() => socket.close()), listen()]);
}

/**
 * The one in the middle of numbers in their order; where two are in the middle, half-way between
 * them. A few that are far out do not move it, as they move a mean.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 * assertEquals(median([1, 2, 900]), 2);
 * assertEquals(median([1, 2, 4, 900]), 3);
 * ```
 */
export function median(sorted: number[]): number {
  const middle = (sorted.length - 1) / 2;
  return (sorted[Math.floor(middle)]! + sorted[Math.ceil(middle)]!) / 2;
}

/** The number in `ping 7`: no leading zero, no line break, nothing else. */
function numberOf(word: "ping" | "pong", data: Uint8Array): number | undefined {
  const text = new TextDecoder().decode(data.subarray(0, 20));
  const [, number] = text.match(/^p[io]ng ([1-9]\d{0,8})$/) ?? [];
  return number && text.startsWith(word) ? Number(number) : undefined;
}
