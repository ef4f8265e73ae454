/**
 * What an SNMP agent knows: variables, in the order of their names (MIB: management information base). It
 * needs snmp.ts beside it.
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

/** Something that an agent tells. */
export interface Variable {
  /** Its object, and which one of these: 0, if it is the only one. */
  readonly oid: string;
  /** Its value just now. */
  read(): Value;
}

/** In the order of their OIDs. */
export type Mib = readonly Variable[];

/**
 * The most bytes of a message over UDP that RFC 3417 recommends: what Ethernet carries without
 * fragments. Every program has to accept 484.
 */
export const LARGEST = 1472;

/** The errors that are needed here, of those of RFC 3416. */
export const TOO_BIG = 1, NO_SUCH_NAME = 2, NOT_WRITABLE = 17;

/** What a GET finds: the variable of this name, or a word for why there is none (RFC 3416, 4.2.1). */
export function valueAt(mib: Mib, oid: string): Binding {
  const found = mib.find((variable) => variable.oid === oid);
  if (found) return { oid, value: found.read() };
  const object = (oid: string) => oid.replace(/\.\d+$/, "");
  const known = mib.some((variable) => isWithin(oid, object(variable.oid)));
  return { oid, value: { type: known ? "noSuchInstance" : "noSuchObject" } };
}

/** What a GETNEXT finds: the first variable after this name, which none needs to have (RFC 3416, 4.2.2). */
export function valueAfter(mib: Mib, oid: string): Binding {
  const found = mib.find((variable) => compareOids(variable.oid, oid) > 0);
  return found ? { oid: found.oid, value: found.read() } : { oid, value: { type: "endOfMibView" } };
}

/**
 * What a GETBULK finds (RFC 3416, 4.2.3). Its first names, `asked.error` of them, are answered
 * once, as by a GETNEXT. The others take `asked.index` steps: first one step of each, then the next
 * one of each. Below 0 counts as 0. It ends early where all have come to the end, or where the
 * answer would have more than `most` bytes.
 */
export function valuesAfter(mib: Mib, asked: Message, most = Infinity): Binding[] {
  const names = asked.bindings.map(({ oid }) => oid);
  const once = Math.max(0, asked.error);
  const found: Binding[] = [];

  // The lengths of what the bindings are in grow with them: by 2 bytes each, up to 65,535.
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
 * What an agent says to a question, a `GET`, `GETNEXT`, `GETBULK` or `SET`. Nothing can be set. To
 * a GETBULK it says as much as fits into `most` bytes. Any other answer may be longer: look, and
 * say {@linkcode tooBig}.
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
  if (version === 0 && missing >= 0) { // v1 has an error in the place of these words
    return responseTo(asked, bindings, NO_SUCH_NAME, missing + 1);
  }
  return responseTo(asked, found);
}

/** What it says where the answer would be too long. */
export function tooBig(asked: Message): Message {
  return responseTo(asked, asked.version === 0 ? asked.bindings : [], TOO_BIG);
}
