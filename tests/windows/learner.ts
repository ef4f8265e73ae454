/**
 * What a learner does beside the lessons: the exercises, and the book. `deno task windows`
 *
 * Elsewhere, tests/exercises and tests/book look closer.
 *
 * @module
 */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import config from "../../deno.json" with { type: "json" };
import { Copy, PAGES, solved } from "../exercises/copy.ts";
import { Program } from "../program.ts";

for (const page of PAGES) {
  Deno.test(`exercise ${page.number}: not started as it is shipped, done with its solution`, async () => {
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

Deno.test("the book: it starts, serves its pages and its script, and runs a lesson", async () => {
  const [, ...command] = config.tasks.book.command.split(" ");
  await using book = new Program(Deno.execPath(), [...command, "--no-open", "--port", "0"]);
  const [, address] = await book.prints(/The book is at (http:\S+)\//);
  const contents = await (await fetch(address!)).text();
  const links = new Set(
    [...contents.matchAll(/(?:href|src)="([\w-]+\.\w+)"/g)].map(([, path]) => path),
  );
  assert(links.size > PAGES.length, contents); // the lessons, at least
  for (const path of links) {
    const response = await fetch(`${address}/${path}`);
    assertEquals(response.status, 200, path);
    assert((await response.bytes()).length > 0, path);
  }
  const run = await fetch(`${address}/run/4`, { method: "POST", headers: { origin: address! } });
  assertStringIncludes(await run.text(), "Hello, Michael!");
  assertEquals(book.stderr.replaceAll(/^Download .*\n/gm, ""), "");
});
