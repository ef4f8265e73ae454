/**
 * The messages of TFTP, the Trivial File Transfer Protocol (RFC 1350), with options (RFC 2347).
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

/** What two sides say about a transfer beside its file: `{ blksize: "1428" }`. Names in small letters. */
export type TftpOptions = Record<string, string>;

/** Any message. A block's number has 16 bits: after 65,535 comes 0. */
export type Message =
  | { type: "RRQ" | "WRQ"; file: string; mode: string; options: TftpOptions }
  | { type: "DATA"; block: number; data: Uint8Array }
  | { type: "ACK"; block: number }
  | { type: "ERROR"; code: number; text: string }
  | { type: "OACK"; options: TftpOptions };

/** The size of blocks that no option changes. */
export const BLOCK = 512;
/** The least and the most bytes in a block that one may ask for (RFC 2348). */
export const [LEAST_BLOCK, MOST_BLOCK] = [8, 65_464];
/** A request has at most so many bytes (RFC 2347). */
export const MAX_REQUEST = 512;

/** What the numbers of errors mean (RFC 1350, RFC 2347). */
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

/** An error that one side tells the other, or a reason to. */
export class TftpError extends Error {
  override name = "TftpError";

  /** `code` is one of {@linkcode ERRORS}; `told` means that it came from the other side. */
  constructor(readonly code: number, text: string = ERRORS[code] ?? "", readonly told = false) {
    super(text);
  }
}

/** These bytes are no message. */
export class NoTftp extends Error {
  override name: string = "NoTftp";
}

/** These bytes begin as a request does, and cannot be read. A server answers with error 4. */
export class BrokenRequest extends NoTftp {
  override name = "BrokenRequest";
}

/** Who is asked, and what is known of it. */
export interface Asked {
  /** The address that has to answer. */
  readonly peer: Address;
  /** Whether its port does not matter yet: the first answer may come from any. */
  readonly anyPort: boolean;
  /** Whether it has answered before. */
  readonly met: boolean;
}

/**
 * No answer was accepted in time. The message says which: nothing came, or what came in the place of an
 * answer, from whom, and why it was not accepted. It is safe to print.
 */
export class Unanswered extends Error {
  override name = "Unanswered";
  /** Whether the other side had answered before. */
  readonly met: boolean;
  /** Whether nothing came at all. */
  readonly silent: boolean;
  /** The host that sent something in the place of the one that was asked. */
  readonly stranger: string | undefined;

  /** `came` is the last datagram that came since `message` was sent. */
  constructor(message: Message, asked: Asked, came?: Datagram) {
    const peer = formatAddress(asked.peer);
    super(came ? unfit(message, asked, came) : `${peer} ${asked.met ? "went" : "is"} silent.`);
    this.met = asked.met;
    this.silent = came === undefined;
    const { hostname } = came?.from ?? asked.peer;
    this.stranger = hostname === asked.peer.hostname ? undefined : hostname;
  }
}

/** Says what came in the place of an answer, from whom, and why it was not accepted. */
function unfit(message: Message, { peer, anyPort }: Asked, { data, from }: Datagram): string {
  const heard = understood(data);
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
 * A message as bytes.
 *
 * @throws {RangeError} A text has a zero in it, which ends texts here; a number has more than 16 bits; a
 * block more than 65,464 bytes; or a request more than 512.
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
 * Returns bytes as a message. The data of a block is a view on them. Any bytes may be given, of any length.
 *
 * It accepts what real programs send and other servers accept: bytes after the end of an ACK, zeros after
 * the end of a request, and an option without a value, which is left out.
 *
 * @throws {NoTftp} They are no message: a {@linkcode BrokenRequest} where they begin as a request.
 */
export function decode(bytes: Uint8Array): Message {
  if (bytes.length < 2 || bytes[0] !== 0) throw new NoTftp("This begins as no message does.");
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
      const end = bytes.indexOf(0, 4); // some leave it out
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

/** Whether a message is of this type, and has this block's number, if one is given. */
export function is(type: string, block?: number): (message: Message) => boolean {
  return (message) =>
    message.type === type &&
    (block === undefined || "block" in message && message.block === block);
}

/** Whether a message is of the same type, and has the same block's number, if that type has one. */
export function like(message: Message): (message: Message) => boolean {
  return is(message.type, "block" in message ? message.block : undefined);
}

/** The same as {@linkcode decode}, and `undefined` for what is no message. */
export function understood(bytes: Uint8Array): Message | undefined {
  try {
    return decode(bytes);
  } catch (error) {
    if (error instanceof NoTftp) return undefined;
    throw error;
  }
}

/**
 * A message in a few words, for people: `RRQ hello.txt`, `DATA 3 (512)`. The mode is told where it is not
 * `octet`. What came from a network has to be made safe before it is printed: file names and texts may hold
 * anything.
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

/** The block size that these options ask for or agree to; 512 if none, or none that is allowed. */
export function blockSize(options: TftpOptions): number {
  const size = whole(options.blksize);
  return size === undefined || size < LEAST_BLOCK ? BLOCK : Math.min(size, MOST_BLOCK);
}

/**
 * What a server agrees to of the options that a client asks for: a block size (RFC 2348) and the size of the
 * file (`tsize`, RFC 2349). What it does not name, it does not do, and the client goes by RFC 1350.
 *
 * It never agrees to `timeout`, since it measures how long an answer takes, and that is better than a number
 * which somebody chose: curl asks for 6 seconds.
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

/** Cuts bytes into blocks of this size. The last one is shorter than the others, and may be empty. */
export async function* blocks(
  parts: AsyncIterable<Uint8Array>,
  size: number,
): AsyncGenerator<Uint8Array> {
  let rest = new Uint8Array();
  for await (const part of parts) {
    let start = 0;
    if (rest.length > 0) {
      start = Math.min(size - rest.length, part.length);
      rest = joined(rest, part.subarray(0, start));
      if (rest.length < size) continue;
      yield rest;
    }
    for (; part.length - start >= size; start += size) yield part.subarray(start, start + size);
    rest = part.slice(start);
  }
  yield rest;
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}

/** The whole number that a text says, if it says one of up to 15 digits. */
export function whole(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

function begun(bytes: Uint8Array<ArrayBuffer>, code: number, number: number) {
  if (!Number.isInteger(number) || number < 0 || number > 65_535) {
    throw new RangeError(`${number} is no number of 16 bits.`);
  }
  bytes[1] = code;
  bytes[2] = number >> 8;
  bytes[3] = number & 255;
  return bytes;
}

function zeroEnded(texts: string[]): Uint8Array {
  if (texts.some((text) => text.includes("\0"))) {
    throw new RangeError("A zero ends a text here: none can be within.");
  }
  return new TextEncoder().encode(texts.map((text) => `${text}\0`).join(""));
}

/** The texts after the code. Each ends with a zero; what follows the last zero is left out. */
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

/** The options that these texts name. An option without a name ends them: only zeros follow. */
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
