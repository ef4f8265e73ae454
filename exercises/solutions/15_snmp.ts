/**
 * One way to solve exercise 15: SNMP.
 *
 * @module
 */
import { receiveUntil } from "../../lessons/02_receive.ts";
import { isSnmpAnswer, questionFor } from "../../lessons/15_snmp.ts";
import { encode, type Message, tryDecode, type Value } from "../../lib/snmp.ts";
import type { Address, Socket } from "../../lib/udp.ts";

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
  let first: string | undefined;
  for (const oid of oids) {
    if (!comesBefore(after, oid)) continue;
    if (first === undefined || comesBefore(oid, first)) first = oid;
  }
  return first;
}

function comesBefore(a: string, b: string): boolean {
  const left = a.split(".").map(Number);
  const right = b.split(".").map(Number);

  for (let i = 0; i < left.length && i < right.length; i++) {
    if (left[i] !== right[i]) return left[i]! < right[i]!;
  }

  return left.length < right.length;
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
  const asked: Asked[] = agents.map((agent) => ({ agent, question: questionFor("GET", oid) }));
  const waiting = await sendAll(socket, asked);
  if (waiting.size === 0) return agents.map(() => undefined);

  await receiveUntil(socket, milliseconds, (datagram) => {
    for (const one of waiting) {
      if (!isSnmpAnswer(datagram, one.question, one.agent)) continue;
      const answer = tryDecode(datagram.data)!;
      if (answer.error === 0) one.value = answer.bindings[0]!.value;
      waiting.delete(one);
    }
    return waiting.size === 0;
  });
  return asked.map(({ value }) => value);
}

/** An agent, our question to it, and the value that it answered. */
interface Asked {
  agent: Address;
  question: Message;
  value?: Value;
}

/** Sends all questions. Returns those that were sent: their answers can come. */
async function sendAll(socket: Socket, asked: Asked[]): Promise<Set<Asked>> {
  const sent = new Set<Asked>();
  for (const one of asked) {
    try {
      await socket.send(encode(one.question), one.agent);
      sent.add(one);
    } catch {
      // Only this agent is not asked.
    }
  }
  return sent;
}
