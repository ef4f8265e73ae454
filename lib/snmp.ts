/**
 * SNMP messages, version 2c and 1 (RFC 1901, 3416, 1157), as bytes and as plain values. No imports but
 * ber.ts, which has the rules for the bytes: copy both and they work.
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
  OCTET_STRING,
  OID,
  oidBytes,
  oidOf,
  SEQUENCE,
} from "./ber.ts";

/** What a message wants, or is. `RESPONSE` is the only one that is an answer. */
export type Type = keyof typeof PDUS;

/** A value, and what it is (RFC 2578, 7.1). Bytes are text, or anything else. Times are hundredths of a second. */
export type Value =
  | { readonly type: "INTEGER" | "Counter32" | "Gauge32" | "TimeTicks"; readonly value: number }
  | { readonly type: "Counter64"; readonly value: bigint }
  | { readonly type: "OCTET STRING" | "Opaque"; readonly value: Uint8Array }
  | { readonly type: "OBJECT IDENTIFIER" | "IpAddress"; readonly value: string }
  | { readonly type: "NULL" | "noSuchObject" | "noSuchInstance" | "endOfMibView" };

/** The name of a variable, and its value; in a question, `NULL`. */
export interface Binding {
  /** Numbers with dots between them: `1.3.6.1.2.1.1.1.0`. */
  readonly oid: string;
  readonly value: Value;
}

/** A question, or the answer to one. */
export interface Message {
  /** 1 is v2c, and 0 is v1. */
  readonly version: 0 | 1;
  /** What has to be known to be answered. It travels as it is: whoever sees it go by can read it. */
  readonly community: string;
  readonly type: Type;
  /** -2,147,483,648 to 2,147,483,647. An answer has the number of its question. */
  readonly id: number;
  /** In an answer, one of {@linkcode ERRORS}, 0 if all is well; in a GETBULK, how many are to come only once. */
  readonly error: number;
  /** Which of the bindings the error is about, from 1; in a GETBULK, how often the others are to come. */
  readonly index: number;
  readonly bindings: readonly Binding[];
}

/** What can be wrong, by its number (RFC 3416, 3). */
export const ERRORS: readonly string[] = [
  ...["noError", "tooBig", "noSuchName", "badValue", "readOnly", "genErr", "noAccess", "wrongType"],
  ...["wrongLength", "wrongEncoding", "wrongValue", "noCreation", "inconsistentValue"],
  ...["resourceUnavailable", "commitFailed", "undoFailed", "authorizationError", "notWritable"],
  "inconsistentName",
];

// A tag's top bits say whose it is: 0x40 is SNMP's own, 0x80 has a meaning only here, 0x20 holds elements.
const PDUS = {
  GET: 0xa0,
  GETNEXT: 0xa1,
  RESPONSE: 0xa2,
  SET: 0xa3,
  GETBULK: 0xa5,
  INFORM: 0xa6,
  TRAP: 0xa7,
  REPORT: 0xa8,
};
const TAGS: Record<Value["type"], number> = {
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
const TYPES = new Map(Object.entries(TAGS).map(([type, tag]) => [tag, type as Value["type"]]));
const PDU_TYPES = new Map(Object.entries(PDUS).map(([type, tag]) => [tag, type as Type]));
const V1 = ["GET", "GETNEXT", "RESPONSE", "SET"];
const NOTHING: Value = { type: "NULL" };
const UTF_8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * A number for a question, 0 to 2,147,483,647. Not from `Math.random`: who saw a few of its numbers can tell
 * the next ones.
 */
export function randomId(): number {
  return crypto.getRandomValues(new Uint32Array(1))[0]! >>> 1; // 31 bits: one is for the sign
}

/** A question about these variables. Default: v2c, the community `public`, a random num */
export function request(type: Type, oids: string[], parts: Partial<Message> = {}): Message {
  const bindings = oids.map((oid) => ({ oid, value: NOTHING }));
  const rest = { version: 1, community: "public", error: 0, index: 0 } as const;
  return { ...rest, type, id: randomId(), bindings, ...parts };
}

/** The answer to a question. */
export function responseTo(
  { version, community, id }: Message,
  bindings: readonly Binding[],
  error = 0,
  index = 0,
): Message {
  return { version, community, type: "RESPONSE", id, error, index, bindings };
}

/** The answer in these bytes to that question; `undefined` if they are anything else. Look who sent it, too. */
export function answerIn(bytes: Uint8Array, asked: Message): Message | undefined {
  const message = understood(bytes);
  if (message?.type !== "RESPONSE" || message.id !== asked.id) return undefined;
  const { error, bindings } = message;
  if (error !== 0) return message; // with variables or without
  const { length } = asked.bindings;
  const fits = asked.type === "GETBULK" ? bindings.length >= length : bindings.length === length &&
    (asked.type !== "GET" || bindings.every(({ oid }, i) => oid === asked.bindings[i]!.oid));
  return fits ? message : undefined;
}

/** Text as a value, in UTF-8. */
export function octets(text: string): Value {
  return { type: "OCTET STRING", value: new TextEncoder().encode(text) };
}

/** Whether this is no value, but a word for why there is none. */
export function isException({ type }: Value): boolean {
  return type === "noSuchObject" || type === "noSuchInstance" || type === "endOfMibView";
}

/**
 * Which of two OIDs comes first: less than 0, 0, or more than 0, for `sort`. Number by number, and not as
 * text: 1.3.6.1.9 is before 1.3.6.1.10; and 1.3.6.1 before all that begins with it.
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

/** Whether this OID is `root`, or in the tree below it. */
export function isWithin(oid: string, root: string): boolean {
  return oid === root || oid.startsWith(`${root}.`);
}

/**
 * The bytes of a message.
 *
 * @throws {BerError} A number is out of its range, an OID is none, or an IpAddress is none of IPv4.
 */
export function encode(message: Message): Uint8Array<ArrayBuffer> {
  const { version, community, type, id, error, index, bindings } = message;
  const list = bindings.map(({ oid, value }) =>
    element(SEQUENCE, element(OID, oidBytes(oid)), element(...valueBytes(value)))
  );
  return element(
    SEQUENCE,
    element(INTEGER, integerBytes(inRange(version, 0, 1))),
    element(OCTET_STRING, new TextEncoder().encode(community)),
    element(
      PDUS[type],
      ...[id, error, index].map((value) => element(INTEGER, integerBytes(signed(value)))),
      element(SEQUENCE, ...list),
    ),
  );
}

/**
 * What these bytes say: a message of v2c or v1 where nothing is missing and nothing is left over. (v1's trap
 * has another form, and is not known here; nor is v3.)
 *
 * @throws {BerError} They are none.
 */
export function decode(bytes: Uint8Array): Message {
  const [whole] = elements(bytes, SEQUENCE);
  const [version, community, pdu] = inside(whole!, INTEGER, OCTET_STRING, ANY);
  const spoken = inRange(integerOf(version!.content), 0, 1) === 0 ? 0 : 1;
  const type = PDU_TYPES.get(pdu!.tag);
  if (!type || spoken === 0 && !V1.includes(type)) {
    throw new BerError("Such a message is not known here.");
  }
  const [id, error, index, list] = inside(pdu!, INTEGER, INTEGER, INTEGER, SEQUENCE);
  return {
    version: spoken,
    community: textOf(community!.content),
    type,
    id: signed(integerOf(id!.content)),
    error: signed(integerOf(error!.content)),
    index: signed(integerOf(index!.content)),
    bindings: inside(list!).map((pair) => {
      const [name, value] = inside(pair, OID, ANY);
      if (pair.tag !== SEQUENCE) throw new BerError("This is no variable with its value.");
      return { oid: oidOf(name!.content), value: valueOf(value!) };
    }),
  };
}

/** What these bytes say, or `undefined` where {@linkcode decode} throws: for what strangers send. */
export function understood(bytes: Uint8Array): Message | undefined {
  try {
    return decode(bytes);
  } catch (error) {
    if (error instanceof BerError) return undefined;
    throw error;
  }
}

function inside({ content }: Element, ...tags: number[]): Element[] {
  return elements(content, ...tags);
}

function inRange(value: number | bigint, least: number, most: number): number {
  const number = Number(value);
  if (Number.isInteger(number) && number >= least && number <= most) return number;
  throw new BerError(`A number is not from ${least} to ${most}.`);
}

function signed(value: number | bigint): number {
  return inRange(value, -(2 ** 31), 2 ** 31 - 1);
}

function textOf(bytes: Uint8Array): string {
  try {
    return UTF_8.decode(bytes);
  } catch {
    throw new BerError("The community is no text.");
  }
}

/** The tag of a value, and its content. */
function valueBytes(value: Value): [number, Uint8Array] {
  const { type } = value;
  const tag = TAGS[type];
  switch (type) {
    case "INTEGER":
      return [tag, integerBytes(signed(value.value))];
    case "Counter32":
    case "Gauge32":
    case "TimeTicks":
      return [tag, integerBytes(inRange(value.value, 0, 2 ** 32 - 1))];
    case "Counter64":
      if (value.value !== BigInt.asUintN(64, value.value)) {
        throw new BerError("A Counter64 has 64 bits.");
      }
      return [tag, integerBytes(value.value)];
    case "OCTET STRING":
    case "Opaque":
      return [tag, value.value];
    case "OBJECT IDENTIFIER":
      return [tag, oidBytes(value.value)];
    case "IpAddress":
      if (!/^\d+(\.\d+){3}$/.test(value.value)) throw new BerError("This is no IPv4 address.");
      return [
        tag,
        new Uint8Array(value.value.split(".").map((byte) => inRange(BigInt(byte), 0, 255))),
      ];
    default:
      return [tag, new Uint8Array()];
  }
}

function valueOf({ tag, content }: Element): Value {
  const type = TYPES.get(tag);
  switch (type) {
    case undefined:
      throw new BerError("Such a value is not known here.");
    case "INTEGER":
      return { type, value: signed(integerOf(content)) };
    case "Counter32":
    case "Gauge32":
    case "TimeTicks":
      return { type, value: inRange(integerOf(content), 0, 2 ** 32 - 1) };
    case "Counter64": {
      const value = integerOf(content);
      if (value !== BigInt.asUintN(64, value)) throw new BerError("A Counter64 has 64 bits.");
      return { type, value };
    }
    case "OCTET STRING":
    case "Opaque":
      return { type, value: content.slice() };
    case "OBJECT IDENTIFIER":
      return { type, value: oidOf(content) };
    case "IpAddress":
      if (content.length !== 4) throw new BerError("This is no IPv4 address.");
      return { type, value: content.join(".") };
    default:
      if (content.length > 0) throw new BerError(`There is something in a ${type}.`);
      return { type };
  }
}
