import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { play } from "../cli/lessons/11_congestion.ts";
import { Diagram } from "../cli/diagram.ts";
import type { Event } from "../cli/events.ts";
import { serve } from "../lessons/04_echo.ts";
import {
  acknowledge,
  acknowledged,
  bar,
  countLoss,
  giveUp,
  grow,
  halve,
  newSender,
  numberAfter,
  type Sender,
  sendUntil,
} from "../lessons/11_congestion.ts";
import { sleep } from "../lib/clock.ts";
import { relay } from "../lib/relay.ts";
import { bind, MAX_BYTES } from "../lib/udp.ts";
import { bytes, soon, text } from "./helpers.ts";
import { eventually, freePort, lesson, runLesson } from "./program.ts";
import { SimulatedClock, SimulatedNetwork } from "./simulated.ts";
import { waits } from "./waits.ts";

/** A sender that has sent so many datagrams. */
function sentBy(sender: Sender, datagrams: number): Sender {
  while (sender.next <= datagrams) sender.underWay.add(sender.next++);
  return sender;
}

Deno.test("lesson 11: slow start doubles the window in each round trip", () => {
  const sender = newSender();
  const windows = [sender.window];
  for (let trip = 1; trip <= 5; trip++) {
    for (let acks = sender.window; acks > 0; acks--) grow(sender);
    windows.push(sender.window);
  }
  assertEquals(windows, [1, 2, 4, 8, 16, 32]);
});

Deno.test("lesson 11: after a loss, the window is half, and grows by one in each round trip", () => {
  const sender = { ...newSender(), window: 20 };
  halve(sender);
  assertEquals([sender.window, sender.threshold], [10, 10]);
  for (let trip = 1; trip <= 5; trip++) {
    const before = sender.window;
    for (let acks = Math.floor(before); acks > 0; acks--) grow(sender);
    assert(sender.window > before + 0.8 && sender.window <= before + 1, `${sender.window}`);
  }
});

Deno.test("lesson 11: halved again and again, the window stays at 2", () => {
  const sender = newSender();
  for (let times = 1; times <= 5; times++) halve(sender);
  assertEquals([sender.window, sender.threshold], [2, 2]);
});

Deno.test("lesson 11: an ACK says which earlier datagrams are lost", () => {
  const sender = sentBy({ ...newSender(), window: 8 }, 8);
  acknowledged(sender, 1);
  assertEquals([sender.delivered, sender.lost, sender.window], [1, 0, 9]);
  acknowledged(sender, 4);
  assertEquals([sender.delivered, sender.lost], [2, 2]);
  assertEquals([...sender.underWay], [5, 6, 7, 8]);
});

Deno.test("lesson 11: several losses of one window halve it once", () => {
  const sender = sentBy({ ...newSender(), window: 16 }, 16);
  for (const number of [3, 5, 16]) countLoss(sender, number);
  assertEquals([sender.window, sender.lost], [8, 3]);
  sentBy(sender, 20);
  countLoss(sender, 17); // this one left after the halving
  assertEquals([sender.window, sender.lost], [4, 4]);
});

Deno.test("lesson 11: silence gives up all that is under way, and starts again with 1", () => {
  const sender = sentBy({ ...newSender(), window: 16 }, 16);
  giveUp(sender);
  assertEquals([sender.window, sender.threshold, sender.lost], [1, 8, 16]);
  assertEquals(sender.underWay.size, 0);
  for (let ack = 1; ack <= 7; ack++) grow(sender);
  assertEquals(sender.window, 8); // slow start
  grow(sender);
  assertEquals(sender.window, 8.125); // and from the threshold on, slowly
});

Deno.test("lesson 11: a fixed window stays as it is, whatever happens", () => {
  const sender = sentBy(newSender(40), 40);
  acknowledged(sender, 3);
  countLoss(sender, 4);
  giveUp(sender);
  assertEquals([sender.window, sender.delivered, sender.lost], [40, 1, 39]);
});

Deno.test("lesson 11: DATA is acknowledged, and nothing else", () => {
  assertEquals(acknowledge(bytes("DATA 7 ....")), "ACK 7");
  assertEquals(acknowledge(bytes("DATA 7")), "ACK 7");
  for (
    const other of ["", "DATA", "DATA ", "DATA x", "DATA 1234567890", "DATA -1", "ACK 7", "data 7"]
  ) {
    assertEquals(acknowledge(bytes(other)), undefined, other);
  }
  assertEquals(acknowledge(new Uint8Array(MAX_BYTES)), undefined);
  assertEquals(numberAfter("ACK", bytes("ACK 12")), 12);
  assertEquals(numberAfter("ACK", bytes("DATA 12")), undefined);
});

Deno.test("lesson 11: a window is drawn as a bar that fits into a line", () => {
  assertEquals(bar(4.9), "████ 4");
  assertEquals(bar(1000), `${"█".repeat(60)} 1000`);
});

/** Two senders share a line in simulated time, where a second takes no time. */
async function shared(one: Sender, other: Sender, seconds: number): Promise<void> {
  const clock = new SimulatedClock();
  const { bind } = new SimulatedNetwork(clock);
  using first = bind(), second = bind(), middle = bind(), receiver = bind();
  const { timeout } = AbortSignal;
  AbortSignal.timeout = (milliseconds) => {
    const end = new AbortController();
    clock.after(milliseconds, () => end.abort());
    return end.signal;
  };

  try {
    serve(receiver, acknowledge);
    const line = { rate: 400_000, queue: 10 };
    relay(middle, receiver.address, () => () => [12], { line, clock, open: bind });
    const isOver = () => clock.now() >= 1000 * seconds;
    await clock.until(Promise.all([
      sendUntil(first, middle.address, one, isOver),
      sleep(7, clock).then(() => sendUntil(second, middle.address, other, isOver)),
    ]));
  } finally {
    AbortSignal.timeout = timeout;
  }
}

Deno.test("lesson 11: two windows that adapt share a line, and use nearly all of it", async () => {
  const [one, other] = [newSender(), newSender()];
  await shared(one, other, 5);
  const both = one.delivered + other.delivered;
  assert(both > 0.93 * 2000 && both <= 2000, `${both} of 2,000 datagrams`);
  const share = one.delivered / both;
  assert(share > 0.35 && share < 0.65, `${share}`);
  assert(one.lost + other.lost < 0.08 * both, `${one.lost} and ${other.lost} were lost`);
});

Deno.test("lesson 11: a fixed window larger than the line starves the other, and loses much", async () => {
  const [fixed, fair] = [newSender(40), newSender()];
  await shared(fixed, fair, 5);
  const share = fixed.delivered / (fixed.delivered + fair.delivered);
  assert(share > 0.8, `${share}`);
  assert(fixed.lost > 0.3 * fixed.delivered, `${fixed.lost} of ${fixed.delivered}`);
});

Deno.test("lesson 11: a window of 2.9 allows two datagrams", async () => {
  using socket = bind();
  using receiver = bind();
  const sender = { ...newSender(), window: 2.9 };
  let over = false;
  const sending = sendUntil(socket, receiver.address, sender, () => over);
  await receiver.receive({ signal: soon() });
  over = true;
  await receiver.send("ACK 1", socket.address);
  await sending;
  assertEquals(sender.next, 3);
});

Deno.test("lesson 11: an ACK from a stranger, a second one and a late one change nothing", async () => {
  using socket = bind();
  using receiver = bind();
  using stranger = bind();
  const sender = newSender();
  let over = false;
  const sending = sendUntil(socket, receiver.address, sender, () => over);
  assertEquals(
    text((await receiver.receive({ signal: soon() })).data),
    "DATA 1 ".padEnd(1000, "."),
  );

  await receiver.send("ACK 9", socket.address); // not sent yet
  await receiver.send("ACK 1", socket.address);
  for (const number of [2, 3]) {
    const { data } = await receiver.receive({ signal: soon() });
    assertEquals(numberAfter("DATA", data), number);
  }
  assertEquals([sender.delivered, sender.window], [1, 2]);

  over = true; // the next ACK that counts is the last one
  await stranger.send("ACK 2", socket.address);
  await receiver.send("ACK 1", socket.address); // a copy
  await receiver.send("ACK 3", socket.address);
  await sending;
  assertEquals([sender.delivered, sender.lost, [...sender.underWay]], [2, 1, []]);
  await receiver.send("ACK 2", socket.address); // too late: it counts as lost
});

waits("lesson 11: receive, line and send, each as a program", async () => {
  await using receiver = lesson(11, "receive", "--port", 0);
  const [, to] = await receiver.prints(/^Bind UDP on (\d+)\.\.\. /);
  const room = ["--rate", 50_000, "--queue", 3, "--delay", 5];
  await using line = lesson(11, "line", "--port", 0, "--to", `127.0.0.1:${to}`, ...room);
  const [, port] = await line.prints(/^Bind UDP on (\d+)\.\.\. /);
  assertStringIncludes(line.stdout, `To 127.0.0.1:${to}: 50000 bytes a second, 3 may wait.\n`);

  const fixed = ["--window", 12, "--seconds", 1];
  await eventually(async () => { // it gives up after a second without an ACK
    const { code, stdout, stderr } = await runLesson(11, ["send", "--port", port!, ...fixed]);
    assertEquals([code, stderr], [0, ""]);
    assertMatch(stdout, /^\d\.\d\d s {2}█{12} 12\n/);
    const [, delivered, lost] = stdout.match(
      /\n(\d+) datagrams arrived, (\d+) were lost, \d+ are under way\.\n$/,
    )!;
    assert(Number(delivered) > 0 && Number(lost) > 0, stdout);
  });
  await line.prints(/The queue is full: 1000 bytes are lost\.\n/);
  await receiver.prints(/\nReceived from 127\.0\.0\.1:\d+\.\n/);
});

waits("lesson 11: without a line, the sender says where it looked, and ends with 1", async () => {
  const port = freePort();
  const { code, stdout, stderr } = await runLesson(11, ["send", "--port", port, "--seconds", 0.3]);
  assertMatch(stdout, /\n0 datagrams arrived, \d+ were lost, 0 are under way\.\n$/);
  assertEquals(stderr, `No ACK came. Is there a line at 127.0.0.1:${port}?\n`);
  assertEquals(code, 1);
});

Deno.test("lesson 11: wrong options end with 2, and a busy port with 1", async () => {
  for (const wrong of [["send", "--window", 0], ["line", "--rate", 0], ["line", "--queue", "x"]]) {
    const { code, stderr } = await runLesson(11, wrong);
    assertMatch(stderr, /it must be a whole number from \d+ to \d+\./);
    assertEquals(code, 2);
  }
  using taken = bind();
  for (const role of ["receive", "line"]) {
    const { code, stderr } = await runLesson(11, [role, "--port", taken.address.port]);
    assertMatch(stderr, /this port is taken/);
    assertEquals(code, 1);
  }
});

waits("lesson 11: played, a queue overflows, and the notes tell what was counted", async () => {
  const events: Event[] = [];
  await play(new Diagram((event) => events.push(event)));
  const fates = events.flatMap((event) => event.event === "datagram" ? [event.fate] : []);
  const notes = events.flatMap((event) => event.event === "note" ? [event.text] : []);
  const lost = fates.filter((fate) => fate === "lost").length;
  assert(lost > 0 && fates.length === 12, `${fates}`); // six reach the line, and those that pass, the receiver
  assertStringIncludes(notes[1]!, `6 came at once: ${lost} are lost.`);

  const rows = notes.filter((note) => note.includes("█")).map((row) =>
    row.replaceAll("\u00a0", " ")
  );
  assertEquals(rows.length, 33);
  for (const row of rows) {
    assertMatch(row, /^\d\.\d s {2}A [ \d]\d [█·▸]{28} {2}B [ \d]\d [█·▸]{28}$/);
  }
  assertMatch(rows[15]!, / A {2}0 ·{28} /); // it joins later
  assertMatch(rows[32]!, / A 40 █{27}▸ /);

  const counted = notes.flatMap((note) => {
    const [, ...numbers] = note.match(/^A delivered (\d+) .* B (\d+) .*: (\d+) % and (\d+) %\.$/) ??
      [];
    return numbers.length === 0 ? [] : [numbers.map(Number)];
  });
  assertEquals(counted.length, 2);
  for (const [a, b, ofA, ofB] of counted) {
    assertEquals(ofA, Math.round(100 * a! / (a! + b!)));
    assertEquals(ofB, 100 - ofA!);
  }
});
