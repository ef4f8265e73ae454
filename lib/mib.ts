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
  compareOids,
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
 * What an agent says to a question, a `GET`, `GETNEXT`, `GETBULK` or `SET`. Nothing can be set. To a GETBULK
 * it takes one step: an agent may stop there (RFC 3416, 4.2.3).
 */
export function reply(mib: Mib, asked: Message): Message {
  const { version, type, bindings } = asked;
  if (type === "SET") {
    return responseTo(asked, bindings, version === 0 ? NO_SUCH_NAME : NOT_WRITABLE, 1);
  }
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
