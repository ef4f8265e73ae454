/**
 * SNMP messages of version 2c and 1 (RFC 1901, 3416, 1157), as bytes and as plain values. It needs
 * ber.ts beside it, which has the rules for the bytes.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const oid = "1.3.6.1.2.1.1.1.0";
 * const question = request("GET", [oid], { id: 4711, community: "public" });
 * assertEquals(decode(encode(question)), question);
 *
 * const value = octets("a small machine");
 * const answer = encode(responseTo(question, [{ oid, value }]));
 * assertEquals(answerIn(answer, question)?.bindings[0]?.value, value);
 * ```
 *
 * @module
 */
import {
  ANY,
  BerError,
  type Element,
  element,
  elements,
  INTEGER,
  integerBytes,
  integerOf,
  leading,
  MAX_INTEGER_BYTES,
  OCTET_STRING,
  OID,
  oidBytes,
  oidOf,
  readable,
  SEQUENCE,
  tryOidOf,
  unsignedOf,
} from "./ber.ts";

/** The type of a message. Only a `RESPONSE` is an answer. */
export type Type =
  | "GET"
  | "GETNEXT"
  | "RESPONSE"
  | "SET"
  | "GETBULK"
  | "INFORM"
  | "TRAP"
  | "REPORT";

/**
 * A value with its type (RFC 2578, 7.1). An OCTET STRING is text or any other bytes. TimeTicks are
 * hundredths of a second. Some devices send values that break the rules. If such a value cannot be
 * read, it is `unknown`, with its tag and bytes. The other values of the message still count.
 */
export type Value =
  | { readonly type: "INTEGER" | "Counter32" | "Gauge32" | "TimeTicks"; readonly value: number }
  | { readonly type: "Counter64"; readonly value: bigint }
  | { readonly type: "OCTET STRING" | "Opaque"; readonly value: Uint8Array }
  | { readonly type: "OBJECT IDENTIFIER" | "IpAddress"; readonly value: string }
  | { readonly type: "NULL" | "noSuchObject" | "noSuchInstance" | "endOfMibView" }
  | { readonly type: "unknown"; readonly tag: number; readonly value: Uint8Array };

/** An OID and its value. In a question, the value is `NULL`. */
export interface Binding {
  /** Numbers with dots between them: `1.3.6.1.2.1.1.1.0`. */
  readonly oid: string;
  /** What the OID stands for, or an exception that says why there is no value. */
  readonly value: Value;
}

/** A question, or the answer to one. */
export interface Message {
  /** 1 is v2c, and 0 is v1. */
  readonly version: 0 | 1;
  /**
   * The password. It is not encrypted, so everyone on the way can read it. It is sent as UTF-8. If
   * the bytes that have come are not UTF-8, those above 127 become characters from U+DC80 to U+DCFF
   * here. So an answer carries the same bytes.
   */
  readonly community: string;
  /** What it asks for. An answer is a `RESPONSE`. */
  readonly type: Type;
  /** The number of the question, and of its answer: -2,147,483,648 to 2,147,483,647. */
  readonly id: number;
  /**
   * In an answer, one of {@linkcode ERRORS}. In a GETBULK, how many of the OIDs take one step only.
   */
  readonly error: number;
  /** Which binding the error is about, from 1. In a GETBULK, how many steps the other OIDs take. */
  readonly index: number;
  /** The OIDs that it is about. In an answer, they have values. */
  readonly bindings: readonly Binding[];
}

/** The names of the errors, by their numbers (RFC 3416, 3). */
export const ERRORS: readonly string[] = [
  ...["noError", "tooBig", "noSuchName", "badValue", "readOnly", "genErr", "noAccess", "wrongType"],
  ...["wrongLength", "wrongEncoding", "wrongValue", "noCreation", "inconsistentValue"],
  ...["resourceUnavailable", "commitFailed", "undoFailed", "authorizationError", "notWritable"],
  "inconsistentName",
];

// The top bits of a tag are a class: 0x40 for SNMP's own types, 0x80 for types of one message. 0x20
// is set if the content is elements.
const PDUS: Record<Type, number> = {
  GET: 0xa0,
  GETNEXT: 0xa1,
  RESPONSE: 0xa2,
  SET: 0xa3,
  GETBULK: 0xa5,
  INFORM: 0xa6,
  TRAP: 0xa7,
  REPORT: 0xa8,
};
const TAGS: Record<Exclude<Value["type"], "unknown">, number> = {
  INTEGER: 0x02,
  "OCTET STRING": 0x04,
  NULL: 0x05,
  "OBJECT IDENTIFIER": 0x06,
  IpAddress: 0x40,
  Counter32: 0x41,
  Gauge32: 0x42,
  TimeTicks: 0x43,
  Opaque: 0x44,
  Counter64: 0x46,
  noSuchObject: 0x80,
  noSuchInstance: 0x81,
  endOfMibView: 0x82,
};
const TYPES = new Map(
  Object.entries(TAGS).map(([type, tag]) => [tag, type as keyof typeof TAGS]),
);
TYPES.set(0x47, "Gauge32"); // UInteger32, the same under a name of RFC 1442
const PDU_TYPES = new Map(Object.entries(PDUS).map(([type, tag]) => [tag, type as Type]));
const V1 = ["GET", "GETNEXT", "RESPONSE", "SET"];
const NOTHING: Value = { type: "NULL" };
const UTF_8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
/** A community that stands for bytes that are not UTF-8, as {@linkcode textOf} returns it. */
const NOT_UTF_8 = /^[\0-\x7f]*[\udc80-\udcff][\0-\x7f\udc80-\udcff]*$/;

/**
 * Returns a random number for a question: 0 to 2,147,483,647. It is not from `Math.random`, because
 * somebody who sees a few of those numbers can compute the next ones.
 */
export function randomId(): number {
  return crypto.getRandomValues(new Uint32Array(1))[0]! >>> 1; // 31 bits: one is for the sign
}

/**
 * Returns a question about these OIDs. By default it has version 2c, the community `public` and a
 * random number.
 */
export function request(type: Type, oids: string[], parts: Partial<Message> = {}): Message {
  const bindings = oids.map((oid) => ({ oid, value: NOTHING }));
  const rest = { version: 1, community: "public", error: 0, index: 0 } as const;
  return { ...rest, type, id: randomId(), bindings, ...parts };
}

/** Returns the answer to a question, with these values or with an error. */
export function responseTo(
  { version, community, id }: Message,
  bindings: readonly Binding[],
  error = 0,
  index = 0,
): Message {
  return { version, community, type: "RESPONSE", id, error, index, bindings };
}

/**
 * Reads the answer to that question. Returns `undefined` if the bytes are anything else. Check the
 * sender, too.
 */
export function answerIn(bytes: Uint8Array, asked: Message): Message | undefined {
  const message = tryDecode(bytes);
  return message && misfit(message, asked) === undefined ? message : undefined;
}

/**
 * Returns why {@linkcode answerIn} does not accept these bytes, for people: `it is not an SNMP
 * message`. Returns `undefined` if it does. If the number is right, the device itself has probably
 * made a mistake.
 */
export function whyNoAnswer(bytes: Uint8Array, asked: Message): string | undefined {
  try {
    return misfit(decode(bytes), asked);
  } catch (error) {
    if (!(error instanceof BerError)) throw error;
    const { version, type, id } = beginning(bytes);
    if (version === undefined) return "it is not an SNMP message";
    if (version !== 0n && version !== 1n) return "it is a message of another version of SNMP";
    if (type && type !== "RESPONSE") return `it is a ${type}, not a RESPONSE`;
    if (id !== undefined && id !== BigInt(asked.id)) return otherNumber(id, asked);
    const number = id === undefined ? "" : "it has the right number, but ";
    return `${number}it cannot be read (${error.message.replace(/\.$/, "")})`;
  }
}

/** Returns whether these bytes begin as an SNMP message with the question's number. */
export function hasNumber(bytes: Uint8Array, asked: Message): boolean {
  return beginning(bytes).id === BigInt(asked.id);
}

/** Returns why a message is not the answer to that question, or `undefined` if it is. */
function misfit({ type, id, error, bindings }: Message, asked: Message): string | undefined {
  if (type !== "RESPONSE") return `it is a ${type}, not a RESPONSE`;
  if (id !== asked.id) return otherNumber(id, asked);
  if (error !== 0) return undefined; // with values or without

  const most = asked.type === "GETBULK" ? mostOf(asked) : asked.bindings.length;
  const least = asked.type === "GETBULK" ? Math.min(1, most) : most; // the rest may not have fitted
  if (bindings.length < least || bindings.length > most) {
    const asked = least < most ? `${least} to ${most}` : most;
    return `it has the right number, but ${bindings.length} values instead of ${asked}`;
  }
  if (asked.type !== "GET") return undefined;
  const other = bindings.find(({ oid }, i) => oid !== asked.bindings[i]!.oid);
  return other && `it has the right number, but is about ${other.oid}, which was not asked for`;
}

function otherNumber(id: number | bigint, asked: Message): string {
  return `it answers another question: its number is ${id}, and not ${asked.id}`;
}

/** Returns how many values a GETBULK asks for: N + M × R of RFC 3416, 4.2.3. */
function mostOf({ error, index, bindings }: Message): number {
  const once = Math.min(Math.max(0, error), bindings.length);
  return once + Math.max(0, index) * (bindings.length - once);
}

/** Reads the beginning of a message, which may be cut, or have another version. */
export function beginning(bytes: Uint8Array): { version?: bigint; type?: Type; id?: bigint } {
  const [whole] = readable(bytes);
  if (whole?.tag !== SEQUENCE) return {};
  const [first, , pdu] = readable(whole.content);
  const version = integerIn(first);
  if (version === undefined) return {};
  const type = PDU_TYPES.get(pdu?.tag ?? 0);
  const id = type && integerIn(readable(pdu!.content)[0]);
  return { version, ...(type && { type }), ...(id !== undefined && { id }) };
}

function integerIn(element: Element | undefined): bigint | undefined {
  if (element?.tag !== INTEGER) return undefined;
  const { length } = element.content;
  return length < 1 || length > MAX_INTEGER_BYTES ? undefined : integerOf(element.content);
}

/** Returns a text as a value, in UTF-8. */
export function octets(text: string): Value {
  return { type: "OCTET STRING", value: new TextEncoder().encode(text) };
}

/** Returns whether this stands in the place of a value and says why there is none. */
export function isException({ type }: Value): boolean {
  return type === "noSuchObject" || type === "noSuchInstance" || type === "endOfMibView";
}

/**
 * Compares two OIDs, for `sort`: returns less than 0, 0, or more than 0. It compares them number by
 * number, and not as text: 1.3.6.1.9 is before 1.3.6.1.10. And 1.3.6.1 is before every OID that
 * begins with it.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 * assertEquals(["1.10", "1.9.1", "1.9"].sort(compareOids), ["1.9", "1.9.1", "1.10"]);
 * ```
 */
export function compareOids(a: string, b: string): number {
  const [left, right] = [a.split("."), b.split(".")];
  for (let i = 0; i < left.length && i < right.length; i++) {
    const difference = Number(left[i]) - Number(right[i]);
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

/** Returns whether this OID is `root`, or below it in the tree. */
export function isWithin(oid: string, root: string): boolean {
  return oid === root || oid.startsWith(`${root}.`);
}

/**
 * Returns the bytes of a message.
 *
 * @throws {BerError} A number is out of its range. Or a text is not an OID, or not an IPv4 address.
 */
export function encode(message: Message): Uint8Array<ArrayBuffer> {
  const { version, community, type, id, error, index, bindings } = message;
  return element(
    SEQUENCE,
    element(INTEGER, integerBytes(inRange(version, 0, 1))),
    element(OCTET_STRING, textBytes(community)),
    element(
      PDUS[type],
      ...[id, error, index].map((value) => element(INTEGER, integerBytes(signed(value)))),
      element(SEQUENCE, ...bindings.map(bindingBytes)),
    ),
  );
}

/** Returns the bytes of a binding in a message. Throws the same errors as {@linkcode encode}. */
export function bindingBytes({ oid, value }: Binding): Uint8Array<ArrayBuffer> {
  return element(SEQUENCE, element(OID, oidBytes(oid)), element(...valueBytes(value)));
}

/**
 * Reads bytes as a message of version 2c or 1. It ignores bytes after the message, as Net-SNMP
 * does. It does not know version 3, nor the trap of version 1, which has another form.
 *
 * @throws {BerError} They are not such a message.
 */
export function decode(bytes: Uint8Array): Message {
  const [whole] = leading(bytes, SEQUENCE);
  const [version, community, pdu] = leading(whole!.content, INTEGER, OCTET_STRING, ANY);
  const spoken = inRange(integerOf(version!.content), 0, 1) === 0 ? 0 : 1;
  const type = PDU_TYPES.get(pdu!.tag);
  if (!type || spoken === 0 && !V1.includes(type)) {
    throw new BerError("This type of message is not known here.");
  }
  const [id, error, index, list] = leading(pdu!.content, INTEGER, INTEGER, INTEGER, SEQUENCE);
  return {
    version: spoken,
    community: textOf(community!.content),
    type,
    id: signed(integerOf(id!.content)),
    error: signed(integerOf(error!.content)),
    index: signed(integerOf(index!.content)),
    bindings: elements(list!.content).map((pair) => {
      if (pair.tag !== SEQUENCE) throw new BerError("An OID with its value was expected.");
      const [name, value] = leading(pair.content, OID, ANY);
      return { oid: oidOf(name!.content), value: valueOf(value!) };
    }),
  };
}

/** Does the same as {@linkcode decode}, but returns `undefined` in the place of an error. */
export function tryDecode(bytes: Uint8Array): Message | undefined {
  try {
    return decode(bytes);
  } catch (error) {
    if (error instanceof BerError) return undefined;
    throw error;
  }
}

function inRange(value: number | bigint, least: number, most: number): number {
  const number = Number(value);
  if (Number.isInteger(number) && number >= least && number <= most) return number;
  throw new BerError(`A number is not from ${least} to ${most}.`);
}

function signed(value: number | bigint): number {
  return inRange(value, -(2 ** 31), 2 ** 31 - 1);
}

function unsigned(value: number | bigint): number {
  return inRange(value, 0, 2 ** 32 - 1);
}

/**
 * Returns a community as text. If it is not UTF-8, each byte above 127 becomes half of a surrogate
 * pair, which no text has.
 */
function textOf(bytes: Uint8Array): string {
  try {
    return UTF_8.decode(bytes);
  } catch {
    return Array.from(bytes, (byte) => String.fromCharCode(byte < 128 ? byte : 0xdc00 + byte))
      .join("");
  }
}

/** Returns the bytes of such a text. */
function textBytes(text: string): Uint8Array {
  if (!NOT_UTF_8.test(text)) return new TextEncoder().encode(text);
  return Uint8Array.from(text, (character) => character.charCodeAt(0) & 0xff);
}

/** Returns the tag of a value, and its content. */
function valueBytes(value: Value): [number, Uint8Array] {
  const { type } = value;
  if (type === "unknown") return [value.tag, value.value];
  const tag = TAGS[type];
  switch (type) {
    case "INTEGER":
      return [tag, integerBytes(signed(value.value))];
    case "Counter32":
    case "Gauge32":
    case "TimeTicks":
      return [tag, integerBytes(unsigned(value.value))];
    case "Counter64":
      return [tag, integerBytes(in64Bits(value.value))];
    case "OCTET STRING":
    case "Opaque":
      return [tag, value.value];
    case "OBJECT IDENTIFIER":
      return [tag, oidBytes(value.value)];
    case "IpAddress":
      return [tag, addressBytes(value.value)];
    default:
      return [tag, new Uint8Array()];
  }
}

/** Returns the four bytes of an IPv4 address. */
function addressBytes(address: string): Uint8Array {
  if (!/^\d+(\.\d+){3}$/.test(address)) throw new BerError("This is not an IPv4 address.");
  return new Uint8Array(address.split(".").map((byte) => inRange(BigInt(byte), 0, 255)));
}

/** Returns the same number, if it has at most 64 bits and no sign. */
function in64Bits(value: bigint): bigint {
  if (value !== BigInt.asUintN(64, value)) throw new BerError("A Counter64 has 64 bits.");
  return value;
}

/**
 * Returns the value in this element. If it cannot be read, it is `unknown`, and the others still
 * count. Nothing is thrown here: a message may have 10,000 such values, and an error takes long.
 */
function valueOf({ tag, content }: Element): Value {
  return knownValue(tag, content) ?? { type: "unknown", tag, value: content.slice() };
}

function knownValue(tag: number, content: Uint8Array): Value | undefined {
  const type = TYPES.get(tag);
  switch (type) {
    case undefined:
      return undefined;
    case "INTEGER":
      return integerOrGauge(content);
    case "Counter32":
    case "Gauge32":
    case "TimeTicks":
    case "Counter64":
      return unsignedValue(type, content);
    case "OCTET STRING":
    case "Opaque":
      return { type, value: content.slice() };
    case "OBJECT IDENTIFIER": {
      const value = tryOidOf(content);
      return value === undefined ? undefined : { type, value };
    }
    case "IpAddress":
      return content.length === 4 ? { type, value: content.join(".") } : undefined;
    default:
      return { type }; // these have no content; some devices send some, which is ignored
  }
}

/** A number that is too large for an INTEGER was meant without a sign: it is a Gauge32. */
function integerOrGauge(content: Uint8Array): Value | undefined {
  if (content.length < 1 || content.length > MAX_INTEGER_BYTES) return undefined;
  const value = integerOf(content);
  if (value < -(2n ** 31n) || value >= 2n ** 32n) return undefined;
  return { type: value < 2n ** 31n ? "INTEGER" : "Gauge32", value: Number(value) };
}

/** Reads a value without a sign, of 32 or 64 bits. */
function unsignedValue(
  type: "Counter32" | "Gauge32" | "TimeTicks" | "Counter64",
  content: Uint8Array,
): Value | undefined {
  if (content.length > MAX_INTEGER_BYTES) return undefined;
  const value = unsignedOf(content);
  if (type === "Counter64") return value < 2n ** 64n ? { type, value } : undefined;
  return value < 2n ** 32n ? { type, value: Number(value) } : undefined;
}
