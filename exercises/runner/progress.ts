/**
 * What is kept from one command to the next: how each page did in its last check, and the hints that were
 * shown. It is kept in exercises/.progress.json; without that file nothing is lost but a check's time.
 *
 * @module
 */
import type { Result } from "./check.ts";
import { type Page, pages } from "./pages.ts";
import { exercises, shipped } from "./shipped.ts";

const STATES: Result["state"][] = ["done", "not yet", "not started"];

const FILE = "exercises/.progress.json";

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

interface Kept {
  /** The last check of each page, by the page's name. */
  checks: Record<string, { of: string; results: ExerciseProgress[] }>;
  /** How many hints were shown, by the exercise's name. */
  hints: Record<string, number>;
}

/**
 * How all pages are getting on, in their order. Runs nothing: a page as it was shipped is `not started`; of
 * one that is still as it was when it was checked last, it is known; any other is `unknown`.
 *
 * It reads `exercises/`, from the project's folder: that takes `--allow-read=exercises`, and no other
 * permission. A file of progress that is missing or damaged is as good as none.
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
  const last = (await read()).checks[page.name];
  if (last?.of === await fingerprint(page) && areOf(names, last.results)) {
    return { page, exercises: last.results };
  }
  const state = await text(page.file) === shipped(page) ? "not started" : "unknown";
  return { page, exercises: names.map((exercise) => ({ exercise, state, passed: 0 })) };
}

/** Takes the fingerprint of a page before its check; call what it returns with the results. */
export async function checking(page: Page): Promise<(results: Result[]) => Promise<void>> {
  const of = await fingerprint(page);
  return async (results) => {
    const kept = await read();
    kept.checks[page.name] = {
      of,
      results: results.map(({ exercise, state, cases }) => {
        return { exercise, state, passed: cases.filter(({ trouble }) => trouble === "").length };
      }),
    };
    await write(kept);
  };
}

/** How many hints were shown for this exercise. */
export async function hintsShown(exercise: string): Promise<number> {
  const shown = (await read()).hints[exercise];
  return Number.isInteger(shown) ? shown! : 0;
}

/** Keeps how many hints were shown for each of these exercises. */
export async function keepHintsShown(exercises: string[], number: number): Promise<void> {
  const kept = await read();
  for (const exercise of exercises) kept.hints[exercise] = number;
  await write(kept);
}

/** Whether these are results of these exercises, as far as one can see: somebody may have edited the file. */
function areOf(names: string[], results: unknown): boolean {
  return Array.isArray(results) && results.length === names.length &&
    results.every((result, i) => result?.exercise === names[i] && STATES.includes(result.state));
}

/** What the result of a check depends on: the page and its check. */
async function fingerprint(page: Page): Promise<string> {
  const texts = JSON.stringify([await text(page.file), await text(page.check)]);
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(texts));
  return new Uint8Array(hash).toHex();
}

async function text(file: string): Promise<string> {
  return await Deno.readTextFile(file).catch(() => "");
}

async function read(): Promise<Kept> {
  try {
    const { checks, hints } = JSON.parse(await Deno.readTextFile(FILE));
    return { checks: { ...checks }, hints: { ...hints } };
  } catch {
    return { checks: {}, hints: {} };
  }
}

/** In one step: whoever reads at the same time gets the old text or the new one, never half of it. */
async function write(kept: Kept): Promise<void> {
  const draft = `${FILE}.${Deno.pid}`;
  await Deno.writeTextFile(draft, JSON.stringify(kept));
  await Deno.rename(draft, FILE);
}
