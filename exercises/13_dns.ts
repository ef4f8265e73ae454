/**
 * # Exercise 13: DNS
 *
 * Replace each `return todo();` with code of your own. Check it as often as you like:
 *
 *     deno task exercise 13            what works, and what does not
 *     deno task exercise 13 --watch    the same again at every save
 *     deno task exercise 13 --hint     when you are stuck
 *
 * Lesson 13 has what you need: lessons/13_dns.ts.
 *
 * @module
 */
import { type NameRecord, type Question, understood } from "../lib/dns.ts";
import { type Address, type Datagram, sameAddress } from "../lib/udp.ts";
import { todo } from "./todo.ts";

/**
 * A datagram has come to a client, which had sent `question` with the number `id` to `server`. If this is
 * the answer to it, return the data of all its records of the type that was asked for, in their order: for
 * `A` these are addresses. There may be none.
 *
 * Everything else is `undefined`, and nothing is thrown: anyone may send anything, and forge an answer. The
 * answer comes from the server, has the number and the question, and is no question itself. Capitals mean
 * nothing in a name.
 *
 * `deno doc lib/dns.ts` shows the fields of its types.
 */
export function answerOf(
  { data, from }: Datagram,
  id: number,
  question: Question,
  server: Address,
): string[] | undefined {
  return todo();
}

/** Finds the records for a question. */
export type Ask = (question: Question) => Promise<NameRecord[]>;

/**
 * Return a function that finds what `ask` finds, but does not ask again for what it still knows. A record
 * may be kept for `ttl` seconds from the moment when `ask` found it; as soon as one of an answer's records
 * may not be kept any longer, the whole answer is forgotten. `now` tells the time in milliseconds.
 *
 * What was kept is returned with the whole seconds that are left of each `ttl`, rounded down: whoever gets
 * it may keep it, too. Capitals mean nothing in a name. An answer without records is not kept, nor is a
 * failure: it is thrown. Keep 100 answers at most: for one more, forget the one that was found first.
 */
export function cached(ask: Ask, now: () => number): Ask {
  return todo();
}
