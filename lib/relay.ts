/**
 * A relay between UDP programs. It loses, doubles and delays datagrams, as a bad network does. It
 * needs udp.ts and clock.ts beside it.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { bind } from "./udp.ts";
 *
 * using server = bind();
 * using middle = bind();
 * using client = bind();
 * const twice = () => () => [0, 0]; // two copies of each datagram, at once
 * const relaying = relay(middle, server.address, twice);
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

/** How bad a network is. Shares are from 0 to 1, times in milliseconds. Each is 0 if not given. */
export interface Weather {
  /** The share that is lost. */
  readonly drop?: number;
  /** The share that arrives twice. */
  readonly duplicate?: number;
  /** The time that each datagram takes. */
  readonly delay?: number;
  /** The largest random extra time. It differs, so one datagram can overtake another. */
  readonly jitter?: number;
}

/**
 * Decides what happens to the next datagram. Returns the delay of each copy in milliseconds: `[]`
 * means that it is lost, and `[0, 0]` that it arrives twice.
 */
export type Fate = () => number[];

/**
 * What a relay did with the datagrams of one direction: `came + doubled = went + dropped + unsent`.
 */
export interface Count {
  /** Received. */
  came: number;
  /** Sent on, copies included. */
  went: number;
  /** Copies that were lost, by their fate or because the line's queue was full. */
  dropped: number;
  /** Copies beyond the first. */
  doubled: number;
  /** Copies that had to wait. */
  delayed: number;
  /** Copies that the system refused, that had no room, or that still waited at the end. */
  unsent: number;
}

/** What a relay did in each direction. */
export interface Counts {
  /** From the clients to the server. */
  toServer: Count;
  /** From the server to the clients. */
  toClients: Count;
}

/** Options of {@linkcode relay}. */
export interface RelayOptions {
  /** A {@linkcode Line} in each direction, which all clients share. Not given: no limit. */
  line?: Line;
  /** The relay counts here. You can read it while the relay runs. */
  counts?: Counts;
  /** Called for each lost datagram. `from` is the socket that would have sent it on. */
  lost?: (data: Uint8Array, from: Address, to: Address) => void;
  /** Opens the relay's other sockets: {@linkcode bind} if not given. */
  open?: (options: BindOptions) => Socket;
  /**
   * The most clients at a time. One more replaces the client that was silent longest. Default:
   * 1,000.
   */
  clients?: number;
  /**
   * A client is forgotten after this silence in milliseconds. Default: two minutes (RFC 4787,
   * REQ-5).
   */
  silence?: number;
  /** The clock for delays. Default: the system's. */
  clock?: Clock;
}

/** From how many more ports the server may reply to a client. */
const MOST_PORTS = 4;
/** How many bytes may wait. A waiting datagram takes more memory than its bytes: the overhead. */
const ROOM = 16_000_000;
const OVERHEAD = 500;

/**
 * Returns random numbers from 0 to 1, as `Math.random` does. The same seed gives the same numbers
 * (mulberry32).
 */
export function dice(seed: number): () => number {
  return () => {
    // A step, and then three lines that mix its bits, so that no pattern is left.
    seed = (seed + 0x6d2b79f5) | 0;
    let bits = Math.imul(seed ^ (seed >>> 15), seed | 1);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A line that carries only so much, and the queue in front of it. */
export interface Line {
  /** The bytes of data that it carries in a second. */
  readonly rate: number;
  /** How many datagrams may wait while another one is on its way into the line. */
  readonly queue: number;
}

/**
 * Returns a function that puts a datagram on the line. The function returns how many milliseconds
 * pass until the line has taken all of its bytes, or `undefined` if the queue is full: then it is
 * lost.
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

/** Returns counts that are all 0. */
export function noCounts(): Counts {
  const none = { came: 0, went: 0, dropped: 0, doubled: 0, delayed: 0, unsent: 0 };
  return { toServer: { ...none }, toClients: { ...none } };
}

/**
 * Passes on what clients send to `socket` to the server at `to`, and passes its replies back, until
 * the socket is closed. `to` must have an IP address, not a name. Returns its counts.
 *
 * Like a NAT, the relay has a socket for each client, so the server can tell them apart. It drops
 * what another host sends to such a socket. A reply may come from another port of the server's
 * host, as in TFTP. Then the client gets it from another port of the relay, and what it sends there
 * goes to that port of the server.
 *
 * `fates` is called twice for each client. The first client's datagrams have the fates of path 0,
 * and the replies to it have those of path 1. The second client has paths 2 and 3. So each path can
 * have random numbers of its own, which nothing else changes.
 *
 * If `fates`, a function that it returned, or `lost` throws, the relay closes `socket` and throws
 * that error.
 */
export async function relay(
  socket: Socket,
  to: Address,
  fates: (path: number) => Fate,
  options: RelayOptions = {},
): Promise<Counts> {
  const { counts = noCounts(), silence = 120_000, clock = systemClock } = options;
  const clients = new Clients(socket, to, fates, { ...options, counts });
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
    socket.close();
    await clients.close();
  }
  return counts;
}

interface Client {
  name: string;
  address: Address;
  /** Sends to the server for this client, and receives the replies to it. */
  upstream: Socket;
  /** For each other port of the server, the socket that leads there. The longest silent first. */
  ports: Map<number, Socket>;
  toServer: Fate;
  toClient: Fate;
  heard: number;
}

/** The clients that have sent something and are not forgotten yet. */
class Clients {
  readonly #socket: Socket;
  readonly #to: Address;
  readonly #fates: (path: number) => Fate;
  readonly #counts: Counts;
  readonly #options: RelayOptions;
  /** By address. The longest silent comes first. */
  readonly #clients = new Map<string, Client>();
  readonly #listening = new Set<Promise<void>>();
  readonly #clock: Clock;
  readonly #delays: Delays;
  /** The line to the server, and the one back, if there are any. */
  readonly #lines: ReturnType<typeof fullLine>[] = [];
  #paths = 0;
  /** What `fates` or `lost` threw for a datagram that came to a client's socket. */
  #failure: { error: unknown } | undefined;

  constructor(
    socket: Socket,
    to: Address,
    fates: (path: number) => Fate,
    options: RelayOptions & { counts: Counts },
  ) {
    this.#socket = socket;
    this.#to = to;
    this.#fates = fates;
    this.#counts = options.counts;
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#delays = new Delays(this.#clock);
    const { line } = options;
    if (line) this.#lines.push(fullLine(line), fullLine(line));
  }

  /** Sends a client's datagram to the server. */
  async send(data: Uint8Array, from: Address): Promise<void> {
    // With a forged sender, the server's or ours, it would go back and forth without end.
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

  /** Forgets the clients that were silent for so many milliseconds. */
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
    if (this.#failure) throw this.#failure.error;
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
    const client = { name, address, upstream, ports: new Map(), toServer, toClient, heard: 0 };
    this.#listen(client, upstream, (data, from) => this.#answer(client, data, from));
    return client;
  }

  /** Sends a reply of the server to a client. */
  async #answer(client: Client, data: Uint8Array, from: Address): Promise<void> {
    const { hostname, port } = this.#to;
    const stranger = from.hostname !== hostname && !sameAddress({ ...from, port }, this.#to);
    if (stranger) return;
    if (this.#clients.get(client.name) !== client) return; // forgotten meanwhile
    this.#hear(client);
    const count = this.#counts.toClients;
    const front = from.port === port ? this.#socket : this.#portFor(client, from);
    if (!front) return refuse(count);
    await this.#pass({ data, from: front, to: client.address, count }, client.toClient);
  }

  /** The relay's port that stands for this port of the server. */
  #portFor(client: Client, server: Address): Socket | undefined {
    const { ports } = client;
    const socket = ports.get(server.port) ?? this.#open(this.#socket.address.hostname);
    if (!socket) return undefined;
    if (!ports.delete(server.port)) {
      for (const [port, silent] of ports) {
        if (ports.size < MOST_PORTS) break;
        silent.close();
        ports.delete(port);
      }
      const count = this.#counts.toServer;
      this.#listen(client, socket, async (data, from) => {
        if (!sameAddress(from, client.address)) return;
        if (this.#clients.get(client.name) !== client) return;
        this.#hear(client);
        await this.#pass({ data, from: client.upstream, to: server, count }, client.toServer);
      });
    }
    ports.set(server.port, socket); // behind all others
    return socket;
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

  /** Ends the relay with this error, as one on the way to the server does. */
  #fail(error: unknown): void {
    this.#failure ??= { error };
    this.#socket.close();
  }

  /**
   * Listens to a socket of a client until it is closed. If the socket fails, the client is
   * forgotten, and gets another socket with its next datagram. If `hear` fails, the relay ends.
   */
  #listen(
    client: Client,
    socket: Socket,
    hear: (data: Uint8Array, from: Address) => Promise<void>,
  ): void {
    const listening = (async () => {
      await using open = socket; // closed, its port is free a moment later
      for await (const { data, from } of open) {
        await hear(data, from).catch((error) => this.#fail(error));
      }
    })().catch(() => {
      if (this.#clients.get(client.name) === client) this.#remove(client);
    }).finally(() => this.#listening.delete(listening));
    this.#listening.add(listening);
  }

  #remove(client: Client): void {
    this.#clients.delete(client.name);
    for (const socket of [client.upstream, ...client.ports.values()]) socket.close();
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
  /** Of two that are due at the same time, the one that arrived first leaves first. */
  order: number;
  copy: Copy;
}

/** A timer rings up to a millisecond late. So half a millisecond early counts as on time. */
const GRAIN = 0.5;

/**
 * Copies that wait until they are due. One timer for all: one for each would cost more than its
 * datagram.
 */
class Delays {
  /**
   * A heap: the one at `place` is not before the one at `(place - 1) / 2`, and so the first is the
   * next.
   */
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

  /** Sends it after so many milliseconds, or drops it if too many wait already. */
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

/** Returns how much room a copy takes while it waits. */
function sizeOf({ data }: Copy): number {
  return data.length + OVERHEAD;
}

/** Counts a datagram that gets no socket. */
function refuse(count: Count): void {
  count.came++;
  count.unsent++;
}

async function sendOn({ data, from, to, count }: Copy): Promise<void> {
  try {
    await from.send(data, to);
    count.went++;
  } catch {
    count.unsent++; // as on any network, nobody tells the sender
  }
}
