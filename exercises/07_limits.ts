/**
 * # Exercise 7: limits
 *
 * Replace each `return todo();` with code of your own. Check it as often as you like:
 *
 *     deno task exercise 7            what works, and what does not
 *     deno task exercise 7 --watch    the same again at every save
 *     deno task exercise 7 --hint     when you are stuck
 *
 * Lesson 7 has what you need: lessons/07_limits.ts.
 *
 * @module
 */

import { todo } from "./todo.ts";

/** One datagram of a probe: how many bytes it had, and whether it arrived. */
export interface Try {
  size: number;
  arrived: boolean;
}

/**
 * A size is a surprise if it arrives and a smaller one does not. Return all surprises, each once,
 * in ascending order.
 *
 * The tries come in any order. There may be several tries of one size. Then the size arrives if at
 * least one of them did: a single lost datagram says nothing about its size.
 */
export function surprises(tries: Try[]): number[] {
  return todo();
}

/**
 * A long text was cut into parts, one for each datagram. Put the text together again. Return
 * `undefined` if a part is missing.
 *
 * A part begins with four bytes. The first two are its number, counted from 0. The next two say how
 * many parts there are. In both, the higher byte comes first: the bytes 1 and 2 mean 1 × 256 + 2.
 * The rest is a piece of the text in UTF-8. A character may be cut in two, and a piece may be
 * empty.
 *
 * The parts come in any order, and some come twice. Other datagrams may come between them. Ignore
 * every datagram that is shorter than four bytes, and every part whose number is not below its
 * count. All others are parts of this text.
 */
export function putTogether(datagrams: Uint8Array[]): string | undefined {
  return todo();
}
