/**
 * Pings: questions with a number, such as `ping 7`. The replies, such as `pong 7`, show what the
 * network did to them. It needs udp.ts and clock.ts beside it.
 *
 * @module
 */
import { type Clock, sleep, systemClock } from "./clock.ts";
import { type Address, sameAddress, type Socket } from "./udp.ts";

/** Counts of pings: `sent = answered + lost + pending`. Times are milliseconds. */
export interface Sums {
  /** All pings. */
  sent: number;
  /** Those with a reply. */
  answered: number;
  /** Without a reply, and their time is over. */
  lost: number;
  /** Without a reply, and their time is not over yet. */
  pending: number;
  /** Replies after the first one to the same ping. */
  doubled: number;
  /** First replies that came when their time was over. They count as answered. */
  late: number;
  /** How long the first replies took, from the shortest to the longest. */
  trips: number[];
}

/**
 * Returns the reply to a ping, and `undefined` for anything else. A pong gets no reply. Otherwise
 * one forged datagram could make two servers reply to each other without end (CVE-2024-2169).
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
 * Numbers pings 1, 2, 3 and so on, and counts their replies. Times are milliseconds of any clock.
 * Each ping costs 16 bytes of memory.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const bytes = (text: string) => new TextEncoder().encode(text);
 * const pings = new Pings(1000);
 * assertEquals(pings.next(0), "ping 1");
 * assertEquals(pings.heard(bytes("pong 1"), 30), "pong 1 after 30.0 ms");
 * assertEquals(pings.heard(bytes("pong 1"), 31), "pong 1 again");
 * assertEquals(pings.heard(bytes("pong 2"), 32), undefined); // no such ping was sent
 * assertEquals(pings.sums(50).trips, [30]);
 * ```
 */
export class Pings {
  /** After so many milliseconds a reply is late. */
  readonly wait: number;
  readonly #sent: number[] = [];
  readonly #trips: (number | undefined)[] = [];
  #doubled = 0;

  /** After `wait` milliseconds a reply is late. */
  constructor(wait: number) {
    this.wait = wait;
  }

  /** Returns the next ping. Send it now. */
  next(now: number): string {
    return `ping ${this.#sent.push(now)}`;
  }

  /**
   * Counts a datagram that arrived now, and returns a line about it. Returns `undefined` if it is
   * not a reply to one of these pings.
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

  /** Returns the counts until now. */
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

  /** Returns the counts in words. */
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

/** Options of {@linkcode ping}. */
export interface PingOptions {
  /** How many to send. */
  count: number;
  /** The time between two of them, in milliseconds. */
  interval: number;
  /** Called with a line for each reply. */
  log?: (line: string) => void;
  /** The clock for its waits. Default: the system's. */
  clock?: Clock;
}

/**
 * Sends pings, waits for the replies to the last ones, and closes the socket. Throws the errors of
 * {@linkcode Socket.send} and of `log`, and sends no more then.
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
  const close = () => socket.close(); // ends the other one
  await Promise.all([talk().finally(close), listen().finally(close)]);
}

/**
 * Returns the median of sorted numbers: the one in the middle, or the mean of the two in the
 * middle. It is `NaN` if there are no numbers. Unlike a mean, it hardly changes if a few numbers
 * are very large.
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

/** Returns the number in `ping 7`, without a leading zero, a line break or anything else. */
function numberOf(word: "ping" | "pong", data: Uint8Array): number | undefined {
  const text = new TextDecoder().decode(data.subarray(0, 20));
  const [, number] = text.match(/^p[io]ng ([1-9]\d{0,8})$/) ?? [];
  return number && text.startsWith(word) ? Number(number) : undefined;
}
