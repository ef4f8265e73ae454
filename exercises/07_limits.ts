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
 * A datagram may arrive although a smaller one does not. Return the sizes of which that is true, in
 * ascending order, each once.
 *
 * The tries come in any order, and one size may have had several: then it arrives if any of them did. For
 * one that was lost says nothing about its size.
 */
export function surprises(tries: Try[]): number[] {
  return todo();
}

/**
 * Somebody cut a long text into datagrams of a sensible size. Put it together again, or return `undefined`
 * if a part is missing.
 *
 * Each part begins with four bytes: its number, counted from 0, and how many parts there are. Each of the
 * two takes two bytes, the higher one first. The rest is a piece of the text, in UTF-8; the cut may be in
 * the middle of a character, and a piece may be empty.
 *
 * The parts come in any order, and some come twice. There may be other datagrams between them. Ignore what
 * cannot be a part: what has less than four bytes, and what has a number that its count does not allow. All
 * others are parts of this text.
 */
export function putTogether(datagrams: Uint8Array[]): string | undefined {
  return todo();
}
