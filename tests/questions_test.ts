/**
 * The questions of docs/questions.md: what they lead to is there.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import config from "../deno.json" with { type: "json" };
import { readCommand } from "../cli/args.ts";
import { page } from "./docs.ts";
import { PAGES } from "./lessons.ts";

const [opening = "", ...QUESTIONS] = page("questions.md").split(/^## /m).map((part) => {
  const [title = "", answer = "", where = "", ...rest] = part.trim().split("\n\n")
    .map((paragraph) => paragraph.replaceAll("\n", " "));
  return { title, answer, where, rest };
});
const WHERE =
  /^\[([^\]]+)\]\(([^)#]+)(?:#([^)]+))?\), (`deno task [^`]+`(?: and `deno task [^`]+`)*)$/;

/** What stands after the # in the address of a heading. */
function anchor(heading: string): string {
  return heading.toLowerCase().replaceAll(/[^\p{L}\p{N} _-]/gu, "").replaceAll(" ", "-");
}

function where(text: string) {
  const [, name = "", file = "", place, commands = ""] = text.match(WHERE) ?? [];
  return { name, file, place, commands: [...commands.matchAll(/`deno task ([^`]+)`/g)] };
}

Deno.test("questions: there are at least forty, numbered from 1", () => {
  assert(opening);
  const numbers = QUESTIONS.map(({ title }) => Number(title.match(/^(\d+)\. .+\?$/)?.[1]));
  assert(numbers.length >= 40);
  assertEquals(numbers, numbers.map((_, i) => i + 1));
  const titles = new Set(QUESTIONS.map(({ title }) => title.replace(/^\d+/, "")));
  assertEquals(titles.size, numbers.length);
});

Deno.test("questions: an answer is one or two sentences, and then the place and the command", () => {
  for (const { title, answer, where, rest } of QUESTIONS) {
    const words = answer.replaceAll(/`[^`]*`/g, "code");
    const sentences = words.match(/[.?!](?=\s|$)/g)?.length;
    assert(sentences === 1 || sentences === 2, `${title}: ${sentences} sentences`);
    assert(WHERE.test(where), `${title}: ${where}`);
    assertEquals(rest, [], title);
  }
});

Deno.test("questions: each leads to a place that is there", () => {
  for (const { title, where: text } of QUESTIONS) {
    const { name, file, place } = where(text);
    const lesson = PAGES.find((page) => file === `../lessons/${page.file}`);
    if (lesson) {
      assertEquals(name, `Lesson ${lesson.number}`, title);
      // The book shows the programs of the roles together, in your terminal.
      const functions = Object.keys(lesson.exports).filter((name) =>
        !(name in lesson.lesson.roles)
      );
      const places = ["the-picture", "in-your-terminal", ...functions];
      assert(places.includes(place!), `${title}: ${file} has no ${place}`);
      continue;
    }
    const headings = page(file).match(/^#+ .*$/gm)!.map((line) => anchor(line.replace(/^#+ /, "")));
    assert(!place || headings.includes(place), `${title}: ${file} has no ${place}`);
  }
});

Deno.test("questions: each command is one", async () => {
  for (const { title, where: text } of QUESTIONS) {
    for (const [, command] of where(text).commands) {
      const [task = "", ...args] = command!.replace(/ [<>|] .*/, "").split(" ");
      assert(task in config.tasks, `${title}: there is no task ${task}.`);
      const lesson = PAGES.find(({ number }) => task === `lesson${number}`);
      if (lesson) readCommand(lesson.lesson, args);
      else if (args.length > 0) await Deno.stat(new URL(`../${args[0]}`, import.meta.url));
    }
  }
});
