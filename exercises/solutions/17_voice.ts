/**
 * One way to solve exercise 17: voice.
 *
 * @module
 */

/** A datagram of RTP, as it came. */
export interface Arrival {
  /** Of RTP: when its first sample was spoken, in samples, 8 of them a millisecond. 32 bits, so it wraps. */
  timestamp: number;
  /** When it came, in milliseconds. */
  at: number;
}

/**
 * How large should a jitter buffer be? A listener tells the speaker how unevenly the datagrams come, in RTCP,
 * and this is how it is reckoned (RFC 3550, 6.4.1). `arrivals` are in the order in which they came.
 *
 * Take two that came one after the other. Some time passed between the two arrivals, and some time between
 * their timestamps, which may go back: the second may have been overtaken. Only the difference of these two
 * times counts, whether it is more or less. The estimate begins with 0, and each difference moves it by a
 * sixteenth of the way from where it is to that difference.
 *
 * Return the estimate after the last one, in milliseconds, and do not round it.
 */
export function jitter(arrivals: Arrival[]): number {
  let estimate = 0;
  for (const [i, { timestamp, at }] of arrivals.entries()) {
    const before = arrivals[i - 1];
    if (!before) continue;
    const spoken = ((timestamp - before.timestamp) | 0) / 8;
    const difference = Math.abs(at - before.at - spoken);
    estimate += (difference - estimate) / 16;
  }
  return estimate;
}

/**
 * A datagram is missing, and silence in its place is heard as a click. The last 20 ms once more are no better:
 * a tone jumps. But a voice repeats itself for a moment. So find out how, and let it go on.
 *
 * `before` are the samples up to the gap, 8 a millisecond; the last 320 are enough. Return `length` samples
 * to fill the gap with, and leave `before` as it is:
 *
 * - The period is from 20 to 160 samples. It is the one where the last 160 samples are most like the 160
 *   samples that come one period earlier: add up how far each is from the one a period before it, without the
 *   sign. The least sum is most like. The last period, again and again, fills the gap.
 * - Nobody knows what was said: so all of it is as loud as before for 10 ms only. Then it gets softer, evenly,
 *   and after 60 ms there is silence.
 * - With less than 320 samples before there is not enough to go by: silence.
 *
 * Telephones do nearly this (G.711, Appendix I).
 */
export function conceal(before: Int16Array, length: number): Int16Array {
  const gap = new Int16Array(length);
  if (before.length < 320) return gap;
  let [period, least] = [20, Infinity];
  for (let candidate = 20; candidate <= 160; candidate++) {
    let difference = 0;
    for (let i = before.length - 160; i < before.length; i++) {
      difference += Math.abs(before[i]! - before[i - candidate]!);
    }
    if (difference < least) [period, least] = [candidate, difference];
  }
  const start = before.length - period;
  return gap.map((_, i) => {
    const loudness = Math.min(1, Math.max(0, 1 - (i - 80) / 400));
    return Math.round(loudness * before[start + i % period]!);
  });
}
