import { assert, assertEquals, assertMatch, assertStringIncludes, assertThrows } from "@std/assert";
import { isTcpFree } from "../cli/lessons/03_bind.ts";
import { bindKnown, whoSentWhat, whyNot } from "../lessons/03_bind.ts";
import { bind } from "../lib/udp.ts";
import { soon } from "./helpers.ts";
import { eventually, freePort, lesson, runChild, runLesson } from "./program.ts";

Deno.test("lesson 3: who sent what, a line for each datagram, safe to print", async () => {
  using server = bind();
  using client = bind();
  await client.send("Hello", server.address);
  await client.send("\x1b[2J\n", server.address);
  await client.send(new Uint8Array([0xff]), server.address);
  const lines = [];
  while (lines.length < 3) lines.push(whoSentWhat(await server.receive({ signal: soon() })));
  const from = `127.0.0.1:${client.address.port}`;
  assertEquals(lines, [
    `${from} sent 5 bytes: Hello`,
    `${from} sent 5 bytes: \\x1b[2J\\n`,
    `${from} sent 1 byte: \ufffd`,
  ]);
});

Deno.test("lesson 3: whyNot says why a port cannot be bound, and leaves a free one free", async () => {
  const socket = bind();
  assert(whyNot(socket.address) instanceof Deno.errors.AddrInUse);
  assertStringIncludes(whyNot(socket.address)!.message, "this port is taken");
  socket.close();
  const free = { hostname: "127.0.0.1", port: freePort() };
  await eventually(() => assertEquals(whyNot(free), undefined));
  await eventually(() => assertEquals(whyNot(free), undefined));
});

Deno.test("lesson 3: the known port if it is free, another one if it is not", async () => {
  await eventually(() => {
    const port = freePort();
    using first = bindKnown("127.0.0.1", port);
    assertEquals(first.address.port, port);
    using second = bindKnown("127.0.0.1", port);
    assert(second.address.port !== port);
  });
});

Deno.test("lesson 3: a port that is none is no port in use: such an error is not hidden", () => {
  assertThrows(() => bindKnown("127.0.0.1", 70_000).close(), RangeError);
  assertThrows(() => isTcpFree(70_000), Error);
});

Deno.test("lesson 3: bind prints what arrives, until Ctrl-C", async () => {
  await using program = lesson(3, "bind", "--port", 0);
  const port = Number((await program.prints(/Bind UDP on 127\.0\.0\.1:(\d+)\.\.\./))[1]);
  using client = bind();
  await client.send("Hello, 世界", { hostname: "127.0.0.1", port });
  await program.prints(
    new RegExp(`127\\.0\\.0\\.1:${client.address.port} sent 13 bytes: Hello, 世界\n`),
  );
  if (Deno.build.os === "windows") return;
  program.signal("SIGINT");
  const { code, stdout, stderr } = await program.end();
  assertEquals(stderr, "");
  assertMatch(stdout, /\nStopped\. Sent 0 datagrams \(0 bytes\), received 1 \(13 bytes\)\.\n$/);
  assertEquals(code, 0);
});

Deno.test("lesson 3: its port is 7781, unless told otherwise", async () => {
  // Whoever has the port: the program names it, bound or refused.
  await using program = lesson(3, "bind");
  await Promise.race([program.prints(/127\.0\.0\.1:7781/), program.end()]).catch(() => {});
  program.signal();
  const { stdout, stderr } = await program.end();
  assertMatch(stdout + stderr, /127\.0\.0\.1:7781/);
});

Deno.test("lesson 3: a busy port is told with advice", async () => {
  using taken = bind();
  const { port } = taken.address;
  const { code, stdout, stderr } = await runLesson(3, ["bind", "--port", port]);
  assertEquals(stdout, "");
  assertMatch(stderr, new RegExp(`Cannot bind 127\\.0\\.0\\.1:${port}: this port is taken`));
  assertEquals(code, 1);
});

Deno.test("lesson 3: TCP on the same number is no conflict", async () => {
  // Another test may have the UDP port of a number that the system picks for TCP.
  using tcp = Deno.listen({ hostname: "127.0.0.1", port: freePort() });
  await using program = lesson(3, "bind", "--port", tcp.addr.port);
  await program.prints(new RegExp(`Bind UDP on 127\\.0\\.0\\.1:${tcp.addr.port}`));
});

Deno.test("lesson 3: without a terminal to ask in, 0.0.0.0 is refused, and where to be asked is said", async () => {
  const { code, stdout, stderr } = await runChild(3, [
    "bind",
    "--host",
    "0.0.0.0",
    "--port",
    40_000,
  ]);
  assertEquals(
    stderr,
    "Deno lets this program use this machine only, and has to ask for 0.0.0.0:40000. " +
      "Run it in a terminal, and answer y.\n",
  );
  assertEquals([code, stdout], [1, ""]);
});

Deno.test("lesson 3: a TCP port is free or not, whoever has the UDP port of its number", async () => {
  await eventually(() => {
    using udp = bind();
    const { port } = udp.address;
    assertEquals(isTcpFree(port), true);
    using _tcp = Deno.listen({ hostname: "127.0.0.1", port });
    assertEquals(isTcpFree(port), false);
  });
});

Deno.test("lesson 3: played, it shows what it teaches", async () => {
  const { code, stdout, stderr } = await runLesson(3);
  assertEquals(stderr, "");
  assertEquals(code, 0);
  assertMatch(stdout, /"Hello, server" 13 bytes/);
  const port = stdout.match(/A second bind of UDP port (\d+):/)?.[1];
  assertMatch(
    stdout,
    new RegExp(`"Cannot bind 127\\.0\\.0\\.1:${port}:\\s+this\\s+port\\s+is\\s+taken`),
  );
  assertMatch(stdout, new RegExp(`TCP port ${port} (is free|belongs to another program)\\.`));
  assertMatch(stdout, /"\\x1b\[2J" 4 bytes[^]*that\s+prints\s+these\s+bytes/);
  if (Deno.build.os === "darwin") return;
  assertMatch(stdout, /▷\?\n.*127\.0\.0\.2 is this machine, too, but the server is bound to/);
  assertMatch(stdout, /┼─+▶│\n.*This server is bound to 0\.0\.0\.0: /);
});

Deno.test("lesson 3: played while its port is taken, it takes another one and says so", async () => {
  // Other tests play this lesson, too. If it is taken for longer, somebody else has it: as good.
  using _taken = await eventually(() => bind({ port: 7781 })).catch((error) => {
    if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    return undefined;
  });
  const { code, stdout } = await runLesson(3);
  const port = stdout.match(/Port 7781 is taken, so the server uses port (\d+)\./)?.[1];
  assertMatch(stdout, new RegExp(`A second bind of UDP port ${port}:`));
  assertEquals(code, 0);
});
