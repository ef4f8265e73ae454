import { assert, assertEquals, assertMatch, assertRejects, assertThrows } from "@std/assert";
import { askTcp, bindBoth, serveTcp, type UdpAndTcp } from "../../lib/dns_tcp.ts";
import { type Clock, systemClock } from "../../lib/clock.ts";
import { bind } from "../../lib/udp.ts";
import { bytes, here, later, PATIENCE, text, until, within } from "../helpers.ts";
import { unless } from "../only.ts";
import { eventually, freePort } from "../program.ts";
import { SimulatedClock } from "../simulated.ts";
import { waits } from "../waits.ts";

const LOCAL = here(0);

/** What answers `a` with `A`, and what is in small letters only. */
const upper = (message: Uint8Array) =>
  /^[a-z]+$/.test(text(message)) ? bytes(text(message).toUpperCase()) : undefined;

/** A message as it travels: its length in two bytes, and then itself. */
function framed(message: string): Uint8Array {
  return new Uint8Array([message.length >> 8, message.length & 255, ...bytes(message)]);
}

/** Runs the work beside a server that answers with {@linkcode upper}, and waits for the server's end. */
async function served(work: (both: UdpAndTcp) => Promise<void>, clock?: Clock): Promise<string[]> {
  const log: string[] = [];
  const both = bindBoth(LOCAL);
  const serving = serveTcp(both.listener, upper, (line) => log.push(line), clock);
  try {
    await work(both);
  } finally {
    both[Symbol.dispose]();
    await within(PATIENCE, serving);
  }
  return log;
}

/** What comes within the time, to the end of the stream. */
async function readAll(connection: Deno.TcpConn): Promise<string> {
  let all = "";
  const chunk = new Uint8Array(1000);
  try {
    for (let read; (read = await connection.read(chunk)) !== null;) {
      all += text(chunk.subarray(0, read));
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.ConnectionReset)) throw error;
  }
  return all;
}

Deno.test("tcp: the question goes, and the answer comes", async () => {
  const log = await served(async ({ socket }) => {
    assertEquals(text(await askTcp(bytes("hello"), socket.address, 5000)), "HELLO");
  });
  assertEquals(log.length, 1);
  assertMatch(log[0]!, /^Connected over TCP: 127\.0\.0\.1:\d+\.$/);
});

Deno.test("tcp: UDP and TCP have the same port, and the port 0 is one that both have", async () => {
  for (let i = 0; i < 20; i++) {
    using both = bindBoth(LOCAL);
    const { port } = both.listener.addr;
    assertEquals(port, both.socket.address.port);
    assert(port > 0);
  }
  await later(0); // a port is free a turn after its socket is closed
});

Deno.test("tcp: a port that another program has, of UDP or of TCP, is an error that says so", async () => {
  using udp = await eventually(() => bind({ port: freePort() }));
  assertThrows(() => bindBoth(udp.address), Deno.errors.AddrInUse, "this port is taken");
  using tcp = await eventually(() => Deno.listen({ hostname: "127.0.0.1", port: freePort() }));
  const message = `Cannot listen on TCP port 127.0.0.1:${tcp.addr.port}: this port is taken`;
  assertThrows(() => bindBoth(here(tcp.addr.port)), Deno.errors.AddrInUse, message);
});

Deno.test("tcp: the stream has no edges: two questions in a piece, and one in many pieces", async () => {
  await served(async ({ socket: { address } }) => {
    using connection = await Deno.connect(address);
    await connection.write(new Uint8Array([...framed("one"), ...framed("two")]));
    for (const byte of framed("three")) {
      await connection.write(new Uint8Array([byte]));
      await later(5);
    }
    await connection.closeWrite();
    assertEquals(await readAll(connection), "\0\x03ONE\0\x03TWO\0\x05THREE");
  });
});

Deno.test("tcp: the longest message, 65,535 bytes, in both directions", async () => {
  await served(async ({ socket: { address } }) => {
    const answer = await askTcp(new Uint8Array(65_535).fill(97), address, 5000);
    assertEquals(answer, new Uint8Array(65_535).fill(65));
  });
});

Deno.test("tcp: what is no question ends the connection, and no other one", async () => {
  await served(async ({ socket: { address } }) => {
    using other = await Deno.connect(address);
    using connection = await Deno.connect(address);
    await connection.write(framed("NO QUESTION"));
    assertEquals(await within(PATIENCE, readAll(connection)), "");
    await other.write(framed("one"));
    await other.closeWrite();
    assertEquals(await readAll(other), "\0\x03ONE");
  });
});

Deno.test("tcp: an answer that throws is told, and the next client is served", async () => {
  const log: string[] = [];
  using listener = Deno.listen(LOCAL);
  const answer = (message: Uint8Array) => {
    if (message.length === 3) throw new Error("three are too many");
    return message;
  };
  const serving = serveTcp(listener, answer, (line) => log.push(line));
  const address = here(listener.addr.port);
  assertEquals(await askTcp(bytes("one"), address, PATIENCE), undefined);
  assertEquals(await askTcp(bytes("four"), address, PATIENCE), bytes("four"));
  listener.close();
  await within(PATIENCE, serving);
  assertEquals(log[1], "A question over TCP gets no answer: Error: three are too many");
});

Deno.test("tcp: what the connection takes is part of the time for an answer", async () => {
  using listener = Deno.listen(LOCAL);
  const { connect } = Deno;
  const { after } = systemClock;
  const waits: number[] = [];
  Deno.connect = (async (to: Deno.ConnectOptions) => {
    await later(60);
    return await connect(to);
  }) as typeof connect;
  systemClock.after = (milliseconds, ring) => {
    waits.push(milliseconds);
    return after(milliseconds, ring);
  };
  try {
    const asking = askTcp(bytes("one"), here(listener.addr.port), PATIENCE);
    (await listener.accept()).close();
    assertEquals(await asking, undefined);
  } finally {
    Object.assign(Deno, { connect });
    systemClock.after = after;
  }
  assert(waits[0]! < PATIENCE - 50, `${waits}`);
});

Deno.test("tcp: 100 clients at a time; one more is sent away, and let in when another one left", async () => {
  await served(async ({ socket: { address } }) => {
    const clients = await Promise.all(Array.from({ length: 100 }, () => Deno.connect(address)));
    try {
      await clients[99]!.write(framed("last"));
      await clients[99]!.read(new Uint8Array(10)); // the last one is in
      assertEquals(await askTcp(bytes("one"), address, 5000), undefined);
      clients.pop()!.close();
      let answer;
      for (let tries = 0; !answer && tries < 50; tries++) {
        answer = await askTcp(bytes("one"), address, 5000);
        if (!answer) await later(20);
      }
      assertEquals(text(answer), "ONE");
    } finally {
      for (const client of clients) client.close();
    }
  });
});

Deno.test("tcp: with the listener, the connections are closed", async () => {
  const both = bindBoth(LOCAL);
  const serving = serveTcp(both.listener, upper);
  using connection = await Deno.connect(both.socket.address);
  await connection.write(framed("one"));
  await connection.read(new Uint8Array(10));
  both[Symbol.dispose]();
  await within(PATIENCE, serving);
  assertEquals(await within(PATIENCE, readAll(connection)), "");
});

Deno.test("tcp: who says nothing, or half a message, is disconnected after 5 s", async () => {
  const clock = new SimulatedClock();
  await served(async ({ socket: { address } }) => {
    using silent = await Deno.connect(address);
    using halfway = await Deno.connect(address);
    using slow = await Deno.connect(address);
    for (const one of [halfway, slow]) await one.write(framed("late").subarray(0, 4));
    await until(() => clock.waiting === 3);
    await clock.pass(4999);
    await slow.write(framed("late").subarray(4));
    assertEquals(await slow.read(new Uint8Array(10)), 6); // the answer
    await clock.pass(1);
    assertEquals(await within(PATIENCE, Promise.all([readAll(silent), readAll(halfway)])), [
      "",
      "",
    ]);
  }, clock);
});

const NO_END = Deno.build.os === "windows" ? "Wine ends no write when the connection is lost" : "";

waits(unless(NO_END, "tcp: who asks on and on, and reads nothing, is disconnected"), async () => {
  const clock = new SimulatedClock();
  await served(async ({ socket: { address } }) => {
    using greedy = await Deno.connect(address);
    let written = 0;
    const asking = async () => {
      const question = framed("a".repeat(60_000));
      // Until the server cannot write, and so does not read.
      while (true) written += await greedy.write(question.subarray(written % question.length));
    };
    const ended = asking().then(() => false, () => true);
    for (let before = -1; before !== written;) {
      before = written;
      await later(200);
    }
    await clock.pass(5000);
    assert(await within(PATIENCE, ended));
  }, clock);
});

waits("tcp: asking ends in time, whatever the server does", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const address = here(listener.addr.port);
  const behave = async (...answer: number[][]) => {
    const answers = answer.flat().length > 1;
    const asking = askTcp(bytes("one"), address, answers ? PATIENCE : 200);
    using connection = await listener.accept();
    for (const part of answer) await connection.write(new Uint8Array(part));
    if (answer.length > 1) connection.closeWrite();
    return await within(PATIENCE, asking);
  };
  assertEquals(await behave(), undefined); // silent
  assertEquals(await behave([0]), undefined); // half a length
  assertEquals(await behave([0, 9, 65], [65]), undefined); // it ends in the middle
  assertEquals(await behave([0, 2, 65], [65]), bytes("AA"));
  assertEquals(await behave([0, 1, 65, 66]), bytes("A")); // no more than the length says
  listener.close();
  assertEquals(await askTcp(bytes("one"), address, 5000), undefined); // refused
});

Deno.test({
  name: "tcp: a missing permission is an error, and not a server that does not answer",
  permissions: { net: false },
  fn: async () => {
    await assertRejects(() => askTcp(bytes("hello"), here(9), 5000), Deno.errors.NotCapable);
  },
});
