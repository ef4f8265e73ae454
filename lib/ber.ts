/**
 * BER, the Basic Encoding Rules (ITU-T X.690), as far as SNMP needs them. Everything is an element:
 * a tag, a length, and the content. The content may be elements again. This file has no imports.
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

/** Stands for any tag, for {@linkcode elements}. */
export const ANY = 0;

/** The largest number in an OID, and the most numbers of one (RFC 2578, 3.5). */
export const MAX_NUMBER = 2 ** 32 - 1, MAX_NUMBERS = 128;

/** The most bytes of an integer that are read. 64 bits without a sign take so many. */
export const MAX_INTEGER_BYTES = 9;

/** An element: its tag and its content. */
export interface Element {
  /** Its type in one byte, such as {@linkcode INTEGER}. */
  readonly tag: number;
  /** The bytes after the length. They are a view, not a copy. */
  readonly content: Uint8Array;
}

/** Bytes do not follow BER, or a value cannot be written in it. */
export class BerError extends Error {
  /** The name of the class, as with every error. */
  override name = "BerError";
}

/** Returns the bytes of an element with these parts as its content. */
export function element(tag: number, ...parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  let length = 0;
  for (const part of parts) length += part.length;
  const head = [tag, length];
  if (length > 127) {
    // The first byte says how many bytes hold the length. They follow it.
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
 * Returns the elements in these bytes. If you give `tags`, there must be as many elements, with
 * these tags. It does not read their content. So a thousand elements, one inside the other, take no
 * more time than others.
 *
 * @throws {BerError} An element is cut, or missing, or has another tag. Or there are too many.
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
 * Returns the first elements in these bytes, one for each tag. It ignores the bytes after them.
 * Some devices send zeros there, and other programs ignore them, too.
 *
 * @throws {BerError} An element is cut, or missing, or has another tag.
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
 * Returns the elements that can be read, from bytes that may be cut or broken. The last element may
 * have less content than its length says.
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

/** Returns the tag of the element at this position, and where its content starts and ends. */
function header(bytes: Uint8Array, at: number): { tag: number; start: number; end: number } {
  const tag = bytes[at++]!;
  if ((tag & 0x1f) === 0x1f) throw new BerError("A tag of several bytes is not known here.");
  let length = bytes[at++];
  if (length === undefined) throw new BerError("The length is missing.");
  if (length > 127) {
    // A size of 0 would mean a length that is not known before its end. SNMP has no such elements.
    const size = length & 0x7f;
    if (size < 1 || size > 4) throw new BerError("Such a length is not known here.");
    length = 0;
    for (const end = at + size; at < end; at++) {
      if (at >= bytes.length) throw new BerError("The length is cut.");
      length = length * 256 + bytes[at]!;
    }
  }
  return { tag, start: at, end: at + length };
}

/** Does the same for an element that must be complete. */
function whole(bytes: Uint8Array, at: number): { tag: number; start: number; end: number } {
  const found = header(bytes, at);
  if (found.end > bytes.length) throw new BerError("An element is longer than what it is in.");
  return found;
}

function withTags(found: Element[], tags: number[]): Element[] {
  if (found.length !== tags.length) {
    throw new BerError(`There are ${found.length} elements instead of ${tags.length}.`);
  }
  for (const [i, tag] of tags.entries()) {
    if (tag !== ANY && found[i]!.tag !== tag) {
      throw new BerError(`Element ${i + 1} has another tag.`);
    }
  }
  return found;
}

/** Returns the content of an integer: two's complement, as few bytes as possible, big-endian. */
export function integerBytes(value: number | bigint): Uint8Array<ArrayBuffer> {
  let rest = BigInt(value);
  const bytes = [Number(BigInt.asUintN(8, rest))];
  for (; rest < -128n || rest > 127n; bytes.unshift(Number(BigInt.asUintN(8, rest)))) rest >>= 8n;
  return new Uint8Array(bytes);
}

/**
 * Returns the integer in this content. Some devices send more bytes than needed. At most 9 are
 * accepted.
 */
export function integerOf(content: Uint8Array): bigint {
  if (content.length < 1 || content.length > MAX_INTEGER_BYTES) {
    throw new BerError(`An integer has 1 to ${MAX_INTEGER_BYTES} bytes.`);
  }
  let value = 0n;
  for (const byte of content) value = value << 8n | BigInt(byte);
  return BigInt.asIntN(8 * content.length, value);
}

/**
 * Returns the integer in this content, if it cannot be negative. Some devices leave out the zero
 * byte in front, which says that it is not negative. Some leave out all zero bytes, so that 0 has
 * no byte.
 */
export function unsignedOf(content: Uint8Array): bigint {
  if (content.length === 0) return 0n;
  return BigInt.asUintN(8 * content.length, integerOf(content));
}

/**
 * Returns the content of an OID (object identifier), such as `1.3.6.1.2.1.1.1.0`. Each number is
 * written in groups of 7 bits, and all its bytes but the last have the top bit set. The first two
 * numbers share a byte: 40 * 1 + 3.
 *
 * @throws {BerError} It is not an OID. An OID has two numbers or more, and the first is 0, 1 or 2.
 * After 0 and 1, the second is below 40.
 */
export function oidBytes(oid: string): Uint8Array<ArrayBuffer> {
  if (!isOid(oid)) throw new BerError("This is not an OID.");
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
 * Returns the OID in this content, as text. An empty content is `0.0`, which means that there is no
 * OID: many printers send it like that. Zeros before a number change nothing.
 *
 * @throws {BerError} It is cut, or a number is too large.
 */
export function oidOf(content: Uint8Array): string {
  const { oid, wrong } = readOid(content);
  if (oid === undefined) throw new BerError(wrong);
  return oid;
}

/** Does the same as {@linkcode oidOf}, but returns `undefined` in the place of an error. */
export function tryOidOf(content: Uint8Array): string | undefined {
  return readOid(content).oid;
}

/** Returns the OID, or what is wrong with it. */
function readOid(content: Uint8Array): { oid?: string; wrong?: string } {
  if (content.length === 0) return { oid: "0.0" };
  const numbers: number[] = [];
  let number = 0;
  let begins = true;
  for (const byte of content) {
    number = 128 * number + (byte & 0x7f);
    if (number > MAX_NUMBER) return { wrong: "A number in an OID is too large." };
    begins = byte < 0x80;
    if (!begins) continue;
    if (numbers.length === 0) numbers.push(Math.min(2, Math.floor(number / 40)));
    numbers.push(numbers.length === 1 ? number - 40 * numbers[0]! : number);
    if (numbers.length > MAX_NUMBERS) return { wrong: "An OID has too many numbers." };
    number = 0;
  }
  if (!begins || numbers.length === 0) return { wrong: "An OID is cut." };
  return { oid: numbers.join(".") };
}

/** Returns whether this text is an OID that can be sent: numbers with dots between them. */
export function isOid(text: string): boolean {
  if (!/^[0-2](\.(0|[1-9]\d{0,9}))+$/.test(text) || text.length > 11 * MAX_NUMBERS) return false;
  const [first, second, ...others] = text.split(".").map(Number);
  return second! < (first! < 2 ? 40 : MAX_NUMBER - 79) && others.length <= MAX_NUMBERS - 2 &&
    others.every((number) => number <= MAX_NUMBER);
}
