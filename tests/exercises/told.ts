/**
 * What a check tells about code that is wrong, in whatever way. `deno task test:exercises`
 *
 * @module
 */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import type { Page } from "../../exercises/runner/pages.ts";
import { shipped } from "../../exercises/runner/shipped.ts";
import {
  Copy,
  FIFTH,
  FIRST,
  lineOfTodo,
  SECOND,
  solved,
  testCompiler,
  Uncompiled,
  withBody,
} from "./copy.ts";
import { NOT_LINUX, unless } from "../only.ts";

/** Checks a page where one exercise has this body. */
async function told(body: string, page: Page = FIRST, exercise = "sendToAll"): Promise<string> {
  await using copy = new Uncompiled();
  copy.write(page.file, withBody(page, exercise, body));
  return await toldOf(copy, page);
}

/** Checks a page that is wrong, and sees that what it says is fit to read. */
async function toldOf(copy: Copy, { number }: Page): Promise<string> {
  const { code, stdout, stderr } = await copy.run(number); // which waits for its end, but not for ever
  assertEquals(stderr, "");
  assertEquals(code, 1);
  for (const line of stdout.split("\n")) assert(line.length <= 80, line);
  assert(!/^\s+at /m.test(stdout), `a stack trace: ${stdout}`);
  assert(!stdout.includes("\x1e"), `an event: ${stdout}`);
  return stdout;
}

/** The same, unfolded: what was wrapped at the end of the line is one line again. */
function unfolded(stdout: string): string {
  return stdout.replaceAll(/\n {2,}/g, " ");
}

const RIGHT = "let bytes = 0;\n" +
  "  for (const to of addresses) bytes += await socket.send(text, to);\n  return bytes;";

Deno.test("code that never ends is stopped, and the other exercise is checked all the same", async () => {
  const stdout = await told('console.log("I am here");\n  while (true);');
  assertMatch(
    unfolded(stdout),
    /✗ every address gets the text as one datagram It does not end, so it was stopped\..* \| I am here/,
  );
  assertMatch(stdout, /^sendLong: not started$/m);
});

Deno.test("code that prints without end is stopped", async () => {
  const stdout = await told('while (true) console.log("more");');
  assertStringIncludes(stdout, "It prints more than 1 MB, so it was stopped");
  assertMatch(stdout, /( {6}\| more\n){10} {6}\| … and [\d,]+ lines more\n/);
});

Deno.test("what the page throws outside of its functions is told, and in which line", async () => {
  await using copy = new Uncompiled();
  copy.write(FIRST.file, `${solved(FIRST)}\nthrow new Error("top");\n`);
  assertMatch(
    await toldOf(copy, FIRST),
    /It ends before all is checked\. It throws at exercises\/01_send\.ts:\d+: Error: top\n/,
  );
});

Deno.test("a page whose cases pass, and that makes Deno fail at its end, is not done", async () => {
  await using copy = new Uncompiled();
  copy.write(FIRST.file, `${solved(FIRST)}\naddEventListener("unload", () => Deno.exit(3));\n`);
  assertStringIncludes(await toldOf(copy, FIRST), "Deno says that it failed.");
});

Deno.test("a page that does not get to its end is told", async () => {
  await using copy = new Uncompiled();
  await using impatient = new Copy();
  const outside = async (code: string, where: Copy = copy) => {
    where.write(FIRST.file, `${solved(FIRST)}\n${code}\n`);
    return await toldOf(where, FIRST);
  };
  // An endless loop that leaves the processor to others.
  const loop = "const one = new Int32Array(new SharedArrayBuffer(4));\n" +
    "while (true) Atomics.wait(one, 0, 0);";
  assertStringIncludes(await outside(loop, impatient), "Before the first case: It does not end");
  assertStringIncludes(await outside("Deno.exit(0);"), "It ends before all is checked.");
  assertStringIncludes(await outside("await new Promise(() => {});"), "It ends before all");
});

Deno.test("code that waits for ever is told what it did not do", async () => {
  const stdout = await told("await new Promise((done) => setTimeout(done, 60_000)); return 0;");
  assertStringIncludes(stdout, "After 400 ms it had not ended.");
});

Deno.test("code that waits for nothing is told", async () => {
  const stdout = await told("return await new Promise(() => {});", FIFTH, "listenWithNames");
  assertStringIncludes(stdout, "After 400 ms it had not ended.");
});

Deno.test("code that throws: what, and in which line", async () => {
  const stdout = await told('throw new TypeError("Oh no");');
  assertMatch(stdout, /It throws at exercises\/01_send\.ts:\d+: TypeError: Oh no\n/);
  assertMatch(await told('throw "a word";'), /It throws: "a word"\n/);
});

Deno.test("code that ends the program is told", async () => {
  assertStringIncludes(await told("Deno.exit(0);"), "It ends the whole program.");
  const abort = await told('(await import("node:process")).default.abort(); return 0;');
  assertStringIncludes(abort, "It ends the whole program.");
});

Deno.test("code that sets the exit code of the program is told", async () => {
  const stdout = await told("Deno.exitCode = 3;\n  return Promise.resolve(0);");
  assertMatch(
    unfolded(stdout),
    /It sets Deno\.exitCode\. An exercise must not do that: it only returns\./,
  );
});

Deno.test("what fails where nobody awaits it fails the case, and only that one", async () => {
  const stdout = await told('Promise.reject(new Error("Lost"));\n  return addresses.length;');
  assertMatch(
    unfolded(stdout),
    /✗ without addresses the result is 0 It throws at exercises\/01_send\.ts:\d+: Error: Lost/,
  );
  assertMatch(await told('setTimeout(() => { throw new Error("Later"); }); return 0;'), /: Later/);
  const timeout = "return await socket.receive({ signal: AbortSignal.timeout(9) }) as never;";
  const limit = await told(timeout, SECOND, "askNumbered");
  assertStringIncludes(limit, "lessons/02_receive.ts");
});

Deno.test("an open socket is told", async () => {
  const stdout = await told(`const socket = bind();\n  ${RIGHT}`);
  assertStringIncludes(stdout, "Something is left open or running when it ends");
  assertMatch(stdout, /Deno says:\n +- A UDP socket/);
  assertStringIncludes(stdout, "The same.");
});

Deno.test("code that does not compile: what, and in which line", async () => {
  await using copy = new Copy();
  const compiled = async (body: string) => {
    copy.write(FIRST.file, withBody(FIRST, "sendToAll", body));
    return await toldOf(copy, FIRST);
  };
  const place = `exercises/01_send.ts:${lineOfTodo(shipped(FIRST))}`;
  assertStringIncludes(
    await compiled('return "12";'),
    `\nexercises/01_send.ts does not compile:\n${place}:3: Type 'string'`,
  );
  const expected = new RegExp(`^${place}:\\d+: .*Expression expected`, "m");
  assertMatch(await compiled("return 1 +;"), expected);
  copy.write(FIRST.file, `import "./nothing.ts";\n${shipped(FIRST)}`);
  assertStringIncludes(await toldOf(copy, FIRST), "exercises/01_send.ts:1:8: Cannot find module");
  copy.write(
    FIRST.file,
    shipped(FIRST).replace("export async function sendLong", "async function sendLong"),
  );
  assertMatch(await toldOf(copy, FIRST), /checks\/01_send_test\.ts:\d+:\d+: [^]*'sendLong'/);
});

Deno.test("what the code prints is shown with the case, safe to print", async () => {
  const print = 'console.log("I am %s", "here", "\\x1b]0;title\\x07", "\\x1e{\\"ends\\":1}");\n' +
    '  Deno.stdout.writeSync(new TextEncoder().encode("raw\\n"));\n  return 1;';
  const stdout = await told(print);
  assertMatch(
    stdout,
    /✗ every address gets the text[^✗]*\n +\| I am here .*\\x1e\{"ends":1\}\n +\| raw\n/,
  );
  assert(!stdout.includes("\x07"));
});

Deno.test({
  ...unless(NOT_LINUX, "who stops the check stops the code that is checked, too"),
  async fn() {
    await using copy = new Uncompiled();
    copy.write(FIRST.file, withBody(FIRST, "sendToAll", "while (true);"));
    for (const signal of ["SIGTERM", "SIGHUP"] as const) { // SIGHUP: the terminal is closed
      await using program = copy.start(1);
      for (let i = 0; i < 500 && (await copy.checks()).length === 0; i++);
      program.signal(signal);
      let left = await copy.checks();
      for (let i = 0; i < 500 && left.length > 0; i++) left = await copy.checks();
      for (const pid of left) Deno.kill(pid, "SIGKILL"); // or it would never end
      const { stdout } = await program.end();
      assertEquals(left, [], signal);
      assertStringIncludes(stdout, "Stopped.");
    }
  },
});

testCompiler();
