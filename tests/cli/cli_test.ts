import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import stringWidth from "string-width";
import { bind } from "../../lib/udp.ts";
import {
  answer,
  freePort,
  inTerminal,
  lesson,
  NO_HOST,
  Program,
  runLesson,
  terminal,
} from "../program.ts";

const ROLES: Record<number, string[]> = {
  1: ["send"],
  2: ["receive"],
  3: ["bind"],
  4: ["server", "client"],
  5: ["chat"],
  6: ["server", "client"],
};
const LESSONS = Object.keys(ROLES).map(Number);

Deno.test("every lesson: --help shows roles, options, defaults and an example", async () => {
  await Promise.all(LESSONS.map(async (number) => {
    const roles = ROLES[number]!;
    const { code, stdout, stderr } = await runLesson(number, ["--help"]);
    assertEquals([code, stderr], [0, ""]);
    for (const role of roles) {
      assertStringIncludes(stdout, `deno task lesson${number} ${role} [options]`);
    }
    assertMatch(stdout, /--host HOST .*\((127\.0\.0\.1|127\.255\.255\.255)\)\n/);
    assertMatch(stdout, /--port PORT .*\((8080|7781|9999|4567|10000)\)\n/);
    assertMatch(
      stdout,
      new RegExp(`Example\n  deno task lesson${number} ${roles[0]} --port \\d+\n`),
    );
    for (const line of stdout.split("\n")) assert(stringWidth(line) <= 80, line);
    assertEquals((await runLesson(number, [roles[0]!, "-h", "--port", "x"])).stdout, stdout);
  }));
});

Deno.test("every lesson: played, it fits into 80 columns, holds no control character, and says what is next", async () => {
  await Promise.all(LESSONS.map(async (number) => {
    if (number === 6 && Deno.build.os !== "linux") return;
    const { code, stdout, stderr } = await runLesson(number);
    assertEquals([code, stderr], [0, ""]);
    for (const line of stdout.split("\n")) {
      assert(stringWidth(line) <= 80, `wide: ${line}`);
      assert(!/\p{Cc}/u.test(line), `control character: ${line}`);
    }
    assertMatch(stdout, new RegExp(`^Lesson ${number}\\. `));
    const [file] = stdout.match(/Read it {2}(lessons\/0\d_\w+\.ts)\n/)!.slice(1);
    const [test] = stdout.match(/Test it {2}deno task test (tests\/0\d_\w+_test\.ts)\n/)!.slice(1);
    const [page] = stdout.match(/Do it {4}(exercises\/0\d_\w+\.ts) .* deno task exercise\d\n$/)!
      .slice(1);
    for (const path of [file!, test!, page!]) {
      assert((await Deno.stat(new URL(`../../${path}`, import.meta.url))).isFile);
    }
    assertMatch(
      stdout,
      /\nTry it {3}deno task lesson\d .* in one terminal, and\n {9}deno task lesson\d .* in a second/,
    );
  }));
});

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
  const roles = LESSONS.flatMap((number) => ROLES[number]!.map((role) => [number, role] as const));
  await Promise.all(wrong.map(async ([args, message], index) => {
    const [number, role] = roles[index % roles.length]!;
    const { code, stdout, stderr } = await runLesson(number, [role, ...args]);
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
  assertMatch(unknown.stderr, /^There is no role "sever" here: it is server or client\.\n/);
  assertMatch(without.stderr, /^The lesson takes no options without a role: server or client\.\n/);
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

/** A lesson with more permissions than its task has. */
function run(file: string, ...args: string[]): Program {
  const flags = ["run", "--unstable-net", "--allow-net", "--no-prompt"];
  return new Program(Deno.execPath(), [...flags, `lessons/${file}`, ...args]);
}

Deno.test("a host that does not resolve: 1, and the name", async () => {
  await using program = run(
    "01_send.ts",
    "send",
    "--host",
    NO_HOST,
    "--message",
    "x",
  );
  const { code, stderr } = await program.end();
  assertMatch(
    stderr,
    new RegExp(`^No address was found for the host ${NO_HOST}\\. Check its spelling`),
  );
  assertEquals(code, 1);
});

Deno.test("an address of another machine cannot be bound: 1, and what can", async () => {
  await using program = run("03_bind.ts", "bind", "--host", "192.0.2.99");
  const { code, stderr } = await program.end();
  assertMatch(
    stderr,
    /^Cannot bind 192\.0\.2\.99:7781: this machine has no such address\. Use 127/,
  );
  assertEquals(code, 1);
});

Deno.test("a missing permission, for a name or an address: 1, and what to do", async () => {
  const [name, address] = await Promise.all([
    runLesson(1, ["send", "--host", NO_HOST, "--message", "x"]),
    runLesson(4, ["client", "--host", "192.0.2.99"]),
  ]);
  assertMatch(name.stderr, /^Deno has no permission to look up the name x+\.invalid\./);
  assertMatch(
    address.stderr,
    /^Cannot bind 0\.0\.0\.0:0: Deno has no permission for it\./,
  );
  assertEquals([name.code, address.code], [1, 1]);
  assertEquals(address.stdout, ""); // nobody is there to be asked
});

Deno.test("localhost will do, and an IPv4 address in IPv6 clothes, wherever an address will", async () => {
  await using server = lesson(4, "server", "--host", "localhost", "--port", 0);
  const port = (await server.prints(/Bind UDP on (\d+)/))[1]!;
  for (const host of ["localhost", "::ffff:127.0.0.1"]) {
    const { stdout } = await runLesson(4, ["client", "--host", host, "--port", port]);
    assertEquals(stdout, "Hello, Michael!\nHello, Tracy!\nHello, Sarah!\n");
  }
});

Deno.test({
  name: "Ctrl-C and SIGTERM end every role with 0 and one line",
  ignore: Deno.build.os === "windows",
  async fn() {
    const port = freePort();
    const waiting: [number, string[], RegExp][] = [
      [2, ["receive", "--port", `${port}`], /Waiting for a reply/],
      [4, ["client", "--port", `${port}`, "--timeout", "0.1"], /No answer for Michael/],
      [6, ["client", "--port", `${port}`, "--timeout", "60"], /collecting answers/],
    ];
    await Promise.all(waiting.map(async ([number, args, line], index) => {
      await using program = lesson(number, ...args);
      await program.prints(line);
      program.signal(index === 0 ? "SIGTERM" : "SIGINT");
      const { code, stdout, stderr } = await program.end();
      assertEquals([code, stderr], [0, ""]);
      assertMatch(
        stdout,
        /\nStopped\. Sent \d+ datagrams? \(\d+ bytes\), received 0 \(0 bytes\)\.\n$/,
      );
    }));
  },
});

Deno.test({
  name: "Ctrl-C ends a lesson that plays itself",
  ignore: Deno.build.os === "windows",
  async fn() {
    await using program = lesson(2);
    await program.prints(/The asker waits/);
    program.signal("SIGINT");
    const { code, stdout, stderr } = await program.end();
    assertEquals([code, stderr], [0, ""]);
    assertMatch(stdout, /\nStopped\./);
  },
});

Deno.test({
  name: "Ctrl-Z stops no program: the terminal would be lost",
  ignore: !terminal,
  async fn() {
    // set -m: Ctrl-Z stops nothing but what a shell has started as a job.
    const job = (task: string) => {
      const command = `set -m; "${Deno.execPath()}" task -q ${task} --port ${freePort()}`;
      return new Program("script", ["-qec", command, "/dev/null"]);
    };
    await using server = job("lesson4 server");
    await using typing = job("lesson1 send");
    await server.prints(/Bind UDP/);
    await typing.prints(/Message/);
    for (const program of [server, typing]) {
      await program.type("\x1ahalf");
      await program.prints(/half/);
      await program.type("\x03");
      const { code, stdout } = await program.end();
      assertMatch(stdout, /\r\nStopped\. Sent 0 datagrams/);
      assertEquals(code, 0);
    }
    assert(!typing.stdout.includes("^C")); // keys still came one by one: the terminal did not echo this
  },
});

Deno.test({
  name: "Deno asks a server that answers others once, before it begins, and never again",
  ignore: !terminal,
  async fn() {
    const port = freePort();
    await using server = inTerminal(`lesson4 server --host 0.0.0.0 --port ${port}`);
    await answer(server, "y", /Granted net access/);
    await server.prints(/the network as a whole\.[^]*Bind UDP on \d+\.\.\./);
    assertEquals((await runLesson(4, ["client", "--port", port])).code, 0);
    assertEquals(server.stdout.match(/Allow\?/g)?.length, 1);
    await server.type("\x03");
    assertEquals((await server.end()).code, 0);
  },
});

Deno.test({
  name: "a server that may not answer others ends: 1, and what it may",
  ignore: !terminal,
  async fn() {
    await using server = inTerminal(`lesson6 server --host 0.0.0.0 --port ${freePort()}`);
    await answer(server, "n", /Denied/);
    const { code, stdout } = await server.end();
    assertMatch(stdout, /Then it cannot answer\. Without --host it serves this machine alone/);
    assertEquals(stdout.match(/Allow\?/g)?.length, 1);
    assertEquals(code, 1);
  },
});

Deno.test({
  name: "Deno asks a client twice, and not again after a refusal",
  ignore: !terminal,
  async fn() {
    await using client = inTerminal("lesson4 client --host 192.0.2.99");
    await answer(client, "n", /Denied/);
    const { code, stdout } = await client.end();
    assertMatch(
      stdout,
      /asks twice: for a socket at 0\.0\.0\.0.*\r*\nand for sending to 192\.0\.2\.99:9999/,
    );
    assertMatch(stdout, /Cannot bind 0\.0\.0\.0:0: Deno has no permission for it\./);
    assertEquals(stdout.match(/Allow\?/g)?.length, 1);
    assertEquals(code, 1);
  },
});

Deno.test({
  name: "a permission refused at Deno's question: 1, and a sentence",
  ignore: !terminal,
  async fn() {
    await using program = inTerminal(`lesson3 bind --host 0.0.0.0 --port ${freePort()}`);
    await answer(program, "n", /Denied/);
    const { code, stdout } = await program.end();
    assertMatch(stdout, /Cannot bind 0\.0\.0\.0:\d+: Deno has no permission for it\./);
    assertEquals(code, 1);
  },
});

Deno.test({
  name: "colour only on a terminal, and only without NO_COLOR",
  ignore: !terminal,
  async fn() {
    const play = async (env: Record<string, string>) => {
      await using program = inTerminal("lesson4", env);
      return (await program.end()).stdout;
    };
    const [plain, coloured] = await Promise.all([
      play({ NO_COLOR: "1" }),
      play({ NO_COLOR: "" }),
    ]);
    assert(!plain.includes("\x1b"));
    assert(coloured.includes("\x1b[36m"));
  },
});
