/**
 * The messages of lesson 7: a question as long as one likes, and an answer that says how long it was.
 *
 * The answer is shorter than the shortest question, so nobody can make a server send more than it is sent
 * to an address that is forged. And it is no question: two servers never answer each other.
 *
 * @module
 */

const QUESTION = "How many bytes is this?";

/** The bytes of the shortest question. */
export const LEAST_SIZE: number = QUESTION.length;

/**
 * A question of that many bytes: the words, and then dots.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 * assertEquals(new TextDecoder().decode(sizeQuestion(26)), "How many bytes is this?...");
 * ```
 *
 * @throws {RangeError} The size is less than {@linkcode LEAST_SIZE}, or no whole number.
 */
export function sizeQuestion(size: number): Uint8Array<ArrayBuffer> {
  if (!Number.isInteger(size) || size < LEAST_SIZE) {
    throw new RangeError(`${size} bytes are too few: the question has ${LEAST_SIZE}.`);
  }
  const data = new Uint8Array(size).fill(".".charCodeAt(0));
  new TextEncoder().encodeInto(QUESTION, data);
  return data;
}

/**
 * What to answer: `26 bytes`. Anything that begins with the words is a question, as netcat's with its line
 * break is; anything else is none, and gets `undefined`.
 */
export function sizeAnswer(data: Uint8Array): string | undefined {
  const words = new TextDecoder().decode(data.subarray(0, LEAST_SIZE));
  return words === QUESTION ? `${data.length} bytes` : undefined;
}

/**
 * The size that an answer tells, or `undefined` if it is none.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 * const answer = sizeAnswer(sizeQuestion(1_200));
 * assertEquals(answeredSize(new TextEncoder().encode(answer)), 1_200);
 * ```
 */
export function answeredSize(data: Uint8Array): number | undefined {
  const [, digits] = new TextDecoder().decode(data).match(/^(\d{2,5}) bytes$/) ??
    [];
  return digits === undefined ? undefined : Number(digits);
}
