import {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { Diagram } from "../cli/diagram.ts";
import type { Event } from "../cli/events.ts";
import { lesson as LESSON } from "../cli/lessons/20_quic.ts";
import { passOn } from "../lessons/08_loss.ts";
import {
  askByStream,
  client,
  connect,
  endpoint,
  greetAll,
  packetTypes,
  reader,
} from "../lessons/20_quic.ts";
import { fingerprint, selfSigned } from "../lib/certificate.ts";
import { bind, MAX_BYTES } from "../lib/udp.ts";
import { bytes, here, later, PATIENCE, text, until, within } from "./helpers.ts";
import { NO_QUIC, unless } from "./only.ts";
import { eventually, freePort, lesson, runLesson } from "./program.ts";
import { waits } from "./waits.ts";

const identity = await selfSigned(["localhost", "127.0.0.1"], 10);

/** A test that opens a socket of QUIC. */
function test(name: string, fn: () => Promise<void>): void {
  Deno.test({ ...unless(NO_QUIC, name), fn });
}

/** The same, where it waits most of the time. */
function waiting(name: string, fn: () => Promise<void>): void {
  waits(unless(NO_QUIC, name), fn);
}

/** A server in this process. */
function serving() {
  const socket = endpoint(here(0));
  const log: string[] = [];
  const end = greetAll(socket, identity, (line) => log.push(line));
  return {
    socket,
    address: socket.addr,
    log,
    async [Symbol.asyncDispose]() {
      socket.close();
      await end;
    },
  };
}

test("lesson 20: names go by datagram and by stream, and the server says who connects", async () => {
  await using server = serving();
  using socket = endpoint(here(0));
  const connection = await connect(socket, server.address, identity.cert, PATIENCE);
  const next = reader(connection);
  for (const name of ["Michael", "José 你好"]) {
    await connection.sendDatagram(bytes(name));
    assertEquals(text(await next(PATIENCE)), `Hello, ${name}!`);
    assertEquals(await askByStream(connection, name), `Hello, ${name}!`);
  }
  assertEquals(await askByStream(connection, ""), "No name.");
  // A text that is too long gets no reply, and its stream ends.
  assertEquals(await within(PATIENCE, askByStream(connection, "x".repeat(2000))), "");
  connection.close({ closeCode: 7, reason: "\x1b done" });
  await until(() => server.log.length === 2);
  assertEquals(server.log, [
    `127.0.0.1:${socket.addr.port} has connected.`,
    "A connection is over: closed by peer: \\x1b done (code 7).",
  ]);
});

test("lesson 20: a reply gets no datagram, and the server goes on", async () => {
  await using server = serving();
  using socket = endpoint(here(0));
  const connection = await connect(socket, server.address, identity.cert, PATIENCE);
  for (const reply of ["Hello, Michael!", "pong 1", "\xff\0"]) {
    await connection.sendDatagram(bytes(reply));
  }
  await connection.sendDatagram(bytes("Tracy"));
  const next = reader(connection);
  assertEquals(text(await next(PATIENCE)), "Hello, Tracy!");
  assertEquals(await next(50), undefined);
  connection.close();
});

test("lesson 20: a read that was late is kept for the next call", async () => {
  await using server = serving();
  using socket = endpoint(here(0));
  const connection = await connect(socket, server.address, identity.cert, PATIENCE);
  const next = reader(connection);
  assertEquals(await next(1), undefined);
  assertEquals(await next(1), undefined);
  await connection.sendDatagram(bytes("Michael"));
  assertEquals(text(await next(PATIENCE)), "Hello, Michael!");
  connection.close();
});

test("lesson 20: twenty clients at once, each with streams of its own", async () => {
  await using server = serving();
  await Promise.all(Array.from({ length: 20 }, async (_, client) => {
    using socket = endpoint(here(0));
    const connection = await connect(socket, server.address, identity.cert, PATIENCE);
    const names = Array.from({ length: 10 }, (_, i) => `<${client}.${i}>`);
    const replies = await Promise.all(names.map((name) => askByStream(connection, name)));
    assertEquals(replies, names.map((name) => `Hello, ${name}!`));
    connection.close();
    await connection.closed;
  }));
});

waiting("lesson 20: with every fifth datagram lost, all streams are answered", async () => {
  await using server = serving();
  using middle = bind();
  let datagrams = 0;
  passOn(middle, server.address, (_data, send) => ++datagrams % 5 > 0 && send());
  using socket = endpoint(here(0));
  const connection = await connect(socket, middle.address, identity.cert, PATIENCE);
  for (let i = 0; i < 20; i++) {
    assertEquals(await askByStream(connection, `<${i}>`), `Hello, <${i}>!`);
  }
  assert(datagrams > 40);
  connection.close();
});

test("lesson 20: a server with another certificate, another protocol or none is refused", async () => {
  await using server = serving();
  const other = await selfSigned(["localhost"], 10);
  using socket = endpoint(here(0));
  const { port } = server.address;
  await assertRejects(
    () => connect(socket, server.address, other.cert, PATIENCE),
    Error,
    `No connection to 127.0.0.1:${port}: the cryptographic handshake failed`,
  );
  await assertRejects(() =>
    Deno.connectQuic<false>({
      ...server.address,
      endpoint: socket,
      serverName: "localhost",
      caCerts: [identity.cert],
      alpnProtocols: ["something else"],
    }), Error);
  // The server goes on.
  const connection = await connect(socket, server.address, identity.cert, PATIENCE);
  assertEquals(await askByStream(connection, "Michael"), "Hello, Michael!");
  assertEquals(server.log.filter((line) => line.startsWith("A connection is over: ")).length, 2);
  connection.close();

  using silent = bind();
  using late = endpoint(here(0));
  await assertRejects(
    () => connect(late, silent.address, identity.cert, 50),
    Error,
    `No connection to 127.0.0.1:${silent.address.port}: There was no reply.`,
  );
});

test("lesson 20: a client whose server goes away, or is silent, says what it has tried", async () => {
  const server = serving();
  const at = `127.0.0.1:${server.address.port}`;
  const goes = () => server.socket.close(); // at the first reply
  await assertRejects(
    () => within(PATIENCE, client(server.address, identity.cert, PATIENCE / 1000, goes)),
    Error,
    `The connection to ${at} ended early (`,
  );
  await server[Symbol.asyncDispose]();

  const { connectQuic } = Deno;
  Object.assign(Deno, { connectQuic: () => Promise.reject(new Error("timed out")) });
  try {
    const asking = client(server.address, identity.cert, PATIENCE / 1000);
    const said = `No connection to ${at}: There was no reply. Is a QUIC server running there?`;
    await assertRejects(() => asking, Error, said);
  } finally {
    Object.assign(Deno, { connectQuic });
  }
});

test("lesson 20: a text without an end is not read for ever, and ends only its stream", async () => {
  await using server = serving();
  using socket = endpoint(here(0));
  const connection = await connect(socket, server.address, identity.cert, PATIENCE);
  const { writable } = await connection.createBidirectionalStream();
  const writer = writable.getWriter();
  await assertRejects(async () => {
    for (let i = 0; i < 100_000; i++) await writer.write(bytes("x".repeat(1000)));
  }, Error);
  assertEquals(await askByStream(connection, "Michael"), "Hello, Michael!");
  connection.close();
});

waiting(
  "lesson 20: the hundred-and-first client is refused, and gets its place when one leaves",
  async () => {
    await using server = serving();
    using socket = endpoint(here(0));
    const join = () => connect(socket, server.address, identity.cert, PATIENCE);
    const all = await Promise.all(Array.from({ length: 100 }, join));
    await assertRejects(join, Error, "refused");
    all[0]!.close();
    await until(() => server.log.some((line) => line.startsWith("A connection is over")));
    assertEquals(await askByStream(await join(), "Michael"), "Hello, Michael!");
    for (const one of all) one.close();
  },
);

test("lesson 20: nonsense, old datagrams and forged answers do not stop the server", async () => {
  await using server = serving();
  using middle = bind();
  const seen: Uint8Array[] = [];
  passOn(middle, server.address, (data, send) => {
    seen.push(data.slice());
    send();
  });
  using socket = endpoint(here(0));
  const connection = await connect(socket, middle.address, identity.cert, PATIENCE);
  await askByStream(connection, "Michael");

  using attacker = bind();
  const random = Array.from(
    { length: 500 },
    (_, i) => crypto.getRandomValues(new Uint8Array(i * 3)),
  );
  for (const data of [...random, new Uint8Array(), new Uint8Array(MAX_BYTES), ...seen]) {
    await attacker.send(data, server.address); // what was seen is sent again, both directions
  }
  assertEquals(await askByStream(connection, "Tracy"), "Hello, Tracy!");
  connection.close();
  using another = endpoint(here(0));
  const fresh = await connect(another, server.address, identity.cert, PATIENCE);
  assertEquals(await askByStream(fresh, "Sarah"), "Hello, Sarah!");
  fresh.close();
});

waiting("lesson 20: an address that is not proved gets little", async () => {
  await using server = serving();
  using middle = bind();
  let first: Uint8Array | undefined;
  passOn(middle, server.address, (data) => void (first ??= data.slice())); // nothing goes on
  using socket = endpoint(here(0));
  const asking = connect(socket, middle.address, identity.cert, PATIENCE).catch(() => {});
  await until(() => first !== undefined);
  socket.close();
  await asking;

  using liar = bind(); // it sends the first datagram, and then nothing: as if the address were forged
  await liar.send(first!, server.address);
  let received = 0;
  const counting = (async () => {
    for await (const { data } of liar) received += data.length;
  })();
  await until(() => received > 0);
  await later(1500); // the server sends again
  liar.close();
  await counting;
  assertEquals(first!.length, 1200);
  // RFC 9000 (8.1) allows three times as many. Deno looks before each datagram, so one may go beyond.
  assert(received < 4 * 1200, `${received} bytes`);
});

Deno.test("lesson 20: the types of packets, as the path sees them", () => {
  const id = [4, 1, 2, 3, 4, 0]; // an ID of four bytes, and one of none
  const long = (type: number, ...rest: number[]) => [0xc0 | type << 4, 0, 0, 0, 1, ...id, ...rest];
  const initial = long(0, 1, 99, 2, 7, 7); // a token of one byte, then two bytes
  const handshake = long(2, 0x40, 3, 7, 7, 7); // the length 3 in two bytes
  const types = (...bytes: number[]) => packetTypes(Uint8Array.from(bytes));
  assertEquals(types(), []);
  assertEquals(types(0x40, 1, 2, 3), ["1-RTT"]);
  assertEquals(types(...initial), ["Initial"]);
  assertEquals(types(...initial, ...handshake, 0x43, 1), ["Initial", "Handshake", "1-RTT"]);
  assertEquals(types(...long(1, 1, 7)), ["0-RTT"]);
  for (const length of [[0x80, 0, 0, 1], [0xc0, 0, 0, 0, 0, 0, 0, 1]]) { // in four and eight bytes
    const two = ["Handshake", "Handshake"];
    assertEquals(types(...long(2, ...length, 7), ...handshake), two);
  }
  assertEquals(types(...long(3, 9, 9, 9)), ["Retry"]); // it has no length
  assertEquals(types(...long(3, 0, ...initial)), ["Retry"]); // its token is no packet
});

Deno.test("lesson 20: the types of nonsense end, too", () => {
  for (let i = 0; i < 5000; i++) {
    const data = crypto.getRandomValues(new Uint8Array(i % 300));
    if (i % 2) data[0]! |= 0xc0;
    assert(packetTypes(data).length <= Math.max(1, data.length / 6), data.toHex());
  }
});

test("lesson 20: server and client, each as a program", async () => {
  await using server = lesson(20, "server", "--port", 0);
  const [, hash] = await server.prints(
    /^The certificate is in files\/lesson20\.pem\. Its hash is ([0-9a-f]{64})$/m,
  );
  const [, port] = await server.prints(
    /^Bind UDP on (\d+)\.\.\. \(at 127\.0\.0\.1, Ctrl-C stops\)$/m,
  );
  const cert = await Deno.readTextFile(new URL("../files/lesson20.pem", import.meta.url));
  assertEquals(await fingerprint(cert), hash);
  const { code, stdout, stderr } = await runLesson(20, ["client", "--port", port!]);
  assertEquals(stderr, "");
  assertEquals(
    stdout,
    "Hello, Michael! (by datagram)\nHello, Tracy! (by datagram)\nHello, Sarah! (by stream)\n",
  );
  assertEquals(code, 0);
  await server.prints(
    /^127\.0\.0\.1:\d+ has connected\.\nA connection is over: closed by peer: done \(code 0\)\.$/m,
  );
  const none = await runLesson(20, ["client", "--port", `${freePort()}`, "--timeout", "0.1"]);
  assertMatch(
    none.stderr,
    /^No connection to 127\.0\.0\.1:\d+: There was no reply\. Is a QUIC server running there\?\n$/,
  );
  assertEquals(none.code, 1);
  server.signal("SIGINT");
  const ended = await server.end();
  assertMatch(ended.stdout, /\nStopped\.\n$/);
  assertEquals([ended.code, ended.stderr], [0, ""]);
});

test("lesson 20: a busy port ends the server with 1", async () => {
  using taken = bind();
  const { code, stderr } = await runLesson(20, ["server", "--port", `${taken.address.port}`]);
  assertMatch(stderr, /^This port is taken\. Stop the program that has it, or choose another with/);
  assertEquals(code, 1);
});

test("lesson 20: played, a connection that ends early ends the play with a sentence", async () => {
  const { connectQuic } = Deno;
  let connection: Deno.QuicConn | undefined;
  const kept = async (options: Deno.ConnectQuicOptions<false>) => {
    return connection = await connectQuic(options);
  };
  Object.assign(Deno, { connectQuic: kept });
  const diagram = new Diagram((event) => {
    if (event.event === "note" && event.text.includes("Tracy")) connection!.close();
  });
  try {
    const playing = within(PATIENCE, LESSON.play(diagram));
    await assertRejects(() => playing, Error, "The connection ended early (");
  } finally {
    Object.assign(Deno, { connectQuic });
  }
});

waiting("lesson 20: played, it shows what the path sees, and what is lost", async () => {
  await eventually(async () => { // a busy machine may lose another datagram than the one it means to
    const events: Event[] = [];
    await LESSON.play(new Diagram((event) => events.push(event), LESSON.label));
    const datagrams = events.filter((event) => event.event === "datagram");
    const notes = events.flatMap((event) => event.event === "note" ? [event.text] : []);
    assertEquals(datagrams[0]!.label, "Initial, 1200 bytes");
    assertEquals(datagrams.filter(({ fate }) => fate === "lost").length, 2);
    assert(!JSON.stringify(datagrams).includes("Michael"), "The path sees a name.");
    const told = notes.join("\n");
    assertStringIncludes(
      told,
      'The client sent "Michael" as a datagram, and received "Hello, Michael!".',
    );
    assertStringIncludes(told, 'That was "Tracy". A QUIC datagram is sent once');
    assertMatch(told, /in this order: Hello, (Anna! Hello, Sarah|Sarah! Hello, Anna)!/);
    const probed = events.findIndex((event) => event.event === "note" && /probes/.test(event.text));
    const sizes = events.slice(0, probed).map((event) =>
      event.event === "datagram" ? event.size : 0
    );
    assertStringIncludes(told, `The longest so far has ${Math.max(...sizes)} bytes.`);
  });
});
