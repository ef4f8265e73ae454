/**
 * A file over UDP: numbers, acknowledgements, timeouts and a sliding window. It needs udp.ts beside it.
 *
 * The two sides, {@linkcode Sending} and {@linkcode Receiving}, know no socket and no clock. Each is told what arrives (`heard`) and what time it is,
 * and says what to send (`due`) and when to ask it again (`wakeAt`). So the same code runs on a network,
 * and in a test that lets a bad minute pass in a millisecond. {@linkcode Talk} gives them a socket and the time.
 *
 *     HELLO  H  mine  theirs=0                   may I send you a file?
 *     PART   D  mine  theirs  number  bytes      a part of it
 *     END    E  mine  theirs  number             there is no part with this number, nor after it
 *     ACK    A  mine  theirs  lowest  bits       all before `lowest` is written; of the next ones I hold these
 *     STOP   X  mine  theirs                     I am done, or I give up, or I am busy with somebody else
 *
 * The kind is a byte, a number four (the most significant first). `mine` was picked at random by the sender,
 * `theirs` by the receiver. Who knows both is in this transfer: a stranger cannot guess them, and a datagram
 * of an earlier transfer has others. And a forged sender never gets to see the second one.
 *
 * @module
 */
import { type Address, formatAddress, sameAddress, type Socket } from "./udp.ts";

/** Bytes before the data of a part. */
export const HEADER = 13;

/** The most parts that a receiver holds: no window is larger. */
export const LIMIT = 256;

/** The receive buffer of a socket, on Linux: of 212,992 bytes, a quarter is given back late by who reads. */
const RECEIVE_BUFFER = 0.75 * 212_992;

/** For how many milliseconds the other side may be silent, before it counts as gone (on a slow line, more). */
export const PATIENCE = 10_000;

const IDLE = 3_000;
const [SOON, FAREWELL] = [40, 20];
const [FIRST, FLOOR, CAP, FIRST_CAP] = [500, 100, 1_000, 2_000];
const KINDS = { hello: 72, part: 68, end: 69, ack: 65, stop: 88 } as const;
const NOTHING = new Uint8Array();

/** What the datagrams of a transfer say. */
export interface Message {
  kind: keyof typeof KINDS;
  /** The sender's random number, and the receiver's: 0 before it is known. */
  mine: number;
  theirs: number;
  /** Of a part or of the end: its number. Of an ACK: the lowest that is not written yet. */
  number: number;
  /** Of a part: its bytes. Of an ACK: a bit for each part from `number` on, the first is 128 of the first byte. */
  data: Uint8Array;
}

/**
 * The bytes of a message.
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

/** What a datagram says, or `undefined` if it is none of a transfer's. The data is a view, not a copy. */
export function unpack(bytes: Uint8Array): Message | undefined {
  const found = Object.entries(KINDS).find(([, byte]) => byte === bytes[0]);
  if (!found || bytes.length < 9) return undefined;
  const kind = found[0] as keyof typeof KINDS;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [mine, theirs] = [view.getUint32(1), view.getUint32(5)];
  if (kind === "hello" || kind === "stop") {
    return bytes.length === 9 ? { kind, mine, theirs, number: 0, data: NOTHING } : undefined;
  }
  const most = { part: Infinity, end: 0, ack: LIMIT / 8 }[kind];
  if (bytes.length < HEADER || bytes.length - HEADER > most) return undefined;
  return { kind, mine, theirs, number: view.getUint32(9), data: bytes.subarray(HEADER) };
}

/** What a datagram of a transfer says, in a few words: `part 3, 1,024 bytes`. Of any other: `undefined`. */
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

/** A random number that is not 0. */
function pick(): number {
  return crypto.getRandomValues(new Uint32Array(1))[0]! || 1;
}

/**
 * How long to wait for an ACK: the measured round trip, and some more (RFC 6298). All times are milliseconds.
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
  /** The mean of what was measured, the newest with a weight of one eighth. */
  smoothed = NaN;
  /** The mean of how far the measured are from that mean. */
  variation = NaN;
  /** The shortest of all: what the way itself takes, when nothing waits anywhere. */
  least = Infinity;
  /** How long to wait for an ACK before sending again. */
  timeout = FIRST;
  /** How long to wait for one when something that was sent later has arrived already. */
  overtaken = FIRST;
  /** The timeout without any backing off. */
  calm = FIRST;

  /** A part went there and its ACK came back: in so many milliseconds. Only for what was sent once (Karn). */
  measured(milliseconds: number): void {
    this.least = Math.min(this.least, milliseconds);
    if (Number.isNaN(this.smoothed)) {
      [this.smoothed, this.variation] = [milliseconds, milliseconds / 2];
    } else {
      this.variation += (Math.abs(this.smoothed - milliseconds) - this.variation) / 4;
      this.smoothed += (milliseconds - this.smoothed) / 8;
    }
    // Where the round trip is always the same, the variation sinks to 0 and the timeout to the round trip:
    // then the least delay makes it send twice what was never lost. So there is a floor.
    this.calm = this.timeout = this.smoothed + Math.max(4 * this.variation, FLOOR);
    this.overtaken = this.smoothed + Math.max(2 * this.variation, this.smoothed / 4, 5);
  }

  /** Nothing came in time: wait twice as long for the next one, but never for ever. */
  backOff(): void {
    // The first round trip may be a long one. One of more than FIRST_CAP is never measured: all is sent twice then.
    const cap = Number.isNaN(this.smoothed) ? FIRST_CAP : CAP;
    this.timeout = Math.max(this.timeout, Math.min(2 * this.timeout, cap));
  }
}

/** How many parts may be under way. `{ size: 32 }` is one; one that adapts wants to know how it goes. */
export interface Window {
  /** Just now. It counts as at most {@linkcode LIMIT}, and as 1 at least. */
  readonly size: number;
  /** So many parts have arrived, and this window was what held the sender back. */
  arrived?(parts: number): void;
  /** At least one was lost. Told once for all that were under way then. */
  lost?(): void;
  /** Nothing comes back any more. */
  silence?(): void;
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
 * window.arrived(10); // all of the first ones: so it is 20
 * window.lost();
 * assertEquals(window.size, 10);
 * ```
 */
export class FairWindow implements Window {
  /** How many parts may be under way now. */
  size = 10;
  /** At this size the window ends to double, and grows by one part in a round trip. */
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
  /** When it was last sent, as the how-manieth datagram of all, and how often in all. */
  sentAt: number;
  order: number;
  times: number;
  /** Sent, and neither here again as an ACK nor given up for lost. */
  flying: boolean;
  /** The receiver holds it, but has not written it yet. */
  held: boolean;
}

/** One side of a transfer: what arrives goes in, what has to leave comes out. Times are milliseconds. */
export interface Side {
  /** A datagram came. */
  heard(bytes: Uint8Array, from: Address, now: number): void;
  /** What has to leave now, and where to. */
  due(now: number): [data: Uint8Array, to: Address][];
  /** When to call {@linkcode due} again, even if nothing is heard. */
  readonly wakeAt: number;
  /** Gives up, and lets the other side know. */
  stop(): void;
  /** A send failed. */
  unsent(error: Error): void;
  /** True when there is nothing left to do. */
  readonly over: boolean;
  /** Why not all has arrived, when it is over. */
  readonly failure: Error | undefined;
}

/** The side that has the file. */
export class Sending implements Side {
  /** The number that the next part will get. */
  next = 0;
  /** The lowest number that the receiver has not written yet. A part may come after it if `next < lowest + LIMIT`. */
  lowest = 0;
  /** How many datagrams with a part have left, and how many of them not for the first time. */
  sent = 0;
  resent = 0;
  over = false;
  failure: Error | undefined;
  /** The round trip, as it is known so far. */
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
  #ended = false;
  #stopping = false;
  #ignored: string | undefined;
  /** When the receiver was last heard, and when it was last asked whether it is there. */
  #heardAt: number;
  #askedAt = -Infinity;
  #asked = 0;

  /** Sends to this address. */
  constructor(to: Address, window: Window, now: number) {
    this.#to = to;
    this.#window = window;
    this.#heardAt = now;
  }

  /** Takes a part. There has to be room for it: `next < lowest + LIMIT`. */
  add(data: Uint8Array, now: number): void {
    this.#add("part", data, now);
  }

  /** There are no more parts. This takes the room of one. */
  end(now: number): void {
    this.#add("end", NOTHING, now);
    this.#ended = true;
  }

  #add(kind: Part["kind"], data: Uint8Array, now: number): void {
    if (this.#ended || !(this.next < this.lowest + LIMIT)) throw new RangeError("No room.");
    if (this.#parts.size === 0 && this.#theirs) this.#heardAt = now; // nobody had to answer before
    const number = this.next++;
    const never = { sentAt: -Infinity, order: 0, times: 0, flying: false, held: false };
    this.#parts.set(number, { number, kind, data, ...never });
  }

  stop(): void {
    this.#stopping = true;
  }

  unsent(error: Error): void {
    // Later it may be a cable that somebody is just plugging in again: as if it were lost on its way.
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
    this.#acknowledged(message.number, message.data, now);
  }

  /** Notes what was not taken: if there is no answer, it tells why. What the receiver sends counts most. */
  #ignore(from: Address, why: string): void {
    if (this.#ignored && !sameAddress(from, this.#to)) return;
    this.#ignored = `What came from ${formatAddress(from)} was not taken: ${why}.`;
  }

  #acknowledged(lowest: number, bits: Uint8Array, now: number): void {
    let last: Part | undefined;
    let arrived = 0;
    for (const part of this.#parts.values()) {
      const written = part.number < lowest;
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
    if (!last) return;
    this.#timeouts = 0;
    // Of what was sent twice, nobody knows which of the two this ACK is for. So it is not measured, and a
    // timeout that was doubled stays so until something can be (Karn's algorithm). An ACK that is too early
    // for the second one is for the first: it has overtaken nothing.
    const took = now - last.sentAt;
    if (last.times === 1) this.trip.measured(took);
    else if (!(took > this.trip.smoothed / 2)) last = undefined;
    this.#newest = Math.max(this.#newest, last?.order ?? 0);
    if (this.#heldBack) this.#window.arrived?.(arrived);
  }

  due(now: number): [data: Uint8Array, to: Address][] {
    return this.#due(now).map((data) => [data, this.#to]);
  }

  #due(now: number): Uint8Array[] {
    if (this.over) return [];
    const stop = pack(this.#message("stop"));
    if (this.#stopping) {
      this.#fail("It was stopped before all had arrived.");
      return [stop];
    }
    if (this.#ended && this.lowest === this.next) {
      this.over = true;
      return [stop, stop, stop]; // none of them will be acknowledged, so there are three
    }
    if (now >= this.#heardAt + this.#patience) {
      this.#fail(
        this.#theirs
          ? "The receiver fell silent: not all of the file is known to have arrived."
          : `${this.#ignored ?? "Nobody answered."} Is there a receiver, and was it started?`,
      );
      return [stop];
    }
    if (this.#theirs === 0) return this.#greet(now);
    if (this.#parts.size === 0 && now - this.#heardAt >= IDLE) this.add(NOTHING, now); // are you there?
    this.#giveUpForLost(now);
    return this.#ask(now) ?? this.#send(now);
  }

  /** Long enough for some tries, on a slow line as well. */
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
      if (!part.flying || now < this.#deadline(part)) continue;
      part.flying = false;
      this.#flying--;
      if (part.order < this.#newest) {
        this.#lost(part);
        continue;
      }
      this.trip.backOff(); // the others have more time now: the first one will tell what became of them
      if (this.#timeouts++ === 0) this.#lost(part); // the first may be a single one (RFC 9002, 7.6)
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

  /** Where the receiver holds everything and writes slowly: whether there is room now. Its word may be lost. */
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
    this.#heldBack = false;
    for (const part of this.#parts.values()) {
      if (part.flying || part.held) continue;
      if (this.#flying >= Math.max(1, Math.floor(this.#window.size))) {
        this.#heldBack = true;
        break;
      }
      if (this.#flying >= this.#room(part.data.length)) break;
      this.#flying++;
      part.flying = true;
      part.sentAt = now;
      part.order = ++this.sent;
      if (part.times++ > 0) this.resent++;
      datagrams.push(this.#datagram(part));
    }
    return datagrams;
  }

  /**
   * How many parts of that length may be under way without a loss: as many as the receiver's buffer holds,
   * while it looks away for a moment, and on a long line those that are still on their way to it.
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
      if (part.flying) at = Math.min(at, this.#deadline(part));
    }
    return this.#allHeld() ? Math.min(at, this.#asksAt()) : at;
  }

  #message(kind: "hello" | "stop"): Message {
    return { kind, mine: this.#mine, theirs: this.#theirs, number: 0, data: NOTHING };
  }

  #datagram({ kind, number, data }: Part): Uint8Array {
    return pack({ kind, mine: this.#mine, theirs: this.#theirs, number, data });
  }

  #fail(sentence: string): void {
    this.failure = new Error(sentence);
    this.over = true;
  }
}

/** The side that gets the file: from the first who wants to send one, and from nobody else. */
export class Receiving implements Side {
  /** The lowest number that is not written yet. */
  lowest = 0;
  /** How many bytes are written. */
  bytes = 0;
  /** True when all of the file is written. The sender may not know yet: so this is not over at once. */
  complete = false;
  over = false;

  readonly #mine = pick();
  #failed: (() => string) | undefined;
  #peer: Address | undefined;
  #theirs = 0;
  readonly #parts = new Map<number, Uint8Array>();
  /** The first number that has not come yet. */
  #missing = 0;
  #end = Infinity;
  #owes = false;
  #owesAt = Infinity;
  #told = 0;
  #replies: [data: Uint8Array, to: Address][] = [];
  #heardAt = Infinity;

  /** Who sends. */
  get peer(): Address | undefined {
    return this.#peer;
  }

  /** Says how much is written by now: a part may still be on its way to the disk when the sender stops. */
  get failure(): Error | undefined {
    return this.#failed && new Error(this.#failed());
  }

  /** All parts have come, and the end. Some of them may not be written yet. */
  get #whole(): boolean {
    return this.#missing === this.#end;
  }

  unsent(): void {} // as if it were lost on its way

  heard(bytes: Uint8Array, from: Address, now: number): void {
    const message = unpack(bytes);
    // Port 0 says "do not answer" (RFC 768), and who cannot be answered cannot send a file.
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
      [this.#peer, this.#theirs, this.#heardAt] = [from, message.mine, now];
      this.#take(message, now);
    }
  }

  #take({ kind, number, data }: Message, now: number): void {
    const next = this.#missing;
    const fits = number >= next && number < this.lowest + LIMIT && number < this.#end;
    if (!fits || this.#parts.has(number)) {
      this.#owes = true; // it had come before: the ACK was lost, or late
      return;
    }
    if (kind === "end") this.#end = number;
    else this.#parts.set(number, data);
    while (this.#parts.has(this.#missing)) this.#missing++;
    // What came in order is acknowledged when it is written, which is soon. If it is not soon, the round trip
    // would seem to be a long one. And a gap has to be told at once.
    if (this.#missing === next) this.#owes = true;
    else this.#owesAt = Math.min(this.#owesAt, now + SOON);
    this.#look();
  }

  #look(): void {
    if (this.lowest !== this.#end || this.complete) return;
    this.complete = this.#owes = true;
    this.lowest++; // the end is acknowledged like a part
  }

  /** The next part to write, if it is here. Say {@linkcode written} when it is, and only then ask again. */
  part(): Uint8Array | undefined {
    return this.#parts.get(this.lowest);
  }

  /** The part that {@linkcode part} returned is written. */
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
      if (this.complete) this.over = true; // nobody repeats what we have: our last ACK has arrived, we hope
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
    // With all parts here, a silent sender is no failure. What is missing is the one who writes.
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
    if (this.#whole) this.#heardAt = now - PATIENCE + FAREWELL; // there are three of them
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

/** Lets one side of a transfer talk through a socket, until it is over. Then it closes the socket. */
export class Talk {
  /** Resolves when it is over, and rejects if not all has arrived. */
  readonly ended: Promise<void>;
  readonly #socket: Socket;
  readonly #side: Side;
  #news = Promise.withResolvers<void>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Begins at once. When the signal is aborted, the other side is told that there will be no more. */
  constructor(socket: Socket, side: Side, signal?: AbortSignal) {
    this.#socket = socket;
    this.#side = side;
    this.ended = this.#listen(signal);
    this.ended.catch(() => {}); // who waits for it is told; nobody has to wait
    this.#act();
  }

  /** Resolves when something has happened, and rejects if that was the end of it, and a bad one. */
  news(): Promise<void> {
    return this.#side.over ? this.ended : this.#news.promise;
  }

  /** Tells the side something, such as a part to send, and sends what is due then. Throws if it is over. */
  tell(what: (now: number) => void): void {
    if (this.#side.over) throw this.#side.failure ?? new Error("It is over.");
    what(performance.now());
    this.#act();
  }

  /** Ends it, if it is not over yet, and resolves when the socket is closed. */
  async stop(): Promise<void> {
    if (!this.#side.over) this.tell(() => this.#side.stop());
    await this.ended.catch(() => {});
  }

  #act(): void {
    clearTimeout(this.#timer);
    for (const [data, to] of this.#side.due(performance.now())) {
      this.#socket.send(data, to).catch((error) => {
        if (!this.#side.over) this.tell(() => this.#side.unsent(error));
      });
    }
    if (this.#side.over) this.#socket.close();
    else {
      const wait = Math.min(this.#side.wakeAt - performance.now(), 60_000);
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
      // It may be somebody else who has closed the socket.
      if (!this.#side.over) this.tell(() => this.#side.stop());
      clearTimeout(this.#timer);
    }
    if (this.#side.failure) throw this.#side.failure;
  }
}

/** What {@linkcode sendFile} may be given. */
export interface SendOptions {
  /** How many parts may be under way. `auto`, the default, is a {@linkcode FairWindow}. */
  window?: number | "auto";
  /** When it is aborted, the receiver is told that there will be no more. */
  signal?: AbortSignal;
}

/**
 * Sends parts to an address, with many of them under way at once. It ends when the receiver has
 * written all of them, and closes the socket. It throws if not all of them arrived.
 */
export async function sendFile(
  socket: Socket,
  parts: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  to: Address,
  { window = "auto", signal }: SendOptions = {},
): Promise<Sending> {
  const size = window === "auto" ? new FairWindow() : { size: window };
  const sending = new Sending(to, size, performance.now());
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

/** Gives the sender part after part, as soon as there is room for the next one, and then the end. */
async function feed(
  talk: Talk,
  sending: Sending,
  parts: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
): Promise<void> {
  // The receiver has room for LIMIT parts that it has not written yet. To count the parts under
  // way is not enough: it may hold most of the others. So wait for an ACK that moves `lowest`.
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
  /** When it is aborted, the sender is told that there will be no more. */
  signal?: AbortSignal;
  /** Called when all of the file is written. For 10 s it still acknowledges what the sender may repeat. */
  whole?: () => void;
}

/**
 * Yields the file that the first sender sends, part by part. A part counts as written when you ask
 * for the next one. It closes the socket at its end. If you ask slowly, the sender has to wait; if
 * you end early, it stops.
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
      if (part.length > 0) yield part; // an empty one only asks whether we are there
      receiving.written(); // and this counts, even if the sender has stopped meanwhile
      talk.tell(() => {}); // sends the ACK, or throws what ended it
    }
    whole?.();
    await talk.ended; // the last ACK may be lost: stay, and say it again to whoever asks again
  } finally {
    await talk.stop();
  }
}
