/**
 * Checks a page and keeps how it went.
 *
 * @module
 */
import { check, type Result, type Tell } from "./check.ts";
import type { Page } from "./pages.ts";
import { checking } from "./progress.ts";

/** How a page does now. It is kept, so that the overview need not check it again. */
export async function checked(page: Page, tell?: Tell): Promise<Result[]> {
  const keep = await checking(page);
  const results = await check(page, tell);
  await keep(results);
  return results;
}
