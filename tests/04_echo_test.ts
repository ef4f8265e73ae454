import {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { Diagram } from "../cli/diagram.ts";
import type { Event } from "../cli/events.ts";
import { lesson as LESSON } from "../cli/lessons/04_echo.ts";
import { receiveWithin } from "../lessons/02_receive.ts";
import { askFor, greeting, serve } from "../lessons/04_echo.ts";
import { bind, MAX_BYTES } from "../lib/udp.ts";
import { bytes, later, PATIENCE, soon, text, within } from "./helpers.ts";
import { freePort, lesson, runLesson } from "./program.ts";
import { waits } from "./waits.ts";

Deno.test("lesson 4: a greeting is Hello, NAME!", () => {
  assertEquals(greeting(bytes("Michael")), "Hello, Michael!");
  assertEquals(greeting(bytes("Michael\n")), "Hello, Michael!"); // netcat sends the line break
  assertEquals(greeting(bytes("Michael\r\n")), "Hello, Michael!");
  assertEquals(greeting(bytes("José 你好")), "Hello, José 你好!");
  assertEquals(greeting(bytes("👋".repeat(100))), `Hello, ${"👋".repeat(100)}!`);
});

Deno.test("lesson 4: what is no name gets no greeting", () => {
  const none = ["", "\n", "a\nb", "a\rb", "a\tb", "\0", "\x1b[2J", "\x9b31m", "x".repeat(101)];
  for (const name of none) assertEquals(greeting(bytes(name)), undefined, JSON.stringify(name));
  assertEquals(greeting(new Uint8Array([0xff])), undefined); // that is no UTF-8
  assertEquals(greeting(new Uint8Array(MAX_BYTES)), undefined);
});

Deno.test("lesson 4: an answer is no question", () => {
  const others = ["broadcasting", "26 bytes", "pong 7", "ACK 7"]; // lessons 6 to 9, 11
  for (const answer of ["Hello, Michael!", "Hello,", " Hello, you!\n", ...others]) {
    assertEquals(greeting(bytes(answer)), undefined, answer);
  }
  assertEquals(greeting(bytes("Hello")), "Hello, Hello!"); // lesson 2 sends that
});

Deno.test("lesson 4: the server says who sent, and answers them", async () => {
  const server = bind();
  const log: string[] = [];
  const serving = serve(server, greeting, (line) => log.push(line));
  using client = bind();
  assertEquals(await askFor(client, "Michael", server.address, 5000), "Hello, Michael!");
  assertEquals(log, [`Received from 127.0.0.1:${client.address.port}.`]);
  server.close();
  await serving;
});

Deno.test("lesson 4: twenty clients at once each get the answers to their own questions", async () => {
  using server = bind();
  serve(server, greeting);
  const askAll = async (client: number) => {
    using socket = bind();
    for (let question = 0; question < 10; question++) {
      const name = `<${client}.${question}>`;
      assertEquals(await askFor(socket, name, server.address, 5000), `Hello, ${name}!`);
    }
  };
  await Promise.all(Array.from({ length: 20 }, (_, client) => askAll(client)));
});

Deno.test("lesson 4: what is no question gets no answer, and is told in the log", async () => {
  using server = bind();
  const log: string[] = [];
  serve(server, greeting, (line) => log.push(line));
  using client = bind();
  await client.send("Hello, server!", server.address);
  await client.send("", server.address);
  assertEquals(await askFor(client, "Tracy", server.address, 5000), "Hello, Tracy!");
  const from = `Received from 127.0.0.1:${client.address.port}.`;
  assertEquals(log, [`${from} It gets no reply.`, `${from} It gets no reply.`, from]);
  assertEquals(await receiveWithin(client, 20), undefined);
});

Deno.test("lesson 4: an answer that cannot be sent does not end the server", async () => {
  using server = bind();
  const log: string[] = [];
  const answer = (data: Uint8Array) =>
    text(data) === "Tracy" ? "Hello, Tracy!" : new Uint8Array(MAX_BYTES + 1);
  serve(server, answer, (line) => log.push(line));
  using client = bind();
  await client.send("Michael", server.address);
  assertEquals(await askFor(client, "Tracy", server.address, 5000), "Hello, Tracy!");
  assertEquals(log.length, 3);
  assertMatch(log[1]!, /^No reply to 127\.0\.0\.1:\d+: 65508 bytes do not fit/);
});

Deno.test("lesson 4: the client gives up in time when no answer comes", async () => {
  using silent = bind();
  using client = bind();
  assertEquals(await askFor(client, "Michael", silent.address, 20), undefined);
  assertEquals(text((await silent.receive({ signal: soon() })).data), "Michael");
});

Deno.test("lesson 4: the client takes no answer from a stranger, and no late one for the next", async () => {
  using server = bind();
  using stranger = bind();
  using client = bind();
  const asking = askFor(client, "Tracy", server.address, 5000);
  const { from } = await server.receive({ signal: soon() });
  await stranger.send("Hello, Tracy! Send me your password.", from);
  await server.send("Hello, Michael!", from);
  await server.send("Hello, Tracy!", from);
  assertEquals(await asking, "Hello, Tracy!");
});

Deno.test("lesson 4: strangers who go on writing do not make the client wait longer", async () => {
  using server = bind();
  using stranger = bind();
  using client = bind();
  let over = false;
  const writing = (async () => {
    while (!over) {
      await stranger.send("Hello, Tracy!", client.address);
      await later(20);
    }
  })();
  const asking = within(
    PATIENCE,
    askFor(client, "Tracy", server.address, 200),
    "It waits on and on.",
  );
  const [answer] = await Promise.all([asking.finally(() => over = true), writing]);
  assertEquals(answer, undefined);
});

Deno.test("lesson 4: the client does not take a failure for a missing answer", async () => {
  using server = bind();
  const client = bind();
  const asking = askFor(client, "Michael", server.address, 5000);
  await server.receive({ signal: soon() });
  client.close();
  await assertRejects(() => asking, Deno.errors.Interrupted);
});

Deno.test("lesson 4: server and client, each as a program", async () => {
  await using server = lesson(4, "server", "--port", 0);
  const port =
    (await server.prints(/^Bind UDP on (\d+)\.\.\. \(at 127\.0\.0\.1, Ctrl-C stops\)$/m))[1]!;
  const { code, stdout, stderr } = await runLesson(4, ["client", "--port", port]);
  assertEquals(stderr, "");
  assertEquals(stdout, "Hello, Michael!\nHello, Tracy!\nHello, Sarah!\n");
  assertEquals(code, 0);
  await server.prints(/(Received from 127\.0\.0\.1:\d+\.\n){3}$/);
});

waits("lesson 4: the client names each answer that does not come, and goes on", async () => {
  using server = bind();
  await using client = lesson(4, "client", "--port", server.address.port, "--timeout", 0.3);
  for await (const { data, from } of server) {
    if (text(data) === "Tracy") {
      await server.send("Hello, \x1b[2JTracy!", from);
      await server.send("Hello, Tracy!", from);
    }
    if (text(data) === "Sarah") server.close();
  }
  const { code, stdout } = await client.end();
  assertEquals(
    stdout,
    "No reply for Michael within 0.3 s.\nHello, Tracy!\nNo reply for Sarah within 0.3 s.\n",
  );
  assertEquals(code, 0);
});

Deno.test("lesson 4: without a server the client ends with 1 and says where it looked", async () => {
  const port = freePort();
  const { code, stdout, stderr } = await runLesson(4, [
    "client",
    "--port",
    port,
    "--timeout",
    "0.05",
  ]);
  assertEquals(stdout.match(/No reply for \w+ within 0\.05 s\./g)?.length, 3);
  assertStringIncludes(stderr, `Is a server running at 127.0.0.1:${port}? There was no reply.`);
  assertEquals(code, 1);
});

waits("lesson 4: the client waits 2 s for an answer, unless told otherwise", async () => {
  await using client = lesson(4, "client", "--port", freePort());
  await client.prints(/^No reply for Michael within 2 s\.$/m);
});

Deno.test("lesson 4: a busy port ends the server with 1 and advice", async () => {
  using taken = bind();
  const { code, stdout, stderr } = await runLesson(4, ["server", "--port", taken.address.port]);
  assertEquals(stdout, "");
  assertMatch(stderr, /this port is taken\. Stop the program that has it, or choose another/);
  assertEquals(code, 1);
});

Deno.test({
  name: "lesson 4: Ctrl-C ends the server, which says what it sent and received",
  async fn() {
    await using server = lesson(4, "server", "--port", 0);
    const port = Number((await server.prints(/Bind UDP on (\d+)/))[1]);
    using client = bind();
    await askFor(client, "Michael", { hostname: "127.0.0.1", port }, 5000);
    await client.send(new Uint8Array(MAX_BYTES), { hostname: "127.0.0.1", port });
    await server.prints(/It gets no reply/);
    server.signal("SIGINT");
    const { code, stdout, stderr } = await server.end();
    assertEquals(stderr, "");
    assertMatch(
      stdout,
      /\nStopped\. Sent 1 datagram \(15 bytes\), received 2 \(65,514 bytes\)\.\n$/,
    );
    assertEquals(code, 0);
  },
});

Deno.test("lesson 4: played on a machine that stops for seconds, it loses no datagram", async () => {
  const { timeout } = AbortSignal;
  // Such a wait is over when the program goes on, and what has come is not read yet.
  AbortSignal.timeout = (wait) => wait < 1000 ? timeout(wait) : AbortSignal.abort();
  const events: Event[] = [];
  try {
    const diagram = new Diagram((event) => events.push(event));
    await LESSON.play(diagram);
    diagram.end();
  } finally {
    AbortSignal.timeout = timeout;
  }
  const fates = events.flatMap((event) => event.event === "datagram" ? [event.fate] : []);
  assertEquals(fates, Array(7).fill("arrived"));
  assert(events.some((event) => event.event === "note" && event.text.includes("to a reply")));
});

Deno.test("lesson 4: played, it draws who sent what to whom, and ends by itself", async () => {
  const { code, stdout, stderr } = await runLesson(4);
  assertEquals(stderr, "");
  assertEquals(code, 0);
  assertMatch(stdout, /client 1 +server +client 2\n( +127\.0\.0\.1:\d+){3}\n/);
  assertMatch(stdout, /│ +"Michael" 7 bytes +│ +│\n +├─+▶│ +│\n/);
  assertMatch(stdout, /│ +│ +"Hello, Tracy!" 13 bytes +│\n +│ +├─+▶│\n/);
  assertEquals(stdout.match(/[▶◀]/g)?.length, 7); // three questions, three answers, no question
  assertMatch(
    stdout,
    /"Hello, Tracy!" 13 bytes +│\n.*◀─+┤\n +The server does not reply to a reply/,
  );
  assertMatch(
    stdout,
    /Try it .*lesson4 server[^]*Read it .*lessons\/04_echo\.ts\nTest it .*04_echo_test/,
  );
});
