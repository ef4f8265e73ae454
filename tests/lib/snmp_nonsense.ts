/**
 * Random and bit-flipped SNMP messages, as many as wanted.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { BerError } from "../../lib/ber.ts";
import { type Mib, reply } from "../../lib/mib.ts";
import { compareOids, decode, encode, octets, request, responseTo } from "../../lib/snmp.ts";
import { MAX_BYTES } from "../../lib/udp.ts";

const OIDS = ["1.3.6.1.2.1.1.1.0", "1.3.6.1.2.1.1.5.0", "2.999.4294967295"];
const MIB: Mib = OIDS.map((oid) => ({ oid, read: () => octets("a value") }));

/** Throws at an error that is not the library's own, and where one message takes as long as a second. */
export function survives(messages: number): void {
  const up = (limit: number) => Math.floor(Math.random() * limit);
  const asked = request("GETNEXT", OIDS);
  const values = [
    octets("x".repeat(200)),
    { type: "INTEGER", value: -129 },
    { type: "Counter64", value: 2n ** 64n - 1n },
    { type: "OBJECT IDENTIFIER", value: OIDS[2]! },
    { type: "IpAddress", value: "192.0.2.7" },
    { type: "TimeTicks", value: 2 ** 32 - 1 },
    { type: "noSuchObject" },
  ] as const;
  const bindings = values.map((value, i) => ({ oid: OIDS[i % 3]!, value }));
  const originals = [asked, request("GET", OIDS, { version: 0 }), responseTo(asked, bindings)];
  const encoded = originals.map(encode);
  let understandable = 0;
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0; // most of the time would go into these
  for (let i = 0; i < messages; i++) {
    const random = i % 4 === 0;
    const bytes = random
      ? crypto.getRandomValues(new Uint8Array(up(i % 1000 === 0 ? MAX_BYTES : 80)))
      : encoded[up(3)]!.slice();
    if (random && bytes.length > 2 && bytes.length < 130) bytes.set([0x30, bytes.length - 2]);
    for (let flips = random ? 0 : up(4); flips > 0; flips--) {
      bytes[up(bytes.length)]! ^= 1 << up(8);
    }
    const data = i % 4 === 3 ? bytes.subarray(0, up(bytes.length + 1)) : bytes;
    try {
      const message = decode(data);
      understandable++;
      assertEquals(decode(encode(message)), message);
      const { type, bindings } = message;
      bindings.toSorted((a, b) => compareOids(a.oid, b.oid));
      if (["GET", "GETNEXT", "GETBULK", "SET"].includes(type)) encode(reply(MIB, message));
    } catch (error) {
      if (!(error instanceof BerError)) throw error;
    }
  }
  Error.stackTraceLimit = stackTraceLimit;
  const some = understandable > messages / 20 && understandable < messages * 0.9;
  assert(some, `${understandable} of ${messages} were understood`);
}
