/**
 * DNS messages, as bytes and as plain values (RFC 1035; EDNS: RFC 6891). It needs dns_records.ts
 * beside it, which reads and writes names and records. That file needs the package dns-packet. In a
 * project of your own, `deno add npm:dns-packet` gets it.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const question = decode(encodeQuestion(4711, { name: "workbook.test", type: "A" }));
 * const records = [{ name: "workbook.test", type: "A", ttl: 60, data: "192.0.2.7" }];
 * const answer = decode(encodeAnswer(question, { code: "NOERROR", records }));
 *
 * assertEquals(answer.id, 4711);
 * assertEquals(formatMessage(question), "A workbook.test?");
 * assertEquals(formatMessage(answer), "workbook.test A 192.0.2.7");
 * ```
 *
 * @module
 */
import {
  at,
  DnsError,
  endOfName,
  HEADER,
  IN,
  joined,
  nameBytes,
  type NameRecord,
  numbers,
  type Question,
  type ReadQuestion,
  readQuestion,
  type ReadRecord,
  readRecord,
  reversed,
  shortened,
  toValues,
  TYPE_NUMBERS,
  TYPES,
} from "./dns_records.ts";

export { DnsError, isName, type NameRecord, type Question, TYPES } from "./dns_records.ts";

/** The size of an answer over UDP that every client accepts, in bytes (RFC 1035, 2.3.4). */
export const PLAIN_BYTES = 512;

/**
 * The largest answer over UDP, in bytes, for a client that says how many it accepts. Nearly all
 * networks carry a datagram of this size without fragments.
 */
export const EDNS_BYTES = 1232;

/**
 * The longest message, in bytes. Over TCP, a length of 16 bits stands before it (RFC 7766, 8).
 */
export const MAX_MESSAGE = 65_535;

/**
 * The result that an answer reports, as the RFCs call it. `NXDOMAIN`: the name does not exist.
 * `FORMERR`: the question breaks the rules. `NOTIMP`: the server does not implement this kind of
 * question. `REFUSED`: it does not answer for this name. `NOTAUTH`: it does not have this zone.
 */
export type Code = "NOERROR" | "FORMERR" | "NXDOMAIN" | "NOTIMP" | "REFUSED" | "NOTAUTH";

/** The records that a server has found for a question, and the result. */
export interface Found {
  /** The result: `NOERROR`, or what is wrong. */
  readonly code: Code;
  /** The records that were asked for. */
  readonly records: readonly NameRecord[];
  /**
   * The SOA record of the zone, if `records` is empty. It says how long others may remember that
   * (RFC 2308).
   */
  readonly authority?: readonly NameRecord[];
}

/** A question, or the answer to one. */
export interface Message {
  /** The number, 0 to 65535. An answer has the number of its question. */
  readonly id: number;
  /** The bit QR: this is an answer. A server must not answer it. */
  readonly isAnswer: boolean;
  /** The bit AA: the server itself has the zone of this name. */
  readonly authoritative: boolean;
  /** The bit TC: the answer did not fit. */
  readonly truncated: boolean;
  /** The kind of question: 0 for a query. Others are rare. */
  readonly opcode: number;
  /** The result: a {@linkcode Code}, or another one, such as `SERVFAIL`. */
  readonly code: string;
  /** The question as the client wrote it. Capital and small letters mean the same. */
  readonly question: Question;
  /** `IN` is the internet. Others are rare. */
  readonly class: string;
  /** The records of an answer. Only those of the {@linkcode TYPES} are here. */
  readonly records: readonly NameRecord[];
  /** The `NS` records name the servers that know more. An `SOA` record: see {@linkcode Found}. */
  readonly authority: readonly NameRecord[];
  /**
   * How many bytes the sender accepts over UDP: {@linkcode PLAIN_BYTES} to {@linkcode EDNS_BYTES}.
   */
  readonly acceptedBytes: number;
  /** The version of EDNS, if the sender uses EDNS. Today it is 0. */
  readonly edns?: number;
  /**
   * The bit DO of EDNS: the sender understands signatures. An answer copies it from its question.
   */
  readonly dnssec: boolean;
  /** The bytes of the message. */
  readonly bytes: Uint8Array;
}

/** The header of a message: its first 12 bytes. */
export interface Header {
  /** The number, 0 to 65535. */
  readonly id: number;
  /** The bit QR. */
  readonly isAnswer: boolean;
  /** The bit AA. */
  readonly authoritative: boolean;
  /** The bit TC. */
  readonly truncated: boolean;
  /** 0 for a query. */
  readonly opcode: number;
  /** The result: `NOERROR`, or what is wrong. */
  readonly code: string;
  /** How many questions, answers, authority records and additional records should follow. */
  readonly counts: readonly [number, number, number, number];
}

const RESPONSE = 0x8000, OPCODE = 0x7800, AUTHORITATIVE = 0x0400, TRUNCATED = 0x0200;
const RECURSION_DESIRED = 0x0100;
/** The flags that an answer copies from its question. */
const COPIED = OPCODE | RECURSION_DESIRED;
/** The bit DO in the OPT record. */
const DNSSEC_OK = 0x8000;
/** The result for an unknown version of EDNS. It does not fit into the header's four bits. */
const BADVERS = 16;

const CODES: Record<number, string> = {
  ...{ 0: "NOERROR", 1: "FORMERR", 2: "SERVFAIL", 3: "NXDOMAIN", 4: "NOTIMP", 5: "REFUSED" },
  ...{ 6: "YXDOMAIN", 7: "YXRRSET", 8: "NXRRSET", 9: "NOTAUTH", 10: "NOTZONE", 16: "BADVERS" },
};

const CODE_NUMBERS = reversed(CODES);

/**
 * Encodes a question.
 *
 * @throws {DnsError} The name is not one, the number is not 0 to 65535, or the type is not one of
 * the {@linkcode TYPES}.
 */
export function encodeQuestion(id: number, { name, type }: Question): Uint8Array<ArrayBuffer> {
  const bytes = nameBytes(name);
  if (!bytes || name === ".") throw new DnsError("This is not a domain name.");
  if (!TYPES.some((known) => known === type)) throw new DnsError("This type is not known here.");
  if (!Number.isInteger(id) || id < 0 || id > 0xffff) {
    throw new DnsError("The number has to be 0 to 65535.");
  }
  const header = numbers(id, RECURSION_DESIRED, 1, 0, 0, 0);
  return joined([header, bytes, numbers(TYPE_NUMBERS[type]!, IN)]);
}

/**
 * Encodes the answer to a question. If it has more than `limit` bytes, the records are left out and
 * TC is set. The data of a record has to fit its type: this is not checked.
 *
 * The question is copied byte for byte. Some clients mix cApItAl and small letters at random, which
 * makes an answer harder to forge.
 */
export function encodeAnswer(
  question: Message,
  { code, records, authority = [] }: Found,
  limit = MAX_MESSAGE,
): Uint8Array<ArrayBuffer> {
  const { edns, dnssec } = question;
  // A newer version of EDNS gets BADVERS (RFC 6891, 6.1.3). The upper bits of
  // this code are in the OPT record.
  if (edns !== undefined && edns > 0) {
    return answerBytes(question, 0, { records: [], authority: [] }, [
      optRecord(dnssec, BADVERS >> 4),
    ]);
  }
  const ours = code === "NOERROR" || code === "NXDOMAIN";
  const flags = CODE_NUMBERS[code]! | (ours ? AUTHORITATIVE : 0);
  const last = edns === undefined ? [] : [optRecord(dnssec)];
  const whole = answerBytes(question, flags, { records, authority }, last);
  if (whole.length <= limit) return whole;
  return answerBytes(question, flags | TRUNCATED, { records: [], authority: [] }, last);
}

/**
 * Returns the error for a question that {@linkcode decode} does not accept. Returns `undefined` if
 * the bytes are an answer, or not a DNS message.
 *
 * A query that breaks the rules gets FORMERR. It has two questions (RFC 9619) or two OPT records
 * (RFC 6891, 6.1.1), for example. Another operation than a query gets NOTIMP.
 *
 * The error is a header, with EDNS if the question has EDNS. So it is never longer than the
 * question.
 */
export function errorAnswer(bytes: Uint8Array): Uint8Array<ArrayBuffer> | undefined {
  const message = understanding(() => structure(bytes));
  if (!message || message.isAnswer) return undefined;
  // Zeros of another protocol look like a header without a question, but more
  // bytes follow.
  if (message.questions.length !== 1 && message.end !== bytes.length) return undefined;

  const opt = message.additionals.find(isOpt);
  const last = opt ? [optRecord(isDnssec(opt))] : [];
  const code = message.opcode === 0 ? "FORMERR" : "NOTIMP";
  const flags = RESPONSE | at(bytes, 2) & COPIED | CODE_NUMBERS[code]!;
  return joined([numbers(message.id, flags, 0, 0, 0, last.length), ...last]);
}

/**
 * Decodes a message. A question has to keep all rules. After an answer, more bytes may follow, and
 * are ignored: some servers send zeros there.
 *
 * The records of a question, as in an UPDATE, are not read. A stranger may send thousands of them,
 * and that would take long.
 *
 * @throws {DnsError} It does not have exactly one question, or something is missing.
 */
export function decode(bytes: Uint8Array): Message {
  if (bytes.length > MAX_MESSAGE) throw new DnsError("This is too long for a DNS message.");
  const message = structure(bytes);
  const { isAnswer, questions, answers, authorities, additionals } = message;
  const asked = questions[0];
  if (!asked || questions.length > 1) throw new DnsError("This is not one question.");
  if (!isAnswer) checkQuestion(bytes, message);
  const opt = additionals.find(isOpt);
  return {
    id: message.id,
    isAnswer,
    authoritative: message.authoritative,
    truncated: message.truncated,
    opcode: message.opcode,
    code: opt && isAnswer ? codeName(opt.ttl >>> 24 << 4 | at(bytes, 2) & 15) : message.code,
    question: { name: asked.name, type: asked.type },
    class: asked.class,
    records: valuesOf(bytes, isAnswer ? answers : []),
    authority: valuesOf(bytes, isAnswer ? authorities : []),
    acceptedBytes: Math.min(Math.max(PLAIN_BYTES, opt?.class ?? 0), EDNS_BYTES),
    ...(opt && { edns: opt.ttl >> 16 & 0xff }),
    dnssec: opt !== undefined && isDnssec(opt),
    bytes,
  };
}

/** Returns records as values. */
function valuesOf(bytes: Uint8Array, records: ReadRecord[]): NameRecord[] {
  return records.flatMap((record) => toValues(bytes, record));
}

/**
 * Decodes a message that may come from anybody. Returns `undefined` where {@linkcode decode}
 * throws.
 */
export function tryDecode(bytes: Uint8Array): Message | undefined {
  return understanding(() => decode(bytes));
}

/**
 * Decodes the header of a message, even if nothing follows it. Returns `undefined` if there are
 * fewer than 12 bytes.
 */
export function headerOf(bytes: Uint8Array): Header | undefined {
  if (bytes.length < HEADER) return undefined;
  const flags = at(bytes, 2);
  return {
    id: at(bytes, 0),
    isAnswer: (flags & RESPONSE) !== 0,
    authoritative: (flags & AUTHORITATIVE) !== 0,
    truncated: (flags & TRUNCATED) !== 0,
    opcode: (flags & OPCODE) >> 11,
    code: codeName(flags & 15),
    counts: [at(bytes, 4), at(bytes, 6), at(bytes, 8), at(bytes, 10)],
  };
}

/**
 * Returns a random number for a question. It does not come from `Math.random`: somebody who sees a
 * few of those numbers can compute the next ones.
 */
export function randomId(): number {
  return crypto.getRandomValues(new Uint16Array(1))[0]!;
}

/**
 * Returns the answer to this question with this number. Returns `undefined` if the bytes are
 * anything else.
 *
 * Not every answer repeats the question. An error may be only a header: unbound refuses a question
 * like that. A truncated answer may end anywhere. For both, the right number is enough, because
 * they have no records that an attacker could forge.
 */
export function answerIn(bytes: Uint8Array, id: number, asked: Question): Message | undefined {
  const header = headerOf(bytes);
  if (!header?.isAnswer || header.id !== id) return undefined;
  const message = tryDecode(bytes);
  if (message) {
    const same = message.class === "IN" && isSameQuestion(message.question, asked);
    return same ? message : undefined;
  }

  if (header.code === "NOERROR" && !header.truncated) return undefined;
  const other = questionIn(bytes);
  if (other && !isSameQuestion(other, asked)) return undefined;
  const { counts: _, ...said } = header;
  const nothing = { records: [], authority: [], acceptedBytes: PLAIN_BYTES, dnssec: false };
  return { ...said, question: asked, class: "IN", ...nothing, bytes };
}

/** Returns the first question in these bytes, if it can be read. The rest may be damaged. */
export function questionIn(bytes: Uint8Array): Question | undefined {
  if (!headerOf(bytes)?.counts[0]) return undefined;
  const found = understanding(() => readQuestion(bytes, HEADER));
  return found && { name: found.name, type: found.type };
}

/**
 * Checks whether both questions are the same. Capital letters are the same as small ones (RFC
 * 4343).
 */
export function isSameQuestion(one: Question, other: Question): boolean {
  return one.name.toLowerCase() === other.name.toLowerCase() && one.type === other.type;
}

/**
 * Checks whether an answer is a referral: it only names the servers that know more, as the servers
 * of the root do.
 */
export function isReferral(
  { isAnswer, code, authoritative, records, authority }: Message,
): boolean {
  const types = authority.map(({ type }) => type);
  const nothing = isAnswer && code === "NOERROR" && records.length === 0;
  return nothing && !authoritative && types.includes("NS") && !types.includes("SOA");
}

/**
 * Returns a message as a line: `A workbook.test?`, or `workbook.test A 192.0.2.7 and 2 more`. It is
 * not safe to print.
 */
export function formatMessage(message: Message): string {
  const { isAnswer, truncated, code, question: { name, type } } = message;
  if (!isAnswer) return `${type} ${name}?`;
  if (truncated) return `${name} ${type} TC`;
  if (code !== "NOERROR") return `${name} ${code}`;
  const records = isReferral(message) ? message.authority : message.records;
  const [first] = records;
  if (!first) return `${name} has no ${type}`;
  const more = records.length > 1 ? ` and ${records.length - 1} more` : "";
  return `${formatRecord(first)}${more}`;
}

/**
 * Returns a record as a line: `workbook.test A 192.0.2.7`. It is not safe to print, because a
 * server can put any characters into it.
 */
export function formatRecord({ name, type, data }: NameRecord): string {
  return `${name} ${type} ${data}`;
}

/** The parts of a message. They have not been checked. */
interface Structure extends Header {
  readonly questions: ReadQuestion[];
  readonly answers: ReadRecord[];
  readonly authorities: ReadRecord[];
  readonly additionals: ReadRecord[];
  /** Where the last part ends. */
  readonly end: number;
}

/** Finds the parts of a message. Throws a {@linkcode DnsError} if one of them is cut. */
function structure(bytes: Uint8Array): Structure {
  const header = headerOf(bytes);
  if (!header) throw new DnsError("The header is cut.");
  let end = HEADER;
  function read<T extends { end: number }>(
    count: number,
    one: (bytes: Uint8Array, start: number) => T,
  ): T[] {
    const all: T[] = [];
    while (all.length < count) {
      const next = one(bytes, end);
      all.push(next);
      end = next.end;
    }
    return all;
  }
  const questions = read(header.counts[0], readQuestion);
  const answers = read(header.counts[1], readRecord);
  const authorities = read(header.counts[2], readRecord);
  const additionals = read(header.counts[3], readRecord);
  return { ...header, questions, answers, authorities, additionals, end };
}

/** Throws a {@linkcode DnsError} if a question breaks a rule. */
function checkQuestion(bytes: Uint8Array, message: Structure): void {
  const { opcode, questions, answers, authorities, additionals, end } = message;
  if (end !== bytes.length) throw new DnsError("Bytes are left over after the question.");
  const opts = additionals.filter(isOpt);
  if (opts.length > 1) throw new DnsError("This question has two OPT records.");
  for (const opt of opts) checkOpt(bytes, opt);

  // UPDATE and NOTIFY carry records. IXFR carries the SOA record that the client
  // has (RFC 1995).
  if (opcode !== 0) return;
  const isIxfr = questions[0]!.type === "IXFR";
  const holdsMore = authorities.some(({ type }) => !isIxfr || type !== TYPE_NUMBERS.SOA);
  if (answers.length > 0 || holdsMore) throw new DnsError("This question holds answers.");
}

/**
 * Throws a {@linkcode DnsError} if an OPT record is not the root's, or its options do not fill it.
 */
function checkOpt(bytes: Uint8Array, { start, data, end }: ReadRecord): void {
  let option = data;
  while (option + 4 <= end) option += 4 + at(bytes, option + 2);
  const root = bytes[start] === 0;
  if (!root || option !== end) throw new DnsError("The OPT record is wrong.");
}

function isOpt({ type }: ReadRecord): boolean {
  return type === TYPE_NUMBERS.OPT;
}

function isDnssec({ ttl }: ReadRecord): boolean {
  return (ttl & DNSSEC_OK) !== 0;
}

/** Encodes the OPT record of an answer. The bit DO is copied from the question (RFC 3225, 3). */
function optRecord(dnssec: boolean, upperCode = 0): Uint8Array {
  const root = new Uint8Array(1);
  const version = 0;
  const bits = upperCode << 8 | version;
  const flags = dnssec ? DNSSEC_OK : 0;
  return joined([root, numbers(TYPE_NUMBERS.OPT!, EDNS_BYTES, bits, flags, 0)]);
}

/** Encodes an answer: a header, the question as it came, and these records. */
function answerBytes(
  { id, bytes }: Message,
  flags: number,
  { records, authority }: { records: readonly NameRecord[]; authority: readonly NameRecord[] },
  last: Uint8Array[],
): Uint8Array<ArrayBuffer> {
  const typeAndClass = 4;
  const asked = bytes.subarray(HEADER, endOfName(bytes, HEADER) + typeAndClass);
  const all = RESPONSE | at(bytes, 2) & COPIED | flags;
  const header = numbers(id, all, 1, records.length, authority.length, last.length);
  const found = [...records, ...authority].flatMap((record) => shortened(record, asked));
  return joined([header, asked, ...found, ...last]);
}

function understanding<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    if (error instanceof DnsError) return undefined;
    throw error;
  }
}

function codeName(code: number): string {
  return CODES[code] ?? `RCODE${code}`;
}
