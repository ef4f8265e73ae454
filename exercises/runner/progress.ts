/**
 * What is kept from one command to the next: how each page did in its last check, and the
 * hints that were shown. The folder exercises/.progress has a file for each page, and
 * another one for its hints: so programs that check two pages at the same time write
 * different files. Without that folder nothing is lost but a check's time.
 *
 * @module
 */
import { inProject, readText } from "../../cli/source.ts";
import type { Result } from "./check.ts";
import { type Page, pages, textOf } from "./pages.ts";
import { exercises, shipped } from "./shipped.ts";

const STATES: Result["state"][] = ["done", "not yet", "not started"];

/** The folder, from the project's. */
const FOLDER = "exercises/.progress";

/** How a page is getting on, as far as that is known without running it. */
export interface Progress {
  readonly page: Page;
  readonly exercises: readonly ExerciseProgress[];
}

/** How one exercise is getting on. */
export interface ExerciseProgress {
  readonly exercise: string;
  /** `unknown`: the page has changed since its last check, or never had one. */
  readonly state: Result["state"] | "unknown";
  /** How many cases of its check passed. */
  readonly passed: number;
}

/** The last check of a page. */
interface Kept {
  /** The fingerprint of what was checked. */
  of?: string;
  results?: ExerciseProgress[];
}

/** How many hints were shown, by the exercise's name. */
type Shown = Record<string, number>;

/**
 * How all pages are getting on, in their order. Runs nothing: a page as it was shipped is
 * `not started`; of one that is still as it was when it was checked last, it is known; any
 * other is `unknown`.
 *
 * It reads `exercises/`, from the project's folder: that takes `--allow-read=exercises`, and
 * no other permission. A file of progress that is missing or damaged is as good as none.
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

/** How one page is getting on, as far as that is known without running it. */
export async function progressOf(page: Page): Promise<Progress> {
  const names = exercises(page);
  const last = read<Kept>(page.name);
  if (last.of === await fingerprint(page) && areOf(names, last.results)) {
    return { page, exercises: last.results };
  }
  const state = textOf(page.file) === shipped(page) ? "not started" : "unknown";
  return { page, exercises: names.map((exercise) => ({ exercise, state, passed: 0 })) };
}

/** How a page that has just been checked is getting on. */
export function progressIn(page: Page, results: readonly Result[]): Progress {
  const exercises = results.map(({ exercise, state, cases }) => {
    return { exercise, state, passed: cases.filter(({ trouble }) => trouble === "").length };
  });
  return { page, exercises };
}

/**
 * Takes the fingerprint of a page before its check; call what it returns with the results.
 * That returns a sentence if they could not be saved.
 */
export async function checking(page: Page): Promise<(results: Result[]) => string | undefined> {
  const of = await fingerprint(page);
  return (results) => {
    return write("The result", page.name, { of, results: progressIn(page, results).exercises });
  };
}

/** How many hints were shown for this exercise of a page. */
export function hintsShown({ name }: Page, exercise: string): number {
  const shown = read<Shown>(hintsOf(name))[exercise];
  return Number.isInteger(shown) ? shown! : 0;
}

/**
 * Keeps how many hints were shown for these exercises. Returns a sentence if that could not
 * be saved.
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

/**
 * Whether these are results of these exercises, as far as one can see: somebody may have
 * edited the file.
 */
function areOf(names: string[], results: unknown): results is ExerciseProgress[] {
  return Array.isArray(results) && results.length === names.length &&
    results.every((result, i) => result?.exercise === names[i] && STATES.includes(result.state));
}

/** What the result of a check depends on: the page and its check. */
async function fingerprint(page: Page): Promise<string> {
  const texts = JSON.stringify([textOf(page.file), textOf(page.check)]);
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(texts));
  return new Uint8Array(hash).toHex();
}

/** What is kept under this name: an empty object where nothing is, or something damaged. */
function read<T extends object>(name: string): Partial<T> {
  try {
    return { ...JSON.parse(readText(inProject(`${FOLDER}/${name}.json`))) };
  } catch {
    return {};
  }
}

/**
 * Keeps this under a name, in one step: whoever reads at the same time gets the old text or
 * the new one, never half of it. Returns a sentence if it could not, which begins with
 * `what`.
 */
function write(what: string, name: string, kept: object): string | undefined {
  // A name of its own: the same page may be checked twice at the same time, in one program too.
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
    // There is no such file, or nothing can be written there at all.
  }
}

/**
 * Why the system refused it, such as `Read-only file system`: without the error's number and
 * the path.
 */
export function reason(error: unknown): string {
  if (error instanceof Deno.errors.NotCapable) return "Deno has no permission to write there";
  return String((error as Error).message).replace(/ \(os error [^]*/, "");
}
