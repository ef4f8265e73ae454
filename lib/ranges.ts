/**
 * Finds the numbers at which the result of a slow test changes.
 *
 * @module
 */

/** Numbers with the same result, from the first to the last. */
export interface Range {
  /** The first number. */
  readonly from: number;
  /** The last number. */
  readonly to: number;
  /** What the test returns for all of them. */
  readonly passes: boolean;
}

/**
 * Tests these numbers, in ascending order. If two neighbours in the list have different results, it
 * tests the number in the middle between them, and so on, until it has found where the result
 * changes. For 65,000 numbers, that takes 16 tests.
 *
 * If two neighbours have the same result, the numbers between them are not tested. They are taken
 * to have that result, too.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const ranges = await findRanges([1, 50, 100], (number) => Promise.resolve(number <= 42));
 * assertEquals(ranges, [{ from: 1, to: 42, passes: true }, { from: 43, to: 100, passes: false }]);
 * ```
 *
 * @throws What the test throws.
 */
export async function findRanges(
  numbers: readonly number[],
  test: (number: number) => Promise<boolean>,
): Promise<Range[]> {
  const ranges: Range[] = [];

  for (const number of numbers) {
    const passes = await test(number);
    const before = ranges.pop() ?? { from: number, to: number, passes };

    if (before.passes === passes) {
      ranges.push({ ...before, to: number });
    } else {
      const last = await lastLike(before, number, test);
      ranges.push({ ...before, to: last }, { from: last + 1, to: number, passes });
    }
  }

  return ranges;
}

/**
 * Returns the last number with the result of this range. The number `high` has the other result.
 */
async function lastLike(
  { to, passes }: Range,
  high: number,
  test: (number: number) => Promise<boolean>,
): Promise<number> {
  let low = to;
  let other = high;
  while (other - low > 1) {
    const middle = Math.floor((low + other) / 2);
    if (await test(middle) === passes) low = middle;
    else other = middle;
  }
  return low;
}
