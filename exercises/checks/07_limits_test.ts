import { same, test } from "./teacher.ts";
import { putTogether, surprises, type Try } from "../07_limits.ts";

/** Tries that arrived, and tries that did not. */
function tries(arrived: number[], not: number[]): Try[] {
  return [
    ...arrived.map((size) => ({ size, arrived: true })),
    ...not.map((size) => ({ size, arrived: false })),
  ];
}

test("surprises: a size that arrives although a smaller one does not", () => {
  const story = "1200, 1372 and 1473 bytes arrived, 1373 and 1472 bytes did not.";
  same(surprises(tries([1200, 1372, 1473], [1373, 1472])), [1473], story);
});

test("surprises: there are none if all smaller sizes arrive", () => {
  same(
    surprises(tries([23, 1200, 1472], [1473, 65507])),
    [],
    "All sizes up to 1472 bytes arrived, larger ones did not.",
  );
  same(surprises(tries([23, 1200], [])), [], "All sizes arrived.");
  same(surprises(tries([], [23, 1200])), [], "No size arrived.");
});

test("surprises: a lost datagram says nothing about its size", () => {
  const lost = [...tries([23], [1200, 1200]), ...tries([1200, 1472], [1200])];
  same(
    surprises(lost),
    [],
    "A datagram of 1200 bytes was lost twice, then one arrived, then one was lost again. 1472 " +
      "bytes arrived.",
  );
});

test("surprises: the sizes are in ascending order, each once", () => {
  const story = "8192, 65507, 1473, 65507 and 900 bytes arrived, 1400 and 1200 did not.";
  const sizes = surprises(tries([8192, 65507, 1473, 65507, 900], [1400, 1200]));
  same(sizes, [1473, 8192, 65507], story);
});

/** A part as it travels: in a larger buffer, as what is received often is. */
function part(number: number, count: number, piece: string | Uint8Array): Uint8Array {
  const bytes = typeof piece === "string" ? new TextEncoder().encode(piece) : piece;
  const buffer = new Uint8Array(7 + bytes.length).fill(255);
  buffer.set([number >> 8, number & 255, count >> 8, count & 255, ...bytes], 3);
  return buffer.subarray(3);
}

const HELLO = [part(0, 3, "Hello"), part(1, 3, ", wor"), part(2, 3, "ld!")] as const;

test("putTogether: parts in their order make the text", () => {
  same(putTogether([part(0, 1, "Hello")]), "Hello", 'The only part was "Hello".');
  const story = 'There were three parts: "Hello", ", wor" and "ld!".';
  same(putTogether([...HELLO]), "Hello, world!", story);
});

test("putTogether: parts may come in any order, and twice", () => {
  const [zero, one, two] = HELLO;
  const story = 'There were three parts: "Hello", ", wor" and "ld!". They came in the order';
  same(putTogether([two, zero, one]), "Hello, world!", `${story} 2, 0, 1.`);
  same(putTogether([one, one, zero, two, one]), "Hello, world!", `${story} 1, 1, 0, 2, 1.`);
});

test("putTogether: if a part is missing, there is no text", () => {
  const [zero, one, two] = HELLO;
  const story = "There should be three parts. These came:";
  same(putTogether([zero, two]), undefined, `${story} 0 and 2.`);
  same(putTogether([zero, one, one]), undefined, `${story} 0, 1 and 1.`);
  same(putTogether([]), undefined, "No datagram came at all.");
});

test("putTogether: a character that was cut in two is whole again", () => {
  const [first, second, third] = [[228, 189], [160, 229, 165], [189]].map((piece) =>
    new Uint8Array(piece)
  );
  const parts = [part(0, 3, first!), part(1, 3, second!), part(2, 3, third!)];
  same(putTogether(parts), "你好", "你 was cut after its second byte, and 好 after its second.");
});

test("putTogether: a piece may be empty, and so may the text", () => {
  same(putTogether([part(0, 1, "")]), "", "The only part was empty.");
  const parts = [part(0, 3, "Hel"), part(1, 3, ""), part(2, 3, "lo")];
  same(putTogether(parts), "Hello", "The second of three parts was empty.");
});

test("putTogether: numbers may take both of their bytes", () => {
  const parts = Array.from({ length: 600 }, (_, number) => part(number, 600, `${number % 10}`));
  const text = "0123456789".repeat(60);
  same(putTogether(parts), text, "There were 600 parts with one digit each.");
});

test("putTogether: a datagram that cannot be a part is ignored", () => {
  const [zero, one, two] = HELLO;
  const noise = [new Uint8Array(0), new Uint8Array(3), part(3, 3, "?"), part(0, 0, "?")];
  const story =
    "Among the parts were an empty datagram, one of 3 bytes, number 3 of 3 and number 0 of 0.";
  same(putTogether([zero, one, two, ...noise]), "Hello, world!", story);
  same(putTogether([...noise, zero, one]), undefined, `${story} Part 2 was missing.`);
});
