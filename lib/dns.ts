/**
 * DNS messages, as bytes and as plain values (RFC 1035; EDNS: RFC 6891). The package dns-packet knows the
 * bytes of the records; what it lets pass is checked here. No other imports: copy it and it works.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const question = decode(encodeQuestion(4711, { name: "workbook.test", type: "A" }));
 * const records = [{ name: "workbook.test", type: "A", ttl: 60, data: "192.0.2.7" }];
 * const answer = decode(encodeAnswer(question, { code: "NOERROR", records }));
 *
 * assertEquals(answer.id, 4711);
 * assertEquals(shown(question), "A workbook.test?");
 * assertEquals(shown(answer), "workbook.test A 192.0.2.7");
 * ```
 *
 * @module
 */
import { Buffer } from "node:buffer";
import * as packet from "dns-packet";

/** The types of records that are known here: addresses (IPv4, IPv6), another name for a name, text. */
export const TYPES = ["A", "AAAA", "CNAME", "TXT"] as const;

/** What every client can take over UDP, in bytes (RFC 1035, 2.3.4). */
export const PLAIN_BYTES = 512;

/** The most over UDP for a client that says it takes so many: less than any network cuts into fragments. */
export const EDNS_BYTES = 1232;

/** The longest message that is read. TCP could carry 65,535 bytes, but a long one may be made to read slowly. */
export const MAX_MESSAGE = 16_384;

/** What one asks for: a name, and the type of its records. */
export interface Question {
  /** Labels of 1 to 63 characters with dots between them, in ASCII: `www.workbook.test`. */
  readonly name: string;
  /** `A`, `AAAA`, `CNAME`, `TXT`; of what others ask, also another, such as `MX` or `UNKNOWN_65`. */
  readonly type: string;
}

/** What a name server knows of a name. */
export interface NameRecord extends Question {
  /** How long one may keep it, in seconds (time to live). */
  readonly ttl: number;
  /** An address, a name, or a text. */
  readonly data: string;
}

/** How an answer ends: there is such a name, there is none, I do not do this, or not for you. */
export type Code = "NOERROR" | "NXDOMAIN" | "NOTIMP" | "REFUSED";

/** A question, or the answer to one. */
export interface Message {
  /** 0 to 65535. An answer has the number of its question. */
  readonly id: number;
  /** The bit QR: this is an answer, and so nothing to be answered. */
  readonly isAnswer: boolean;
  /** The bit TC: there is more than fitted in. */
  readonly truncated: boolean;
  /** What is asked: 0, a query, or something rare. */
  readonly opcode: number;
  /** A {@linkcode Code}, or another one, such as `SERVFAIL`. */
  readonly code: string;
  /** As the client wrote it: capitals are kept, and mean nothing. */
  readonly question: Question;
  /** `IN`, the internet; others are rare. */
  readonly class: string;
  /** The answer's records, of the {@linkcode TYPES} only. */
  readonly records: readonly NameRecord[];
  /** How many bytes the sender takes over UDP: {@linkcode PLAIN_BYTES} to {@linkcode EDNS_BYTES}. */
  readonly takes: number;
  /** The version of EDNS that it speaks, if it does: 0. */
  readonly edns?: number;
  /** What was decoded. */
  readonly bytes: Uint8Array;
}

/** These bytes are no DNS message, or these values cannot be one. */
export class DnsError extends Error {
  override name = "DnsError";
}

const HEADER = 12;
const RESPONSE = 0x8000, OPCODE = 0x7800, AUTHORITATIVE = 0x0400, TRUNCATED = 0x0200;
/** What goes back as it came: the opcode, and the wish for recursion. */
const COPIED = OPCODE | 0x0100;
const CODES: Record<Code, number> = { NOERROR: 0, NXDOMAIN: 3, NOTIMP: 4, REFUSED: 5 };

const ROOT_OPT = { name: ".", type: "OPT", udpPayloadSize: EDNS_BYTES, options: [] };
const OPT = recordBytes(ROOT_OPT);
/** RFC 6891, 6.1.3: BADVERS is 16. Its upper bits, 1, stand in the OPT record, the lower ones are 0. */
const OPT_OF_ANOTHER_VERSION = recordBytes({ ...ROOT_OPT, extendedRcode: 1 });

/** Where the name of a record is that of the question, two bytes point there instead (RFC 1035, 4.1.4). */
const POINTER = new Uint8Array([0xc0, HEADER]);

/** Whether this can be asked for: a name of at most 253 characters, each label of 1 to 63. */
export function isName(text: string): boolean {
  return text.length <= 253 &&
    text.replace(/(?<=.)\.$/, "").split(".").every((label) => /^[!-~]{1,63}$/.test(label));
}

/** The bytes of a question. Throws a {@linkcode DnsError} for what is no name, number or known type. */
export function encodeQuestion(id: number, { name, type }: Question): Uint8Array<ArrayBuffer> {
  if (!isName(name)) throw new DnsError("This is not a domain name.");
  if (!TYPES.some((known) => known === type)) throw new DnsError("This type is not known here.");
  return encode({ type: "query", id, flags: 0x0100, questions: [{ name, type }] });
}

/**
 * The bytes of the answer to a question. If there are more than `limit`, only that is said (TC). The
 * records are not checked: they have to be what their types say.
 *
 * The question goes back byte for byte: some clients write it in cApITalS as a second random number.
 */
export function encodeAnswer(
  question: Message,
  { code, records }: { code: Code; records: readonly NameRecord[] },
  limit = MAX_MESSAGE,
): Uint8Array<ArrayBuffer> {
  const { bytes, edns } = question;
  const old = edns !== undefined && edns > 0;
  const ours = !old && (code === "NOERROR" || code === "NXDOMAIN");
  const flags = RESPONSE | at(bytes, 2) & COPIED | (ours ? AUTHORITATIVE : 0) |
    (old ? 0 : CODES[code]);
  const last = edns === undefined ? [] : [old ? OPT_OF_ANOTHER_VERSION : OPT];
  const make = (flags: number, records: readonly NameRecord[]) => {
    const start = bytes.slice(0, endOfQuestion(bytes));
    const view = new DataView(start.buffer);
    [flags, 1, records.length, 0, last.length].forEach((n, i) => view.setUint16(2 + 2 * i, n));
    const name = question.question.name.toLowerCase();
    return joined([start, ...records.flatMap((record) => toBytes(record, name)), ...last]);
  };
  const whole = make(flags, old ? [] : records);
  return whole.length <= limit ? whole : make(flags | TRUNCATED, []);
}

/**
 * What these bytes say. Throws a {@linkcode DnsError} unless they are a question or an answer with exactly
 * one question in it, nothing is missing, and nothing is left over.
 */
export function decode(bytes: Uint8Array): Message {
  if (bytes.length > MAX_MESSAGE) throw new DnsError("This is too long for a DNS message.");
  const isAnswer = (at(bytes, 2) & RESPONSE) !== 0;
  if (at(bytes, 4) !== 1) throw new DnsError("This is not one question.");
  // In a question there are no records but for what says more about it: EDNS, and a signature.
  if (!isAnswer && (at(bytes, 6) || at(bytes, 8) || at(bytes, 10) > 2)) {
    throw new DnsError("This question holds answers.");
  }
  endOfQuestion(bytes);
  try {
    const found = packet.decode(buffer(bytes));
    if (packet.decode.bytes !== bytes.length) throw new DnsError("The length is wrong.");
    const { id, flag_tc: truncated, rcode: code, questions, answers, additionals } = found;
    const { name, type, class: class_ } = questions[0];
    const opt = additionals.find(({ type }: Question) => type === "OPT");
    return {
      id,
      isAnswer,
      truncated,
      opcode: (at(bytes, 2) & OPCODE) >> 11,
      code,
      question: { name, type },
      class: class_,
      records: answers.flatMap(fromBytes),
      takes: Math.min(Math.max(PLAIN_BYTES, opt?.udpPayloadSize ?? 0), EDNS_BYTES),
      ...(opt && { edns: opt.ednsVersion }),
      bytes,
    };
  } catch (error) {
    throw new DnsError("This is not a DNS message.", { cause: error });
  }
}

/** What these bytes say, or `undefined` where {@linkcode decode} throws: for what strangers send. */
export function understood(bytes: Uint8Array): Message | undefined {
  try {
    return decode(bytes);
  } catch (error) {
    if (error instanceof DnsError) return undefined;
    throw error;
  }
}

/** A number for a question. Not from `Math.random`: who saw a few of its numbers can tell the next ones. */
export function randomId(): number {
  return crypto.getRandomValues(new Uint16Array(1))[0]!;
}

/** The answer in these bytes to that question with that number; `undefined` if they are anything else. */
export function answerIn(bytes: Uint8Array, id: number, asked: Question): Message | undefined {
  const message = understood(bytes);
  if (!message?.isAnswer || message.id !== id) return undefined;
  const { name, type } = message.question;
  const same = name.toLowerCase() === asked.name.toLowerCase() && type === asked.type;
  return same ? message : undefined;
}

/** A message in a line, not safe to print: `A workbook.test?`, or `workbook.test A 192.0.2.7 and 2 more`. */
export function shown({ isAnswer, truncated, code, question, records }: Message): string {
  const { name, type } = question;
  if (!isAnswer) return `${type} ${name}?`;
  if (truncated) return `${name} ${type} TC`;
  if (code !== "NOERROR") return `${name} ${code}`;
  const [first] = records;
  if (!first) return `${name} has no ${type}`;
  const more = records.length > 1 ? ` and ${records.length - 1} more` : "";
  return `${line(first)}${more}`;
}

/** A record in a line: `workbook.test A 192.0.2.7`. What a server made up is in it: not safe to print. */
export function line({ name, type, data }: NameRecord): string {
  return `${name} ${type} ${data}`;
}

/** Where the question ends, which has to be the first thing after the header, and spelled out. */
function endOfQuestion(bytes: Uint8Array): number {
  for (let start = HEADER;;) {
    const length = bytes[start++];
    const end = start + (length || 4); // after the name, 4 bytes for type and class
    if (length === undefined || length > 63 || end > bytes.length) {
      throw new DnsError("The question is cut, or not spelled out.");
    }
    if (length === 0) return end;
    // A dot within a label, or what is no ASCII, could not be told apart as text.
    for (; start < end; start++) {
      const byte = bytes[start]!;
      if (byte < 0x21 || byte > 0x7e || byte === 0x2e) {
        throw new DnsError("The name is not in plain ASCII.");
      }
    }
  }
}

/** The two bytes here as a number, the first one its larger part: in network byte order. */
function at(bytes: Uint8Array, offset: number): number {
  const [high, low] = [bytes[offset], bytes[offset + 1]];
  if (high === undefined || low === undefined) throw new DnsError("The header is cut.");
  return high << 8 | low;
}

function encode(message: unknown): Uint8Array<ArrayBuffer> {
  try {
    return new Uint8Array(packet.encode(message));
  } catch (error) {
    throw new DnsError("This cannot be a DNS message.", { cause: error });
  }
}

function recordBytes(record: unknown): Uint8Array {
  try {
    return new Uint8Array(packet.answer.encode(record));
  } catch (error) {
    throw new DnsError("This cannot be a DNS record.", { cause: error });
  }
}

/** The same bytes as dns-packet wants them. */
function buffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}

/** What was encoded before: a server has the same records for many questions. */
const encoded = new WeakMap<NameRecord, Uint8Array>();

function toBytes(record: NameRecord, asked: string): Uint8Array[] {
  let bytes = encoded.get(record);
  if (!bytes) {
    const { data, ...rest } = record;
    bytes = recordBytes({ ...rest, data: record.type === "TXT" ? pieces(data) : data });
    encoded.set(record, bytes);
  }
  if (record.name.toLowerCase() !== asked) return [bytes];
  return [POINTER, bytes.subarray(asked.length + 2)];
}

function joined(parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(parts.reduce((size, { length }) => size + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** A text travels as pieces of 255 bytes at most. */
function pieces(text: string): Buffer[] {
  const bytes = Buffer.from(text);
  const count = Math.max(1, Math.ceil(bytes.length / 255));
  return Array.from({ length: count }, (_, i) => bytes.subarray(255 * i, 255 * (i + 1)));
}

// deno-lint-ignore no-explicit-any
function fromBytes({ name, type, class: class_, ttl, data }: any): NameRecord[] {
  if (class_ !== "IN" || !TYPES.includes(type)) return [];
  return [{ name, type, ttl, data: type === "TXT" ? Buffer.concat(data).toString() : data }];
}
