import { assert, assertEquals, assertMatch, assertRejects, assertThrows } from "@std/assert";
import fc from "fast-check";
import { dice } from "../../lib/relay.ts";
import {
  describe,
  FairWindow,
  HEADER,
  LIMIT,
  type Message,
  pack,
  PATIENCE,
  Receiving,
  RoundTrip,
  sendFile,
  Sending,
  unpack,
} from "../../lib/transfer.ts";
import { ModelWindow } from "../../lib/transfer_model.ts";
import { bind, MAX_BYTES } from "../../lib/udp.ts";
import { text } from "../helpers.ts";
import { NONSENSE, tries } from "../nonsense.ts";
import { joined, type Plan, simulate } from "./simulation.ts";

const HERE = { hostname: "127.0.0.1", port: 9 };
const THERE = { hostname: "127.0.0.1", port: 10 };
const NONE = new Uint8Array();
const hello = { kind: "hello", mine: 7, theirs: 0, number: 0, data: NONE } as const;

/** Parts whose bytes tell where they belong. */
function file(parts: number, size = 10): Uint8Array[] {
  return Array.from({ length: parts }, (_, i) => {
    const bytes = new Uint8Array(size);
    for (let j = 0; j < size; j++) bytes[j] = 31 * i + j;
    return bytes;
  });
}

/** A receiver in the middle of a transfer, and the two numbers of it. */
function begun(now = 0) {
  const receiving = new Receiving();
  receiving.heard(pack(hello), HERE, now);
  const { theirs } = unpack(receiving.due(now)[0]![0])!;
  const ids = { mine: 7, theirs };
  const part = (number: number, data: Uint8Array = Uint8Array.of(number), from = HERE) => {
    receiving.heard(pack({ kind: "part", ...ids, number, data }), from, now);
    return receiving.due(now).map(([bytes]) => describe(bytes));
  };
  const say = (message: Partial<Message>, from = HERE) => {
    receiving.heard(pack({ ...hello, ...ids, ...message }), from, now);
    return receiving.due(now).map(([bytes]) => describe(bytes));
  };
  return { receiving, part, say };
}

Deno.test("transfer: every kind of message is read as it was written", () => {
  const number = fc.integer({ min: 0, max: 2 ** 32 - 1 });
  const ids = { mine: number, theirs: number };
  const message = fc.oneof(
    fc.record({
      kind: fc.constantFrom("hello" as const, "stop" as const),
      ...ids,
      number: fc.constant(0),
      data: fc.constant(NONE),
    }),
    fc.record({ kind: fc.constant("end" as const), ...ids, number, data: fc.constant(NONE) }),
    fc.record({ kind: fc.constant("part" as const), ...ids, number, data: fc.uint8Array() }),
    fc.record({
      kind: fc.constant("ack" as const),
      ...ids,
      number,
      data: fc.uint8Array({ maxLength: LIMIT / 8 }),
    }),
  );
  fc.assert(fc.property(message, (message) => {
    assertEquals(unpack(pack(message)), message);
  }));
});

Deno.test("transfer: what is too short, too long or of no kind is no message", () => {
  const lengths: Record<string, [number, number]> = {
    H: [9, 9],
    X: [9, 9],
    E: [HEADER, HEADER],
    A: [HEADER, HEADER + LIMIT / 8],
    D: [HEADER, 65_507],
    B: [1, 0],
  };
  for (const [kind, [least, most]] of Object.entries(lengths)) {
    for (const length of [0, 1, 8, 9, 10, 12, 13, 14, 44, 45, 46, 65_507]) {
      const bytes = new Uint8Array(length);
      if (length > 0) bytes[0] = kind.charCodeAt(0);
      assertEquals(unpack(bytes) !== undefined, length >= least && length <= most, kind + length);
    }
  }
});

Deno.test("transfer: messages in words", () => {
  const say = (message: Partial<Message>) => describe(pack({ ...hello, ...message }));
  assertEquals(say({}), "hello");
  assertEquals(say({ kind: "part", number: 3, data: new Uint8Array(1024) }), "part 3, 1,024 bytes");
  assertEquals(say({ kind: "end", number: 4 }), "end: there is no 4");
  assertEquals(say({ kind: "ack", number: 4 }), "ACK: all before 4");
  assertEquals(
    say({ kind: "ack", number: 4, data: Uint8Array.of(0b01000001, 0b10000000) }),
    "ACK: all before 4, and I hold 5 11 12",
  );
  assertEquals(say({ kind: "stop" }), "stop");
  assertEquals(describe(new TextEncoder().encode("0 Hello")), undefined);
});

Deno.test("transfer: messages of nonsense, and both sides are as they were", () => {
  const random = dice(9);
  const sending = new Sending(HERE, { size: 32 }, 0);
  const { receiving, part } = begun();
  part(0);
  sending.due(0);
  const good = pack({ ...hello, kind: "part", number: 1, data: file(1)[0]! });
  for (let i = 0; i < NONSENSE; i++) {
    let bytes: Uint8Array;
    if (i % 2) bytes = Uint8Array.from({ length: random() * 40 }, () => random() * 256);
    else {
      bytes = good.slice();
      for (let flips = 0; flips < 3; flips++) {
        bytes[Math.floor(random() * bytes.length)]! ^= 1 << (random() * 8);
      }
    }
    if (i % 3 === 0 && bytes.length > 0) bytes[0] = "HDEAX".charCodeAt(i % 5);
    sending.heard(bytes, HERE, 0);
    receiving.heard(bytes, i % 5 ? HERE : { ...THERE, port: i % 65_536 }, 0);
    for (const [answer] of receiving.due(0)) assert(answer.length <= 2 * Math.max(9, bytes.length));
  }
  assertEquals([sending.over, receiving.over, receiving.lowest], [false, false, 0]);
  assertEquals(receiving.part(), Uint8Array.of(0));
});

Deno.test("transfer: the timeout follows RFC 6298, with a floor, and backs off up to a cap", () => {
  const trip = new RoundTrip();
  assertEquals(trip.timeout, 500);
  for (const timeout of [1000, 2000, 2000]) {
    trip.backOff();
    assertEquals(trip.timeout, timeout);
  }
  trip.measured(100);
  assertEquals([trip.smoothed, trip.variation, trip.timeout], [100, 50, 300]);
  trip.measured(180); // the variation first, from the mean that was: RFC 6298, 2.3
  assertEquals([trip.smoothed, trip.variation, trip.timeout], [110, 57.5, 340]);
  for (const timeout of [680, 1000, 1000]) {
    trip.backOff();
    assertEquals(trip.timeout, timeout);
  }
  for (let i = 0; i < 200; i++) trip.measured(40);
  assert(Math.abs(trip.timeout - 140) < 0.01, `${trip.timeout}`);
  for (let i = 0; i < 200; i++) trip.measured(5000);
  const long = trip.timeout;
  trip.backOff();
  assertEquals(trip.timeout, long); // a cap shortens nothing
});

function newWindow(window: number | "auto" | "model", random: () => number): Plan["window"] {
  if (window === "auto") return new FairWindow();
  return window === "model" ? new ModelWindow(random) : { size: window };
}

/** A transfer in any weather that loses such a share, or half of that and all of half a second now and then. */
function weather(least: number, most: number) {
  const upTo = (max: number, min = 0) => fc.double({ min, max, noNaN: true });
  return fc.record({
    seed: fc.nat(),
    drop: upTo(most, least),
    duplicate: upTo(0.5),
    delay: upTo(150),
    jitter: upTo(150),
    parts: fc.nat(120),
    window: fc.oneof(
      fc.constantFrom("auto" as const, "model" as const),
      fc.integer({ min: 1, max: LIMIT }),
    ),
    reading: fc.constantFrom(0, 0, 1, 300, 10_000),
    writing: fc.constantFrom(0, 0, 1, 300, 10_000),
    bursts: fc.boolean(),
  }).map(({ seed, drop, duplicate, delay, jitter, parts, window, reading, writing, bursts }) => {
    const random = dice(seed);
    return {
      parts: file(parts, 3),
      window: newWindow(window, random),
      fate(now: number) {
        if (bursts && now % 5000 < 500) return [];
        const copies = random() < (bursts ? drop / 2 : drop) ? 0 : random() < duplicate ? 2 : 1;
        return Array.from({ length: copies }, () => delay + random() * jitter);
      },
      reading: () => reading * random(),
      writing: () => writing * random(),
    };
  });
}

Deno.test("transfer: a file arrives byte for byte in every weather, with every window and pace", () => {
  fc.assert(
    fc.property(weather(0, 0.2), (plan) => {
      const { sending, receiving, written } = simulate(plan);
      assertEquals([sending.failure, receiving.failure], [undefined, undefined]);
      assertEquals([sending.over, receiving.complete, receiving.over], [true, true, true]);
      assertEquals(joined(written), joined(plan.parts));
    }),
    { numRuns: tries(100), seed: 9 },
  );
});

Deno.test("transfer: in a weather that is too bad, what is written is the beginning, and nobody says it is all", () => {
  let [whole, half] = [0, 0];
  fc.assert(
    fc.property(weather(0.4, 0.9), (plan) => {
      const { sending, receiving, written } = simulate(plan);
      const all = joined(plan.parts);
      assertEquals(joined(written), all.subarray(0, joined(written).length));
      assertEquals(sending.over, true);
      if (!sending.failure) {
        assertEquals([receiving.complete, receiving.failure], [true, undefined]);
      }
      if (receiving.complete) assertEquals(joined(written), all);
      sending.failure ? half++ : whole++;
    }),
    { numRuns: tries(100), seed: 9 },
  );
  assert(whole > 10 && half > 10, `${whole} whole, ${half} not`);
});

Deno.test("transfer: one part after the other arrives, too, where a fifth is lost each way", () => {
  const random = dice(1);
  const parts = file(300);
  const fate = () => random() < 0.2 ? [] : [20];
  const { written, sending, receiving } = simulate({ parts, window: { size: 1 }, fate });
  assertEquals(joined(written), joined(parts));
  assertEquals([sending.failure, receiving.failure], [undefined, undefined]);
});

Deno.test("transfer: where three of ten are lost each way, nearly every file arrives", () => {
  const parts = file(391, 1024);
  let failed = 0;
  for (let seed = 1; seed <= 200; seed++) {
    const random = dice(seed);
    const fate = () => random() < 0.3 ? [] : [20];
    const { sending } = simulate({ parts, window: new FairWindow(), fate });
    if (sending.failure) failed++;
  }
  assert(failed <= 2, `${failed} of 200 were given up.`);
});

Deno.test("transfer: a receiver that falls silent is told about after 10 s, and few datagrams", () => {
  const times: number[] = [];
  const fate = (now: number, toReceiver: boolean) => {
    if (toReceiver) times.push(now);
    return [20];
  };
  const { sending, senderEnd } = simulate({
    parts: file(1000),
    window: new FairWindow(),
    fate,
    receiverDies: 300,
  });
  assertMatch(sending.failure!.message, /^The receiver fell silent/);
  assert(senderEnd <= 300 + PATIENCE, `${senderEnd}`);
  const last = times.filter((time) => time > 300 + PATIENCE / 2);
  assert(last.length <= 12, `${last.length} in the last five seconds`);
  for (const time of last) {
    assert(last.filter((other) => other >= time && other < time + 500).length <= 2, `${last}`);
  }
});

Deno.test("transfer: where nothing is lost, nothing is sent again", () => {
  for (const kind of [1, 32, LIMIT, "auto", "model"] as const) {
    for (const delay of [0.1, 20, 240]) {
      const random = dice(3);
      const window = newWindow(kind, random);
      const fate = () => [delay + random() * delay / 20];
      const { sending } = simulate({ parts: file(1000), window, fate });
      assertEquals([sending.resent, sending.sent], [0, 1001], `${delay} ms`);
    }
  }
});

Deno.test("transfer: a first round trip longer than the first timeout is learned", () => {
  const { sending } = simulate({ parts: file(400), window: { size: 8 }, fate: () => [900] });
  assert(sending.resent <= 8, `${sending.resent} of ${sending.sent} again`);
  assert(sending.trip.smoothed > 1700);
});

Deno.test("transfer: a round trip that becomes fifteen times as long is learned", () => {
  const fate = (now: number) => [now < 150 ? 20 : 300];
  for (const window of [{ size: 1 }, { size: 8 }, { size: 32 }, new FairWindow()]) {
    const { sending, receiving } = simulate({ parts: file(2000), window, fate });
    assertEquals(receiving.complete, true);
    const story = `${window.size}: ${sending.trip.smoothed} ms, ${sending.resent} again`;
    assert(sending.trip.smoothed > 500 && sending.resent < 150, story);
  }
});

/** kB/s over a line with 20 ms each way, that loses so much each way: each part stands for 1,024 bytes. */
function speed(window: Plan["window"], loss: number, parts = 1500): number {
  const random = dice(5);
  const plan = { parts: file(parts, 1), window, fate: () => random() < loss ? [] : [20] };
  return parts * 1024 / simulate(plan).completeAt;
}

Deno.test("transfer: how fast a window of 32 is, and one that adapts", () => {
  for (const [loss, least] of [[0, 740], [0.05, 550], [0.2, 200]] as const) {
    const reached = speed({ size: 32 }, loss);
    assert(reached >= least && reached < 820, `${reached} kB/s at ${loss}`);
  }
  assert(speed(new FairWindow(), 0) > 3000);
  assert(speed(new FairWindow(), 0.05) > 150);
});

Deno.test("transfer: two that adapt share a full line, and one that does not takes it", () => {
  const share = (windows: [Plan["window"], Plan["window"]]) => {
    // A line of 800 parts a second with room for 40: what comes when that is full is lost.
    const [one, two] = simulateTwo(windows, 800, 40, 10_000);
    return one / (one + two);
  };
  const fair = share([new FairWindow(), new FairWindow()]);
  assert(fair > 0.35 && fair < 0.65, `${fair}`);
  const greedy = share([{ size: 128 }, new FairWindow()]);
  assert(greedy > 0.75, `${greedy}`);
});

/** How many parts each of two senders brings over one line in so many milliseconds. */
function simulateTwo(
  windows: [Plan["window"], Plan["window"]],
  rate: number,
  room: number,
  until: number,
): [number, number] {
  const sides = windows.map((window, i) => ({
    sending: new Sending(THERE, window, 0),
    receiving: new Receiving(),
    start: i * 500,
  }));
  const moved: { at: number; run: (now: number) => void }[] = []; // sorted, the next one first
  const later = (at: number, run: (now: number) => void) =>
    moved.splice(moved.findLastIndex((event) => event.at <= at) + 1, 0, { at, run });
  let free = 0; // when the line has sent what waits before it
  for (let now = 0; now < until; now += 0.5) {
    while (moved[0] && moved[0].at <= now) moved.shift()!.run(now);
    for (const { sending, receiving, start } of sides) {
      if (now < start) continue;
      while (sending.next < sending.lowest + LIMIT) sending.add(NONE, now);
      for (const [data] of sending.due(now)) {
        const wait = Math.max(0, free - now);
        if (wait * rate / 1000 >= room) continue;
        free = Math.max(free, now) + 1000 / rate;
        later(free + 20, (now) => receiving.heard(data, HERE, now));
      }
      while (receiving.part()) receiving.written();
      for (const [data] of receiving.due(now)) {
        later(now + 20, (now) => sending.heard(data, THERE, now));
      }
    }
  }
  return sides.map(({ receiving }) => receiving.lowest) as [number, number];
}

Deno.test("transfer: a receiver that dies is noticed, and so is a sender", () => {
  const plan = { parts: file(2000), window: { size: 32 }, fate: () => [20] };
  const dead = simulate({ ...plan, receiverDies: 500 });
  assertEquals(
    dead.sending.failure?.message,
    "The receiver fell silent: not all of the file is known to have arrived.",
  );
  assert(dead.senderEnd < 500 + PATIENCE + 1000, `${dead.senderEnd}`);
  const gone = simulate({ ...plan, senderDies: 500 });
  assertMatch(
    gone.receiving.failure!.message,
    /^The sender fell silent after [\d,]+ bytes: this is not the whole file\.$/,
  );
  assert(gone.receiverEnd < 500 + PATIENCE + 1000, `${gone.receiverEnd}`);
  const nobody = simulate({ ...plan, receiverDies: 0 });
  assertEquals(
    nobody.sending.failure?.message,
    "Nobody answered. Is there a receiver, and was it started?",
  );
});

Deno.test("transfer: a receiver whose last ACKs are lost stays, and a sender that never hears them says so", () => {
  const fate = (now: number, toReceiver: boolean) =>
    toReceiver || now < 50 || now > 5000 ? [20] : [];
  const { sending, completeAt, senderEnd, receiverEnd } = simulate({
    parts: file(10),
    window: { size: 32 },
    fate,
  });
  assertEquals(sending.failure, undefined);
  assert(completeAt < 500 && senderEnd > 5000 && receiverEnd > senderEnd, `${senderEnd}`);
  assert(receiverEnd < senderEnd + 100, "It was told that it may go.");

  const never = (now: number, toReceiver: boolean) => toReceiver || now < 50 ? [20] : [];
  const other = simulate({ parts: file(10), window: { size: 32 }, fate: never });
  assertMatch(other.sending.failure!.message, /not all of the file is known to have arrived/);
  assertEquals(other.receiving.complete, true);
});

Deno.test("transfer: a reader who takes a minute, and a file that comes slowly, are waited for", () => {
  const plan = { parts: file(400), window: { size: 32 }, fate: () => [20] };
  for (const slow of [{ writing: () => 60_000 }, { reading: () => 60_000 }]) {
    const { sending, receiving, written } = simulate({ ...plan, parts: file(5), ...slow });
    assertEquals([sending.failure, receiving.failure], [undefined, undefined]);
    assertEquals(joined(written), joined(file(5)));
  }
});

Deno.test("transfer: a slow reader holds the sender back: neither side keeps more than the limit", () => {
  let most = 0;
  let [sending, receiving]: [Sending?, Receiving?] = [];
  const outcome = simulate({
    parts: file(2000),
    window: new FairWindow(),
    fate: () => {
      most = Math.max(most, sending!.next - receiving!.lowest);
      return [5];
    },
    writing: () => 2,
    begin: (...sides) => void ([sending, receiving] = sides),
  });
  assertEquals(outcome.receiving.complete, true);
  assert(most > LIMIT - 20 && most <= LIMIT, `${most}`);
  assert(outcome.sending.resent < 40, `${outcome.sending.resent} sent again`);
});

Deno.test("transfer: a sender gives no part more than its room, and none after the end", () => {
  const sending = new Sending(THERE, { size: 1 }, 0);
  for (let i = 0; i < LIMIT; i++) sending.add(NONE, 0);
  assertThrows(() => sending.add(NONE, 0), RangeError);
  assertThrows(() => sending.end(0), RangeError);
  const other = new Sending(THERE, { size: 1 }, 0);
  other.end(0);
  assertThrows(() => other.add(NONE, 0), RangeError);
});

Deno.test("transfer: a part that fits into no datagram is refused, and the largest one is not", () => {
  const sending = new Sending(THERE, { size: 1 }, 0);
  const tooLong = new Uint8Array(MAX_BYTES - HEADER + 1);
  assertThrows(() => sending.add(tooLong, 0), RangeError, "at most 65494 bytes, not 65495");
  sending.add(tooLong.subarray(1), 0);
  assertEquals(sending.next, 1);
});

Deno.test("transfer: a receiver acknowledges at once what is early or double, and the rest when written", () => {
  const { receiving, part } = begun();
  assertEquals(part(0), []);
  assertEquals(part(2), ["ACK: all before 0, and I hold 0 2"]);
  assertEquals(part(2), ["ACK: all before 0, and I hold 0 2"]);
  receiving.written();
  assertEquals(receiving.due(0).map(([bytes]) => describe(bytes)), [
    "ACK: all before 1, and I hold 2",
  ]);
  assertEquals(part(0), ["ACK: all before 1, and I hold 2"]);
  assertEquals(receiving.part(), undefined);
});

Deno.test("transfer: a receiver takes no part beyond its limit, nor after the end", () => {
  const { receiving, part, say } = begun();
  part(LIMIT);
  assertEquals(part(LIMIT - 1), [`ACK: all before 0, and I hold ${LIMIT - 1}`]);
  assertEquals(say({ kind: "end", number: 1 }), ["ACK: all before 0, and I hold 1 255"]);
  assertEquals(part(1), ["ACK: all before 0, and I hold 1 255"]); // there is no part 1
  part(0);
  receiving.written();
  assertEquals(receiving.complete, true);
  assertEquals(receiving.bytes, 1);
});

Deno.test("transfer: what is not written soon is acknowledged as held, and many at once with one ACK", () => {
  const { receiving, part } = begun();
  const due = (now: number) => receiving.due(now).map(([bytes]) => describe(bytes));
  for (let i = 0; i < 3; i++) assertEquals(part(i), []);
  assertEquals([receiving.wakeAt, due(39)], [40, []]);
  assertEquals(due(40), ["ACK: all before 0, and I hold 0 1 2"]);
  for (const acks of [[], [], ["ACK: all before 3"]]) {
    receiving.written();
    assertEquals(due(41), acks);
  }
});

Deno.test("transfer: while many are written, every eighth is acknowledged, so that more can come", () => {
  const { receiving, part } = begun();
  for (let i = 1; i < 20; i++) part(i);
  part(0);
  const acks = file(20).flatMap(() => {
    receiving.written();
    return receiving.due(1).map(([bytes]) => describe(bytes)!.split(",")[0]);
  });
  assertEquals(acks, ["ACK: all before 8", "ACK: all before 16", "ACK: all before 20"]);
});

Deno.test("transfer: a late ACK of the first copy does not mean that the second has overtaken others", () => {
  const sending = new Sending(THERE, { size: 4 }, 0);
  const { mine } = unpack(sending.due(0)[0]![0])!;
  const acknowledge = (number: number, now: number) =>
    sending.heard(pack({ ...hello, kind: "ack", mine, theirs: 5, number }), THERE, now);
  const due = (now: number) => sending.due(now).map(([bytes]) => describe(bytes));
  acknowledge(0, 20); // the round trip takes 20 ms
  for (const data of file(2)) sending.add(data, 20);
  const both = ["part 0, 10 bytes", "part 1, 10 bytes"];
  assertEquals(due(20), both);
  assertEquals(due(20 + sending.trip.timeout), both.slice(0, 1));
  acknowledge(1, 141); // 1 ms later
  assertEquals(due(141), []);
});

Deno.test("transfer: what others have overtaken is sent again before its time is up", () => {
  let sent = 0;
  const fate = (_: number, toReceiver: boolean) => toReceiver && ++sent === 3 ? [] : [20];
  const { completeAt, sending } = simulate({ parts: file(10), window: { size: 32 }, fate });
  assertEquals(sending.resent, 1);
  assert(completeAt < 140, `${completeAt} ms`); // the timeout alone is that long
});

Deno.test("transfer: a part beyond the limit is not kept for later", () => {
  const { receiving, part } = begun();
  part(LIMIT);
  part(0);
  receiving.written();
  assertEquals(receiving.due(0).map(([bytes]) => describe(bytes)), ["ACK: all before 1"]);
});

Deno.test("transfer: a receiver is nobody's before a part with its own number, and then one's alone", () => {
  const receiving = new Receiving();
  const heard = (message: Partial<Message>, from: typeof HERE) => {
    receiving.heard(pack({ ...hello, ...message }), from, 0);
    return receiving.due(0).map(([bytes, to]) => ({ ...unpack(bytes)!, to: to.port }));
  };
  const { theirs } = heard({ mine: 1 }, THERE)[0]!;
  assertEquals(heard({ mine: 0 }, HERE)[0]!.kind, "ack"); // and anybody else may ask
  const wrong = heard({ kind: "part", mine: 1, theirs: theirs ^ 1, data: file(1)[0]! }, THERE);
  assertEquals([wrong[0]!.kind, wrong[0]!.mine, wrong[0]!.to], ["stop", 1, 10]);
  assertEquals(receiving.peer, undefined);

  heard({ kind: "part", mine: 7, theirs, data: file(1)[0]! }, HERE);
  assertEquals(receiving.peer, HERE);
  for (const kind of ["hello", "part", "end"] as const) {
    assertEquals(heard({ kind, mine: 1, theirs }, THERE)[0]!.kind, "stop", kind);
    assertEquals(heard({ kind, mine: 8, theirs }, HERE)[0]!.kind, "stop", kind);
  }
  assertEquals(heard({ kind: "hello" }, HERE)[0]!.kind, "ack"); // a late one of our own
  assertEquals(heard({ kind: "stop", mine: 7, theirs: theirs ^ 1 }, HERE), []);
  assertEquals(heard({ kind: "stop", mine: 7, theirs }, THERE), []);
  assertEquals(receiving.over, false);
  assertEquals(heard({ kind: "stop", mine: 7, theirs }, HERE), []);
  assertEquals(
    receiving.failure?.message,
    "The sender has stopped after 0 bytes: this is not the whole file.",
  );
});

Deno.test("transfer: nobody answers an ACK, a stop, or port 0", () => {
  const { receiving, say } = begun();
  for (const kind of ["ack", "stop"] as const) assertEquals(say({ kind, mine: 99 }, THERE), []);
  assertEquals(say({ kind: "hello", mine: 99 }, { ...THERE, port: 0 }), []);
  assertEquals(say({ kind: "part" }, { ...THERE, port: 0 }), []);
  assertEquals(receiving.peer, undefined);
});

Deno.test("transfer: a sender heeds only the receiver, its own number and the receiver's", () => {
  const sending = new Sending(THERE, { size: 4 }, 0);
  const { mine } = unpack(sending.due(0)[0]![0])!;
  sending.add(Uint8Array.of(1), 0);
  const say = (message: Partial<Message>, from = THERE) => {
    sending.heard(pack({ ...hello, mine, theirs: 5, ...message }), from, 1);
    return sending.due(1).map(([bytes]) => describe(bytes));
  };
  assertEquals(say({ kind: "ack" }, HERE), []);
  assertEquals(say({ kind: "ack", mine: mine ^ 1 }), []);
  assertEquals(say({ kind: "stop", mine: mine ^ 1 }), []);
  assertEquals(say({ kind: "stop" }, HERE), []);
  assertEquals(say({ kind: "ack" }), ["part 0, 1 byte"]);
  say({ kind: "ack", theirs: 6, number: 1 });
  say({ kind: "ack", number: 2 }); // that many were never sent
  assertEquals([sending.lowest, sending.over], [0, false]);
  say({ kind: "ack", number: 1 });
  assertEquals(sending.lowest, 1);
  say({ kind: "stop" });
  assertMatch(sending.failure!.message, /^The receiver has stopped, or it is busy with somebody/);
});

Deno.test("transfer: what comes in the place of an answer is told: from whom, and why it is not taken", () => {
  const says = (...came: [Partial<Message> | Uint8Array, from: typeof HERE][]) => {
    const sending = new Sending(THERE, { size: 4 }, 0);
    const { mine } = unpack(sending.due(0)[0]![0])!;
    for (const [what, from] of came) {
      const bytes = what instanceof Uint8Array
        ? what
        : pack({ ...hello, mine, theirs: 5, ...what });
      sending.heard(bytes, from, 1);
    }
    sending.due(PATIENCE);
    return sending.failure?.message.replace(" Is there a receiver, and was it started?", " …");
  };
  const text = new TextEncoder().encode("Hello, you!");
  const there = (why: string) => `What came from 127.0.0.1:10 was not taken: ${why}. …`;
  assertEquals(says(), "Nobody answered. …");
  assertEquals(says([text, THERE]), there("it is not a message of a transfer"));
  assertEquals(says([{}, THERE]), there("it is of the kind hello")); // an echo server
  assertEquals(says([{ kind: "ack", mine: 6 }, THERE]), there("it is for another transfer"));
  const early = { kind: "ack", number: 1 } as const;
  assertEquals(says([early, THERE]), there("it acknowledges what was never sent"));
  const other = "What came from 127.0.0.1:9 was not taken: 127.0.0.1:10 was asked. …";
  assertEquals(says([{ kind: "ack" }, HERE]), other);
  for (const both of [[HERE, THERE], [THERE, HERE]]) {
    const came = both.map((from): [Uint8Array, typeof HERE] => [text, from]);
    assertEquals(says(...came), there("it is not a message of a transfer"));
  }
});

Deno.test("transfer: no more is under way than a receive buffer holds, and what is on its way to it", () => {
  // On Linux, for parts of that many bytes: how many wait in the buffer at most; a quarter of it may be late.
  const most = { 16: 256, 200: 166, 1024: 92, 4096: 25, 32_768: 6, 65_494: 3 };
  for (const [length, held] of Object.entries(most)) {
    const under = (trip: number) => {
      const sending = new Sending(THERE, { size: LIMIT }, 0);
      const { mine } = unpack(sending.due(0)[0]![0])!;
      sending.heard(pack({ ...hello, kind: "ack", mine, theirs: 5 }), THERE, trip);
      for (let i = 0; i < LIMIT; i++) sending.add(new Uint8Array(Number(length)), trip);
      return sending.due(trip).length;
    };
    const near = under(0.2);
    assert(near <= Math.max(3, 0.75 * held) && near >= Math.min(3, held / 3), `${length}: ${near}`);
    assertEquals(under(20), near);
    assert(Math.abs(under(60) - Math.min(LIMIT, 3 * near)) <= 3, `${length}, far away`);
  }
});

Deno.test("transfer: a window of no part is refused, before anything is sent", async () => {
  using socket = bind();
  using there = bind();
  for (const window of [0, -1, NaN]) {
    const sending = () => sendFile(socket, [], there.address, { window });
    await assertRejects(sending, RangeError, `A window has at least 1 part, not ${window}.`);
  }
  await there.send("the first", there.address);
  assertEquals(text((await there.receive()).data), "the first");
});

Deno.test("transfer: who stops says so to the other side", () => {
  const { receiving, part } = begun();
  part(0);
  receiving.stop();
  assertEquals(receiving.due(0).map(([bytes]) => describe(bytes)), ["stop"]);
  assertEquals([receiving.over, receiving.due(0)], [true, []]);
  const sending = new Sending(THERE, { size: 4 }, 0);
  sending.stop();
  assertEquals(sending.due(0).map(([bytes]) => describe(bytes)), ["stop"]);
  assertEquals([sending.over, sending.due(0)], [true, []]);
});

Deno.test("transfer: a send that the system refuses is an error before the first answer, later a loss", () => {
  const sending = new Sending(THERE, { size: 4 }, 0);
  const { mine } = unpack(sending.due(0)[0]![0])!;
  sending.heard(pack({ ...hello, kind: "ack", mine, theirs: 5 }), THERE, 1);
  sending.unsent(new Error("no route"));
  assertEquals(sending.over, false);
  sending.due(1 + PATIENCE);
  assertEquals((sending.failure?.cause as Error).message, "no route");
  const other = new Sending(THERE, { size: 4 }, 0);
  other.unsent(new Error("no route"));
  assertEquals([other.over, other.failure?.message], [true, "no route"]);
});

Deno.test("transfer: an error that came before the last ACK is not the cause of a failure", () => {
  const sending = new Sending(THERE, { size: 4 }, 0);
  const { mine } = unpack(sending.due(0)[0]![0])!;
  const ack = pack({ ...hello, kind: "ack", mine, theirs: 5 });
  sending.heard(ack, THERE, 1);
  sending.unsent(new Error("no route"));
  sending.heard(ack, THERE, 2);
  sending.heard(pack({ ...hello, kind: "stop", mine, theirs: 5 }), THERE, 3);
  assert(sending.failure && !("cause" in sending.failure)); // Deno would print a cause of undefined
});

Deno.test("transfer: the window that adapts grows only where it is what holds the sender back", () => {
  const window = new FairWindow();
  simulate({ parts: file(50), window, fate: () => [20], reading: () => 10 });
  assertEquals(window.size, 10);
});

Deno.test("transfer: all that is lost in one round trip halves the window once; silence begins again", () => {
  const told: string[] = [];
  const window = { size: 20, lost: () => told.push("lost"), silence: () => told.push("silence") };
  let sent = 0;
  simulate({
    parts: file(200),
    window,
    fate: (_, toReceiver, data) =>
      toReceiver && data[0] === 68 && ++sent > 40 && sent <= 50 ? [] : [20],
  });
  assertEquals(told, ["lost"]);
  told.length = 0;
  simulate({ parts: file(200), window, fate: (now) => now > 100 && now < 3000 ? [] : [20] });
  assertEquals(told.slice(0, 3), ["lost", "silence", "silence"]);
});

Deno.test("transfer: the part that was sent last before a loss was seen does not halve the window again", () => {
  let last = 0;
  const losses = (...unlucky: number[]) => {
    let [sent, count] = [0, 0];
    const lost = () => {
      last = sent;
      count++;
    };
    simulate({
      parts: file(200),
      window: { size: 20, lost },
      fate: (_, toReceiver, data) =>
        toReceiver && data[0] === 68 && unlucky.includes(++sent) ? [] : [20],
    });
    return count;
  };
  assertEquals(losses(41), 1);
  assertEquals([last > 41, losses(41, last), losses(41, last + 1)], [true, 1, 2]);
});

Deno.test("transfer: the receiver stays a moment for the copies of the last word", () => {
  const { receiving, say } = begun(100);
  say({ kind: "end", number: 0 });
  assertEquals([receiving.complete, receiving.over], [true, false]);
  say({ kind: "stop" });
  assertEquals([receiving.over, receiving.wakeAt], [false, 120]);
  receiving.due(120);
  assertEquals([receiving.over, receiving.failure], [true, undefined]);
});

Deno.test("transfer: what the last word has overtaken does not keep the receiver", () => {
  const { receiving, part, say } = begun(100);
  part(0);
  receiving.written();
  say({ kind: "end", number: 1 });
  say({ kind: "stop" });
  part(0); // a copy that took longer
  assertEquals([receiving.over, receiving.wakeAt], [false, 120]);
  receiving.due(120);
  assertEquals([receiving.over, receiving.failure], [true, undefined]);
});

Deno.test("transfer: when all has come and is not written yet, a sender that falls silent has not failed", () => {
  const { receiving, part, say } = begun();
  part(0);
  part(1);
  say({ kind: "end", number: 2 });
  receiving.written();
  receiving.due(0);
  assertEquals([receiving.due(PATIENCE), receiving.over, receiving.failure], [
    [],
    false,
    undefined,
  ]);
  assertEquals(receiving.wakeAt, Infinity);
  receiving.written();
  assertEquals(receiving.complete, true);
  receiving.due(PATIENCE);
  assertEquals([receiving.over, receiving.failure], [true, undefined]);
});

Deno.test("transfer: what was being written when the sender fell silent is counted", () => {
  const { receiving, part } = begun();
  part(0);
  receiving.due(PATIENCE);
  const says = () => receiving.failure?.message;
  assertEquals(says(), "The sender fell silent after 0 bytes: this is not the whole file.");
  receiving.written();
  assertEquals(says(), "The sender fell silent after 1 byte: this is not the whole file.");
});

Deno.test("transfer: on a slow line the sender is patient for longer", () => {
  const sending = new Sending(THERE, { size: 4 }, 0);
  const { mine } = unpack(sending.due(0)[0]![0])!;
  sending.add(NONE, 0);
  sending.heard(pack({ ...hello, kind: "ack", mine, theirs: 5 }), THERE, 2000); // 2 s there and back
  for (let now = 2000; now < 2000 + 12 * sending.trip.calm; now += 500) sending.due(now);
  assertEquals(sending.over, false);
  sending.due(2000 + 12 * sending.trip.calm);
  assertEquals(sending.over, true);
});

Deno.test("transfer: the window that adapts doubles, halves, then grows by one in a round trip", () => {
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
