import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { Reception } from "../../lib/reception.ts";

/** What is counted of these numbers. A timestamp is the number of the datagram that was sent with it. */
function counted(...numbers: number[]) {
  const reception = new Reception();
  for (const number of numbers) reception.add(number % 2 ** 16, 160 * number);
  const { came, lost, doubled } = reception;
  return { came, lost, doubled };
}

Deno.test("reception: nothing has come, one has", () => {
  assertEquals(counted(), { came: 0, lost: 0, doubled: 0 });
  assertEquals(counted(7), { came: 1, lost: 0, doubled: 0 });
});

Deno.test("reception: what is lost, doubled and overtaken, before and after the numbers wrap", () => {
  for (const first of [0, 10, 65_530, 65_535]) {
    const from = (...numbers: number[]) => counted(...numbers.map((number) => first + number));
    assertEquals(from(1, 2, 5, 6), { came: 4, lost: 2, doubled: 0 });
    assertEquals(from(1, 2, 5, 4, 3, 6), { came: 6, lost: 0, doubled: 0 });
    assertEquals(from(1, 1, 2, 5, 2, 5), { came: 6, lost: 2, doubled: 3 });
    assertEquals(from(5, 3, 4), { came: 3, lost: 0, doubled: 0 }); // the first was overtaken, too
  }
});

Deno.test("reception: whatever the order, and whatever comes again, what never came is lost", () => {
  const copies = fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 2, maxLength: 200 });
  fc.assert(fc.property(fc.nat(2 ** 16 - 1), copies, fc.nat(30), (first, sent, disorder) => {
    const numbers = sent.flatMap((copies, i) => Array<number>(copies).fill(first + i));
    const place = (number: number, i: number) => number + disorder * Math.abs(Math.sin(99 * i));
    const order = numbers.map((number, i) => ({ number, place: place(number, i) }));
    order.sort((a, b) => a.place - b.place);
    const there = new Set(numbers);
    fc.pre(there.size > 0);
    const expected = Math.max(...there) - Math.min(...there) + 1;
    assertEquals(counted(...order.map(({ number }) => number)), {
      came: numbers.length,
      lost: expected - there.size,
      doubled: numbers.length - there.size,
    });
  }));
});

Deno.test("reception: 200,000 in a row, and nothing is lost", () => {
  const reception = new Reception();
  for (let number = 0; number < 200_000; number++) {
    reception.add(number % 2 ** 16, 160 * number % 2 ** 32);
  }
  assertEquals([reception.came, reception.lost, reception.doubled], [200_000, 0, 0]);
});

Deno.test("reception: a source that begins to count anew has lost nothing; a stray number changes nothing", () => {
  assertEquals(counted(1, 2, 3, 30_000, 30_001, 30_002), { came: 6, lost: 0, doubled: 0 });
  assertEquals(counted(1, 3, 40_000, 40_001, 40_003), { came: 5, lost: 2, doubled: 0 });
  assertEquals(counted(1, 2, 30_000, 3, 4), { came: 5, lost: 0, doubled: 0 });
});

Deno.test("reception: 2,999 in a row may be lost, and one more is taken for a stray number", () => {
  assertEquals(counted(1, 3001), { came: 2, lost: 2999, doubled: 0 });
  assertEquals(counted(1, 3002), { came: 2, lost: 0, doubled: 0 });
});

Deno.test("reception: a source that counts from its first number again is no double", () => {
  const reception = new Reception();
  for (const [start, timestamp] of [[0, 0], [0, 1_000_000]] as const) {
    for (let i = 0; i < 10; i++) reception.add(start + i, timestamp + 160 * i);
  }
  assertEquals([reception.came, reception.doubled, reception.lost], [20, 0, 0]);
});

Deno.test("reception: after a silence, what is missing between the last number and the first is lost", () => {
  const after = (last: number, ...numbers: number[]) => {
    const reception = new Reception(last);
    for (const number of numbers) reception.add(number, 160 * number);
    return reception.lost;
  };
  assertEquals(after(9, 10, 11), 0);
  assertEquals(after(9, 13), 3);
  assertEquals(after(9, 13, 11), 2);
  assertEquals(after(65_534, 1), 2);
  assertEquals(after(9, 13, 8), 3); // one from before the silence
  assertEquals(after(9, 30_000), 0); // it counts anew
});
