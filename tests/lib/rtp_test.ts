import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { decode, describe, encode, NoRtp, type Packet, PCMU, tryDecode } from "../../lib/rtp.ts";
import { bytes } from "../helpers.ts";
import { NONSENSE, survives } from "../nonsense.ts";

const packet: fc.Arbitrary<Packet> = fc.record({
  marker: fc.boolean(),
  type: fc.integer({ min: 0, max: 63 }), // 64 to 95 might be RTCP
  sequence: fc.integer({ min: 0, max: 0xffff }),
  timestamp: fc.integer({ min: 0, max: 0xffff_ffff }),
  source: fc.integer({ min: 0, max: 0xffff_ffff }),
  payload: fc.uint8Array({ maxLength: 300 }),
});

Deno.test("rtp: a datagram is the bytes that RFC 3550 draws", () => {
  const drawn: [Packet, number[]][] = [
    [
      {
        marker: false,
        type: 0,
        sequence: 0x102,
        timestamp: 0xa0,
        source: 0xfffefdfc,
        payload: new Uint8Array([7, 8]),
      },
      [0x80, 0, 1, 2, 0, 0, 0, 0xa0, 0xff, 0xfe, 0xfd, 0xfc, 7, 8],
    ],
    [
      { marker: true, type: 8, sequence: 0, timestamp: 0, source: 1, payload: new Uint8Array() },
      [0x80, 0x88, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1],
    ],
  ];
  for (const [packet, bytes] of drawn) {
    assertEquals([...encode(packet)], bytes);
    assertEquals(decode(new Uint8Array(bytes)), packet);
  }
});

Deno.test("rtp: what was encoded decodes to the same", () => {
  fc.assert(fc.property(packet, (packet) => assertEquals(decode(encode(packet)), packet)));
});

Deno.test("rtp: counting goes on, and numbers wrap", () => {
  const payload = new Uint8Array(1);
  const { sequence, timestamp } = decode(
    encode({ payload, sequence: 65_536 + 5, timestamp: 2 ** 32 + 160 }),
  );
  assertEquals([sequence, timestamp], [5, 160]);
});

Deno.test("rtp: other sources, an extension and padding are left out", () => {
  const head = (first: number) => [first, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3];
  const csrc = [9, 9, 9, 9];
  const extension = [0, 0, 0, 1, 5, 5, 5, 5];
  for (
    const all of [
      [...head(0x82), ...csrc, ...csrc, 1, 2],
      [...head(0x90), ...extension, 1, 2],
      [...head(0xa0), 1, 2, 0, 0, 3],
      [...head(0xb1), ...csrc, ...extension, 1, 2, 1],
    ]
  ) {
    assertEquals([...decode(new Uint8Array([7, ...all]).subarray(1)).payload], [1, 2]);
  }
});

Deno.test("rtp: what is too short, of another version, or RTCP, is none", () => {
  const whole = encode({ payload: new Uint8Array([1, 2, 3]) });
  const changed = (at: number, value: number) => whole.with(at, value);
  const none: [Uint8Array, RegExp][] = [
    [new Uint8Array(), /these are 0/],
    [whole.subarray(0, 11), /12 bytes or more: these are 11/],
    [changed(0, 0x40), /version 1/],
    [changed(0, 0xc0), /version 3/],
    ...[192, 200, 201, 223].map((type): [Uint8Array, RegExp] => [changed(1, type), /RTCP/]),
    [changed(0, 0x81), /longer than/], // another source, without room for it
    [changed(0, 0x90), /extension is cut off/],
    [changed(0, 0xa0).with(14, 0), /longer than/], // padding of 0 bytes, which counts itself
    [changed(0, 0xa0).with(14, 4), /longer than/],
  ];
  for (const [data, message] of none) {
    const error = assertThrows(() => decode(data), NoRtp);
    assert(message.test(error.message), error.message);
    assertEquals(tryDecode(data), undefined);
  }
  // 192 to 223 are RTCP (RFC 5761, 4). The next ones are RTP with a marker, of the types 63 and 96.
  for (const type of [191, 224]) assertEquals(decode(changed(1, type)).type, type & 0x7f);
  assertEquals(changed(0, 0xa0).with(14, 3)[14], 3);
  assertEquals(decode(changed(0, 0xa0)).payload.length, 0); // three bytes of padding
});

Deno.test("rtp: asked for a type, what has another one or no payload is not understood", () => {
  const payload = new Uint8Array(1);
  assertEquals(tryDecode(encode({ type: 0, payload }), PCMU)?.type, 0);
  assertEquals(tryDecode(encode({ type: 8, payload }), PCMU), undefined);
  assertEquals(tryDecode(encode({ type: 0, payload: new Uint8Array() }), PCMU), undefined);
  assertEquals(tryDecode(encode({ type: 8, payload: new Uint8Array() }))?.type, 8);
});

Deno.test("rtp: in a few words", () => {
  const payload = new Uint8Array(160);
  assertEquals(describe(encode({ sequence: 7, timestamp: 960, payload })), "RTP 7 at 960 (160)");
  assertEquals(describe(bytes("Hello!")), "no RTP (6)");
});

Deno.test("rtp: messages of nonsense bring no error but its own, and soon", () => {
  const seeds = fc.sample(packet, { numRuns: 500, seed: 15 }).map(encode);
  survives(seeds, NONSENSE, (data) => {
    describe(data);
    const packet = tryDecode(data);
    if (packet) assert(packet.payload.length <= data.length - 12);
    return packet !== undefined;
  });
});
