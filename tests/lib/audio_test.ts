import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  auHead,
  type Head,
  monoSamples,
  NoSound,
  readHead,
  Resampler,
  type Sound,
  wavHead,
} from "../../lib/audio.ts";
import { fromMulaw } from "../../lib/mulaw.ts";
import { bytes } from "../helpers.ts";
import { NONSENSE, survives } from "../nonsense.ts";

const MULAW = { encoding: "mulaw", rate: 8000, channels: 1 } as const;
const sound = <E extends Sound["encoding"]>(...encodings: E[]) =>
  fc.record({
    encoding: fc.constantFrom(...encodings),
    rate: fc.integer({ min: 1000, max: 384_000 }),
    channels: fc.integer({ min: 1, max: 8 }),
  });
const length = fc.oneof(fc.constant(Infinity), fc.integer({ min: 1, max: 0x7ffe_0000 }));

Deno.test("audio: what was written is read again, of .au and of WAV", () => {
  fc.assert(fc.property(sound("mulaw", "s16be"), length, (sound, length) => {
    assertEquals(readHead(auHead(sound, length)), { ...sound, start: 28, length });
  }));
  fc.assert(fc.property(sound("mulaw", "u8", "s16le"), length, (sound, length) => {
    assertEquals(readHead(wavHead(sound, length)), { ...sound, start: 44, length });
  }));
  assertThrows(() => auHead({ ...MULAW, encoding: "s16le" }), NoSound);
  assertThrows(() => wavHead({ ...MULAW, encoding: "s16be" }), NoSound);
});

Deno.test("audio: a WAV head says how many bytes a second has, and a sample of all channels", () => {
  const said = (sound: Sound, length: number) => {
    const view = new DataView(wavHead(sound, length).buffer);
    const [file, data, second] = [4, 40, 28].map((at) => view.getUint32(at, true));
    const [sample, bits] = [32, 34].map((at) => view.getUint16(at, true));
    return { file, data, second, sample, bits };
  };
  const stereo = said({ encoding: "s16le", rate: 44_100, channels: 2 }, 1000);
  assertEquals(stereo, { file: 1036, data: 1000, second: 176_400, sample: 4, bits: 16 });
  const mono = said(MULAW, 160);
  assertEquals(mono, { file: 196, data: 160, second: 8000, sample: 1, bits: 8 });
});

Deno.test("audio: a head that is not all there yet needs more; at the end it is cut off", () => {
  for (const head of [auHead(MULAW), wavHead(MULAW)]) {
    for (let size = 0; size < head.length; size++) {
      const part = head.subarray(0, size);
      assertEquals(readHead(part), undefined, `${size} bytes`);
      if (size >= 4) assertThrows(() => readHead(part, true), NoSound);
    }
  }
});

Deno.test("audio: what has no head is bare mu-law", () => {
  const raw = { ...MULAW, start: 0, length: Infinity };
  assertEquals(readHead(new Uint8Array(12).fill(255)), raw);
  assertEquals(readHead(new Uint8Array(3), true), raw);
  assertEquals(readHead(new Uint8Array(11)), undefined);
});

/** A WAV file of these chunks. */
function wav(...chunks: [string, number[]][]): Uint8Array {
  const all = chunks.flatMap(([name, data]) => [
    ...bytes(name),
    ...[0, 8, 16, 24].map((shift) => (data.length >> shift) & 255),
    ...data,
    ...(data.length % 2 ? [0] : []),
  ]);
  return new Uint8Array([...bytes("RIFF"), 0, 0, 0, 0, ...bytes("WAVE"), ...all]);
}

const FORMAT = [1, 0, 2, 0, 0x40, 0x1f, 0, 0, 0, 0x7d, 0, 0, 4, 0, 16, 0];

Deno.test("audio: WAV may have other chunks, and an extensible format", () => {
  const file = wav(["LIST", [1, 2, 3]], ["fmt ", FORMAT], ["data", [1, 2, 3, 4]], ["LIST", [9]]);
  const head: Head = { encoding: "s16le", rate: 8000, channels: 2, start: 56, length: 4 };
  assertEquals(readHead(file), head);
  const extensible = [0xfe, 0xff, ...FORMAT.slice(2), 22, 0, 16, 0, 3, 0, 0, 0, 7, 0];
  extensible[14] = 8; // bits
  const { encoding } = readHead(wav(["fmt ", extensible], ["data", [1]]))!;
  assertEquals(encoding, "mulaw");
});

Deno.test("audio: what cannot be read is told, and other files are none of this", () => {
  const told: [Uint8Array, RegExp][] = [
    [wav(["fmt ", [3, 0, ...FORMAT.slice(2)]], ["data", [1]]), /WAV format 3/],
    [wav(["fmt ", FORMAT.with(14, 24)], ["data", [1]]), /only mu-law and 8 or 16 bits/],
    [wav(["fmt ", FORMAT.with(2, 9)], ["data", [1]]), /9 channels/],
    [wav(["fmt ", FORMAT.with(2, 0)], ["data", [1]]), /0 channels/],
    [wav(["fmt ", FORMAT.with(4, 0).with(5, 0)], ["data", [1]]), /^0 samples a second/],
    [wav(["fmt ", FORMAT.slice(0, 8)], ["data", [1]]), /does not say/],
    [wav(["data", [1]]), /does not say/],
    [auHead(MULAW).with(15, 27), /\.au encoding 27/],
    [auHead(MULAW).with(7, 5), /no possible length/],
    [bytes("RIFF1234AVI "), /no WAVE/],
    [bytes("ID3 12345678"), /neither WAV/],
    [bytes("OggS12345678"), /neither WAV/],
    [bytes("fLaC12345678"), /neither WAV/],
    [bytes("\0\0\0 ftypM4A "), /neither WAV/],
    [wav(["LIST", Array(70_000).fill(0)]), /cut off, or too long/],
  ];
  for (const [data, message] of told) {
    const { message: said } = assertThrows(() => readHead(data), NoSound);
    assert(message.test(said), said);
  }
});

Deno.test("audio: samples of all kinds become one channel", () => {
  const read = (encoding: Sound["encoding"], channels: number, ...data: number[]) =>
    monoSamples(
      new Uint8Array([7, ...data]).subarray(1),
      { encoding, rate: 8000, channels },
      fromMulaw,
    );
  assertEquals(read("s16le", 1, 0x34, 0x12, 0xff, 0xff, 9), [0x1234, -1]);
  assertEquals(read("s16be", 1, 0x12, 0x34, 0x80, 0), [0x1234, -32_768]);
  assertEquals(read("u8", 1, 0, 128, 255), [-32_768, 0, 32_512]);
  assertEquals(read("mulaw", 1, 0xff, 0x80, 0), [0, 32_124, -32_124]);
  assertEquals(read("s16le", 2, 2, 0, 4, 0, 10, 0, 0, 0), [3, 5]);
  assertEquals(read("u8", 3, 128, 128), []);
});

Deno.test("audio: another rate changes the number of samples, and not the tone", () => {
  for (const rate of [1000, 8000, 11_025, 22_050, 44_100, 48_000, 384_000]) {
    const tone = (i: number, rate: number) => 10_000 * Math.sin(2 * Math.PI * 100 * i / rate);
    const samples = Array.from({ length: rate }, (_, i) => tone(i, rate));
    const resampler = new Resampler(rate, 8000);
    const made: number[] = [];
    for (let at = 0; at < rate; at += 777) {
      made.push(...resampler.convert(samples.slice(at, at + 777)));
    }
    assert(Math.abs(made.length - 8000) <= 1, `${rate}: ${made.length}`);
    // Each stands for the middle of its time; to more samples, it is the one that was there.
    const worst = Math.max(...made.map((sample, i) => Math.abs(sample - tone(i + 0.5, 8000))));
    assert(worst < (rate < 8000 ? 6500 : 500), `${rate}: ${worst}`);
  }
  assertEquals(new Resampler(8000, 8000).convert([1, 2, 3]), [1, 2, 3]);
  assertEquals(new Resampler(16_000, 8000).convert([1, 3, 5, 7, 9]), [2, 6]);
});

Deno.test("audio: no rate is made of none, and none of it: that would never end", () => {
  for (const [from, to] of [[0, 8000], [8000, 0], [-1, 8000], [8000, Infinity], [NaN, 8000]]) {
    assertThrows(() => new Resampler(from!, to!), RangeError, "There is no way from");
  }
});

Deno.test("audio: messages of nonsense bring no error but its own, and soon", () => {
  const heads = [
    ...fc.sample(sound("mulaw", "s16be"), { numRuns: 200, seed: 15 }).map((one) => auHead(one)),
    ...fc.sample(sound("mulaw", "s16le"), { numRuns: 200, seed: 15 }).map((one) => wavHead(one)),
    wav(["LIST", [1, 2, 3]], ["fmt ", FORMAT], ["data", [1, 2, 3, 4]]),
  ];
  survives(heads, NONSENSE, (data) => {
    try {
      const head = readHead(data);
      if (head) monoSamples(data.subarray(head.start), head, fromMulaw);
      return head !== undefined;
    } catch (error) {
      if (error instanceof NoSound) return false;
      throw error;
    }
  });
});

Deno.test("audio: of a long head of many chunks, each is looked at once", () => {
  const file = wav(...Array.from({ length: 8000 }, () => ["LIST", []] as [string, number[]]));
  const { getUint32 } = DataView.prototype;
  let looks = 0;
  DataView.prototype.getUint32 = function (...args) {
    looks++;
    return getUint32.apply(this, args);
  };
  try {
    assertEquals(readHead(file.subarray(0, 60_000)), undefined);
  } finally {
    DataView.prototype.getUint32 = getUint32;
  }
  assertEquals(looks, Math.floor((60_000 - 12) / 8)); // where the length of each stands
});
