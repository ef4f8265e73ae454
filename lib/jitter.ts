/**
 * A jitter buffer for sound. It holds datagrams back for a moment, so that one that is a little
 * late is still in time. It has no socket and no clock: the caller hands in datagrams and the time.
 * It needs reception.ts beside it.
 *
 * @module
 */
import { Reception } from "./reception.ts";

/** How many samples ahead of the next one have room: two seconds. */
const ROOM = 2 ** 14;
/**
 * How many samples behind the next one are remembered: a second. When a pause is over, its silence
 * can still be counted as a pause.
 */
const HISTORY = 2 ** 13;
/** The number of places for samples: more than ROOM and HISTORY. A power of two divides 2^32. */
const PLACES = 2 ** 15;
/** The number of samples in a second, and in a millisecond. */
const SECOND = 8000;
const MILLISECOND = 8;
/** After so many milliseconds without a datagram in time, the speaker must have another clock. */
const PATIENCE = 500;
/** The datagram before another one is looked for among so many numbers. */
const NEIGHBOURS = 100;

/** A place without a sample: it has not come, it was not sent, or it was heard already. */
const GAP = -1;
const PAUSE = -2;
const HEARD = -3;

/** A part of the sound, as an RTP datagram has it. */
export interface Part {
  /** The number of the datagram. It has 16 bits, so after 65,535 comes 0. */
  sequence: number;
  /** The time of the first sample, counted in samples. It has 32 bits. */
  timestamp: number;
  /** The number of the speaker. */
  source?: number;
  /** A byte for each sample. It is empty if the datagram has another kind of sound. */
  payload: Uint8Array;
}

/** What became of a datagram: it is kept, its time is over, it is too early, or it came twice. */
export type Fit = "kept" | "late" | "early" | "double";

/** The positions of a datagram's samples. */
interface Place {
  start: number;
  end: number;
}

/**
 * Puts each sample where its timestamp says, even if datagrams come in another order. Playing
 * begins `delay` milliseconds after the first datagram came. The sound has 8,000 samples a second,
 * of a byte each. A talk begins with a datagram, and ends after a second of silence.
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
  /** The time of the next `take`, in milliseconds. It is `Infinity` while nobody speaks. */
  due: number = Infinity;
  /** How many datagrams of this talk came too late. */
  late = 0;
  /** How many datagrams of this talk came seconds too early, when they had no room yet. */
  early = 0;
  /** How many samples of this talk were sent, but had not come in time. */
  missing = 0;
  /**
   * How many samples of silence are pauses. In a pause the speaker sends nothing: the timestamp
   * goes on, and no number is missing.
   */
  paused = 0;
  /** How many samples of silence were played since the last sound. */
  silent = 0;
  #reception = new Reception();
  #source: number | undefined;
  /** The places of the last 200 datagrams, by their numbers. */
  #parts = new Map<number, Place>();
  /** How many samples the longest datagram has. */
  #longest = 0;
  readonly #places = new Int16Array(PLACES).fill(GAP);
  /**
   * The positions of the first sample, the next one, and the last one. A position is a timestamp
   * that goes on after 32 bits.
   */
  #start = 0;
  #next = 0;
  #end = 0;
  #misfitsSince = Infinity;

  /**
   * `delay` is in milliseconds. `size` is the number of samples that `take` returns: 160 samples
   * are 20 ms. `filler` is the sample of silence.
   *
   * @throws {RangeError} The delay is negative, or the size is not a whole number from 1 on.
   */
  constructor(readonly delay: number, readonly size = 160, readonly filler = 0xff) {
    if (!(delay >= 0)) throw new RangeError(`A delay cannot be ${delay} ms.`);
    if (!Number.isInteger(size) || size < 1) {
      throw new RangeError(`A size is a whole number from 1 on, not ${size}.`);
    }
  }

  /** How many datagrams of this talk came, doubles included. */
  get came(): number {
    return this.#reception.came;
  }

  /** How many datagrams of this talk did not come: their numbers are missing. */
  get lost(): number {
    return this.#reception.lost;
  }

  /** How many datagrams of this talk came a second time. */
  get doubled(): number {
    return this.#reception.doubled;
  }

  /** Takes a datagram that came at the time `now`, in milliseconds. */
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
   * Returns the samples to play now, and sets `due` for the next call. After a second of silence
   * the talk is over.
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
      this.#set(this.#next - HISTORY, GAP); // a later sample gets this place
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
    this.#end = this.#next; // the silence between the talks does not count
    this.#beginTimeline(part, now);
  }

  /** Begins to count time from this datagram. */
  #beginTimeline({ timestamp }: Part, now: number): void {
    // The speaker has spoken meanwhile, but silence was played.
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

  /** Begins with this earlier position, if nothing was played yet and there is still time. */
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
      // The silence that was played after the end was not the end: samples were missing.
      this.missing += Math.max(0, Math.min(end, this.#next) - this.#end);
      this.#end = end;
    }
    for (let at = Math.max(start, this.#next); at < end; at++) this.#set(at, payload[at - start]!);
    this.#longest = Math.max(this.#longest, payload.length);
    if (Number.isNaN(number)) return;

    if (this.#parts.size === 2 * NEIGHBOURS) {
      const [oldest] = this.#parts.keys();
      this.#parts.delete(oldest!);
    }
    this.#parts.set(number, { start, end });
    const before = this.#neighbour(number, -1);
    const after = this.#neighbour(number, 1);
    if (before !== undefined && after !== undefined) {
      // This datagram was overtaken. Find the pauses beside it again.
      this.#mark(GAP, this.#parts.get(before)!.end, this.#parts.get(after)!.start);
    }
    if (before !== undefined) this.#between(before, number);
    if (after !== undefined) this.#between(number, after);
  }

  /** Returns the number of the nearest known datagram before this one (-1), or after it (1). */
  #neighbour(number: number, step: 1 | -1): number | undefined {
    for (let i = 1; i <= NEIGHBOURS; i++) {
      if (this.#parts.has(number + i * step)) return number + i * step;
    }
    return undefined;
  }

  /**
   * Finds the pause between two datagrams. If numbers between them are missing, each lost datagram
   * counts as long as the longest one. In the rest of the time, nothing was sent.
   */
  #between(before: number, after: number): void {
    const { end } = this.#parts.get(before)!;
    const { start } = this.#parts.get(after)!;
    this.#mark(PAUSE, end, start - (after - before - 1) * this.#longest);
  }

  /** Marks the silence between two positions as a pause or a gap. Part of it may be played. */
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
