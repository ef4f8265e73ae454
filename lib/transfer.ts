/**
 * A file over UDP: numbers, acknowledgements, timeouts and a sliding window. It needs udp.ts and
 * transfer_model.ts beside it.
 *
 * The two sides, {@linkcode Sending} and {@linkcode Receiving}, have no socket and no clock. Each
 * is told what arrives (`heard`) and what time it is. It says what to send (`due`) and when to ask
 * it again (`wakeAt`). So the same code runs on a network, and in a test where a minute takes a
 * millisecond. {@linkcode Talk} connects a side to a socket and to the time.
 *
 *     HELLO  H  mine  theirs=0                 may I send you a file?
 *     PART   D  mine  theirs  number  bytes    a part of the file
 *     END    E  mine  theirs  number           the file has only the parts below this number
 *     ACK    A  mine  theirs  lowest  bits     all parts below `lowest` are written; a bit for each
 *                                              part from there on says whether it has arrived
 *     STOP   X  mine  theirs                   I am done, or I give up, or I have another sender
 *
 * The kind is one byte. A number is four bytes, the most significant first. The sender picks `mine`
 * at random, and the receiver picks `theirs`. Only a message with both numbers belongs to this
 * transfer. A stranger cannot guess them, and an earlier transfer had others. A sender with a
 * forged address never sees the receiver's number.
 *
 * @module
 */
import { type Arrival, type Departure, ModelWindow } from "./transfer_model.ts";
import { type Address, formatAddress, MAX_BYTES, sameAddress, type Socket } from "./udp.ts";

/** Bytes before the data of a part. */
export const HEADER = 13;

/** The most bytes of data in a part, because the datagram has to hold its header, too. */
const MOST_DATA = MAX_BYTES - HEADER;

/** How many parts a receiver has room for. A window is never larger. */
export const LIMIT = 256;

/**
 * The usable part of a socket's receive buffer on Linux. It has 212,992 bytes, but the system frees
 * the last quarter late.
 */
const RECEIVE_BUFFER = 0.75 * 212_992;

/**
 * After so many milliseconds without a message, the other side counts as gone. On a slow line it
 * has more time.
 */
export const PATIENCE = 10_000;

const IDLE = 3_000;
const [SOON, FAREWELL] = [40, 20];
/** A transfer reads the clock at least every so many milliseconds. */
const TICK = 500;
const [FIRST, FLOOR, CAP, FIRST_CAP] = [500, 100, 1_000, 2_000];
const KINDS = { hello: 72, part: 68, end: 69, ack: 65, stop: 88 } as const;
const NOTHING = new Uint8Array();
/** The kinds by their bytes. */
const KIND_OF = new Map<number | undefined, keyof typeof KINDS>(
  Object.entries(KINDS).map(([kind, byte]) => [byte, kind as keyof typeof KINDS]),
);

/** A message of a transfer: what one of its datagrams says. */
export interface Message {
  /** What it is for. */
  kind: "hello" | "part" | "end" | "ack" | "stop";
  /** The random number of the sender. */
  mine: number;
  /** The random number of the receiver. It is 0 until it is known. */
  theirs: number;
  /** The number of a part or of the end. In an ACK, the lowest part that is not written yet. */
  number: number;
  /**
   * The bytes of a part. In an ACK, a bit for each part from `number` on. The first one is the bit
   * with the value 128 of the first byte.
   */
  data: Uint8Array;
}

/**
 * Returns the bytes of a message.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 * const data = new TextEncoder().encode("Hi");
 * const message = { kind: "part", mine: 1, theirs: 2, number: 3, data } as const;
 * assertEquals(pack(message), new Uint8Array([68, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 72, 105]));
 * assertEquals(unpack(pack(message)), message);
 * ```
 */
export function pack({ kind, mine, theirs, number, data }: Message): Uint8Array<ArrayBuffer> {
  const short = kind === "hello" || kind === "stop";
  const bytes = new Uint8Array(short ? 9 : HEADER + data.length);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, KINDS[kind]);
  view.setUint32(1, mine);
  view.setUint32(5, theirs);
  if (short) return bytes;
  view.setUint32(9, number);
  bytes.set(data, HEADER);
  return bytes;
}

/**
 * Returns the message in a datagram, or `undefined` if it holds something else. The message's data
 * is a view of these bytes, not a copy.
 */
export function unpack(bytes: Uint8Array): Message | undefined {
  const kind = KIND_OF.get(bytes[0]);
  if (!kind || bytes.length < 9) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [mine, theirs] = [view.getUint32(1), view.getUint32(5)];
  if (kind === "hello" || kind === "stop") {
    return bytes.length === 9 ? { kind, mine, theirs, number: 0, data: NOTHING } : undefined;
  }
  const most = { part: Infinity, end: 0, ack: LIMIT / 8 }[kind];
  if (bytes.length < HEADER || bytes.length - HEADER > most) return undefined;
  return { kind, mine, theirs, number: view.getUint32(9), data: bytes.subarray(HEADER) };
}

/**
 * Returns a message in a few words, such as `part 3, 1,024 bytes`, or `undefined` if the datagram
 * is not a message of a transfer.
 */
export function describe(bytes: Uint8Array): string | undefined {
  const message = unpack(bytes);
  if (!message) return undefined;
  const { kind, number, data } = message;
  if (kind === "part") return `part ${number}, ${inBytes(data.length)}`;
  if (kind === "end") return `end: there is no ${number}`;
  if (kind !== "ack") return kind;
  const held = Array.from({ length: 8 * data.length }, (_, i) => i).filter((i) => isSet(data, i));
  const more = held.length > 0 ? `, and I hold ${held.map((i) => number + i).join(" ")}` : "";
  return `ACK: all before ${number}${more}`;
}

function inBytes(amount: number): string {
  return `${amount.toLocaleString("en")} ${amount === 1 ? "byte" : "bytes"}`;
}

/** Returns a random number that is not 0. */
function pick(): number {
  return crypto.getRandomValues(new Uint32Array(1))[0]! || 1;
}

/**
 * Decides how long to wait for an ACK, from the measured round trips (RFC 6298). All times are
 * milliseconds. It also knows how long to wait for a part that others have overtaken.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 * const trip = new RoundTrip();
 * trip.measured(40);
 * assertEquals(trip.timeout, 140); // 40, and the floor of 100
 * trip.backOff();
 * assertEquals(trip.timeout, 280);
 * ```
 */
export class RoundTrip {
  /** The mean of the round trips. The newest one counts one eighth. */
  smoothed: number = NaN;
  /** The mean distance of the round trips from that mean. */
  variation: number = NaN;
  /** The shortest round trip. It is the time that the path takes when no datagram has to wait. */
  least: number = Infinity;
  /** How long to wait for an ACK before sending again. */
  timeout: number = FIRST;
  /** How long to wait for the ACK of a part, if a part that was sent later has arrived already. */
  overtaken: number = FIRST;
  /** The timeout before it was doubled. */
  calm: number = FIRST;

  /** Takes the time of a round trip, of a part that was sent only once (Karn's algorithm). */
  measured(milliseconds: number): void {
    this.least = Math.min(this.least, milliseconds);
    if (Number.isNaN(this.smoothed)) {
      [this.smoothed, this.variation] = [milliseconds, milliseconds / 2];
    } else {
      this.variation += (Math.abs(this.smoothed - milliseconds) - this.variation) / 4;
      this.smoothed += (milliseconds - this.smoothed) / 8;
    }
    // If all round trips take the same time, the variation becomes 0. Then the
    // smallest delay would look like a loss. So we add at least FLOOR.
    this.calm = this.timeout = this.smoothed + Math.max(4 * this.variation, FLOOR);
    this.overtaken = this.smoothed + Math.max(2 * this.variation, this.smoothed / 4, 5);
  }

  /** Doubles the timeout, because no ACK came in time. There is an upper limit. */
  backOff(): void {
    // The first round trip may be long. If it takes more than FIRST_CAP, all is
    // sent twice, and no round trip is ever measured.
    const cap = Number.isNaN(this.smoothed) ? FIRST_CAP : CAP;
    this.timeout = Math.max(this.timeout, Math.min(2 * this.timeout, cap));
  }
}

/**
 * Decides how many parts may be under way. `{ size: 32 }` is a fixed window. A window that adapts
 * wants to hear what happens to the parts.
 */
export interface Window {
  /**
   * How many parts may be under way now. The sender uses at least 1, and at most {@linkcode LIMIT}.
   */
  readonly size: number;
  /** So many parts have arrived, while the window was full. */
  arrived?(parts: number): void;
  /** At least one part was lost. It is called once for all parts that were under way then. */
  lost?(): void;
  /** There was a second timeout, and no ACK in between. */
  silence?(): void;
  /** No part may leave before this time. If it is not given, each part may leave at once. */
  readonly leavesAt?: number;
  /** A part leaves now, and so many others are under way. Returns what the window knows then. */
  sent?(now: number, flying: number): Departure;
  /** The program has nothing more to send, and so many parts are under way. */
  idle?(flying: number): void;
  /** Parts have arrived, whether the window was full or not. */
  measured?(arrival: Arrival): void;
  /** A part was lost. It is called for each one, with what `sent` returned. */
  missed?(departure: Departure): void;
}

/**
 * How many parts may be under way, nearly as TCP decides it. It starts with 10 (RFC 6928). The
 * window doubles in each round trip until a part is lost: the network is full. Then it is halved,
 * and grows by one part in each round trip (RFC 5681). Without that, all senders that share a full
 * network retransmit what it just dropped, and it stays full (RFC 8085).
 *
 * There is one difference. TCP starts again with one part after the first timeout. Here the first
 * timeout only halves the window, as in QUIC (RFC 9002). The next one starts again with one part.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 * const window = new FairWindow();
 * window.arrived(10); // all of the first 10 have arrived, so it doubles to 20
 * window.lost();
 * assertEquals(window.size, 10);
 * ```
 */
export class FairWindow implements Window {
  /** How many parts may be under way now. */
  size = 10;
  /** Up to this size the window doubles in a round trip. Then it grows by one part. */
  #limit = Infinity;

  /** Parts have arrived: the window grows by one for each of them, or by one in a round trip. */
  arrived(parts: number): void {
    if (this.size < this.#limit) this.size += parts;
    else this.size += parts / this.size;
  }

  /** A part was lost: the window is halved. It is never less than 2 parts then. */
  lost(): void {
    this.#limit = Math.max(2, this.size / 2);
    this.size = this.#limit;
  }

  /** A second timeout, and no ACK came between the two: the window starts again with one part. */
  silence(): void {
    this.lost();
    this.size = 1;
  }
}

interface Part {
  number: number;
  kind: "part" | "end";
  data: Uint8Array;
  /**
   * When it was last sent, its place in the order in which all parts were sent, and how often it
   * was sent.
   */
  sentAt: number;
  order: number;
  times: number;
  /** True while it is under way: it was sent, and it is neither acknowledged nor lost. */
  flying: boolean;
  /** True if the receiver has it, but has not written it yet. */
  held: boolean;
  /** What the window wants to know again when it arrives or is lost. */
  departure: Departure | undefined;
}

/**
 * One side of a transfer. It takes the datagrams that arrive, and gives the datagrams that have to
 * leave. Times are milliseconds.
 */
export interface Side {
  /** Takes a datagram that arrived. */
  heard(bytes: Uint8Array, from: Address, now: number): void;
  /** Returns the datagrams that have to leave now, each with its receiver. */
  due(now: number): [data: Uint8Array, to: Address][];
  /** When to call {@linkcode due} again, even if no datagram arrives. */
  readonly wakeAt: number;
  /** Gives up, and tells the other side. */
  stop(): void;
  /** Takes the error of a send that failed. */
  unsent(error: Error): void;
  /** True when there is nothing left to do. */
  readonly over: boolean;
  /** Why a part of the file did not arrive, when the transfer is over. */
  readonly failure: Error | undefined;
}

/** The side that has the file. */
export class Sending implements Side {
  /** The number that the next part will get. */
  next = 0;
  /**
   * The lowest number that the receiver has not written yet. There is room for another part if
   * `next < lowest + LIMIT`.
   */
  lowest = 0;
  /** How many times a part was sent. If it leaves twice at once, that counts once. */
  sent = 0;
  /** How many of these times it was sent again. */
  resent = 0;
  over = false;
  failure: Error | undefined;
  /** The round trips so far. */
  readonly trip = new RoundTrip();

  readonly #mine = pick();
  #theirs = 0;
  readonly #parts = new Map<number, Part>();
  readonly #to: Address;
  readonly #window: Window;
  #windowLostAt = 0;
  #timeouts = 0;
  #flying = 0;
  #newest = 0;
  #heldBack = false;
  #paced = false;
  #ended = false;
  #stopping = false;
  #ignored: string | undefined;
  /** The error of a send that failed since the last ACK. If the transfer fails, it is the cause. */
  #unsent: Error | undefined;
  /** When the receiver last sent something, and when it was last asked for something. */
  #heardAt: number;
  #askedAt = -Infinity;
  #asked = 0;

  /** Sends to this address. */
  constructor(to: Address, window: Window, now: number) {
    this.#to = to;
    this.#window = window;
    this.#heardAt = now;
  }

  /**
   * Takes a part of at most 65,494 bytes. There has to be room for it, so `next < lowest + LIMIT`.
   * It is not copied: do not change it before it is acknowledged.
   *
   * @throws {RangeError} It has too many bytes, or there is no room for it.
   */
  add(data: Uint8Array, now: number): void {
    if (data.length > MOST_DATA) {
      throw new RangeError(`A part has at most ${MOST_DATA} bytes, not ${data.length}.`);
    }
    this.#add("part", data, now);
  }

  /** Takes the end: there are no more parts. It needs the room of a part. */
  end(now: number): void {
    this.#add("end", NOTHING, now);
    this.#ended = true;
  }

  #add(kind: Part["kind"], data: Uint8Array, now: number): void {
    if (this.#ended || !(this.next < this.lowest + LIMIT)) throw new RangeError("No room.");
    if (this.#parts.size === 0 && this.#theirs) this.#heardAt = now; // nobody had to answer before
    const number = this.next++;
    this.#parts.set(number, {
      number,
      kind,
      data,
      sentAt: -Infinity,
      order: 0,
      times: 0,
      flying: false,
      held: false,
      departure: undefined,
    });
  }

  stop(): void {
    this.#stopping = true;
  }

  unsent(error: Error): void {
    // Later we treat it as a loss: perhaps somebody plugs a cable in again.
    this.#unsent = error;
    if (this.#theirs === 0) [this.failure, this.over] = [error, true];
  }

  heard(bytes: Uint8Array, from: Address, now: number): void {
    if (this.over) return;
    if (!sameAddress(from, this.#to)) {
      return this.#ignore(from, `${formatAddress(this.#to)} was asked`);
    }
    const message = unpack(bytes);
    if (!message) return this.#ignore(from, "it is not a message of a transfer");
    if (message.mine !== this.#mine) return this.#ignore(from, "it is for another transfer");
    if (message.kind === "stop") {
      return this.#fail("The receiver has stopped, or it is busy with somebody else's file.");
    }
    if (message.kind !== "ack") return this.#ignore(from, `it is of the kind ${message.kind}`);
    if (message.number > this.next) {
      return this.#ignore(from, "it acknowledges what was never sent");
    }
    if (this.#theirs === 0) {
      this.#theirs = message.theirs;
      if (this.#asked === 1) this.trip.measured(now - this.#askedAt);
    }
    if (message.theirs !== this.#theirs) return;
    this.#heardAt = now;
    this.#unsent = undefined;
    this.#acknowledged(message.number, message.data, now);
  }

  /**
   * Remembers why a datagram was ignored. If no answer comes, the error says so. A datagram from
   * the receiver's address counts more than others.
   */
  #ignore(from: Address, why: string): void {
    if (this.#ignored && !sameAddress(from, this.#to)) return;
    this.#ignored = `What came from ${formatAddress(from)} was not taken: ${why}.`;
  }

  #acknowledged(lowest: number, bits: Uint8Array, now: number): void {
    let last: Part | undefined;
    let arrived = 0;
    for (const part of this.#parts.values()) {
      const written = part.number < lowest;
      if (!written && part.times === 0) break; // it was never sent, and nor were those after it
      if (!written && !isSet(bits, part.number - lowest)) continue;
      if (written) this.#parts.delete(part.number);
      if (part.held || part.times === 0) continue;
      part.held = true;
      arrived++;
      if (part.flying) this.#flying--;
      part.flying = false;
      if (part.order > (last?.order ?? 0)) last = part;
    }
    this.lowest = Math.max(this.lowest, lowest); // an ACK may be late, and overtaken by others
    if (last) this.#measure(last, arrived, now);
  }

  /** Measures the round trip of the part that was sent last of those that have arrived now. */
  #measure(last: Part, arrived: number, now: number): void {
    this.#timeouts = 0;
    // If the part was sent twice, we cannot tell which copy this ACK answers. So
    // it measures nothing, and a doubled timeout stays until the next
    // measurement (Karn's algorithm). An ACK that comes too early for the second
    // copy answers the first one. So the second copy has overtaken nothing.
    const took = now - last.sentAt;
    const once = last.times === 1;
    if (once) this.trip.measured(took);
    const known = once || took > this.trip.smoothed / 2;
    if (known) this.#newest = Math.max(this.#newest, last.order);

    if (this.#heldBack) this.#window.arrived?.(arrived);
    this.#window.measured?.({
      now,
      parts: arrived,
      flying: this.#flying,
      departure: known ? last.departure : undefined,
      trip: once ? took : undefined,
    });
  }

  due(now: number): [data: Uint8Array, to: Address][] {
    let datagrams = this.#due(now);
    // Before we give up, only a few tries are left. A bad network may lose all of
    // them, so each leaves twice. RFC 9002 (6.2.4) allows two in each timeout.
    const silent = now >= this.#heardAt + this.#patience / 2;
    if (silent && datagrams.length === 1) datagrams = [...datagrams, ...datagrams];
    return datagrams.map((data) => [data, this.#to]);
  }

  #due(now: number): Uint8Array[] {
    if (this.over) return [];
    if (this.#stopping) {
      this.#fail("It was stopped before all had arrived.");
      return [pack(this.#message("stop"))];
    }
    if (this.#ended && this.lowest === this.next) {
      this.over = true;
      const stop = pack(this.#message("stop"));
      return [stop, stop, stop]; // none of them will be acknowledged, so there are three
    }
    if (now >= this.#heardAt + this.#patience) {
      this.#fail(
        this.#theirs
          ? "The receiver fell silent: not all of the file is known to have arrived."
          : `${this.#ignored ?? "Nobody answered."} Is there a receiver, and was it started?`,
      );
      return [pack(this.#message("stop"))];
    }
    if (this.#theirs === 0) return this.#greet(now);
    // An empty part asks the receiver whether it is still there.
    if (this.#parts.size === 0 && now - this.#heardAt >= IDLE) this.add(NOTHING, now);
    this.#giveUpForLost(now);
    return this.#ask(now) ?? this.#send(now);
  }

  /** How long to wait for the receiver: long enough for some tries, also on a slow line. */
  get #patience(): number {
    return Math.max(PATIENCE, 12 * this.trip.calm);
  }

  #greet(now: number): Uint8Array[] {
    if (now < this.#askedAt + this.trip.timeout) return [];
    if (this.#asked++ > 0) this.trip.backOff();
    this.#askedAt = now;
    return [pack(this.#message("hello"))];
  }

  #giveUpForLost(now: number): void {
    for (const part of this.#parts.values()) {
      if (part.times === 0) break; // nor was any part after it sent
      if (!part.flying || now < this.#deadline(part)) continue;
      part.flying = false;
      this.#flying--;
      if (part.departure) this.#window.missed?.(part.departure);
      if (part.order < this.#newest) {
        this.#lost(part);
        continue;
      }
      // The other parts have more time now. This part, sent again, shows whether
      // they are lost, too. The first timeout may mean a single loss (RFC 9002, 7.6).
      this.trip.backOff();
      if (this.#timeouts++ === 0) this.#lost(part);
      else this.#window.silence?.();
    }
  }

  #lost({ order }: Part): void {
    if (order <= this.#windowLostAt) return;
    this.#windowLostAt = this.sent;
    this.#window.lost?.();
  }

  #deadline({ order, sentAt }: Part): number {
    return sentAt + (order < this.#newest ? this.trip.overtaken : this.trip.timeout);
  }

  /**
   * Sends the lowest part again, if the receiver has all parts and writes slowly. It answers with
   * an ACK that says whether it has room now. Its earlier ACK may be lost.
   */
  #ask(now: number): Uint8Array[] | undefined {
    if (!this.#allHeld() || now < this.#asksAt()) return undefined;
    this.#askedAt = now;
    this.trip.backOff();
    return [this.#datagram(this.#parts.get(this.lowest)!)];
  }

  #allHeld(): boolean {
    if (this.#parts.size === 0) return false;
    for (const { held } of this.#parts.values()) if (!held) return false;
    return true;
  }

  #asksAt(): number {
    return Math.max(this.#heardAt, this.#askedAt) + this.trip.timeout;
  }

  #send(now: number): Uint8Array[] {
    const datagrams: Uint8Array[] = [];
    this.#heldBack = this.#paced = false;
    for (const part of this.#parts.values()) {
      if (part.flying || part.held) continue;
      if (this.#waits(part, now)) break;
      part.departure = this.#window.sent?.(now, this.#flying);
      this.#flying++;
      part.flying = true;
      part.sentAt = now;
      part.order = ++this.sent;
      if (part.times++ > 0) this.resent++;
      datagrams.push(this.#datagram(part));
    }
    // If half of the receiver's room is free, the program that gives us parts is slow.
    const slow = this.next - this.lowest < LIMIT / 2;
    if (slow && !this.#heldBack && !this.#paced) this.#window.idle?.(this.#flying);
    return datagrams;
  }

  /** Says whether a part has to wait: for the window, its turn, or the receiver's buffer. */
  #waits(part: Part, now: number): boolean {
    this.#heldBack = this.#flying >= Math.max(1, Math.floor(this.#window.size));
    this.#paced = now < (this.#window.leavesAt ?? now);
    return this.#heldBack || this.#paced || this.#flying >= this.#room(part.data.length);
  }

  /**
   * Returns how many parts of this length may be under way without a loss. The receiver's buffer
   * has to hold them while the receiver does something else. On a long line, more parts fit: those
   * that are still on the line.
   */
  #room(length: number): number {
    const held = Math.max(3, RECEIVE_BUFFER / Math.max(1_300, 2 * length + 300));
    const { least } = this.trip;
    return Math.min(LIMIT, Math.floor(least < Infinity ? held * Math.max(1, least / 20) : held));
  }

  get wakeAt(): number {
    if (this.#theirs === 0) return this.#askedAt + this.trip.timeout;
    let at = this.#heardAt + (this.#parts.size === 0 ? IDLE : this.#patience);
    for (const part of this.#parts.values()) {
      if (part.times === 0) break; // nor was any part after it sent
      if (part.flying) at = Math.min(at, this.#deadline(part));
    }
    if (this.#paced) at = Math.min(at, this.#window.leavesAt ?? at);
    return this.#allHeld() ? Math.min(at, this.#asksAt()) : at;
  }

  #message(kind: "hello" | "stop"): Message {
    return { kind, mine: this.#mine, theirs: this.#theirs, number: 0, data: NOTHING };
  }

  #datagram({ kind, number, data }: Part): Uint8Array {
    return pack({ kind, mine: this.#mine, theirs: this.#theirs, number, data });
  }

  #fail(sentence: string): void {
    const cause = this.#unsent;
    this.failure = new Error(sentence, cause && { cause });
    this.over = true;
  }
}

/** The side that gets the file. It takes the file of the first sender, and of nobody else. */
export class Receiving implements Side {
  /** The lowest number that is not written yet. */
  lowest = 0;
  /** How many bytes are written. */
  bytes = 0;
  /** True when the file is written. It is not over yet then, because the sender may not know. */
  complete = false;
  over = false;

  readonly #mine = pick();
  #failed: (() => string) | undefined;
  #peer: Address | undefined;
  #theirs = 0;
  readonly #parts = new Map<number, Uint8Array>();
  /** The lowest number that has not come yet. */
  #missing = 0;
  #end = Infinity;
  #owes = false;
  #owesAt = Infinity;
  #told = 0;
  #replies: [data: Uint8Array, to: Address][] = [];
  #heardAt = Infinity;
  #farewell = false;

  /** The sender, as soon as it is known. */
  get peer(): Address | undefined {
    return this.#peer;
  }

  /**
   * The error says how much is written by now. The program may still be writing a part when the
   * sender stops.
   */
  get failure(): Error | undefined {
    return this.#failed && new Error(this.#failed());
  }

  /** All parts have come, and the end. Some of them may not be written yet. */
  get #whole(): boolean {
    return this.#missing === this.#end;
  }

  unsent(): void {} // it counts as lost

  heard(bytes: Uint8Array, from: Address, now: number): void {
    const message = unpack(bytes);
    // Nothing can be sent to port 0 (RFC 768). Without an answer, nobody can send a file.
    if (!message || message.kind === "ack" || from.port === 0 || this.over) return;
    const known = this.#peer !== undefined && sameAddress(this.#peer, from) &&
      this.#theirs === message.mine;
    if (message.kind === "stop") {
      if (known && message.theirs === this.#mine) this.#stopped(now);
    } else if (message.kind === "hello") {
      if (known || !this.#peer) this.#replies.push([this.#ack(message.mine), from]);
      else this.#replies.push([this.#stop(message), from]);
    } else if (message.theirs !== this.#mine || this.#peer && !known) {
      this.#replies.push([this.#stop(message), from]);
    } else {
      [this.#peer, this.#theirs] = [from, message.mine];
      if (!this.#farewell) this.#heardAt = now; // later it is an old copy
      this.#take(message, now);
    }
  }

  #take({ kind, number, data }: Message, now: number): void {
    const next = this.#missing;
    const fits = number >= next && number < this.lowest + LIMIT && number < this.#end;
    if (!fits || this.#parts.has(number)) {
      this.#owes = true; // it has come before: its ACK was lost, or late
      return;
    }
    if (kind === "end") this.#end = number;
    else this.#parts.set(number, data);
    while (this.#parts.has(this.#missing)) this.#missing++;
    // A part that came in order is acknowledged when it is written, but SOON at
    // the latest: otherwise the round trip would look long. A part behind a gap
    // is acknowledged at once, so that the sender hears of the gap.
    if (this.#missing === next) this.#owes = true;
    else this.#owesAt = Math.min(this.#owesAt, now + SOON);
    this.#look();
  }

  #look(): void {
    if (this.lowest !== this.#end || this.complete) return;
    this.complete = this.#owes = true;
    this.lowest++; // the end is acknowledged like a part
  }

  /**
   * Returns the next part to write, if it has arrived. Call {@linkcode written} when it is written,
   * before you ask for the next one.
   */
  part(): Uint8Array | undefined {
    return this.#parts.get(this.lowest);
  }

  /** Tells that the part is written that {@linkcode part} returned. */
  written(): void {
    this.bytes += this.#parts.get(this.lowest)!.length;
    this.#parts.delete(this.lowest++);
    if (!this.part() || this.lowest - this.#told >= 8) this.#owes = true;
    this.#look();
  }

  stop(): void {
    if (this.over) return;
    if (this.#peer) {
      this.#replies.push([this.#stop({ mine: this.#theirs, theirs: this.#mine }), this.#peer]);
    }
    this.#fail(() => "It was stopped before all had arrived.");
  }

  due(now: number): [data: Uint8Array, to: Address][] {
    if (!this.over && now - this.#heardAt >= PATIENCE) {
      // The sender repeats nothing, so our last ACK has probably arrived.
      if (this.complete) this.over = true;
      else if (!this.#whole) this.#fail(() => `The sender fell silent after ${this.#amount()}`);
    }
    if ((this.#owes || now >= this.#owesAt) && this.#peer && !this.over) {
      this.#replies.push([this.#ack(this.#theirs), this.#peer]);
      this.#told = this.lowest;
      this.#owesAt = Infinity;
    }
    this.#owes = false;
    return this.#replies.splice(0);
  }

  get wakeAt(): number {
    // If all parts are here, the sender may be silent. We wait for our own program to write them.
    const silent = this.#whole && !this.complete ? Infinity : this.#heardAt + PATIENCE;
    return Math.min(silent, this.#owesAt);
  }

  #ack(theirs: number): Uint8Array {
    const data = new Uint8Array(LIMIT / 8);
    let length = 0;
    for (const number of [...this.#parts.keys(), this.#end]) {
      const i = number - this.lowest;
      if (i < 0 || i >= LIMIT) continue;
      data[i >> 3]! |= 128 >> (i & 7);
      length = Math.max(length, (i >> 3) + 1);
    }
    const numbers = { mine: theirs, theirs: this.#mine, number: this.lowest };
    return pack({ kind: "ack", ...numbers, data: data.subarray(0, length) });
  }

  #stop({ mine, theirs }: { mine: number; theirs: number }): Uint8Array {
    return pack({ kind: "stop", mine, theirs, number: 0, data: NOTHING });
  }

  #stopped(now: number): void {
    // The sender sends STOP three times. We stay until the last one has come.
    if (this.#whole) [this.#farewell, this.#heardAt] = [true, now - PATIENCE + FAREWELL];
    else this.#fail(() => `The sender has stopped after ${this.#amount()}`);
  }

  #amount(): string {
    return `${inBytes(this.bytes)}: this is not the whole file.`;
  }

  #fail(sentence: () => string): void {
    this.#failed = sentence;
    this.over = true;
  }
}

function isSet(bits: Uint8Array, i: number): boolean {
  return ((bits[i >> 3] ?? 0) & (128 >> (i & 7))) !== 0;
}

/**
 * Connects one side of a transfer to a socket, until it is over. Then it closes the socket.
 *
 * If the machine stops the program for a while, that time does not count. The other side may have
 * been stopped, too, and what it has sent may wait in the socket.
 */
export class Talk {
  /** Resolves when it is over, and rejects if a part of the file did not arrive. */
  readonly ended: Promise<void>;
  readonly #socket: Socket;
  readonly #side: Side;
  #news = Promise.withResolvers<void>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** The time for the side, and when this clock was last read. */
  #time = performance.now();
  #readAt = this.#time;

  /** Begins at once. When the signal is aborted, it gives up and tells the other side. */
  constructor(socket: Socket, side: Side, signal?: AbortSignal) {
    this.#socket = socket;
    this.#side = side;
    this.ended = this.#listen(signal);
    this.ended.catch(() => {}); // a failure that nobody waits for must not end the program
    if (signal?.aborted) this.stop(); // a signal that was aborted before fires no event
    else this.#act();
  }

  /** Resolves when something has happened, and rejects if the transfer has failed. */
  news(): Promise<void> {
    return this.#side.over ? this.ended : this.#news.promise;
  }

  /**
   * Tells the side something, such as a part to send. Then it sends the datagrams that are due. It
   * throws if the transfer is over.
   */
  tell(what: (now: number) => void): void {
    if (this.#side.over) throw this.#side.failure ?? new Error("It is over.");
    what(this.#now());
    this.#act();
  }

  /** Returns the time. It moves on by two TICKs at most, however late the clock is read again. */
  #now(): number {
    const read = performance.now();
    this.#time += Math.min(read - this.#readAt, 2 * TICK);
    this.#readAt = read;
    return this.#time;
  }

  /** Ends it, if it is not over yet, and resolves when the socket is closed. */
  async stop(): Promise<void> {
    if (!this.#side.over) this.tell(() => this.#side.stop());
    await this.ended.catch(() => {});
  }

  #act(): void {
    clearTimeout(this.#timer);
    const now = this.#now();
    const sent = this.#side.due(now).map(([data, to]) =>
      this.#socket.send(data, to).catch((error) => {
        if (!this.#side.over) this.tell(() => this.#side.unsent(error));
      })
    );
    // Closing ends the sends whose turn has not come, and the last words are three.
    if (this.#side.over) Promise.all(sent).then(() => this.#socket.close());
    else {
      const wait = Math.min(this.#side.wakeAt - now, TICK);
      this.#timer = setTimeout(() => this.#act(), Math.max(0, wait));
    }
    this.#news.resolve();
    this.#news = Promise.withResolvers();
  }

  async #listen(signal?: AbortSignal): Promise<void> {
    const stop = () => void this.stop();
    signal?.addEventListener("abort", stop, { once: true });
    try {
      for await (const { data, from } of this.#socket) {
        if (!this.#side.over) this.tell((now) => this.#side.heard(data, from, now));
      }
    } finally {
      signal?.removeEventListener("abort", stop); // one signal may serve many transfers
      // Perhaps another part of the program has closed the socket.
      if (!this.#side.over) this.tell(() => this.#side.stop());
      clearTimeout(this.#timer);
    }
    if (this.#side.failure) throw this.#side.failure;
  }
}

/** What {@linkcode sendFile} may be given. */
export interface SendOptions {
  /**
   * How many parts may be under way: a number from 1 on, of which at most {@linkcode LIMIT} are
   * used. `auto`, the default, is a {@linkcode FairWindow}. `model` is a {@linkcode ModelWindow}:
   * it measures the line.
   */
  window?: number | "auto" | "model";
  /** When it is aborted, the sender gives up and tells the receiver. */
  signal?: AbortSignal;
}

/**
 * Sends parts to an address, with many of them under way at once. It ends when the receiver has
 * written all of them, and closes the socket. Returns the sending side, with its counts.
 *
 * A part has at most 65,494 bytes, and 1,024 are a good choice: networks carry them in one piece.
 * The parts are not copied, because they may have to be sent again. So do not change them later.
 *
 * @throws {RangeError} The window is less than 1, or a part has too many bytes.
 * @throws {Error} Not all parts arrived. The message says why, and its cause is the error of a send
 * that the system refused.
 */
export async function sendFile(
  socket: Socket,
  parts: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  to: Address,
  { window = "auto", signal }: SendOptions = {},
): Promise<Sending> {
  const sending = new Sending(to, newWindow(window), performance.now());
  const talk = new Talk(socket, sending, signal);

  try {
    await Promise.race([feed(talk, sending, parts), talk.ended]);
  } catch (error) {
    await talk.stop();
    throw error;
  }

  await talk.ended;
  return sending;
}

function newWindow(window: number | "auto" | "model"): Window {
  if (window === "auto") return new FairWindow();
  if (window === "model") return new ModelWindow();
  if (window >= 1) return { size: window };
  throw new RangeError(`A window has at least 1 part, not ${window}.`);
}

/** Gives the parts to the sending side, each as soon as there is room for it, and then the end. */
async function feed(
  talk: Talk,
  sending: Sending,
  parts: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
): Promise<void> {
  // The receiver has everything below `lowest`. The parts from there to `next` are
  // under way, or wait in its buffer, which holds LIMIT parts. So wait until an
  // ACK raises `lowest`.
  const room = async () => {
    while (sending.next >= sending.lowest + LIMIT) await talk.news();
  };

  for await (const part of parts) {
    await room();
    talk.tell((now) => sending.add(part, now));
  }
  await room();
  talk.tell((now) => sending.end(now));
}

/** What {@linkcode receiveFile} may be given. */
export interface ReceiveOptions {
  /** When it is aborted, the receiver gives up and tells the sender. */
  signal?: AbortSignal;
  /**
   * Called when the whole file is written. For another 10 s, the receiver acknowledges parts that
   * the sender repeats.
   */
  whole?: () => void;
}

/**
 * Yields the file that the first sender sends, part by part. A part counts as written when you ask
 * for the next one. If you ask slowly, the sender has to wait. If you end early, the sender stops.
 * At its end, it closes the socket.
 *
 * @throws {Error} The sender has stopped, or fell silent. The message says how much is written.
 */
export async function* receiveFile(
  socket: Socket,
  receiving: Receiving = new Receiving(),
  { signal, whole }: ReceiveOptions = {},
): AsyncGenerator<Uint8Array> {
  const talk = new Talk(socket, receiving, signal);
  try {
    while (!receiving.complete) {
      const part = receiving.part();
      if (!part) {
        await talk.news();
        continue;
      }
      if (part.length > 0) yield part; // an empty part only asks whether we are still there
      receiving.written(); // it counts, even if the sender has stopped in the meantime
      talk.tell(() => {}); // sends the ACK, or throws if the transfer has failed
    }
    whole?.();
    await talk.ended; // the last ACK may be lost, so stay and repeat it if the sender asks again
  } finally {
    await talk.stop();
  }
}
