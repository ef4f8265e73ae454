/**
 * `deno task exercise` with its options, good and bad. `deno task test:exercises`
 *
 * @module
 */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { shipped } from "../../exercises/runner/shipped.ts";
import { versions } from "../../exercises/runner/versions.ts";
import config from "../../deno.json" with { type: "json" };
import { Copy, FIRST, PAGES, solved, testCompiler, Uncompiled } from "./copy.ts";

/** What runs `deno task exercise`. */
const MAIN = "exercises/runner/main.ts";
const FLAGS = config.tasks.exercise.command.match(/--\S+/g)!;

Deno.test("--hint: one after the other, for the exercise that comes next", async () => {
  await using copy = new Uncompiled();
  const hints: string[] = [];
  for (let i = 1; i <= 3; i++) {
    const { code, stdout } = await copy.run(1, "--hint");
    assertStringIncludes(stdout, `sendToAll, hint ${i} of 3:`);
    assertEquals(stdout.includes("That was the last one"), i === 3);
    assertEquals(code, 0);
    hints.push(stdout);
  }
  assertEquals(new Set(hints).size, 3);
  assertEquals((await copy.run(1, "--hint")).stdout, hints[2]);
  assertStringIncludes(hints[2]!, "deno task exercise 1 --hint sendLong");
  const other = await copy.run(1, "--hint", "sendLong");
  assertStringIncludes(other.stdout, "sendLong, hint 1 of 3:");
  const again = await copy.run(1, "--hint=sendLong");
  assertStringIncludes(again.stdout, "sendLong, hint 2 of 3:");

  copy.write(FIRST.file, solved(FIRST));
  assertStringIncludes((await copy.run(1, "--hint")).stdout, "no hint needed");
});

Deno.test("--reset: asks first, keeps the learner's version beside it", async () => {
  await using copy = new Copy();
  const reset = async (answer: string) => {
    await using program = copy.start(1, "--reset");
    await program.prints(/\[y\/N\]/);
    await program.type(answer);
    return await program.end();
  };
  const untouched = await copy.run(1, "--reset");
  assertStringIncludes(untouched.stdout, "nothing to reset");

  copy.write(FIRST.file, "// mine\n");
  for (const answer of ["n\n", "\n", ""]) {
    const { code, stdout } = await reset(answer);
    assertStringIncludes(stdout, "Nothing was changed.");
    assertEquals(code, 1);
    assertEquals(copy.read(FIRST.file), "// mine\n");
  }

  const { code, stdout } = await reset("y\ny\ny\ny\ny\ny\ny\ny\ny\n"); // as `yes` does
  assertStringIncludes(stdout, "exercises/01_send.mine1.txt");
  assertEquals(code, 0);
  assertEquals(copy.read(FIRST.file), shipped(FIRST));
  copy.write(FIRST.file, "// mine again\n");
  await reset("y\n");
  assertEquals(copy.read("exercises/01_send.mine1.txt"), "// mine\n");
  assert(copy.files().includes("01_send.mine2.txt"));
});

Deno.test("--reset brings back a file that is gone, and the first hint", async () => {
  await using copy = new Copy();
  await copy.run(1, "--hint");
  copy.remove(FIRST.file);
  await using program = copy.start(1, "--reset");
  await program.prints(/\[y\/N\]/);
  await program.type("y\n");
  assertEquals((await program.end()).code, 0);
  assertEquals(copy.read(FIRST.file), shipped(FIRST));
  assertStringIncludes((await copy.run(1, "--hint")).stdout, "hint 1 of 3");
});

Deno.test("a file that is gone is told as that", async () => {
  await using copy = new Copy();
  copy.remove(FIRST.file);
  const { code, stdout, stderr } = await copy.run(1);
  assertStringIncludes(stdout + stderr, "deno task exercise 1 --reset");
  assertEquals(code, 1);
});

Deno.test("--watch: checks again at every save, until Ctrl-C", async () => {
  await using copy = new Uncompiled();
  await using program = copy.start(1, "--watch");
  await program.prints(/sendLong: not started[^]*Ctrl-C ends/);
  const before = program.stdout.length;
  copy.write(FIRST.file, solved(FIRST));
  await program.prints(/sendToAll: done[^]*All of it is done[^]*Ctrl-C ends/);
  assertStringIncludes(program.stdout.slice(before), "exercises/solutions/01_send.ts");
  program.signal("SIGINT");
  const { code, stderr } = await program.end();
  assertEquals(stderr, "");
  assertEquals(code, 0);
});

Deno.test("--watch: sees a save where the file system tells of none", async () => {
  await using copy = new Uncompiled();
  // As in a Windows folder in WSL, or on a network drive.
  copy.write("silent.ts", "Deno.watchFs = () => new EventTarget() as Deno.FsWatcher;\n");
  const main = ["--preload=silent.ts", ...FLAGS, MAIN];
  await using program = copy.deno(["run", ...main, "1", "--watch"]);
  await program.prints(/sendLong: not started[^]*Ctrl-C ends/);
  copy.write(FIRST.file, solved(FIRST));
  await program.prints(/sendToAll: done[^]*Ctrl-C ends/);
  program.signal("SIGINT");
  assertEquals((await program.end()).code, 0);
});

Deno.test("--watch: what an editor saves in several steps is checked once", async () => {
  await using copy = new Copy();
  const file = copy.url(FIRST.file).href;
  const pauses: (() => void)[] = [];
  const { setTimeout } = globalThis;
  Object.assign(globalThis, { setTimeout: (end: () => void) => pauses.push(end) });
  /** Ends the last pause, and lets the watcher go on as far as it can. */
  const goOn = async () => {
    pauses.at(-1)!();
    await new Promise((resolve) => setTimeout(resolve));
  };
  try {
    const saved = versions({ ...FIRST, file });
    await saved.next();
    let again = false;
    const next = saved.next().then(() => again = true);
    copy.write(FIRST.file, "// half");
    await goOn(); // the watcher sees it, and waits
    copy.write(FIRST.file, "// whole");
    await goOn();
    assertEquals(again, false);
    await goOn();
    assertEquals(again, true);
    await next;
    await saved.return(undefined);
  } finally {
    globalThis.setTimeout = setTimeout;
  }
});

Deno.test("--watch: ends when nobody reads any more what it says", async () => {
  await using copy = new Uncompiled();
  await using program = copy.deno(["run", ...FLAGS, MAIN, "1", "--watch"]);
  await program.prints(/Exercise 1/);
  await program.leave();
  const { code, stderr } = await program.end();
  assertEquals([code, stderr], [0, ""]);
});

Deno.test("where nothing can be written, the result comes first, and then a sentence", async () => {
  await using copy = new Uncompiled();
  copy.write(FIRST.file, solved(FIRST));
  const reader = FLAGS.filter((flag) => !flag.startsWith("--allow-write"));
  const run = async (...args: string[]) => {
    const { stdout, ...rest } = await copy.deno(["run", ...reader, MAIN, ...args]).end();
    return { ...rest, stdout: stdout.replaceAll(/\s+/g, " ") };
  };
  const unsaved = "could not be saved in exercises/.progress: " +
    "Deno has no permission to write there. ";

  const check = await run("1");
  assertMatch(check.stdout, /sendLong: done .* All of it is done\. .* The result /);
  assert(check.stdout.endsWith(`The result ${unsaved}`), check.stdout);
  assertEquals([check.code, check.stderr], [0, ""]);

  const overview = await run();
  assertMatch(overview.stdout, /✓ 1 sendLong done .* 2 of \d+ done Next: .* The result /);
  assert(overview.stdout.endsWith(`The result ${unsaved}`), overview.stdout);
  assertEquals([overview.code, overview.stderr], [0, ""]);

  const hint = await run("1", "--hint", "sendLong");
  assertStringIncludes(hint.stdout, "sendLong, hint 1 of 3:");
  const where = "All hints are in exercises/hints/01_send.ts. ";
  assert(hint.stdout.endsWith(`The number of hints shown ${unsaved}${where}`), hint.stdout);
  assertEquals([hint.code, hint.stderr], [0, ""]);

  await using reset = copy.deno(["run", ...reader, MAIN, "1", "--reset"]);
  await reset.type("y\n");
  const { code, stderr } = await reset.end();
  assertMatch(stderr, /^exercises\/01_send\.ts is not reset, since .*\.\n$/);
  assertEquals(code, 1);
  assertEquals(copy.read(FIRST.file), solved(FIRST));
});

Deno.test("what the system says against saving is told in its words", async () => {
  await using copy = new Uncompiled();
  copy.write("exercises/.progress", "a file, in the place of the folder");
  const { code, stdout, stderr } = await copy.run(1);
  assertMatch(stdout, /sendToAll: not started\n[^]*The result could not be saved in [^(]+\.\n$/);
  assertEquals([code, stderr], [1, ""]);
});

Deno.test("--help, and a leading 0 in the number", async () => {
  await using copy = new Uncompiled();
  for (const args of [["--help"], ["4", "--help"], ["-h"]]) {
    const { code, stdout } = await copy.run(...args);
    assertStringIncludes(stdout, "deno task exercise 4 --watch");
    assertEquals(code, 0);
  }
  assertStringIncludes((await copy.run("01")).stdout, "Exercise 1: exercises/01_send.ts");
});

Deno.test("a wrong command is told, and is 2 as an exit code", async () => {
  await using copy = new Copy();
  const last = PAGES.at(-1)!.number;
  for (
    const [command, sentence] of [
      ["99", `There is no exercise "99": they have numbers, from 1 to ${last}.`],
      ["0", `There is no exercise "0"`],
      ["four", `There is no exercise "four": they have numbers`],
      ["1.5", `There is no exercise "1.5"`],
      ["1 2", "One at a time: deno task exercise 1"],
      ["1 sendLong", `"sendLong" is more than is needed here.`],
      ["1 --hnit", `There is no option "--hnit" here.`],
      ["1 --hint --reset", "One at a time: --hint or --reset."],
      ["--hint", "--hint needs a number, such as: deno task exercise 1 --hint"],
      [
        "1 --hint askNumbered",
        `There is no "askNumbered" in exercises/01_send.ts. There are: sendToAll, sendLong.`,
      ],
      ["1 --hint sendLong sendToAll", `"sendToAll" is more than is needed here.`],
    ] as const
  ) {
    const { code, stdout, stderr } = await copy.run(...command.split(" "));
    assertEquals(stdout, "");
    assertStringIncludes(stderr, sentence);
    assertStringIncludes(stderr, "See: deno task exercise --help\n");
    assertEquals(code, 2);
  }
});

testCompiler();
