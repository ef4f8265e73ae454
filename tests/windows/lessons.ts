/**
 * Each lesson as its task plays it, with the task's permissions. `deno task windows`
 *
 * @module
 */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { PAGES } from "../lessons.ts";
import { runChild } from "../program.ts";

for (const { number } of PAGES) {
  Deno.test(`lesson ${number}: it plays with the permissions of its task`, async () => {
    const { code, stdout, stderr } = await runChild(number);
    assertEquals([code, stderr], [0, ""]);
    assertMatch(stdout, /[◀▶]/);
    assertStringIncludes(stdout, `deno task exercise ${number}`);
  });
}
