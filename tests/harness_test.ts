/**
 * The helpers of the tests give up where they must: a test that waits for something cannot pass without it.
 *
 * @module
 */
import { assert, assertEquals, assertRejects } from "@std/assert";
import type { Role } from "../cli/lesson.ts";
import { inProject, readText } from "../cli/source.ts";
import config from "../deno.json" with { type: "json" };
import { PATIENCE, until, within } from "./helpers.ts";
import { NOT_LINUX, unless } from "./only.ts";
import { eventually, ownLesson, Program, type Running } from "./program.ts";

/** Starts a role that does this. */
function started(run: Role["run"]): Running {
  const play = () => Promise.resolve();
  const roles = { go: { about: "x", run } };
  const parts = { part: 1, title: "x", about: "X.", port: 9 } as const;
  return ownLesson({ ...parts, play, roles, tryNext: ["", ""] }, "go");
}

/** Runs the work while each look at the clock shows a minute more, and for 100 looks at most. */
async function hurried<T>(work: () => Promise<T>): Promise<T> {
  const { now } = Date;
  let time = 0;
  Date.now = () => {
    if (time > 100 * PATIENCE) throw new Error("It waits without end.");
    return time += PATIENCE;
  };
  try {
    return await work();
  } finally {
    Date.now = now;
  }
}

const never = new Promise<never>(() => {});

Deno.test("harness: a program that ends without printing what a test waits for fails it", async () => {
  await using program = started(({ console }) => Promise.resolve(console.log("one")));
  await program.prints(/one/);
  await assertRejects(() => program.prints(/two/), Error, "It ended without printing /two/");
});

Deno.test("harness: a program that neither prints nor ends fails the test, in time", async () => {
  await using program = started(({ signal }) =>
    new Promise((ended) => signal.addEventListener("abort", () => ended()))
  );
  await hurried(() => assertRejects(() => program.prints(/one/), Error, "print /one/ in time"));
});

Deno.test("harness: what a role prints after its end is not taken for its output", async () => {
  await using program = started(({ console }) => {
    setTimeout(() => console.log("late"));
    return Promise.resolve(console.log("in time"));
  });
  assertEquals(await program.end(), { code: 0, stdout: "in time\n", stderr: "" });
});

Deno.test("harness: what a role still does after its end leaves no timer behind", async () => {
  const { promise: later, resolve: goOn } = Promise.withResolvers<void>();
  const set = Promise.withResolvers<void>();
  await using program = started(({ console }) => {
    later.then(() => set.resolve(void setTimeout(() => {}, PATIENCE)));
    return Promise.resolve(console.log("over"));
  });
  await program.end();
  goOn();
  await set.promise; // the test fails if it leaves a timer
});

Deno.test("harness: every wait has an end, which is an error", async () => {
  await assertRejects(() => within(1, never, "It did not come."), Error, "It did not come.");
  await hurried(() => assertRejects(() => until(() => false, "It is not so."), Error, "not so"));
  const attempt = () => Promise.reject(new Error("No."));
  await hurried(() => assertRejects(() => eventually(attempt), Error, "No."));
});

const bare = "harness: where nothing is installed, the tests that need it are left out";
Deno.test(unless(NOT_LINUX, bare), async () => {
  // There Deno offers itself as `node`, and `script` cannot be started.
  const folder = await Deno.makeTempDir();
  try {
    await Deno.symlink("/bin/sh", `${folder}/sh`);
    const code = `import { installed } from "${inProject("tests/peers.ts")}";
      import { NO_TERMINAL } from "${inProject("tests/only.ts")}";
      console.log(["sh", "node", "dig"].map(installed), NO_TERMINAL !== "");`;
    const args = ["eval", "--frozen", code];
    const env = { PATH: folder, NO_COLOR: "1" };
    const { stdout, stderr } = await new Program(Deno.execPath(), args, { env }).end();
    assertEquals([stdout, stderr], ["[ true, false, false ] true\n", ""]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

/** The files with tests in a folder, but for those of the folders in it. */
function testsIn(folder: string): string[] {
  const names = [...Deno.readDirSync(inProject(`tests/${folder}`))].map(({ name }) => name);
  return names.filter((name) => name.endsWith("_test.ts")).map((name) => `tests/${folder}${name}`);
}

/** The files with tests that this one imports, and so runs. */
function gathered(file: string): string[] {
  const imports = readText(inProject(file)).matchAll(/^import "\.\/(.+_test\.ts)";$/gm);
  return [...imports].map(([, name]) => `tests/${name}`);
}

Deno.test("harness: deno task test runs every file with tests, and each of them once", () => {
  const begun = config.test.include;
  const run = [...begun, ...begun.flatMap(gathered)];
  const files = ["", "cli/", "lib/", "peers/"].flatMap(testsIn);
  assert(files.length > 80, `${files.length} files`);
  for (const file of files) {
    const found = run.filter((other) => other === file).length;
    const line = `import "./${file.slice("tests/".length)}";`;
    const where = "in one of the files that test.include names in deno.json";
    assertEquals(found, 1, `${file} is run ${found} times. Write once, ${where}: ${line}`);
  }
  assertEquals(run.length, files.length, "One of the files is missing.");
});
