/**
 * A jitter buffer for sound: it holds back what comes, so that what is late by a little has its place all the
 * same. It knows nothing of sockets, nor of time but what it is told.
 *
 * @module
 */

/** So many samples at most, from what is heard now on: two seconds. A power of two: it goes round as timestamps do. */
const ROOM = 2 ** 14;
/** Samples a second, and a millisecond. */
const [SECOND, MILLISECOND] = [8000, 8];
/** After so many datagrams in a row that fit nowhere, the speaker's clock is another one. */
const MISFITS = 25;
const GAP = -1;

/** A part of sound, and when it was spoken, counted in samples: of 32 bits, as in RTP. */
export interface Part {
  timestamp: number;
  payload: Uint8Array;
}

/**
 * Each sample goes where its timestamp says, in whatever order they come, and is heard `delay` milliseconds
 * after the first one came. Doubles change nothing. It is for 8,000 samples a second, of a byte each.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const buffer = new JitterBuffer(50, 2); // two samples are heard at a time
 * buffer.put({ timestamp: 14, payload: new Uint8Array([3, 4]) }, 1000); // came at 1000 ms
 * buffer.put({ timestamp: 18, payload: new Uint8Array([7, 8]) }, 1001);
 * assertEquals(buffer.due, 1050);
 * assertEquals([...buffer.take(), ...buffer.take(), ...buffer.take()], [3, 4, 255, 255, 7, 8]);
 * assertEquals(buffer.missing, 2);
 * ```
 */
export class JitterBuffer {
  /** When the next samples are to be heard, in milliseconds; `Infinity` while nobody speaks. */
  due = Infinity;
  /** Datagrams of this talk. */
  came = 0;
  /** Those of them that fitted nowhere: too late, or seconds too early. */
  late = 0;
  /** Samples of this talk that were not there when it was time. Those after its end do not count. */
  missing = 0;
  /** Samples since the last one that was there. */
  silent = 0;
  readonly #samples = new Int16Array(ROOM).fill(GAP);
  #next = 0;
  #misfits = 0;

  /**
   * `size` samples are heard at a time, 20 ms if not given. `filler` is a sample for where there is none:
   * mu-law's silence if not given.
   */
  constructor(readonly delay: number, readonly size = 160, readonly filler = 0xff) {}

  /** Takes what came `now`. False: there is no place for it, since it is too late. */
  put({ timestamp, payload }: Part, now: number): boolean {
    if (this.due === Infinity) [this.came, this.late, this.missing] = [0, 0, 0];
    if (this.due === Infinity || this.#misfits === MISFITS) {
      this.#samples.fill(GAP);
      [this.#next, this.due, this.silent, this.#misfits] = [timestamp, now + this.delay, 0, 0];
    }
    this.came++;
    const ahead = (timestamp - this.#next) | 0; // after 2^32 - 1 comes 0: half the circle is behind
    if (ahead + payload.length <= 0 || ahead + payload.length > ROOM) {
      this.late++;
      this.#misfits++;
      return false;
    }
    this.#misfits = 0;
    for (let i = Math.max(0, -ahead); i < payload.length; i++) {
      this.#samples[(timestamp + i) % ROOM] = payload[i]!;
    }
    return true;
  }

  /** What is heard now; the next is due later. After a second in which nothing was there, nobody speaks. */
  take(): Uint8Array {
    const sound = new Uint8Array(this.size).fill(this.filler);
    for (let i = 0; i < this.size; i++) {
      const place = this.#next++ % ROOM;
      const sample = this.#samples[place]!;
      this.#samples[place] = GAP; // its place is for another one, in two seconds
      if (sample === GAP) {
        this.silent++;
        continue;
      }
      sound[i] = sample;
      this.missing += this.silent;
      this.silent = 0;
    }
    this.due = this.silent >= SECOND ? Infinity : this.due + this.size / MILLISECOND;
    return sound;
  }
}
