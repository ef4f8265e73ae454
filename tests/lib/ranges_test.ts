import { assert, assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { findRanges, type Range } from "../../lib/ranges.ts";

/** The ranges that it finds, and the numbers that it tried. */
async function found(numbers: number[], passes: (number: number) => boolean) {
  const tried: number[] = [];
  const ranges = await findRanges(numbers, (number) => {
    tried.push(number);
    return Promise.resolve(passes(number));
  });
  return { ranges, tried };
}

Deno.test("ranges: numbers that all fare alike are one range, and none is tried between them", async () => {
  for (const passes of [true, false]) {
    assertEquals(await found([1, 10, 100], () => passes), {
      ranges: [{ from: 1, to: 100, passes }],
      tried: [1, 10, 100],
    });
  }
  assertEquals((await found([7], () => true)).ranges, [{ from: 7, to: 7, passes: true }]);
  assertEquals((await found([], () => true)).ranges, []);
});

Deno.test("ranges: neighbours that fare differently need no more tries", async () => {
  assertEquals(await found([1, 2], (number) => number === 1), {
    ranges: [{ from: 1, to: 1, passes: true }, { from: 2, to: 2, passes: false }],
    tried: [1, 2],
  });
});

Deno.test("ranges: a hole is found, with both its edges", async () => {
  const { ranges } = await found(
    [23, 1_200, 1_472, 1_473, 65_507],
    (size) => size <= 1_372 || size >= 1_473,
  );
  assertEquals(ranges, [
    { from: 23, to: 1_372, passes: true },
    { from: 1_373, to: 1_472, passes: false },
    { from: 1_473, to: 65_507, passes: true },
  ]);
});

Deno.test("ranges: any one edge is found, in at most 16 tries beyond the given ones", async () => {
  const edge = fc.integer({ min: 0, max: 65_507 });
  await fc.assert(
    fc.asyncProperty(edge, fc.boolean(), async (last, first) => {
      const { ranges, tried } = await found(
        [0, 65_507],
        (number) => number <= last ? first : !first,
      );
      const expected: Range[] = [{ from: 0, to: last, passes: first }];
      if (last < 65_507) expected.push({ from: last + 1, to: 65_507, passes: !first });
      assertEquals(ranges, expected);
      assert(tried.length <= 18, `${tried}`);
    }),
  );
});

Deno.test("ranges: what the test throws, it throws", async () => {
  await assertRejects(
    () => findRanges([1], () => Promise.reject(new Error("no way"))),
    Error,
    "no way",
  );
});
