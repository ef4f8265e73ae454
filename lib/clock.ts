/**
 * A clock as a parameter. With another clock, a test runs a program in simulated time.
 *
 * @module
 */

/** Tells the time, and calls back later. Times are in milliseconds, from any beginning. */
export interface Clock {
  /** Returns the present time. */
  now(): number;
  /** Calls `ring` after so many milliseconds, or a little later. Returns what cancels that. */
  after(milliseconds: number, ring: () => void): () => void;
}

/** The longest time of `setTimeout`: 24.8 days. With a longer one it would call back at once. */
const LONGEST = 2 ** 31 - 1;

/**
 * The system's clock. It does not jump when somebody sets the time of day. A wait of more than 24.8
 * days ends after 24.8 days.
 */
export const systemClock: Clock = {
  now: () => performance.now(),
  after(milliseconds, ring) {
    const timer = setTimeout(ring, Math.min(Math.max(0, milliseconds), LONGEST));
    return () => clearTimeout(timer);
  },
};

/** Waits for this number of milliseconds of this clock. */
export function sleep(milliseconds: number, clock: Clock = systemClock): Promise<void> {
  return new Promise((wake) => clock.after(milliseconds, wake));
}
