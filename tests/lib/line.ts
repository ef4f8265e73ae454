/**
 * Transfers over one line in simulated time: the line carries so many bytes in a millisecond, has a
 * queue with so much room, and loses some by chance. Some seconds of it take some hundredths of one.
 *
 * @module
 */
import { dice } from "../../lib/relay.ts";
import { LIMIT, Receiving, Sending, type Window } from "../../lib/transfer.ts";

/** Bytes of a part, and of what IP and UDP put before each datagram. */
const [PART, HEADERS] = [1024, 28];
const ADDRESS = { hostname: "10.0.0.1", port: 1 };

/** A line, with the same in each direction. Times are milliseconds. */
export interface Line {
  /** Bytes in a millisecond, so kB in a second. */
  rate: number;
  /** How long each datagram travels when it has left the queue. */
  delay: number;
  /** How many packets of 1,500 bytes may wait. */
  room: number;
  /** The share that gets lost by chance. */
  loss: number;
  seed: number;
}

/** The line of `deno task bench:transfer`. */
export const LINE: Omit<Line, "loss" | "seed"> = { rate: 1000, delay: 20, room: 40 };

/** One that sends as much as its window lets it. */
export interface Sender {
  /** Its window, which may look at the clock. */
  window(now: () => number): Window;
  start: number;
}

/** What came of a sender. */
export interface Carried {
  /** kB in a second, from its first part on. */
  speed: number;
  /** The share of parts that were sent again. */
  again: number;
  /** The median of its round trips. */
  trip: number;
}

/** What is on the line in one direction. */
class Direction {
  /** Sorted: the next one first. */
  readonly #flying: { at: number; of: Transfer; data: Uint8Array }[] = [];
  readonly #line: Line;
  readonly #random: () => number;
  /** When the line has sent all that waits before it. */
  #free = 0;

  constructor(line: Line, random: () => number) {
    this.#line = line;
    this.#random = random;
  }

  put(now: number, of: Transfer, data: Uint8Array): void {
    const { loss, rate, room, delay } = this.#line;
    if (this.#random() < loss) return;
    const waiting = Math.max(0, this.#free - now) * rate / 1500;
    if (waiting >= room) return;
    this.#free = Math.max(now, this.#free) + (data.length + HEADERS) / rate;
    this.#flying.push({ at: this.#free + delay, of, data });
  }

  get next(): number {
    return this.#flying[0]?.at ?? Infinity;
  }

  take() {
    return this.#flying.shift()!;
  }
}

/** A sender, its receiver, and what is known of both. */
class Transfer {
  readonly receiving = new Receiving();
  readonly trips: number[] = [];
  readonly sending: Sending;
  /** When its first part arrived. */
  firstAt = Infinity;
  wakeAt: number;

  constructor(window: Window, start: number) {
    this.sending = new Sending(ADDRESS, window, start);
    this.wakeAt = start;
    const measured = this.sending.trip.measured;
    this.sending.trip.measured = (milliseconds) => {
      this.trips.push(milliseconds);
      measured.call(this.sending.trip, milliseconds);
    };
  }

  carried(until: number): Carried {
    const { sent, resent } = this.sending;
    const trips = this.trips.toSorted((a, b) => a - b);
    return {
      speed: this.receiving.lowest * PART / (until - this.firstAt),
      again: resent / sent,
      trip: trips[trips.length >> 1] ?? NaN,
    };
  }
}

/** Lets senders use one line for so many milliseconds. */
export function share(line: Line, senders: Sender[], until: number): Carried[] {
  const random = dice(line.seed);
  const [there, back] = [new Direction(line, random), new Direction(line, random)];
  const part = new Uint8Array(PART);
  let now = 0;
  const transfers = senders.map(({ window, start }) => new Transfer(window(() => now), start));

  const send = (of: Transfer) => {
    const { sending } = of;
    while (sending.next < sending.lowest + LIMIT) sending.add(part, now);
    for (const [data] of sending.due(now)) there.put(now, of, data);
    // A timer rings at a whole millisecond, and often later.
    of.wakeAt = Math.max(Math.ceil(sending.wakeAt) + 2 * random(), now + 0.1);
  };
  const receive = (of: Transfer, data: Uint8Array) => {
    const { receiving } = of;
    receiving.heard(data, ADDRESS, now);
    while (receiving.part()) {
      of.firstAt = Math.min(of.firstAt, now);
      receiving.written();
    }
    for (const [data] of receiving.due(now)) back.put(now, of, data);
  };

  while (true) {
    const early = transfers.reduce((one, other) => one.wakeAt <= other.wakeAt ? one : other);
    now = Math.min(there.next, back.next, early.wakeAt);
    if (now >= until) return transfers.map((transfer) => transfer.carried(until));
    if (now === there.next) {
      const { of, data } = there.take();
      receive(of, data);
    } else if (now === back.next) {
      const { of, data } = back.take();
      of.sending.heard(data, ADDRESS, now);
      send(of);
    } else send(early);
  }
}

/** The window of TCP cubic, without its finer points (RFC 9438). */
export class CubicWindow implements Window {
  size = 10;
  readonly #now: () => number;
  /** Below this size it doubles in a round trip. */
  #threshold = Infinity;
  /** Its size before the last loss, when that was, and how many seconds it takes to grow back. */
  #most = 0;
  #lostAt = 0;
  #back = 0;
  /** The size that a window would have that grows as TCP did before. */
  #reno = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  arrived(parts: number): void {
    if (this.size < this.#threshold) {
      this.size += parts;
      return;
    }
    const seconds = (this.#now() - this.#lostAt) / 1000;
    const cubic = 0.4 * (seconds - this.#back) ** 3 + this.#most;
    this.#reno += 0.53 * parts / this.size;
    const wanted = Math.max(cubic, this.#reno);
    if (wanted <= this.size) return;
    this.size += parts * Math.min(0.5, (wanted - this.size) / this.size);
  }

  lost(): void {
    this.#most = this.size < this.#most ? 0.85 * this.size : this.size;
    this.size = Math.max(2, 0.7 * this.size);
    this.#threshold = this.#reno = this.size;
    this.#lostAt = this.#now();
    this.#back = Math.cbrt((this.#most - this.size) / 0.4);
  }

  silence(): void {
    this.lost();
    this.size = 1;
  }
}
