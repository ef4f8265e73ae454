/**
 * BER, the Basic Encoding Rules (ITU-T X.690), as far as SNMP needs them: everything is a tag, a length,
 * and so many bytes of content; and the content may be such elements again. No imports: copy it and it works.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const bytes = element(SEQUENCE, element(INTEGER, integerBytes(-2)), element(NULL));
 * assertEquals([...bytes], [0x30, 5, 0x02, 1, 0xfe, 0x05, 0]);
 *
 * const [whole] = elements(bytes, SEQUENCE);
 * const [number] = elements(whole!.content, INTEGER, NULL);
 * assertEquals(integerOf(number!.content), -2n);
 * ```
 *
 * @module
 */

/** The tags of the elements that SNMP uses most. */
export const INTEGER = 0x02, OCTET_STRING = 0x04, NULL = 0x05, OID = 0x06, SEQUENCE = 0x30;

/** For {@linkcode elements}: whatever tag it has. */
export const ANY = 0;

/** The largest number in an OID, and the most numbers of one (RFC 2578, 3.5). */
export const MAX_NUMBER = 2 ** 32 - 1, MAX_NUMBERS = 128;

/** A tag, and what is in it. */
export interface Element {
  /** What it is: {@linkcode INTEGER}, …; one byte. */
  readonly tag: number;
  /** The bytes after the length: a view, no copy. */
  readonly content: Uint8Array;
}

/** These bytes are no BER, or these values have none here. */
export class BerError extends Error {
  override name = "BerError";
}

/** The bytes of an element that holds these parts, one after the other. */
export function element(tag: number, ...parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  let length = 0;
  for (const part of parts) length += part.length;
  const head = [tag, length];
  if (length > 127) { // then the length is told in bytes of its own, and first, how many these are
    const size = length < 2 ** 8 ? 1 : length < 2 ** 16 ? 2 : length < 2 ** 24 ? 3 : 4;
    head[1] = 0x80 | size;
    for (let shift = 8 * (size - 1); shift >= 0; shift -= 8) head.push(length >>> shift & 0xff);
  }
  const bytes = new Uint8Array(head.length + length);
  bytes.set(head);
  let at = head.length;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/**
 * The elements in these bytes. With `tags`, there have to be just as many, with these tags. What is in them is
 * not looked into: so bytes that hold a thousand elements in each other cost no more than others.
 *
 * @throws {BerError} Something is cut, left over, or longer than what it is in; or another tag, or none.
 */
export function elements(bytes: Uint8Array, ...tags: number[]): Element[] {
  const found: Element[] = [];
  for (let at = 0; at < bytes.length;) {
    const { tag, start, end } = whole(bytes, at);
    found.push({ tag, content: bytes.subarray(start, end) });
    at = end;
  }
  return tags.length > 0 ? withTags(found, tags) : found;
}

/**
 * The first elements in these bytes: as many as there are tags, with these tags. What follows them
 * is not looked at. Some devices send zeros there, and other programs ignore them.
 *
 * @throws {BerError} One of them is missing, cut, longer than what it is in, or has another tag.
 */
export function leading(bytes: Uint8Array, ...tags: number[]): Element[] {
  const found: Element[] = [];
  for (let at = 0; at < bytes.length && found.length < tags.length;) {
    const { tag, start, end } = whole(bytes, at);
    found.push({ tag, content: bytes.subarray(start, end) });
    at = end;
  }
  return withTags(found, tags);
}

/**
 * What can be read of bytes that may be cut or broken: their elements, as far as these have a tag
 * and a length. The last one may have less content than its length says.
 */
export function readable(bytes: Uint8Array): Element[] {
  const found: Element[] = [];
  try {
    for (let at = 0; at < bytes.length;) {
      const { tag, start, end } = header(bytes, at);
      found.push({ tag, content: bytes.subarray(start, end) });
      at = end;
    }
  } catch (error) {
    if (!(error instanceof BerError)) throw error;
  }
  return found;
}

/** The tag of the element that begins at `at`, and where its content starts and ends. */
function header(bytes: Uint8Array, at: number): { tag: number; start: number; end: number } {
  const tag = bytes[at++]!;
  if ((tag & 0x1f) === 0x1f) throw new BerError("A tag of several bytes is not known here.");
  let length = bytes[at++];
  if (length === undefined) throw new BerError("The length is missing.");
  if (length > 127) {
    const size = length & 0x7f; // 0 would be: until an end is marked. SNMP has no such thing.
    if (size < 1 || size > 4) throw new BerError("Such a length is not known here.");
    length = 0;
    for (const end = at + size; at < end; at++) {
      if (at >= bytes.length) throw new BerError("The length is cut.");
      length = length * 256 + bytes[at]!;
    }
  }
  return { tag, start: at, end: at + length };
}

/** The same, for an element that has to be there whole. */
function whole(bytes: Uint8Array, at: number): { tag: number; start: number; end: number } {
  const found = header(bytes, at);
  if (found.end > bytes.length) throw new BerError("An element is longer than what it is in.");
  return found;
}

function withTags(found: Element[], tags: number[]): Element[] {
  if (found.length !== tags.length) {
    throw new BerError(`There are ${found.length} elements in the place of ${tags.length}.`);
  }
  for (const [i, tag] of tags.entries()) {
    if (tag !== ANY && found[i]!.tag !== tag) {
      throw new BerError(`Element ${i + 1} has another tag.`);
    }
  }
  return found;
}

/** The content of an integer: two's complement, as few bytes as it takes, the largest part first. */
export function integerBytes(value: number | bigint): Uint8Array<ArrayBuffer> {
  let rest = BigInt(value);
  const bytes = [Number(BigInt.asUintN(8, rest))];
  for (; rest < -128n || rest > 127n; bytes.unshift(Number(BigInt.asUintN(8, rest)))) rest >>= 8n;
  return new Uint8Array(bytes);
}

/** The integer in this content. Some devices send more bytes than it takes: 9 are enough for any of SNMP's. */
export function integerOf(content: Uint8Array): bigint {
  if (content.length < 1 || content.length > 9) throw new BerError("This is no integer.");
  let value = 0n;
  for (const byte of content) value = value << 8n | BigInt(byte);
  return BigInt.asIntN(8 * content.length, value);
}

/**
 * The integer in this content, where it can only be 0 or more. Some devices leave the zero byte out
 * that says "not negative", or all zero bytes: then 0 has no byte at all.
 */
export function unsignedOf(content: Uint8Array): bigint {
  if (content.length === 0) return 0n;
  return BigInt.asUintN(8 * content.length, integerOf(content));
}

/**
 * The content of an OID (object identifier), such as `1.3.6.1.2.1.1.1.0`: each number in groups of 7 bits,
 * where all but its last byte have the top bit set. The first two numbers share one: 40 * 1 + 3.
 *
 * @throws {BerError} It is no OID: two numbers or more, the first one 0, 1 or 2, after 0 and 1 one below 40.
 */
export function oidBytes(oid: string): Uint8Array<ArrayBuffer> {
  if (!isOid(oid)) throw new BerError("This is no OID.");
  const [first, second, ...others] = oid.split(".").map(Number);
  const bytes: number[] = [];
  for (const number of [40 * first! + second!, ...others]) {
    let size = 1;
    while (number >= 128 ** size) size++;
    while (size-- > 0) bytes.push(Math.floor(number / 128 ** size) % 128 | (size > 0 ? 0x80 : 0));
  }
  return new Uint8Array(bytes);
}

/**
 * The OID in this content, as text. No bytes at all are `0.0`, which means none: so many printers
 * say it. Zeros before a number change nothing. Throws a {@linkcode BerError} where it is cut or
 * too large.
 */
export function oidOf(content: Uint8Array): string {
  if (content.length === 0) return "0.0";
  const numbers: number[] = [];
  let number = 0;
  let begins = true;
  for (const byte of content) {
    number = 128 * number + (byte & 0x7f);
    if (number > MAX_NUMBER) throw new BerError("A number in an OID is too large.");
    begins = byte < 0x80;
    if (!begins) continue;
    if (numbers.length === 0) numbers.push(Math.min(2, Math.floor(number / 40)));
    numbers.push(numbers.length === 1 ? number - 40 * numbers[0]! : number);
    if (numbers.length > MAX_NUMBERS) throw new BerError("An OID has too many numbers.");
    number = 0;
  }
  if (!begins || numbers.length === 0) throw new BerError("An OID is cut.");
  return numbers.join(".");
}

/** Whether this text is an OID that can be sent: numbers with dots between them, none before the first. */
export function isOid(text: string): boolean {
  if (!/^[0-2](\.(0|[1-9]\d{0,9}))+$/.test(text) || text.length > 11 * MAX_NUMBERS) return false;
  const [first, second, ...others] = text.split(".").map(Number);
  return second! < (first! < 2 ? 40 : MAX_NUMBER - 79) && others.length <= MAX_NUMBERS - 2 &&
    others.every((number) => number <= MAX_NUMBER);
}
