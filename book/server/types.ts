/**
 * Asks the compiler about a lesson. A run does not: Deno runs it whatever its types are.
 *
 * @module
 */
import { errorsIn } from "../../exercises/runner/compile.ts";
import { deno } from "../../exercises/runner/deno.ts";

/** How long it may take, in milliseconds, and how much it may say. */
const LIMIT = { start: 60_000, time: 60_000, whole: 60_000, output: 100_000 };

/** So many errors help. What follows them mostly follows from them. */
const MOST = 20;

/**
 * What the compiler has against a lesson, a line each: `lessons/04_echo.ts:30:12: …`. The signal ends
 * the compiler, too.
 */
export async function typeErrors(path: string, signal: AbortSignal): Promise<string[]> {
  const { code, stderr } = await deno("check", [path], { ...LIMIT, signal });
  // What names no place, such as a package that was never fetched, is no fault of the lesson.
  return code === 0 ? [] : errorsIn(stderr).slice(0, MOST);
}
