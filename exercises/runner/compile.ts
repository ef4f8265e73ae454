/**
 * Asks the compiler about a page.
 *
 * @module
 */
import { deno, ENOUGH } from "./deno.ts";
import type { Page } from "./pages.ts";
import { refusedImport } from "./refused.ts";

// An error; its explanation and the line with marks under it; and then the place.
const ERROR =
  /^(?:TS\d+ )?(?:\[ERROR\]|error): (.*)\n(?:.*\n)*? +at .*?(exercises\/[^:]+:\d+:\d+)$/gm;

/**
 * What the compiler has against a page, a line each: `exercises/04_echo.ts:30:12: …`. Mostly,
 * nothing.
 */
export async function compile({ check }: Page, signal?: AbortSignal): Promise<string[]> {
  const { code, stderr } = await deno("check", [check], { ...ENOUGH, signal });
  if (code === 0) return [];
  const errors = [...stderr.matchAll(ERROR)]
    .map(([, said, place]) => `${place}: ${refusedImport(said!) ?? said}`);
  const known = errors.length > 0 ? errors : [refusedImport(stderr) ?? stderr.trim()];
  return known.map((text) => text.replaceAll(/file:\/\/\S*?(exercises\/[^\s"]+)/g, "$1"));
}
