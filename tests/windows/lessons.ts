/**
 * Each lesson as its task plays it, with the task's permissions. `deno task windows`
 *
 * @module
 */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { PAGES, speaksQuic } from "../lessons.ts";
import { NO_QUIC, unless } from "../only.ts";
import { runChild } from "../program.ts";

for (const page of PAGES) {
  const { number } = page;
  const missing = speaksQuic(page) ? NO_QUIC : "";
  const name = `lesson ${number}: it plays with the permissions of its task`;
  Deno.test(unless(missing, name), async () => {
    const { code, stdout, stderr } = await runChild(number);
    assertEquals([code, stderr], [0, ""]);
    assertMatch(stdout, /[◀▶]/);
    assertStringIncludes(stdout, `deno task exercise ${number}`);
  });
}
