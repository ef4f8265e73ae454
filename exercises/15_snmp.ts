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
import { receiveUntil } from "../lessons/02_receive.ts";
import { isSnmpAnswer, questionFor } from "../lessons/15_snmp.ts";
import { encode, type Message, tryDecode, type Value } from "../lib/snmp.ts";
import type { Address, Socket } from "../lib/udp.ts";
import { todo } from "./todo.ts";

/**
 * Return the OID that a GETNEXT for `after` finds: the first one in the list that comes after it,
 * or `undefined` if there is none. The list is not sorted. Do not change it. `after` need not be in
 * the list.
 *
 * Compare two OIDs number by number, not as text: `1.9` comes before `1.10`. If one OID begins with
 * the other, the shorter one comes first. Each number is at most 4,294,967,295. `compareOids` of
 * lib/snmp.ts does this. Try it without.
 */
export function nextOid(oids: string[], after: string): string | undefined {
  return todo();
}

/**
 * Ask all these agents for the value of one OID, from one socket. Return the values in the order of
 * the agents, with `undefined` for an agent without a value. The community is `public`.
 *
 * - Send all questions before you wait: with a thousand agents, one after the other takes too long.
 *   Each question has a number of its own. Ask each agent once.
 * - Take only what `isSnmpAnswer` of lesson 15 accepts for one of the questions. An answer that is
 *   an error has no value. `noSuchObject` is a value.
 * - Wait for at most `milliseconds` in total. Return at once when all agents have answered.
 * - If a question cannot be sent, for example to port 0, still ask the other agents.
 */
export async function askAll(
  socket: Socket,
  agents: Address[],
  oid: string,
  milliseconds: number,
): Promise<(Value | undefined)[]> {
  return todo();
}
