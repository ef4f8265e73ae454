/**
 * The names of some OIDs, and SNMP's values and messages as text for people. It needs snmp.ts,
 * ber.ts and text.ts beside it.
 *
 * @module
 */
import { isOid } from "./ber.ts";
import {
  beginning,
  type Binding,
  compareOids,
  ERRORS,
  isWithin,
  tryDecode,
  type Value,
} from "./snmp.ts";
import { count, printable } from "./text.ts";

/** Names and their OIDs. They come from RFC 3418; laLoad comes from UCD-SNMP-MIB. */
export const OIDS: Record<string, string> = {
  system: "1.3.6.1.2.1.1",
  sysDescr: "1.3.6.1.2.1.1.1",
  sysObjectID: "1.3.6.1.2.1.1.2",
  sysUpTime: "1.3.6.1.2.1.1.3",
  sysContact: "1.3.6.1.2.1.1.4",
  sysName: "1.3.6.1.2.1.1.5",
  sysLocation: "1.3.6.1.2.1.1.6",
  sysServices: "1.3.6.1.2.1.1.7",
  snmp: "1.3.6.1.2.1.11",
  snmpInPkts: "1.3.6.1.2.1.11.1",
  snmpInBadCommunityNames: "1.3.6.1.2.1.11.4",
  snmpInASNParseErrs: "1.3.6.1.2.1.11.6",
  laLoad: "1.3.6.1.4.1.2021.10.1.3",
};

/** The longer OIDs come first. */
const NAMES = Object.entries(OIDS).sort(([, a], [, b]) => compareOids(b, a));

/** Returns the OID of a name, such as `sysDescr.0`. Throws for a name that is not in the list. */
export function oidNamed(name: string): string {
  const oid = oidFor(name);
  if (!oid) throw new RangeError(`${name} is not a name that is known here.`);
  return oid;
}

/** Returns the OID of a name, or an OID as it was given. Returns `undefined` for anything else. */
export function oidFor(text: string): string | undefined {
  const [name = "", ...rest] = text.split(".");
  const start = Object.hasOwn(OIDS, name) ? OIDS[name] : name;
  const oid = [start, ...rest].join(".").replace(/^\./, ""); // some programs write a dot first
  return isOid(oid) ? oid : undefined;
}

/** Returns the name of an OID, such as `sysDescr.0`, or the OID if it has no name here. */
export function nameOf(oid: string): string {
  const [name, known] = NAMES.find(([, known]) => isWithin(oid, known)) ?? [];
  const isGroup = name === "system" || name === "snmp";
  if (!name || isGroup && oid !== known) return oid;
  return name + oid.slice(known!.length);
}

/**
 * Returns a value as text that is safe to print. Bytes that are not text become hexadecimal digits.
 */
export function shownValue(value: Value): string {
  switch (value.type) {
    case "OCTET STRING":
      if (value.value.length === 0) return '""';
      return isText(value.value) ? printable(value.value) : hex(value.value);
    case "Opaque":
      return hex(value.value);
    case "TimeTicks":
      return `${(value.value / 100).toFixed(2)} s`;
    case "unknown": {
      const bytes = hex(value.value) || "no bytes";
      return `${bytes} (not readable, tag 0x${value.tag.toString(16).padStart(2, "0")})`;
    }
    default:
      return "value" in value ? `${value.value}` : value.type;
  }
}

function isText(bytes: Uint8Array): boolean {
  const text = new TextDecoder().decode(bytes);
  return !/[^\P{Cc}\r\n\t]|\ufffd/u.test(text);
}

function hex(bytes: Uint8Array): string {
  const [start, rest] = [bytes.subarray(0, 100), bytes.length - 100];
  const digits = [...start].map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
  return rest > 0 ? `${digits}… (${count(bytes.length, "byte")})` : digits;
}

/** Returns a value with its name: `sysUpTime.0 = 42.11 s`. */
export function line({ oid, value }: Binding): string {
  return `${nameOf(oid)} = ${shownValue(value)}`;
}

/**
 * Returns a message in a few words: `GET sysDescr.0`, `sysDescr.0 = …`, or the name of an error.
 */
export function summary(data: Uint8Array): string {
  const message = tryDecode(data);
  if (!message) return unreadable(data);

  const { type, error, bindings } = message;
  const [first, ...more] = bindings;
  if (type === "RESPONSE" && error !== 0) return errorName(error);

  let text = "nothing";
  if (first) text = type === "RESPONSE" ? line(first) : nameOf(first.oid);
  if (more.length > 0) text += ` and ${more.length} more`;
  return type === "RESPONSE" ? text : `${type} ${text}`;
}

/** Returns what to call a datagram that cannot be read as a message of version 1 or 2c. */
function unreadable(data: Uint8Array): string {
  const { version } = beginning(data);
  if (version === undefined) return "not an SNMP message";
  if (version === 3n) return "a message of SNMP's version 3";
  return "an SNMP message that cannot be read";
}

/** Returns the name of an error: `tooBig` for 1. */
export function errorName(error: number): string {
  return ERRORS[error] ?? `error ${error}`;
}
