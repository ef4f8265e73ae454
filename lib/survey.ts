/**
 * Which numbers pass a test that is slow, found by halving.
 *
 * @module
 */

/** Numbers that fare alike, from the first to the last. */
export interface Range {
  readonly from: number;
  readonly to: number;
  readonly passes: boolean;
}

/**
 * Tries these numbers, which ascend. Between two that fare differently it tries the one in the middle,
 * and so on, until it has two neighbours: 16 tries for 65,000 numbers. Numbers between two that fare
 * alike are not tried, and taken to be like them. Throws what the test throws.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const ranges = await survey([1, 50, 100], (number) => Promise.resolve(number <= 42));
 * assertEquals(ranges, [{ from: 1, to: 42, passes: true }, { from: 43, to: 100, passes: false }]);
 * ```
 */
export async function survey(
  numbers: readonly number[],
  test: (number: number) => Promise<boolean>,
): Promise<Range[]> {
  const ranges: Range[] = [];
  for (const number of numbers) {
    const passes = await test(number);
    const before = ranges.pop() ?? { from: number, to: number, passes };
    if (passes === before.passes) {
      ranges.push({ ...before, to: number });
    } else {
      const to = await lastAlike(
        before.to,
        number,
        async (middle) => await test(middle) !== passes,
      );
      ranges.push({ ...before, to }, { from: to + 1, to: number, passes });
    }
  }
  return ranges;
}

/** Of the numbers from `low`, which are alike, up to `high`, which is not, the last that is. */
async function lastAlike(
  low: number,
  high: number,
  alike: (number: number) => Promise<boolean>,
): Promise<number> {
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (await alike(middle)) low = middle;
    else high = middle;
  }
  return low;
}
