/**
 * A relay between UDP programs that treats their datagrams as a bad network would. It needs udp.ts and clock.ts
 * beside it.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { bind } from "./udp.ts";
 *
 * using server = bind();
 * using middle = bind();
 * using client = bind();
 * const relaying = relay(middle, server.address, () => () => [0, 0]); // every datagram twice, and at once
 *
 * await client.send("Hello", middle.address);
 * for (let copy = 1; copy <= 2; copy++) {
 *   const { data } = await server.receive({ signal: AbortSignal.timeout(1000) });
 *   assertEquals(new TextDecoder().decode(data), "Hello");
 * }
 * middle.close();
 * assertEquals((await relaying).toServer.doubled, 1);
 * ```
 *
 * @module
 */
import { type Clock, systemClock } from "./clock.ts";
import {
  type Address,
  bind,
  type BindOptions,
  formatAddress,
  localFor,
  sameAddress,
  type Socket,
} from "./udp.ts";

/** What a network does to datagrams: shares from 0 to 1, times in milliseconds. What is left out is 0. */
export interface Weather {
  /** The share that is lost. */
  readonly drop?: number;
  /** The share that arrives twice. */
  readonly duplicate?: number;
  /** How long each one takes. */
  readonly delay?: number;
  /** How much longer it may take. Each one has its own luck, and so one may overtake another. */
  readonly jitter?: number;
}

/**
 * Decides what becomes of the next datagram: an entry for each copy that goes on, the milliseconds that
 * it waits. `[]` is lost, `[0, 0]` is doubled; with different delays, one overtakes another.
 */
export type Fate = () => number[];

/** What a relay did with the datagrams of one direction: `came + doubled = went + dropped + unsent`. */
export interface Count {
  /** Received. */
  came: number;
  /** Sent on, copies included. */
  went: number;
  /** Copies that were lost: their fate wanted it, or the line's queue was full. */
  dropped: number;
  /** Copies beyond the first. */
  doubled: number;
  /** Copies that had to wait. */
  delayed: number;
  /** Copies that the system refused, for which there was no room, or that still waited at the end. */
  unsent: number;
}

/** What a relay did in each direction. */
export interface Counts {
  toServer: Count;
  toClients: Count;
}

/** What one may tell a relay beside the addresses and the fates. */
export interface RelayOptions {
  /** A {@linkcode Line} in each direction, which all clients share. Not given: no limit. */
  line?: Line;
  /** Counts here, to be read meanwhile. */
  counts?: Counts;
  /** Told of each datagram that is lost, when it is: who would have sent it on, and to whom. */
  lost?: (data: Uint8Array, from: Address, to: Address) => void;
  /** Opens the relay's other sockets: {@linkcode bind} if not given. */
  open?: (options: BindOptions) => Socket;
  /** The most clients at a time: for one more, the one that is silent longest is forgotten. 1,000 if not given. */
  clients?: number;
  /** After so many milliseconds of silence a client is forgotten: two minutes if not given (RFC 4787, REQ-5). */
  silence?: number;
  /** By which it waits: the system's if not given. */
  clock?: Clock;
}

/** How many server ports a client may be answered from, beside the one that it asks. */
const DOORS = 4;
/** How many bytes may wait in delays. A datagram counts as so many more than it has: that it waits costs, too. */
const ROOM = 16_000_000;
const OVERHEAD = 500;

/** A line that carries only so much, and the queue in front of it. */
export interface Line {
  /** The bytes of data that it carries in a second. */
  readonly rate: number;
  /** How many datagrams may wait while another one is on its way into the line. */
  readonly queue: number;
}

/**
 * Returns a function that puts a datagram on the line. The function returns how many milliseconds pass
 * until the line has taken all of its bytes, or `undefined` if the queue is full: then it is lost.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 * const enter = fullLine({ rate: 1000, queue: 1 }); // 100 bytes take 100 ms
 * assertEquals(enter(100, 0), 100); // at once
 * assertEquals(enter(100, 0), 200); // waits for the first one
 * assertEquals(enter(100, 0), undefined); // no room in the queue
 * assertEquals(enter(100, 150), 150); // the first one has left, the second one leaves at 200
 * ```
 */
export function fullLine(
  { rate, queue }: Line,
): (bytes: number, now: number) => number | undefined {
  // When each datagram that is here has left: the first one is being sent, the others wait.
  const leaving: number[] = [];

  return (bytes, now) => {
    while (leaving[0] !== undefined && leaving[0] <= now) leaving.shift();
    if (leaving.length > queue) return undefined;

    const begins = leaving.at(-1) ?? now;
    const ends = begins + 1000 * bytes / rate;
    leaving.push(ends);
    return ends - now;
  };
}

/** A {@linkcode Counts} to begin with. */
export function noCounts(): Counts {
  const none = { came: 0, went: 0, dropped: 0, doubled: 0, delayed: 0, unsent: 0 };
  return { toServer: { ...none }, toClients: { ...none } };
}

/**
 * Passes on what clients send to `socket` to the server at `to`, and its answers to them, until the socket
 * is closed. `to` has an IP address, not a name.
 *
 * As a NAT, it has a socket for each client: so the server tells them apart. What comes to such a socket
 * from another host is no answer. What comes from another port of the server's host is one, as in TFTP: the
 * client gets it from another port of the relay, which from now on leads there.
 *
 * `fates` is called twice for each client: the first one's datagrams to the server meet the fates of path 0,
 * the answers to it those of path 1, the second client has 2 and 3. So whatever else is going on, dice of
 * its own for each path give the same fates again.
 */
export async function relay(
  socket: Socket,
  to: Address,
  fates: (path: number) => Fate,
  options: RelayOptions = {},
): Promise<Counts> {
  const { counts = noCounts(), silence = 120_000, clock = systemClock } = options;
  const clients = new Clients(socket, to, fates, counts, options);
  let cancel = () => {};
  const sweep = () => {
    clients.forget(silence);
    cancel = clock.after(Math.max(1, silence / 4), sweep);
  };
  sweep();
  try {
    for await (const { data, from } of socket) await clients.send(data, from);
  } finally {
    cancel();
    await clients.close();
  }
  return counts;
}

interface Client {
  name: string;
  address: Address;
  /** Sends to the server as this client, and hears its answers. */
  upstream: Socket;
  /** For each other port of the server: where it is reached from. The longest silent first. */
  doors: Map<number, Socket>;
  toServer: Fate;
  toClient: Fate;
  heard: number;
}

/** Who has sent something, and is not forgotten yet. */
class Clients {
  readonly #socket: Socket;
  readonly #to: Address;
  readonly #fates: (path: number) => Fate;
  readonly #counts: Counts;
  readonly #options: RelayOptions;
  /** By their addresses, the longest silent first. */
  readonly #clients = new Map<string, Client>();
  readonly #listening = new Set<Promise<void>>();
  readonly #clock: Clock;
  readonly #delays: Delays;
  /** The line to the server, and the one back, if there are any. */
  readonly #lines: ReturnType<typeof fullLine>[] = [];
  #paths = 0;

  constructor(
    socket: Socket,
    to: Address,
    fates: (path: number) => Fate,
    counts: Counts,
    options: RelayOptions,
  ) {
    this.#socket = socket;
    this.#to = to;
    this.#fates = fates;
    this.#counts = counts;
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#delays = new Delays(this.#clock);
    const { line } = options;
    if (line) this.#lines.push(fullLine(line), fullLine(line));
  }

  /** Sends to the server what came from a client. */
  async send(data: Uint8Array, from: Address): Promise<void> {
    // Forged in the server's name or in our own, it would go round between the two of us.
    if (sameAddress(from, this.#to) || sameAddress(from, this.#socket.address)) return;
    const { toServer } = this.#counts;
    const name = formatAddress(from);
    const client = this.#clients.get(name) ?? this.#welcome(name, from);
    if (!client) return refuse(toServer);
    this.#hear(client);
    await this.#pass(
      { data, from: client.upstream, to: this.#to, count: toServer },
      client.toServer,
    );
  }

  /** Forgets who has been silent for so many milliseconds. */
  forget(silence: number): void {
    const limit = this.#clock.now() - silence;
    for (const client of this.#clients.values()) {
      if (client.heard > limit) break;
      this.#remove(client);
    }
  }

  async close(): Promise<void> {
    this.#delays.close();
    for (const client of this.#clients.values()) this.#remove(client);
    await Promise.all(this.#listening);
  }

  #hear(client: Client): void {
    client.heard = this.#clock.now();
    this.#clients.delete(client.name);
    this.#clients.set(client.name, client); // behind all others
  }

  #welcome(name: string, address: Address): Client | undefined {
    const { clients = 1000 } = this.#options;
    for (const silent of this.#clients.values()) {
      if (this.#clients.size < clients) break;
      this.#remove(silent);
    }
    const upstream = this.#open(localFor(this.#to));
    if (!upstream) return undefined;
    const [toServer, toClient] = [this.#fates(this.#paths++), this.#fates(this.#paths++)];
    const client = { name, address, upstream, doors: new Map(), toServer, toClient, heard: 0 };
    this.#listen(upstream, (data, from) => this.#answer(client, data, from));
    return client;
  }

  /** Sends to a client what came from the server. */
  async #answer(client: Client, data: Uint8Array, from: Address): Promise<void> {
    const { hostname, port } = this.#to;
    if (from.hostname !== hostname && !sameAddress({ ...from, port }, this.#to)) return; // a stranger
    if (this.#clients.get(client.name) !== client) return; // forgotten meanwhile
    this.#hear(client);
    const count = this.#counts.toClients;
    const front = from.port === port ? this.#socket : this.#door(client, from);
    if (!front) return refuse(count);
    await this.#pass({ data, from: front, to: client.address, count }, client.toClient);
  }

  /** The relay's port that stands for this port of the server. */
  #door(client: Client, server: Address): Socket | undefined {
    const { doors } = client;
    const door = doors.get(server.port) ?? this.#open(this.#socket.address.hostname);
    if (!door) return undefined;
    if (!doors.delete(server.port)) {
      for (const [port, silent] of doors) {
        if (doors.size < DOORS) break;
        silent.close();
        doors.delete(port);
      }
      const count = this.#counts.toServer;
      this.#listen(door, async (data, from) => {
        if (!sameAddress(from, client.address)) return;
        if (this.#clients.get(client.name) !== client) return;
        this.#hear(client);
        await this.#pass({ data, from: client.upstream, to: server, count }, client.toServer);
      });
    }
    doors.set(server.port, door); // behind all others
    return door;
  }

  async #pass(copy: Copy, fate: Fate): Promise<void> {
    const { data, count } = copy;
    count.came++;
    const delays = fate();
    if (delays.length === 0) this.#drop(copy);
    else count.doubled += delays.length - 1;
    const enter = this.#lines[count === this.#counts.toServer ? 0 : 1];
    for (const delay of delays) {
      const wait = enter ? enter(data.length, this.#clock.now()) : 0;
      if (wait === undefined) this.#drop(copy);
      else if (wait + delay > 0) this.#delays.add(copy, wait + delay);
      else await sendOn(copy);
    }
  }

  #drop({ data, from, to, count }: Copy): void {
    count.dropped++;
    this.#options.lost?.(data, from.address, to);
  }

  #open(hostname: string): Socket | undefined {
    const { open = bind } = this.#options;
    try {
      return open({ hostname });
    } catch {
      return undefined; // the system has no more sockets
    }
  }

  #listen(socket: Socket, hear: (data: Uint8Array, from: Address) => Promise<void>): void {
    const listening = (async () => {
      await using open = socket; // closed, its port is free a moment later
      for await (const { data, from } of open) await hear(data, from);
    })().catch(() => socket.close()).finally(() => this.#listening.delete(listening));
    this.#listening.add(listening);
  }

  #remove(client: Client): void {
    this.#clients.delete(client.name);
    for (const socket of [client.upstream, ...client.doors.values()]) socket.close();
  }
}

/** A datagram that goes on. */
interface Copy {
  data: Uint8Array;
  from: Socket;
  to: Address;
  count: Count;
}

interface Waiting {
  due: number;
  /** Of two that are due at once, the one that came first goes first. */
  order: number;
  copy: Copy;
}

/** A timer rings up to a millisecond late. So half of one before its time counts as in time. */
const GRAIN = 0.5;

/** Copies that wait until they are due. One timer for all: one for each would cost more than its datagram. */
class Delays {
  /** A heap: the one at `place` is not before the one at `(place - 1) / 2`, and so the first is the next. */
  readonly #heap: Waiting[] = [];
  #room = ROOM;
  #order = 0;
  #cancel = () => {};
  #sending = false;
  #closed = false;
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Sends it after so many milliseconds; where too many wait already, never. */
  add(copy: Copy, delay: number): void {
    const size = sizeOf(copy);
    if (size > this.#room || this.#closed) {
      copy.count.unsent++;
      return;
    }
    this.#room -= size;
    copy.count.delayed++;
    const waiting = { due: this.#clock.now() + delay, order: this.#order++, copy };
    const heap = this.#heap;
    let place = heap.length;
    while (place > 0) {
      const above = (place - 1) >> 1;
      if (!isBefore(waiting, heap[above]!)) break;
      heap[place] = heap[above]!;
      place = above;
    }
    heap[place] = waiting;
    if (place === 0 && !this.#sending) this.#wait();
  }

  close(): void {
    this.#closed = true;
    this.#cancel();
    for (const { copy } of this.#heap.splice(0)) copy.count.unsent++;
  }

  #wait(): void {
    this.#cancel();
    const [first] = this.#heap;
    if (!first) return;
    const left = Math.max(0, first.due - GRAIN - this.#clock.now());
    this.#cancel = this.#clock.after(left, () => this.#send());
  }

  async #send(): Promise<void> {
    this.#sending = true;
    for (let first; (first = this.#heap[0]) && first.due - GRAIN <= this.#clock.now();) {
      this.#removeFirst();
      this.#room += sizeOf(first.copy);
      await sendOn(first.copy); // one after the other: so those with one delay keep their order
    }
    this.#sending = false;
    this.#wait();
  }

  #removeFirst(): void {
    const heap = this.#heap;
    const last = heap.pop()!;
    if (heap.length === 0) return;
    let place = 0;
    while (true) {
      let below = 2 * place + 1;
      if (below + 1 < heap.length && isBefore(heap[below + 1]!, heap[below]!)) below++;
      if (below >= heap.length || !isBefore(heap[below]!, last)) break;
      heap[place] = heap[below]!;
      place = below;
    }
    heap[place] = last;
  }
}

function isBefore(a: Waiting, b: Waiting): boolean {
  return a.due < b.due || a.due === b.due && a.order < b.order;
}

/** What a copy takes of the room, while it waits. */
function sizeOf({ data }: Copy): number {
  return data.length + OVERHEAD;
}

/** Counts one that there is no socket for. */
function refuse(count: Count): void {
  count.came++;
  count.unsent++;
}

async function sendOn({ data, from, to, count }: Copy): Promise<void> {
  try {
    await from.send(data, to);
    count.went++;
  } catch {
    count.unsent++; // bad luck for this one: as on any network, its sender is not told
  }
}
