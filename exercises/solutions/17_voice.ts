/**
 * One way to solve exercise 17: voice.
 *
 * @module
 */

/** A datagram of RTP that has arrived. */
export interface Arrival {
  /**
   * Its timestamp in RTP: when its first sample was spoken, counted in samples. A millisecond has 8
   * samples. The timestamp has 32 bits, so it wraps around to 0.
   */
  timestamp: number;
  /** When it arrived, in milliseconds. */
  at: number;
}

/**
 * How long should a jitter buffer be? A listener estimates the jitter, as in RFC 3550, 6.4.1.
 * `arrivals` are in the order in which they arrived.
 *
 * Take each pair of datagrams that arrived one after the other. Some time passed between their
 * arrivals, and some time between their timestamps. The second timestamp may be the earlier one,
 * because a datagram can overtake another. Compute the absolute difference of the two times, in
 * milliseconds. The estimate begins with 0. Each difference changes it: `estimate += (difference -
 * estimate) / 16`.
 *
 * Return the estimate after the last difference, in milliseconds. Do not round it.
 */
export function jitter(arrivals: Arrival[]): number {
  let estimate = 0;

  for (const [i, { timestamp, at }] of arrivals.entries()) {
    const before = arrivals[i - 1];
    if (!before) continue; // the first one

    // `| 0` makes a 32-bit number with a sign, so it is right after a wrap, too.
    const spoken = ((timestamp - before.timestamp) | 0) / 8;
    const difference = Math.abs(at - before.at - spoken);
    estimate += (difference - estimate) / 16;
  }

  return estimate;
}

/**
 * A datagram is missing. Silence in its place sounds like a click. If you repeat the last 20 ms, a
 * tone jumps. But a voice repeats itself for a moment. So find its period, and repeat that.
 *
 * `before` are the samples before the gap, 8 in a millisecond. Use the last 320. Return `length`
 * samples to fill the gap, and do not change `before`.
 *
 * - The period is from 20 to 160 samples. For each possible period, compare each of the last 160
 *   samples with the one that is a period before it, and add up the absolute differences. The
 *   period with the smallest sum fits best. If two sums are equal, take the shorter period.
 * - Repeat the last period until the gap is full.
 * - Nobody knows what was said, so your sound must not go on for long. For 10 ms it is as loud as
 *   before. Then it fades evenly, and after 60 ms there is silence.
 * - With fewer than 320 samples before the gap, return silence.
 *
 * Telephones do nearly this (G.711, Appendix I).
 */
export function conceal(before: Int16Array, length: number): Int16Array {
  const gap = new Int16Array(length); // silence
  if (before.length < 320) return gap;

  const period = periodOf(before);
  const start = before.length - period;

  return gap.map((_, i) => {
    const loudness = Math.min(1, Math.max(0, 1 - (i - 80) / 400));
    return Math.round(loudness * before[start + i % period]!);
  });
}

/** Returns the period that fits best, in samples. */
function periodOf(before: Int16Array): number {
  let period = 20;
  let least = Infinity;

  for (let candidate = 20; candidate <= 160; candidate++) {
    let difference = 0;
    for (let i = before.length - 160; i < before.length; i++) {
      difference += Math.abs(before[i]! - before[i - candidate]!);
    }

    if (difference < least) {
      period = candidate;
      least = difference;
    }
  }
  return period;
}
