import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { dice } from "../../lessons/08_loss.ts";
import { JitterBuffer } from "../../lib/jitter.ts";

/** So many datagrams, one every 20 ms, as they come: each as late as `late` says. */
function arrivals(count: number, late: (i: number) => number | undefined, first = 0) {
  const all = Array.from({ length: count }, (_, i) => ({
    at: 20 * i + (late(i) ?? NaN),
    timestamp: (first + 160 * i) % 2 ** 32,
    payload: new Uint8Array(160).fill(1 + i % 254),
  }));
  return all.filter(({ at }) => !Number.isNaN(at)).sort((a, b) => a.at - b.at);
}

/** What is heard of them, in parts of 20 ms: the byte, or 255. Who comes when it is time is in time. */
function heard(buffer: JitterBuffer, coming: ReturnType<typeof arrivals>): number[] {
  const parts: number[] = [];
  const play = (until: number) => {
    while (buffer.due < until) parts.push(buffer.take()[0]!);
  };
  for (const part of coming) {
    play(part.at);
    buffer.put(part, part.at);
  }
  play(1e9);
  return parts;
}

Deno.test("jitter: datagrams in any order are heard in theirs, as long as they are late by less", () => {
  fc.assert(fc.property(
    fc.array(fc.integer({ min: 0, max: 80 }), { minLength: 1, maxLength: 60 }),
    fc.integer({ min: 0, max: 2 ** 32 - 1 }),
    (late, first) => {
      const buffer = new JitterBuffer(80);
      const parts = heard(buffer, arrivals(late.length, (i) => i === 0 ? 0 : late[i]!, first));
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
  assertEquals([buffer.came, buffer.late, buffer.missing], [7, 0, 480]);
});

Deno.test("jitter: a double changes nothing", () => {
  const buffer = new JitterBuffer(60);
  const once = arrivals(5, () => 0);
  assertEquals(heard(buffer, [...once, ...once].sort((a, b) => a.at - b.at)).slice(0, 6), [
    ...[1, 2, 3, 4, 5, 255],
  ]);
});

Deno.test("jitter: parts of all sizes have their place, also those that begin too late", () => {
  const payload = new Uint8Array(1460).map((_, i) => i % 255);
  const buffer = new JitterBuffer(0);
  buffer.put({ timestamp: 1000, payload }, 0);
  const samples = [...buffer.take(), ...buffer.take()];
  buffer.put({ timestamp: 1000 + 1460, payload: payload.subarray(0, 300) }, 40);
  for (let part = 0; part < 9; part++) samples.push(...buffer.take());
  assertEquals(samples, [...payload, ...payload.subarray(0, 300)]);
  assert(buffer.put({ timestamp: 1000 + 1700, payload }, 220), "Its end is in time.");
  assertEquals([...buffer.take()], [...payload.subarray(60, 220)]);
});

Deno.test("jitter: a second of silence ends the talk, and the next begins anew", () => {
  const buffer = new JitterBuffer(40);
  const parts = heard(buffer, arrivals(3, () => 0));
  assertEquals(parts.length, 53);
  assertEquals(buffer.due, Infinity);
  assertEquals(buffer.missing, 0);
  buffer.put({ timestamp: 77, payload: new Uint8Array([5]) }, 9000);
  assertEquals([buffer.due, buffer.came, buffer.take()[0]], [9040, 1, 5]);
});

Deno.test("jitter: what is seconds too early has no place, and takes nobody else's", () => {
  const buffer = new JitterBuffer(40);
  const one = new Uint8Array(160).fill(1);
  buffer.put({ timestamp: 0, payload: one }, 0);
  for (const timestamp of [16_384 - 159, 16_384, 2 ** 31, 2 ** 32 - 160]) {
    assertEquals(buffer.put({ timestamp, payload: one.slice().fill(2) }, 1), false);
  }
  assert(buffer.put({ timestamp: 16_384 - 160, payload: one }, 1));
  assertEquals(buffer.put({ timestamp: 160, payload: new Uint8Array(65_507) }, 1), false);
  assertEquals(buffer.take(), one);
  assertEquals(buffer.take(), one.slice().fill(255));
  assertEquals(buffer.late, 5);
});

Deno.test("jitter: a speaker whose clock is suddenly another one is heard again, half a second later", () => {
  const buffer = new JitterBuffer(40);
  const jump = 1_000_000;
  const all = arrivals(100, () => 0).map((part, i) =>
    i < 10 ? part : { ...part, timestamp: part.timestamp + jump }
  );
  const parts = heard(buffer, all);
  assertEquals(buffer.late, 25);
  assertEquals(parts.filter((part) => part !== 255).length, 75);
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
  const one = { payload: new Uint8Array(160).fill(1) };
  buffer.put({ ...one, timestamp: 1000 }, 0);
  buffer.take();
  assert(buffer.put({ payload: new Uint8Array(160).fill(2), timestamp: 1080 }, 20));
  const parts: Uint8Array[] = [];
  for (let part = 1; part <= 120; part++) {
    if (part % 40 === 0) buffer.put({ ...one, timestamp: 1000 + 160 * part }, 20 * part);
    parts.push(buffer.take());
  }
  const all = parts.flatMap((part) => [...part]);
  assertEquals(all.slice(0, 80), Array(80).fill(2));
  assertEquals(all.slice(80).filter((sample) => sample === 2).length, 0);
  assertEquals(all.filter((sample) => sample === 1).length, 3 * 160);
});
