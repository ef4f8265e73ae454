/**
 * Checks a page and keeps how it went.
 *
 * @module
 */
import { check, type Result } from "./check.ts";
import type { Page } from "./pages.ts";
import { checking } from "./progress.ts";

/** How a page does now. It is kept, so that the overview need not check it again. */
export async function checked(page: Page): Promise<Result[]> {
  const keep = await checking(page);
  const results = await check(page);
  await keep(results);
  return results;
}
