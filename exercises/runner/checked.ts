/**
 * Checks a page and keeps its results.
 *
 * @module
 */
import { check, type Result, type Tell } from "./check.ts";
import type { Page } from "./pages.ts";
import { checking } from "./progress.ts";

/** The results of a check. */
export interface Checked {
  readonly results: Result[];
  /** A sentence, if the results could not be saved for the overview. */
  readonly unsaved: string | undefined;
}

/**
 * Checks a page. Its results are saved, so that the overview need not check it again. If the signal
 * is aborted, the check ends, and nothing is saved.
 */
export async function checked(page: Page, tell?: Tell, signal?: AbortSignal): Promise<Checked> {
  const save = await checking(page);
  const results = await check(page, tell, signal);
  return { results, unsaved: signal?.aborted ? undefined : await save(results) };
}
