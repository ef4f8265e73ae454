import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { lesson as lesson5 } from "../cli/lessons/05_chat.ts";
import { chat, follow, listen, type Partner, talk, UTF_8 } from "../lessons/05_chat.ts";
import { encodingNamed } from "../lib/encoding.ts";
import { type Address, bind, formatAddress, MAX_BYTES, type Socket } from "../lib/udp.ts";
import { bytes, here, soon, text, until } from "./helpers.ts";
import { NO_127_0_0_2, NO_TERMINAL, unless } from "./only.ts";
import { freePort, inTerminal, lesson, runLesson } from "./program.ts";
import { RunningRole } from "./role.ts";
import { waits } from "./waits.ts";

const NI_HAO = new Uint8Array([0xc4, 0xe3, 0xba, 0xc3]); // 你好 in GB 2312
const CHAT = lesson5.roles.chat!;

/** A screen where these lines are typed. It keeps what is printed. */
class TestScreen {
  readonly printed: string[] = [];
  readonly #typed: string[];

  /** Called before each line. */
  before: () => void = () => {};

  constructor(...typed: string[]) {
    this.#typed = typed;
  }

  print(line: string): void {
    this.printed.push(line);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<string> {
    for (const line of this.#typed) {
      this.before();
      yield line;
    }
  }
}

/** The next text that the socket hears. */
async function heard(socket: Socket): Promise<string> {
  return text((await socket.receive({ signal: soon() })).data);
}

/** Waits for the empty datagram of a chat that comes. Returns where it is. */
async function comes(socket: Socket): Promise<Address> {
  const { data, from } = await socket.receive({ signal: soon() });
  assertEquals(data.length, 0);
  return from;
}

Deno.test("lesson 5: talk sends every line but the empty ones, and says what it could not send", async () => {
  using alice = bind();
  using bob = bind();
  const screen = new TestScreen("one", "", "👋", "two");
  const partner = { address: bob.address, encoding: encodingNamed("gb2312") };
  assertEquals(await talk(alice, screen, partner), 1);
  assertEquals(screen.printed, ['Not sent: gb2312 has no bytes for all of "👋".']);
  assertEquals(await heard(bob), "one");
  assertEquals(await heard(bob), "two");
});

Deno.test("lesson 5: talk asks for each line where the partner is, and refuses it if nowhere", async () => {
  using alice = bind();
  using bob = bind();
  const places = [undefined, bob.address, undefined, bob.address];
  const partner: Partner = { address: undefined, encoding: UTF_8 };
  const screen = new TestScreen("early", "in time", "lost", "late");
  screen.before = () => partner.address = places.shift();
  assertEquals(await talk(alice, screen, partner), 2);
  assertEquals(screen.printed, Array(2).fill("Not sent: your partner is not here yet."));
  assertEquals([await heard(bob), await heard(bob)], ["in time", "late"]);
});

Deno.test("lesson 5: follow takes the first who writes, then the newest port of that host alone", () => {
  const ann = { hostname: "10.0.0.1", port: 4567 };
  const again = { hostname: "10.0.0.1", port: 50_001 };
  const stranger = { hostname: "10.0.0.2", port: 4567 };
  assertEquals(follow(undefined, ann), ann);
  assertEquals(follow(ann, ann), ann);
  assertEquals(follow(ann, again), again);
  assertEquals(follow(again, ann), ann);
  assertEquals(follow(ann, stranger), ann);
});

Deno.test("lesson 5: nobody can write to port 0, so nobody is followed there", () => {
  const ann = { hostname: "10.0.0.1", port: 4567 };
  assertEquals(follow(undefined, { ...ann, port: 0 }), undefined);
  assertEquals(follow(ann, { ...ann, port: 0 }), ann);
});

Deno.test("lesson 5: follow keeps what the sender's address does not say: zone, and spelling", () => {
  const ann = { hostname: "fe80::1%eth0", port: 4567 };
  assertEquals(follow(ann, { hostname: "fe80::1", port: 5 }), { ...ann, port: 5 });
});

Deno.test("lesson 5: listen prints who said what, in the encoding agreed on, and follows", async () => {
  const alice = bind();
  using bob = bind();
  using again = bind();
  const screen = new TestScreen();
  const partner: Partner = { address: undefined, encoding: encodingNamed("gb2312") };
  const listening = listen(alice, screen, partner);
  await bob.send(NI_HAO, alice.address);
  await until(() => screen.printed.length === 1);
  assertEquals(partner.address, bob.address);
  await again.send("", alice.address);
  await until(() => screen.printed.length === 3);
  assertEquals(partner.address, again.address);
  alice.close();
  await listening;
  const [one, two] = [formatAddress(bob.address), formatAddress(again.address)];
  assertEquals(screen.printed, [
    `${one}: 你好`,
    `${two} is here.`,
    `What you type goes to ${two} now.`,
  ]);
});

Deno.test("lesson 5: UTF-8 is what the page uses, unless told otherwise", async () => {
  using bob = bind();
  const chatting = chat(bob.address, new TestScreen("你好"));
  assertEquals([await heard(bob), await heard(bob)], ["", "你好"]);
  await chatting;
  assertEquals(UTF_8.decode(UTF_8.encode("你好 👋")), "你好 👋");
});

Deno.test("lesson 5: a line that is piped in before the first datagram has left is sent, too", async () => {
  for (let round = 0; round < 5; round++) {
    using friend = bind();
    await runLesson(5, ["chat", "--port", friend.address.port], "one\ntwo\n");
    assertEquals([await heard(friend), await heard(friend), await heard(friend)], [
      "",
      "one",
      "two",
    ]);
  }
});

Deno.test("lesson 5: both sides type and read at the same time, the same command on both", async () => {
  const port = freePort();
  await using first = lesson(5, "chat", "--port", port);
  await first.prints(/^Bind UDP on 127\.0\.0\.1:\d+\.\.\. Waiting for your partner\.$/m);
  await using second = lesson(5, "chat", "--port", port);
  const own = (await second.prints(/You are (127\.0\.0\.1:\d+)\. You write to/))[1]!;

  await first.prints(new RegExp(`^${own} is here\\.$`, "m")); // so it may speak, too
  await first.type("hello\n");
  await second.prints(new RegExp(`^127\\.0\\.0\\.1:${port}: hello$`, "m"));
  await Promise.all([first.type("one\ntwo\n"), second.type("three\nfour\n")]);
  await first.prints(/: three\n[^]*: four\n/);
  await second.prints(/: one\n[^]*: two\n/);
  assertEquals((await second.end()).code, 0);
  assertEquals((await first.end()).code, 0);
});

Deno.test("lesson 5: the other side is started again, and what is typed follows", async () => {
  const port = freePort();
  await using first = lesson(5, "chat", "--port", port);
  await first.prints(/Bind UDP on/);
  for (const words of ["one", "two", "three"]) {
    await using second = lesson(5, "chat", "--port", port);
    const own = (await second.prints(/You are (127\.0\.0\.1:\d+)\. You write to/))[1]!;
    const now = words === "one" ? "" : `\nWhat you type goes to ${own} now\\.`;
    await first.prints(new RegExp(`^${own} is here\\.${now}$`, "m"));
    await first.type(`${words}\n`);
    await second.prints(new RegExp(`: ${words}\n`));
    assertEquals((await second.end()).code, 0);
  }
  assertEquals(first.stdout.match(/ now\./g)?.length, 2);
});

Deno.test("lesson 5: --encoding works in both directions", async () => {
  using friend = bind();
  const args = ["--port", friend.address.port, "--encoding", "GB2312"];
  await using chat = lesson(5, "chat", ...args);
  const from = await comes(friend);
  await chat.type("你好\n");
  assertEquals((await friend.receive({ signal: soon() })).data, NI_HAO);
  await friend.send(NI_HAO, from);
  await chat.prints(new RegExp(`^${formatAddress(friend.address)}: 你好$`, "m"));
});

Deno.test("lesson 5: a line that cannot be written is refused, the chat goes on, and ends with 1", async () => {
  using friend = bind();
  await using chat = lesson(5, "chat", "--port", friend.address.port, "--encoding", "gb2312");
  await comes(friend);
  await chat.type("👋\n好\n");
  assertEquals((await friend.receive({ signal: soon() })).data.length, 2);
  const { code, stdout, stderr } = await chat.end();
  assertStringIncludes(stdout, 'Not sent: gb2312 has no bytes for all of "👋".');
  assertEquals(stderr, "1 of your lines could not be sent.\n");
  assertEquals(code, 1);
});

Deno.test("lesson 5: a name that is no encoding is refused with the ones that are", async () => {
  const { code, stderr } = await runLesson(5, ["chat", "--encoding", "klingon"]);
  assertMatch(
    stderr,
    /--encoding klingon is none of: utf-8, gb2312, gbk, gb18030, big5, shift_jis/,
  );
  assertEquals(code, 2);
});

Deno.test("lesson 5: what arrives is safe to print", async () => {
  using friend = bind();
  await using chat = lesson(5, "chat", "--port", friend.address.port);
  await friend.send("a\x1b]0;title\x07b\r\nc", await comes(friend));
  await chat.prints(/: a\\x1b\]0;title\\x07b\\r\\nc\n/);
});

Deno.test("lesson 5: what fills a datagram does not fill the screen", async () => {
  using friend = bind();
  await using chat = await RunningRole.start(CHAT, friend.address);
  await comes(friend);
  await friend.send(new Uint8Array(MAX_BYTES), chat.address);
  await until(() => chat.printed.length > 1);
  assertMatch(chat.printed.at(-1)!, /: (\\x00)+… \(65,507 characters\)$/);
  assert(bytes(chat.printed.join("\n")).length <= 2048, chat.printed.join("\n"));
});

Deno.test("lesson 5: a datagram from port 0 is read, but what is typed goes to the friend", async () => {
  const forged = ["psst", ""].map((text) => ({ data: bytes(text), from: here(0) }));
  await using first = await RunningRole.start(CHAT, here(freePort()), forged);
  await until(() => first.printed.length >= 3);
  assertEquals(first.printed.slice(1), ["127.0.0.1:0: psst", "127.0.0.1:0 is here."]);
  await first.type("to nobody");
  await until(() => first.printed.length === 4);
  assertEquals(first.printed[3], "Not sent: your partner is not here yet.");

  using friend = bind();
  await friend.send("", first.address);
  await until(() => first.printed.length === 5);
  await first.type("to a friend");
  assertEquals(await heard(friend), "to a friend");
});

Deno.test("lesson 5: a datagram from port 0 in the middle of a conversation changes nothing", async () => {
  using friend = bind();
  const forged = [{ data: bytes("psst"), from: here(0) }];
  await using chat = await RunningRole.start(CHAT, friend.address, forged);
  await comes(friend);
  await until(() => chat.printed.includes("127.0.0.1:0: psst"));
  await chat.type("to a friend");
  assertEquals(await heard(friend), "to a friend");
  assert(!chat.printed.join("\n").includes("What you type goes"));
});

Deno.test({
  ...unless(NO_127_0_0_2, "lesson 5: a stranger is heard, but does not take over the conversation"),
}, async () => {
  const port = freePort();
  await using chat = lesson(5, "chat", "--port", port);
  await chat.prints(/Bind UDP on/);
  using friend = bind();
  using stranger = bind({ hostname: "127.0.0.2" });
  await friend.send("hello", here(port));
  await chat.prints(/: hello\n/);
  await stranger.send("psst", here(port));
  await chat.prints(new RegExp(`^127\\.0\\.0\\.2:${stranger.address.port}: psst$`, "m"));
  await chat.type("for my friend\n");
  assertEquals(await heard(friend), "for my friend");
  assert(!chat.stdout.includes("What you type goes"), chat.stdout);
});

Deno.test("lesson 5: the end of the input ends it, with and without a conversation", async () => {
  using friend = bind();
  const both = await Promise.all([
    runLesson(5, ["chat", "--port", friend.address.port], "bye\n"),
    runLesson(5, ["chat", "--port", freePort()]),
  ]);
  assertEquals(both.map(({ code, stderr }) => [code, stderr]), [[0, ""], [0, ""]]);
  await comes(friend);
  assertEquals(await heard(friend), "bye");

  const alone = await runLesson(5, ["chat", "--port", freePort()], "one\ntwo\n");
  assertMatch(alone.stdout, /(Not sent: your partner is not here yet\.\n){2}$/);
  assertEquals([alone.code, alone.stderr], [1, "2 of your lines could not be sent.\n"]);
});

Deno.test({
  name: "lesson 5: Ctrl-C ends it, even while it waits for the other side",
  async fn() {
    await using chat = lesson(5, "chat", "--port", freePort());
    await chat.prints(/Bind UDP on/);
    await chat.type("nobody there\n");
    await chat.prints(/Not sent/);
    chat.signal("SIGINT");
    await chat.prints(/Stopped/); // before the end of its input ends it, too
    const { code, stdout, stderr } = await chat.end();
    assertEquals(stderr, "");
    assertMatch(stdout, /Stopped\. Sent 0 datagrams \(0 bytes\), received 0 \(0 bytes\)\.\n$/);
    assertEquals(code, 0);
  },
});

waits(
  unless(
    NO_TERMINAL,
    "lesson 5: in a terminal, a message that arrives does not tear the line that is typed",
  ),
  async () => {
    using friend = bind();
    await using chat = inTerminal(`lesson5 chat --port ${friend.address.port}`);
    const from = await comes(friend);
    await chat.prints(/> /);
    await chat.type("half a li");
    await chat.prints(/half a li/);
    await friend.send("interrupting", from);
    // The line is cleared, the message printed, and the line written again, as far as it was.
    await chat.prints(/\[0?J127\.0\.0\.1:\d+: interrupting\r?\n[^\n]*> half a li/);
    await chat.type("ne\r");
    assertEquals(await heard(friend), "half a line");
    await chat.type("\x03");
    const { code, stdout } = await chat.end();
    assertMatch(stdout, /Stopped\. Sent 2 datagrams \(11 bytes\), received 1 \(12 bytes\)\./);
    assertEquals(code, 0);
  },
);

waits(
  unless(
    NO_TERMINAL,
    "lesson 5: in a terminal, a line that wraps is whole again below what comes, or is refused",
  ),
  async () => {
    const port = freePort();
    await using chat = inTerminal(`lesson5 chat --port ${port}`, {}, 20);
    await chat.prints(/your partner\.[^]*> /);
    await chat.type("first\r");
    await chat.prints(/Not sent: your partner is not here yet\./);
    const half = "a long line, and half a li";
    await chat.type(half);
    await chat.prints(/alf a li/);
    using friend = bind();
    await friend.send("hello", here(port));
    // Up one row, to the left, clear, then the message, and two rows below it for what was typed.
    await chat.prints(/\[1A.\[1G.\[0J127\.0\.0\.1:\d+: hello\r*\n\r*\n/);
    await chat.type("ne\r");
    assertEquals(await heard(friend), `${half}ne`);
    await chat.type("one\rtwo\r\x04"); // Ctrl-D, while lines are still to be sent
    for (const line of ["one", "two"]) assertEquals(await heard(friend), line);
    const { code, stdout } = await chat.end();
    assert(!stdout.includes("readline"), stdout);
    assertMatch(stdout, /\[0?J[^>]*$/); // no prompt stays: what is printed last has its own line
    assertEquals(code, 1); // one line was not sent
  },
);

waits(
  unless(
    NO_TERMINAL,
    "lesson 5: in a terminal, the other side is started again, and what is typed follows",
  ),
  async () => {
    const port = freePort();
    await using first = inTerminal(`lesson5 chat --port ${port}`);
    await first.prints(/your partner\.[^]*> /);
    for (const words of ["one", "two"]) {
      await using second = inTerminal(`lesson5 chat --port ${port}`);
      const own = (await second.prints(/You are (127\.0\.0\.1:\d+)\. You write to/))[1]!;
      const now = words === "one" ? "" : `[^]*What you type goes to ${own} now\\.`;
      await first.prints(new RegExp(`${own} is here\\.${now}`));
      await first.type(`${words}\r`);
      await second.prints(new RegExp(`:${port}: ${words}\r*\n`));
      await second.type("\x04");
      assertEquals((await second.end()).code, 0);
    }
  },
);

waits("lesson 5: played, it shows two people talking, a restart, and two encodings", async () => {
  const { code, stdout, stderr } = await runLesson(5);
  assertEquals(stderr, "");
  assertEquals(code, 0);
  assertMatch(stdout, /Ann +Bob\n/);
  assertMatch(stdout, /Ann +Bob +Bob, restarted\n/);
  const labels = ['"Hi Bob!" 7', '"Hello Ann!" 10', "(empty) 0", '"你好" 6', '"���" 4'];
  for (const label of labels) assertStringIncludes(stdout, label);
  assertMatch(stdout, /"Welcome back!" 13 bytes +│\n +├─+┼─+▶│\n +Bob restarted his program/);
  assertEquals([stdout.match(/▶/g)?.length, stdout.match(/◀/g)?.length], [6, 3]);
});

waits(unless(NO_TERMINAL, "lesson 5: in a terminal, Ctrl-C leaves what was typed"), async () => {
  await using chat = inTerminal(`lesson5 chat --port ${freePort()}`);
  await chat.prints(/Waiting for your partner\.[^]*> /);
  await chat.type("half a line");
  await chat.prints(/half a line/);
  await chat.type("\x03");
  const { code, stdout } = await chat.end();
  assertMatch(stdout, /half a line\r*\nStopped\./);
  assertEquals(code, 0);
});
