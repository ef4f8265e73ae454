import {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { Diagram } from "../cli/diagram.ts";
import type { Given } from "../cli/lesson.ts";
import { progress, receiveRole } from "../cli/transfer.ts";
import { lesson as page } from "../cli/lessons/10_window.ts";
import { fate } from "../lessons/08_loss.ts";
import { dice, relay } from "../lib/relay.ts";
import { receiveWithin } from "../lessons/02_receive.ts";
import { collectInOrder, GoBackN, missing, readAck } from "../lessons/10_window.ts";
import {
  type Message,
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
import { waits } from "./waits.ts";

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
  const program = start(10, "receive", "--port", 0);
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

/** Does the work with time limits that are thirty times as long: there no ACK is late. */
async function patiently<T>(work: () => Promise<T>): Promise<T> {
  const { timeout } = AbortSignal;
  AbortSignal.timeout = (milliseconds) => timeout.call(AbortSignal, 30 * milliseconds);
  try {
    return await work();
  } finally {
    AbortSignal.timeout = timeout;
  }
}

/** The texts of the next datagrams. */
async function texts(socket: Socket, count: number): Promise<string[]> {
  const came: string[] = [];
  while (came.length < count) came.push(text((await socket.receive({ signal: soon() })).data));
  return came;
}

/** Whatever waits at this socket now. What was sent on loopback before is there. */
async function waiting(socket: Socket): Promise<string[]> {
  const came: string[] = [];
  for (let next; (next = await receiveWithin(socket, 30));) came.push(text(next.data));
  return came;
}

const FIVE = ["zero", "one", "two", "three", "four"];
const PARTS = FIVE.map((word, number) => `PART ${number} ${word}`);

Deno.test("lesson 10: go-back-N fills its window, and then waits", async () => {
  using receiver = bind();
  const sender = bind();
  const sending = new GoBackN(sender, FIVE, receiver.address, 3).run();
  assertEquals(await texts(receiver, 3), PARTS.slice(0, 3));
  assertEquals(await waiting(receiver), []);
  sender.close();
  await assertRejects(() => sending, Error);
});

Deno.test("lesson 10: no texts need no datagram", async () => {
  using receiver = bind();
  using sender = bind();
  const sending = new GoBackN(sender, [], receiver.address, 3);
  await within(PATIENCE, sending.run());
  assertEquals([sending.datagrams, await waiting(receiver)], [0, []]);
});

Deno.test("lesson 10: an ACK is for all parts before it, too, and moves the window", async () => {
  using receiver = bind();
  using sender = bind();
  const sending = new GoBackN(sender, FIVE, receiver.address, 3);
  await patiently(async () => {
    const running = sending.run();
    assertEquals(await texts(receiver, 3), PARTS.slice(0, 3));
    await receiver.send("ACK 2", sender.address); // those of 0 and 1 were lost
    assertEquals(await texts(receiver, 2), PARTS.slice(3));
    await receiver.send("ACK 4", sender.address);
    await running;
  });
  assertEquals(sending.datagrams, 5);
});

Deno.test("lesson 10: after a timeout it goes back to the lowest part without an ACK, in order", async () => {
  using receiver = bind();
  using sender = bind();
  const running = new GoBackN(sender, FIVE, receiver.address, 3).run();
  assertEquals(await texts(receiver, 3), PARTS.slice(0, 3));
  await receiver.send("ACK 0", sender.address);
  assertEquals(await texts(receiver, 4), [PARTS[3], PARTS[1], PARTS[2], PARTS[3]]);
  await receiver.send("ACK 3", sender.address);
  await receiver.send("ACK 4", sender.address); // perhaps it is not sent yet: then it is ignored
  while (text((await receiver.receive({ signal: soon() })).data) !== PARTS[4]);
  await receiver.send("ACK 4", sender.address);
  await running;
});

Deno.test("lesson 10: an old ACK, one for a part that was not sent, and a stranger's change nothing", async () => {
  using receiver = bind();
  using stranger = bind();
  const sender = bind();
  const sending = new GoBackN(sender, FIVE, receiver.address, 2);
  const running = sending.run();
  assertEquals(await texts(receiver, 2), PARTS.slice(0, 2));
  await receiver.send("ACK 1", sender.address);
  assertEquals(await texts(receiver, 2), PARTS.slice(2, 4));
  await stranger.send("ACK 3", sender.address);
  for (const ack of ["ACK 1", "ACK 0", "ACK 4", "ACK 2x", "ack 2", "", "PART 2 two"]) {
    await receiver.send(ack, sender.address);
  }
  assertEquals((await texts(receiver, 1))[0], PARTS[2]); // the timeout
  assertEquals(sending.lowest, 2);
  sender.close();
  await assertRejects(() => running, Error);
});

Deno.test("lesson 10: a part that was sent twice measures no round trip, and the timeout stays long", async () => {
  using receiver = bind();
  using sender = bind();
  const { timeout } = AbortSignal;
  const waits: number[] = [];
  AbortSignal.timeout = (milliseconds) => {
    if (milliseconds < 10_000) waits.push(milliseconds); // the others are this test's
    return timeout.call(AbortSignal, milliseconds / (milliseconds < 10_000 ? 10 : 1));
  };
  try {
    const running = new GoBackN(sender, ["zero", "one"], receiver.address, 1).run();
    await texts(receiver, 2); // the second one after a timeout
    await receiver.send("ACK 0", sender.address); // and nobody knows for which of the two it is
    await texts(receiver, 1);
    await receiver.send("ACK 1", sender.address);
    await running;
  } finally {
    AbortSignal.timeout = timeout;
  }
  assertEquals(waits.slice(0, 3), [1000, 2000, 2000]);
});

Deno.test("lesson 10: a time for which the machine stops the program is no round trip of go-back-N", async () => {
  using receiver = bind();
  using sender = bind();
  const { timeout } = AbortSignal;
  const waits: number[] = [];
  AbortSignal.timeout = (milliseconds) => {
    waits.push(milliseconds);
    return timeout.call(AbortSignal, PATIENCE);
  };
  const running = new GoBackN(sender, ["zero", "one"], receiver.address, 1).run();
  await texts(receiver, 1);
  const end = aMinuteLater();
  try {
    await receiver.send("ACK 0", sender.address);
    await texts(receiver, 1);
    await receiver.send("ACK 1", sender.address);
    await running;
  } finally {
    end();
    AbortSignal.timeout = timeout;
  }
  assertEquals(waits.filter((wait) => wait < PATIENCE), [1000, 3000]); // as after a trip of 1 s
});

Deno.test("lesson 10: without any ACK, go-back-N gives up and says so", async () => {
  using receiver = bind();
  using sender = bind();
  const { timeout } = AbortSignal;
  AbortSignal.timeout = () => timeout.call(AbortSignal, 1);
  try {
    const running = new GoBackN(sender, FIVE, receiver.address, 1).run();
    await assertRejects(() => running, Error, "No ACK for part 0 after 8 timeouts.");
  } finally {
    AbortSignal.timeout = timeout;
  }
  assertEquals(await waiting(receiver), Array(8).fill(PARTS[0]));
});

Deno.test("lesson 10: the receiver yields each part once, in order, and repeats how far it is", async () => {
  const receiver = bind();
  using sender = bind();
  const collecting = Array.fromAsync(collectInOrder(receiver));
  const say = async (message: string) => {
    await sender.send(message, receiver.address);
    return text((await sender.receive({ signal: soon() })).data);
  };
  await sender.send("PART 1 too early", receiver.address); // there is nothing to acknowledge yet
  assertEquals(await say("PART 0 zero"), "ACK 0");
  assertEquals(await say("PART 2 too early"), "ACK 0");
  assertEquals(await say("PART 0 zero"), "ACK 0");
  for (const wrong of ["ACK 1", "", "1 one", "PART -1 x", "PART 1e0 x", "PART 1"]) {
    await sender.send(wrong, receiver.address);
  }
  assertEquals(await say("PART 1 \none\n"), "ACK 1");
  assertEquals(await waiting(sender), []);
  receiver.close();
  assertEquals(await collecting, ["zero", "\none\n"]);
});

Deno.test("lesson 10: the receiver takes the parts of one sender only", async () => {
  const receiver = bind();
  using sender = bind();
  using stranger = bind();
  const collecting = Array.fromAsync(collectInOrder(receiver));
  await sender.send("PART 0 zero", receiver.address);
  assertEquals(await texts(sender, 1), ["ACK 0"]);
  await stranger.send("PART 1 stranger", receiver.address);
  await sender.send("PART 1 one", receiver.address);
  assertEquals(await texts(sender, 1), ["ACK 1"]);
  receiver.close();
  assertEquals(await collecting, ["zero", "one"]);
  assertEquals(await waiting(stranger), []);
});

Deno.test("lesson 10: a part is acknowledged when its reader is done with it", async () => {
  const receiver = bind();
  using sender = bind();
  const collecting = collectInOrder(receiver);
  const first = collecting.next();
  await sender.send("PART 0 zero", receiver.address);
  assertEquals((await first).value, "zero");
  assertEquals(await waiting(sender), []); // the reader is slow
  const second = collecting.next();
  assertEquals(await texts(sender, 1), ["ACK 0"]);
  receiver.close();
  assertEquals((await second).done, true);
});

waits("lesson 10: go-back-N through a relay that loses and doubles", async () => {
  const receiver = bind();
  const middle = bind();
  using sender = bind();
  const random = dice(10);
  // Nothing is overtaken here: go-back-N drops the part that overtook, and is slow then.
  const weather = { drop: 0.05, duplicate: 0.1, delay: 1 };
  const relaying = relay(middle, receiver.address, () => () => fate(weather, random));
  const words = Array.from({ length: 50 }, (_, i) => `text ${i}`);
  const collecting = Array.fromAsync(collectInOrder(receiver));
  const sending = new GoBackN(sender, words, middle.address, 4);
  await sending.run();
  assert(sending.datagrams > 50, `${sending.datagrams}`);
  receiver.close();
  middle.close();
  assertEquals(await collecting, words);
  await relaying;
});

Deno.test("lesson 10: an ACK is read as its number, and anything else is not an ACK", () => {
  assertEquals(readAck(bytes("ACK 0")), 0);
  assertEquals(readAck(bytes("ACK 123456789")), 123_456_789);
  for (const other of ["", "ACK", "ACK ", "ACK -1", "ACK 1 ", "ACK 1234567890", "PART 1 ACK 1"]) {
    assertEquals(readAck(bytes(other)), undefined, other);
  }
});

Deno.test("lesson 10: what a selective ACK reports as missing is below the highest part that it names", () => {
  assertEquals(missing(2, [3, 4]), [2]);
  assertEquals(missing(0, [1, 5, 3]), [0, 2, 4]);
  assertEquals(missing(7, []), []);
});

const SIZES: [number, (number | "model")?][] = [
  ...[0, 1, 1024, 50_000].map((size): [number] => [size]),
  [300_000, 32],
  [200_000, "model"],
];
for (const [size, window] of SIZES) {
  waits(
    `lesson 10: ${size} bytes arrive through a relay that loses, doubles and reorders`,
    async () => {
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
    },
  );
}

Deno.test("lesson 10: on loopback nothing is sent again, with any window", async () => {
  const file = content(100_000);
  const windows = [1, 32, "auto", "model"] as const;
  const sent = await slowly(() =>
    Promise.all(windows.map(async (window) => {
      const receiver = bind();
      const sending = sendFile(bind(), parts(file), receiver.address, { window });
      assertEquals(await all(receiveFile(receiver)), file);
      const { sent, resent } = await sending;
      return [sent, resent];
    }))
  );
  assertEquals(sent, windows.map(() => [99, 0])); // 98 parts, and the end
});

Deno.test("lesson 10: the sender's last word leaves three times before its socket is closed", async () => {
  const [socket, receiver] = [bind(), bind()];
  const { send } = socket;
  const sent: Promise<number>[] = [];
  socket.send = (data, to) => {
    const sending = send.call(socket, data, to);
    sent.push(sending);
    return sending;
  };
  const sending = sendFile(socket, parts(content(1)), receiver.address);
  await all(receiveFile(receiver));
  await sending;
  const last = await Promise.allSettled(sent.slice(-3));
  assertEquals(last, Array(3).fill({ status: "fulfilled", value: 9 }));
});

Deno.test("lesson 10: the parts of a file that cannot be read end the sender with that error", async () => {
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

Deno.test("lesson 10: a part that is being written when the sender stops is counted", async () => {
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

Deno.test("lesson 10: a sender that stops when all is there has not failed, however slow the writing", async () => {
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

Deno.test("lesson 10: when all is written, the receiver says so, and then stays for what is asked again", async () => {
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

waits("lesson 10: the receiver's farewell is no time of the transfer", async () => {
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

Deno.test("lesson 10: a signal that ends many transfers is let go by each of them", async () => {
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

Deno.test("lesson 10: a signal that was aborted before ends a transfer at once, on both sides", async () => {
  const signal = AbortSignal.abort();
  await using receiver = bind();
  const sending = sendFile(bind(), [bytes("Hi")], receiver.address, { signal });
  await assertRejects(() => sending, Error, "It was stopped before all had arrived.");
  const received = receiveFile(receiver, new Receiving(), { signal });
  await assertRejects(() => received.next(), Error, "It was stopped before all had arrived.");
});

waits("lesson 10: a receiver that ends early stops the sender at once", async () => {
  const receiver = bind();
  const sending = sendFile(bind(), parts(content(5_000_000)), receiver.address);
  const failing = assertRejects(() => sending, Error, "The receiver has stopped, or it is busy");
  for await (const part of receiveFile(receiver)) {
    assertEquals(part.length, 1024);
    break;
  }
  await within(PATIENCE, failing);
});

waits("lesson 10: a sender that is stopped tells the receiver", async () => {
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

Deno.test("lesson 10: a second sender is told that the receiver is busy, and the first one goes on", async () => {
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

Deno.test("lesson 10: an empty part, which only asks whether anybody is there, is none of the file", async () => {
  const receiver = bind();
  const sending = sendFile(bind(), ["a", "", "b"].map(bytes), receiver.address);
  assertEquals((await Array.fromAsync(receiveFile(receiver))).map(text), ["a", "b"]);
  await sending;
});

Deno.test("lesson 10: the socket that is closed meanwhile ends a transfer with an error", async () => {
  const [socket, receiver] = [bind(), bind()];
  const sending = sendFile(socket, parts(content(1_000_000)), receiver.address);
  socket.close();
  await assertRejects(() => sending, Error);
  const stream = receiveFile(receiver);
  const next = stream.next();
  receiver.close();
  await assertRejects(() => next, Error, "It was stopped before all had arrived.");
});

/** Stops the program for a minute, as far as it can tell. Call what it returns to end that. */
function aMinuteLater(): () => void {
  const { now } = performance;
  performance.now = () => now.call(performance) + 60_000;
  return () => performance.now = now;
}

Deno.test(
  "lesson 10: a sender that the machine stops for a minute asks again, and goes on",
  async () => {
    using peer = bind();
    const sending = sendFile(bind(), [bytes("a")], peer.address);
    await peer.receive({ signal: soon() });
    const end = aMinuteLater();
    try {
      const { data, from } = await peer.receive({ signal: soon() });
      assertEquals(unpack(data)?.kind, "hello");
      const message = { ...unpack(data)!, kind: "ack", theirs: 5 } as const;
      await peer.send(pack(message), from);
      const { data: part } = await peer.receive({ signal: soon() });
      assertEquals(unpack(part)?.kind, "part");
      await peer.send(pack({ ...message, number: 2 }), from);
      await sending;
    } finally {
      end();
    }
  },
);

Deno.test(
  "lesson 10: a receiver that the machine stops for a minute takes what comes then",
  async () => {
    const receiver = bind();
    using sender = bind();
    const received = all(receiveFile(receiver));
    received.catch(() => {}); // it is looked at below
    const say = (message: Partial<Message>) => {
      return sender.send(pack({ ...hello, ...message }), receiver.address);
    };
    const answer = async () => unpack((await sender.receive({ signal: soon() })).data)!;
    await say({});
    const { theirs } = await answer();
    await say({ kind: "part", theirs, data: bytes("all") });
    await answer();
    const end = aMinuteLater();
    try {
      await sender.send("no message", receiver.address); // it looks at the time for that, too
      await say({ kind: "end", theirs, number: 1 });
      assertEquals((await answer()).kind, "ack");
      await say({ kind: "stop", theirs });
      assertEquals(text(await received), "all");
    } finally {
      end();
    }
  },
);

Deno.test("lesson 10: port 0, and who forges a sender, get nothing and change nothing", async () => {
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

Deno.test("lesson 10: ten thousand who say hello are each answered, and none is remembered", () => {
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

waits(
  "lesson 10: send and receive, each as a program: byte for byte, and each says how it went",
  async () => {
    const file = content(2_000_000);
    const [receiver, to] = await receiving();
    await using _ = receiver;
    await using sender = lesson(10, "send", "--port", to.port);
    // stdout is text in a Program, and so is what is sent here.
    const letters = file.map((byte) => 97 + byte % 26);
    await sender.type(letters);
    const sent = await sender.end();
    assertEquals(sent.stderr, "");
    assertMatch(
      sent.stdout,
      /^Sent 2,000,000 bytes in \d+\.\d s \([\d,]+ kB\/s\) to 127\.0\.0\.1:\d+\.\nIt took [\d,]+ datagrams\. [\d,]+ of them were sent again\.\nThe round trip took \d+\.\d ms\.\n$/,
    );
    assertEquals(sent.code, 0);
    const received = await receiver.end();
    assert(received.stdout === text(letters), "It is another text.");
    assertMatch(received.stderr, /\nReceived 2,000,000 bytes in .* from 127\.0\.0\.1:\d+\.\n$/);
    assertEquals(received.code, 0);
  },
);

Deno.test("lesson 10: who waits for a sending is told how far it is, by the receiver's ACKs", async () => {
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

Deno.test("lesson 10: a file of 0 bytes arrives, too", async () => {
  const [receiver, to] = await receiving();
  await using _ = receiver;
  const sent = await runLesson(10, ["send", "--port", to.port]);
  assertMatch(sent.stdout, /^Sent 0 bytes /);
  assertEquals([sent.code, sent.stderr], [0, ""]);
  const { code, stdout, stderr } = await receiver.end();
  assertMatch(stderr, /\nReceived 0 bytes in 0\.0 s \(0 kB\/s\) from /);
  assertEquals([code, stdout], [0, ""]);
});

Deno.test("lesson 10: what is typed goes at once, and a pause is no end", async () => {
  const [receiver, to] = await receiving();
  await using _ = receiver;
  await using sender = lesson(10, "send", "--port", to.port, "--window", 1);
  await sender.type("first\n");
  await receiver.prints(/^first\n$/);
  await sender.type("second\n");
  await receiver.prints(/^first\nsecond\n$/);
  assertEquals((await sender.end()).code, 0);
  assertEquals((await receiver.end()).code, 0);
});

Deno.test({
  ...unless(NO_TERMINAL, "lesson 10: to a terminal nothing is written that a terminal would obey"),
  async fn() {
    const port = freePort();
    await using receiver = inTerminal(`lesson10 receive --port ${port}`);
    await receiver.prints(/Bind UDP on/);
    const parts = ["one\ntwo \x1b[2J\x9b", "é".slice(0, 1)].map(bytes);
    await sendFile(bind(), parts, here(port));
    const { stdout } = await receiver.end();
    assertStringIncludes(stdout, "one\r\ntwo \\x1b[2J\\x9bé");
  },
});

Deno.test({
  name: "lesson 10: Ctrl-C stops the sender, and the receiver knows at once that it is half a file",
  async fn() {
    const [receiver, to] = await receiving();
    await using _ = receiver;
    await using sender = lesson(10, "send", "--port", to.port);
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
  ...unless(NO_SIGNALS, "lesson 10: Ctrl-C stops the receiver, and the sender knows at once"),
  async fn() {
    const [receiver, to] = await receiving(child);
    await using _ = receiver;
    await using sender = lesson(10, "send", "--port", to.port);
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

Deno.test("lesson 10: wrong options end with 2, and say what would be right", async () => {
  for (
    const [option, value, says] of [
      ["--window", "0", "it must be auto or model or a whole number from 1 to 256"],
      ["--window", "many", "--window many is not right: it must be auto or model or a whole"],
      ["--part", "65495", "it must be a whole number from 1 to 65494"],
    ]
  ) {
    const { code, stdout, stderr } = await runLesson(10, ["send", option!, value!]);
    assertStringIncludes(stderr, says!);
    assertEquals([code, stdout], [2, ""]);
  }
});

Deno.test("lesson 10: a busy port ends the receiver with 1 and advice", async () => {
  using taken = bind();
  const { code, stdout, stderr } = await runLesson(10, ["receive", "--port", taken.address.port]);
  assertMatch(stderr, /this port is taken/);
  assertEquals([code, stdout], [1, ""]);
});

Deno.test("lesson 10: a reader of the output who goes away ends both sides, each with a sentence", async () => {
  const [receiver, to] = await receiving(child);
  await using _ = receiver;
  await (receiver as Program).leave();
  await using sender = lesson(10, "send", "--port", to.port);
  await sender.type("x".repeat(1_000_000)).catch(() => {}); // it does not take all of it any more
  const { code, stderr } = await sender.end();
  assertStringIncludes(stderr, "The receiver has stopped, or it is busy");
  assertEquals(code, 1);
  const received = await receiver.end();
  assertMatch(received.stderr, /\nWhat was received cannot be written: .*\n$/);
  assertEquals(received.code, 1);
});

waits(
  "lesson 10: played, go-back-N sends all from the lost part on again, a selective ACK spares that",
  async () => {
    const { code, stdout, stderr } = await runLesson(10);
    assertEquals([code, stderr], [0, ""]);
    assertMatch(stdout, / sender +receiver\n/);
    const [first = "", second = ""] = stdout.split(/ +Now the file transfer of .*/);
    assertMatch(first, /PART 2 this +│\n +├╌+✗│\n/);
    assertMatch(first, /ACK 0 +│\n +│✗╌+┤\n/);
    assertMatch(first, /ACK 1 +│\n +│◀─+┤\n[^]*PART 3 comes/);
    assertMatch(first, /PART 2 this +│\n +├─+▶│\n[^]*PART 3 comes +│\n +├─+▶│/);
    assertEquals(first.match(/This one was lost/g)?.length, 2);
    const [, datagrams] = first.match(/That took (\d+)\s+datagrams\s+for\s+5\s+parts/)!;
    const drawn = first.match(/ PART \d [a-z ]+ │/g)!.length;
    assert(drawn >= 8 && drawn <= Number(datagrams), `${drawn} of ${datagrams}`);
    assertMatch(first, /parts\s+3,\s+4\s+and\s+named[^]*only\s+part\s+2\s+as\s+missing/);
    assertMatch(first, /The receiver got all of it: all of this comes in order\./);

    assertMatch(second, /part 0,[^]*part 1,.*\n.*✗[^]*part 2,[^]*ACK: all before 1 +│/);
    assertMatch(second, /ACK: all before 1, and I hold 2/);
    assertMatch(second, /ACK: all before 6 +│\n/);
    const [, again] = second.match(
      /kept\s+the\s+parts\s+after\s+a\s+lost\s+one\.\s+(\d+)\s+datagrams?\s+w\w+\s+sent\s+again\./,
    )!;
    const sent = second.match(/ (part \d, 5 bytes|end: there is no 5) /g)!;
    assertEquals(Number(again), sent.length - new Set(sent).size);
    assertMatch(second, /This one was lost/);
  },
);

Deno.test("lesson 10: played, a transfer that fails ends the play with its sentence", async () => {
  const sockets: Socket[] = [];
  class Broken extends Diagram {
    override watch(name: string, socket: Socket): Socket {
      sockets.push(socket);
      return super.watch(name, socket);
    }
  }
  const diagram = new Broken((event) => {
    if (event.event !== "datagram" || !event.text.startsWith("H")) return; // HELLO has arrived
    for (const socket of sockets) socket.close();
  });
  await assertRejects(() => page.play(diagram), Error, "It was stopped before all had arrived.");
});

waits("lesson 10: as JSON, a datagram has the label that the picture shows", async () => {
  const { code, stdout } = await runLesson(10, ["--json"]);
  const events = stdout.trim().split("\n").map((line) => JSON.parse(line));
  const labels = events.flatMap(({ event, label }) => event === "datagram" ? label : []);
  for (const label of ["PART 0 all", "ACK 1", "part 0, 5 bytes", "hello", "stop"]) {
    assert(labels.includes(label), label);
  }
  assertEquals([code, events.at(-1).event], [0, "end"]);
  assertEquals(page.label!(new Uint8Array([27])), "\\x1b");
});

Deno.test("lesson 10: in a terminal, a letter whose bytes come in two parts is whole", async () => {
  let written = "";
  const printed = Promise.withResolvers<string>();
  const given = {
    local: here(0),
    signal: new AbortController().signal,
    console: { log: () => {}, error: printed.resolve },
    stdout: {
      isTerminal: () => true,
      write: (part: Uint8Array) => {
        written += text(part);
        return Promise.resolve(part.length);
      },
    },
  } as unknown as Given;
  const receiving = receiveRole.run(given);
  const [, port] = (await printed.promise).match(/UDP on (\d+)/)!;
  const letter = bytes("你");
  await sendFile(bind(), [letter.subarray(0, 1), letter.subarray(1)], here(Number(port)));
  await receiving;
  assertEquals(written, "你");
});
