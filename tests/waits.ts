/**
 * Tests that wait most of the time. Those of an isolate wait beside each other: they are the steps of one test.
 *
 * @module
 */
import { someAtATime } from "./helpers.ts";
import type { unless } from "./only.ts";

const waiting: Deno.TestStepDefinition[] = [];

/** So many at a time: all at once would be a crowd for a slow machine. */
const AT_ONCE = 6;

Deno.test("what waits most of the time, some at a time", async (context) => {
  // Deno cannot tell which of them leaves something open. So it looks when all of them have ended.
  const unwatched = { sanitizeOps: false, sanitizeResources: false, sanitizeExit: false };
  await someAtATime(AT_ONCE, waiting, (test) => context.step({ ...test, ...unwatched }));
});

/** Declares a test that waits, and that others may run beside: it changes nothing that they share. */
export function waits(test: string | ReturnType<typeof unless>, fn: () => Promise<void>): void {
  waiting.push(typeof test === "string" ? { name: test, fn } : { ...test, fn });
}
