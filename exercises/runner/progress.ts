/**
 * Keeps the result of the last check of each page, and the number of hints that were shown. The
 * folder exercises/.progress has two files for each page, one of them for its hints. So programs
 * that check two pages at the same time write different files. If the folder is removed, the pages
 * are only checked again.
 *
 * @module
 */
import { inProject, readText } from "../../cli/source.ts";
import type { Result } from "./check.ts";
import { type Page, pages, textOf } from "./pages.ts";
import { exercises, shipped } from "./shipped.ts";

const STATES: Result["state"][] = ["done", "not yet", "not started"];

/** The folder, seen from the project's folder. */
const FOLDER = "exercises/.progress";

/** How far a page is, if that is known without running it. */
export interface Progress {
  readonly page: Page;
  readonly exercises: readonly ExerciseProgress[];
}

/** How far one exercise is. */
export interface ExerciseProgress {
  readonly exercise: string;
  /** `unknown`: the page has changed since its last check, or never had one. */
  readonly state: Result["state"] | "unknown";
  /** How many cases of its check passed. */
  readonly passed: number;
}

/** The last check of a page. */
interface Kept {
  /** The fingerprint of the page and its check. */
  of?: string;
  results?: ExerciseProgress[];
}

/** How many hints were shown, by the exercise's name. */
type Shown = Record<string, number>;

/**
 * Returns how far all pages are, in their order. It runs nothing. A page as it was shipped is `not
 * started`. For a page that has not changed since its last check, the result of that check counts.
 * Any other page is `unknown`.
 *
 * It reads `exercises/` in the project's folder. So it needs `--allow-read=exercises`, and no other
 * permission. A file of progress may be missing or damaged: then it does not count.
 *
 * @example What is done
 *
 * ```ts ignore
 * for (const { page, exercises } of await progress()) {
 *   const done = exercises.filter(({ state }) => state === "done").length;
 *   console.log(`exercise ${page.number}: ${done} of ${exercises.length}`);
 * }
 * ```
 */
export async function progress(): Promise<Progress[]> {
  return await Promise.all(pages().map(progressOf));
}

/** Returns how far one page is, if that is known without running it. */
export async function progressOf(page: Page): Promise<Progress> {
  const names = exercises(page);
  const last = read<Kept>(page.name);
  if (last.of === await fingerprint(page) && areOf(names, last.results)) {
    return { page, exercises: last.results };
  }
  const state = textOf(page.file) === shipped(page) ? "not started" : "unknown";
  return { page, exercises: names.map((exercise) => ({ exercise, state, passed: 0 })) };
}

/** Returns how far a page is that has just been checked. */
export function progressIn(page: Page, results: readonly Result[]): Progress {
  const exercises = results.map(({ exercise, state, cases }) => {
    return { exercise, state, passed: cases.filter(({ trouble }) => trouble === "").length };
  });
  return { page, exercises };
}

/**
 * Takes the fingerprint of a page before its check. Returns a function that saves the results. That
 * function returns a sentence if it cannot save them. It saves nothing if the page has changed
 * during the check: nobody knows which version the results are of.
 */
export async function checking(
  page: Page,
): Promise<(results: Result[]) => Promise<string | undefined>> {
  const of = await fingerprint(page);
  return async (results) => {
    if (await fingerprint(page) !== of) return undefined;
    return write("The result", page.name, { of, results: progressIn(page, results).exercises });
  };
}

/** Returns how many hints were shown for this exercise of a page. */
export function hintsShown({ name }: Page, exercise: string): number {
  const shown = read<Shown>(hintsOf(name))[exercise];
  return Number.isInteger(shown) ? shown! : 0;
}

/**
 * Keeps how many hints were shown for these exercises. Returns a sentence if it cannot save that.
 */
export function keepHintsShown(
  { name }: Page,
  exercises: readonly string[],
  number: number,
): string | undefined {
  const shown = { ...read<Shown>(hintsOf(name)) };
  for (const exercise of exercises) shown[exercise] = number;
  return write("The number of hints shown", hintsOf(name), shown);
}

function hintsOf(name: string): string {
  return `${name}.hints`;
}

/** Returns whether these look like results of these exercises. The file may have been edited. */
function areOf(names: string[], results: unknown): results is ExerciseProgress[] {
  return Array.isArray(results) && results.length === names.length &&
    results.every((result, i) => result?.exercise === names[i] && STATES.includes(result.state));
}

/** Returns a fingerprint of everything that the result depends on: the page and its check. */
async function fingerprint(page: Page): Promise<string> {
  const texts = JSON.stringify([textOf(page.file), textOf(page.check)]);
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(texts));
  return new Uint8Array(hash).toHex();
}

/** Returns the object that is kept under this name. It is empty if none is, or a damaged one. */
function read<T extends object>(name: string): Partial<T> {
  try {
    return { ...JSON.parse(readText(inProject(`${FOLDER}/${name}.json`))) };
  } catch {
    return {};
  }
}

/**
 * Keeps an object under a name, in one step: a program that reads at the same time gets the old
 * text or the new one, never half of it. If it cannot, it returns a sentence that begins with
 * `what`.
 */
function write(what: string, name: string, kept: object): string | undefined {
  // The draft has a name of its own, because the same page may be checked twice at the same time.
  const draft = inProject(`${FOLDER}/${name}.${crypto.randomUUID()}.draft`);
  try {
    Deno.mkdirSync(inProject(FOLDER), { recursive: true });
    Deno.writeTextFileSync(draft, JSON.stringify(kept));
    Deno.renameSync(draft, inProject(`${FOLDER}/${name}.json`));
  } catch (error) {
    remove(draft);
    return `${what} could not be saved in ${FOLDER}: ${reason(error)}.`;
  }
}

function remove(file: URL): void {
  try {
    Deno.removeSync(file);
  } catch {
    // The file does not exist, or the folder cannot be written to.
  }
}

/** Returns why the system refused it, such as `Read-only file system`, without number and path. */
export function reason(error: unknown): string {
  if (error instanceof Deno.errors.NotCapable) return "Deno has no permission to write there";
  return String((error as Error).message).replace(/ \(os error [^]*/, "");
}
