/**
 * Checks an exercise page, and again at every save, as long as somebody looks.
 *
 * @module
 */
import { codesOf, solutionOf } from "../exercises.ts";
import type { Project } from "../project.ts";
import { checked } from "../../exercises/runner/checked.ts";
import type { Page } from "../../exercises/runner/pages.ts";
import { versions } from "../../exercises/runner/versions.ts";

/**
 * Tells the results of a page now, each case as it ends, and whenever its file changes,
 * until the signal is aborted.
 */
export async function watch(
  project: Project,
  page: Page,
  tell: (value: unknown) => void,
  signal: AbortSignal,
): Promise<void> {
  for await (const _ of versions(page, signal)) {
    tell({ event: "checking", codes: codesOf(project, page) });
    const { results, unsaved } = await checked(
      page,
      (exercise, one) => tell({ event: "case", exercise, one }),
      signal,
    );
    if (signal.aborted) return;
    const fault = project.trouble(page.file);
    if (fault) {
      // The page and the editor say it in the words of this parser.
      const trouble = `${page.file} does not compile:\n${fault.place}: ${fault.said}`;
      for (const one of results) if (one.trouble) one.trouble = trouble;
    }
    const solutions = Object.fromEntries(
      results.filter(({ state }) => state === "done").map(({ exercise }) => [
        exercise,
        solutionOf(project, page, exercise),
      ]),
    );
    tell({ event: "results", results, solutions, unsaved });
  }
}
