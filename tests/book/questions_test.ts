import { assert, assertEquals } from "@std/assert";
import { type Entry, find } from "../../book/browser/find.ts";
import { page as text } from "../docs.ts";
import { project, serve } from "./helpers.ts";

Deno.test("the questions are found, and each leads to its place", async () => {
  using folder = await project();
  await using book = await serve(folder);
  const get = async (name: string) => await (await fetch(book.address + name)).text();
  const [, json] = (await get("search.js")).match(/book\.found\((\[.*\])\);\n$/)!;
  const entries: Entry[] = JSON.parse(json!);

  const lessons = new Set<string>();
  for (const part of text("questions.md").split(/^## /m).slice(1)) {
    const [, title] = part.match(/^\d+\. (.*)$/m)!;
    const [, place] = part.match(/\]\([\w./-]+(?:#([^)]+))?\)/)!;
    const found = find(entries, title!).map(({ entry }) => entry);
    const best = found.findIndex((entry) => entry.title === title);
    assert(best >= 0 && best < 3, `${title}: ${found.slice(0, 3).map(({ title }) => title)}`);
    const { href, on } = found[best]!;
    assert(!href.startsWith("docs-questions"), `${title}: ${href}`);
    if (on.startsWith("Lesson")) lessons.add(on);
    const [name = "", id] = href.split("#");
    assertEquals(id, place, title);
    const shown = await get(name);
    assert(id ? shown.includes(` id="${id}"`) : shown.includes("<h1"), `${title}: ${href}`);
  }
  assertEquals(lessons.size, 10);
});
