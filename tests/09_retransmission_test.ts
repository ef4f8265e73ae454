import {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { dice, fate } from "../lessons/08_loss.ts";
import { collect, deliver, lesson as page } from "../lessons/09_retransmission.ts";
import { progress } from "../cli/transfer.ts";
import { relay } from "../lib/relay.ts";
import {
  FairWindow,
  pack,
  receiveFile,
  Receiving,
  sendFile,
  Talk,
  unpack,
} from "../lib/transfer.ts";
import { type Address, bind, type Socket } from "../lib/udp.ts";
import { bytes, here, later, PATIENCE, soon, text, until, within } from "./helpers.ts";
import { NO_SIGNALS, NO_TERMINAL, unless } from "./only.ts";
import {
  child,
  freePort,
  inTerminal,
  lesson,
  type Program,
  runLesson,
  type Running,
} from "./program.ts";

const hello = { kind: "hello", mine: 7, theirs: 0, number: 0, data: new Uint8Array() } as const;

/** So many bytes that are not all alike. */
function content(size: number): Uint8Array<ArrayBuffer> {
  const random = dice(size);
  return Uint8Array.from({ length: size }, () => random() * 256);
}

function* parts(file: Uint8Array, size = 1024): Generator<Uint8Array> {
  for (let at = 0; at < file.length; at += size) yield file.subarray(at, at + size);
}

async function all(stream: AsyncIterable<Uint8Array>): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await new Blob(await Array.fromAsync(stream) as BlobPart[]).arrayBuffer());
}

async function receiving(start: typeof lesson = lesson): Promise<[Running, Address]> {
  const program = start(9, "receive", "--port", 0);
  const port = await within(
    PATIENCE,
    (async () => {
      while (true) {
        const match = program.stderr.match(
          /^Bind UDP on (\d+)\.\.\. \(at 127\.0\.0\.1, Ctrl-C stops\)$/m,
        );
        if (match) return Number(match[1]);
        await later(20);
      }
    })(),
  );
  return [program, here(port)];
}

/** Answers what is sent to it with these texts, one for each datagram; "" is no answer. Returns what came. */
async function answering(socket: Socket, answers: string[]): Promise<string[]> {
  const came: string[] = [];
  for (const answer of answers) {
    const { data, from } = await socket.receive({ signal: soon() });
    came.push(text(data));
    if (answer) await socket.send(answer, from);
  }
  return came;
}

/** What the work brings, on clocks a thirty times slower than this machine's: there nothing is late. */
async function slowly<T>(work: () => Promise<T>): Promise<T> {
  const { now } = performance;
  performance.now = () => now.call(performance) / 30;
  try {
    return await work();
  } finally {
    performance.now = now;
  }
}

/** When the datagrams leave this socket. They may arrive late, one soon after the other. */
function departures(socket: Socket): number[] {
  const times: number[] = [];
  const { send } = socket;
  socket.send = (data, to) => {
    times.push(performance.now());
    return send.call(socket, data, to);
  };
  return times;
}

Deno.test("lesson 9: stop-and-wait sends a part once, if its ACK comes", async () => {
  using receiver = bind();
  using sender = bind();
  const answered = answering(receiver, ["ACK 0", "ACK 1"]);
  await slowly(async () => {
    assertEquals(await deliver(sender, 0, "Hello", receiver.address), 1);
    assertEquals(await deliver(sender, 1, "two words", receiver.address), 1);
  });
  assertEquals(await answered, ["0 Hello", "1 two words"]);
});

Deno.test("lesson 9: stop-and-wait sends again after 100 ms, then after 200 more", async () => {
  using receiver = bind();
  using sender = bind();
  const left = departures(sender);
  const answered = answering(receiver, ["", "", "ACK 5"]);
  const times = await deliver(sender, 5, "Hello", receiver.address);
  assert(times >= 3, `${times} times`); // more often, if the machine is so busy that the ACK is late
  assertEquals(await answered, ["5 Hello", "5 Hello", "5 Hello"]);
  for (const [i, least] of [95, 195].entries()) {
    const took = left[i + 1]! - left[i]!;
    assert(took > least, `${took} ms`);
  }
});

Deno.test("lesson 9: a late ACK, a double one and a stranger's are none, and no reason to send again", async () => {
  using receiver = bind();
  using stranger = bind();
  using sender = bind();
  const left = departures(sender);
  const delivering = deliver(sender, 2, "Hello", receiver.address);
  const { from } = await receiver.receive({ signal: soon() });
  await stranger.send("ACK 2", from);
  for (const ack of ["ACK 1", "ACK 1", "ACK 22", "ack 2", ""]) await receiver.send(ack, from);
  assertEquals(text((await receiver.receive({ signal: soon() })).data), "2 Hello"); // time was up
  await receiver.send("ACK 2", from);
  await delivering;
  assert(left[1]! - left[0]! > 95, "It did not wait.");
});

Deno.test("lesson 9: the receiver acknowledges a duplicate again, but yields it once", async () => {
  const receiver = bind();
  using sender = bind();
  const collecting = Array.fromAsync(collect(receiver));
  const say = async (message: string) => {
    await sender.send(message, receiver.address);
    return text((await sender.receive({ signal: soon() })).data);
  };
  assertEquals(await say("0 Hello"), "ACK 0");
  assertEquals(await say("0 Hello"), "ACK 0");
  for (const wrong of ["2 too early", "no number", "", "ACK 0", "-1 x", "1e0 x", "1"]) {
    await sender.send(wrong, receiver.address); // no answer: the next one is for what comes next
  }
  assertEquals(await say("1 \nworld\n"), "ACK 1");
  assertEquals(await say("0 Hello"), "ACK 0");
  receiver.close();
  assertEquals(await collecting, ["Hello", "\nworld\n"]);
});

Deno.test("lesson 9: a sender whose ACK cannot be sent does not end the receiver", async () => {
  const receiver = bind();
  using sender = bind();
  const { receive } = receiver;
  let first = true;
  receiver.receive = async () => {
    const datagram = await receive.call(receiver);
    if (!first) return datagram;
    first = false;
    return { ...datagram, from: here(0) };
  };
  const collecting = Array.fromAsync(collect(receiver));
  await sender.send("0 Hello", receiver.address);
  await deliver(sender, 1, "world", receiver.address);
  receiver.close();
  assertEquals(await collecting, ["Hello", "world"]);
});

Deno.test("lesson 9: the window that adapts doubles, halves, then grows by one in a round trip", () => {
  const window = new FairWindow();
  for (const size of [20, 40, 80]) {
    window.arrived(window.size);
    assertEquals(window.size, size);
  }
  window.lost();
  assertEquals(window.size, 40);
  window.arrived(40);
  assertEquals(window.size, 41);
  window.silence();
  assertEquals(window.size, 1);
  for (let i = 0; i < 10; i++) window.lost();
  assertEquals(window.size, 2);
});

for (const [size, window] of [[0], [1], [1024], [50_000], [300_000, 32]] as [number, number?][]) {
  Deno.test(`lesson 9: ${size} bytes arrive through a relay that loses, doubles and reorders`, async () => {
    const receiver = bind();
    const middle = bind();
    const random = dice(size);
    const weather = { drop: 0.1, duplicate: 0.1, delay: 1, jitter: 5 };
    const relaying = relay(middle, receiver.address, () => () => fate(weather, random));
    const file = content(size);
    const options = window ? { window } : {};
    const sending = sendFile(bind(), parts(file), middle.address, options);
    assertEquals(await all(receiveFile(receiver)), file);
    const { sent } = await sending;
    assert(sent > size / 1024, `${sent}`);
    middle.close();
    await relaying;
  });
}

Deno.test("lesson 9: on loopback nothing is sent again, with any window", async () => {
  for (const window of [1, 32, "auto"] as const) {
    const receiver = bind();
    const file = content(100_000);
    const { sent, resent } = await slowly(async () => {
      const sending = sendFile(bind(), parts(file), receiver.address, { window });
      assertEquals(await all(receiveFile(receiver)), file);
      return await sending;
    });
    assertEquals([sent, resent], [99, 0]); // 98 parts, and the end
  }
});

Deno.test("lesson 9: the parts of a file that cannot be read end the sender with that error", async () => {
  using receiver = bind();
  const socket = bind();
  const stream = receiveFile(receiver);
  const received = stream.next();
  const broken = async function* () {
    yield new Uint8Array(1);
    await received;
    throw new Error("The disk is gone.");
  };
  const sending = sendFile(socket, broken(), receiver.address);
  await within(PATIENCE, assertRejects(() => sending, Error, "The disk is gone."));
  await within(
    PATIENCE,
    assertRejects(() => stream.next(), Error, "The sender has stopped after 1 byte:"),
  );
});

/** A receiver, and a sender by hand: it says what it is told to say, and no more. */
async function byHand(socket: Socket, to: Address) {
  await socket.send(pack(hello), to);
  const { theirs } = unpack((await socket.receive({ signal: soon() })).data)!;
  const say = (kind: "part" | "end" | "stop", number = 0, content = "") =>
    socket.send(pack({ ...hello, kind, theirs, number, data: bytes(content) }), to);
  /** Waits for the ACK that says that all before this number is written. */
  const acknowledged = async (number: number) => {
    while (true) {
      const message = unpack((await socket.receive({ signal: soon() })).data);
      if (message?.kind === "ack" && message.number === number) return;
    }
  };
  return { say, acknowledged };
}

Deno.test("lesson 9: a part that is being written when the sender stops is counted", async () => {
  const receiver = bind();
  using sender = bind();
  const receiving = new Receiving();
  const stream = receiveFile(receiver, receiving);
  const first = stream.next();
  const { say } = await byHand(sender, receiver.address);
  await say("part", 0, "half");
  assertEquals(text((await first).value!), "half");
  await say("stop");
  await until(() => receiving.over); // the stop has come, and the part is not written yet
  await assertRejects(
    () => stream.next(),
    Error,
    "The sender has stopped after 4 bytes: this is not the whole file.",
  );
});

Deno.test("lesson 9: a sender that stops when all is there has not failed, however slow the writing", async () => {
  const receiver = bind();
  using sender = bind();
  const stream = receiveFile(receiver);
  const first = stream.next();
  const { say } = await byHand(sender, receiver.address);
  await say("part", 0, "all ");
  assertEquals(text((await first).value!), "all ");
  await say("part", 1, "of it");
  await say("end", 2);
  await say("stop");
  await later(100); // until after the farewell
  const rest = await Array.fromAsync(stream);
  assertEquals(rest.map(text), ["of it"]);
});

Deno.test("lesson 9: when all is written, the receiver says so, and then stays for what is asked again", async () => {
  const receiver = bind();
  using sender = bind();
  let whole = 0;
  const received = Array.fromAsync(
    receiveFile(receiver, new Receiving(), { whole: () => void whole++ }),
  );
  const { say, acknowledged } = await byHand(sender, receiver.address);
  await say("part", 0, "all");
  await acknowledged(1);
  assertEquals(whole, 0);
  await say("end", 1);
  await acknowledged(2);
  assertEquals(whole, 1);
  await say("end", 1); // that ACK was lost
  await acknowledged(2);
  await say("stop");
  assertEquals((await received).map(text), ["all"]);
  assertEquals(whole, 1);
});

Deno.test("lesson 9: the receiver's farewell is no time of the transfer", async () => {
  const [receiver, to] = await receiving();
  await using _ = receiver;
  using sender = bind();
  const start = performance.now();
  const { say } = await byHand(sender, to);
  await say("part", 0, "all");
  await say("end", 1);
  const waits = "All is here. Waiting in case the sender asks again.\n";
  await until(() => receiver.stderr.includes(waits));
  const most = (performance.now() - start) / 1000;
  await later(300);
  assert(receiver.stderr.endsWith(waits), receiver.stderr);
  await say("stop");
  const { code, stdout, stderr } = await receiver.end();
  const [, seconds] = stderr.match(/\nReceived 3 bytes in (\d+\.\d) s \(\d+ kB\/s\) from /)!;
  assert(Number(seconds) <= most + 0.05, `${seconds} s of ${most}`); // it is rounded
  assertEquals([code, stdout], [0, "all"]);
});

Deno.test("lesson 9: a signal that ends many transfers is let go by each of them", async () => {
  const { signal } = new AbortController();
  let listeners = 0;
  const { addEventListener, removeEventListener } = signal;
  signal.addEventListener = (...args: unknown[]) => {
    listeners++;
    addEventListener.apply(signal, args as Parameters<typeof addEventListener>);
  };
  signal.removeEventListener = (...args: unknown[]) => {
    listeners--;
    removeEventListener.apply(signal, args as Parameters<typeof removeEventListener>);
  };
  const receiver = bind();
  const sending = sendFile(bind(), [bytes("Hi")], receiver.address, { signal });
  const received = Array.fromAsync(receiveFile(receiver, new Receiving(), { signal }));
  assertEquals((await received).map(text), ["Hi"]);
  await sending;
  assertEquals(listeners, 0);

  // Nor does one stay where a transfer fails: here the platform's receive does.
  const broken = bind();
  broken.receive = () => Promise.reject(new Error("broken"));
  await assertRejects(() => new Talk(broken, new Receiving(), signal).ended, Error, "broken");
  broken.close();
  assertEquals(listeners, 0);
});

Deno.test("lesson 9: a receiver that ends early stops the sender at once", async () => {
  const receiver = bind();
  const sending = sendFile(bind(), parts(content(5_000_000)), receiver.address);
  const failing = assertRejects(() => sending, Error, "The receiver has stopped, or it is busy");
  for await (const part of receiveFile(receiver)) {
    assertEquals(part.length, 1024);
    break;
  }
  await within(PATIENCE, failing);
});

Deno.test("lesson 9: a sender that is stopped tells the receiver", async () => {
  const receiver = bind();
  const abort = new AbortController();
  const sending = sendFile(bind(), parts(content(5_000_000)), receiver.address, {
    signal: abort.signal,
  });
  const stream = receiveFile(receiver);
  await stream.next();
  abort.abort();
  await assertRejects(() => sending, Error, "It was stopped");
  await assertRejects(() => Array.fromAsync(stream), Error, "The sender has stopped after");
});

Deno.test("lesson 9: a second sender is told that the receiver is busy, and the first one goes on", async () => {
  const receiver = bind();
  const file = content(50_000);
  const stream = receiveFile(receiver);
  const sending = sendFile(bind(), parts(file), receiver.address);
  const first = (await stream.next()).value!;
  await assertRejects(
    () => within(PATIENCE, sendFile(bind(), parts(file), receiver.address)),
    Error,
    "it is busy with somebody else's file",
  );
  const rest = await all(stream);
  assertEquals(rest, file.slice(first.length));
  await sending;
});

Deno.test("lesson 9: an empty part, which only asks whether anybody is there, is none of the file", async () => {
  const receiver = bind();
  const sending = sendFile(bind(), ["a", "", "b"].map(bytes), receiver.address);
  assertEquals((await Array.fromAsync(receiveFile(receiver))).map(text), ["a", "b"]);
  await sending;
});

Deno.test("lesson 9: the socket that is closed meanwhile ends a transfer with an error", async () => {
  const [socket, receiver] = [bind(), bind()];
  const sending = sendFile(socket, parts(content(1_000_000)), receiver.address);
  socket.close();
  await assertRejects(() => sending, Error);
  const stream = receiveFile(receiver);
  const next = stream.next();
  receiver.close();
  await assertRejects(() => next, Error, "It was stopped before all had arrived.");
});

Deno.test("lesson 9: port 0, and who forges a sender, get nothing and change nothing", async () => {
  const receiver = bind();
  const { receive } = receiver;
  const odd = [
    { data: pack(hello), from: here(0) },
    { data: pack({ ...hello, kind: "part" }), from: here(0) },
    { data: pack({ ...hello, kind: "part", mine: 0 }), from: here(0) },
  ];
  receiver.receive = async (options) => {
    const datagram = odd.shift();
    return datagram ? { ...datagram } : await receive.call(receiver, options);
  };
  const file = content(5000);
  const sending = sendFile(bind(), parts(file), receiver.address);
  assertEquals(await all(receiveFile(receiver)), file);
  await sending;
});

Deno.test("lesson 9: ten thousand who say hello are each answered, and none is remembered", () => {
  const receiving = new Receiving();
  for (let i = 0; i < 10_000; i++) {
    receiving.heard(
      pack({ ...hello, mine: i }),
      { hostname: `10.0.${i >> 8}.${i & 255}`, port: 9 },
      0,
    );
    const [[answer]] = receiving.due(0) as [[Uint8Array, Address]];
    assertEquals([unpack(answer)!.kind, unpack(answer)!.mine, answer.length], ["ack", i, 13]);
  }
  assertEquals(receiving.peer, undefined);
});

Deno.test("lesson 9: send and receive, each as a program: byte for byte, and each says how it went", async () => {
  const file = content(2_000_000);
  const [receiver, to] = await receiving();
  await using _ = receiver;
  await using sender = lesson(9, "send", "--port", to.port);
  // stdout is text in a Program, and so is what is sent here.
  const letters = file.map((byte) => 97 + byte % 26);
  await sender.type(letters);
  const sent = await sender.end();
  assertEquals(sent.stderr, "");
  assertMatch(
    sent.stdout,
    /^Sent 2,000,000 bytes in \d+\.\d s \([\d,]+ kB\/s\) to 127\.0\.0\.1:\d+\.\nThat took [\d,]+ datagrams, [\d,]+ of them again; the round trip took \d+\.\d ms\.\n$/,
  );
  assertEquals(sent.code, 0);
  const received = await receiver.end();
  assert(received.stdout === text(letters), "It is another text.");
  assertMatch(received.stderr, /\nReceived 2,000,000 bytes in .* from 127\.0\.0\.1:\d+\.\n$/);
  assertEquals(received.code, 0);
});

Deno.test("lesson 9: who waits for a sending is told how far it is, by the receiver's ACKs", async () => {
  using sender = bind();
  using receiver = bind();
  using stranger = bind();
  const ack = (number: number) => pack({ ...hello, kind: "ack", number });
  const log: string[] = [];
  const quiet = progress(sender, receiver.address, 20, (line) => log.push(line));
  await sender.send("one", receiver.address);
  await sender.send("two", receiver.address);
  for (const number of [1, 0]) await receiver.send(ack(number), sender.address);
  await stranger.send(ack(9), sender.address);
  for (let i = 0; i < 3; i++) await sender.receive({ signal: soon() });
  log.length = 0;
  await until(() => log.length >= 2, "It says nothing.");
  quiet();
  const said = [...log];
  assertEquals(new Set(said), new Set(["So far: 2 datagrams sent, 1 part arrived."]));
  await later(50);
  assertEquals(log, said);
});

Deno.test("lesson 9: a file of 0 bytes arrives, too", async () => {
  const [receiver, to] = await receiving();
  await using _ = receiver;
  const sent = await runLesson(9, ["send", "--port", to.port]);
  assertMatch(sent.stdout, /^Sent 0 bytes /);
  assertEquals([sent.code, sent.stderr], [0, ""]);
  const { code, stdout, stderr } = await receiver.end();
  assertMatch(stderr, /\nReceived 0 bytes in 0\.0 s \(0 kB\/s\) from /);
  assertEquals([code, stdout], [0, ""]);
});

Deno.test("lesson 9: what is typed goes at once, and a pause is no end", async () => {
  const [receiver, to] = await receiving();
  await using _ = receiver;
  await using sender = lesson(9, "send", "--port", to.port, "--window", 1);
  await sender.type("first\n");
  await receiver.prints(/^first\n$/);
  await sender.type("second\n");
  await receiver.prints(/^first\nsecond\n$/);
  assertEquals((await sender.end()).code, 0);
  assertEquals((await receiver.end()).code, 0);
});

Deno.test({
  ...unless(NO_TERMINAL, "lesson 9: to a terminal nothing is written that a terminal would obey"),
  async fn() {
    const port = freePort();
    await using receiver = inTerminal(`lesson9 receive --port ${port}`);
    await receiver.prints(/Bind UDP on/);
    const parts = ["one\ntwo \x1b[2J\x9b", "é".slice(0, 1)].map(bytes);
    await sendFile(bind(), parts, here(port));
    const { stdout } = await receiver.end();
    assertStringIncludes(stdout, "one\r\ntwo \\x1b[2J\\x9bé");
  },
});

Deno.test({
  name: "lesson 9: Ctrl-C stops the sender, and the receiver knows at once that it is half a file",
  async fn() {
    const [receiver, to] = await receiving();
    await using _ = receiver;
    await using sender = lesson(9, "send", "--port", to.port);
    await sender.type("half");
    await receiver.prints(/half/);
    sender.signal("SIGINT");
    await sender.prints(/Stopped/);
    const stopped = await sender.end();
    assertMatch(stopped.stdout, /^Stopped\. Sent \d+ datagrams /);
    assertEquals([stopped.code, stopped.stderr], [0, ""]);
    // It was told: without that it would say, 10 s later, that the sender fell silent.
    const { code, stderr } = await receiver.end();
    assertMatch(
      stderr,
      /\nThe sender has stopped after 4 bytes: this is not the whole file\.\n$/,
    );
    assertEquals(code, 1);
  },
});

Deno.test({
  ...unless(NO_SIGNALS, "lesson 9: Ctrl-C stops the receiver, and the sender knows at once"),
  async fn() {
    const [receiver, to] = await receiving(child);
    await using _ = receiver;
    await using sender = lesson(9, "send", "--port", to.port);
    await sender.type("half");
    await receiver.prints(/half/);
    receiver.signal("SIGINT");
    const stopped = await receiver.end();
    assertMatch(stopped.stderr, /\nStopped\. Sent \d+ datagrams? /);
    assertEquals(stopped.code, 0);
    // It was told: without that it would say, 10 s later, that the receiver fell silent.
    const { code, stderr } = await sender.end();
    assertStringIncludes(stderr, "The receiver has stopped, or it is busy");
    assertEquals(code, 1);
  },
});

Deno.test("lesson 9: wrong options end with 2, and say what would be right", async () => {
  for (
    const [option, value, says] of [
      ["--window", "0", "it must be a whole number from 1 to 256"],
      ["--window", "many", "--window many is not right"],
      ["--part", "65495", "it must be a whole number from 1 to 65494"],
    ]
  ) {
    const { code, stdout, stderr } = await runLesson(9, ["send", option!, value!]);
    assertStringIncludes(stderr, says!);
    assertEquals([code, stdout], [2, ""]);
  }
});

Deno.test("lesson 9: a busy port ends the receiver with 1 and advice", async () => {
  using taken = bind();
  const { code, stdout, stderr } = await runLesson(9, ["receive", "--port", taken.address.port]);
  assertMatch(stderr, /this port is taken/);
  assertEquals([code, stdout], [1, ""]);
});

Deno.test("lesson 9: a reader of the output who goes away ends both sides, each with a sentence", async () => {
  const [receiver, to] = await receiving(child);
  await using _ = receiver;
  await (receiver as Program).leave();
  await using sender = lesson(9, "send", "--port", to.port);
  await sender.type("x".repeat(1_000_000)).catch(() => {}); // it does not take all of it any more
  const { code, stderr } = await sender.end();
  assertStringIncludes(stderr, "The receiver has stopped, or it is busy");
  assertEquals(code, 1);
  const received = await receiver.end();
  assertMatch(received.stderr, /\nWhat was received cannot be written: .*\n$/);
  assertEquals(received.code, 1);
});

Deno.test("lesson 9: played, a part and an ACK are lost, and a window has three under way", async () => {
  const { code, stdout, stderr } = await runLesson(9);
  assertEquals([code, stderr], [0, ""]);
  assertMatch(stdout, / sender +receiver\n/);
  assertMatch(
    stdout,
    /1 world +│\n +├╌+✗│\n[^]*1 world +│\n +├─+▶│\n +│ +ACK 1 +│\n +│✗╌+┤\n[^]*1 world/,
  );
  const [first = "", second = ""] = stdout.split(/ +Now another protocol.*/);
  const [, times] = first.match(
    /Part 1 was sent (\d+) times: first the part was lost, then its ACK/,
  )!;
  const drawn = first.match(/1 world/g)!.length;
  assert(drawn >= 3 && drawn <= Number(times), `${drawn} of ${times}`);
  assertEquals(first.match(/This one was lost/g)?.length, 2);
  assert(first.match(/1 world +│\n +├─+▶│/g)!.length > 1, "It arrived more than once.");
  assertStringIncludes(first, "the receiver took it once: Hello world.");
  assertMatch(second, /part 0,[^]*part 1,.*\n.*✗[^]*part 2,[^]*ACK: all before 1 +│/);
  assertMatch(second, /ACK: all before 1, and I hold 2/);
  assertMatch(second, /ACK: all before 5 +│\n/);
  const [, again] = second.replace(/\s+/g, " ").match( // a long line is wrapped
    /part 2 did not wait for it\. (\d+) datagrams? w\w+ sent again\./,
  )!;
  const sent = second.match(/ (part \d, 5 bytes|end: there is no 4) /g)!;
  assertEquals(Number(again), sent.length - new Set(sent).size);
  assertMatch(second, /This one was lost/);
});

Deno.test("lesson 9: as JSON, a datagram has the label that the picture shows", async () => {
  const { code, stdout } = await runLesson(9, ["--json"]);
  const events = stdout.trim().split("\n").map((line) => JSON.parse(line));
  const labels = events.flatMap(({ event, label }) => event === "datagram" ? label : []);
  for (const label of ["0 Hello", "ACK 1", "part 0, 5 bytes", "hello", "stop"]) {
    assert(labels.includes(label), label);
  }
  assertEquals([code, events.at(-1).event], [0, "end"]);
  assertEquals(page.label!(new Uint8Array([27])), "\\x1b");
});
