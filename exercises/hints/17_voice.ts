/** From a push in the right direction to nearly there: `deno task exercise 17 --hint`, again and again. */
export const HINTS: Record<string, string[]> = {
  jitter: [
    "For each arrival but the first there are two times: since the arrival before, by the clock, and since the " +
    "one before, by the timestamps. Both in milliseconds.",
    "The difference counts without its sign: Math.abs(at - before.at - spoken). Then " +
    "estimate += (difference - estimate) / 16.",
    "(timestamp - before.timestamp) | 0 is right where the timestamps wrapped, and also where the second one " +
    "is the earlier: | 0 makes a number of 32 bits with a sign. Divide it by 8.",
  ],
  conceal: [
    "Try each period from 20 to 160: two loops, one in the other. The inner one adds up Math.abs(before[i] - " +
    "before[i - period]) for the last 160 samples. Remember the period with the least sum so far.",
    "The gap's sample i is before[before.length - period + i % period]: the last period, from its beginning, " +
    "and again.",
    "The loudness of sample i is 1 up to 80, 0 from 480 on, and 1 - (i - 80) / 400 in between. Math.min and " +
    "Math.max keep it from 0 to 1.",
  ],
};
