/**
 * The terms of docs/glossary.md: each is in italics on the page that introduces it.
 *
 * @module
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { inProject, readText } from "../cli/source.ts";
import { page } from "./docs.ts";
import { PAGES } from "./lessons.ts";

const TERMS = page("glossary.md").split(/^## /m).slice(1).map((part) => {
  const [term = "", ...text] = part.trim().split("\n");
  // The sentences, and then a link: [Lesson 7](../lessons/07_limits.ts)
  const found = text.join(" ").trim().match(/^(.+\.) \[([^\]]+)\]\(([^)]+)\)$/);
  const [, meaning = "", name = "", file = ""] = found ?? [];
  return { term, meaning, name, file };
});

/** Makes one line of a text. In a page, only the comments are kept, without their stars or slashes. */
function prose(text: string, isPage = false): string {
  const comments = isPage ? text.match(/^ *(\*|\/\/|\/\*\*).*$/gm)!.join("\n") : text;
  return comments.replaceAll(/^ *(\*|\/\/) ?/gm, "").replaceAll(/\s+/g, " ");
}

/** Whether a text has a term in italics, in the singular or in the plural. */
function introduces(text: string, term: string): boolean {
  return new RegExp(`[*_]${term}s?[*_]`, "i").test(prose(text));
}

Deno.test("glossary: the terms are in alphabetical order, each with sentences and a link", () => {
  const terms = TERMS.map(({ term }) => term.toLowerCase());
  assert(terms.length >= 25, `${terms.length} terms`);
  assertEquals(terms, [...new Set(terms)].sort());
  for (const { term, meaning } of TERMS) {
    assertMatch(term, /^[A-Z][\w ,'-]*$/);
    assert(meaning, `${term}: no sentence with a link behind it`);
  }
});

Deno.test("glossary: the page that a term leads to introduces it in italics", () => {
  for (const { term, name, file } of TERMS) {
    const lesson = PAGES.find((page) => file === `../lessons/${page.file}`);
    const text = lesson ? readText(inProject(`lessons/${lesson.file}`)) : page(file);
    if (lesson) assertEquals(name, `Lesson ${lesson.number}`, term);
    assert(introduces(text, term), `${term}: ${file} does not introduce it in italics`);
  }
});

Deno.test("glossary: no earlier lesson introduces the term", () => {
  for (const { term, file } of TERMS) {
    for (const lesson of PAGES) {
      if (file === `../lessons/${lesson.file}`) break;
      const text = readText(inProject(`lessons/${lesson.file}`));
      assert(!introduces(text, term), `${term}: lesson ${lesson.number} introduces it already`);
    }
  }
});

Deno.test("glossary: every term in italics on a page is here, and stands in italics only once", () => {
  const places = new Map<string, string>();
  for (const { file } of PAGES) {
    const text = prose(readText(inProject(`lessons/${file}`)), true);
    for (const [, italic = ""] of text.matchAll(/(?<![\w*/])\*([A-Za-z][\w ,'-]*)\*(?![\w*/])/g)) {
      const names = [italic.toLowerCase(), italic.toLowerCase().replace(/s$/, "")];
      const term = TERMS.find(({ term }) => names.includes(term.toLowerCase()))?.term;
      assert(term, `${file}: write *${italic}* in docs/glossary.md`);
      assertEquals(places.get(term), undefined, `${file}: *${italic}* is introduced already`);
      places.set(term, file);
    }
  }
  assert(places.size >= 60, `Only ${places.size} terms were found.`);
});

Deno.test("glossary: a term split over two lines of a comment counts, plain words do not", () => {
  assert(introduces(" * the *path\n *   MTU*. It", "Path MTU"));
  assert(introduces("  // They are *fragments*\n", "Fragment"));
  assert(introduces("of _NAT_ and", "NAT"));
  assert(!introduces(" * the path MTU of", "Path MTU"));
  assert(!introduces(" * a *broadcast address*", "Broadcast"));
});
