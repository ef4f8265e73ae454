/**
 * One way to solve exercise 15: SNMP.
 *
 * @module
 */
import { type Mib, valueAfter } from "../../lib/mib.ts";
import type { Binding, Message } from "../../lib/snmp.ts";

/**
 * Return the one of these OIDs that a GETNEXT for `after` finds: the first one that comes after it, or
 * `undefined` if there is none. They are in no order, which stays as it is, and `after` need not be one of them.
 *
 * OIDs are compared number by number, and never as text: `1.9` comes before `1.10`. Where one begins with
 * the other, the shorter one comes first. Each number is at most 4,294,967,295. (`compareOids` of lib/snmp.ts
 * does this: try it without.)
 */
export function nextOid(oids: string[], after: string): string | undefined {
  let first: string | undefined;
  for (const oid of oids) {
    if (comesBefore(after, oid) && (!first || comesBefore(oid, first))) first = oid;
  }
  return first;
}

function comesBefore(a: string, b: string): boolean {
  const [left, right] = [a.split(".").map(Number), b.split(".").map(Number)];
  const i = left.findIndex((number, i) => number !== right[i]); // or where the other one has ended
  if (i < 0) return left.length < right.length;
  return i < right.length && left[i]! < right[i]!;
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
  const names = asked.bindings.map(({ oid }) => oid);
  const once = Math.max(0, asked.error);
  const found = names.slice(0, once).map((oid) => valueAfter(mib, oid));
  let rest = names.slice(once);
  for (let step = 1; step <= asked.index && rest.length > 0 && found.length < most; step++) {
    const next = rest.map((oid) => valueAfter(mib, oid));
    found.push(...next);
    if (next.every(({ value }) => value.type === "endOfMibView")) break;
    rest = next.map(({ oid }) => oid);
  }
  return found.slice(0, most);
}
