/**
 * A TFTP server: requests that come again, limits, options, and files of any kind. It needs
 * udp.ts, tftp.ts, tftp_files.ts, tftp_transfer.ts, netascii.ts, patient.ts and text.ts beside it.
 *
 * @module
 */
import { toNetascii } from "./netascii.ts";
import { Patient } from "./patient.ts";
import { printable } from "./text.ts";
import {
  agreed,
  blockSize,
  BrokenRequest,
  decode,
  describe,
  encode,
  is,
  type Message,
  NoTftp,
  TftpError,
  type TftpOptions,
} from "./tftp.ts";
import type { Files, Sink, Source } from "./tftp_files.ts";
import {
  errorMessage,
  Exchange,
  fromNetascii,
  MODES,
  receiveParts,
  sendParts,
  tellingErrors,
} from "./tftp_transfer.ts";
import { type Address, bind, formatAddress, type Socket } from "./udp.ts";

/**
 * How long the server repeats its last ACK, in milliseconds. A client whose last ACK was lost sends
 * its last block again: tftp after 5 seconds, curl after 7.
 */
const LINGER = 10_000;

/** The refusal if no place is left. */
const FULL = new TftpError(0, "Too many transfers: try again later");

/** A request to read or to write a file. */
type Request = Extract<Message, { file: string }>;

/** What a server may be given beside its socket and its files. */
export interface ServeOptions {
  /** Gets a line for each datagram at the known port, and for the end of each transfer. */
  log?: (line: string) => void;
  /** Opens the socket of a transfer. Without it, the socket is bound to the server's host. */
  open?: () => Socket;
  /**
   * How many clients the server serves at the same time. Default: 100. While a client begins again,
   * it has two transfers. So there are at most twice as many sockets.
   */
  most?: number;
  /**
   * How long a request keeps its place without an ACK, in milliseconds, if another client wants it.
   * Default: 1,000. The address may be forged: in this time, the server begins at most `most`
   * transfers to such addresses.
   */
  grace?: number;
}

/**
 * Serves files by TFTP until the socket is closed. Then it ends all transfers.
 *
 * Each transfer has a socket of its own. A refusal comes from the known port.
 *
 * A request may be forged. It counts as proven when its client has acknowledged a message. If all
 * places are taken, a new client gets the place of the oldest request that is not proven, if that
 * has waited for its ACK long enough. Otherwise, the new client is refused. Without an ACK, the
 * server sends six messages at most, and gives up after ten seconds.
 *
 * `files` may open a file slowly. That request keeps its place, and the other clients are served.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { inMemory } from "./tftp_files.ts";
 * import { downloadFile } from "./tftp_transfer.ts";
 * import { bind } from "./udp.ts";
 *
 * using server = bind();
 * serveTftp(server, inMemory(new Map([["hello.txt", new Uint8Array(600)]])));
 *
 * using client = bind();
 * const copies = new Map<string, Uint8Array>();
 * using copy = await inMemory(copies).create("copy");
 * await downloadFile(client, { server: server.address, name: "hello.txt" }, copy);
 * assertEquals(copies.get("copy")?.length, 600);
 * ```
 */
export async function serveTftp(
  socket: Socket,
  files: Files,
  options: ServeOptions = {},
): Promise<void> {
  await new TftpServer(socket, files, options).run();
}

/** A request that has come. */
interface Asked {
  readonly request: Request;
  /** The bytes of the request. The same bytes again are the same request, sent again. */
  readonly bytes: Uint8Array;
  readonly from: Address;
  /** The client's address, as text. */
  readonly who: string;
}

/** A transfer that is under way. */
interface Transfer {
  readonly asked: Asked;
  /** When it began, by `performance.now()`. */
  readonly since: number;
  readonly own: Socket;
  /** How many messages of the client were accepted. Before the first, the request may be forged. */
  answers: number;
  /** Whether the same request came again before the first answer. */
  repeated: boolean;
  /** Why the server has ended it. */
  ended: string | undefined;
  /** The request that gets its place when it is over: if its file opens slowly, that is later. */
  next: Asked | undefined;
  /** Whether the whole file was sent or stored. */
  finished: boolean;
  /** Whether its request is refused. */
  refused: boolean;
  end: Promise<void>;
}

class TftpServer {
  readonly #transfers = new Set<Transfer>();
  readonly #log: (line: string) => void;
  readonly #open: () => Socket;
  readonly #most: number;
  readonly #grace: number;
  #closed = false;

  constructor(readonly socket: Socket, readonly files: Files, options: ServeOptions) {
    const { hostname } = socket.address;
    this.#log = options.log ?? (() => {});
    this.#open = options.open ?? (() => bind({ hostname }));
    this.#most = options.most ?? 100;
    this.#grace = options.grace ?? 1000;
  }

  async run(): Promise<void> {
    try {
      for await (const { data, from } of this.socket) await this.#receive(data, from);
    } finally {
      this.#closed = true;
      const transfers = [...this.#transfers];
      for (const { own } of transfers) own.close();
      await Promise.all(transfers.map(({ end }) => end));
    }
  }

  async #receive(bytes: Uint8Array, from: Address): Promise<void> {
    const who = formatAddress(from);
    const request = readRequest(bytes);
    if (request instanceof BrokenRequest) {
      this.#log(`Received from ${who}. ${request.message}`);
      await this.#refuse(new TftpError(4, "Broken request"), from);
    } else if (request) {
      this.#log(`Received from ${who}: ${printable(describe(request), 100)}.`);
      // Nothing can be sent to port 0 (RFC 768). So no file is opened for it.
      if (from.port === 0) this.#log(`No answer to ${who}: its port is 0.`);
      else await this.#begin({ request, bytes, from, who });
    } else {
      // If it were answered, two servers could answer each other without end.
      this.#log(`Received from ${who}. It is not a request, and gets no answer.`);
    }
  }

  /**
   * Begins a transfer, or finds out that it has begun.
   *
   * A client may send a request again from the same port. Perhaps nothing has come, or it wants the
   * next file: `tftp` keeps one port for a session. Before the client's first answer, the same
   * request is a repetition. The transfer sends its message again anyway, so nothing is to be done.
   * Another request takes the place of the first one. If it has to wait for the place, the client's
   * newest request counts.
   *
   * After the client's first answer, any request is a new one. The old transfer goes on until the
   * client answers the new one, because the request may be a late copy, or forged.
   */
  async #begin(asked: Asked): Promise<void> {
    const all = [...this.#transfers];
    const awaited = all.find(({ next }) => next?.who === asked.who);
    const others = all.filter((one) => isOf(one, asked.who) && !one.refused && !one.ended);
    const unanswered = others.find(({ answers }) => answers === 0);
    if (awaited) {
      awaited.next = asked;
    } else if (unanswered && sameBytes(unanswered.asked.bytes, asked.bytes)) {
      unanswered.repeated = true;
    } else if (unanswered) {
      unanswered.next = asked;
      giveUp(unanswered, "It has asked again.");
    } else if (all.length < (others.length > 0 ? 2 * this.#most : this.#most)) {
      this.#start(asked);
    } else {
      await this.#takePlace(asked);
    }
  }

  /** Gives a new client the place of the oldest request that may be forged, if there is one. */
  async #takePlace(asked: Asked): Promise<void> {
    const all = [...this.#transfers];
    const proven = new Set(all.filter(({ answers }) => answers > 0).map((one) => one.asked.who));
    const oldest = all.find((one) => !proven.has(one.asked.who) && !one.refused && !one.ended);
    if (!oldest || performance.now() - oldest.since < this.#grace) {
      return await this.#refuse(FULL, asked.from);
    }

    oldest.next = asked;
    // Its client expects our messages from this port. Or it had none yet, and takes
    // the first one from any port.
    await oldest.own.send(encode(errorMessage(FULL)), oldest.asked.from).catch(() => {});
    giveUp(oldest, "It has not answered, and another client has its place.");
  }

  #start(asked: Asked): void {
    let own: Socket;
    try {
      own = this.#open();
    } catch (error) {
      this.#log(`No socket for ${asked.who}: ${(error as Error).message}`);
      return;
    }

    const transfer = begun(asked, own);
    this.#transfers.add(transfer);
    transfer.end = this.#serve(transfer).then(() => {
      own.close();
      this.#transfers.delete(transfer);
      const next = transfer.next ?? (asksForMore(transfer) ? asked : undefined);
      if (next && !this.#closed) this.#start(next);
    });
  }

  /** Does what was asked. It never throws: errors go to the log. */
  async #serve(transfer: Transfer): Promise<void> {
    const { asked: { request, from, who }, own } = transfer;
    const name = printable(request.file, 100);
    let file: Source | Sink;
    try {
      file = await opened(this.files, request);
    } catch (error) {
      if (transfer.ended) return this.#log(`${who} and ${name}: ${transfer.ended}`);
      // If the client asks again at once, that is a new request, and not a repetition.
      transfer.refused = true;
      return await this.#refuse(error, from);
    }

    const done = () => {
      transfer.finished = true;
      this.#log(`${who} has ${request.type === "RRQ" ? "read" : "written"} ${name}.`);
    };
    try {
      using open = file;
      using patient = Patient.of(own);
      const exchange = new Exchange(patient, from);
      exchange.onAnswer = () => this.#answered(transfer);
      await tellingErrors(exchange, () => serve(exchange, request, open, done));
    } catch (error) {
      if (!transfer.finished) this.#log(`${who} and ${name}: ${reason(error, transfer)}`);
    }
  }

  /** The client has answered, so its earlier transfers are over. */
  #answered(transfer: Transfer): void {
    transfer.answers++;
    if (transfer.answers > 1) return;
    for (const other of this.#transfers) {
      if (other !== transfer && isOf(other, transfer.asked.who)) {
        giveUp(other, "It has asked again.");
      }
    }
  }

  async #refuse(error: unknown, from: Address): Promise<void> {
    const message = errorMessage(error);
    this.#log(`Refused ${formatAddress(from)}: ${message.text} (error ${message.code}).`);
    try {
      await this.socket.send(encode(message), from);
    } catch (error) {
      this.#log(`No answer to ${formatAddress(from)}: ${(error as Error).message}`);
    }
  }
}

function begun(asked: Asked, own: Socket): Transfer {
  const state = { repeated: false, ended: undefined, finished: false, refused: false };
  const since = performance.now();
  return { asked, own, since, answers: 0, next: undefined, ...state, end: Promise.resolve() };
}

function isOf({ asked }: Transfer, who: string): boolean {
  return asked.who === who;
}

/** Ends a transfer for this reason. If its file is not open yet, it keeps its place until then. */
function giveUp(transfer: Transfer, reason: string): void {
  transfer.ended ??= reason;
  transfer.own.close();
}

/** Returns the reason why a transfer has ended early, safe to print. */
function reason(error: unknown, { ended }: Transfer): string {
  if (ended) return ended;
  const text = printable((error as Error).message, 200);
  return error instanceof TftpError && error.told ? `It says: ${text}` : text;
}

/**
 * Reads a request. Returns `undefined` if the data is not a request, and the error if it begins as
 * one and cannot be read.
 */
function readRequest(data: Uint8Array): Request | BrokenRequest | undefined {
  try {
    const message = decode(data);
    return message.type === "RRQ" || message.type === "WRQ" ? message : undefined;
  } catch (error) {
    if (error instanceof BrokenRequest) return error;
    if (error instanceof NoTftp) return undefined;
    throw error;
  }
}

/**
 * Checks whether a request that looked like a repetition was a new one. A file of one block is over
 * with the first ACK. If the client then asks for it once more, the request may be read before that
 * ACK, because the two come to two sockets.
 */
function asksForMore({ asked, repeated, finished, answers }: Transfer): boolean {
  return asked.request.type === "RRQ" && repeated && finished && answers === 1;
}

/** Opens the file of a request. A request that is refused opens nothing. */
function opened(files: Files, { type, file, mode }: Request): Promise<Source | Sink> {
  if (!MODES.some((known) => known === mode)) {
    return Promise.reject(new TftpError(4, "Only modes octet and netascii"));
  }
  return type === "RRQ" ? files.open(file) : files.create(file);
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

/** Does one request. If options are agreed on, their list (OACK) is the server's first message. */
async function serve(
  exchange: Exchange,
  request: Request,
  file: Source | Sink,
  done: () => void,
): Promise<void> {
  if ("parts" in file) {
    await serveRead(exchange, request, file);
    done();
    return;
  }

  const options = agreed(request.options);
  const first = await exchange.ask(begin(options), is("DATA", 1));
  const sink: Sink = {
    write: (part) => file.write(part),
    finish: () => file.finish().then(done),
    linger: LINGER,
    [Symbol.dispose]() {},
  };
  const asText = request.mode === "netascii";
  await receiveParts(exchange, first, blockSize(options), asText ? fromNetascii(sink) : sink);
}

async function serveRead(exchange: Exchange, request: Request, file: Source): Promise<void> {
  const options = agreedToRead(request, file.size);
  const message = begin(options);
  if (message.type === "OACK") await exchange.ask(message, is("ACK", 0));

  const parts = request.mode === "netascii" ? toNetascii(file.parts()) : file.parts();
  await sendParts(exchange, parts, blockSize(options));
}

/** Returns the server's first message to a client that writes. */
function begin(options: TftpOptions): Message {
  const agrees = Object.keys(options).length > 0;
  return agrees ? { type: "OACK", options } : { type: "ACK", block: 0 };
}

/**
 * Returns the options that the server agrees to for a file that it sends. The size of a file as
 * text is known only when all of it is encoded. So `tsize` is left out then, like an unknown
 * option.
 */
function agreedToRead({ mode, options }: Request, size: number): TftpOptions {
  if (mode !== "netascii") return agreed(options, size);
  const { tsize: _, ...others } = options;
  return agreed(others);
}
