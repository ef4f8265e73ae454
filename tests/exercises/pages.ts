/**
 * The exercise pages: what is shipped is not started, the solutions pass, the folder is the list, and what was
 * checked is remembered. `deno task test:exercises`
 *
 * @module
 */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { hints } from "../../exercises/runner/pages.ts";
import { exercises, shipped } from "../../exercises/runner/shipped.ts";
import { cases, Copy, FIRST, lineOfTodo, PAGES, solved, withBody } from "./copy.ts";

const ALL = PAGES.flatMap(exercises).length;

/** How many exercises the overview calls done. */
function done(stdout: string): number {
  const [, bar, done, all] = stdout.match(/^([█░]+) (\d+) of (\d+) done$/m)!;
  assertEquals([bar!.length, Number(all)], [ALL, ALL]);
  return Number(done);
}

/** The sentences of the cases that passed or failed, each under its exercise. */
function marked(stdout: string, mark: "✓" | "✗"): string[] {
  let exercise = "";
  return stdout.split("\n").flatMap((line) => {
    exercise = line.match(/^(\w+): /)?.[1] ?? exercise;
    return line.startsWith(`  ${mark} `) ? `${exercise}: ${line.slice(4)}` : [];
  });
}

for (const page of PAGES) {
  Deno.test(`exercise ${page.number}: the page is shipped as its solution says`, () => {
    const mend =
      `It differs from the tasks in ${page.solution}. If you have solved it: deno task exercise ` +
      `${page.number} --reset. If you changed a task, change it in the solution, and then do the same.`;
    assertEquals(Deno.readTextFileSync(page.file), shipped(page), mend);
  });

  Deno.test(`exercise ${page.number}: there are two exercises, and three hints for each`, async () => {
    const all = await hints(page);
    assertEquals(Object.keys(all), exercises(page));
    assertEquals(Object.values(all).map(({ length }) => length), [3, 3]);
  });
}

Deno.test("as shipped, every exercise is not started", async () => {
  await using copy = new Copy();
  const { code, stdout } = await copy.run();
  const lines = stdout.split("\n").filter((line) => line.startsWith("·"));
  assertEquals(
    lines.map((line) => line.replaceAll(/ +/g, " ")),
    PAGES.flatMap((page) => exercises(page).map((name) => `· ${page.number} ${name} not started`)),
  );
  assertEquals(done(stdout), 0);
  assertEquals(code, 0);
});

Deno.test("a page as shipped is told as that when it is checked, too", async () => {
  await using copy = new Copy();
  for (const page of PAGES) {
    const { code, stdout } = await copy.run(page.number);
    for (const name of exercises(page)) assertStringIncludes(stdout, `${name}: not started\n`);
    assertStringIncludes(stdout, `Next: write ${exercises(page)[0]} in ${page.file}`);
    assertEquals(code, 1);
  }
});

Deno.test("the solutions pass every case, and then it says where to go", async () => {
  await using copy = new Copy();
  for (const [i, page] of PAGES.entries()) {
    copy.write(page.file, solved(page));
    const { code, stdout } = await copy.run(page.number);
    assertEquals(marked(stdout, "✓"), cases(page), stdout);
    assertStringIncludes(stdout, `All of it is done. Another way to do it: ${page.solution}\n`);
    const next = PAGES[i + 1];
    assertStringIncludes(stdout, `Next: deno task ${next ? `lesson${next.number}` : "exercise"}\n`);
    assertEquals(code, 0);
    const overview = (await copy.run()).stdout;
    assertEquals(done(overview), 2 * i + 2);
    const more = next ? `Next: deno task exercise ${next.number}\n` : "That was all of them.\n";
    assertStringIncludes(overview, more);
  }
});

Deno.test("the folder is the list: a page more is an exercise more, whatever its number", async () => {
  await using copy = new Copy();
  const more = (folder: string, ending: string) => {
    const text = copy.read(`exercises/${folder}01_send${ending}`);
    copy.write(`exercises/${folder}99_more${ending}`, text.replaceAll("01_send", "99_more"));
  };
  for (const folder of ["solutions/", "hints/", ""]) more(folder, ".ts");
  more("checks/", "_test.ts");
  const number = 99;
  await using reset = copy.start(number, "--reset");
  await reset.prints(/\[y\/N\]/);
  await reset.type("y\n");
  await reset.end();
  const page = copy.read("exercises/99_more.ts");
  assertStringIncludes(page, "# Exercise 99: send\n");
  assertStringIncludes(page, "lessons/99_more.ts");
  copy.write("exercises/99_more.ts", page.replace("\n  return todo();", "\n  return text;"));
  assertStringIncludes(
    (await copy.run(99)).stdout,
    `exercises/99_more.ts:${lineOfTodo(page)}:3: Type 'string'`,
  );
  copy.write("exercises/99_more.ts", solved(FIRST));
  const { code, stdout } = await copy.run(99);
  assertEquals(marked(stdout, "✓"), cases(FIRST), stdout);
  assertEquals(code, 0);
  assertMatch((await copy.run()).stdout, /^✓ 99 {2}sendLong +done$/m);
  assertStringIncludes((await copy.run(99, "--hint", "sendLong")).stdout, "sendLong, hint 1 of 3:");
});

Deno.test("one exercise of two: the other one is still not started, and comes next", async () => {
  await using copy = new Copy();
  const body = "using socket = bind();\n  let bytes = 0;\n" +
    "  for (const to of addresses) bytes += await socket.send(text, to);\n  return bytes;";
  copy.write(FIRST.file, withBody(FIRST, "sendToAll", body));
  const { stdout } = await copy.run(1);
  assertMatch(stdout, /^sendToAll: done$/m);
  assertMatch(stdout, /^sendLong: not started$/m);
  assertStringIncludes(stdout, "Next: write sendLong in exercises/01_send.ts");
  assertEquals(done((await copy.run()).stdout), 1);
});

Deno.test("what was checked once is not checked again, until the page or its check changes", async () => {
  await using copy = new Copy();
  const first = exercises(FIRST)[0]!;
  const line = new RegExp(`^. +1 +${first} +(.*)$`, "m");
  const state = async () => (await copy.run()).stdout.match(line)?.[1];
  /** What is known without running anything: the checks could not run. */
  const known = async () => {
    const { file, check } = FIRST;
    const text = 'import { progress } from "./exercises/runner/progress.ts";\n' +
      "const [{ exercises: [first] }] = await progress();\nconsole.log(first.state, first.passed);\n";
    copy.write("known.ts", text);
    const { stdout, stderr } = await copy.deno([
      "run",
      "--no-check",
      "--allow-read=exercises",
      "known.ts",
    ]).end();
    assertEquals(stderr, "", file + check);
    return stdout.trim();
  };
  assertEquals(await known(), "not started 0");
  assertEquals(copy.files().includes(".progress.json"), false); // nothing ran, nothing to keep

  const page = withBody(FIRST, first, "return Promise.resolve(addresses.length);");
  copy.write(FIRST.file, page);
  assertEquals(await known(), "unknown 0");
  assertEquals(await state(), "not yet: 1 case right");
  assertEquals(await known(), "not yet 1");

  // What is kept is believed, as long as it is of this page and this check.
  const kept = copy.read("exercises/.progress.json");
  copy.write("exercises/.progress.json", kept.replaceAll("not yet", "done"));
  assertEquals(await state(), "done");
  copy.write(FIRST.check, copy.read(FIRST.check) + "\n");
  assertEquals(await known(), "unknown 0");
  assertEquals(await state(), "not yet: 1 case right");
  copy.write(FIRST.file, `${page}\n`);
  assertEquals(await known(), "unknown 0");
  copy.write(FIRST.file, solved(FIRST));
  await copy.run(1);
  assertEquals(await known(), "done 4");
  copy.write(FIRST.file, shipped(FIRST));
  assertEquals(await known(), "not started 0");
});

Deno.test("a file of progress that is damaged does no harm", async () => {
  await using copy = new Copy();
  const { number, file, name } = FIRST;
  copy.write(file, solved(FIRST));
  await copy.run(number);
  const { of } = JSON.parse(copy.read("exercises/.progress.json")).checks[name];
  for (
    const text of [
      "",
      "{",
      "null",
      "[]",
      '"x"',
      `{"checks":{"${name}":null},"hints":{"sendToAll":"x"}}`,
      `{"checks":{"${name}":{"of":"${of}","results":[{"exercise":"sendToAll","state":"\\u001b[2J"}, 1]}}}`,
    ]
  ) {
    copy.write("exercises/.progress.json", text);
    const { code, stdout, stderr } = await copy.run(number, "--hint", "sendToAll");
    assertEquals(stderr, "", text);
    assertStringIncludes(stdout, "hint 1 of 3", text);
    assertEquals(code, 0);
  }
  assertEquals(done((await copy.run()).stdout), 2);
});
