/**
 * # Exercise 15: SNMP
 *
 * Replace each `return todo();` with code of your own. Check it as often as you like:
 *
 *     deno task exercise 15            what works, and what does not
 *     deno task exercise 15 --watch    the same again at every save
 *     deno task exercise 15 --hint     when you are stuck
 *
 * Lesson 15 has what you need: lessons/15_snmp.ts.
 *
 * @module
 */
import { type Mib, valueAfter } from "../lib/mib.ts";
import type { Binding, Message } from "../lib/snmp.ts";
import { todo } from "./todo.ts";

/**
 * Return the one of these OIDs that a GETNEXT for `after` finds: the first one that comes after it, or
 * `undefined` if there is none. They are in no order, which stays as it is, and `after` need not be one of them.
 *
 * OIDs are compared number by number, and never as text: `1.9` comes before `1.10`. Where one begins with
 * the other, the shorter one comes first. Each number is at most 4,294,967,295. (`compareOids` of lib/snmp.ts
 * does this: try it without.)
 */
export function nextOid(oids: string[], after: string): string | undefined {
  return todo();
}

/**
 * Return what an agent answers to a GETBULK. Its first names, `asked.error` of them, are answered as by a
 * GETNEXT, once (`valueAfter` does that). The others take `asked.index` steps: the first step of each of them,
 * then the second step of each of them, and so on. A step begins where the last one of this name came to.
 *
 * A name that has come to the end says so (`endOfMibView`) in each step that follows. After a step in which
 * all of them say so, nothing follows. The whole has `most` bindings at most, and the rest is left out: more
 * do not fit into a datagram. Numbers below 0 count as 0. Some ask for 2,147,483,647 steps.
 *
 * `deno doc lib/snmp.ts` shows the fields of its types, and lib/mib.ts has `valueAfter`.
 */
export function bulk(mib: Mib, asked: Message, most: number): Binding[] {
  return todo();
}
