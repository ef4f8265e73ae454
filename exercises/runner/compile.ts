/**
 * Asks the compiler about a page.
 *
 * @module
 */
import { inProject } from "../../cli/source.ts";
import { deno, ENOUGH } from "./deno.ts";
import type { Page } from "./pages.ts";
import { refusedImport } from "./refused.ts";

// An error; its explanation and the line with marks under it; and then the place.
const ERROR =
  /^(?:TS\d+ )?(?:\[ERROR\]|error): (.*)\n(?:(?!TS\d).*\n)*? +at (?!file:)(\S+\.ts:\d+:\d+)$/gm;

/**
 * What the compiler has against a page, a line each: `exercises/04_echo.ts:30:12: …`. Mostly,
 * nothing.
 */
export async function compile({ check }: Page, signal?: AbortSignal): Promise<string[]> {
  const { code, stderr } = await deno("check", [check], { ...ENOUGH, signal });
  if (code === 0) return [];
  const errors = errorsIn(stderr);
  const known = errors.length > 0 ? errors : [refusedImport(stderr) ?? stderr.trim()];
  return known.map((text) => text.replaceAll(/file:\/\/\S*?(exercises\/[^\s"]+)/g, "$1"));
}

/** The errors of the compiler that name a place in the project, a line each. */
export function errorsIn(output: string): string[] {
  return [...output.replaceAll(inProject("").href, "").matchAll(ERROR)]
    .map(([, said, place]) => `${place}: ${refusedImport(said!) ?? said}`);
}
