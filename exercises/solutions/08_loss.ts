/**
 * One way to solve exercise 8: loss.
 *
 * @module
 */
import type { Fate } from "../../lib/relay.ts";

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
  const came = new Set<number>();
  let highest = 0, doubled = 0, overtaken = 0;
  for (const number of numbers) {
    if (came.has(number)) doubled++;
    else if (number < highest) overtaken++;
    came.add(number);
    highest = Math.max(highest, number);
  }
  return { lost: highest - came.size, doubled, overtaken };
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
  let bad = false;
  return () => {
    if (random() < (bad ? end : begin)) bad = !bad;
    return bad ? [] : [0];
  };
}
