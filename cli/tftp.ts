/**
 * TFTP's requests: who asks for what, which options both agree on, and the roles in a terminal. How a file
 * then goes over, block by block, is lesson 14.
 *
 * @module
 */
import { NetasciiDecoder, toNetascii } from "../lib/netascii.ts";
import { count, printable } from "../lib/text.ts";
import {
  agreed,
  blockSize,
  BrokenRequest,
  decode,
  describe,
  encode,
  ERRORS,
  is,
  LEAST_BLOCK,
  type Message,
  MOST_BLOCK,
  NoTftp,
  TftpError,
  type TftpOptions,
  Unanswered,
  understood,
} from "../lib/tftp.ts";
import { Patient } from "../lib/patient.ts";
import { type Address, bind, formatAddress, type Socket } from "../lib/udp.ts";
import { type Files, inFolder, mayUseFolder, type Sink, type Source } from "./files.ts";
import { type Given, type Option, type Options, type Role, UsageError } from "./lesson.ts";
import type { Terminal } from "./terminal.ts";

/** A conversation with one other side: lesson 14's `Exchange`. */
export interface Talk {
  readonly peer: Address;
  /** Called whenever an answer is accepted. */
  onAnswer: () => void;
  ask(message: Message, fits: (answer: Message) => boolean): Promise<Message>;
}

/** What lesson 14 does for a transfer. */
export interface Steps<T extends Talk> {
  Exchange: new (socket: Patient, peer: Address, anyPort?: boolean) => T;
  sendBlocks(to: T, file: AsyncIterable<Uint8Array>, size: number): Promise<void>;
  receiveBlocks(from: T, heard: Message, size: number, file: Sink): Promise<void>;
}

/** Clients whose last ACK was lost say their last block again: tftp after 5 seconds, curl after 7. */
const LINGER = 10_000;

/** How the bytes of a file travel: as they are, or as text (RFC 1350). Nobody uses its third mode, `mail`. */
export type Mode = "octet" | "netascii";

const MODES: readonly Mode[] = ["octet", "netascii"];

/** A request to read or to write a file. */
type Request = Extract<Message, { file: string }>;

/**
 * Fetches a file from the server. Resolves when all of it was written.
 *
 * @throws {TftpError} The server refused, or this side could not write.
 * @throws {Error} The server is silent.
 */
export async function getFile<T extends Talk>(
  steps: Steps<T>,
  socket: Socket,
  server: Address,
  name: string,
  file: Sink,
  options: TftpOptions = {},
  mode: Mode = "octet",
): Promise<void> {
  using patient = Patient.of(socket);
  const talk = new steps.Exchange(patient, server, true);
  const request = { type: "RRQ", file: name, mode, options } as const;
  const [agrees, data] = [is("OACK"), is("DATA", 1)];
  await telling(socket, talk, async () => {
    const heard = await talk.ask(request, (message) => agrees(message) || data(message));
    const sink = mode === "netascii" ? fromNetascii(file) : file;
    await steps.receiveBlocks(talk, heard, sizeOf(options, heard), sink);
  });
}

/** Leaves a file at the server. Resolves when the server has acknowledged all of it; throws as {@linkcode getFile}. */
export async function putFile<T extends Talk>(
  steps: Steps<T>,
  socket: Socket,
  server: Address,
  name: string,
  file: AsyncIterable<Uint8Array>,
  options: TftpOptions = {},
  mode: Mode = "octet",
): Promise<void> {
  using patient = Patient.of(socket);
  const talk = new steps.Exchange(patient, server, true);
  const request = { type: "WRQ", file: name, mode, options } as const;
  const [agrees, goOn] = [is("OACK"), is("ACK", 0)];
  await telling(socket, talk, async () => {
    const heard = await talk.ask(request, (message) => agrees(message) || goOn(message));
    const parts = mode === "netascii" ? toNetascii(file) : file;
    await steps.sendBlocks(talk, parts, sizeOf(options, heard));
  });
}

/** What one may tell a server beside its socket and its files. */
export interface ServeOptions {
  /** Told of every datagram that came to the known port, and of every transfer's end. */
  log?: (line: string) => void;
  /** Opens a transfer's own socket: on the server's address, if not given. */
  open?: () => Socket;
  /** The most transfers at a time: 100, if not given. */
  most?: number;
}

/**
 * Serves files by TFTP until the socket is closed. Then it ends all transfers. Each transfer has a socket of
 * its own; a refusal comes from the known port.
 */
export async function serveFiles<T extends Talk>(
  steps: Steps<T>,
  socket: Socket,
  files: Files,
  options: ServeOptions = {},
): Promise<void> {
  await new FileServer(steps, socket, files, options).run();
}

/** A transfer that is under way. */
interface Transfer {
  /** The client's address. */
  readonly who: string;
  /** The bytes of its request. The same bytes again are the same request, sent again. */
  readonly asked: Uint8Array;
  readonly own: Socket;
  /** How many messages of the client were accepted. Before the first, the request may be forged. */
  answers: number;
  /** Whether the request came again before the first answer. */
  repeated: boolean;
  /** Whether the client has started another transfer. */
  replaced: boolean;
  /** Whether the file has gone over. */
  finished: boolean;
  end: Promise<void>;
}

class FileServer<T extends Talk> {
  readonly #transfers = new Set<Transfer>();
  readonly #log: (line: string) => void;
  readonly #open: () => Socket;
  readonly #most: number;
  #closed = false;

  constructor(
    readonly steps: Steps<T>,
    readonly socket: Socket,
    readonly files: Files,
    options: ServeOptions,
  ) {
    const { hostname } = socket.address;
    this.#log = options.log ?? (() => {});
    this.#open = options.open ?? (() => bind({ hostname }));
    this.#most = options.most ?? 100;
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

  async #receive(data: Uint8Array, from: Address): Promise<void> {
    const who = formatAddress(from);
    const request = readRequest(data);
    if (request instanceof BrokenRequest) {
      this.#log(`Received from ${who}. ${request.message}`);
      await this.#refuse(new TftpError(4, "Broken request"), from);
    } else if (request) {
      this.#log(`Received from ${who}: ${printable(describe(request), 100)}.`);
      await this.#begin(request, data, from);
    } else {
      this.#log(`Received from ${who}. That was no request.`); // above all to no error: lesson 4 says why
    }
  }

  /**
   * Begins a transfer, or knows that it has begun.
   *
   * A client may ask again from the same port: because nothing came, or because it wants the next file (`tftp`
   * keeps one port for a session). Before its first answer, the same request is a repetition: the transfer
   * sends its own message again, and that is enough. Another request ends it. After its first answer, any
   * request is a new one. The old transfer goes on until the client answers the new one, since the request
   * may be a late copy, or forged.
   */
  async #begin(request: Request, asked: Uint8Array, from: Address): Promise<void> {
    const who = formatAddress(from);
    const others = [...this.#transfers].filter((transfer) => transfer.who === who);
    const unanswered = others.find(({ answers }) => answers === 0);
    if (unanswered && sameBytes(unanswered.asked, asked)) {
      unanswered.repeated = true;
      return;
    }
    if (unanswered) {
      this.#replace(unanswered);
      await unanswered.end;
    }
    if (others.length === 0 && this.#transfers.size >= this.#most) {
      await this.#refuse(new TftpError(0, "Too many transfers: try again later"), from);
    } else if (!this.#closed) {
      this.#start(request, asked, from);
    }
  }

  #start(request: Request, asked: Uint8Array, from: Address): void {
    const who = formatAddress(from);
    let own: Socket;
    try {
      own = this.#open();
    } catch (error) {
      this.#log(`No socket for ${who}: ${(error as Error).message}`);
      return;
    }
    const transfer: Transfer = {
      ...{ who, asked, own, answers: 0, end: Promise.resolve() },
      ...{ repeated: false, replaced: false, finished: false },
    };
    this.#transfers.add(transfer);
    transfer.end = this.#serve(request, from, transfer).then(() => {
      own.close();
      this.#transfers.delete(transfer);
      if (this.#closed || !asksForMore(request, transfer)) return;
      this.#start(request, asked, from);
    });
  }

  /** Does what was asked. It never throws: what goes wrong is told in the log. */
  async #serve(request: Request, from: Address, transfer: Transfer): Promise<void> {
    const { who, own } = transfer;
    const name = printable(request.file, 100);
    let file: Source | Sink;
    try {
      file = await opened(this.files, request);
    } catch (error) {
      return await this.#refuse(error, from);
    }
    const done = () => {
      transfer.finished = true;
      this.#log(`${who} has ${request.type === "RRQ" ? "read" : "written"} ${name}.`);
    };
    try {
      using open = file;
      using patient = Patient.of(own);
      const talk = new this.steps.Exchange(patient, from);
      talk.onAnswer = () => this.#answered(transfer);
      await telling(own, talk, () => serve(this.steps, talk, request, open, done));
    } catch (error) {
      if (transfer.finished) return; // it lingered only
      const told = error instanceof TftpError && error.told;
      const why = printable((error as Error).message, 200);
      if (transfer.replaced) this.#log(`${who} and ${name}: It has asked again.`);
      else this.#log(`${who} and ${name}: ${told ? "It says: " : ""}${why}`);
    }
  }

  /** The client is there: so what it asked for before is over. */
  #answered(transfer: Transfer): void {
    transfer.answers++;
    if (transfer.answers > 1) return;
    for (const other of this.#transfers) {
      if (other !== transfer && other.who === transfer.who) this.#replace(other);
    }
  }

  #replace(transfer: Transfer): void {
    transfer.replaced = true;
    transfer.own.close();
  }

  async #refuse(error: unknown, from: Address): Promise<void> {
    const word = told(error);
    this.#log(`Refused ${formatAddress(from)}: ${word.text} (error ${word.code}).`);
    await this.socket.send(encode(word), from).catch(({ message }) =>
      this.#log(`No answer to ${formatAddress(from)}: ${message}`)
    );
  }
}

/** Reads a request: `undefined` for what is none, and what is wrong with one that cannot be read. */
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
 * Whether a request that was taken for a repetition was a new one. A file of one block is over with the first
 * ACK. If the client asks for it once more, the request may be read before that ACK: they come to two sockets.
 */
function asksForMore({ type }: Request, { repeated, finished, answers }: Transfer): boolean {
  return type === "RRQ" && repeated && finished && answers === 1;
}

/** Opens the file of a request. What is refused opens nothing. */
function opened(files: Files, { type, file, mode }: Request): Promise<Source | Sink> {
  if (!MODES.some((known) => known === mode)) {
    return Promise.reject(new TftpError(4, "Only modes octet and netascii"));
  }
  return type === "RRQ" ? files.open(file) : files.create(file);
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

/** What a server does for one request. Where options are agreed on, their list takes the first turn. */
async function serve<T extends Talk>(
  steps: Steps<T>,
  talk: T,
  request: Request,
  file: Source | Sink,
  done: () => void,
): Promise<void> {
  const reading = "parts" in file;
  const asText = request.mode === "netascii";
  const options = reading ? agreedToRead(request, file.size) : agreed(request.options);
  const size = blockSize(options);
  const agrees = Object.keys(options).length > 0;
  const word = agrees ? { type: "OACK", options } as const : { type: "ACK", block: 0 } as const;
  if (reading) {
    if (agrees) await talk.ask(word, is("ACK", 0));
    const parts = asText ? toNetascii(file.parts()) : file.parts();
    await steps.sendBlocks(talk, parts, size);
    return done();
  }
  const sink: Sink = {
    write: (part) => file.write(part),
    finish: () => file.finish().then(done),
    linger: LINGER,
    [Symbol.dispose]() {},
  };
  const first = await talk.ask(word, is("DATA", 1));
  await steps.receiveBlocks(talk, first, size, asText ? fromNetascii(sink) : sink);
}

/**
 * What a server agrees to for a file that it sends. How many bytes a file has as text is known when all of it
 * was encoded: so `tsize` is left out then, as an option that the server does not know.
 */
function agreedToRead({ mode, options }: Request, size: number): TftpOptions {
  if (mode !== "netascii") return agreed(options, size);
  const { tsize: _, ...others } = options;
  return agreed(others);
}

/** Takes text as netascii has it, and writes it as this machine has it. */
function fromNetascii(file: Sink): Sink {
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

/** Does the work of a transfer. If it fails on this side, the other side is told. */
async function telling(socket: Socket, talk: Talk, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    const known = error instanceof TftpError && error.told;
    if (!known) await socket.send(encode(told(error)), talk.peer).catch(() => {});
    throw error;
  }
}

/** An error as the other side is told it. The system's words are none of its business. */
function told(error: unknown) {
  const { code, message } = error instanceof TftpError ? error : new TftpError(0, "It failed");
  return { type: "ERROR", code, text: message } as const;
}

/** The size of blocks, after what the server said to the options. */
function sizeOf(asked: TftpOptions, heard: Message): number {
  if (heard.type !== "OACK") return blockSize({});
  const size = blockSize(heard.options);
  if (size <= Math.max(blockSize(asked), blockSize({}))) return size;
  throw new TftpError(8, "That is more than I asked for");
}

/** What the picture shows of a message. */
export function label(data: Uint8Array): string {
  const message = understood(data);
  return message ? printable(describe(message), 60) : "no TFTP message";
}

const CLIENT: Record<string, Option> = {
  file: { value: "NAME", about: "the file's name at the server" },
  blksize: { value: "BYTES", about: "the size of blocks, 8 to 65464", default: "1428" },
  mode: { value: "MODE", about: "octet: as it is; netascii: as text", default: "octet" },
};

/** The server of lesson 14. */
export function serverRole<T extends Talk>(steps: Steps<T>): Role {
  return {
    about: "let others fetch the files of a folder",
    listens: true,
    answers: true,
    options: {
      folder: { value: "PATH", about: "the folder", default: "files" },
      writable: { about: "let others leave new files there, too" },
    },
    run: (given) => server(steps, given),
  };
}

/** Its client that fetches a file. */
export function getRole<T extends Talk>(steps: Steps<T>): Role {
  return {
    about: "fetch a file, to standard output",
    writes: true,
    options: CLIENT,
    run: async ({ local, remote, options, console, stdout }) => {
      using socket = bind(local);
      const { name, wanted, mode } = request("RRQ", options);
      const out = new StandardOutput(stdout);
      const late = () => `after ${count(out.size, "byte")}: this is not the whole file.`;
      await orSay(
        name,
        remote,
        late,
        () => getFile(steps, socket, remote, name, out, wanted, mode),
      );
      console.error(`Received ${count(out.size, "byte")}.`);
    },
  };
}

/** Its client that leaves one. */
export function putRole<T extends Talk>(steps: Steps<T>): Role {
  return {
    about: "leave standard input as a file",
    options: CLIENT,
    run: async ({ local, remote, options, console, stdin }) => {
      using socket = bind(local);
      const { name, wanted, mode } = request("WRQ", options);
      let size = 0;
      const counted = async function* () {
        for await (const part of stdin.readable) {
          size += part.length;
          yield part;
        }
      };
      const late = () => "before it had said that all has arrived.";
      await orSay(
        name,
        remote,
        late,
        () => putFile(steps, socket, remote, name, counted(), wanted, mode),
      );
      console.log(`Sent ${count(size, "byte")}.`);
    },
  };
}

async function server<T extends Talk>(
  steps: Steps<T>,
  { local, options, signal, console, stdin }: Given,
): Promise<void> {
  const [folder, writable] = [options.text("folder"), options.flag("writable")];
  await mayUseFolder(folder, writable, stdin);
  const files = inFolder(folder, { writable, signal });
  using socket = bind(local);
  const { hostname, port } = socket.address;
  console.log(`Bind UDP on ${port}... (at ${hostname}, Ctrl-C stops)`);
  await serveFiles(steps, socket, files, { log: (line) => console.log(line) });
}

/** What a client's command line asks for. The size of a text is not asked: in.tftpd refuses that (error 8). */
function request(type: "RRQ" | "WRQ", options: Options) {
  const name = options.text("file");
  const mode = options.oneOf("mode", MODES) as Mode;
  const wanted: TftpOptions = {
    blksize: `${options.number("blksize", LEAST_BLOCK, MOST_BLOCK)}`,
  };
  if (type === "RRQ" && mode === "octet") wanted.tsize = "0";
  try {
    encode({ type, file: name, mode, options: wanted });
  } catch {
    throw new UsageError("--file is too long: a request has room for some 470 bytes.");
  }
  return { name, wanted, mode };
}

/** Says for people what went wrong. `late` says how far the transfer came before that. */
async function orSay(
  name: string,
  server: Address,
  late: () => string,
  work: () => Promise<void>,
): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (error instanceof Unanswered) throw new Error(unanswered(error, late()));
    if (!(error instanceof TftpError)) throw error;
    const text = printable(error.message || ERRORS[error.code] || "no reason", 100);
    throw new Error(
      error.told
        ? `${formatAddress(server)} says about ${
          printable(name, 100)
        }: ${text} (error ${error.code}).`
        : `The transfer of ${printable(name, 100)} was given up: ${text}.`,
    );
  }
}

/** Says for people what came in the place of an answer, what that means for the file, and what one can do. */
function unanswered({ message, met, silent, stranger }: Unanswered, late: string): string {
  if (met) return silent ? `${message.slice(0, -1)} ${late}` : `${message} That was ${late}`;
  if (silent) return `${message} Is there a TFTP server?`;
  if (stranger) return `${message} If both are one machine, ask it with --host ${stranger}.`;
  return `${message} Is this a TFTP server?`;
}

/** Standard output, written in large pieces. */
class StandardOutput implements Sink {
  size = 0;
  #used = 0;
  readonly #buffer = new Uint8Array(256 * 1024);
  readonly #stdout: Terminal["stdout"];

  constructor(stdout: Terminal["stdout"]) {
    this.#stdout = stdout;
  }

  async write(part: Uint8Array): Promise<void> {
    this.size += part.length;
    if (this.#used + part.length > this.#buffer.length) await this.finish();
    this.#buffer.set(part, this.#used);
    this.#used += part.length;
  }

  async finish(): Promise<void> {
    for (let written = 0; written < this.#used;) {
      written += await this.#stdout.write(this.#buffer.subarray(written, this.#used));
    }
    this.#used = 0;
  }

  [Symbol.dispose](): void {}
}
