import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { readCommand } from "../../cli/args.ts";
import { type Lesson, UsageError } from "../../cli/lesson.ts";
import { type Address, bind } from "../../lib/udp.ts";
import { SIDES } from "../lessons.ts";
import { runLesson } from "../program.ts";

Deno.test("every role: a wrong command ends with 2, and says what is wrong and where the help is", async () => {
  const wrong: [string[], RegExp][] = [
    [
      ["--port", "70000"],
      /^--port 70000 is not a port: it must be a whole number from [01] to 65535/,
    ],
    [["--port=-1"], /^--port -1 is not a port/],
    [["--port=1.5"], /^--port 1\.5 is not a port/],
    [["--port", "http"], /^--port http is not a port/],
    [["--port", ""], /^--port needs a value/],
    [["--port"], /^--port needs a value/],
    [["--host", ""], /^--host needs a value/],
    [["--hots", "x"], /^"\w+" does not take "--hots"/],
    [["-x"], /^"\w+" does not take "-x"/],
    [["again"], /^"\w+" does not take "again"/],
    [["--port", "\x1b[2J"], /^--port \\x1b\[2J is not a port/],
  ];
  // One lesson for each: they share this code. And each role once.
  await Promise.all(wrong.map(async ([args, message], index) => {
    const { page: { number }, word } = SIDES[index % SIDES.length]!;
    const { code, stdout, stderr } = await runLesson(number, [word, ...args]);
    assertMatch(stderr, message);
    assertMatch(stderr, new RegExp(`\nSee: deno task lesson${number} --help\n$`));
    assertEquals([code, stdout], [2, ""]);
  }));
});

Deno.test("a role that does not exist, or options without a role: 2, and the roles there are", async () => {
  const [unknown, inherited, without] = await Promise.all([
    runLesson(4, ["sever"]),
    runLesson(4, ["toString"]), // every object has that
    runLesson(4, ["--port", 9999]),
  ]);
  assertMatch(unknown.stderr, /^There is no role "sever" here\. Choose server or client\.\n/);
  assertMatch(
    without.stderr,
    /^Without a role, a lesson takes --json and --help only\. Roles: server or client\.\n/,
  );
  assertMatch(inherited.stderr, /^There is no role "toString" here/);
  assertEquals([unknown.code, inherited.code, without.code], [2, 2, 2]);
});

Deno.test("--port 0 is for those who listen: nobody can send there", async () => {
  const { code, stderr } = await runLesson(1, ["send", "--port", 0]);
  assertMatch(stderr, /^--port 0 is not a port: it must be a whole number from 1 to 65535\.\n/);
  assertEquals(code, 2);
});

Deno.test("--host 0.0.0.0 is for those who listen: nobody is sent to there", async () => {
  const [four, six] = await Promise.all([
    runLesson(4, ["client", "--host", "0.0.0.0"]),
    runLesson(5, ["chat", "--host", "[::]"]),
  ]);
  assertMatch(four.stderr, /^--host 0\.0\.0\.0 means all addresses of this machine: name the one/);
  assertMatch(six.stderr, /^--host :: means all addresses/);
  assertEquals([four.code, six.code], [2, 2]);
});

Deno.test("--message may be empty, but not forgotten; and -- hands options on", async () => {
  using socket = bind();
  const { port } = socket.address;
  const send = (...args: string[]) => runLesson(1, ["send", ...args, "--port", port]);
  for (const { stdout } of await Promise.all([send("--message="), send("--", "--message=")])) {
    assertEquals(stdout, `Sent 0 bytes to 127.0.0.1:${port}.\n`);
  }
  const { code, stderr } = await send("--message");
  assertMatch(stderr, /^--message needs a value\./);
  assertEquals(code, 2);
});

/** A lesson with one role that listens and one that sends. */
const LESSON: Lesson = {
  part: 1,
  title: "x",
  about: "X.",
  port: 7,
  play: () => Promise.resolve(),
  roles: {
    here: { about: "listens", listens: true, run: () => Promise.resolve() },
    there: { about: "sends", run: () => Promise.resolve() },
  },
  tryNext: ["", ""],
};

/** The address that these arguments give. */
function address(...args: string[]): Address {
  const command = readCommand(LESSON, args);
  assert(command.does === "role");
  return command.address;
}

Deno.test("args: the port is a whole number up to 65535, from 1, or from 0 for who listens", () => {
  assertEquals(address("here"), { hostname: "127.0.0.1", port: 7 });
  for (const port of [1, 65_535]) assertEquals(address("there", "--port", `${port}`).port, port);
  assertEquals(address("here", "--port=0").port, 0);
  for (const port of ["65536", "100000", "1e3", "0x10", "+1", " 1", "１"]) {
    assertThrows(() => address("here", `--port=${port}`), UsageError, "from 0 to 65535 (0: the");
    assertThrows(() => address("there", `--port=${port}`), UsageError, "from 1 to 65535.");
  }
  assertThrows(() => address("there", "--port=0"), UsageError, "from 1 to 65535.");
});

Deno.test("args: nothing is played, --json says how; a role takes neither", () => {
  assertEquals(readCommand(LESSON, []), { does: "play", json: false, numbers: {} });
  assertEquals(readCommand(LESSON, ["--json"]), { does: "play", json: true, numbers: {} });
  assertEquals(readCommand(LESSON, ["--", "--json"]), { does: "play", json: true, numbers: {} });
  assertEquals(readCommand(LESSON, ["--help", "--port=x"]), { does: "help" });
  assertThrows(() => address("there", "--json"), UsageError, '"there" does not take "--json".');
});
