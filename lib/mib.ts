/**
 * The variables of an SNMP agent, sorted by their OIDs. Such a list is called a MIB (management
 * information base). It needs snmp.ts beside it.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { octets, request } from "./snmp.ts";
 *
 * const oid = "1.3.6.1.2.1.1.5.0";
 * const mib = [{ oid, read: () => octets("a small machine") }];
 *
 * const answer = reply(mib, request("GETNEXT", ["1.3"]));
 * assertEquals(answer.bindings, [{ oid, value: octets("a small machine") }]);
 * ```
 *
 * @module
 */
import {
  type Binding,
  bindingBytes,
  compareOids,
  encode,
  isException,
  isWithin,
  type Message,
  responseTo,
  type Value,
} from "./snmp.ts";

/** A value that an agent tells. */
export interface Variable {
  /** Its OID. It ends in 0 if there is only one of its kind. */
  readonly oid: string;
  /** Returns its value now. */
  read(): Value;
}

/** Variables, sorted by their OIDs. */
export type Mib = readonly Variable[];

/**
 * The most bytes in a message that RFC 3417 recommends over UDP. Ethernet carries them without
 * fragments. Every program must accept 484.
 */
export const LARGEST = 1472;

/** Three of the errors of RFC 3416. */
export const TOO_BIG = 1, NO_SUCH_NAME = 2, NOT_WRITABLE = 17;

/** Returns the value that a GET finds, or why there is none (RFC 3416, 4.2.1). */
export function valueAt(mib: Mib, oid: string): Binding {
  const found = mib.find((variable) => variable.oid === oid);
  if (found) return { oid, value: found.read() };
  const object = (oid: string) => oid.replace(/\.\d+$/, "");
  const known = mib.some((variable) => isWithin(oid, object(variable.oid)));
  return { oid, value: { type: known ? "noSuchInstance" : "noSuchObject" } };
}

/** Returns the value that a GETNEXT finds: the first one after this OID (RFC 3416, 4.2.2). */
export function valueAfter(mib: Mib, oid: string): Binding {
  const found = mib.find((variable) => compareOids(variable.oid, oid) > 0);
  return found ? { oid: found.oid, value: found.read() } : { oid, value: { type: "endOfMibView" } };
}

/**
 * Returns the values that a GETBULK finds (RFC 3416, 4.2.3). The first `asked.error` OIDs take one
 * step, as with a GETNEXT. The others take `asked.index` steps: first one step each, then the next
 * step each. A negative number counts as 0. It ends early if all are at the end of the tree, or if
 * the answer would have more than `most` bytes.
 */
export function valuesAfter(mib: Mib, asked: Message, most = Infinity): Binding[] {
  const names = asked.bindings.map(({ oid }) => oid);
  const once = Math.max(0, asked.error);
  const found: Binding[] = [];

  // The bindings are inside of three elements. With more content, the length of each takes up to 2
  // bytes more.
  let room = most - encode(responseTo(asked, [])).length - 3 * 2;
  const add = (binding: Binding) => {
    room -= bindingBytes(binding).length;
    if (room >= 0) found.push(binding);
    return room >= 0;
  };

  for (const oid of names.slice(0, once)) {
    if (!add(valueAfter(mib, oid))) return found;
  }
  let rest = names.slice(once);
  for (let step = 0; step < asked.index && rest.length > 0; step++) {
    const next = rest.map((oid) => valueAfter(mib, oid));
    if (!next.every(add) || next.every(({ value }) => value.type === "endOfMibView")) return found;
    rest = next.map(({ oid }) => oid);
  }
  return found;
}

/**
 * Returns an agent's answer to a `GET`, `GETNEXT`, `GETBULK` or `SET`. Nothing can be set. The
 * answer to a GETBULK has as many values as fit into `most` bytes. Any other answer may be longer:
 * then send {@linkcode tooBig} instead.
 */
export function reply(mib: Mib, asked: Message, most = Infinity): Message {
  const { version, type, bindings } = asked;
  if (type === "SET") {
    return responseTo(asked, bindings, version === 0 ? NO_SUCH_NAME : NOT_WRITABLE, 1);
  }
  if (type === "GETBULK") return responseTo(asked, valuesAfter(mib, asked, most));
  const find = type === "GET" ? valueAt : valueAfter;
  const found = bindings.map(({ oid }) => find(mib, oid));
  const missing = found.findIndex(({ value }) => isException(value));
  if (version === 0 && missing >= 0) {
    // Version 1 has an error in the place of noSuchObject and the like.
    return responseTo(asked, bindings, NO_SUCH_NAME, missing + 1);
  }
  return responseTo(asked, found);
}

/** Returns the answer to send if the right one would be too long. */
export function tooBig(asked: Message): Message {
  return responseTo(asked, asked.version === 0 ? asked.bindings : [], TOO_BIG);
}
