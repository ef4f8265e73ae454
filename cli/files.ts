/**
 * Files that others may fetch or leave: those of one folder, or of none but the memory.
 *
 * @module
 */
import { printable } from "../lib/text.ts";
import { TftpError } from "../lib/tftp.ts";
import type { Terminal } from "./terminal.ts";

/** A file to read. */
export interface Source extends Disposable {
  readonly size: number;
  /** Its bytes, in parts of any size. Each is good until the next one is asked for. */
  parts(): AsyncIterable<Uint8Array>;
}

/** A file to write. What is not finished when it is disposed of was never there. */
export interface Sink extends Disposable {
  /** How long, in milliseconds, whoever receives the file should go on saying that all of it is here. */
  readonly linger?: number | undefined;
  write(part: Uint8Array): Promise<void>;
  /** Gives the file its name. Throws where another one has that meanwhile. */
  finish(): Promise<void>;
}

/** Where files are. Each of these throws a {@linkcode TftpError} that the other side may be told. */
export interface Files {
  open(name: string): Promise<Source>;
  create(name: string): Promise<Sink>;
}

/** The most bytes of a file that somebody leaves here: nobody shall fill a disk with one request. */
export const MOST_BYTES = 4_000_000_000;

/** The names of files that are not finished. */
const HIDDEN = /^\.[\da-f]{8}-[\da-f-]{27}\.part$/;

const AT_ONCE = 512 * 1024;
const [NOT_FOUND, REFUSED, FULL, EXISTS] = [1, 2, 3, 6];

/** Files in the memory, by their names. */
export function inMemory(files: Map<string, Uint8Array>): Files {
  return {
    open: (name) => {
      const bytes = files.get(name);
      if (!bytes) return Promise.reject(new TftpError(NOT_FOUND));
      return Promise.resolve({
        size: bytes.length,
        async *parts() {
          yield bytes;
        },
        [Symbol.dispose]() {},
      });
    },
    create: (name) => {
      const parts: Uint8Array[] = [];
      const taken = () => {
        if (files.has(name)) throw new TftpError(EXISTS);
      };
      return Promise.try(() => {
        taken();
        return {
          write: (part) => Promise.resolve(void parts.push(part.slice())),
          finish: async () => {
            taken();
            files.set(name, new Uint8Array(await new Blob(parts as BlobPart[]).arrayBuffer()));
          },
          [Symbol.dispose]() {},
        };
      });
    },
  };
}

/**
 * The files of a folder, and of none above or below it. What begins with a dot is hidden, and a link counts
 * as a file only if it leads to one in this folder.
 *
 * A file that is being written has a hidden name: it gets its own when all of it is there. `signal` removes
 * those that are not finished. A program that is ended by force cannot do that: so the next one does. A file
 * of more than `most` bytes is refused, 4 GB if not given. Throws an error for people where the folder does
 * not exist, or may not be used.
 */
export function inFolder(
  folder: string,
  options: { writable?: boolean; signal?: AbortSignal; most?: number } = {},
): Files {
  const root = found(folder);
  if (options.writable) removeLeftovers(root);
  return {
    async open(name) {
      const path = await inside(root, name);
      const file = await Deno.open(path).catch(refuse);
      const { size } = await file.stat();
      return {
        size,
        async *parts() {
          // The next part is read while this one is on its way.
          const buffers = [0, 1].map(() => new Uint8Array(Math.min(AT_ONCE, size + 1)));
          const read = (turn: number) => {
            const reading = file.read(buffers[turn % 2]!);
            reading.catch(() => {}); // whoever stops before does not want to know
            return reading;
          };
          let reading = read(0);
          for (let turn = 0;; turn++) {
            const bytes = await reading;
            if (bytes === null) return;
            reading = read(turn + 1);
            yield buffers[turn % 2]!.subarray(0, bytes);
          }
        },
        [Symbol.dispose]: () => file.close(),
      };
    },
    async create(name) {
      if (!options.writable) throw new TftpError(REFUSED, "Nothing can be written here");
      const path = `${root}/${plain(name)}`;
      if (await Deno.lstat(path).catch(() => undefined)) throw new TftpError(EXISTS);
      const hidden = `${root}/.${crypto.randomUUID()}.part`;
      const file = await Deno.open(hidden, { write: true, createNew: true }).catch(refuse);
      await file.lock(true).catch(() => {}); // as long as this program lives: see removeLeftovers
      return new HiddenFile(file, hidden, path, options.most ?? MOST_BYTES, options.signal);
    },
  };
}

/** Removes the hidden files that nobody is writing any more: those that can be locked. */
function removeLeftovers(root: string): void {
  for (const { name, isFile } of Deno.readDirSync(root)) {
    if (!isFile || !HIDDEN.test(name)) continue;
    const path = `${root}/${name}`;
    let left = false;
    try {
      using file = Deno.openSync(path, { write: true });
      left = file.tryLockSync(true);
    } catch {
      // Somebody else has just removed it, or keeps it.
    }
    if (left) Deno.removeSync(path);
  }
}

class HiddenFile implements Sink {
  #size = 0;
  #buffered = 0;
  readonly #buffer = new Uint8Array(AT_ONCE);
  #file: Deno.FsFile | undefined;

  constructor(
    file: Deno.FsFile,
    readonly hidden: string,
    readonly path: string,
    readonly most: number,
    readonly signal: AbortSignal | undefined,
  ) {
    this.#file = file;
    signal?.addEventListener("abort", this.#discard);
  }

  async write(part: Uint8Array): Promise<void> {
    this.#size += part.length;
    if (this.#size > this.most) throw new TftpError(FULL, "This file is too long");
    if (this.#buffered + part.length > AT_ONCE) await this.#flush();
    this.#buffer.set(part, this.#buffered); // a part is a block, or a byte more: it fits
    this.#buffered += part.length;
  }

  async finish(): Promise<void> {
    await this.#flush();
    // A second name for the file: unlike a new name, it never takes the place of another file.
    await Deno.link(this.hidden, this.path).catch((error) => {
      throw error instanceof Deno.errors.AlreadyExists ? new TftpError(EXISTS) : error;
    });
    this.#discard(); // the hidden name, and the lock: on Windows, nobody else could read the file
  }

  async #flush(): Promise<void> {
    const bytes = this.#buffer.subarray(0, this.#buffered);
    for (let written = 0; written < bytes.length;) {
      written += await this.#file!.write(bytes.subarray(written)).catch(refuse);
    }
    this.#buffered = 0;
  }

  readonly #discard = () => {
    this.#file?.close();
    if (this.#file) Deno.removeSync(this.hidden);
    this.#file = undefined;
    this.signal?.removeEventListener("abort", this.#discard);
  };

  [Symbol.dispose](): void {
    this.#discard();
  }
}

/** Lets Deno ask whether a role may use the folder, where its task does not grant it. */
export async function mayUseFolder(
  folder: string,
  writable: boolean,
  stdin: Terminal["stdin"],
): Promise<void> {
  for (const name of writable ? ["read", "write"] as const : ["read"] as const) {
    const permission = { name, path: folder };
    if ((await Deno.permissions.query(permission)).state === "granted") continue;
    if (stdin.isTerminal()) {
      if ((await Deno.permissions.request(permission)).state === "granted") continue;
    }
    throw new Error(
      `Deno lets this program ${name} in the folder "files" only, and has to ask for ${
        printable(folder)
      }. Run it in a terminal, and answer y.`,
    );
  }
}

function found(folder: string): string {
  try {
    const root = Deno.realPathSync(folder);
    if (Deno.statSync(root).isDirectory) return root;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  throw new Error(`There is no folder ${printable(folder)}. Make it, or name another one.`);
}

/** A name and nothing else: no folder before it, nothing hidden, nothing that a system takes for more. */
function plain(name: string): string {
  if (/^[^.\p{Cc}/\\:][^\p{Cc}/\\:]{0,254}$/u.test(name) && !/[. ]$/.test(name)) return name;
  throw new TftpError(REFUSED, "Only plain names of files in the folder");
}

async function inside(root: string, name: string): Promise<string> {
  const path = await Deno.realPath(`${root}/${plain(name)}`).catch(refuse);
  const end = Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\"));
  const itself = path.slice(end + 1);
  if (path.slice(0, end) !== root || itself.startsWith(".")) throw new TftpError(REFUSED);
  const { isFile } = await Deno.stat(path).catch(refuse);
  if (!isFile) throw new TftpError(REFUSED, "Not a file");
  return path;
}

/** What the other side is told of an error of the system: not its words, which name folders. */
function refuse(error: unknown): never {
  if (error instanceof Deno.errors.NotFound) throw new TftpError(NOT_FOUND);
  if ((error as { code?: string }).code === "ENOSPC") throw new TftpError(FULL);
  if (error instanceof Deno.errors.AlreadyExists) throw new TftpError(EXISTS);
  throw new TftpError(REFUSED);
}
