/**
 * Checks an exercise page, and again at every save, as long as somebody looks.
 *
 * @module
 */
import { codesOf, solutionOf } from "../exercises.ts";
import type { Project } from "../project.ts";
import { checked } from "../../exercises/runner/checked.ts";
import type { Page } from "../../exercises/runner/pages.ts";

/** How often the file is looked at, in milliseconds: an editor may replace it, which hides it from a watch. */
const PAUSE = 120;

/** Tells the results of a page now, each case as it ends, and whenever its file changes, until the signal is aborted. */
export async function watch(
  project: Project,
  page: Page,
  tell: (value: unknown) => void,
  signal: AbortSignal,
): Promise<void> {
  let last: string | undefined;
  while (!signal.aborted) {
    const now = await text(page);
    if (now === last) {
      await pause(signal);
      continue;
    }
    last = now; // what is read before the check: a save during it is seen afterwards
    tell({ event: "checking", codes: codesOf(project, page) });
    const results = await checked(page, (exercise, one) => tell({ event: "case", exercise, one }));
    const solutions = Object.fromEntries(
      results.filter(({ state }) => state === "done").map(({ exercise }) => [
        exercise,
        solutionOf(project, page, exercise),
      ]),
    );
    tell({ event: "results", results, solutions });
  }
}

async function text({ file }: Page): Promise<string> {
  return await Deno.readTextFile(file).catch(() => "");
}

async function pause(signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = setTimeout(done, PAUSE);
    function done() {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    }
    signal.addEventListener("abort", done, { once: true });
  });
}
