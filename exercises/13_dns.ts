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
import { type NameRecord, type Question, tryDecode } from "../lib/dns.ts";
import { type Address, type Datagram, sameAddress } from "../lib/udp.ts";
import { todo } from "./todo.ts";

/**
 * A client has sent `question` with the number `id` to `server`. Now a datagram has come. If it is
 * the answer, return the data of all its records that have the type of the question, in their
 * order. For type `A`, the data is an address. An answer may also have no records.
 *
 * Return `undefined` for any other datagram, and throw nothing: anybody may send any bytes. The
 * answer comes from the server. It is marked as an answer, and it has the number and the question.
 * Capital and small letters in a name are the same.
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
 * Return a function that finds the same records as `ask`, but remembers them and does not ask again
 * too early. `now` returns the time in milliseconds.
 *
 * - A record may be kept for `ttl` seconds, from the moment when `ask` returned it. When the time
 *   of one record of an answer is over, forget the whole answer.
 * - Return a remembered answer with the seconds that are left in each `ttl`, rounded down.
 * - Capital and small letters in a name are the same. Another type is another question.
 * - Do not remember an answer without records. If `ask` throws, throw the same, and remember
 *   nothing.
 * - Remember at most 100 answers. Before you add one more, forget the one that was found first.
 */
export function cached(ask: Ask, now: () => number): Ask {
  return todo();
}
