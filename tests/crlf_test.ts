/**
 * A checkout in which every line ends with `\r\n`: Git for Windows makes one, unless
 * `.gitattributes` says otherwise. Whatever reads the project's files reads the same there.
 *
 * @module
 */
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { pathToFileURL } from "node:url";
import * as folder from "../cli/folder.ts";
import { inProject, readText } from "../cli/source.ts";
import * as pages from "../exercises/runner/pages.ts";
import type * as progress from "../exercises/runner/progress.ts";
import * as shipped from "../exercises/runner/shipped.ts";
import * as docs from "./docs.ts";
import * as copies from "./exercises/copy.ts";

const TEXT = /\.(c|css|json|lock|md|mjs|py|tsx?|txt)$/;
const COPIED = [
  "README.md",
  "deno.json",
  "book",
  "cli",
  "docs",
  "exercises",
  "lessons",
  "lib",
  "tests",
];

const checkout = pathToFileURL(`${await Deno.makeTempDir({ prefix: "crlf" })}/`);
Deno.test.afterAll(() => Deno.remove(checkout, { recursive: true }));
for (const name of COPIED) copy(name);
for (const page of pages.pages()) write(page.file, shipped.shipped(page)); // not the learner's

/** Copies a file of the project to the checkout, or all files of a folder. */
function copy(path: string): void {
  if (/\/(\.|node_modules)/.test(path)) return; // not what somebody's programs keep there
  if (Deno.statSync(inProject(path)).isDirectory) {
    Deno.mkdirSync(new URL(path, checkout));
    for (const { name } of Deno.readDirSync(inProject(path))) copy(`${path}/${name}`);
  } else if (TEXT.test(path)) {
    write(path, readText(inProject(path)));
  }
}

function write(path: string, text: string): void {
  Deno.writeTextFileSync(new URL(path, checkout), text.replaceAll("\n", "\r\n"));
}

/** The module that has this path there. */
async function there<T>(path: string): Promise<T> {
  return await import(new URL(path, checkout).href);
}

// These tests read the project's files, and run once more with the files of that checkout.
await there("tests/one_source_test.ts");
await there("tests/questions_test.ts");

Deno.test("crlf: the checkout is one", async () => {
  const text = await Deno.readTextFile(new URL("exercises/solutions/04_echo.ts", checkout));
  assert(text.includes(" {\r\n"));
  assertEquals(/[^\r]\n/.test(text), false);
});

Deno.test("crlf: the exercises, their tasks and their cases are the same", async () => {
  const { pages: pagesThere, hints } = await there<typeof pages>("exercises/runner/pages.ts");
  const exercises = await there<typeof shipped>("exercises/runner/shipped.ts");
  const { cases, solved } = await there<typeof copies>("tests/exercises/copy.ts");
  assertEquals(pagesThere(), pages.pages());
  for (const page of pages.pages()) {
    assertEquals(exercises.exercises(page), shipped.exercises(page));
    assertEquals(exercises.shipped(page), shipped.shipped(page));
    assertEquals(await hints(page), await pages.hints(page));
    assertEquals(cases(page), copies.cases(page));
    assertEquals(solved(page), copies.solved(page));
  }
});

Deno.test("crlf: no exercise is started", async () => {
  const known = await (await there<typeof progress>("exercises/runner/progress.ts")).progress();
  const states = known.flatMap(({ exercises }) => exercises.map(({ state }) => state));
  assertEquals(states, pages.pages().flatMap(shipped.exercises).map(() => "not started"));
});

Deno.test("crlf: the contents list every lesson", async () => {
  const { lessons } = await there<typeof folder>("cli/folder.ts");
  const titles = (all: folder.LessonFile[]) => all.map(({ name, lesson }) => [name, lesson.title]);
  assertEquals(titles(await lessons()), titles(await folder.lessons()));
});

Deno.test("crlf: the programs in docs/ are the same", async () => {
  const { programs } = await there<typeof docs>("tests/docs.ts");
  let count = 0;
  for (const { name } of Deno.readDirSync(inProject("docs"))) {
    if (!name.endsWith(".md")) continue;
    assertEquals(programs(name), docs.programs(name));
    count += Object.keys(docs.programs(name)).length;
  }
  assert(count > 0, "No programs were found.");
});

Deno.test("crlf: git is asked for \\n, whatever it is set to", () => {
  assert(readText(inProject(".gitattributes")).split("\n").includes("* text=auto eol=lf"));
});

Deno.test("lists of files: one that is empty is an error, and not all that there is", async () => {
  const empty = new URL("empty/", checkout);
  await Deno.mkdir(empty);
  assertThrows(() => pages.pages(empty), Error, "There are no exercises in exercises/solutions.");
  await assertRejects(() => folder.lessons(empty), Error, "There are no lessons in lessons/.");
  const [page] = pages.pages();
  const none = { ...page!, solution: "README.md", check: "README.md" };
  assertThrows(() => shipped.exercises(none), Error, "There is no exercise in README.md");
  assertThrows(() => copies.cases(none), Error, "There are no cases in README.md.");
});
