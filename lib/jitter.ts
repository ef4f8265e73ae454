/**
 * A jitter buffer for sound: it holds back the datagrams that come, so that one that is a little
 * late is still in time. It knows nothing of sockets, and no time but the one that it is told.
 *
 * @module
 */
import { Reception } from "./reception.ts";

/** Samples ahead of the one that is heard next: two seconds. */
const ROOM = 2 ** 14;
/**
 * Samples behind it whose fate is remembered: a second. A pause may turn out to be one when it is
 * over.
 */
const HISTORY = 2 ** 13;
/**
 * The places for samples, more than ROOM and HISTORY. A power of two: it goes round as timestamps
 * do.
 */
const PLACES = 2 ** 15;
/** Samples in a second, and in a millisecond. */
const SECOND = 8000;
const MILLISECOND = 8;
/** If for so many milliseconds no datagram has found a place, the speaker has another clock. */
const PATIENCE = 500;
/** An earlier datagram is looked for among so many numbers. */
const NEIGHBOURS = 100;

/** What is in a place instead of a sample: nothing came, nothing was sent, or it was heard. */
const GAP = -1;
const PAUSE = -2;
const HEARD = -3;

/** A part of sound, as an RTP datagram has it. */
export interface Part {
  /** One more for each datagram, of 16 bits. */
  sequence: number;
  /** When it was spoken, counted in samples, of 32 bits. */
  timestamp: number;
  /** Who speaks. */
  source?: number;
  /** A byte for each sample. May be empty, for a datagram whose sound is of another kind. */
  payload: Uint8Array;
}

/**
 * What became of a datagram: it has its place, its time is over, it is seconds too early, or it
 * came twice.
 */
export type Fit = "kept" | "late" | "early" | "double";

interface Place {
  start: number;
  end: number;
}

/**
 * Each sample is placed where its timestamp says, in whatever order they come. Playing begins
 * `delay` milliseconds after the first datagram came. It is for 8,000 samples a second, of a byte
 * each.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const buffer = new JitterBuffer(50, 2); // two samples are heard at a time
 * const [first, third] = [new Uint8Array([3, 4]), new Uint8Array([7, 8])];
 * buffer.put({ sequence: 7, timestamp: 14, payload: first }, 1000); // it came at 1000 ms
 * buffer.put({ sequence: 9, timestamp: 18, payload: third }, 1001);
 * assertEquals(buffer.due, 1050);
 * assertEquals([...buffer.take(), ...buffer.take(), ...buffer.take()], [3, 4, 255, 255, 7, 8]);
 * assertEquals([buffer.lost, buffer.missing, buffer.paused], [1, 2, 0]);
 * ```
 */
export class JitterBuffer {
  /** When the next samples are to be heard, in milliseconds; `Infinity` while nobody speaks. */
  due = Infinity;
  /** Datagrams of this talk that came when their time was over. */
  late = 0;
  /**
   * Datagrams of this talk that came seconds before their time, when there was no room for them
   * yet.
   */
  early = 0;
  /** Samples of this talk that were sent, and not there when it was time. */
  missing = 0;
  /**
   * Samples of silence where the speaker sent nothing: no number is missing, and the timestamp goes
   * on.
   */
  paused = 0;
  /** Samples of silence since the last one that was there. */
  silent = 0;
  #reception = new Reception();
  #source: number | undefined;
  /** Where each datagram of late belongs, by its number. */
  #parts = new Map<number, Place>();
  /** The samples of the longest datagram. */
  #longest = 0;
  readonly #places = new Int16Array(PLACES).fill(GAP);
  /**
   * Positions are timestamps that go on after 32 bits: of the beginning, the next sample, and the
   * end.
   */
  #start = 0;
  #next = 0;
  #end = 0;
  #misfitsSince = Infinity;

  /**
   * `size` samples are heard at a time, 20 ms if not given. `filler` is a sample for where there is
   * none: mu-law's silence if not given.
   */
  constructor(readonly delay: number, readonly size = 160, readonly filler = 0xff) {}

  /** Datagrams of this talk that came, doubles included. */
  get came(): number {
    return this.#reception.came;
  }

  /** Datagrams of this talk that never came, by the numbers of the others. */
  get lost(): number {
    return this.#reception.lost;
  }

  /** Datagrams of this talk that had come before. */
  get doubled(): number {
    return this.#reception.doubled;
  }

  /** Takes a datagram that came `now`. */
  put(part: Part, now: number): Fit {
    if (this.due === Infinity) this.#beginTalk(part, now);
    const number = this.#reception.add(part.sequence, part.timestamp);
    if (number === undefined) return "double";

    const dry = this.#next >= this.#end; // nothing waits to be heard
    if (dry && now - this.#misfitsSince >= PATIENCE) this.#beginTimeline(part, now);
    const start = this.#next + ((part.timestamp - this.#next) | 0);
    const end = start + part.payload.length;
    if (start < this.#next) this.#moveBack(start, now);
    const late = end <= this.#next;
    const early = end > this.#next + ROOM;
    if (!early && end > this.#next - HISTORY) this.#place(part.payload, start, number);
    if (part.payload.length === 0) return "kept";
    if (early) return this.#misfit("early", now);
    if (late) return this.#misfit("late", now);
    this.#misfitsSince = Infinity;
    return "kept";
  }

  /**
   * What is heard now; the next is due later. After a second in which nothing was there, nobody
   * speaks.
   */
  take(): Uint8Array {
    const sound = new Uint8Array(this.size).fill(this.filler);
    for (let i = 0; i < this.size; i++) {
      const sample = this.#at(this.#next);
      if (sample >= 0) {
        sound[i] = sample;
        this.silent = 0;
        this.#set(this.#next, HEARD);
      } else {
        this.silent++;
        if (sample === PAUSE) this.paused++;
        else if (this.#next < this.#end) this.missing++;
      }
      this.#next++;
      this.#set(this.#next - HISTORY, GAP); // from now on it is the place of a later one
    }
    const over = this.silent >= SECOND && this.#next >= this.#end;
    this.due = over ? Infinity : this.due + this.size / MILLISECOND;
    return sound;
  }

  #beginTalk(part: Part, now: number): void {
    const goesOn = part.source !== undefined && part.source === this.#source;
    this.#reception = new Reception(goesOn ? this.#reception.highest & 0xffff : undefined);
    this.#source = part.source;
    this.#longest = 0;
    [this.late, this.early, this.missing, this.paused] = [0, 0, 0, 0];
    this.#end = this.#next; // the silence since then is no part of this talk
    this.#beginTimeline(part, now);
  }

  /** From this datagram on, time is counted anew. */
  #beginTimeline({ timestamp }: Part, now: number): void {
    // The silence up to here is in the sound, and the speaker has spoken meanwhile.
    this.missing += this.#next - this.#end;
    this.#places.fill(GAP);
    this.#parts.clear();
    this.#start = timestamp;
    this.#next = timestamp;
    this.#end = timestamp;
    this.silent = 0;
    this.due = now + this.delay;
    this.#misfitsSince = Infinity;
  }

  /** Begins with this one where nothing has been heard yet, and there is still time for it. */
  #moveBack(start: number, now: number): void {
    const due = this.due - (this.#next - start) / MILLISECOND;
    if (this.#next > this.#start || due < now) return;
    this.#start = start;
    this.#next = start;
    this.due = due;
  }

  #misfit(fit: "late" | "early", now: number): Fit {
    this[fit]++;
    this.#misfitsSince = Math.min(this.#misfitsSince, now);
    return fit;
  }

  #place(payload: Uint8Array, start: number, number: number): void {
    const end = start + payload.length;
    if (end > this.#end) {
      // What was heard as silence after the end was none: the talk goes on.
      this.missing += Math.max(0, Math.min(end, this.#next) - this.#end);
      this.#end = end;
    }
    for (let at = Math.max(start, this.#next); at < end; at++) this.#set(at, payload[at - start]!);
    this.#longest = Math.max(this.#longest, payload.length);
    if (Number.isNaN(number)) return;

    this.#parts.set(number, { start, end });
    this.#parts.delete(number - 2 * NEIGHBOURS);
    const before = this.#neighbour(number, -1);
    const after = this.#neighbour(number, 1);
    if (before !== undefined && after !== undefined) {
      // One that was overtaken: more is known now.
      this.#mark(GAP, this.#parts.get(before)!.end, this.#parts.get(after)!.start);
    }
    if (before !== undefined) this.#between(before, number);
    if (after !== undefined) this.#between(number, after);
  }

  /** The number of the nearest datagram that is known before this one (-1), or after it (1). */
  #neighbour(number: number, step: 1 | -1): number | undefined {
    for (let i = 1; i <= NEIGHBOURS; i++) {
      if (this.#parts.has(number + i * step)) return number + i * step;
    }
  }

  /**
   * Finds the pause between two datagrams. Of the time between them, each number that is missing
   * explains as much as the longest datagram has. In the rest of it, nothing was sent.
   */
  #between(before: number, after: number): void {
    const { end } = this.#parts.get(before)!;
    const { start } = this.#parts.get(after)!;
    this.#mark(PAUSE, end, start - (after - before - 1) * this.#longest);
  }

  /** Says of silence from one position to another what it is. Part of it may have been heard. */
  #mark(silence: typeof PAUSE | typeof GAP, from: number, to: number): void {
    const other = silence === PAUSE ? GAP : PAUSE;
    for (let at = Math.max(from, this.#start, this.#next - HISTORY + 1); at < to; at++) {
      if (this.#at(at) !== other) continue;
      this.#set(at, silence);
      if (at >= this.#next) continue;
      this.paused += silence === PAUSE ? 1 : -1;
      this.missing += silence === PAUSE ? -1 : 1;
    }
  }

  #at(position: number): number {
    return this.#places[position & (PLACES - 1)]!;
  }

  #set(position: number, value: number): void {
    this.#places[position & (PLACES - 1)] = value;
  }
}
