/**
 * The names and records of DNS messages, as bytes and as values (RFC 1035, 3 and 4). dns.ts makes
 * messages of them. The package dns-packet encodes and decodes addresses. The rest is decoded here,
 * with limits, because a stranger's message may contain anything.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import * as packet from "dns-packet";

/**
 * The types of records that are known here: an address of IPv4 (A) or IPv6 (AAAA), another name for
 * a name (CNAME), a text (TXT), the name of a zone's server (NS), and facts about a whole zone
 * (SOA, start of authority).
 */
export const TYPES = ["A", "AAAA", "CNAME", "TXT", "NS", "SOA"] as const;

/** A question: a name, and the type of the records that are wanted. */
export interface Question {
  /**
   * Labels of 1 to 63 bytes with dots between them: `www.workbook.test`. The root is `.`.
   *
   * Some bytes are written as `\` and three decimal digits: a dot within a label, a backslash, and
   * all that are not visible characters of ASCII. So `my\032printer.workbook.test` has a space (RFC
   * 1035, 5.1).
   */
  readonly name: string;
  /**
   * One of {@linkcode TYPES}. A stranger may ask for others, such as `MX` or `TYPE64` (RFC 3597).
   */
  readonly type: string;
}

/** A record: one fact about a name. */
export interface NameRecord extends Question {
  /** For how many seconds others may keep it (time to live). */
  readonly ttl: number;
  /**
   * An address, a name or a text. For `SOA`: two names and five numbers, with spaces between them.
   */
  readonly data: string;
}

/** Reports bytes that are not a DNS message, or values that cannot be one. */
export class DnsError extends Error {
  /** The name of the class, as with every error. */
  override name = "DnsError";
}

/** The size of the header, in bytes. No name begins in it. */
export const HEADER = 12;

/** The class of nearly all records: `IN`, the internet. */
export const IN = 1;

/** A byte of this value or more is not the length of a label. It begins a pointer of two bytes. */
const POINTER = 0xc0;
/** The longest name in bytes, with a length before each label and a zero at the end. */
const MAX_NAME = 255;
/** The most pointers in a name. A name has at most 127 labels, so it never needs more. */
const MAX_POINTERS = 127;
const DOT = 0x2e, BACKSLASH = 0x5c;

const TYPE_NAMES: Record<number, string> = {
  ...{ 1: "A", 2: "NS", 5: "CNAME", 6: "SOA", 12: "PTR", 15: "MX", 16: "TXT", 28: "AAAA" },
  ...{ 33: "SRV", 39: "DNAME", 41: "OPT", 43: "DS", 46: "RRSIG", 48: "DNSKEY", 64: "SVCB" },
  ...{ 65: "HTTPS", 249: "TKEY", 250: "TSIG", 251: "IXFR", 252: "AXFR", 253: "MAILB" },
  ...{ 254: "MAILA", 255: "ANY" },
};

const CLASSES: Record<number, string> = { 1: "IN", 3: "CH", 4: "HS", 254: "NONE", 255: "ANY" };

/** The number of each type that has a name here. */
export const TYPE_NUMBERS: Record<string, number> = reversed(TYPE_NAMES);

/**
 * Checks whether a text is a name to ask for: labels of 1 to 63 bytes, and at most 255 bytes in
 * all.
 */
export function isName(text: string): boolean {
  return text !== "." && nameBytes(text) !== undefined;
}

/** A question in a message, and the offset of its end. */
export interface ReadQuestion extends Question {
  /** Its class by name: `IN`, or `CLASS9` if the number has no name. */
  readonly class: string;
  /** The offset of the first byte after it. */
  readonly end: number;
}

/** A record in a message: the offsets of its beginning, its data and its end. */
export interface ReadRecord {
  /** The offset of its name. */
  readonly start: number;
  /** The number of its type. See {@linkcode TYPE_NUMBERS}. */
  readonly type: number;
  /** In an OPT record this is a size, and the TTL has other meanings, too (RFC 6891, 6.1.2). */
  readonly class: number;
  /** For how many seconds others may keep it. */
  readonly ttl: number;
  /** The offset of its data. */
  readonly data: number;
  /** The offset of the first byte after it. */
  readonly end: number;
}

/**
 * Reads the question at this offset.
 *
 * @throws {DnsError} It is cut, or its name is damaged.
 */
export function readQuestion(bytes: Uint8Array, start: number): ReadQuestion {
  const { name, end } = readName(bytes, start);
  const type = typeName(at(bytes, end));
  const number = at(bytes, end + 2);
  return { name, type, class: CLASSES[number] ?? `CLASS${number}`, end: end + 4 };
}

/**
 * Finds the parts of the record at this offset. Its name and its data are not checked.
 *
 * @throws {DnsError} It is cut.
 */
export function readRecord(bytes: Uint8Array, start: number): ReadRecord {
  const name = endOfName(bytes, start);
  const data = name + 10;
  const end = data + at(bytes, name + 8);
  if (end > bytes.length) throw new DnsError("A record is cut.");
  const ttl = fourBytes(bytes, name + 4);
  return { start, type: at(bytes, name), class: at(bytes, name + 2), ttl, data, end };
}

/**
 * Returns the offset of a name's end. A pointer is always the last part of a name.
 *
 * @throws {DnsError} The name is cut, or damaged.
 */
export function endOfName(bytes: Uint8Array, start: number): number {
  let end = start;
  while (true) {
    const length = byteAt(bytes, end);
    if (length >= POINTER) return end + 2;
    if (length > 63) throw new DnsError("A name is damaged.");
    if (length === 0) return end + 1;
    end += 1 + length;
  }
}

/**
 * Reads the name at this offset. Returns it with the offset of its end.
 *
 * A name may end with a pointer: two bytes with the offset of the rest, earlier in the message (RFC
 * 1035, 4.1.4). Without limits, a short message with many pointers could take very long to read.
 */
function readName(bytes: Uint8Array, start: number): { name: string; end: number } {
  const labels: string[] = [];
  let [size, pointers, piece, next] = [1, 0, start, start];
  while (true) {
    const length = byteAt(bytes, next);
    if (length === 0) break;
    if (length >= POINTER) {
      next = at(bytes, next) & 0x3fff;
      pointers++;
      if (next >= piece || next < HEADER || pointers > MAX_POINTERS) {
        throw new DnsError("A name leads nowhere.");
      }
      piece = next;
      continue;
    }
    size += 1 + length;
    const end = next + 1 + length;
    if (length > 63 || size > MAX_NAME || end > bytes.length) {
      throw new DnsError("A name is cut, or too long.");
    }
    labels.push(labelText(bytes.subarray(next + 1, end)));
    next = end;
  }
  return { name: labels.join(".") || ".", end: endOfName(bytes, start) };
}

/**
 * Returns a label as text. See {@linkcode Question} for the bytes that become `\` and three digits.
 */
function labelText(label: Uint8Array): string {
  let text = "";
  for (const byte of label) {
    const plain = byte > 0x20 && byte < 0x7f && byte !== DOT && byte !== BACKSLASH;
    text += plain ? String.fromCharCode(byte) : `\\${String(byte).padStart(3, "0")}`;
  }
  return text;
}

/** Encodes a name. Returns `undefined` if the text is not a name. */
export function nameBytes(name: string): Uint8Array<ArrayBuffer> | undefined {
  const bytes: number[] = [];
  const withoutLastDot = name.replace(/\.$/, ""); // the root is only a dot
  for (const label of name === "." ? [] : withoutLastDot.split(".")) {
    // Each part is a visible character other than the backslash, or a backslash
    // with three digits from 000 to 255.
    if (!/^(?:[!-[\]-~]|\\[01]\d\d|\\2[0-4]\d|\\25[0-5])+$/.test(label)) return undefined;
    const codes = label.match(/\\\d{3}|./g)!.map((part) =>
      part.length > 1 ? Number(part.slice(1)) : part.charCodeAt(0)
    );
    if (codes.length > 63) return undefined;
    bytes.push(codes.length, ...codes);
  }
  bytes.push(0);
  return bytes.length <= MAX_NAME ? new Uint8Array(bytes) : undefined;
}

/** The records that were encoded before. A server needs the same ones for many questions. */
const encoded = new WeakMap<NameRecord, { name: Uint8Array; rest: Uint8Array }>();

/**
 * Encodes a record. If the question ends with the record's name, a pointer takes the name's place.
 *
 * @throws {DnsError} Its name is not one, or its data does not fit its type.
 */
export function shortened(record: NameRecord, asked: Uint8Array): Uint8Array[] {
  let known = encoded.get(record);
  if (!known) {
    known = recordBytes(record);
    encoded.set(record, known);
  }
  const { name, rest } = known;
  const typeAndClass = 4;
  const start = asked.length - typeAndClass - name.length;
  if (!hasNameAt(asked, start, name)) return [name, rest];
  return [numbers(POINTER << 8 | HEADER + start), rest];
}

/** Checks whether the question has this name at `start`, from the beginning of a label on. */
function hasNameAt(asked: Uint8Array, start: number, name: Uint8Array): boolean {
  let label = 0;
  while (label < start) label += 1 + asked[label]!;
  return label === start && name.every((byte, i) => small(byte) === small(asked[start + i]!));
}

/** Returns the small letter for a capital one. Lengths do not change: they are below 64. */
function small(byte: number): number {
  return byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte;
}

/** Encodes the name of a record, and the rest of it. */
function recordBytes({ name, type, ttl, data }: NameRecord) {
  const value = dataBytes(type, data);
  if (value.length > 0xffff) throw new DnsError("This is too long for a DNS record.");
  const fields = numbers(TYPE_NUMBERS[type]!, IN, ttl >>> 16, ttl & 0xffff, value.length);
  return { name: nameIn(name), rest: joined([fields, value]) };
}

function dataBytes(type: string, data: string): Uint8Array {
  if (type === "TXT") return joined(pieces(data));
  if (type === "CNAME" || type === "NS") return nameIn(data);
  if (type === "SOA") {
    const [server = "", mail = "", ...times] = data.split(" ");
    const words = times.flatMap((time) => [Number(time) >>> 16, Number(time) & 0xffff]);
    return joined([nameIn(server), nameIn(mail), numbers(...words)]);
  }
  try {
    const withLength: Uint8Array = packet.record(type).encode(data);
    return new Uint8Array(withLength.subarray(2));
  } catch (error) {
    throw new DnsError("This cannot be a DNS record.", { cause: error });
  }
}

/** Encodes a name, or throws a {@linkcode DnsError}. */
function nameIn(name: string): Uint8Array {
  const bytes = nameBytes(name);
  if (!bytes) throw new DnsError("This is not a domain name.");
  return bytes;
}

/** Cuts a text into pieces of at most 255 bytes. Each has its length before it. */
function pieces(text: string): Uint8Array[] {
  const bytes = new TextEncoder().encode(text);
  const count = Math.max(1, Math.ceil(bytes.length / 255));
  return Array.from({ length: count }, (_, i) => {
    const piece = bytes.subarray(255 * i, 255 * (i + 1));
    return new Uint8Array([piece.length, ...piece]);
  });
}

/**
 * Returns a record as values, in a list. The list is empty if its type or class is not known here.
 *
 * @throws {DnsError} Its data is damaged.
 */
export function toValues(bytes: Uint8Array, record: ReadRecord): NameRecord[] {
  const type = TYPES.find((type) => TYPE_NUMBERS[type] === record.type);
  if (!type || record.class !== IN) return [];
  const { name } = readName(bytes, record.start);
  return [{ name, type, ttl: record.ttl, data: readData(bytes, type, record) }];
}

function readData(
  bytes: Uint8Array,
  type: typeof TYPES[number],
  { data, end }: ReadRecord,
): string {
  const size = end - data;
  let text: string | undefined;
  if (type === "A" && size === 4 || type === "AAAA" && size === 16) {
    const withLength = Buffer.from(bytes.buffer, bytes.byteOffset + data - 2, 2 + size);
    text = packet.record(type).decode(withLength) as string;
  } else if (type === "TXT") {
    text = readText(bytes.subarray(data, end));
  } else if (type === "CNAME" || type === "NS") {
    const found = readName(bytes, data);
    if (found.end === end) text = found.name;
  } else if (type === "SOA") {
    const server = readName(bytes, data);
    const mail = readName(bytes, server.end);
    const times = [0, 4, 8, 12, 16].map((i) => fourBytes(bytes, mail.end + i));
    if (mail.end + 20 === end) text = [server.name, mail.name, ...times].join(" ");
  }
  if (text === undefined) throw new DnsError("The data of a record is damaged.");
  return text;
}

/** Joins the pieces of a text. Returns `undefined` if they are damaged. */
function readText(data: Uint8Array): string | undefined {
  const found: Uint8Array[] = [];
  let next = 0;
  while (next < data.length) {
    const end = next + 1 + data[next]!;
    found.push(data.subarray(next + 1, end));
    next = end;
  }
  if (next !== data.length) return undefined;
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(joined(found));
}

function typeName(type: number): string {
  return TYPE_NAMES[type] ?? `TYPE${type}`;
}

/** Returns the same table from names to numbers. */
export function reversed(names: Record<number, string>): Record<string, number> {
  return Object.fromEntries(Object.entries(names).map(([number, name]) => [name, Number(number)]));
}

function byteAt(bytes: Uint8Array, offset: number): number {
  const byte = bytes[offset];
  if (byte === undefined) throw new DnsError("The message is cut.");
  return byte;
}

/**
 * Reads a number of two bytes in network byte order: the first byte is the larger part.
 *
 * @throws {DnsError} The bytes end before it.
 */
export function at(bytes: Uint8Array, offset: number): number {
  return byteAt(bytes, offset) << 8 | byteAt(bytes, offset + 1);
}

function fourBytes(bytes: Uint8Array, offset: number): number {
  return at(bytes, offset) * 0x10000 + at(bytes, offset + 2);
}

/** Encodes numbers of two bytes each. */
export function numbers(...values: number[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(2 * values.length);
  for (let i = 0; i < values.length; i++) {
    bytes[2 * i] = values[i]! >> 8;
    bytes[2 * i + 1] = values[i]! & 0xff;
  }
  return bytes;
}

/** Joins all parts. */
export function joined(parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(parts.reduce((size, { length }) => size + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
