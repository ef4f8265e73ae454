import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { receiveWithin } from "../lessons/02_receive.ts";
import { fate } from "../lessons/08_loss.ts";
import { dice, relay } from "../lib/relay.ts";
import {
  collect,
  deliver,
  readPart,
  RoundTripTimer,
  send,
  TRIES,
} from "../lessons/09_retransmission.ts";
import { bind, formatAddress, type Socket } from "../lib/udp.ts";
import { bytes, here, PATIENCE, soon, text, within } from "./helpers.ts";
import { eventually, lesson, runLesson, type Running } from "./program.ts";
import { waits } from "./waits.ts";

/** Sends back these texts, one for each datagram; for "" it sends nothing. Returns what came. */
async function answering(socket: Socket, answers: string[]): Promise<string[]> {
  const came: string[] = [];
  for (const answer of answers) {
    const { data, from } = await socket.receive({ signal: soon() });
    came.push(text(data));
    if (answer) await socket.send(answer, from);
  }
  return came;
}

/** A timer that waits for so many milliseconds, as if a round trip had been measured. */
function timer(milliseconds: number): RoundTripTimer {
  const made = new RoundTripTimer();
  made.timeout = milliseconds;
  return made;
}

function rounded(milliseconds: number): number {
  return Math.round(100 * milliseconds) / 100;
}

/** Does the work with time limits that are thirty times as long: there nothing is late. */
async function slowly<T>(work: () => Promise<T>): Promise<T> {
  const { timeout } = AbortSignal;
  AbortSignal.timeout = (milliseconds) => timeout.call(AbortSignal, 30 * milliseconds);
  try {
    return await work();
  } finally {
    AbortSignal.timeout = timeout;
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

/** The receiver's role, and its port. */
async function receiving(): Promise<[Running, number]> {
  const program = lesson(9, "receive", "--port", 0);
  const bound = /^Bind UDP on (\d+)\.\.\. \(at 127\.0\.0\.1, Ctrl-C stops\)$/m;
  return [program, Number((await program.prints(bound))[1])];
}

Deno.test("lesson 9: stop-and-wait sends a part once, if its ACK comes", async () => {
  using receiver = bind();
  using sender = bind();
  const answered = answering(receiver, ["ACK 0", "ACK 1"]);
  await slowly(async () => {
    const to = receiver.address;
    assertEquals(await deliver(sender, { number: 0, text: "Hello" }, to, timer(1000)), 1);
    assertEquals(await deliver(sender, { number: 1, text: "two words" }, to, timer(1000)), 1);
  });
  assertEquals(await answered, ["PART 0 Hello", "PART 1 two words"]);
});

waits(
  "lesson 9: stop-and-wait sends again after the timeout, then after twice as long",
  async () => {
    using receiver = bind();
    using sender = bind();
    const left = departures(sender);
    const answered = answering(receiver, ["", "", "ACK 5"]);
    const waits = timer(100);
    const times = await deliver(sender, { number: 5, text: "Hello" }, receiver.address, waits);
    assert(times >= 3, `${times} times`); // more often, if the machine is so busy that the ACK is late
    assertEquals(await answered, ["PART 5 Hello", "PART 5 Hello", "PART 5 Hello"]);
    for (const [i, least] of [95, 195].entries()) {
      const took = left[i + 1]! - left[i]!;
      assert(took > least, `${took} ms`);
    }
    assertEquals(waits.timeout, Math.min(2000, 100 * 2 ** (times - 1))); // and nothing was measured
  },
);

Deno.test("lesson 9: a part that was sent once measures the round trip", async () => {
  using receiver = bind();
  using sender = bind();
  const answered = answering(receiver, ["ACK 0"]);
  const waits = new RoundTripTimer();
  const before = performance.now();
  await slowly(() => deliver(sender, { number: 0, text: "Hello" }, receiver.address, waits));
  const most = performance.now() - before;
  await answered;
  assert(
    waits.timeout >= 100 && waits.timeout <= most + Math.max(100, 2 * most),
    `${waits.timeout}`,
  );
});

/** Does the work as if the machine had stopped this program for a minute before. */
async function aMinuteLater(work: () => Promise<void>): Promise<void> {
  const { now } = performance;
  performance.now = () => now.call(performance) + 60_000;
  try {
    await work();
  } finally {
    performance.now = now;
  }
}

Deno.test("lesson 9: a time for which the machine stops the program is no round trip", async () => {
  using receiver = bind();
  using sender = bind();
  const waits = new RoundTripTimer();
  await slowly(async () => {
    const part = { number: 0, text: "Hello" };
    const delivering = deliver(sender, part, receiver.address, waits);
    const { from } = await receiver.receive({ signal: soon() });
    await aMinuteLater(async () => {
      await receiver.send("ACK 0", from);
      await delivering;
    });
  });
  assertEquals(waits.timeout, 3000); // as after a trip of 1 s: it was ready to wait no longer
});

Deno.test("lesson 9: the timer follows the round trips (RFC 6298)", () => {
  const waits = new RoundTripTimer();
  assertEquals(waits.timeout, 1000);
  for (const [trip, timeout] of [[200, 600], [280, 590], [160, 538.75]] as const) {
    waits.measured(trip);
    assertEquals(rounded(waits.timeout), timeout);
  }
  for (let i = 0; i < 200; i++) waits.measured(40);
  assertEquals(rounded(waits.timeout), 140);
});

Deno.test("lesson 9: the timer doubles up to 2 s, until it measures again", () => {
  const waits = new RoundTripTimer();
  waits.measured(200);
  const timeouts = [1, 2, 3].map(() => {
    waits.backOff();
    return waits.timeout;
  });
  assertEquals(timeouts, [1200, 2000, 2000]);
  waits.measured(200);
  assertEquals(waits.timeout, 500);
  waits.measured(5000); // a measured one may be longer
  const long = waits.timeout;
  waits.backOff();
  assert(long > 2000);
  assertEquals(waits.timeout, long);
});

Deno.test("lesson 9: a late ACK, a double one and a stranger's are ignored, and no reason to send again", async () => {
  using receiver = bind();
  using stranger = bind();
  using sender = bind();
  const left = departures(sender);
  const part = { number: 2, text: "Hello" };
  const delivering = deliver(sender, part, receiver.address, timer(100));
  const { from } = await receiver.receive({ signal: soon() });
  await stranger.send("ACK 2", from);
  for (const ack of ["ACK 1", "ACK 1", "ACK 22", "ack 2", ""]) await receiver.send(ack, from);
  assertEquals(text((await receiver.receive({ signal: soon() })).data), "PART 2 Hello"); // time was up
  await receiver.send("ACK 2", from);
  await delivering;
  assert(left[1]! - left[0]! > 95, "It did not wait.");
});

Deno.test("lesson 9: without any ACK, the sender gives up, and says that it cannot know", async () => {
  using silent = bind();
  using sender = bind();
  const { timeout } = AbortSignal;
  const waits: number[] = [];
  AbortSignal.timeout = (milliseconds) => {
    waits.push(milliseconds);
    return timeout.call(AbortSignal, 1);
  };
  const part = { number: 0, text: "Hello" };
  const to = formatAddress(silent.address);
  try {
    await assertRejects(
      () => deliver(sender, part, silent.address, new RoundTripTimer()),
      Error,
      "Part 0 was sent 8 times, and no ACK came. Perhaps it arrived, perhaps not. " +
        `Is a receiver running at ${to}?`,
    );
  } finally {
    AbortSignal.timeout = timeout;
  }
  assertEquals(waits, [1000, 2000, 2000, 2000, 2000, 2000, 2000, 2000]);
  for (let i = 0; i < TRIES; i++) await silent.receive({ signal: soon() });
  assertEquals(await receiveWithin(silent, 30), undefined);
});

Deno.test("lesson 9: a part is read as its number and its text, and anything else is not a part", () => {
  assertEquals(readPart(bytes("PART 0 Hello")), { number: 0, text: "Hello" });
  assertEquals(readPart(bytes("PART 123456789 a\nb ")), { number: 123_456_789, text: "a\nb " });
  assertEquals(readPart(bytes("PART 7 ")), { number: 7, text: "" });
  const others = ["", "PART", "PART 1", "PART -1 x", "PART 1e0 x", "PART 1234567890 x", "ACK 0"];
  for (const other of [...others, "0 bytes", "part 1 x", " PART 1 x"]) {
    assertEquals(readPart(bytes(other)), undefined, other);
  }
});

Deno.test("lesson 9: the receiver acknowledges a duplicate again, but yields it once", async () => {
  const receiver = bind();
  using sender = bind();
  const log: string[] = [];
  const collecting = Array.fromAsync(collect(receiver, (line) => log.push(line)));
  const say = async (message: string) => {
    await sender.send(message, receiver.address);
    return text((await sender.receive({ signal: soon() })).data);
  };
  assertEquals(await say("PART 0 Hello"), "ACK 0");
  assertEquals(await say("PART 0 Hello"), "ACK 0");
  for (const wrong of ["PART 2 too early", "no number", "", "ACK 0", "PART -1 x", "1 x"]) {
    await sender.send(wrong, receiver.address); // no reply: the next one is for what comes next
  }
  assertEquals(await say("PART 1 \nworld\n"), "ACK 1");
  assertEquals(await say("PART 0 Hello"), "ACK 0");
  receiver.close();
  const from = sender.address;
  assertEquals(await collecting, [{ text: "Hello", from }, { text: "\nworld\n", from }]);
  const who = formatAddress(from);
  const again = `${who} sent part 0 again.`;
  const wrong = [16, 9, 0, 5, 9, 3].map((size) => `${who} sent ${size} bytes: not the next part.`);
  assertEquals(log, [again, ...wrong, again]);
});

Deno.test("lesson 9: the receiver counts the parts of each sender for itself", async () => {
  const receiver = bind();
  using one = bind();
  using two = bind();
  const collecting = Array.fromAsync(collect(receiver));
  const to = receiver.address;
  for (const number of [0, 1]) {
    for (const sender of [one, two]) {
      await deliver(sender, { number, text: `${number}` }, to, new RoundTripTimer());
    }
  }
  receiver.close();
  assertEquals((await collecting).map(({ text }) => text), ["0", "0", "1", "1"]);
});

Deno.test("lesson 9: a sender to whom no ACK can be sent does not end the receiver, and is told about", async () => {
  const receiver = bind();
  using sender = bind();
  const { receive } = receiver;
  const forged = ["PART 0 forged", "PART 1 forged"].map(bytes);
  receiver.receive = async (options) => {
    const data = forged.shift();
    return data ? { data, from: here(0) } : await receive.call(receiver, options);
  };
  const log: string[] = [];
  const collecting = Array.fromAsync(collect(receiver, (line) => log.push(line)));
  await deliver(sender, { number: 0, text: "world" }, receiver.address, new RoundTripTimer());
  receiver.close();
  assertEquals((await collecting).map(({ text }) => text), ["world"]); // the forged one would come again
  assertMatch(log[0]!, /^No reply to 127\.0\.0\.1:0: ./);
  assertEquals(log[1], "127.0.0.1:0 sent 13 bytes: not the next part.");
});

waits(
  "lesson 9: all texts arrive, once and in order, through a relay that loses and doubles",
  async () => {
    const receiver = bind();
    const middle = bind();
    using sender = bind();
    const random = dice(9);
    const weather = { drop: 0.1, duplicate: 0.2, delay: 1, jitter: 3 };
    const relaying = relay(middle, receiver.address, () => () => fate(weather, random));
    const collecting = Array.fromAsync(collect(receiver));
    const words = Array.from({ length: 40 }, (_, i) => `text ${i}`);
    const waits = new RoundTripTimer();
    let datagrams = 0;
    for (const [number, text] of words.entries()) {
      datagrams += await deliver(sender, { number, text }, middle.address, waits);
    }
    assert(datagrams > words.length, `${datagrams}`);
    receiver.close();
    middle.close();
    assertEquals((await collecting).map(({ text }) => text), words);
    await relaying;
  },
);

Deno.test("lesson 9: send delivers line after line, and prints how often each was sent", async () => {
  using receiver = bind();
  const answered = answering(receiver, ["ACK 0", "", "ACK 1"]);
  const printed: string[] = [];
  const lines = async function* () {
    yield "Hello";
    yield "";
  };
  await send(lines(), receiver.address, (line) => printed.push(line));
  assertEquals(await answered, ["PART 0 Hello", "PART 1 ", "PART 1 "]);
  assertMatch(printed[0]!, /^Part 0 was sent once\. The timeout is \d+ ms now\.$/);
  assertMatch(printed[1]!, /^Part 1 was sent \d+ times\. The timeout is \d+ ms now\.$/);
  assertEquals(printed.length, 2);
});

Deno.test("lesson 9: send and receive, each as a program", async () => {
  const [receiver, port] = await receiving();
  await using _ = receiver;
  await using sender = lesson(9, "send", "--port", port);
  await sender.type("Hello\n");
  await receiver.prints(/^127\.0\.0\.1:\d+: Hello$/m);
  await sender.type("two words\n");
  await receiver.prints(/^127\.0\.0\.1:\d+: two words$/m);
  const { code, stdout, stderr } = await sender.end();
  assertMatch(stdout, /^Part 0 was sent .*\nPart 1 was sent .* The timeout is \d+ ms now\.\n$/);
  assertEquals([code, stderr], [0, ""]);

  // Another run is another sender, which counts from 0 again.
  const { code: again } = await runLesson(9, ["send", "--port", port], "once more");
  assertEquals(again, 0);
  await receiver.prints(/^127\.0\.0\.1:\d+: once more$/m);

  // A terminal would obey what is in these bytes.
  using forger = bind();
  await deliver(forger, { number: 0, text: "a\x1b[2J" }, here(port), new RoundTripTimer());
  await receiver.prints(/^127\.0\.0\.1:\d+: a\\x1b\[2J$/m);
  receiver.signal("SIGINT");
  const received = await receiver.end();
  assertMatch(received.stdout, /\nStopped\. Sent \d+ datagrams/);
  assertEquals([received.code, received.stderr], [0, ""]);
});

Deno.test("lesson 9: a line that is too long for a datagram ends the sender with 1 and the limit", async () => {
  const [receiver, port] = await receiving();
  await using _ = receiver;
  const line = "x".repeat(65_507);
  const { code, stderr } = await runLesson(9, ["send", "--port", port], line);
  assertMatch(stderr, /65514 bytes do not fit/);
  assertEquals(code, 1);
});

Deno.test("lesson 9: a busy port ends the receiver with 1 and advice", async () => {
  using taken = bind();
  const { code, stdout, stderr } = await runLesson(9, ["receive", "--port", taken.address.port]);
  assertMatch(stderr, /this port is taken/);
  assertEquals([code, stdout], [1, ""]);
});

waits("lesson 9: played, a part and an ACK are lost, and one of the copies is kept", async () => {
  await eventually(async () => { // its first part has a second to arrive
    const { code, stdout, stderr } = await within(PATIENCE, runLesson(9));
    assertEquals([code, stderr], [0, ""]);
    assertMatch(stdout, / sender +receiver\n/);
    assertMatch(
      stdout,
      /PART 1 world" 12 bytes +│\n +├╌+✗│\n[^]*PART 1 world" 12 bytes +│\n +├─+▶│\n +│ +"ACK 1" 5 bytes +│\n +│✗╌+┤\n[^]*PART 1 world/,
    );
    assertMatch(stdout, /it\s+waits (\d+) ms for an ACK\. At first it was 1000 ms\./);
    const [, times] = stdout.match(
      /Part 1 was sent (\d+) times\. The network lost 1 of these, and 1 ACK\./,
    )!;
    const drawn = stdout.match(/PART 1 world/g)!.length;
    assert(drawn >= 3 && drawn <= Number(times), `${drawn} of ${times}`);
    assertEquals(stdout.match(/This one was lost/g)?.length, 2);
    const arrived = stdout.match(/PART 1 world" 12 bytes +│\n +├─+▶│/g)!;
    assert(arrived.length > 1, "It arrived more than once.");
    assertMatch(stdout, /It has received 3 texts, in order: Hello world again\./);
  });
});
