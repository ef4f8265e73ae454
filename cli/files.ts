/**
 * The files of a folder, which others may fetch or leave.
 *
 * @module
 */
import { printable } from "../lib/text.ts";
import { TftpError } from "../lib/tftp.ts";
import { FILE_ERROR, type Files, type Sink } from "../lib/tftp_files.ts";
import type { Terminal } from "./terminal.ts";

/** The largest file that somebody may leave here, in bytes. So one request cannot fill a disk. */
export const MOST_BYTES = 4_000_000_000;

/** The names of files that are not finished. */
const HIDDEN = /^\.[\da-f]{8}-[\da-f-]{27}\.part$/;

/** How many bytes are read or written at a time. */
const AT_ONCE = 512 * 1024;

/**
 * Returns the files of a folder, without those of folders above or below it. Names that begin with
 * a dot are hidden. A link counts as a file only if it leads to a file in this folder.
 *
 * A file has a hidden name while it is being written, and gets its own name at the end. `signal`
 * removes the unfinished ones. A program that is killed cannot do that, so the next one does. A
 * file of more than `most` bytes is refused: the limit is 4 GB if not given. Throws an error for
 * people if the folder does not exist, or may not be used.
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
      return { size, parts: () => partsOf(file, size), [Symbol.dispose]: () => file.close() };
    },
    async create(name) {
      if (!options.writable) throw new TftpError(FILE_ERROR.refused, "Nothing can be written here");
      const path = `${root}/${plain(name)}`;
      if (await Deno.lstat(path).catch(() => undefined)) throw new TftpError(FILE_ERROR.exists);
      const hidden = `${root}/.${crypto.randomUUID()}.part`;
      const file = await Deno.open(hidden, { write: true, createNew: true }).catch(refuse);
      // The lock ends with this program: see removeLeftovers.
      await file.lock(true).catch(() => {});
      return new HiddenFile(file, hidden, path, options);
    },
  };
}

/** Yields a file in parts. The next part is read while the last one is being sent. */
async function* partsOf(file: Deno.FsFile, size: number): AsyncGenerator<Uint8Array> {
  const buffers = [0, 1].map(() => new Uint8Array(Math.min(AT_ONCE, size + 1)));
  const read = (turn: number) => {
    const reading = file.read(buffers[turn % 2]!);
    reading.catch(() => {}); // nobody awaits it if the transfer ends early
    return reading;
  };

  let reading = read(0);
  for (let turn = 0;; turn++) {
    const bytes = await reading;
    if (bytes === null) return;
    reading = read(turn + 1);
    yield buffers[turn % 2]!.subarray(0, bytes);
  }
}

/** Removes the hidden files that no program is writing any more: those that can be locked. */
function removeLeftovers(root: string): void {
  for (const { name, isFile } of Deno.readDirSync(root)) {
    if (!isFile || !HIDDEN.test(name)) continue;
    const path = `${root}/${name}`;
    let left = false;
    try {
      using file = Deno.openSync(path, { write: true });
      left = file.tryLockSync(true);
    } catch {
      // Another program has just removed it, or is writing it.
    }
    if (left) Deno.removeSync(path);
  }
}

class HiddenFile implements Sink {
  #size = 0;
  #buffered = 0;
  readonly #buffer = new Uint8Array(AT_ONCE);
  #file: Deno.FsFile | undefined;
  readonly most: number;
  readonly signal: AbortSignal | undefined;

  constructor(
    file: Deno.FsFile,
    readonly hidden: string,
    readonly path: string,
    { most = MOST_BYTES, signal }: { most?: number; signal?: AbortSignal },
  ) {
    this.#file = file;
    this.most = most;
    this.signal = signal;
    signal?.addEventListener("abort", this.#discard);
  }

  async write(part: Uint8Array): Promise<void> {
    this.#size += part.length;
    if (this.#size > this.most) throw new TftpError(FILE_ERROR.full, "This file is too long");
    if (this.#buffered + part.length > AT_ONCE) await this.#flush();
    this.#buffer.set(part, this.#buffered); // it fits: a part is a block, or one byte more
    this.#buffered += part.length;
  }

  async finish(): Promise<void> {
    await this.#flush();
    // link() gives the file a second name. Unlike rename(), it never replaces another
    // file.
    await Deno.link(this.hidden, this.path).catch((error) => {
      throw error instanceof Deno.errors.AlreadyExists ? new TftpError(FILE_ERROR.exists) : error;
    });
    // Remove the hidden name and the lock. On Windows, the lock would keep others
    // from reading the file.
    this.#discard();
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

/** Lets Deno ask whether a role may use the folder, if its task does not allow it. */
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

/**
 * Returns a name that is only a name: without folders, not hidden, and without special characters.
 */
function plain(name: string): string {
  if (/^[^.\p{Cc}/\\:][^\p{Cc}/\\:]{0,254}$/u.test(name) && !/[. ]$/.test(name)) return name;
  throw new TftpError(FILE_ERROR.refused, "Only plain names of files in the folder");
}

async function inside(root: string, name: string): Promise<string> {
  const path = await Deno.realPath(`${root}/${plain(name)}`).catch(refuse);
  const end = Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\"));
  const itself = path.slice(end + 1);
  if (path.slice(0, end) !== root || itself.startsWith(".")) {
    throw new TftpError(FILE_ERROR.refused);
  }
  const { isFile } = await Deno.stat(path).catch(refuse);
  if (!isFile) throw new TftpError(FILE_ERROR.refused, "Not a file");
  return path;
}

/** Throws an error that the other side may see. The system's own text may name folders. */
function refuse(error: unknown): never {
  if (error instanceof Deno.errors.NotFound) throw new TftpError(FILE_ERROR.notFound);
  if ((error as { code?: string }).code === "ENOSPC") throw new TftpError(FILE_ERROR.full);
  if (error instanceof Deno.errors.AlreadyExists) throw new TftpError(FILE_ERROR.exists);
  throw new TftpError(FILE_ERROR.refused);
}
