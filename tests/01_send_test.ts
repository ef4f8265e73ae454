import {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { send, sendMessage, sendOne, sendWithDeno } from "../lessons/01_send.ts";
import { bind, MAX_BYTES } from "../lib/udp.ts";
import { soon, text } from "./helpers.ts";
import { NO_TERMINAL, unless } from "./only.ts";
import { freePort, inTerminal, lesson, runLesson } from "./program.ts";

const received = async (socket: ReturnType<typeof bind>) =>
  text((await socket.receive({ signal: soon() })).data);

async function* typed(...lines: string[]): AsyncGenerator<string> {
  yield* lines;
}

Deno.test("lesson 1: a message arrives, and its size in bytes is returned", async () => {
  using listener = bind();
  assertEquals(await sendMessage("你好", listener.address), 6);
  assertEquals(await received(listener), "你好");
});

Deno.test("lesson 1: Deno alone sends it, too", async () => {
  using listener = bind();
  assertEquals(await sendWithDeno("你好", listener.address), 6);
  assertEquals(await received(listener), "你好");
});

Deno.test("lesson 1: Deno alone sends to port 65535 for 70000, and sendMessage refuses it", async () => {
  // An address of its own: another program may have port 65535 at 127.0.0.1.
  // macOS has no other address of loopback.
  const own = `127.${Deno.pid % 200 + 1}.${Deno.pid % 251}.1`;
  const hostname = Deno.build.os === "darwin" ? "127.0.0.1" : own;
  using listener = bind({ hostname, port: 65_535 });

  const wrong = { hostname, port: 70_000 };
  assertEquals(await sendWithDeno("Hello", wrong), 5);
  assertEquals(await received(listener), "Hello");
  await assertRejects(() => sendMessage("Hello", wrong), RangeError, "Port 70000 is not a port");
});

Deno.test("lesson 1: sending to nobody returns the same", async () => {
  const nobody = { hostname: "127.0.0.1", port: freePort() };
  assertEquals(await sendMessage("Hello", nobody), 5);
  assertEquals(await sendWithDeno("Hello", nobody), 5);
});

Deno.test("lesson 1: each line is a datagram of its own, up to the first empty one", async () => {
  using listener = bind();
  const to = listener.address;
  const printed: string[] = [];
  await send(typed("one", "three", "", "never"), to, (line) => printed.push(line));
  const where = `127.0.0.1:${to.port}`;
  assertEquals(printed, [`Sent 3 bytes to ${where}.`, `Sent 5 bytes to ${where}.`]);
  const [one, three] = [await listener.receive(), await listener.receive()];
  assertEquals([text(one.data), text(three.data)], ["one", "three"]);
  assertEquals(one.from, three.from, "They come from one socket.");
  await sendOne("", to, (line) => printed.push(line));
  assertEquals(printed.at(-1), `Sent 0 bytes to ${where}.`);
  assertEquals(await received(listener), "", "What came after the empty line was not sent.");
});

Deno.test("lesson 1: --message sends one message and ends", async () => {
  using listener = bind();
  const { port } = listener.address;
  const { code, stdout, stderr } = await runLesson(1, [
    "send",
    "--port",
    port,
    "--message",
    "Hi, you",
  ]);
  assertEquals(stderr, "");
  assertEquals(stdout, `Sent 7 bytes to 127.0.0.1:${port}.\n`);
  assertEquals(code, 0);
  assertEquals(await received(listener), "Hi, you");
});

Deno.test("lesson 1: --message may be empty: an empty datagram is one, too", async () => {
  using listener = bind();
  const { port } = listener.address;
  const { stdout } = await runLesson(1, ["send", "--port", port, "--message="]);
  assertStringIncludes(stdout, "Sent 0 bytes");
  assertEquals(await received(listener), "");
});

Deno.test("lesson 1: lines from a pipe, until an empty one", async () => {
  using listener = bind();
  const { port } = listener.address;
  const { code, stdout } = await runLesson(1, ["send", "--port", port], "one\n二\n\nnever\n");
  assertEquals(code, 0);
  assertEquals(stdout, `Sent 3 bytes to 127.0.0.1:${port}.\nSent 3 bytes to 127.0.0.1:${port}.\n`);
  assertEquals([await received(listener), await received(listener)], ["one", "二"]);
});

Deno.test("lesson 1: the input may end without a line break, or at once", async () => {
  using listener = bind();
  const args = ["send", "--port", listener.address.port];
  const [last, nothing] = await Promise.all([runLesson(1, args, "last"), runLesson(1, args)]);
  assertEquals([last.code, nothing.code], [0, 0]);
  assertEquals(nothing.stdout, "");
  assertEquals(await received(listener), "last");
});

Deno.test("lesson 1: it goes on asking: a line is sent when it is typed, not at the end", async () => {
  using listener = bind();
  await using sender = lesson(1, "send", "--port", listener.address.port);
  await sender.type("now\n");
  assertEquals(await received(listener), "now");
  await sender.type("and now\n");
  assertEquals(await received(listener), "and now");
});

Deno.test({
  ...unless(
    NO_TERMINAL,
    "lesson 1: in a terminal, Ctrl-D ends it when all is sent, and the prompt goes away",
  ),
  async fn() {
    using listener = bind();
    await using sender = inTerminal(`lesson1 send --port ${listener.address.port}`);
    await sender.prints(/Message \(empty to end\): /);
    await sender.type("one\rtwo\rthree\r\x04");
    for (const line of ["one", "two", "three"]) assertEquals(await received(listener), line);
    const { code, stdout } = await sender.end();
    assertEquals(stdout.match(/Sent \d bytes/g)?.length, 3);
    assertMatch(stdout, /Message \(empty to end\): (?:(?!Message)[^])*\[0J(?:(?!Message)[^])*$/);
    assertEquals(code, 0);
  },
});

Deno.test("lesson 1: a message over the limit is refused with its size and the limit", async () => {
  using listener = bind();
  const line = "x".repeat(MAX_BYTES + 1) + "\n";
  const { code, stdout, stderr } = await runLesson(
    1,
    ["send", "--port", listener.address.port],
    line,
  );
  assertEquals(stdout, "");
  assertEquals(stderr, "65508 bytes do not fit: a datagram to 127.0.0.1 carries at most 65507.\n");
  assertEquals(code, 1);
});

Deno.test("lesson 1: played, it shows the same send with somebody there and with nobody", async () => {
  const { code, stdout, stderr } = await runLesson(1);
  assertEquals(stderr, "");
  assertEquals(code, 0);
  assertMatch(stdout, /listener +sender +nobody\n/);
  assertEquals(stdout.match(/"Hello" 5 bytes/g)?.length, 2);
  assertEquals(stdout.match(/◀/g)?.length, 4);
  assertEquals(stdout.match(/▷\?/g)?.length, 1);
  assertMatch(
    stdout,
    /It arrived\. send\(\) returned 5[^]*Nobody was listening\. send\(\) still returned 5/,
  );
  assertMatch(stdout, /"Good " 5 bytes[^]*"night" 5 bytes[^]*Two sends were two datagrams\./);
  assertStringIncludes(stdout, '"你好" 6 bytes');
  assert(stdout.endsWith("Do it    exercises/01_send.ts   and then   deno task exercise 1\n"));
});
