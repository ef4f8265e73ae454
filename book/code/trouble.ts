/**
 * Files that somebody is changing: what is wrong with one, and its last version without a fault.
 *
 * @module
 */

/** Something is wrong with a file. The message says where and what: `lessons/04_echo.ts:72:13 …`. */
export class Trouble extends Error {
  /** From the project's folder. */
  readonly path: string;
  /** From 1, as far as it is known. */
  readonly line: number | undefined;
  readonly column: number | undefined;
  /** What is wrong, without the place. */
  readonly said: string;

  constructor(path: string, said: string, line?: number, column?: number) {
    super(`${placeOf(path, line, column)} ${said}`);
    this.path = path;
    this.said = said;
    this.line = line;
    this.column = column;
  }

  /** `lessons/04_echo.ts:72:13` */
  get place(): string {
    return placeOf(this.path, this.line, this.column);
  }
}

function placeOf(path: string, line?: number, column?: number): string {
  return line === undefined ? path : `${path}:${line}:${column ?? 1}`;
}

/** Whatever was thrown while a file was read, as what is wrong with it. */
export function troubleWith(path: string, error: unknown): Trouble {
  if (error instanceof Trouble) return error;
  return new Trouble(path, error instanceof Error ? error.message : String(error));
}

interface Version<T> {
  readonly stamp: string;
  readonly now: T | Trouble;
  /** The last one without a fault. */
  readonly good: T | undefined;
}

/** What is read from files. Each is read again when it has changed, and never lost by that. */
export class Kept<T> {
  readonly #known = new Map<string, Version<T>>();
  readonly #stamp: (path: string) => string;
  readonly #read: (path: string) => T;

  /** `stamp` changes when a file does. `read` throws where something is wrong with it. */
  constructor(stamp: (path: string) => string, read: (path: string) => T) {
    this.#stamp = stamp;
    this.#read = read;
  }

  /** The file as it is, or what is wrong with it. */
  now(path: string): T | Trouble {
    return this.#version(path).now;
  }

  /** Its last version without a fault, or `undefined`, if it never had one. */
  good(path: string): T | undefined {
    return this.#version(path).good;
  }

  #version(path: string): Version<T> {
    const stamp = this.#stamp(path);
    const known = this.#known.get(path);
    if (known?.stamp === stamp) return known;
    const now = this.#try(path);
    const good = now instanceof Trouble ? known?.good : now;
    const version = { stamp, now, good };
    this.#known.set(path, version);
    return version;
  }

  #try(path: string): T | Trouble {
    try {
      return this.#read(path);
    } catch (error) {
      return troubleWith(path, error);
    }
  }
}
