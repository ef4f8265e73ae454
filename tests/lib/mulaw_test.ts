import { assert, assertEquals } from "@std/assert";
import { decode, encode, fromMulaw, SILENCE, toMulaw } from "../../lib/mulaw.ts";

Deno.test("mulaw: the bytes are those of G.711", () => {
  const known: [number, number][] = [
    [0, 0xff],
    [8, 0xfe],
    [-8, 0x7e],
    [132, 0xef],
    [1000, 0xce],
    [-1000, 0x4e],
    [32_767, 0x80],
    [-32_768, 0x00],
  ];
  for (const [sample, byte] of known) assertEquals(toMulaw(sample), byte, `${sample}`);
  for (const [byte, sample] of [[0x80, 32_124], [0, -32_124], [0xff, 0], [0x7f, 0], [0xef, 132]]) {
    assertEquals(fromMulaw(byte!), sample);
  }
  assertEquals(toMulaw(0), SILENCE);
});

Deno.test("mulaw: each byte comes back, but for the second zero", () => {
  const all = Uint8Array.from({ length: 256 }, (_, byte) => byte);
  assertEquals(encode(decode(all)), all.with(0x7f, 0xff));
});

Deno.test("mulaw: a sample comes back with an error of a 30th at most, or a few steps", () => {
  for (let sample = -32_635; sample <= 32_635; sample += 7) {
    const error = Math.abs(fromMulaw(toMulaw(sample)) - sample);
    assert(error <= 4 + Math.abs(sample) / 30, `${sample}: ${error}`);
  }
});

Deno.test("mulaw: what is louder than loud, or between two samples, is no trouble", () => {
  assertEquals([1e9, -1e9, 0.4, -0.4].map(toMulaw), [0x80, 0x00, 0xff, 0xff]);
});

Deno.test("mulaw: between two samples, the nearer one counts", () => {
  assertEquals([3, 4].map(toMulaw), [0xff, 0xfe]); // the byte changes from one to the other
  assertEquals([3.4, 3.6, -3.4, -3.6].map(toMulaw), [3, 4, -3, -4].map(toMulaw));
});
