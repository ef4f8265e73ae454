/**
 * A clock that a test lets go on, and a network that goes by it: a minute takes some milliseconds,
 * and it is the same minute on a machine that is busy.
 *
 * @module
 */
import { setImmediate } from "node:timers";
import type { Clock } from "../lib/clock.ts";
import { type Address, type BindOptions, Socket } from "../lib/udp.ts";

interface Timer {
  due: number;
  ring: () => void;
}

/** Time that passes only when the test says so. It begins with 0. */
export class SimulatedClock implements Clock {
  #time = 0;
  /** Sorted: the next one first. */
  readonly #timers: Timer[] = [];

  now(): number {
    return this.#time;
  }

  after(milliseconds: number, ring: () => void): () => void {
    const timer = { due: this.#time + Math.max(0, milliseconds), ring };
    const place = this.#timers.findLastIndex(({ due }) => due <= timer.due) + 1;
    this.#timers.splice(place, 0, timer);
    return () => {
      const place = this.#timers.indexOf(timer);
      if (place >= 0) this.#timers.splice(place, 1);
    };
  }

  /** How many timers wait to ring. */
  get waiting(): number {
    return this.#timers.length;
  }

  /** Lets time pass until the work is done. */
  async until<T>(work: Promise<T>): Promise<T> {
    let done = false;
    work.catch(() => {}).then(() => done = true);
    while (true) {
      await settled();
      if (done) return await work;
      if (this.#timers.length === 0) throw new Error(`At ${this.#time} ms nothing goes on.`);
      this.#ring();
    }
  }

  /** Lets so much time pass. What was to happen in it has happened. */
  async pass(milliseconds: number): Promise<void> {
    const end = this.#time + milliseconds;
    await settled();
    while (this.#timers[0] && this.#timers[0].due <= end) {
      this.#ring();
      await settled();
    }
    this.#time = end;
  }

  #ring(): void {
    const { due, ring } = this.#timers.shift()!;
    this.#time = Math.max(this.#time, due);
    ring();
  }
}

/** Waits until all has been done that does not wait for time, or for the system. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 2; turn++) await new Promise<void>((resolve) => setImmediate(resolve));
}

/** How long each copy of a datagram takes, in milliseconds. Without one, it is lost. */
export type Fates = (data: Uint8Array, from: Address, to: Address) => number[];

/** Sockets whose datagrams go by a simulated clock. Each has a host of its own, and port 5000. */
export class SimulatedNetwork {
  readonly #clock: Clock;
  readonly #fates: Fates;
  readonly #inboxes = new Map<string, Inbox>();
  #hosts = 0;

  constructor(clock: Clock, fates: Fates = () => [0]) {
    this.#clock = clock;
    this.#fates = fates;
  }

  /** A socket of this network. */
  readonly bind = (_: BindOptions = {}): Socket => {
    const number = ++this.#hosts;
    const address = { hostname: `10.0.${number >> 8}.${number & 255}`, port: 5000 };
    const inbox = new Inbox();
    this.#inboxes.set(address.hostname, inbox);
    const conn = {
      addr: { transport: "udp", ...address },
      send: (data: Uint8Array, to: Address) => {
        const copy = data.slice();
        for (const delay of this.#fates(copy, address, to)) {
          const arrive = () => this.#inboxes.get(to.hostname)?.put([copy, address]);
          if (delay === 0) arrive();
          else this.#clock.after(delay, arrive);
        }
        return Promise.resolve(copy.length);
      },
      receive: async (buffer: Uint8Array) => {
        const [data, from] = await inbox.take();
        buffer.set(data);
        return [buffer.subarray(0, data.length), { transport: "udp", ...from }];
      },
      close: () => {
        inbox.close();
        this.#inboxes.delete(address.hostname);
      },
    };
    return new Socket(conn as unknown as Deno.DatagramConn);
  };
}

type Arrived = [Uint8Array, Address];

/** What has arrived at a socket, and is not read yet. */
class Inbox {
  readonly #arrived: Arrived[] = [];
  #reader: PromiseWithResolvers<Arrived> | undefined;

  put(arrived: Arrived): void {
    this.#reader?.resolve(arrived);
    if (!this.#reader) this.#arrived.push(arrived);
    this.#reader = undefined;
  }

  take(): Promise<Arrived> {
    const next = this.#arrived.shift();
    if (next) return Promise.resolve(next);
    this.#reader = Promise.withResolvers();
    return this.#reader.promise;
  }

  close(): void {
    this.#reader?.reject(new Deno.errors.BadResource("It was closed."));
  }
}
