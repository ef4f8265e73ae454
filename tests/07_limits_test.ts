import {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { receiveWithin } from "../lessons/02_receive.ts";
import { serve } from "../lessons/04_echo.ts";
import {
  arrives,
  arrivesInFive,
  fragments,
  LEAST_SIZE,
  receiveCut,
  repliedSize,
  sizeQuestion,
  sizeReply,
} from "../lessons/07_limits.ts";
import { bind, MAX_BYTES, MAX_BYTES_IPV6, Socket } from "../lib/udp.ts";
import { inProject, readText } from "../cli/source.ts";
import { lesson as page } from "../cli/lessons/07_limits.ts";
import { bytes, here, soon, text } from "./helpers.ts";
import { unless } from "./only.ts";
import { freePort, lesson, runLesson } from "./program.ts";
import { waits } from "./waits.ts";

const SURE = "Sizes in between were not tried. Another path may have other limits.\n";

Deno.test("lesson 7: a datagram is one packet, or as many fragments as it takes", () => {
  const sizes = [0, 1, 1_472, 1_473, 2_952, 2_953, 8_192, 65_507];
  assertEquals(sizes.map(fragments), [1, 1, 1, 2, 2, 3, 6, 45]);
});

/** The comments of the page, with their marks. */
const PAGE = readText(inProject("lessons/07_limits.ts")).match(/^ *(\*|\/\/|\/\*).*$/gm)!.join(
  "\n",
);

const HEADERS = 20 + 8; // IPv4's and UDP's
const ETHERNET = 1_500;
const TUNNEL = 1_400;

/** These lines as they stand on the page. */
const printed = (lines: string) => lines.trimEnd().replace(/^/gm, " *     ");

Deno.test("lesson 7: the page's table says what the tunnel does to each size", () => {
  assertStringIncludes(PAGE, "your network has an MTU of 1,500 bytes.");
  assertStringIncludes(PAGE, "tunnel with an MTU of 1,400.");
  const rows = [...PAGE.matchAll(/^ \* {5}([\d,]+) bytes {4}(.+)$/gm)];
  assertEquals(rows.map(([, size]) => size), ["1,372", "1,373", "1,472", "1,473"]);

  for (const [row, size, fate] of rows) {
    const bytes = Number(size!.replace(",", ""));
    const packet = bytes + HEADERS;
    const one = `one packet of ${packet.toLocaleString("en")} bytes`;
    if (packet <= TUNNEL) assertEquals(fate, `${one}: it fits into the tunnel`, row);
    else if (packet > ETHERNET) assertMatch(fate!, /^two fragments without such a mark: /, row);
    else assertEquals(fate, `${one}, marked "don't fragment": the router drops it`, row);
    assertEquals(fragments(bytes), packet > ETHERNET ? 2 : 1, row);
  }
});

Deno.test("lesson 7: every number on the page is what it should be", () => {
  const right = [
    20, // the header of IPv4 (RFC 791)
    2 ** 16 - 1, // the most that its length can say
    2 ** 16 - 1 - HEADERS,
    2 ** 16 - 1 - 8, // IPv6 does not count its own header
    ETHERNET,
    ETHERNET - HEADERS,
    ETHERNET - HEADERS + 1,
    TUNNEL,
    TUNNEL + 1,
    TUNNEL - HEADERS,
    TUNNEL - HEADERS + 1,
    1_280, // every network with IPv6 carries this (RFC 8200)
    1_200,
    (1_200 + ETHERNET - HEADERS) / 2,
    fragments(MAX_BYTES),
    LEAST_SIZE,
    "How many bytes is this?...".length,
    9_216, // the limit of macOS: tests/lib/system.ts sends so many there
    page.port!,
  ];
  assertEquals([MAX_BYTES, MAX_BYTES_IPV6], [2 ** 16 - 1 - HEADERS, 2 ** 16 - 1 - 8]);
  assert(1_200 + 40 + 8 < 1_280, "1,200 bytes and the headers of IPv6");

  const numbers = PAGE.match(/\d[\d,_]*\d/g)!.map((number) => Number(number.replace(/[,_]/g, "")));
  assertEquals([...new Set(numbers)].sort(), right.sort());
});

Deno.test("lesson 7: a question has as many bytes as it should, and begins with its words", () => {
  for (const size of [LEAST_SIZE, 24, 1_472, MAX_BYTES]) {
    const question = sizeQuestion(size);
    assertEquals(question.length, size);
    assertEquals(text(question.subarray(0, LEAST_SIZE)), "How many bytes is this?");
    assertEquals(sizeReply(question), `${size} bytes`);
  }
  assertEquals(text(sizeQuestion(25)), "How many bytes is this?..");
});

Deno.test("lesson 7: a question shorter than its words is refused", () => {
  for (const size of [LEAST_SIZE - 1, 0, -1, 30.5, NaN, Infinity]) {
    assertThrows(() => sizeQuestion(size), RangeError, `cannot have ${size} bytes`);
  }
});

Deno.test("lesson 7: what does not begin with the words is no question, and an answer is none", () => {
  const none = [
    "",
    "How many bytes",
    "how many bytes is this?",
    " How many bytes is this?",
    "23 bytes",
  ];
  for (const data of none) assertEquals(sizeReply(bytes(data)), undefined, data);
  assertEquals(sizeReply(new Uint8Array(MAX_BYTES)), undefined);
  assertEquals(sizeReply(bytes("How many bytes is this?\n")), "24 bytes"); // from netcat
});

Deno.test("lesson 7: an answer is shorter than any question", () => {
  assertEquals(sizeReply(sizeQuestion(MAX_BYTES))!.length < LEAST_SIZE, true);
});

Deno.test("lesson 7: an answer tells its size, and nothing else does", () => {
  for (const size of [23, 1_472, MAX_BYTES]) {
    assertEquals(repliedSize(bytes(`${size} bytes`)), size);
  }
  const none = [
    "",
    "bytes",
    "1472",
    "1,472 bytes",
    "-23 bytes",
    "23 bytes.",
    "23 bytes\n",
    "x23 bytes",
  ];
  for (const data of none) assertEquals(repliedSize(bytes(data)), undefined, data);
  assertEquals(repliedSize(bytes(`${"9".repeat(60_000)} bytes`)), undefined);
  assertEquals(repliedSize(bytes(`23 bytes${" ".repeat(60_000)}`)), undefined);
});

Deno.test("lesson 7: a size arrives if the server answers it", async () => {
  using server = bind();
  serve(server, sizeReply);
  using socket = bind();
  for (const size of [23, 1_472, MAX_BYTES]) {
    assertEquals(await arrives(socket, server.address, size, 5000), true);
  }
});

Deno.test("lesson 7: a size that is not answered in time did not arrive, and the question had that size", async () => {
  using silent = bind();
  using socket = bind();
  assertEquals(await arrives(socket, silent.address, 1_472, 20), false);
  assertEquals((await silent.receive({ signal: soon() })).data, sizeQuestion(1_472));
  assertEquals(await receiveWithin(silent, 20), undefined); // it asks once
});

waits("lesson 7: only the server's answer counts, and only to this size", async () => {
  using server = bind();
  using stranger = bind();
  using socket = bind();
  const arriving = arrives(socket, server.address, 1_472, 300);
  const { from } = await server.receive({ signal: soon() });
  await stranger.send("1472 bytes", from);
  for (const other of ["23 bytes", "1473 bytes", "1472 bytes!", ""]) await server.send(other, from);
  await server.send(sizeQuestion(1_472), from);
  assertEquals(await arriving, false);
});

Deno.test("lesson 7: behind all that, the answer is still found", async () => {
  using server = bind();
  using stranger = bind();
  using socket = bind();
  const arriving = arrives(socket, server.address, 1_472, 5000);
  const { from } = await server.receive({ signal: soon() });
  for (let i = 0; i < 20; i++) await stranger.send("1472 bytes", from);
  await server.send("1200 bytes", from);
  await server.send("1472 bytes", from);
  assertEquals(await arriving, true);
});

Deno.test("lesson 7: a size that the system does not let out did not arrive", async () => {
  using socket = bind();
  const tooLong = Object.assign(new Error("Message too long"), { code: "EMSGSIZE" });
  socket.send = () => Promise.reject(tooLong);
  assertEquals(await arrives(socket, here(9), 9_217, 5000), false);
});

Deno.test("lesson 7: another failure is not taken for a size", async () => {
  using socket = bind();
  await assertRejects(() => arrives(socket, here(0), 1_472, 5000), RangeError, "Port 0");
  using silent = bind();
  const arriving = arrives(socket, silent.address, 1_472, 5000);
  await silent.receive({ signal: soon() });
  socket.close();
  await assertRejects(() => arriving, Deno.errors.Interrupted);
});

Deno.test("lesson 7: a question from port 0 does not end the server", async () => {
  const real = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
  let first = true;
  using server = new Socket({
    addr: real.addr,
    receive: async (buffer: Uint8Array<ArrayBuffer>) => {
      if (!first) return await real.receive(buffer);
      first = false;
      buffer.set(sizeQuestion(30));
      return [buffer.subarray(0, 30), { transport: "udp", ...here(0) }];
    },
    send: real.send.bind(real),
    close: () => real.close(),
  } as unknown as Deno.DatagramConn);
  const log: string[] = [];
  serve(server, sizeReply, (line) => log.push(line));
  using socket = bind();
  assertEquals(await arrives(socket, server.address, 40, 5000), true);
  assertMatch(log[1]!, /^No reply to 127\.0\.0\.1:0: Port 0 is not a port/);
});

Deno.test("lesson 7: the server answers questions of any size, and nothing else", async () => {
  await using server = lesson(7, "server", "--port", 0);
  const [, port] = await server.prints(/^Bind UDP on 127\.0\.0\.1:(\d+)\.\.\. \(Ctrl-C stops\)$/m);
  using client = bind();
  const to = here(Number(port));
  for (const noise of ["", "How many bytes", "23 bytes", new Uint8Array(MAX_BYTES)]) {
    await client.send(noise, to);
  }
  for (const size of [23, 1_473, MAX_BYTES]) {
    await client.send(sizeQuestion(size), to);
    const { data, from } = await client.receive({ signal: soon() });
    assertEquals([text(data), from], [`${size} bytes`, to]);
  }
  await client.send("How many bytes is this?\n", to);
  assertEquals(text((await client.receive({ signal: soon() })).data), "24 bytes");
  assertEquals(await receiveWithin(client, 20), undefined);
  const from = `Received from 127\\.0\\.0\\.1:${client.address.port}\\.`;
  const noise = ["0", "14", "8", "65,507"].map((size) =>
    `${size} bytes arrived\\.\n${from} It gets no reply\\.\n`
  );
  const asked = ["23", "1,473", "65,507", "24"].map((size) =>
    `${size} bytes arrived\\.\n${from}\n`
  );
  await server.prints(new RegExp(`\n${[...noise, ...asked].join("")}$`));
});

waits("lesson 7: a size has five tries, and no more", async () => {
  using server = bind();
  using socket = bind();
  assertEquals(await arrivesInFive(socket, server.address, 23, 20), false);
  for (let i = 0; i < 5; i++) await server.receive({ signal: soon() });
  assertEquals(await receiveWithin(server, 20), undefined);

  const trying = arrivesInFive(socket, server.address, 24, 300);
  await server.receive({ signal: soon() });
  const { data, from } = await server.receive({ signal: soon() });
  await server.send(sizeReply(data)!, from);
  assertEquals(await trying, true);
});

const FAILS = Deno.build.os === "windows" ? "Windows reports an error" : "";

Deno.test({
  ...unless(
    FAILS,
    "lesson 7: what does not fit into the buffer is lost, the next datagram is whole",
  ),
}, async () => {
  const conn = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
  using sender = bind();
  for (const text of ["Hello, world!", "Bye!"]) await sender.send(text, conn.addr as Deno.NetAddr);
  assertEquals([await receiveCut(conn, 8), await receiveCut(conn, 8)], ["Hello, w", "Bye!"]);
  conn.close();
});

Deno.test("lesson 7: server and probe, each as a program", async () => {
  await using server = lesson(7, "server", "--port", 0);
  const [, port] = await server.prints(/Bind UDP on 127\.0\.0\.1:(\d+)/);
  const { code, stdout, stderr } = await runLesson(7, ["probe", "--port", port!, "--timeout", 5]);
  assertEquals(stderr, "");
  const told = `\
    23 bytes: got a reply
 1,200 bytes: got a reply
 1,472 bytes: got a reply
 1,473 bytes: got a reply
65,507 bytes: got a reply
    23 bytes: got a reply
23 bytes to 65,507 bytes: got a reply
${SURE}`;
  assertEquals(stdout, told);
  assertStringIncludes(PAGE, printed(told));
  assertEquals(code, 0);
});

/** A server that answers these sizes only. Counts how often each was asked, and from how many ports. */
async function choosy(server: Socket, passes: (size: number, tries: number) => boolean) {
  const asked = new Map<number, number>();
  const ports = new Set<number>();
  for await (const { data, from } of server) {
    ports.add(from.port);
    const size = data.length;
    const tries = (asked.get(size) ?? 0) + 1;
    asked.set(size, tries);
    if (passes(size, tries)) await server.send(sizeReply(data)!, from);
  }
  return { asked, ports: ports.size };
}

waits(
  "lesson 7: the probe finds where sizes fare differently, to the byte, and tells of a hole",
  async () => {
    const server = bind();
    const answering = choosy(server, (size) => {
      return size + HEADERS <= TUNNEL || size + HEADERS > ETHERNET;
    });
    const probe = await runLesson(7, ["probe", "--port", server.address.port, "--timeout", 0.2]);
    server.close();
    assertEquals([probe.code, probe.stderr], [0, ""]);
    const told = `
23 bytes to 1,372 bytes: got a reply
1,373 bytes to 1,472 bytes: got no reply
1,473 bytes to 65,507 bytes: got a reply
`;
    assertStringIncludes(probe.stdout, `${told}${SURE}`);
    assertStringIncludes(PAGE, printed(told.trim()));
    assertMatch(probe.stdout, /^ 1,373 bytes: got no reply$/m);
    assertMatch(probe.stdout, /^ 1,372 bytes: got a reply$/m);
    const { asked, ports } = await answering;
    assertEquals(ports, 1); // or it would not hear late answers
    for (const size of [23, 1_200, 1_472, 1_473, MAX_BYTES]) {
      assert(
        asked.has(size),
        `${size} bytes`,
      );
    }
    for (const [size, tries] of asked) {
      if (size > 1_372 && size < 1_473) assertEquals(tries, 5, `${size} bytes`);
    }
  },
);

waits("lesson 7: the probe does not take a loss for a size", async () => {
  const server = bind();
  const answering = choosy(server, (_, tries) => tries >= 2);
  const probe = await runLesson(7, ["probe", "--port", server.address.port, "--timeout", 0.4]);
  server.close();
  assertEquals([probe.code, probe.stderr], [0, ""]);
  assertStringIncludes(probe.stdout, "\n23 bytes to 65,507 bytes: got a reply\n");
  assert((await answering).asked.get(65_507)! >= 2);
});

waits("lesson 7: without a server the probe ends with 1, and says where it looked", async () => {
  const port = freePort();
  const { code, stdout, stderr } = await runLesson(7, ["probe", "--port", port, "--timeout", 0.05]);
  assertEquals(stdout, "    23 bytes: got no reply\n");
  assertEquals(stderr, `No reply from 127.0.0.1:${port}. Is a server running there?\n`);
  assertEquals(code, 1);
});

waits("lesson 7: a server that is gone meanwhile is not taken for a limit", async () => {
  using server = bind();
  let gone = false;
  choosy(server, (size) => {
    if (gone) return false;
    gone = size === MAX_BYTES; // after the answer to the largest
    return true;
  });
  const { port } = server.address;
  const { code, stdout, stderr } = await runLesson(7, ["probe", "--port", port, "--timeout", 0.1]);
  assertMatch(stdout, /\n {4}23 bytes: got no reply\n$/);
  assertEquals(stderr, `No reply from 127.0.0.1:${port}. Is a server running there?\n`);
  assertEquals(code, 1);
});

Deno.test("lesson 7: a busy port ends the server with 1 and advice", async () => {
  using taken = bind();
  const { code, stdout, stderr } = await runLesson(7, ["server", "--port", taken.address.port]);
  assertEquals(stdout, "");
  assertMatch(stderr, /this port is taken\./);
  assertEquals(code, 1);
});

Deno.test("lesson 7: a wrong command ends with 2", async () => {
  const slow = await runLesson(7, ["probe", "--timeout", "soon"]);
  assertEquals(slow.code, 2);
  assertMatch(slow.stderr, /^--timeout soon is not a time/);
  const server = await runLesson(7, ["server", "--timeout", "1"]);
  assertEquals(server.code, 2);
  assertMatch(server.stderr, /^"server" does not take "--timeout"/);
});

Deno.test({
  name: "lesson 7: Ctrl-C ends server and probe, and each says what it sent and received",
  async fn() {
    await using server = lesson(7, "server", "--port", 0);
    const [, port] = await server.prints(/Bind UDP on 127\.0\.0\.1:(\d+)/);
    using client = bind();
    assertEquals(await arrives(client, here(Number(port)), 1_200, 5000), true);
    server.signal("SIGINT");
    const one = await server.end();
    assertMatch(
      one.stdout,
      /\nStopped\. Sent 1 datagram \(10 bytes\), received 1 \(1,200 bytes\)\.\n$/,
    );

    using silent = bind();
    await using probe = lesson(7, "probe", "--port", silent.address.port, "--timeout", 60);
    assertEquals(sizeReply((await silent.receive({ signal: soon() })).data), "23 bytes");
    probe.signal("SIGINT");
    const two = await probe.end();
    assertEquals(two.stdout, "Stopped. Sent 1 datagram (23 bytes), received 0 (0 bytes).\n");
    assertEquals([one.code, two.code, one.stderr, two.stderr], [0, 0, "", ""]);
  },
});

Deno.test("lesson 7: played, it shows what arrives, what is refused and what is cut", async () => {
  const { code, stdout, stderr } = await runLesson(7);
  assertEquals([code, stderr], [0, ""]);
  const arrow = (label: string) => new RegExp(`│ *${label} *│\n +├─+▶│\n`);
  assertMatch(stdout, arrow('"Hello, world!" 13 bytes'));
  assertMatch(stdout, arrow('"Bye!" 4 bytes'));
  assertMatch(stdout, arrow("\\(empty\\) 0 bytes"));
  if (Deno.build.os !== "darwin") {
    assertMatch(stdout, arrow('"How many bytes is this\\?\\.+…" 65,507 bytes'));
  }
  assert(!stdout.includes("✗"), "Nothing is lost here.");

  const told = stdout.replace(/\s+/g, " ");
  assertStringIncludes(told, 'TCP does not keep the three apart. It read: "Hello, world!Bye!".');
  assertMatch(told, / 65508 bytes do not fit: a datagram to 127\.0\.0\.1 carries at most 65507\. /);
  const first = Deno.build.os === "windows" ? "the error EMSGSIZE" : '"Hello, w"';
  assertStringIncludes(told, `into a buffer of 8 bytes: ${first}, then "Bye!".`);
  for (const travels of ["1,472 bytes travels in 1 packet.", "1,473 bytes travels in 2 packets."]) {
    assertStringIncludes(told, travels);
  }
  assertStringIncludes(told, "65,507 bytes travels in 45 packets.");
});

Deno.test("lesson 7: --json tells the same, an object a line", async () => {
  const { code, stdout } = await runLesson(7, ["--json"]);
  assertEquals(code, 0);
  const events = stdout.trim().split("\n").map((line) => JSON.parse(line));
  const sizes = events.filter(({ event }) => event === "datagram").map(({ size }) => size);
  if (Deno.build.os !== "darwin") assertEquals(sizes, [13, 4, 0, 1_200, 10, 65_507, 11]);
  assertEquals(events.at(-1).event, "end");
});
