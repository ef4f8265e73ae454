import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { dice } from "../../lib/relay.ts";
import { JitterBuffer, type Part } from "../../lib/jitter.ts";

type Arrival = Part & { at: number };

const inOrder = (arrivals: Arrival[]) => arrivals.toSorted((a, b) => a.at - b.at);

/** So many datagrams, one every 20 ms, as they come: each as late as `late` says. */
function arrivals(count: number, late: (i: number) => number | undefined, first = 0): Arrival[] {
  const all = Array.from({ length: count }, (_, i) => ({
    at: 20 * i + (late(i) ?? NaN),
    sequence: (first + i) % 2 ** 16,
    timestamp: (first + 160 * i) % 2 ** 32,
    payload: new Uint8Array(160).fill(1 + i % 254),
  }));
  return inOrder(all.filter(({ at }) => !Number.isNaN(at)));
}

/** All samples that are heard of them. Who comes when it is time is in time. */
function samples(buffer: JitterBuffer, coming: Arrival[]): number[] {
  const sound: number[] = [];
  const play = (until: number) => {
    while (buffer.due < until) sound.push(...buffer.take());
  };
  for (const part of coming) {
    play(part.at);
    buffer.put(part, part.at);
  }
  play(1e9);
  return sound;
}

/** What is heard of them, in parts of 20 ms: the byte, or 255. */
function heard(buffer: JitterBuffer, coming: Arrival[]): number[] {
  return samples(buffer, coming).filter((_, i) => i % 160 === 0);
}

Deno.test("jitter: a buffer that would play nothing, or at no time, is not made", () => {
  for (const delay of [-1, NaN]) {
    assertThrows(() => new JitterBuffer(delay), RangeError, `A delay cannot be ${delay} ms.`);
  }
  for (const size of [0, -160, 0.5, NaN]) {
    assertThrows(() => new JitterBuffer(50, size), RangeError, "A size is a whole number from 1");
  }
});

Deno.test("jitter: datagrams in any order are heard in theirs, as long as they are late by less", () => {
  fc.assert(fc.property(
    fc.array(fc.integer({ min: 0, max: 80 }), { minLength: 1, maxLength: 60 }),
    fc.integer({ min: 0, max: 2 ** 32 - 1 }),
    (late, first) => {
      const buffer = new JitterBuffer(80);
      const parts = heard(buffer, arrivals(late.length, (i) => late[i]!, first));
      assertEquals(parts.slice(0, late.length), late.map((_, i) => 1 + i % 254));
      assertEquals([buffer.came, buffer.late, buffer.missing], [late.length, 0, 0]);
    },
  ));
});

Deno.test("jitter: of 500 with a fifth 50 ms late, buffers under 50 ms find the fifth too late, others none", () => {
  const found = [0, 20, 40, 50, 60].map((delay) => {
    const random = dice(15);
    const buffer = new JitterBuffer(delay);
    heard(buffer, arrivals(500, (i) => random() < 0.2 && i > 0 ? 50 : 0));
    assertEquals(buffer.missing, 160 * buffer.late);
    return buffer.late;
  });
  const fifth = found[0]!;
  assert(fifth > 80 && fifth < 120, `${fifth}`);
  assertEquals(found, [fifth, fifth, fifth, 0, 0]);
});

Deno.test("jitter: a missing one is silence, and the others stand where they stood", () => {
  const buffer = new JitterBuffer(60);
  const parts = heard(buffer, arrivals(10, (i) => [3, 4, 7].includes(i) ? undefined : 0));
  assertEquals(parts.slice(0, 10), [1, 2, 3, 255, 255, 6, 7, 255, 9, 10]);
  assertEquals([buffer.came, buffer.late, buffer.lost, buffer.missing], [7, 0, 3, 480]);
});

Deno.test("jitter: a double changes nothing", () => {
  const buffer = new JitterBuffer(60);
  const once = arrivals(5, () => 0);
  assertEquals(heard(buffer, inOrder([...once, ...once])).slice(0, 6), [1, 2, 3, 4, 5, 255]);
  assertEquals([buffer.came, buffer.doubled, buffer.late, buffer.lost], [10, 5, 0, 0]);
  assertEquals([buffer.missing, buffer.paused], [0, 0]);
});

Deno.test("jitter: parts of all sizes have their place, also those that begin too late", () => {
  const payload = new Uint8Array(1460).map((_, i) => i % 255);
  const buffer = new JitterBuffer(0);
  buffer.put({ sequence: 1, timestamp: 1000, payload }, 0);
  const samples = [...buffer.take(), ...buffer.take()];
  const short = payload.subarray(0, 300);
  buffer.put({ sequence: 2, timestamp: 1000 + 1460, payload: short }, 40);
  for (let part = 0; part < 9; part++) samples.push(...buffer.take());
  assertEquals(samples, [...payload, ...short]);
  // It begins too late, and its end is in time.
  assertEquals(buffer.put({ sequence: 3, timestamp: 1000 + 1700, payload }, 220), "kept");
  assertEquals([...buffer.take()], [...payload.subarray(60, 220)]);
});

Deno.test("jitter: a second of silence ends the talk, and the next begins anew", () => {
  const buffer = new JitterBuffer(40);
  const parts = heard(buffer, arrivals(3, () => 0));
  assertEquals(parts.length, 53);
  assertEquals(buffer.due, Infinity);
  assertEquals(buffer.missing, 0);
  buffer.put({ sequence: 7, timestamp: 77, payload: new Uint8Array([5]) }, 9000);
  assertEquals([buffer.due, buffer.came, buffer.take()[0]], [9040, 1, 5]);
});

Deno.test("jitter: a talk is not over while something waits to be heard after more than a second", () => {
  const buffer = new JitterBuffer(20);
  const parts = [0, 1].map((i) => ({
    at: i,
    sequence: i,
    timestamp: 12_000 * i, // 1.5 s
    payload: new Uint8Array(160).fill(1 + i),
  }));
  const sound = heard(buffer, parts);
  assertEquals([sound[0], sound.indexOf(2)], [1, 75]); // 75 times 20 ms are 1.5 s
});

Deno.test("jitter: what is seconds too early has no place, and takes nobody else's", () => {
  const buffer = new JitterBuffer(40);
  const one = new Uint8Array(160).fill(1);
  const two = one.slice().fill(2);
  buffer.put({ sequence: 1, timestamp: 0, payload: one }, 0);
  for (const timestamp of [16_384 - 159, 16_384, 2 ** 31 - 160]) {
    const sequence = 1 + timestamp / 160;
    assertEquals(buffer.put({ sequence, timestamp, payload: two }, 1), "early");
  }
  for (const timestamp of [2 ** 31, 2 ** 32 - 1600]) {
    assertEquals(buffer.put({ sequence: 65_000, timestamp, payload: two }, 1), "late");
  }
  const last = { sequence: 101, timestamp: 16_384 - 160, payload: one };
  assertEquals(buffer.put(last, 1), "kept");
  const long = { sequence: 2, timestamp: 160, payload: new Uint8Array(65_507) };
  assertEquals(buffer.put(long, 1), "early");
  assertEquals(buffer.take(), one);
  assertEquals(buffer.take(), one.slice().fill(255));
  assertEquals([buffer.early, buffer.late], [4, 2]);
});

Deno.test("jitter: a speaker whose clock is suddenly another one is heard again, half a second later", () => {
  const ahead = new JitterBuffer(40);
  const jumping = (jump: number) =>
    arrivals(100, () => 0).map((part, i) =>
      i < 10 ? part : { ...part, timestamp: (part.timestamp + jump) % 2 ** 32 }
    );
  const back = new JitterBuffer(40);
  for (const [buffer, jump] of [[ahead, 1_000_000], [back, 2 ** 32 - 1_000_000]] as const) {
    const sound = samples(buffer, jumping(jump));
    assertEquals(sound.filter((sample) => sample !== 255).length, 75 * 160);
    // What is silence in the sound meanwhile is told.
    assertEquals(buffer.missing, silence(sound));
    assertEquals([buffer.lost, buffer.paused], [0, 0]);
  }
  assertEquals([ahead.early, ahead.late, back.early, back.late], [25, 0, 0, 25]);
});

Deno.test("jitter: nothing of what was heard is heard again two seconds later", () => {
  const buffer = new JitterBuffer(0);
  const parts = heard(buffer, arrivals(300, (i) => i < 20 || i % 25 === 0 ? 0 : undefined));
  const there = parts.filter((part) => part !== 255);
  assertEquals(there.length, 31);
  assertEquals(new Set(there).size, 31);
});

Deno.test("jitter: of what begins too late nothing is left for later", () => {
  const buffer = new JitterBuffer(0);
  const part = (byte: number, timestamp: number, sequence: number) => ({
    payload: new Uint8Array(160).fill(byte),
    timestamp,
    sequence,
  });
  buffer.put(part(1, 1000, 0), 0);
  buffer.take();
  assertEquals(buffer.put(part(2, 1080, 1), 20), "kept");
  const parts: Uint8Array[] = [];
  for (let number = 1; number <= 120; number++) {
    if (number % 40 === 0) buffer.put(part(1, 1000 + 160 * number, 1 + number), 20 * number);
    parts.push(buffer.take());
  }
  const all = parts.flatMap((part) => [...part]);
  assertEquals(all.slice(0, 80), Array(80).fill(2));
  assertEquals(all.slice(80).filter((sample) => sample === 2).length, 0);
  assertEquals(all.filter((sample) => sample === 1).length, 3 * 160);
});

/** The samples of silence from the beginning to the last sound. */
const silence = (sound: number[]) =>
  sound.slice(0, sound.findLastIndex((sample) => sample !== 255)).filter((sample) => sample === 255)
    .length;

Deno.test("jitter: a pause is told as a pause, also where it was heard before that was known", () => {
  // The numbers go on, and the timestamps say that nothing was sent for 200 ms, or for 40.
  for (const pause of [200, 40]) {
    const coming = arrivals(20, () => 0).map((part, i) =>
      i < 10 ? part : { ...part, at: part.at + pause, timestamp: part.timestamp + 8 * pause }
    );
    const buffer = new JitterBuffer(60);
    const sound = samples(buffer, coming);
    assertEquals(silence(sound), 8 * pause);
    assertEquals([buffer.came, buffer.lost, buffer.late], [20, 0, 0]);
    assertEquals([buffer.paused, buffer.missing], [8 * pause, 0]);
  }
});

Deno.test("jitter: a loss beside a pause: the rest of the time is the pause", () => {
  for (const lost of [9, 10]) { // the last one before the pause, and the first one after it
    const coming = arrivals(20, (i) => i === lost ? undefined : 0).map((part) =>
      part.sequence < 10 ? part : { ...part, at: part.at + 300, timestamp: part.timestamp + 2400 }
    );
    const buffer = new JitterBuffer(60);
    assertEquals(silence(samples(buffer, coming)), 2560);
    assertEquals([buffer.lost, buffer.missing, buffer.paused], [1, 160, 2400]);
  }
});

Deno.test("jitter: one that was overtaken says more about a pause that was found before", () => {
  const starts = [0, 20, 41, 62]; // a pause of 1 ms before the third, and before the fourth
  const coming = starts.map((start, i) => ({
    sequence: i,
    timestamp: 8 * start,
    payload: new Uint8Array(160).fill(1),
    at: i === 2 ? 63 : start, // the third comes after the fourth; the second is lost
  }));
  const buffer = new JitterBuffer(60);
  samples(buffer, inOrder(coming.filter((_, i) => i !== 1)));
  assertEquals([buffer.lost, buffer.late], [1, 0]);
  assertEquals([buffer.missing, buffer.paused], [160, 16]);
});

Deno.test("jitter: datagrams that stand still for a moment, and whose timestamps do not, are late: all of it is told", () => {
  // A source that has lost 150 ms, and whose timestamps do not say so.
  const coming = arrivals(60, (i) => i < 10 ? 0 : 150);
  const buffer = new JitterBuffer(60);
  const sound = samples(buffer, coming);
  assertEquals([buffer.late, buffer.lost], [25, 0]);
  assertEquals(sound.filter((sample) => sample !== 255).length, 35 * 160);
  assertEquals(silence(sound), buffer.missing);
  assert(buffer.missing >= 25 * 160, `${buffer.missing}`);
});

Deno.test("jitter: the last datagrams are too late: what was heard in their place is missing", () => {
  const buffer = new JitterBuffer(60);
  samples(buffer, arrivals(10, (i) => i < 8 ? 0 : 100));
  assertEquals([buffer.late, buffer.lost, buffer.missing], [2, 0, 320]);
});

Deno.test("jitter: a double that comes late is a double, and neither late nor lost", () => {
  const buffer = new JitterBuffer(60);
  const again = arrivals(10, () => 150);
  samples(buffer, inOrder([...arrivals(10, () => 0), ...again]));
  assertEquals([buffer.came, buffer.doubled, buffer.late, buffer.lost], [20, 10, 0, 0]);
  assertEquals(buffer.missing, 0);
});

Deno.test("jitter: datagrams of 1,460 and 588 samples, as ffmpeg sends them, are each in their place", () => {
  const sound = Uint8Array.from({ length: 4 * 2048 }, (_, i) => i % 251);
  const coming: Arrival[] = [];
  for (let frame = 0; frame < 4; frame++) {
    for (const [from, to] of [[0, 1460], [1460, 2048]] as const) {
      const timestamp = 2048 * frame + from;
      const payload = sound.subarray(timestamp, 2048 * frame + to);
      coming.push({ at: 256 * frame, sequence: coming.length, timestamp, payload });
    }
  }
  const whole = new JitterBuffer(60);
  assertEquals(samples(whole, coming).slice(0, sound.length), [...sound]);
  assertEquals([whole.came, whole.lost, whole.missing, whole.paused], [8, 0, 0, 0]);
  const lossy = new JitterBuffer(60);
  const left = samples(lossy, coming.filter((_, i) => i !== 3 && i !== 4));
  assertEquals([lossy.lost, lossy.missing, lossy.paused], [2, 588 + 1460, 0]);
  assertEquals(left.slice(4096 + 1460, sound.length), [...sound.subarray(4096 + 1460)]);
});

Deno.test("jitter: a datagram without sound has a number, and what is silent behind it is a pause", () => {
  const coming = arrivals(6, () => 0).map((part, i) => {
    if (i === 3) return { ...part, payload: new Uint8Array() }; // such as the noise of a pause
    return i < 3 ? part : { ...part, at: part.at + 100, timestamp: part.timestamp + 800 };
  });
  const buffer = new JitterBuffer(60);
  samples(buffer, coming);
  assertEquals([buffer.came, buffer.lost, buffer.late], [6, 0, 0]);
  assertEquals([buffer.missing, buffer.paused], [0, 960]);
});

Deno.test("jitter: what a source loses in a silence of seconds is lost, if it goes on counting", () => {
  const talk = (first: number, at: number, source: number) =>
    arrivals(5, () => 0).map((part) => ({
      ...part,
      source,
      at: part.at + at,
      sequence: first + part.sequence,
    }));
  const lost = (source: number, first: number) => {
    const buffer = new JitterBuffer(60);
    samples(buffer, [...talk(0, 0, 7), ...talk(first, 5000, source)]);
    assertEquals(buffer.came, 5);
    return buffer.lost;
  };
  assertEquals([lost(7, 5), lost(7, 8), lost(8, 8), lost(7, 30_000)], [0, 3, 0, 0]);
});

Deno.test("jitter: the sums are right, whatever is lost, late, doubled or overtaken, and wherever pauses are", () => {
  const datagram = fc.record({
    pause: fc.oneof({ weight: 5, arbitrary: fc.constant(0) }, fc.integer({ min: 1, max: 150 })),
    copies: fc.oneof(
      { weight: 5, arbitrary: fc.constant([0]) },
      fc.array(fc.integer({ min: 0, max: 140 }), { maxLength: 3 }),
    ),
  });
  const number = fc.integer({ min: 0, max: 2 ** 32 - 1 });
  fc.assert(
    fc.property(
      fc.array(datagram, { maxLength: 50 }),
      number,
      number,
      (sent, sequence, timestamp) => {
        const coming: Arrival[] = [];
        const starts: number[] = [];
        let now = 0;
        for (const [i, { pause, copies }] of sent.entries()) {
          now += pause;
          starts.push(now);
          const part = {
            sequence: (sequence + i) % 2 ** 16,
            timestamp: (timestamp + 8 * now) % 2 ** 32,
            payload: new Uint8Array(160).fill(1 + i),
          };
          for (const delay of copies) coming.push({ ...part, at: now + delay });
          now += 20;
        }
        const buffer = new JitterBuffer(60);
        const sound = samples(buffer, inOrder(coming));
        const there = sent.keys().filter((i) => sent[i]!.copies.length > 0).toArray();
        fc.pre(there.length > 0 && buffer.came === coming.length); // all of it is one talk
        const [first, last] = [there[0]!, there.at(-1)!];
        assertEquals(buffer.doubled, coming.length - there.length);
        assertEquals(buffer.lost, last - first + 1 - there.length);
        const inTime = new Set(sound).size - 1; // without silence
        assertEquals(buffer.late, there.length - inTime);
        const silent = sound.filter((sample) => sample === 255).length;
        const whole = sound.length - silent === 160 * inTime; // none began too late
        const told = buffer.missing + buffer.paused; // not what follows the end of the talk
        assert(silence(sound) <= told && told <= silent, `${told} of ${silent}`);
        if (buffer.late > 0 || !whole) return;
        assertEquals(silence(sound), buffer.missing + buffer.paused);
        assertEquals(buffer.paused, 8 * (starts[last]! - starts[first]!) - 160 * (last - first));
      },
    ),
    { numRuns: 200 },
  );
});

Deno.test("jitter: however many are lost, it remembers the places of 200 datagrams", () => {
  const buffer = new JitterBuffer(50);
  const { set } = Map.prototype;
  let largest = 0;
  Map.prototype.set = function (key, value) {
    set.call(this, key, value);
    if ("start" in value) largest = Math.max(largest, this.size);
    return this;
  };
  try {
    // Of three datagrams, one arrives.
    samples(buffer, arrivals(3000, (i) => i % 3 === 0 ? 0 : undefined));
  } finally {
    Map.prototype.set = set;
  }
  assertEquals([largest, buffer.came], [200, 1000]);
});
