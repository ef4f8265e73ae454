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

/** The system's clock. It does not jump when somebody sets the time of day. */
export const systemClock: Clock = {
  now: () => performance.now(),
  after(milliseconds, ring) {
    const timer = setTimeout(ring, Math.max(0, milliseconds));
    return () => clearTimeout(timer);
  },
};

/** Waits for this number of milliseconds of this clock. */
export function sleep(milliseconds: number, clock: Clock = systemClock): Promise<void> {
  return new Promise((wake) => clock.after(milliseconds, wake));
}
