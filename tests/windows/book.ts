/**
 * The book: it starts, and shows what it has. `deno task windows`
 *
 * On Linux, tests/book looks at it in a browser.
 *
 * @module
 */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import config from "../../deno.json" with { type: "json" };
import { PAGES } from "../lessons.ts";
import { Program } from "../program.ts";

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
