/**
 * # Exercise 8: loss
 *
 * Replace each `return todo();` with code of your own. Check it as often as you like:
 *
 *     deno task exercise 8            what works, and what does not
 *     deno task exercise 8 --watch    the same again at every save
 *     deno task exercise 8 --hint     when you are stuck
 *
 * Lesson 8 has what you need: lessons/08_loss.ts.
 *
 * @module
 */
import type { Fate } from "../lib/relay.ts";
import { todo } from "./todo.ts";

/**
 * Somebody sends datagrams that are numbered 1, 2, 3 and so on. `numbers` are those that came, in the
 * order in which they came. Say what the network did, from these numbers alone:
 *
 * - `lost`: how many never came. Only up to the highest one that did: nobody knows what followed it.
 * - `doubled`: how often one came that had come before.
 * - `overtaken`: how many came, for the first time, after one with a higher number.
 *
 * Numbers come from the network, and some are as high as 100,000,000: that must not take longer.
 */
export function judge(numbers: number[]): { lost: number; doubled: number; overtaken: number } {
  return todo();
}

/**
 * Real networks lose several in a row: a radio fades, a queue is full. So make dice that lose in bursts.
 * The function that you return is called for each datagram, and returns its fate as in lesson 8: `[]` if
 * it is lost, else `[0]`.
 *
 * There are two states, good and bad. In the good one nothing is lost, in the bad one everything. It
 * begins good. Throw the dice once for each datagram, and before you decide: with the chance `begin` a
 * good state turns bad; with the chance `end` a bad one turns good.
 *
 * Then try it: `relay(socket, to, () => bursts(0.05, 0.2, Math.random))`.
 */
export function bursts(begin: number, end: number, random: () => number): Fate {
  return todo();
}
