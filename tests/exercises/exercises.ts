/**
 * The exercises, as a learner uses them, each time in a copy of the project: what is shipped is not
 * started, the solutions pass, and every case of every check fails on some mistake. `deno task test:exercises`
 *
 * @module
 */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { Program } from "../program.ts";
import { WRONG } from "./wrong.ts";

const PAGES = ["01_send", "02_receive", "03_bind", "04_echo", "05_chat", "06_broadcast"];
const EXERCISES = [
  ["sendToAll", "sendLong"],
  ["receiveSome", "askOnly"],
  ["bindInRange", "portState"],
  ["countingServer", "stoppableServer"],
  ["listenWithNames", "untilSilent"],
  ["findServers", "whoIsHere"],
];
const BAR = /^[█░]{12} (\d+) of 12 done$/m;

const cases = PAGES.map((page) =>
  [...Deno.readTextFileSync(`exercises/checks/${page}_test.ts`).matchAll(/^Deno\.test\("(.*)", /gm)]
    .map(([, name]) => name!)
);

/** A copy of what the exercises need. */
class Copy implements AsyncDisposable {
  readonly #folder = Deno.makeTempDirSync({ prefix: "udp workbook " });

  constructor() {
    for (const name of ["deno.json", "deno.lock", "cli", "lib", "exercises"]) {
      copy(name, `${this.#folder}/${name}`);
    }
    for (const page of PAGES) this.write(page, original(page));
    for (const name of this.files()) {
      if (name.includes("mine") || name === ".hints.json") {
        Deno.removeSync(`${this.#folder}/exercises/${name}`);
      }
    }
  }

  path(page: string): string {
    return `${this.#folder}/exercises/${page}.ts`;
  }

  read(page: string): string {
    return Deno.readTextFileSync(this.path(page));
  }

  write(page: string, source: string): void {
    Deno.writeTextFileSync(this.path(page), source);
  }

  files(): string[] {
    return [...Deno.readDirSync(`${this.#folder}/exercises`)].map(({ name }) => name).sort();
  }

  start(task: string, ...options: string[]): Program {
    const args = ["task", "-q", task, ...options];
    return new Program(Deno.execPath(), args, { cwd: this.#folder });
  }

  async run(task: string, ...options: string[]) {
    return await this.start(task, ...options).end();
  }

  /** The process ids of the `deno test` that run in this folder. */
  async checks(): Promise<number[]> {
    const find = 'for p in /proc/[0-9]*; do [ "$(readlink $p/cwd)" = "$0" ] && ' +
      "tr '\\0' ' ' <$p/cmdline | grep -q '^[^ ]* test ' && echo ${p#/proc/}; done";
    const shell = new Deno.Command("sh", { args: ["-c", find, this.#folder], stderr: "null" });
    const { stdout } = await shell.output();
    return new TextDecoder().decode(stdout).split("\n").filter(Boolean).map(Number);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.#folder, { recursive: true });
  }
}

function copy(from: string, to: string): void {
  if (Deno.statSync(from).isFile) return Deno.copyFileSync(from, to);
  Deno.mkdirSync(to);
  for (const { name } of Deno.readDirSync(from)) copy(`${from}/${name}`, `${to}/${name}`);
}

function original(page: string): string {
  return Deno.readTextFileSync(`exercises/originals/${page}.txt`);
}

function solution(page: string): string {
  return Deno.readTextFileSync(`exercises/solutions/${page}.ts`).replaceAll("../../lib", "../lib");
}

/** A page where one exercise has another body. */
function withBody(page: string, exercise: string, body: string): string {
  const source = original(page);
  const start = source.indexOf(`function ${exercise}(`);
  return source.slice(0, start) + source.slice(start).replace("return todo();", body);
}

/** The sentences of the cases that passed or failed, each under its exercise. */
function marked(stdout: string, mark: "✓" | "✗"): string[] {
  let exercise = "";
  return stdout.split("\n").flatMap((line) => {
    exercise = line.match(/^(\w+): /)?.[1] ?? exercise;
    return line.startsWith(`  ${mark} `) ? `${exercise}: ${line.slice(4)}` : [];
  });
}

Deno.test("as shipped, every exercise is not started", async () => {
  for (const page of PAGES) {
    assertEquals(Deno.readTextFileSync(`exercises/${page}.ts`), original(page));
  }
  await using copy = new Copy();
  const { code, stdout } = await copy.run("exercises");
  const lines = stdout.split("\n").filter((line) => line.startsWith("·"));
  assertEquals(
    lines.map((line) => line.replaceAll(/ +/g, " ")),
    EXERCISES.flatMap((two, i) => two.map((name) => `· exercise${i + 1} ${name} not started`)),
  );
  assertEquals(stdout.match(BAR)?.[1], "0");
  assertEquals(code, 0);
});

for (const [i, page] of PAGES.entries()) {
  Deno.test(`exercise ${i + 1}: the solution passes every case, and then it says where to go`, async () => {
    await using copy = new Copy();
    copy.write(page, solution(page));
    const { code, stdout } = await copy.run(`exercise${i + 1}`);
    assertEquals(marked(stdout, "✓"), cases[i], stdout);
    assertStringIncludes(stdout, `exercises/solutions/${page}.ts`);
    assertStringIncludes(stdout, i < 5 ? `Next: deno task lesson${i + 2}\n` : "task exercises\n");
    assertEquals(code, 0);
    const overview = (await copy.run("exercises")).stdout;
    assertEquals(overview.match(BAR)?.[1], "2");
    assertStringIncludes(overview, `Next: deno task exercise${i === 0 ? 2 : 1}\n`);
  });
}

Deno.test("with every solution in its place, all of them are done", async () => {
  await using copy = new Copy();
  for (const page of PAGES) copy.write(page, solution(page));
  const { stdout } = await copy.run("exercises");
  assertEquals(stdout.match(BAR)?.[1], "12");
  assertStringIncludes(stdout, "That was all of them.\n");
});

Deno.test("every case has a mistake that fails it", () => {
  const failed = new Set(WRONG.flatMap(({ fails }) => fails));
  assertEquals(cases.flat().filter((name) => !failed.has(name)), []);
});

for (const { page, mistake, from, to, fails } of WRONG) {
  Deno.test(`exercise ${page}: where ${mistake}, the check says so`, async () => {
    const right = solution(PAGES[page - 1]!);
    assertStringIncludes(right, from);
    await using copy = new Copy();
    copy.write(PAGES[page - 1]!, right.replace(from, to));
    const { code, stdout } = await copy.run(`exercise${page}`);
    const found = marked(stdout, "✗");
    assertEquals(fails.filter((name) => !found.includes(name)), [], stdout);
    assertStringIncludes(stdout, `Next: fix ${fails[0]!.split(":")[0]} in exercises/`);
    assertEquals(code, 1);
  });
}

/** Checks a page where one exercise has this body. */
async function told(body: string, page = "01_send", exercise = "sendToAll"): Promise<string> {
  await using copy = new Copy();
  copy.write(page, withBody(page, exercise, body));
  const start = Date.now();
  const { code, stdout, stderr } = await copy.run(`exercise${Number(page.slice(0, 2))}`);
  const seconds = (Date.now() - start) / 1000;
  assertEquals(stderr, "");
  assertEquals(code, 1);
  assert(seconds < 5, `It took ${seconds} s.`);
  for (const line of stdout.split("\n")) assert(line.length <= 80, line);
  assert(!/^\s+at /m.test(stdout), `a stack trace: ${stdout}`);
  return stdout;
}

Deno.test("one exercise of two: the other one is still not started, and comes next", async () => {
  await using copy = new Copy();
  const body = "using socket = bind();\n  let bytes = 0;\n" +
    "  for (const to of addresses) bytes += await socket.send(text, to);\n  return bytes;";
  copy.write("01_send", withBody("01_send", "sendToAll", body));
  const { stdout } = await copy.run("exercise1");
  assertMatch(stdout, /^sendToAll: done$/m);
  assertMatch(stdout, /^sendLong: not started$/m);
  assertStringIncludes(stdout, "Next: write sendLong in exercises/01_send.ts");
  assertEquals((await copy.run("exercises")).stdout.match(BAR)?.[1], "1");
});

Deno.test("code that never ends is stopped, and the other exercise is checked all the same", async () => {
  const stdout = await told("while (true);");
  assertStringIncludes(stdout, "It does not end, so it was stopped");
  assertStringIncludes(stdout, "every address gets the text");
  assertMatch(stdout, /^sendLong: not started$/m);
});

Deno.test("code that prints without end is stopped", async () => {
  const stdout = await told('while (true) console.log("more");');
  assertStringIncludes(stdout, "It prints more than 1 MB, so it was stopped");
});

Deno.test("what the page throws outside of its functions is told, and in which line", async () => {
  await using copy = new Copy();
  copy.write("01_send", `${solution("01_send")}\nthrow new Error("top");\n`);
  const { stdout } = await copy.run("exercise1");
  assertMatch(stdout, /It ends before all is checked\. It throws at 01_send\.ts:\d+: Error: top\n/);
});

Deno.test({
  name: "who stops the check stops the code that is checked, too",
  ignore: Deno.build.os !== "linux", // where a list of processes can be read
  async fn() {
    await using copy = new Copy();
    copy.write("01_send", withBody("01_send", "sendToAll", "while (true);"));
    await using program = copy.start("exercise1");
    for (let i = 0; i < 500 && (await copy.checks()).length === 0; i++);
    program.signal("SIGTERM");
    const { stdout } = await program.end();
    const left = await copy.checks();
    for (const pid of left) Deno.kill(pid, "SIGKILL");
    assertEquals(left, []);
    assertStringIncludes(stdout, "Stopped.");
  },
});

Deno.test("code that waits for ever is told what it did not do", async () => {
  const stdout = await told("await new Promise((done) => setTimeout(done, 60_000)); return 0;");
  assertStringIncludes(stdout, "After 400 ms it had not ended.");
});

Deno.test("code that waits for nothing is told", async () => {
  const stdout = await told("return await new Promise(() => {});", "05_chat", "untilSilent");
  assertStringIncludes(stdout, "After 400 ms it had not ended.");
});

Deno.test("code that throws: what, and in which line", async () => {
  const stdout = await told('throw new TypeError("Oh no");');
  assertMatch(stdout, /It throws at 01_send\.ts:\d+: TypeError: Oh no\n/);
});

Deno.test("what fails where nobody awaits it fails the case, and only that one", async () => {
  const stdout = await told('Promise.reject(new Error("Lost"));\n  return addresses.length;');
  assertMatch(stdout, /✗ no address, nothing sent\n +It throws at 01_send\.ts:\d+: Error: Lost/);
  assertMatch(await told('setTimeout(() => { throw new Error("Later"); }); return 0;'), /: Later/);
  const timeout = "return await socket.receive({ signal: AbortSignal.timeout(9) }) as never;";
  assertStringIncludes(await told(timeout, "05_chat", "untilSilent"), "lessons/02_receive.ts");
});

Deno.test("an open socket is told", async () => {
  const body = "const socket = bind();\n  let bytes = 0;\n" +
    "  for (const to of addresses) bytes += await socket.send(text, to);\n  return bytes;";
  const stdout = await told(body);
  assertStringIncludes(stdout, "Something is left open or running when it ends");
  assertStringIncludes(stdout, "The same.");
});

Deno.test("code that does not compile: what, and in which line", async () => {
  const wrongType = await told('return "12";');
  assertMatch(wrongType, /^exercises\/01_send\.ts does not compile:\n.* line \d+: Type 'string'/m);
  assertStringIncludes(await told("return 1 +;"), "Expression expected");
  assertStringIncludes(await told('import "./nothing.ts";'), "does not compile");
});

Deno.test("code gets loopback, and nothing else", async () => {
  const body = (code: string) => `${code};\n  return addresses.length;`;
  for (
    const [code, access] of [
      ['Deno.readTextFileSync("deno.json")', "read access"],
      ['Deno.writeTextFileSync("deno.json", "")', "write access"],
      ['Deno.env.get("HOME")', "env access"],
      ['new Deno.Command("ls").outputSync()', "run access"],
      ['bind({ hostname: "0.0.0.0" })', "no permission for it"],
    ] as const
  ) {
    assertStringIncludes(await told(body(code)), access);
  }
});

Deno.test("what the code prints is shown with the case, safe to print", async () => {
  const stdout = await told('console.log("I am here", "\\x1b]0;title\\x07");\n  return 1;');
  assertMatch(stdout, /✗ every address gets the text[^✗]*\n +\| I am here/);
  assert(!stdout.includes("\x07"));
});

Deno.test("--hint: one after the other, for the exercise that comes next", async () => {
  await using copy = new Copy();
  const hints: string[] = [];
  for (let i = 1; i <= 3; i++) {
    const { code, stdout } = await copy.run("exercise1", "--hint");
    assertStringIncludes(stdout, `sendToAll, hint ${i} of 3:`);
    assertEquals(stdout.includes("That was the last one"), i === 3);
    assertEquals(code, 0);
    hints.push(stdout);
  }
  assertEquals(new Set(hints).size, 3);
  assertEquals((await copy.run("exercise1", "--hint")).stdout, hints[2]);
  assertStringIncludes(hints[2]!, "deno task exercise1 --hint sendLong");
  const other = await copy.run("exercise1", "--hint", "sendLong");
  assertStringIncludes(other.stdout, "sendLong, hint 1 of 3:");
  const again = await copy.run("exercise1", "--hint=sendLong");
  assertStringIncludes(again.stdout, "sendLong, hint 2 of 3:");
  assertEquals((await copy.run("exercise1", "--hint", "askOnly")).code, 2);

  copy.write("01_send", solution("01_send"));
  assertStringIncludes((await copy.run("exercise1", "--hint")).stdout, "no hint needed");
});

Deno.test("--reset: asks first, keeps the learner's version beside it", async () => {
  await using copy = new Copy();
  const reset = async (answer: string) => {
    await using program = copy.start("exercise1", "--reset");
    await program.prints(/\[y\/N\]/);
    await program.type(answer);
    return await program.end();
  };
  const untouched = await copy.run("exercise1", "--reset");
  assertStringIncludes(untouched.stdout, "nothing to reset");

  copy.write("01_send", "// mine\n");
  for (const answer of ["n\n", "\n", ""]) {
    const { code, stdout } = await reset(answer);
    assertStringIncludes(stdout, "Nothing was changed.");
    assertEquals(code, 1);
    assertEquals(copy.read("01_send"), "// mine\n");
  }

  const { code, stdout } = await reset("y\ny\ny\ny\ny\ny\ny\ny\ny\n"); // as `yes` does
  assertStringIncludes(stdout, "exercises/01_send.mine1.txt");
  assertEquals(code, 0);
  assertEquals(copy.read("01_send"), original("01_send"));
  copy.write("01_send", "// mine again\n");
  await reset("y\n");
  assertEquals(
    Deno.readTextFileSync(copy.path("01_send").replace(".ts", ".mine1.txt")),
    "// mine\n",
  );
  assert(copy.files().includes("01_send.mine2.txt"));
});

Deno.test("--reset brings back a file that is gone, and the first hint", async () => {
  await using copy = new Copy();
  await copy.run("exercise1", "--hint");
  Deno.removeSync(copy.path("01_send"));
  await using program = copy.start("exercise1", "--reset");
  await program.prints(/\[y\/N\]/);
  await program.type("y\n");
  assertEquals((await program.end()).code, 0);
  assertEquals(copy.read("01_send"), original("01_send"));
  assertStringIncludes((await copy.run("exercise1", "--hint")).stdout, "hint 1 of 3");
});

Deno.test("a file that is gone is told as that", async () => {
  await using copy = new Copy();
  Deno.removeSync(copy.path("01_send"));
  const { code, stdout, stderr } = await copy.run("exercise1");
  assertStringIncludes(stdout + stderr, "deno task exercise1 --reset");
  assertEquals(code, 1);
});

Deno.test("--watch: checks again at every save, until Ctrl-C", async () => {
  await using copy = new Copy();
  await using program = copy.start("exercise1", "--watch");
  await program.prints(/sendLong: not started[^]*Ctrl-C ends/);
  const before = program.stdout.length;
  copy.write("01_send", solution("01_send"));
  await program.prints(/sendToAll: done[^]*Both are done[^]*Ctrl-C ends/);
  assertStringIncludes(program.stdout.slice(before), "exercises/solutions/01_send.ts");
  program.signal("SIGINT");
  const { code, stderr } = await program.end();
  assertEquals(stderr, "");
  assertEquals(code, 0);
});

Deno.test("--help, and options that are none", async () => {
  await using copy = new Copy();
  const help = await copy.run("exercise1", "--help");
  assertStringIncludes(help.stdout, "deno task exercise4 --watch");
  assertEquals(help.code, 0);
  for (
    const [task, ...options] of [
      ["exercise1", "--hnit"],
      ["exercise1", "again"],
      ["exercise1", "--hint", "--reset"],
      ["exercises", "--hint"],
      ["exercises", "7"],
    ] as const
  ) {
    const { code, stdout, stderr } = await copy.run(task, ...options);
    assertEquals(stdout, "");
    assertStringIncludes(stderr, "--help");
    assertEquals(code, 2);
  }
});
