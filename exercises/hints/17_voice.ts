/** Three hints for each function, from a small push to nearly the solution: `--hint` shows them. */
export const HINTS: Record<string, string[]> = {
  jitter: [
    "For each arrival but the first, there are two times since the arrival before it: one by the " +
    "clock, and one by the timestamps. Compute both in milliseconds.",
    "Take the absolute difference: Math.abs(at - before.at - spoken). Then " +
    "estimate += (difference - estimate) / 16.",
    "The timestamp may wrap, or go back. (timestamp - before.timestamp) | 0 is right in both " +
    "cases: | 0 makes a 32-bit number with a sign. Divide it by 8.",
  ],
  conceal: [
    "Try each period from 20 to 160, with two loops. The inner loop adds up " +
    "Math.abs(before[i] - before[i - period]) for the last 160 samples. Remember the period with " +
    "the smallest sum so far.",
    "Sample i of the gap is before[before.length - period + i % period]: the last period, from " +
    "its beginning, again and again.",
    "The loudness of sample i is 1 up to 80, 0 from 480 on, and 1 - (i - 80) / 400 in between. " +
    "Math.min and Math.max keep it between 0 and 1.",
  ],
};
