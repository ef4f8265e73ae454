import {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { Diagram } from "../cli/diagram.ts";
import type { Event } from "../cli/events.ts";
import { lesson as LESSON } from "../cli/lessons/06_broadcast.ts";
import { discover, replyToBroadcast } from "../lessons/06_broadcast.ts";
import { receiveWithin } from "../lessons/02_receive.ts";
import { bind, MAX_BYTES, type Socket } from "../lib/udp.ts";
import { bytes, here, later, PATIENCE, soon, text, within } from "./helpers.ts";
import { NOT_LINUX, unless } from "./only.ts";
import { eventually, freePort, lesson, runLesson } from "./program.ts";
import { waits } from "./waits.ts";

const EVERYONE = "127.255.255.255";

Deno.test("lesson 6: a server answers that question, and nothing else", () => {
  assertEquals(replyToBroadcast(bytes("hello from client")), "broadcasting");
  assertEquals(replyToBroadcast(bytes("hello from client\n")), "broadcasting"); // netcat's line break
  for (const other of ["", "broadcasting", "hello", "Hello from client", "hello from client!"]) {
    assertEquals(replyToBroadcast(bytes(other)), undefined, other);
  }
  assertEquals(replyToBroadcast(new Uint8Array(MAX_BYTES)), undefined);
});

waits(
  unless(NOT_LINUX, "lesson 6: one datagram, and every server's reply until the time is up"),
  async () => {
    using client = bind();
    using one = bind({ hostname: EVERYONE, port: freePort(), reuseAddress: true });
    using two = bind({ hostname: "0.0.0.0", port: one.address.port, reuseAddress: true });
    const answering = [one, two].map(async (server, number) => {
      const { data, from } = await server.receive({ signal: soon() });
      assertEquals(text(data), "hello from client");
      await server.send(`server ${number}`, from);
    });
    const replies = await discover(client, one.address, 3000);
    await Promise.all(answering);
    for (const { from } of replies) {
      assertEquals(from, { hostname: "127.0.0.1", port: one.address.port });
    }
    assertEquals(replies.map(({ data }) => text(data)).toSorted(), ["server 0", "server 1"]);
  },
);

Deno.test("lesson 6: with no reply it ends when the time is up", async () => {
  using client = bind();
  const nobody = { hostname: "127.0.0.1", port: freePort() };
  assertEquals(await discover(client, nobody, 20), []);
});

Deno.test("lesson 6: a clock that moves on while discover works makes no error of the time's end", async () => {
  using client = bind();
  const nobody = { hostname: "127.0.0.1", port: freePort() };
  const real = performance.now;
  let now = 0;
  performance.now = () => now += 15; // each look at the clock is 15 ms after the one before
  try {
    assertEquals(await discover(client, nobody, 20), []);
  } finally {
    performance.now = real;
  }
});

Deno.test("lesson 6: a time of day that is set back makes no wait longer", async () => {
  using client = bind();
  const nobody = { hostname: "127.0.0.1", port: freePort() };
  const real = Date.now;
  let now = 0;
  Date.now = () => now -= 60_000;
  try {
    assertEquals(await within(PATIENCE, discover(client, nobody, 20)), []);
  } finally {
    Date.now = real;
  }
});

Deno.test("lesson 6: after a reply, it waits for the rest of the time only", async () => {
  using client = bind();
  const { now } = performance;
  const { timeout } = AbortSignal;
  const waits: number[] = [];
  AbortSignal.timeout = (milliseconds) => {
    waits.push(milliseconds);
    performance.now = () => 30 * waits.length; // each wait takes 30 ms
    return timeout.call(AbortSignal, 1);
  };
  try {
    performance.now = () => 0;
    await discover(client, client.address, 100); // it hears its own question, too
  } finally {
    [performance.now, AbortSignal.timeout] = [now, timeout];
  }
  assertEquals(waits, [100, 70, 40, 10]);
});

Deno.test("lesson 6: it keeps 1,000 replies, and no more", async () => {
  const reply = { data: bytes("broadcasting"), from: here(9) };
  const socket = {
    send: () => Promise.resolve(17),
    receive: () => Promise.resolve(reply),
  } as unknown as Socket;
  const replies = await discover(socket, here(9), 1000);
  assertEquals(replies.length, 1000);
});

Deno.test("lesson 6: replies that go on and on do not make the client wait longer", async () => {
  using client = bind();
  using server = bind();
  let over = false;
  const answering = (async () => {
    while (!over) {
      await server.send("broadcasting", client.address);
      await later(20);
    }
  })();
  let heard = 0;
  // On a busy machine, few replies come in 200 ms: then it looks for longer.
  for (let time = 200; heard < 2 && time < PATIENCE; time *= 2) {
    const replies = discover(client, server.address, time);
    heard = (await within(PATIENCE, replies, "It waits on and on.")).length;
  }
  over = true;
  await answering;
  assert(heard > 1);
});

Deno.test({
  ...unless(NOT_LINUX, "lesson 6: the client collects for 1 s, unless told otherwise"),
  async fn() {
    await using client = lesson(6, "client", "--port", freePort());
    await client.prints(/Collecting replies for 1 s\.\.\./);
  },
});

Deno.test("lesson 6: a socket that fails is not taken for silence", async () => {
  const client = bind();
  using server = bind();
  const looking = discover(client, server.address, 5000);
  await server.receive({ signal: soon() });
  client.close();
  await assertRejects(() => looking, Deno.errors.Interrupted);
});

waits(unless(NOT_LINUX, "lesson 6: the client finds two servers that share a port"), async () => {
  const port = freePort();
  await using one = lesson(6, "server", "--port", port);
  await using two = lesson(6, "server", "--port", port);
  for (const server of [one, two]) {
    await server.prints(new RegExp(`^Bind UDP on ${port}\\.\\.\\. \\(at 127.255.255.255,`, "m"));
  }

  const { code, stdout, stderr } = await runLesson(6, [
    "client",
    "--port",
    port,
    "--timeout",
    3,
  ]);
  assertEquals(stderr, "");
  assertMatch(stdout, / {2}127\.255\.255\.255 +lo\n/);
  assertEquals(
    stdout.match(new RegExp(`Received from 127\\.0\\.0\\.1:${port}: broadcasting\n`, "g"))
      ?.length,
    2,
  );
  assertMatch(stdout, /Replies: 2\.\n$/);
  assertEquals(code, 0);
  for (const server of [one, two]) await server.prints(/Received from 127\.0\.0\.1:\d+\.\n/);

  one.signal("SIGINT");
  const ended = await one.end();
  assertMatch(
    ended.stdout,
    /\nStopped\. Sent 1 datagram \(12 bytes\), received 1 \(17 bytes\)\.\n$/,
  );
  assertEquals(ended.code, 0);
});

Deno.test({
  ...unless(NOT_LINUX, "lesson 6: no reply: a clear sentence, and 1"),
  async fn() {
    const port = freePort();
    const { code, stderr } = await runLesson(6, ["client", "--port", port, "--timeout", 0.1]);
    assertEquals(
      stderr,
      `No reply. Is a server bound to 127.255.255.255:${port}, or to 0.0.0.0?\n`,
    );
    assertEquals(code, 1);
  },
});

waits(unless(NOT_LINUX, "lesson 6: replies are safe to print"), async () => {
  using server = bind({ hostname: "0.0.0.0" });
  await using client = lesson(6, "client", "--port", server.address.port, "--timeout", 3);
  const { from } = await server.receive({ signal: soon() });
  await server.send("\x1b[31mred", from);
  assertStringIncludes((await client.end()).stdout, ": \\x1b[31mred\n");
});

Deno.test({
  ...unless(NOT_LINUX, "lesson 6: a port that a program does not share is told as busy"),
  async fn() {
    using taken = bind({ hostname: "0.0.0.0" });
    const { code, stderr } = await runLesson(6, ["server", "--port", taken.address.port]);
    assertStringIncludes(stderr, "this port is taken");
    assertEquals(code, 1);
  },
});

Deno.test({
  ...unless(NOT_LINUX, "lesson 6: played on a machine that stops for seconds, it loses no reply"),
  async fn() {
    const { timeout } = AbortSignal;
    const { now } = performance;
    // The first wait is over when the program goes on, and what has come is not read yet.
    AbortSignal.timeout = () => {
      AbortSignal.timeout = timeout;
      performance.now = () => now.call(performance) + 5000;
      return AbortSignal.abort();
    };
    const events: Event[] = [];
    const diagram = new Diagram((event) => events.push(event));
    try {
      await LESSON.play(diagram);
      diagram.end();
    } finally {
      AbortSignal.timeout = timeout;
      performance.now = now;
    }
    const fates = events.flatMap((event) => event.event === "datagram" ? [event.fate] : []);
    assertEquals(fates, Array(4).fill("arrived"));
    const told = events.flatMap((event) => event.event === "note" ? [event.text] : []);
    assert(told.some((text) => text.startsWith("One datagram brought 2 replies")), told.join("\n"));
  },
});

waits(
  unless(NOT_LINUX, "lesson 6: played, one datagram of the client reaches two servers"),
  async () => {
    await eventually(async () => { // it collects replies for half a second
      const { code, stdout, stderr } = await runLesson(6);
      assertEquals(stderr, "");
      assertEquals(code, 0);
      assertMatch(stdout, /client +server 1 +server 2\n/);
      assertEquals(stdout.match(/"hello from client" 17 bytes/g)?.length, 2);
      assertEquals(stdout.match(/"broadcasting" 12 bytes/g)?.length, 2);
      assertMatch(stdout, /One datagram brought 2 replies from 127\.0\.0\.1:\d+\.\n/);
    });
  },
);

Deno.test({
  ...unless(
    NOT_LINUX,
    "lesson 6: a sender at 0.0.0.0 hears itself if it has the port that it sends to, and else not",
  ),
  async fn() {
    using same = bind({ hostname: "0.0.0.0" });
    using other = bind({ hostname: "0.0.0.0" });
    const everyone = { hostname: "127.255.255.255", port: same.address.port };
    await other.send("from another port", everyone);
    await same.send("from this port", everyone);
    const heard = [await receiveWithin(same, 5000), await receiveWithin(same, 5000)];
    assertEquals(heard.map((one) => text(one?.data)), ["from another port", "from this port"]);
    assertEquals(await receiveWithin(other, 10), undefined);
  },
});
