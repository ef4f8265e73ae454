/**
 * The messages of TFTP, the Trivial File Transfer Protocol (RFC 1350), with options (RFC 2347).
 * It needs udp.ts and text.ts beside it.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 * const message = encode({ type: "ACK", block: 3 });
 * assertEquals(message, new Uint8Array([0, 4, 0, 3]));
 * assertEquals(decode(message), { type: "ACK", block: 3 });
 * ```
 *
 * @module
 */
import { count, printable } from "./text.ts";
import { type Address, type Datagram, formatAddress, sameAddress } from "./udp.ts";

/**
 * The options of a transfer (RFC 2347): `{ blksize: "1428" }`. Their names are in small letters.
 */
export type TftpOptions = Record<string, string>;

/** Any message. The number of a block has 16 bits: after 65,535 comes 0. */
export type Message =
  | { type: "RRQ" | "WRQ"; file: string; mode: string; options: TftpOptions }
  | { type: "DATA"; block: number; data: Uint8Array }
  | { type: "ACK"; block: number }
  | { type: "ERROR"; code: number; text: string }
  | { type: "OACK"; options: TftpOptions };

/** The size of blocks in bytes, unless an option changes it. */
export const BLOCK = 512;
/** The smallest block that an option may ask for, in bytes (RFC 2348). */
export const LEAST_BLOCK = 8;
/** The largest block that an option may ask for, in bytes (RFC 2348). */
export const MOST_BLOCK = 65_464;
/** The longest request in bytes (RFC 2347). */
export const MAX_REQUEST = 512;

/** The meanings of the errors, by their numbers (RFC 1350, RFC 2347). */
export const ERRORS = [
  "Not defined",
  "File not found",
  "Access violation",
  "Disk full",
  "Illegal operation",
  "Unknown port",
  "File exists",
  "No such user",
  "Options refused",
] as const;

/** An error that has come from the other side, or that the other side should get. */
export class TftpError extends Error {
  /** The name of the class, as with every error. */
  override name = "TftpError";

  /** Its number in a message: that of a text in {@linkcode ERRORS}. */
  readonly code: number;
  /** Whether it came from the other side. */
  readonly told: boolean;

  /** Takes a number of {@linkcode ERRORS}. `told` means that the error came from the other side. */
  constructor(code: number, text: string = ERRORS[code] ?? "", told = false) {
    super(text);
    this.code = code;
    this.told = told;
  }
}

/** Reports bytes that are not a message. */
export class NoTftp extends Error {
  /** The name of the class, as with every error. */
  override name: string = "NoTftp";
}

/** Reports bytes that begin like a request and cannot be read. A server answers with error 4. */
export class BrokenRequest extends NoTftp {
  /** The name of the class, as with every error. */
  override name = "BrokenRequest";
}

/** The side that has to answer. */
export interface Asked {
  /** Its address. */
  readonly peer: Address;
  /** Whether the answer may come from any port of this host: the first answer may. */
  readonly anyPort: boolean;
  /** Whether it has answered before. */
  readonly met: boolean;
}

/**
 * Reports that no answer was accepted in time. Its message says that nothing came, or what came
 * instead, from whom, and why it was not accepted. The message is safe to print.
 */
export class Unanswered extends Error {
  /** The name of the class, as with every error. */
  override name = "Unanswered";
  /** Whether the other side had answered before. */
  readonly met: boolean;
  /** Whether nothing came at all. */
  readonly silent: boolean;
  /** The other host, if something came from a host that was not asked. */
  readonly stranger: string | undefined;

  /** Takes the message, the side that has to answer it, and the last datagram that came since. */
  constructor(message: Message, asked: Asked, came?: Datagram) {
    const peer = formatAddress(asked.peer);
    super(came ? unfit(message, asked, came) : `${peer} ${asked.met ? "went" : "is"} silent.`);
    this.met = asked.met;
    this.silent = came === undefined;
    const { hostname } = came?.from ?? asked.peer;
    this.stranger = hostname === asked.peer.hostname ? undefined : hostname;
  }
}

/**
 * Returns a sentence about what came instead of an answer, from whom, and why it does not count.
 */
function unfit(message: Message, { peer, anyPort }: Asked, { data, from }: Datagram): string {
  const heard = tryDecode(data);
  const what = heard ? printable(describe(heard), 60) : count(data.length, "byte");
  const came = `${formatAddress(from)} sent ${what}`;
  const expected = anyPort ? { ...peer, port: from.port } : peer;
  if (!sameAddress(from, expected)) {
    return `${came}. This is not accepted as an answer, because ${formatAddress(peer)} was asked.`;
  }
  if (!heard) return `${came}, which are not a TFTP message.`;
  return `${came}, which does not answer ${printable(describe(message), 60)}.`;
}

const CODES = { RRQ: 1, WRQ: 2, DATA: 3, ACK: 4, ERROR: 5, OACK: 6 } as const;

/**
 * Encodes a message.
 *
 * @throws {RangeError} A text contains a zero, a number has more than 16 bits, a block has more
 * than 65,464 bytes, or a request has more than 512.
 */
export function encode(message: Message): Uint8Array<ArrayBuffer> {
  if (message.type === "DATA") {
    const { data } = message;
    if (data.length > MOST_BLOCK) {
      throw new RangeError(`A block has at most ${MOST_BLOCK} bytes, not ${data.length}.`);
    }
    const bytes = new Uint8Array(4 + data.length);
    bytes.set(data, 4);
    return begun(bytes, CODES.DATA, message.block);
  }
  if (message.type === "ACK") return begun(new Uint8Array(4), CODES.ACK, message.block);
  if (message.type === "ERROR") {
    const text = zeroEnded([message.text]);
    const bytes = new Uint8Array(4 + text.length);
    bytes.set(text, 4);
    return begun(bytes, CODES.ERROR, message.code);
  }
  return encodeTexts(message);
}

/** Returns a message that consists of texts: a request, or an OACK. */
function encodeTexts(message: Extract<Message, { options: TftpOptions }>): Uint8Array<ArrayBuffer> {
  const texts = Object.entries(message.options).flat();
  if (message.type !== "OACK") texts.unshift(message.file, message.mode);
  const rest = zeroEnded(texts);
  if (rest.length + 2 > MAX_REQUEST) {
    throw new RangeError(
      `A request has at most ${MAX_REQUEST} bytes, not ${rest.length + 2}: choose a shorter name.`,
    );
  }
  const bytes = new Uint8Array(2 + rest.length);
  bytes[1] = CODES[message.type];
  bytes.set(rest, 2);
  return bytes;
}

/**
 * Decodes a message. The data of a block is a view on the bytes. They may be any bytes, of any
 * length.
 *
 * It accepts what real programs send: bytes after the end of an ACK, zeros after the end of a
 * request, and an option without a value, which is left out.
 *
 * @throws {NoTftp} The bytes are not a message. It is a {@linkcode BrokenRequest} if they begin
 * like a request.
 */
export function decode(bytes: Uint8Array): Message {
  if (bytes.length < 2 || bytes[0] !== 0) throw new NoTftp("No message begins like this.");
  const code = bytes[1];
  if (code === CODES.RRQ || code === CODES.WRQ) return request(bytes);
  if (code === CODES.OACK) return { type: "OACK", options: pairs(texts(bytes)) };
  if (bytes.length < 4) throw new NoTftp("This is shorter than any message of its kind.");
  const number = bytes[2]! << 8 | bytes[3]!;
  switch (code) {
    case CODES.DATA:
      return { type: "DATA", block: number, data: bytes.subarray(4) };
    case CODES.ACK:
      return { type: "ACK", block: number };
    case CODES.ERROR: {
      const end = bytes.indexOf(0, 4); // some programs leave the last zero out
      return {
        type: "ERROR",
        code: number,
        text: text(bytes.subarray(4, end < 0 ? undefined : end)),
      };
    }
  }
  throw new NoTftp("There is no message of this kind.");
}

function request(bytes: Uint8Array): Message {
  const [file = "", mode = "", ...rest] = texts(bytes);
  if (file === "" || mode === "") {
    throw new BrokenRequest("A request has a file and a mode, and each ends with a zero.");
  }
  const type = bytes[1] === CODES.RRQ ? "RRQ" : "WRQ";
  return { type, file, mode: mode.toLowerCase(), options: pairs(rest) };
}

/** Returns a test for messages of this type and, if it is given, with this block number. */
export function is(type: string, block?: number): (message: Message) => boolean {
  return (message) =>
    message.type === type &&
    (block === undefined || "block" in message && message.block === block);
}

/** Returns a test for messages of the same type as this one, with the same block number. */
export function like(message: Message): (message: Message) => boolean {
  return is(message.type, "block" in message ? message.block : undefined);
}

/** Decodes a message that may come from anybody. Returns `undefined` if it is not a message. */
export function tryDecode(bytes: Uint8Array): Message | undefined {
  try {
    return decode(bytes);
  } catch (error) {
    if (error instanceof NoTftp) return undefined;
    throw error;
  }
}

/**
 * Describes a message for people: `RRQ hello.txt`, `DATA 3 (512)`. The mode is left out if it is
 * `octet`. The text is not safe to print, because file names may contain any characters.
 */
export function describe(message: Message): string {
  const { type } = message;
  const shown = (options: TftpOptions) =>
    Object.entries(options).map(([name, value]) => ` ${name} ${value}`).join("");
  if (type === "DATA") return `DATA ${message.block} (${message.data.length})`;
  if (type === "ACK") return `ACK ${message.block}`;
  if (type === "ERROR") return `ERROR ${message.code} ${message.text}`;
  if (type === "OACK") return `OACK${shown(message.options)}`;
  const mode = message.mode === "octet" ? "" : ` ${message.mode}`;
  return `${type} ${message.file}${mode}${shown(message.options)}`;
}

/**
 * Returns the block size of these options. It is 512 if they have none, or one that is not allowed.
 */
export function blockSize(options: TftpOptions): number {
  const size = whole(options.blksize);
  return size === undefined || size < LEAST_BLOCK ? BLOCK : Math.min(size, MOST_BLOCK);
}

/**
 * Returns the options that a server agrees to: a block size (RFC 2348) and the size of the file
 * (`tsize`, RFC 2349). It leaves out the others, and for these the client keeps to RFC 1350.
 *
 * It never agrees to `timeout`, the wait before a message is sent again. A measured round trip is
 * better than a fixed number: curl asks for 6 seconds.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 * assertEquals(agreed({ blksize: "65535", tsize: "0", timeout: "6" }, 1050), {
 *   blksize: "65464",
 *   tsize: "1050",
 * });
 * ```
 */
export function agreed(asked: TftpOptions, size = whole(asked.tsize)): TftpOptions {
  const options: TftpOptions = {};
  if ((whole(asked.blksize) ?? 0) >= LEAST_BLOCK) options.blksize = `${blockSize(asked)}`;
  if (whole(asked.tsize) !== undefined) options.tsize = `${size}`;
  return options;
}

/**
 * Cuts bytes into blocks of this size. The last one is shorter than the others, and may be empty.
 *
 * @throws {RangeError} The size is not a whole number from 1 on.
 */
export async function* blocks(
  parts: AsyncIterable<Uint8Array>,
  size: number,
): AsyncGenerator<Uint8Array> {
  if (!Number.isInteger(size) || size < 1) {
    throw new RangeError(`A block cannot have ${size} bytes.`);
  }
  let rest = new Uint8Array();
  for await (const part of parts) {
    let start = 0;
    if (rest.length > 0) {
      start = Math.min(size - rest.length, part.length);
      rest = joined([rest, part.subarray(0, start)]);
      if (rest.length < size) continue;
      yield rest;
    }
    for (; part.length - start >= size; start += size) yield part.subarray(start, start + size);
    rest = part.slice(start);
  }
  yield rest;
}

/** Joins all blocks of a file. */
export function joined(parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(parts.reduce((size, { length }) => size + length, 0));
  let end = 0;
  for (const part of parts) {
    all.set(part, end);
    end += part.length;
  }
  return all;
}

/** Returns the whole number in a text of 1 to 15 digits, or `undefined` for any other text. */
export function whole(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

function begun(bytes: Uint8Array<ArrayBuffer>, code: number, number: number) {
  if (!Number.isInteger(number) || number < 0 || number > 65_535) {
    throw new RangeError(`${number} is not a number of 16 bits.`);
  }
  bytes[1] = code;
  bytes[2] = number >> 8;
  bytes[3] = number & 255;
  return bytes;
}

function zeroEnded(texts: string[]): Uint8Array {
  if (texts.some((text) => text.includes("\0"))) {
    throw new RangeError("A text cannot contain a zero here, because a zero ends it.");
  }
  return new TextEncoder().encode(texts.map((text) => `${text}\0`).join(""));
}

/**
 * Returns the texts after the code. Each ends with a zero. Bytes after the last zero are left out.
 */
function texts(bytes: Uint8Array): string[] {
  let length = bytes.length;
  while (length > MAX_REQUEST && bytes[length - 1] === 0) length--;
  if (length > MAX_REQUEST) {
    const Kind = bytes[1] === CODES.OACK ? NoTftp : BrokenRequest;
    throw new Kind(`This is longer than ${MAX_REQUEST} bytes.`);
  }
  const end = bytes.subarray(0, length).lastIndexOf(0);
  return text(bytes.subarray(2, end)).split("\0");
}

/** Returns the options in these texts. An empty name ends them, because only zeros follow. */
function pairs(texts: string[]): TftpOptions {
  const options: [name: string, value: string][] = [];
  for (let i = 0; i + 1 < texts.length; i += 2) {
    const [name, value] = [texts[i]!.toLowerCase(), texts[i + 1]!];
    if (name === "") break;
    options.push([name, value]);
  }
  return Object.fromEntries(options);
}

function text(bytes: Uint8Array): string {
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
}
