/**
 * Each exercise, untouched and done. `deno task windows`
 *
 * On Linux, tests/exercises looks closer.
 *
 * @module
 */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { NO_QUIC, unless } from "../only.ts";
import { Copy, PAGES, solved } from "../exercises/copy.ts";

for (const page of PAGES) {
  const missing = page.number === 20 ? NO_QUIC : "";
  Deno.test(unless(missing, `exercise ${page.number}: first not started, then done`), async () => {
    await using copy = new Copy();
    const shipped = await copy.run(page.number);
    assertStringIncludes(shipped.stdout, "not started");
    assertEquals(shipped.code, 1);
    copy.write(page.file, solved(page));
    const done = await copy.run(page.number);
    assertStringIncludes(done.stdout, "All of it is done.");
    assertEquals([done.code, done.stderr], [0, ""]);
  });
}
