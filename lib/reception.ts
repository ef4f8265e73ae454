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

/** A number that is farther from the highest belongs to another count (RFC 3550's MAX_DROPOUT). */
const FAR = 3000;
/** How many numbers are remembered, to find a double: more than FAR, and a power of two. */
const MEMORY = 4096;
/** At most so many datagrams count as lost during a silence. They are 2 s of sound. */
const LOST_IN_SILENCE = 100;

/** Counts the datagrams of one source. */
export class Reception {
  /** How many datagrams came, doubles included. */
  came = 0;
  /** How many datagrams came again, with the same number and the same timestamp. */
  doubled = 0;
  /** The highest number so far. It goes on after 65,535. `NaN` means that none has come. */
  highest: number = NaN;
  #lowest = NaN;
  /** How many datagrams came between the lowest and the highest, without doubles. */
  #counted = 0;
  /** How many were lost before the source began to count from another number. */
  #lostBefore = 0;
  /** The number after a distant one. If it comes next, the source counts from there. */
  #expected = NaN;
  readonly #known = new Map<number, { number: number; timestamp: number }>();
  readonly #after: number | undefined;

  /** `after` is the last number of the same source before it was silent, if it is known. */
  constructor(after?: number) {
    this.#after = after;
  }

  /** How many datagrams were sent, but have not come. */
  get lost(): number {
    const sent = this.#counted === 0 ? 0 : this.highest - this.#lowest + 1;
    return this.#lostBefore + sent - this.#counted;
  }

  /**
   * Counts a datagram, and returns its number, which goes on after 65,535. Returns `undefined` for
   * a double, and `NaN` for a number that does not fit the others.
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
    // It was sent before the silence, and does not belong to this count.
    if (number < this.#lowest && this.#after !== undefined) return NaN;
    return this.#count(number, timestamp);
  }

  #begin(sequence: number, timestamp: number): number {
    // So no number is below 0, even if a datagram comes that was sent before this one.
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
   * A distant number may be an accident. But after two in a row, the source counts from there.
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
