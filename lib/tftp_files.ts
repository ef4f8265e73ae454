/**
 * The files that a TFTP server offers and accepts: one interface for all, and files in memory.
 * It needs tftp.ts beside it.
 *
 * @module
 */
import { TftpError } from "./tftp.ts";

/** A file to read. */
export interface Source extends Disposable {
  /** Its size in bytes. */
  readonly size: number;
  /** Yields its bytes, in parts of any size. Each part is valid until you ask for the next one. */
  parts(): AsyncIterable<Uint8Array>;
}

/** A file to write. If it is disposed of before it is finished, it was never there. */
export interface Sink extends Disposable {
  /**
   * For how many milliseconds the receiver repeats its last ACK, if the sender asks for it. The
   * last ACK may be lost.
   */
  readonly linger?: number | undefined;
  /** Writes the next part. */
  write(part: Uint8Array): Promise<void>;
  /** Gives the file its name. Throws if another file has got that name in the meantime. */
  finish(): Promise<void>;
}

/** A place for files. Both functions throw a {@linkcode TftpError} that the other side may see. */
export interface Files {
  /** Opens a file to read. */
  open(name: string): Promise<Source>;
  /** Creates a file to write. */
  create(name: string): Promise<Sink>;
}

/** The numbers of the errors that happen to files. See ERRORS in tftp.ts. */
export const FILE_ERROR = { notFound: 1, refused: 2, full: 3, exists: 6 } as const;

/**
 * Returns files that are in memory, by their names. At most `most` bytes are written to them in
 * all. Then the disk counts as full, because a client could send without end.
 */
export function inMemory(files: Map<string, Uint8Array>, most = 100_000_000): Files {
  const room = { bytes: most };
  return {
    open(name) {
      const bytes = files.get(name);
      if (!bytes) return Promise.reject(new TftpError(FILE_ERROR.notFound));
      return Promise.resolve({
        size: bytes.length,
        async *parts() {
          yield bytes;
        },
        [Symbol.dispose]() {},
      });
    },
    create(name) {
      if (files.has(name)) return Promise.reject(new TftpError(FILE_ERROR.exists));
      return Promise.resolve(new MemorySink(files, name, room));
    },
  };
}

class MemorySink implements Sink {
  #parts: Uint8Array[] = [];

  /** `room` says how many bytes may still be written, to this file or another one. */
  constructor(
    readonly files: Map<string, Uint8Array>,
    readonly name: string,
    readonly room: { bytes: number },
  ) {}

  write(part: Uint8Array): Promise<void> {
    if (part.length > this.room.bytes) return Promise.reject(new TftpError(FILE_ERROR.full));
    this.room.bytes -= part.length;
    this.#parts.push(part.slice());
    return Promise.resolve();
  }

  async finish(): Promise<void> {
    const bytes = await new Blob(this.#parts as BlobPart[]).arrayBuffer();
    // Looked for now, because another one may have finished meanwhile.
    if (this.files.has(this.name)) throw new TftpError(FILE_ERROR.exists);
    this.files.set(this.name, new Uint8Array(bytes));
    this.#parts = []; // its room is taken for good
  }

  [Symbol.dispose](): void {
    for (const part of this.#parts) this.room.bytes += part.length;
    this.#parts = [];
  }
}
