/**
 * The exercise pages: what is shipped is not started, the solutions pass, the folder is the list, and what was
 * checked is remembered. `deno task test:exercises`
 *
 * @module
 */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { PARTS } from "../../cli/lesson.ts";
import { hints, type Page, textOf } from "../../exercises/runner/pages.ts";
import type { Progress } from "../../exercises/runner/progress.ts";
import { exercises, shipped } from "../../exercises/runner/shipped.ts";
import { bind } from "../../lib/udp.ts";
import {
  cases,
  Copy,
  FIRST,
  lineOfTodo,
  PAGES,
  SECOND,
  solved,
  testCompiler,
  Uncompiled,
  withBody,
} from "./copy.ts";

/** What is kept of the first page. */
const CHECKED = `exercises/.progress/${FIRST.name}.json`;
const HINTS = `exercises/.progress/${FIRST.name}.hints.json`;

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
    assertEquals(textOf(page.file), shipped(page), mend);
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
  await using copy = new Uncompiled();
  assertEquals(await copy.output(["check", "--quiet", ...PAGES.map(({ check }) => check)]), "");
  for (const page of PAGES) {
    const { code, stdout } = await copy.run(page.number);
    for (const name of exercises(page)) assertStringIncludes(stdout, `${name}: not started\n`);
    assertStringIncludes(stdout, `Next: write ${exercises(page)[0]} in ${page.file}`);
    assertEquals(code, 1);
  }
});

Deno.test("the solutions pass every case, and then it says where to go", async () => {
  await using copy = new Uncompiled();
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

Deno.test("one exercise of two: the one that was begun comes before the one that was not", async () => {
  await using copy = new Uncompiled();
  copy.write(FIRST.file, withBody(FIRST, "sendLong", "return Promise.resolve(0);"));
  const { stdout } = await copy.run(1);
  assertMatch(stdout, /^sendToAll: not started$/m);
  assertMatch(stdout, /^sendLong: not yet$/m);
  assertStringIncludes(stdout, "Next: fix sendLong in exercises/01_send.ts");
});

Deno.test("what was checked once is not checked again, until the page or its check changes", async () => {
  await using copy = new Uncompiled();
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
  assertEquals(copy.files().includes(".progress"), false); // nothing ran, nothing to keep

  const page = withBody(FIRST, first, "return Promise.resolve(addresses.length);");
  copy.write(FIRST.file, page);
  assertEquals(await known(), "unknown 0");
  assertEquals(await state(), "not yet: 1 case right");
  assertEquals(await known(), "not yet 1");

  // What is kept is believed, as long as it is of this page and this check.
  const kept = copy.read(CHECKED);
  copy.write(CHECKED, kept.replaceAll("not yet", "done"));
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

Deno.test("the contents mark what is done, begun and not started, and name the first that is not done", async () => {
  await using copy = new Uncompiled();
  const contents = async () => (await copy.deno(["task", "-q", "lessons"]).end()).stdout;
  const marks = (stdout: string) =>
    [...stdout.matchAll(/^ {2}([✓…·]) +\d+ {2}/gm)].slice(0, 3).map(([, mark]) => mark);
  const fresh = await contents();
  assertEquals(marks(fresh), ["·", "·", "·"]);
  for (const { roman, title } of PARTS) assertStringIncludes(fresh, `\n${roman}. ${title}: `);
  assertMatch(fresh, /^Next: deno task lesson1, and then deno task exercise 1$/m);

  copy.write(FIRST.file, solved(FIRST));
  await copy.run(1);
  copy.write(SECOND.file, `${shipped(SECOND)}// begun\n`);
  const later = await contents();
  assertEquals(marks(later), ["✓", "…", "·"]);
  assertMatch(later, /^Next: deno task lesson2, and then deno task exercise 2$/m);
});

Deno.test("a result that cannot be saved leaves no draft behind", async () => {
  await using copy = new Uncompiled();
  Deno.mkdirSync(copy.path(`${CHECKED}/taken`), { recursive: true }); // no file can get this name
  const { stdout } = await copy.run(1);
  assertStringIncludes(stdout, "The result could not be saved in exercises/.progress: ");
  const files = [...Deno.readDirSync(copy.path("exercises/.progress"))].map(({ name }) => name);
  assertEquals(files, [`${FIRST.name}.json`]);
});

Deno.test("a page that is saved during its check is not known by it", async () => {
  await using copy = new Uncompiled();
  // The page stops while it is loaded, until it gets an answer.
  using server = bind();
  const wait = `using waiting = bind();
await waiting.send("here", { hostname: "127.0.0.1", port: ${server.address.port} });
await waiting.receive();
`;
  const page = solved(FIRST) + wait;
  copy.write(FIRST.file, page);
  await using check = copy.start(FIRST.number);
  const loading = [(await server.receive()).from, (await server.receive()).from]; // each exercise
  copy.write(FIRST.file, shipped(FIRST));
  copy.write(FIRST.file, page.replace(wait, "").replace("return bytes;", "return -1;"));
  for (const address of loading) await server.send("go on", address);
  assertStringIncludes((await check.end()).stdout, "All of it is done.");
  assertEquals(done((await copy.run()).stdout), 1); // it was checked again
});

Deno.test("results are of no version, if the page was saved during its check", async () => {
  await using copy = new Uncompiled();
  const { checking, progress } = await import(copy.url("exercises/runner/progress.ts").href);
  const results = exercises(FIRST)
    .map((exercise) => ({ exercise, state: "done", cases: [], trouble: "" }));
  copy.write(FIRST.file, shipped(FIRST) + "\n");
  const save = await checking(FIRST);
  copy.write(FIRST.file, solved(FIRST));
  assertEquals(await save(results), undefined);
  copy.write(FIRST.file, shipped(FIRST) + "\n");
  const [known]: Progress[] = await progress();
  assertEquals(known!.exercises.map(({ state }) => state), ["unknown", "unknown"]);
});

Deno.test("checks at the same time: each says its result, and all are known", async () => {
  await using copy = new Uncompiled();
  const some = PAGES.slice(0, 3);
  for (const page of some) copy.write(page.file, solved(page));
  const { checking, progress } = await import(copy.url("exercises/runner/progress.ts").href);
  const results = (page: Page) =>
    exercises(page).map((exercise) => ({ exercise, state: "done", cases: [], trouble: "" }));
  // In one program, as two tabs of the book; and each page three times.
  await Promise.all([...some, ...some, ...some].map(async (page) => {
    const save = await checking(page);
    assertEquals(await save(results(page)), undefined);
  }));
  const known: Progress[] = await progress();
  const states = known.map(({ exercises }) => exercises.map(({ state }) => state).join());
  assertEquals(states.slice(0, 3), Array(3).fill("done,done"));
  copy.remove("exercises/.progress");

  // In programs of their own, as two terminals.
  const runs = await Promise.all([...some, some[0]!].map(({ number }) => copy.run(number)));
  for (const { code, stdout, stderr } of runs) {
    assertStringIncludes(stdout, "All of it is done.");
    assertEquals([code, stderr, stdout.includes("could not")], [0, "", false]);
  }
  assertEquals(done((await copy.run()).stdout), 6);
  const files = [...Deno.readDirSync(copy.url("exercises/.progress"))].map(({ name }) => name);
  assertEquals(files.sort(), some.map(({ name }) => `${name}.json`));
});

Deno.test("a file of progress that is damaged does no harm", async () => {
  await using copy = new Uncompiled();
  const { number, file } = FIRST;
  copy.write(file, solved(FIRST));
  await copy.run(number);
  const { of } = JSON.parse(copy.read(CHECKED));
  for (
    const text of [
      "",
      "{",
      "null",
      "[]",
      '"x"',
      `{"of":"${of}","results":null}`,
      `{"of":"${of}","results":[{"exercise":"sendToAll","state":"\\u001b[2J"}, 1]}`,
      '{"sendToAll":"x"}',
    ]
  ) {
    copy.write(CHECKED, text);
    copy.write(HINTS, text);
    const { code, stdout, stderr } = await copy.run(number, "--hint", "sendToAll");
    assertEquals(stderr, "", text);
    assertStringIncludes(stdout, "hint 1 of 3", text);
    assertEquals(code, 0);
  }
  assertEquals(done((await copy.run()).stdout), 2);
});

testCompiler();
