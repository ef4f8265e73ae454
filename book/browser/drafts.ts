/**
 * Keeps what was typed and not saved, in the browser: a reload, a crash or the server's end takes none of it.
 *
 * @module
 */
import { keys, placeOf } from "./kept.ts";

/** What was typed, and the mark of the version that it was made from. */
export interface Typed {
  text: string;
  of: string;
  /** When, in milliseconds. */
  at: number;
}

/**
 * The place of one editor for what is typed in it. Two tabs with the same file have two places. A place that
 * no tab uses any more goes to the next editor of its file.
 */
export class Draft {
  readonly #key: string;
  #free = () => {};
  /** What an earlier editor left here. */
  readonly left: Typed | undefined;

  private constructor(key: string) {
    this.#key = key;
    this.left = read(key);
  }

  /** A place for a file's editor. */
  static async of(file: string): Promise<Draft> {
    const prefix = placeOf(file);
    const used = await placesUsed();
    const left = keys().filter((key) => key.startsWith(prefix) && !used.includes(key))
      .sort((a, b) => (read(b)?.at ?? 0) - (read(a)?.at ?? 0));
    const draft = new Draft(left[0] ?? prefix + crypto.randomUUID());
    const open = new Promise<void>((resolve) => draft.#free = resolve);
    navigator.locks.request(draft.#key, () => open).catch(() => {});
    return draft;
  }

  /** Keeps this. Returns whether the browser could. */
  keep(text: string, of: string): boolean {
    try {
      localStorage.setItem(this.#key, JSON.stringify({ text, of, at: Date.now() }));
      return true;
    } catch {
      return false; // It keeps nothing, or is full.
    }
  }

  /** Forgets it: it was saved. */
  forget(): void {
    try {
      localStorage.removeItem(this.#key);
    } catch {
      // It keeps nothing.
    }
  }

  /** Leaves the place to the next editor. */
  close(): void {
    this.#free();
  }
}

/** The places that editors have now, in all tabs: none, where the browser does not say. */
async function placesUsed(): Promise<(string | undefined)[]> {
  try {
    const { held = [] } = await navigator.locks.query();
    return held.map(({ name }) => name);
  } catch {
    return [];
  }
}

function read(key: string): Typed | undefined {
  try {
    const { text, of, at } = JSON.parse(localStorage.getItem(key)!);
    return typeof text === "string" && typeof of === "string" ? { text, of, at } : undefined;
  } catch {
    return undefined;
  }
}
