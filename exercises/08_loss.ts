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
 * A program sends datagrams with the numbers 1, 2, 3 and so on. `numbers` are the ones that
 * arrived, in the order in which they arrived. Say what the network did, from these numbers alone:
 *
 * - `lost`: how many never arrived. Count only up to the highest number that arrived, because
 *   nobody knows whether more were sent.
 * - `doubled`: how often a number arrived that had arrived before.
 * - `overtaken`: how many numbers arrived after a higher one. Only the first arrival of a number
 *   counts.
 *
 * Some numbers are as high as 100,000,000. Your function must not take longer for them.
 */
export function judge(numbers: number[]): { lost: number; doubled: number; overtaken: number } {
  return todo();
}

/**
 * Real networks often lose several datagrams in a row, for example while a queue is full. So lose
 * them in bursts. Return a function without parameters, which is called once for each datagram. It
 * returns `[]` if the datagram is lost, and `[0]` if it passes, as `fate` does in lesson 8.
 *
 * There are two states. In the good state nothing is lost, in the bad state everything. It begins
 * good. For each datagram, call `random` once. It returns a number from 0 to 1. With the chance
 * `begin`, a good state turns bad. With the chance `end`, a bad state turns good. The state after
 * that decides whether this datagram is lost.
 *
 * Then try it: `relay(socket, to, () => bursts(0.05, 0.2, Math.random))`, with the relay of
 * lib/relay.ts.
 */
export function bursts(begin: number, end: number, random: () => number): Fate {
  return todo();
}
