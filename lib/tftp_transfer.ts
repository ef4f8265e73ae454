/**
 * One side of a TFTP transfer: it measures how long an answer takes, tells strangers that they are
 * wrong, repeats what may be lost, and sends files of any size in blocks of any size.
 * It needs udp.ts, tftp.ts, tftp_files.ts, netascii.ts and patient.ts beside it.
 *
 * @module
 */
import { NetasciiDecoder, toNetascii } from "./netascii.ts";
import { Patient } from "./patient.ts";
import {
  blocks,
  blockSize,
  encode,
  is,
  like,
  type Message,
  TftpError,
  type TftpOptions,
  tryDecode,
  Unanswered,
} from "./tftp.ts";
import type { Sink } from "./tftp_files.ts";
import { type Address, type Datagram, sameAddress, type Socket } from "./udp.ts";

/**
 * How the bytes of a file travel: as they are, or as text (RFC 1350). Nobody uses the mode `mail`.
 */
export type Mode = "octet" | "netascii";

/** The modes that are known here. */
export const MODES: readonly Mode[] = ["octet", "netascii"];

/** The wait for the first answer, in milliseconds, before a round trip was measured (RFC 8085). */
const FIRST_WAIT = 1000;
/**
 * The longest and the shortest wait before a message is sent again, in milliseconds. If round trips
 * take more than half a second, it waits longer.
 */
const LONGEST_WAIT = 2000, SHORTEST_WAIT = 50;
/**
 * How long a message is repeated, in milliseconds, before and after the first answer of the other
 * side. A request may have a forged address, and then our blocks go to a victim: six of them must
 * be enough.
 */
const PATIENCE_AT_FIRST = 10_000, PATIENCE = 40_000;

/** One side of a transfer. It sends a message again and again until the right answer comes. */
export class Exchange {
  /** Whether the other side has answered once. */
  met = false;
  /** Called for each answer that is accepted. */
  onAnswer: () => void = () => {};
  /** The last datagram that came since the message was sent: for the error, if no answer comes. */
  #came: Datagram | undefined;
  #wait = FIRST_WAIT;

  /**
   * Takes a socket and the other side's address. With `anyPort`, the first answer may come from any
   * port of that host. From then on, this port is the other side's.
   */
  constructor(readonly socket: Patient, public peer: Address, public anyPort = false) {}

  /**
   * Sends a message until an answer fits, and returns the answer. The message is sent again after a
   * timeout, and also at once if the other side sends `again` what came before: our message was
   * lost.
   *
   * The machine may stop this program in a wait. Then only the planned wait counts as the other
   * side's silence. Its answer may have come in the meantime.
   *
   * @throws {TftpError} The other side has sent an error.
   * @throws {Unanswered} No answer came in time.
   */
  async ask(
    message: Message,
    fits: (answer: Message) => boolean,
    again: (answer: Message) => boolean = () => false,
  ): Promise<Message> {
    const bytes = encode(message);
    let patience = this.met ? PATIENCE : PATIENCE_AT_FIRST;
    let wait = this.#wait;
    let repeated = false;
    this.#came = undefined;

    while (patience > 0) {
      const sent = performance.now();
      await this.socket.send(bytes, this.peer);
      const answer = await this.#hear(wait, (heard) => fits(heard) || again(heard));
      const took = Math.min(wait, performance.now() - sent);
      if (answer && fits(answer)) {
        // After a repetition nothing is measured, because nobody knows which of the
        // two was answered (Karn's algorithm).
        if (!repeated) this.#measured(took);
        return answer;
      }
      patience -= took;
      wait = Math.max(wait, Math.min(2 * wait, LONGEST_WAIT)); // never less than before
      repeated = true;
    }

    throw new Unanswered(message, this, this.#came);
  }

  /**
   * Sends the last ACK. Nobody acknowledges it. If it is lost, the other side sends `again` its
   * last block, and then the ACK is sent again, until nothing has come for `wait` milliseconds.
   */
  async last(message: Message, again: (heard: Message) => boolean, wait: number): Promise<void> {
    const bytes = encode(message);
    do {
      await this.socket.send(bytes, this.peer);
    } while (await this.#hear(wait, again));
  }

  /** Takes a measured round trip. After many of them, the wait is four round trips. */
  #measured(roundTrip: number): void {
    this.#wait = Math.max(SHORTEST_WAIT, 0.75 * this.#wait + roundTrip);
  }

  /** Waits for a message that fits. Returns `undefined` if none comes in time. */
  async #hear(
    milliseconds: number,
    fits: (heard: Message) => boolean,
  ): Promise<Message | undefined> {
    const end = performance.now() + milliseconds;
    for (let left = milliseconds; left > 0; left = end - performance.now()) {
      const datagram = await this.socket.receive(left);
      if (!datagram) continue;

      const heard = tryDecode(datagram.data);
      const stranger = this.#isStranger(datagram.from);
      if (!stranger || !this.#came) this.#came = datagram;
      if (!heard) continue;

      if (stranger) {
        await this.#turnAway(heard, datagram.from);
      } else if (heard.type === "ERROR") {
        throw new TftpError(heard.code, heard.text, true);
      } else if (fits(heard)) {
        this.#accept(datagram.from);
        return heard;
      }
      // Otherwise it is an old message, and gets no answer. If an old ACK made us
      // send data, both sides would send everything twice from here on: the
      // Sorcerer's Apprentice (RFC 1123, 4.2.3.1).
    }
    return undefined;
  }

  #isStranger(from: Address): boolean {
    const expected = this.anyPort ? { ...this.peer, port: from.port } : this.peer;
    return !sameAddress(from, expected);
  }

  #accept(from: Address): void {
    this.peer = from;
    this.anyPort = false;
    this.met = true;
    this.onAnswer();
  }

  /**
   * Tells a stranger that it is wrong. An error gets no answer. Otherwise two programs could go on
   * without end (CVE-2024-2169).
   */
  async #turnAway(heard: Message, from: Address): Promise<void> {
    if (heard.type === "ERROR") return;
    const error = encode({ type: "ERROR", code: 5, text: "Unknown port" });
    await this.socket.send(error, from).catch(() => {});
  }
}

/** Sends a file in blocks of this size. After block 65,535 comes block 0. */
export async function sendParts(
  to: Exchange,
  file: AsyncIterable<Uint8Array>,
  size: number,
): Promise<void> {
  let block = 0;
  for await (const data of blocks(file, size)) {
    block = (block + 1) & 0xffff;
    await to.ask({ type: "DATA", block, data }, is("ACK", block));
  }
}

/**
 * Receives a file. `heard` is the first message of the other side: block 1, or the list of accepted
 * options (OACK).
 */
export async function receiveParts(
  from: Exchange,
  heard: Message,
  size: number,
  file: Sink,
): Promise<void> {
  let block = 0;
  while (true) {
    if (heard.type === "DATA") {
      if (heard.data.length > size) throw new TftpError(4, "This block is too long");
      await file.write(heard.data);
      block = heard.block;
      if (heard.data.length < size) break;
    }
    const next = (block + 1) & 0xffff;
    heard = await from.ask({ type: "ACK", block }, is("DATA", next), like(heard));
  }

  // The last ACK means that the file is stored, so it is stored first.
  await file.finish();
  await from.last({ type: "ACK", block }, like(heard), file.linger ?? 500);
}

/** A file at a server: where it is, what it is called there, and how it should travel. */
export interface Remote {
  /** The server's address, with its known port: 69, if no other was agreed on. */
  readonly server: Address;
  /** The name of the file at the server. A request has at most 512 bytes. */
  readonly name: string;
  /** What to ask the server for, such as `{ blksize: "1428" }`. It may ignore that. */
  readonly options?: TftpOptions;
  /** How the file travels. Default: `octet`, which changes no byte. */
  readonly mode?: Mode;
}

/**
 * Fetches a file from a server. Resolves when all of it is written. Use the socket only for TFTP
 * then: a wait for a datagram is left over, and takes the next one. To end a transfer early, close
 * the socket.
 *
 * @throws {TftpError} The server has refused, or this side could not write.
 * @throws {Unanswered} No answer came in time.
 * @throws {Deno.errors.Interrupted} The socket was closed while this waited for an answer.
 * @throws {Deno.errors.BadResource} The socket was closed at another time.
 */
export async function downloadFile(
  socket: Socket,
  { server, name, options = {}, mode = "octet" }: Remote,
  file: Sink,
): Promise<void> {
  using patient = Patient.of(socket);
  const exchange = new Exchange(patient, server, true);
  const request = { type: "RRQ", file: name, mode, options } as const;
  const agrees = is("OACK");
  const isFirst = is("DATA", 1);
  await tellingErrors(exchange, async () => {
    const heard = await exchange.ask(request, (message) => agrees(message) || isFirst(message));
    const sink = mode === "netascii" ? fromNetascii(file) : file;
    await receiveParts(exchange, heard, sizeOf(options, heard), sink);
  });
}

/**
 * Leaves a file at a server. Resolves when the server has acknowledged all of it. Throws and leaves
 * the socket as {@linkcode downloadFile} does.
 */
export async function uploadFile(
  socket: Socket,
  { server, name, options = {}, mode = "octet" }: Remote,
  file: AsyncIterable<Uint8Array>,
): Promise<void> {
  using patient = Patient.of(socket);
  const exchange = new Exchange(patient, server, true);
  const request = { type: "WRQ", file: name, mode, options } as const;
  const agrees = is("OACK");
  const mayGoOn = is("ACK", 0);
  await tellingErrors(exchange, async () => {
    const heard = await exchange.ask(request, (message) => agrees(message) || mayGoOn(message));
    const parts = mode === "netascii" ? toNetascii(file) : file;
    await sendParts(exchange, parts, sizeOf(options, heard));
  });
}

/** Returns a sink that takes netascii, and writes lines as this machine has them. */
export function fromNetascii(file: Sink): Sink {
  const decoder = new NetasciiDecoder();
  return {
    linger: file.linger,
    write: (part) => file.write(decoder.decode(part)),
    finish: async () => {
      await file.write(decoder.end());
      await file.finish();
    },
    [Symbol.dispose]: () => file[Symbol.dispose](),
  };
}

/** Does the work of a transfer. If it fails on this side, sends the other side an error. */
export async function tellingErrors(exchange: Exchange, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    const fromThere = error instanceof TftpError && error.told;
    if (!fromThere) {
      await exchange.socket.send(encode(errorMessage(error)), exchange.peer).catch(() => {});
    }
    throw error;
  }
}

/**
 * Returns the message for an error. An error of the system may name folders and users, so the other
 * side does not see its text.
 */
export function errorMessage(error: unknown): Extract<Message, { type: "ERROR" }> {
  if (!(error instanceof TftpError)) return { type: "ERROR", code: 0, text: "It failed" };
  return { type: "ERROR", code: error.code, text: error.message };
}

/** Returns the size of blocks after the server's first message. */
function sizeOf(asked: TftpOptions, heard: Message): number {
  if (heard.type !== "OACK") return blockSize({});
  const size = blockSize(heard.options);
  if (size <= Math.max(blockSize(asked), blockSize({}))) return size;
  throw new TftpError(8, "That is more than I asked for");
}
