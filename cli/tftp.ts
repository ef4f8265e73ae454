/**
 * TFTP in a terminal: the options of lesson 14's roles, and what they print.
 *
 * @module
 */
import { count, printable } from "../lib/text.ts";
import {
  describe,
  encode,
  ERRORS,
  LEAST_BLOCK,
  MOST_BLOCK,
  TftpError,
  type TftpOptions,
  tryDecode,
  Unanswered,
} from "../lib/tftp.ts";
import type { Sink } from "../lib/tftp_files.ts";
import { serveTftp } from "../lib/tftp_server.ts";
import { downloadFile, type Mode, MODES, uploadFile } from "../lib/tftp_transfer.ts";
import { type Address, bind, formatAddress } from "../lib/udp.ts";
import { inFolder, mayUseFolder } from "./files.ts";
import { type Given, type Option, type Options, UsageError } from "./lesson.ts";
import type { Terminal } from "./terminal.ts";

/** Returns the text that the diagram shows for a datagram. */
export function label(data: Uint8Array): string {
  const message = tryDecode(data);
  return message ? printable(describe(message), 60) : "not a TFTP message";
}

/** The options of the server. */
export const SERVER: Record<string, Option> = {
  folder: { value: "PATH", about: "the folder", default: "files" },
  writable: { about: "let others leave new files there, too" },
  simple: { about: "run the code of the lesson's page" },
};

/** The options of both clients. */
export const CLIENT: Record<string, Option> = {
  file: { value: "NAME", about: "the file's name at the server" },
  blksize: { value: "BYTES", about: "the size of blocks, 8 to 65464", default: "1428" },
  mode: { value: "MODE", about: "octet: as it is; netascii: as text", default: "octet" },
  simple: { about: "run the code of the lesson's page" },
};

/** Lets others fetch the files of a folder. */
export async function serveFolder(
  { local, options, signal, console, stdin }: Omit<Given, "remote" | "lines" | "stdout">,
): Promise<void> {
  const folder = options.text("folder");
  const writable = options.flag("writable");
  await mayUseFolder(folder, writable, stdin);
  const files = inFolder(folder, { writable, signal });

  using socket = bind(local);
  const { hostname, port } = socket.address;
  console.log(`Bind UDP on ${port}... (at ${hostname}, Ctrl-C stops)`);
  await serveTftp(socket, files, { log: (line) => console.log(line) });
}

/** Fetches a file and writes it to standard output. `fetch` is another function in a test. */
export async function download(
  { local, remote, options, console, stdout }: Omit<Given, "lines" | "signal" | "stdin">,
  fetch: typeof downloadFile = downloadFile,
): Promise<void> {
  using socket = bind(local);
  const wanted = requestOf("RRQ", options);
  const out = new StandardOutput(stdout);
  const late = () => `after ${count(out.size, "byte")}: this is not the whole file.`;
  await orSay(wanted.name, remote, late, () => {
    return fetch(socket, { server: remote, ...wanted }, out);
  });
  console.error(`Received ${count(out.size, "byte")}.`);
}

/** Leaves standard input as a file at a server. `leave` is another function in a test. */
export async function upload(
  { local, remote, options, console, stdin }: Omit<Given, "lines" | "signal" | "stdout">,
  leave: typeof uploadFile = uploadFile,
): Promise<void> {
  using socket = bind(local);
  const wanted = requestOf("WRQ", options);
  let size = 0;
  const counted = async function* () {
    for await (const part of stdin.readable) {
      size += part.length;
      yield part;
    }
  };
  const late = () => "before it had said that all has arrived.";
  await orSay(wanted.name, remote, late, () => {
    return leave(socket, { server: remote, ...wanted }, counted());
  });
  console.log(`Sent ${count(size, "byte")}.`);
}

/**
 * Returns what a client's options ask for. It does not ask for the size of a text, because in.tftpd
 * refuses that (error 8).
 */
function requestOf(type: "RRQ" | "WRQ", given: Options) {
  const name = given.text("file");
  const mode = given.oneOf("mode", MODES) as Mode;
  const options: TftpOptions = {
    blksize: `${given.number("blksize", LEAST_BLOCK, MOST_BLOCK)}`,
  };
  if (type === "RRQ" && mode === "octet") options.tsize = "0";
  try {
    encode({ type, file: name, mode, options });
  } catch {
    throw new UsageError("--file is too long: a request has room for some 470 bytes.");
  }
  return { name, mode, options };
}

/**
 * Does the work. If it fails, throws an error for people. `late` says how far the transfer came.
 */
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

    const file = printable(name, 100);
    const text = printable(error.message || ERRORS[error.code] || "no reason", 100);
    if (!error.told) throw new Error(`The transfer of ${file} was given up: ${text}.`);
    throw new Error(`${formatAddress(server)} says about ${file}: ${text} (error ${error.code}).`);
  }
}

/** Returns the sentences for a transfer without an answer: what happened, and what helps. */
function unanswered({ message, met, silent, stranger }: Unanswered, late: string): string {
  if (met) return silent ? `${message.slice(0, -1)} ${late}` : `${message} That was ${late}`;
  if (silent) return `${message} Is there a TFTP server?`;
  if (stranger) return `${message} If both are one machine, ask it with --host ${stranger}.`;
  return `${message} Is this a TFTP server?`;
}

/** Standard output, written in large parts. */
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
