import { assert, assertEquals, assertMatch, assertStringIncludes, assertThrows } from "@std/assert";
import { listen, talk } from "../lessons/05_chat.ts";
import { decode, encode, ENCODINGS } from "../lib/encoding.ts";
import { type Address, bind, formatAddress } from "../lib/udp.ts";
import { soon, text } from "./helpers.ts";
import { freePort, inTerminal, lesson, runLesson, terminal } from "./program.ts";

const NI_HAO = new Uint8Array([0xc4, 0xe3, 0xba, 0xc3]); // 你好 in GB 2312

Deno.test("lesson 5: every encoding is read back as it was written", () => {
  const samples: Record<string, string> = { "windows-1251": "Привет", "windows-1252": "Grüße" };
  for (const encoding of ENCODINGS) {
    const sample = samples[encoding] ?? (encoding === "euc-kr" ? "안녕" : "日本");
    assertEquals(decode(encode(sample, encoding), encoding), sample, encoding);
  }
  assertEquals(new Uint8Array(encode("你好", "gb2312")), NI_HAO);
  assertEquals(encode("你好", "utf-8").length, 6);
});

Deno.test("lesson 5: what an encoding cannot write is refused, not turned into question marks", () => {
  assertThrows(() => encode("你好 👋", "gb2312"), RangeError, "gb2312 has no bytes for all of");
});

Deno.test("lesson 5: talk sends every line but the empty ones, and says what it could not send", async () => {
  using alice = bind();
  using bob = bind();
  const complaints: string[] = [];
  const lines = ["one", "", "👋", "two"];
  await talk(alice, lines, bob.address, "gb2312", (line) => complaints.push(line));
  assertEquals(complaints.length, 1);
  assertMatch(complaints.join(), /^Not sent: gb2312 has no bytes/);
  assertEquals(text((await bob.receive({ signal: soon() })).data), "one");
  assertEquals(text((await bob.receive({ signal: soon() })).data), "two");
});

Deno.test("lesson 5: talk waits for the other side to show up", async () => {
  using alice = bind();
  using bob = bind();
  const other = Promise.withResolvers<Address>();
  const complain = (line: string) => {
    throw new Error(line);
  };
  const talking = talk(alice, ["early"], other.promise, "utf-8", complain);
  other.resolve(bob.address);
  await talking;
  assertEquals(text((await bob.receive({ signal: soon() })).data), "early");
});

Deno.test("lesson 5: listen yields who said what, in the encoding agreed on", async () => {
  const alice = bind();
  using bob = bind();
  await bob.send(NI_HAO, alice.address);
  for await (const { from, text } of listen(alice, "gb2312")) {
    assertEquals([text, from], ["你好", bob.address]);
    alice.close();
  }
});

Deno.test("lesson 5: both sides type and read at the same time, the same command on both", async () => {
  const port = freePort();
  await using first = lesson(5, "chat", "--port", port);
  await first.prints(new RegExp(`Bind UDP on 127\\.0\\.0\\.1:${port}\\.\\.\\.`));
  await using second = lesson(5, "chat", "--port", port);
  const own = (await second.prints(/You are (127\.0\.0\.1:\d+), writing to/))[1]!;

  await first.type("too early\n"); // kept until there is somebody to send it to
  await second.type("hello\n");
  await first.prints(new RegExp(`^${own}: hello$`, "m"));
  await second.prints(new RegExp(`^127\\.0\\.0\\.1:${port}: too early$`, "m"));
  await Promise.all([first.type("one\ntwo\n"), second.type("three\nfour\n")]);
  await first.prints(/: three\n[^]*: four\n/);
  await second.prints(/: one\n[^]*: two\n/);
  assertEquals((await second.end()).code, 0);
  assertEquals((await first.end()).code, 0);
});

Deno.test("lesson 5: --encoding works in both directions", async () => {
  using friend = bind();
  await using chat = lesson(5, "chat", "--port", friend.address.port, "--encoding", "GB2312");
  await chat.type("你好\n");
  const { data, from } = await friend.receive({ signal: soon() });
  assertEquals(data, NI_HAO);
  await friend.send(NI_HAO, from);
  await chat.prints(new RegExp(`^${formatAddress(friend.address)}: 你好$`, "m"));
});

Deno.test("lesson 5: a line that cannot be written is refused, the chat goes on, and ends with 1", async () => {
  using friend = bind();
  await using chat = lesson(5, "chat", "--port", friend.address.port, "--encoding", "gb2312");
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
  await chat.type("hi\n");
  const { from } = await friend.receive({ signal: soon() });
  await friend.send("a\x1b]0;title\x07b\r\nc", from);
  await chat.prints(/: a\\x1b\]0;title\\x07b\\r\\nc\n/);
});

Deno.test("lesson 5: a stranger is heard, but does not take over the conversation", async () => {
  await using chat = lesson(5, "chat", "--port", freePort());
  const port = Number((await chat.prints(/Bind UDP on 127\.0\.0\.1:(\d+)/))[1]);
  const to = { hostname: "127.0.0.1", port };
  using friend = bind();
  using stranger = bind();
  await friend.send("hello", to);
  await chat.prints(/: hello\n/);
  await stranger.send("psst", to);
  await chat.prints(new RegExp(`127\\.0\\.0\\.1:${stranger.address.port}: psst\n`));
  await chat.type("for my friend\n");
  assertEquals(text((await friend.receive({ signal: soon() })).data), "for my friend");
});

Deno.test("lesson 5: the end of the input ends it, with and without a conversation", async () => {
  using friend = bind();
  const both = await Promise.all([
    runLesson(5, ["chat", "--port", friend.address.port], "bye\n"),
    runLesson(5, ["chat", "--port", freePort()]),
  ]);
  assertEquals(both.map(({ code, stderr }) => [code, stderr]), [[0, ""], [0, ""]]);
  assertEquals(text((await friend.receive({ signal: soon() })).data), "bye");

  const alone = await runLesson(5, ["chat", "--port", freePort()], "one\ntwo\n");
  assertMatch(alone.stdout, /(Not sent: nobody wrote first\.\n){2}$/);
  assertEquals([alone.code, alone.stderr], [1, "2 of your lines could not be sent.\n"]);
});

Deno.test({
  name: "lesson 5: Ctrl-C ends it, even while it waits for the other side",
  ignore: Deno.build.os === "windows",
  async fn() {
    await using chat = lesson(5, "chat", "--port", freePort());
    await chat.prints(/Bind UDP on/);
    await chat.type("nobody there\n");
    chat.signal("SIGINT");
    await chat.prints(/Stopped/); // before the end of its input ends it, too
    const { code, stdout, stderr } = await chat.end();
    assertEquals(stderr, "");
    assertMatch(stdout, /Stopped\. Sent 0 datagrams \(0 bytes\), received 0 \(0 bytes\)\.\n$/);
    assertEquals(code, 0);
  },
});

Deno.test({
  name: "lesson 5: in a terminal, a message that arrives does not tear the line that is typed",
  ignore: !terminal,
  async fn() {
    using friend = bind();
    await using chat = inTerminal(`lesson5 chat --port ${friend.address.port}`);
    await chat.prints(/> /);
    await chat.type("hi\r");
    const { from } = await friend.receive({ signal: soon() });
    await chat.type("half a li");
    await chat.prints(/half a li/);
    await friend.send("interrupting", from);
    // The line is cleared, the message printed, and the line written again, as far as it was.
    await chat.prints(/\[0?J127\.0\.0\.1:\d+: interrupting\r?\n[^\n]*> half a li/);
    await chat.type("ne\r");
    assertEquals(text((await friend.receive({ signal: soon() })).data), "half a line");
    await chat.type("\x03");
    const { code, stdout } = await chat.end();
    assertMatch(stdout, /Stopped\. Sent 2 datagrams \(13 bytes\), received 1 \(12 bytes\)\./);
    assertEquals(code, 0);
  },
});

Deno.test({
  name: "lesson 5: in a terminal, typing goes on while a line waits for the other side",
  ignore: !terminal,
  async fn() {
    const port = freePort();
    await using chat = inTerminal(`lesson5 chat --port ${port}`, {}, 20); // so that a line wraps
    await chat.prints(/kept until then\.[^]*> /);
    await chat.type("first\r");
    await chat.prints(/first\s+\S*> /);
    const half = "a long line, and half a li";
    await chat.type(half);
    await chat.prints(/alf a li/);
    using friend = bind();
    await friend.send("hello", { hostname: "127.0.0.1", port });
    assertEquals(text((await friend.receive({ signal: soon() })).data), "first");
    // Up one row, to the left, clear, then the message, and two rows below it for what was typed.
    await chat.prints(/\[1A.\[1G.\[0J127\.0\.0\.1:\d+: hello\r*\n\r*\n/);
    await chat.type("ne\r");
    assertEquals(text((await friend.receive({ signal: soon() })).data), `${half}ne`);
    await chat.type("one\rtwo\r\x04"); // Ctrl-D, while lines are still to be sent
    for (const line of ["one", "two"]) {
      assertEquals(text((await friend.receive({ signal: soon() })).data), line);
    }
    const { code, stdout } = await chat.end();
    assert(!stdout.includes("readline"), stdout);
    assertEquals(code, 0);
  },
});

Deno.test("lesson 5: played, it shows two people talking, and two encodings", async () => {
  const { code, stdout, stderr } = await runLesson(5);
  assertEquals(stderr, "");
  assertEquals(code, 0);
  assertMatch(stdout, /Ann +Bob\n/);
  for (const label of ['"Hi Bob!" 7', '"Hello Ann!" 10', '"你好" 6', '"���" 4']) {
    assertStringIncludes(stdout, label);
  }
  assertEquals([stdout.match(/▶/g)?.length, stdout.match(/◀/g)?.length], [4, 2]);
});
