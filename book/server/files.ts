/**
 * Reads and writes the files that may be changed in a page of the book: lessons and exercises, and no
 * others.
 *
 * @module
 */
import { keep, putBack } from "../../exercises/runner/reset.ts";
import { shipped } from "../../exercises/runner/shipped.ts";
import { pageWith } from "../exercises.ts";
import { digest } from "../pages/troubles.tsx";
import { committed, type Project } from "../project.ts";

/** What was refused, with the status of the answer. */
export class Refused extends Error {
  readonly status: 400 | 404 | 409 | 413 | 500;

  constructor(status: Refused["status"], message: string) {
    super(message);
    this.status = status;
  }
}

/** What a page sends. */
export interface Sent {
  readonly text: string;
  /** The mark of the version that the text was made from. */
  readonly of: string;
  /** Whether the version on the disk is to be kept beside it. */
  readonly keep: boolean;
}

/** A version of a file. */
export interface Version {
  readonly text: string;
  readonly of: string;
  /** Where another version was kept. */
  readonly kept?: string[];
  /** Whether there is no such file at the moment. */
  readonly gone?: boolean;
  readonly fault?: { readonly line: number; readonly said: string };
}

/** The learner's lessons and exercises, as the editor of a page reads and writes them. */
export class Files {
  readonly #project: Project;

  constructor(project: Project) {
    this.#project = project;
  }

  /** The file as it is now: empty where there is none. */
  async read(path: string): Promise<Version> {
    this.#check(path);
    return await this.#version(path, this.#bytes(path));
  }

  /** Writes a file, if it is still the version that the text was made from. */
  async save(path: string, { text, of, keep: kept }: Sent): Promise<Version> {
    this.#check(path);
    const before = this.#bytes(path);
    if ((await this.#version(path, before)).of !== of) return this.#changed();
    const aside = this.#locked(() => {
      const now = this.#bytes(path);
      if (!isSame(now, before)) return this.#changed();
      const aside = kept && now ? [keep(path, now)] : [];
      this.#keepShipped(path, now);
      replaceFile(this.#url(path), encoded(text, now), this.#mode(path));
      return aside;
    });
    return await this.#version(path, this.#bytes(path), aside);
  }

  /** Keeps a text beside a file. */
  async keep(path: string, { text }: Sent): Promise<Version> {
    this.#check(path);
    const now = this.#bytes(path);
    return await this.#version(path, now, [keep(path, encoded(text, now))]);
  }

  /** Gives the shipped page back. What is on the disk is kept beside it, and so is what was typed. */
  async reset(path: string, { text }: Sent): Promise<Version> {
    this.#check(path);
    const now = this.#bytes(path);
    const original = this.#shipped(path);
    const typed = encoded(text, now);
    const isNew = text !== "" && text !== original && !(now && isSame(now, typed));
    const kept = isNew ? [keep(path, typed)] : [];
    if (now && !isSame(now, encoded(original, now))) {
      kept.push(...this.#locked(() => this.#putBack(path, now, original)));
    } else if (!now) {
      replaceFile(this.#url(path), encoded(original, now));
    }
    return await this.#version(path, this.#bytes(path), kept);
  }

  #putBack(path: string, now: Uint8Array, original: string): string[] {
    const page = pageWith(path);
    if (page) return [putBack(page).kept ?? []].flat();
    const kept = keep(path, now);
    replaceFile(this.#url(path), encoded(original, now), this.#mode(path));
    return [kept];
  }

  /** Only files of the list are read and written: no others, and no links to others. */
  #check(path: string): void {
    const lessons = this.#project.lessons().map((lesson) => lesson.path);
    if (!lessons.includes(path) && !pageWith(path)) {
      throw new Refused(404, "There is no such file.");
    }
    const info = this.#stat(path);
    if (info && !info.isFile) throw new Refused(404, `${path} is a folder or a link, and no file.`);
  }

  /** The page before anybody wrote on it. */
  #shipped(path: string): string {
    const page = pageWith(path);
    if (page) return shipped(page);
    const text = committed(this.#project.folder, path) ?? this.#first(path);
    if (text !== undefined) return text;
    throw new Refused(404, `The book does not have ${path} as it was shipped.`);
  }

  /** Without git, the book has the version before its first save. */
  #keepShipped(path: string, now: Uint8Array | undefined): void {
    if (!now || pageWith(path)) return;
    if ((committed(this.#project.folder, path) ?? this.#first(path)) !== undefined) return;
    const file = this.#firstFile(path);
    Deno.mkdirSync(new URL("./", file), { recursive: true });
    replaceFile(file, now);
  }

  #first(path: string): string | undefined {
    try {
      return decoded(Deno.readFileSync(this.#firstFile(path)), path);
    } catch {
      return undefined; // Nothing was saved yet.
    }
  }

  #firstFile(path: string): URL {
    return this.#url(`book/.shipped/${path}.txt`);
  }

  async #version(
    path: string,
    bytes: Uint8Array | undefined,
    kept: string[] = [],
  ): Promise<Version> {
    const text = bytes ? decoded(bytes, path) : "";
    const { line, said } = this.#project.trouble(path) ?? {};
    return {
      text,
      of: await digest(bytes ? text : "not there"),
      ...kept.length > 0 && { kept },
      ...!bytes && { gone: true },
      ...said && line && { fault: { line, said } },
    };
  }

  #changed(): never {
    throw new Refused(409, "The file has changed on the disk.");
  }

  /** Does something while no other book saves. */
  #locked<T>(act: () => T): T {
    Deno.mkdirSync(this.#url("book/.recorded/"), { recursive: true });
    using lock = Deno.openSync(this.#url("book/.recorded/lock"), { write: true, create: true });
    lock.lockSync(true);
    return act();
  }

  #bytes(path: string): Uint8Array | undefined {
    return this.#stat(path) && Deno.readFileSync(this.#url(path));
  }

  #mode(path: string): number | undefined {
    const mode = this.#stat(path)?.mode;
    return mode ? mode & 0o777 : undefined;
  }

  #stat(path: string): Deno.FileInfo | undefined {
    try {
      return Deno.lstatSync(this.#url(path));
    } catch {
      return undefined;
    }
  }

  #url(path: string): URL {
    return new URL(path, this.#project.folder);
  }
}

function decoded(bytes: Uint8Array, path: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes).replaceAll("\r\n", "\n");
  } catch {
    throw new Refused(400, `${path} is not UTF-8. Save it as UTF-8 in your own editor first.`);
  }
}

/** The bytes of a text, with lines that end as those of the version before do. */
function encoded(text: string, before: Uint8Array | undefined): Uint8Array {
  const isWindows = before !== undefined && new TextDecoder().decode(before).includes("\r\n");
  return new TextEncoder().encode(isWindows ? text.replaceAll("\n", "\r\n") : text);
}

function isSame(a: Uint8Array | undefined, b: Uint8Array | undefined): boolean {
  if (!a || !b) return a === b;
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

/**
 * Puts bytes in the place of a file: whoever reads it meanwhile gets the old ones or the new ones, never
 * half of them.
 */
export function replaceFile(file: URL, bytes: Uint8Array, mode = 0o644): void {
  // A name of its own: another book may write the same file at the same time.
  const draft = new URL(`${file.href}.${crypto.randomUUID()}.draft`);
  try {
    Deno.writeFileSync(draft, bytes, { mode, createNew: true });
    Deno.renameSync(draft, file);
  } catch (error) {
    try {
      Deno.removeSync(draft);
    } catch {
      // It was not made.
    }
    throw error;
  }
}
