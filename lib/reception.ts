/**
 * Counts the datagrams of one RTP source by their sequence numbers (RFC 3550, A.1): how many came,
 * how many were lost on the way, and how many came twice. It does not look at the clock.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const reception = new Reception();
 * reception.add(65_534, 0);
 * reception.add(65_535, 160);
 * reception.add(1, 480); // after 65,535 comes 0, and it is missing
 * assertEquals(reception.lost, 1);
 * reception.add(0, 320); // it was only overtaken
 * reception.add(0, 320);
 * assertEquals([reception.came, reception.lost, reception.doubled], [5, 0, 1]);
 * ```
 *
 * @module
 */

/** A number so far from the highest does not belong to the same count (RFC 3550's MAX_DROPOUT). */
const FAR = 3000;
/** So many numbers are remembered, to know a double: more than FAR. A power of two. */
const MEMORY = 4096;
/** A source that goes on after a silence has not lost more than so many in it: 2 s of them. */
const LOST_IN_SILENCE = 100;

/** What came from one source, by its numbers. */
export class Reception {
  /** Datagrams that came, doubles included. */
  came = 0;
  /** Datagrams that had come before, with the same number and the same timestamp. */
  doubled = 0;
  /** The highest number so far, counted on beyond 65,535. `NaN` before the first. */
  highest = NaN;
  #lowest = NaN;
  /** Datagrams between the lowest and the highest, without doubles. */
  #counted = 0;
  /** Lost before the source began to count from another number. */
  #lostBefore = 0;
  /** The number after one that was far away: if it comes, the source counts anew. */
  #expected = NaN;
  readonly #known = new Map<number, { number: number; timestamp: number }>();
  readonly #after: number | undefined;

  /** `after` is the last number of the same source before it was silent, if it is known. */
  constructor(after?: number) {
    this.#after = after;
  }

  /** Datagrams that were sent, and have not come. */
  get lost(): number {
    const sent = this.#counted === 0 ? 0 : this.highest - this.#lowest + 1;
    return this.#lostBefore + sent - this.#counted;
  }

  /**
   * Counts a datagram. Returns its number, counted on beyond 65,535; `undefined` for a double;
   * `NaN` where the number fits nothing yet.
   */
  add(sequence: number, timestamp: number): number | undefined {
    this.came++;
    if (this.#counted === 0) return this.#begin(sequence, timestamp);
    const ahead = (sequence - this.highest) << 16 >> 16; // from -32,768 to 32,767
    const number = this.highest + ahead;
    const known = this.#known.get(number % MEMORY);
    const again = known?.number === number;
    if (again && known.timestamp === timestamp) {
      this.doubled++;
      return undefined;
    }
    if (again || Math.abs(ahead) > FAR) return this.#jump(sequence, timestamp);
    // One from before the silence: its count is over.
    if (number < this.#lowest && this.#after !== undefined) return NaN;
    return this.#count(number, timestamp);
  }

  #begin(sequence: number, timestamp: number): number {
    // From here numbers do not fall below 0, even where some come before the first one.
    const number = 65_536 + sequence;
    this.highest = number;
    this.#lowest = number;
    if (this.#after !== undefined) {
      const skipped = (sequence - this.#after - 1) & 0xffff;
      if (skipped <= LOST_IN_SILENCE) this.#lowest = number - skipped;
    }
    return this.#count(number, timestamp);
  }

  #count(number: number, timestamp: number): number {
    this.highest = Math.max(this.highest, number);
    this.#lowest = Math.min(this.#lowest, number);
    this.#counted++;
    this.#expected = NaN;
    this.#known.set(number % MEMORY, { number, timestamp });
    return number;
  }

  /**
   * One that is far away may be a stray. Two in a row are a source that counts from another number.
   */
  #jump(sequence: number, timestamp: number): number {
    if (sequence !== this.#expected) {
      this.#expected = (sequence + 1) & 0xffff;
      return NaN;
    }
    this.#lostBefore = this.lost;
    const number = this.highest + 65_536 + ((sequence - this.highest) & 0xffff);
    this.highest = number;
    this.#lowest = number - 1; // the first of the two
    this.#counted = 1;
    return this.#count(number, timestamp);
  }
}
