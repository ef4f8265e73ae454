import { assert, assertEquals } from "@std/assert";
import { type Entry, find } from "../../book/browser/find.ts";
import { page as text } from "../docs.ts";
import { reading } from "./helpers.ts";

/** How people ask, and what they want to read. */
const ASKED: Record<string, string> = {
  "how big can a udp packet be": '"Message too long": what is the limit?',
  "does udp guarantee order": "Can datagrams overtake each other?",
  "keep alive NAT timeout": "Why does nothing arrive any more after a pause?",
  "udp vs tcp": "Is UDP faster than TCP?",
  "why does nothing arrive": "It does not arrive",
  "my packet does not arrive": "It does not arrive",
  "packet not arriving": "My send succeeded. Why did nothing arrive?",
  "conection refused": "UDP has no connection: why is it refused?",
  "packet loss same machine": "Why are datagrams lost between two programs on the same machine?",
  "is udp reliable?": "How do I make it reliable, or send a file?",
  "recieve": "2 Receive",
  "receivew": "receiveWithin",
  "formatAddress": "formatAddress",
  "bind": "3 Bind",
};

Deno.test("the questions are found, and each leads to its place", async (t) => {
  const { book } = await reading();
  const get = async (name: string) => await (await fetch(book.address + name)).text();
  const [, json] = (await get("search.js")).match(/book\.found\((\[.*\])\);\n$/)!;
  const entries: Entry[] = JSON.parse(json!);
  const found = (wanted: string) => find(entries, wanted).map(({ entry }) => entry);

  await t.step("by their titles: to their answers, and from there to a lesson", async () => {
    const answers = (await get("docs-questions.html")).split("<h2 ").slice(1);
    const lessons = new Set<string>();
    for (const part of text("questions.md").split(/^## /m).slice(1)) {
      const [, title] = part.match(/^\d+\. (.*)$/m)!;
      const [, file, place] = part.match(/\]\(([\w./-]+)(?:#([^)]+))?\)/)!;
      const best = found(title!).slice(0, 3);
      const entry = best.find((entry) => entry.title === title);
      assert(entry, `${title}: ${best.map(({ title }) => title)}`);
      const [page, section] = entry!.href.split("#");
      assertEquals(page, "docs-questions.html");
      const answer = answers.find((one) => one.startsWith(`id="${section}"`));
      assert(answer, entry!.href);
      const [, href] = answer!.match(/<a href="([^"]+)"/)!;
      const [name = "", id] = href!.split("#");
      assertEquals(id, place, title);
      const [, lesson] = file!.match(/^\.\.\/lessons\/(\w+)\.ts$/) ?? [];
      if (lesson) assertEquals(name, `${lesson}.html`, title);
      if (lesson) lessons.add(lesson);
      const shown = await get(name);
      assert(id ? shown.includes(` id="${id}"`) : shown.includes("<h1"), `${title}: ${href}`);
    }
    assert(lessons.size > 10, `Only ${lessons.size} lessons were found.`);
  });

  await t.step("with a place that is there, as everything that can be found", async () => {
    const pages = new Map<string, string>();
    for (const { title, on, href } of entries) {
      const [name = "", id] = href.split("#");
      if (!pages.has(name)) pages.set(name, await get(name));
      const page = pages.get(name)!;
      assert(page.includes("<h1"), `${on}, ${title}: ${href}`);
      if (id) assert(page.includes(` id="${id}"`), `${on}, ${title}: ${href}`);
      // A part of a document has a place of its own: who looks for it does not want its top.
      if (/^(docs-|readme)/.test(name) && title !== on) assert(id || on === "Read me", href);
    }
    const parts = entries.filter(({ href }) => href.startsWith("readme.html#"));
    assert(parts.length > 3, "the parts of the README");
  });

  await t.step("in the words of those who ask", () => {
    for (const [asked, wanted] of Object.entries(ASKED)) {
      const best = found(asked).slice(0, 3).map(({ title }) => title);
      assert(best.includes(wanted), `${asked}: ${best.join(" | ")}`);
    }
    assertEquals(found("xyzzy"), []);
    assertEquals(found(" ?"), []);
  });

  await t.step("by exactly these words first, and by whole words before longer ones", () => {
    assert(/\bport 0\b/.test(found("port 0")[0]!.text), found("port 0")[0]!.title);
    assertEquals(found("sliding window")[0]!.title, "Sliding window");
    const titles = found("window").slice(0, 12).map(({ title }) => title);
    assert(!titles.some((title) => title.includes("Windows")), titles.join(" | "));
    assert(found("windows")[0]!.title.includes("Windows"));
    for (const odd of ["(", "[a", "a\\", "+", "*?", "$^", "{2}", "-", "/", "x-y", "你好 ("]) {
      found(odd);
    }
  });

  await t.step("with an excerpt that begins at a hit, and has no markup", () => {
    for (const asked of [...Object.keys(ASKED), "sequence numbers", "checksum"]) {
      for (const { entry, excerpt } of find(entries, asked).slice(0, 12)) {
        const shown = excerpt.map(({ text }) => text).join("");
        const first = excerpt.find(({ text }) => /[^…]/.test(text));
        const isHit = excerpt.every(({ hit }) => !hit) || first!.hit;
        assert(isHit, `${asked} is not at the beginning of: ${shown}`);
        assert(entry.text.includes(shown.replace("…", "")), shown);
      }
    }
    for (const { on, title, text } of entries) {
      const isCode = /^(Lesson|lib\/)/.test(on) && !/^\d/.test(title);
      const found = text.match(
        isCode
          ? /(?<![\w*])\*\w[\w ]*\w\*(?!\w)|\{@|^\s*\/\/|^@[a-z]+ [{A-Z]/
          : /\*\*|\]\(|(?<![\w.])_\w+_(?!\w)|&\w+;|`[\w.]+`|\{@|^@[a-z]+ [{A-Z]|<\/\w|#{2}/,
      );
      assert(!found, `${on}, ${title}: ${found}`);
    }
  });

  await t.step("before the code of lib/", () => {
    for (const word of ["overtake", "forge", "encrypt", "message"]) {
      assertEquals(found(word)[0]!.on, "Questions and answers", word);
    }
  });
});
