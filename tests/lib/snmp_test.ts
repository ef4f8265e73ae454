import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  ANY,
  BerError,
  element,
  elements,
  INTEGER,
  integerBytes,
  integerOf,
  isOid,
  leading,
  NULL,
  oidBytes,
  oidOf,
  readable,
  SEQUENCE,
  unsignedOf,
} from "../../lib/ber.ts";
import { reply, tooBig, valueAfter, valueAt } from "../../lib/mib.ts";
import {
  answerIn,
  type Binding,
  compareOids,
  decode,
  encode,
  hasNumber,
  isException,
  isWithin,
  type Message,
  octets,
  randomId,
  request,
  responseTo,
  tryDecode,
  type Value,
  whyNoAnswer,
} from "../../lib/snmp.ts";
import { bytes } from "../helpers.ts";
import { NONSENSE } from "../nonsense.ts";
import { survives } from "./snmp_nonsense.ts";

/** Bytes, written as hexadecimal digits. */
function raw(...digits: string[]): Uint8Array<ArrayBuffer> {
  const pairs = digits.join("").match(/[0-9a-f]{2}/g) ?? [];
  return new Uint8Array(pairs.map((pair) => parseInt(pair, 16)));
}

const SYS_DESCR = "1.3.6.1.2.1.1.1.0";

/** `snmpget -v2c -c public … 1.3.6.1.2.1.1.1.0`, and the answer to it. */
const ASKED = raw(
  ...["3029 020101 04067075626c6963", "a01c 02045a3b2c1d 020100 020100"],
  "300e 300c 06082b06010201010100 0500",
);
const ANSWERED = raw(
  ...["302a 020101 04067075626c6963", "a21d 02045a3b2c1d 020100 020100"],
  "300f 300d 06082b06010201010100 040141",
);

const number = fc.oneof(fc.nat(300), fc.integer({ min: 0, max: 2 ** 32 - 1 }));
const oid = fc.oneof(
  fc.tuple(fc.nat(1), fc.nat(39), fc.array(number, { maxLength: 126 })),
  fc.tuple(fc.constant(2), fc.integer({ min: 0, max: 2 ** 32 - 81 }), fc.array(number)),
).map(([first, second, rest]) => [first, second, ...rest].join("."));
const unsigned = fc.integer({ min: 0, max: 2 ** 32 - 1 });
const signed = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
const value: fc.Arbitrary<Value> = fc.oneof(
  fc.record({ type: fc.constant("INTEGER" as const), value: signed }),
  fc.record({
    type: fc.constantFrom("Counter32" as const, "Gauge32" as const, "TimeTicks" as const),
    value: unsigned,
  }),
  fc.record({
    type: fc.constant("Counter64" as const),
    value: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
  }),
  fc.record({
    type: fc.constantFrom("OCTET STRING" as const, "Opaque" as const),
    value: fc.uint8Array({ maxLength: 400 }),
  }),
  fc.record({ type: fc.constant("OBJECT IDENTIFIER" as const), value: oid }),
  fc.record({ type: fc.constant("IpAddress" as const), value: fc.ipV4() }),
  fc.record({
    type: fc.constantFrom(
      ...["NULL", "noSuchObject", "noSuchInstance", "endOfMibView"] as const,
    ),
  }),
);
const message: fc.Arbitrary<Message> = fc.record({
  version: fc.constantFrom(0 as const, 1 as const),
  community: fc.string({ unit: "grapheme", maxLength: 200 }),
  type: fc.constantFrom("GET", "GETNEXT", "RESPONSE", "SET"),
  id: signed,
  error: signed,
  index: signed,
  bindings: fc.array(fc.record({ oid, value }), { maxLength: 8 }),
});

Deno.test("ber: lengths, as X.690 has them", () => {
  const head = (length: number) => [...element(0x04, new Uint8Array(length)).subarray(0, 5)];
  assertEquals(head(0), [0x04, 0]);
  assertEquals(head(127).slice(0, 2), [0x04, 127]);
  assertEquals(head(128).slice(0, 3), [0x04, 0x81, 128]);
  assertEquals(head(255).slice(0, 3), [0x04, 0x81, 255]);
  assertEquals(head(256).slice(0, 4), [0x04, 0x82, 1, 0]);
  assertEquals(head(65_536), [0x04, 0x83, 1, 0, 0]);
  for (const length of [0, 127, 128, 255, 256, 65_535, 65_536]) {
    const [first] = elements(element(0x04, new Uint8Array(length)), 0x04);
    assertEquals(first!.content.length, length);
  }
});

Deno.test("ber: what is cut, left over, longer than what it is in, or of another tag, is none", () => {
  const whole = element(SEQUENCE, element(INTEGER, integerBytes(300)), element(NULL));
  for (let end = 1; end < whole.length; end++) {
    assertThrows(() => elements(whole.subarray(0, end), SEQUENCE), BerError);
  }
  assertThrows(() => elements(new Uint8Array(), SEQUENCE), BerError);
  assertThrows(() => elements(new Uint8Array([...whole, 0]), SEQUENCE), BerError);
  assertThrows(() => elements(new Uint8Array([...whole, 5, 0]), SEQUENCE), BerError);
  assertThrows(() => elements(whole, INTEGER), BerError, "another tag");
  for (const indefinite of ["3080", "3080 0500 0000"]) {
    assertThrows(() => elements(raw(indefinite), SEQUENCE), BerError);
  }
  assertThrows(() => elements(raw("3085 0000000002 0500"), SEQUENCE), BerError);
  assertThrows(() => elements(raw("1f01 00")), BerError);
  assertEquals(elements(raw("30820002 0500"), SEQUENCE).length, 1); // longer than it takes: so net-snmp
  assertEquals(elements(whole, ANY).length, 1);
  assertEquals(elements(new Uint8Array()), []);
});

Deno.test("ber: integers, in as few bytes as it takes", () => {
  const known: [bigint, string][] = [
    ...[[0n, "00"], [127n, "7f"], [128n, "0080"], [255n, "00ff"], [256n, "0100"]] as const,
    ...[[-1n, "ff"], [-128n, "80"], [-129n, "ff7f"], [-32_768n, "8000"]] as const,
    [2n ** 32n - 1n, "00ffffffff"],
    [2n ** 64n - 1n, "00ffffffffffffffff"],
  ].map(([value, bytes]) => [value, bytes] as [bigint, string]);
  for (const [value, bytes] of known) {
    assertEquals(integerBytes(value), raw(bytes), `${value}`);
    assertEquals(integerOf(raw(bytes)), value);
  }
  assertEquals(integerOf(raw("00000001")), 1n);
  assertEquals(integerOf(raw("ffffffff")), -1n);
  assertThrows(() => integerOf(raw("")), BerError);
  assertThrows(() => integerOf(raw("00".repeat(10))), BerError);
  fc.assert(fc.property(fc.bigInt({ min: -(2n ** 64n), max: 2n ** 64n }), (value) => {
    assertEquals(integerOf(integerBytes(value)), value);
  }));
});

Deno.test("ber: what cannot be negative needs no zero byte before it, nor any byte", () => {
  const known: [string, bigint][] = [
    ["", 0n],
    ["ff", 255n],
    ["00ff", 255n],
    ["b39961ed", 3_013_173_741n],
    ["00000000b39961ed", 3_013_173_741n],
    ["ffffffffffffffff", 2n ** 64n - 1n],
  ];
  for (const [bytes, value] of known) assertEquals(unsignedOf(raw(bytes)), value, bytes);
  assertThrows(() => unsignedOf(raw("00".repeat(10))), BerError);
});

Deno.test("ber: the first elements, whatever follows them", () => {
  const bytes = raw("0201 05", "0500", "99");
  assertEquals(leading(bytes, INTEGER).length, 1);
  assertEquals(leading(bytes, INTEGER, ANY)[1]!.tag, NULL);
  assertEquals(leading(bytes), []);
  for (const tags of [[NULL], [INTEGER, NULL, ANY]]) {
    assertThrows(() => leading(bytes, ...tags), BerError);
  }
  assertThrows(() => leading(raw("0202 05"), INTEGER), BerError);
});

Deno.test("ber: of what is cut or broken, as much as can be read", () => {
  const tags = (...digits: string[]) => readable(raw(...digits)).map(({ tag }) => tag);
  assertEquals(tags("0201 05", "0500", "99"), [INTEGER, NULL]);
  assertEquals(tags("0201 05", "30"), [INTEGER]);
  assertEquals(tags("1f"), []);
  assertEquals(readable(raw("3009 0201")), [{ tag: SEQUENCE, content: raw("0201") }]);
});

Deno.test("ber: OIDs, and what is none", () => {
  const known = { "1.3.6.1": "2b0601", "0.0": "00", "2.999.3": "883703", "1.0": "28", "2.0": "50" };
  for (const [oid, bytes] of Object.entries(known)) {
    assertEquals(oidBytes(oid), raw(bytes), oid);
    assertEquals(oidOf(raw(bytes)), oid);
  }
  fc.assert(fc.property(oid, (oid) => assertEquals(oidOf(oidBytes(oid)), oid)));
  const most = `1.3${".1".repeat(126)}`;
  assertEquals(oidOf(oidBytes(most)), most);
  for (const oid of ["", "1", "1.40", "3.1", "1.3.", ".1.3", "1..3", "1.03", "1.-1", "1.3.x"]) {
    assert(!isOid(oid), oid);
    assertThrows(() => oidBytes(oid), BerError);
  }
  for (const oid of ["1.3.4294967296", `${most}.1`, "2.4294967216", "1.3.99999999999"]) {
    assert(!isOid(oid), oid);
  }
  for (const bytes of ["2b80", "80", "2b9080808000", "2bff"]) {
    assertThrows(() => oidOf(raw(bytes)), BerError);
  }
  assertEquals(oidOf(raw("")), "0.0"); // so many printers say that they have none
  assertEquals(oidOf(raw("2b8001")), "1.3.1");
  assertThrows(() => oidOf(raw("2b", "01".repeat(127))), BerError);
});

Deno.test("snmp: a question and an answer, byte for byte as snmpget and an agent send them", () => {
  const asked = request("GET", [SYS_DESCR], { id: 0x5a3b2c1d });
  assertEquals(decode(ASKED), asked);
  assertEquals(encode(asked), ASKED);
  const answer = responseTo(asked, [{ oid: SYS_DESCR, value: octets("A") }]);
  assertEquals(decode(ANSWERED), answer);
  assertEquals(encode(answer), ANSWERED);
});

Deno.test("snmp: what was encoded decodes to the same", () => {
  fc.assert(fc.property(message, (message) => assertEquals(decode(encode(message)), message)));
  for (const type of ["GETBULK", "INFORM", "TRAP", "REPORT"] as const) {
    const bulk = request(type, [SYS_DESCR], { error: 1, index: 10 });
    assertEquals(decode(encode(bulk)), bulk);
    assertThrows(() => decode(encode({ ...bulk, version: 0 })), BerError); // v1 has none of them
  }
});

Deno.test("snmp: messages of nonsense bring no error but its own", () => survives(NONSENSE));

Deno.test("snmp: what is cut is no message, and what follows one is ignored, as Net-SNMP does", () => {
  for (const bytes of [ASKED, ANSWERED]) {
    for (let end = 0; end < bytes.length; end++) {
      assertEquals(tryDecode(bytes.subarray(0, end)), undefined);
    }
    const message = decode(bytes);
    for (const more of [raw("00"), raw("9999"), new Uint8Array(40), bytes]) {
      assertEquals(tryDecode(new Uint8Array([...bytes, ...more])), message);
    }
  }
  const [version, community, pdu] = elements(elements(ANSWERED)[0]!.content);
  const parts = [version!, community!, pdu!].map(({ tag, content }) => element(tag, content));
  const withMore = element(SEQUENCE, ...parts, element(NULL));
  assertEquals(tryDecode(withMore), decode(ANSWERED)); // behind the PDU
  const longer = element(pdu!.tag, pdu!.content, element(NULL));
  const inside = element(SEQUENCE, parts[0]!, parts[1]!, longer);
  assertEquals(tryDecode(inside), decode(ANSWERED)); // and behind its list
});

/** An answer with this number that holds these bytes where its bindings are. */
function answering(id: number, ...bindings: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const zero = element(INTEGER, integerBytes(0));
  const number = element(INTEGER, integerBytes(id));
  const pdu = element(0xa2, number, zero, zero, element(SEQUENCE, ...bindings));
  const community = element(0x04, raw("41"));
  return element(SEQUENCE, element(INTEGER, integerBytes(1)), community, pdu);
}

/** A binding of these bytes: its value is written with tag, length and content. */
function odd(...value: string[]): Uint8Array<ArrayBuffer> {
  return element(SEQUENCE, element(0x06, oidBytes(SYS_DESCR)), raw(...value));
}

Deno.test("snmp: a value that breaks the rules is read where it can be, as Net-SNMP does", () => {
  const values: Record<string, Value> = {
    "0201 05": { type: "INTEGER", value: 5 },
    "0205 0000000005": { type: "INTEGER", value: 5 },
    "0205 00ffffffff": { type: "Gauge32", value: 2 ** 32 - 1 }, // more than an INTEGER can say
    "4004 7f000001": { type: "IpAddress", value: "127.0.0.1" },
    "4105 00ffffffff": { type: "Counter32", value: 2 ** 32 - 1 },
    "4104 b39961ed": { type: "Counter32", value: 3_013_173_741 },
    "4101 ff": { type: "Counter32", value: 255 },
    "4106 000000000005": { type: "Counter32", value: 5 },
    "4204 ffffffff": { type: "Gauge32", value: 2 ** 32 - 1 },
    "4304 ffffffff": { type: "TimeTicks", value: 2 ** 32 - 1 },
    "4704 ffffffff": { type: "Gauge32", value: 2 ** 32 - 1 }, // UInteger32 of RFC 1442
    "4608 ffffffffffffffff": { type: "Counter64", value: 2n ** 64n - 1n },
    "4600": { type: "Counter64", value: 0n },
    "0600": { type: "OBJECT IDENTIFIER", value: "0.0" },
    "0603 2b8001": { type: "OBJECT IDENTIFIER", value: "1.3.1" },
    "0501 00": { type: "NULL" },
    "8001 00": { type: "noSuchObject" },
    "0484 00000002 4141": octets("AA"),
  };
  for (const [bytes, value] of Object.entries(values)) {
    const message = tryDecode(answering(7, odd(bytes)));
    assertEquals(message?.bindings, [{ oid: SYS_DESCR, value }], bytes);
    assertEquals(decode(encode(message!)), message, bytes); // what is read can be said again
  }
});

Deno.test("snmp: a value that cannot be read costs no other one", () => {
  const unreadable = [
    ...["0200", "0205 0100000000", "020a 00000000000000000000", "4105 0100000000"],
    ...["4609 010000000000000000", "4003 7f0001", "4005 7f00000101", "4000"],
    ...["0602 2b80", "0606 2bffffffff7f", "8300", "4503 010203", "0302 0640", "3000", "0101 ff"],
  ];
  for (const bytes of unreadable) {
    const [tag, , ...content] = raw(bytes);
    const message = decode(answering(7, odd("0201 05"), odd(bytes), odd("0500")));
    assertEquals(message.bindings.map(({ value }) => value), [
      { type: "INTEGER", value: 5 },
      { type: "unknown", tag: tag!, value: new Uint8Array(content) },
      { type: "NULL" },
    ], bytes);
    assertEquals(decode(encode(message)), message, bytes);
  }
});

Deno.test("snmp: a community is the same bytes again, whatever they are", () => {
  const communities = fc.oneof(
    fc.uint8Array({ maxLength: 6 }),
    fc.string({ unit: "grapheme", maxLength: 6 }).map(bytes),
  );
  fc.assert(fc.property(communities, communities, (one, other) => {
    const [first, second] = [one, other].map((community) => {
      const [version, , pdu] = elements(elements(ASKED)[0]!.content);
      const parts = [element(INTEGER, version!.content), element(0x04, community)];
      return element(SEQUENCE, ...parts, element(pdu!.tag, pdu!.content));
    });
    assertEquals(encode(decode(first!)), first);
    const same = decode(first!).community === decode(second!).community;
    assertEquals(same, `${one}` === `${other}`);
  }));
});

Deno.test("snmp: 10,000 values that cannot be read make no error, because that takes long", () => {
  const broken = [
    ...["0200", "0205 0100000000", "020a 00000000000000000000", "4105 0100000000"],
    ...["410a 00000000000000000000", "4609 010000000000000000", "4003 7f0001"],
    ...["0602 2b80", "0606 2bffffffff7f", `0679 ${"01".repeat(120)}80`, "4503 010203", "3000"],
  ];
  const many = Array.from({ length: 10_000 }, (_, i) => odd(broken[i % broken.length]!));
  const message = answering(7, ...many);
  let errors = 0;
  class Counted extends Error {
    constructor(...args: Parameters<typeof Error>) {
      super(...args);
      errors++;
    }
  }
  Object.setPrototypeOf(BerError, Counted);
  try {
    assertThrows(() => oidOf(raw("80")), BerError); // so they are counted
    const { bindings } = decode(message);
    assert(bindings.every(({ value }) => value.type === "unknown"));
  } finally {
    Object.setPrototypeOf(BerError, Error);
  }
  assertEquals(errors, 1);
});

Deno.test("snmp: why something is not the answer", () => {
  const asked = request("GET", [SYS_DESCR], { id: 7 });
  const right = answering(7, odd("0201 05"));
  const why = (bytes: Uint8Array, question = asked) => {
    const reason = whyNoAnswer(bytes, question);
    assertEquals(answerIn(bytes, question) === undefined, reason !== undefined, reason);
    return reason;
  };
  assertEquals(why(right), undefined);
  const number = "it has the right number, but ";
  const version = (version: number) => right.slice().fill(version, 4, 5);
  const reasons: [Uint8Array, string][] = [
    [raw(""), "it is not an SNMP message"],
    [raw("48656c6c6f"), "it is not an SNMP message"],
    [version(3), "it is a message of another version of SNMP"],
    [encode(asked), "it is a GET, not a RESPONSE"],
    [encode({ ...asked, type: "REPORT" }), "it is a REPORT, not a RESPONSE"],
    [answering(-8, odd("0500")), "it answers another question: its number is -8, and not 7"],
    [
      answering(8, odd("0500")).subarray(0, -1),
      "it answers another question: its number is 8, and not 7",
    ],
    [right.subarray(0, -1), `${number}it cannot be read (An element is longer than what it is in)`],
    [answering(7, raw("0500")), `${number}it cannot be read (An OID with its value was expected)`],
    [answering(7), `${number}0 values instead of 1`],
    [answering(7, odd("0500"), odd("0500")), `${number}2 values instead of 1`],
    [
      encode(responseTo(asked, [{ oid: "1.3.6", value: octets("") }])),
      `${number}is about 1.3.6, which was not asked for`,
    ],
  ];
  for (const [bytes, reason] of reasons) assertEquals(why(bytes), reason);
  const bulk = request("GETBULK", [SYS_DESCR], { id: 7, index: 10 });
  assertEquals(why(answering(7), bulk), `${number}0 values instead of 1 to 10`);
  for (const bytes of [right, right.subarray(0, -1)]) {
    assertEquals([hasNumber(bytes, asked), hasNumber(bytes, { ...asked, id: 8 })], [true, false]);
  }
  assert(!hasNumber(raw("3000"), asked));
});

Deno.test("snmp: a message that is broken elsewhere is none", () => {
  const asked = request("GET", [SYS_DESCR]);
  const withVersion = encode(asked).fill(3, 4, 5); // v3
  assertEquals(tryDecode(withVersion), undefined);
  const notText = ASKED.slice();
  notText[7] = 0xff; // a community is bytes: this one is wrong, and no nonsense
  assertEquals(tryDecode(notText)?.community, "\udcffublic");
  assertEquals(encode(decode(notText)), notText); // and an answer carries the same
  const noPair = ASKED.slice();
  noPair[noPair.length - 14] = 0x31;
  assertEquals(tryDecode(noPair), undefined);
});

Deno.test("snmp: what cannot be sent is not encoded", () => {
  const asked = request("GET", [SYS_DESCR]);
  const withValue = (value: Value) => ({ ...asked, bindings: [{ oid: SYS_DESCR, value }] });
  const wrong: Message[] = [
    { ...asked, id: 2 ** 31 },
    { ...asked, error: 0.5 },
    { ...asked, index: NaN },
    { ...asked, version: 3 as 1 },
    request("GET", ["1"]),
    withValue({ type: "INTEGER", value: 2 ** 31 }),
    withValue({ type: "Counter32", value: -1 }),
    withValue({ type: "TimeTicks", value: 2 ** 32 }),
    withValue({ type: "Counter64", value: -1n }),
    withValue({ type: "Counter64", value: 2n ** 64n }),
    withValue({ type: "IpAddress", value: "1.2.3" }),
    withValue({ type: "IpAddress", value: "1.2.3.256" }),
    withValue({ type: "OBJECT IDENTIFIER", value: "1" }),
  ];
  for (const message of wrong) assertThrows(() => encode(message), BerError);
});

Deno.test("snmp: the answer to a question has its number, is no question, and is about the same", () => {
  const asked = request("GET", [SYS_DESCR]);
  const bindings: Binding[] = [{ oid: SYS_DESCR, value: octets("A") }];
  const right = responseTo(asked, bindings);
  const fits = (message: Message, question = asked) => answerIn(encode(message), question);
  assertEquals(fits(right), right);
  assertEquals(fits({ ...right, id: asked.id ^ 1 }), undefined);
  assertEquals(fits(asked), undefined);
  for (const type of ["SET", "INFORM", "TRAP", "REPORT"] as const) {
    assertEquals(fits({ ...right, type }), undefined);
  }
  assertEquals(fits({ ...right, bindings: [] }), undefined);
  assertEquals(fits({ ...right, bindings: [...bindings, ...bindings] }), undefined);
  const other = [{ oid: "1.3.6.1.2.1.1.5.0", value: octets("A") }];
  assertEquals(fits({ ...right, bindings: other }), undefined);
  assertEquals(fits({ ...right, bindings: [], error: 1 })?.error, 1);
  assertEquals(answerIn(new Uint8Array(9), asked), undefined);

  const next = request("GETNEXT", ["1.3"]);
  assertEquals(fits(responseTo(next, other), next)?.bindings, other);
  assertEquals(fits(responseTo(next, [...other, ...other]), next), undefined);
  const bulk = request("GETBULK", ["1.3"], { index: 10 });
  assertEquals(fits(responseTo(bulk, [...other, ...bindings]), bulk)?.bindings.length, 2);
  assertEquals(fits(responseTo(bulk, []), bulk), undefined);
  // N + M × R at most: RFC 3416, 4.2.3. Less of it, where the rest did not fit.
  const two = request("GETBULK", ["1.3", "1.4"], { error: 1, index: 3 });
  const many = (length: number) => Array.from({ length }, () => other[0]!);
  for (const length of [1, 2, 4]) assert(fits(responseTo(two, many(length)), two), `${length}`);
  for (const length of [0, 5]) assertEquals(fits(responseTo(two, many(length)), two), undefined);
  const none = request("GETBULK", ["1.3"], { index: -1 });
  assertEquals(fits(responseTo(none, []), none)?.bindings, []);
});

Deno.test("snmp: numbers are random", () => {
  const ids = Array.from({ length: 1000 }, randomId);
  assert(new Set(ids).size > 990);
  assert(ids.every((id) => id >= 0) && ids.some((id) => id > 2 ** 30));
  assert(request("GET", []).id !== request("GET", []).id);
});

Deno.test("snmp: OIDs are compared as numbers", () => {
  const order = [
    "0.0",
    "1.3",
    "1.3.0",
    "1.3.9",
    "1.3.9.1",
    "1.3.10",
    "1.3.4294967295",
    "1.4",
    "2.0",
  ];
  assertEquals(order.toReversed().sort(compareOids), order);
  fc.assert(fc.property(oid, oid, (a, b) => {
    assertEquals(Math.sign(compareOids(a, b)), -Math.sign(compareOids(b, a)));
    assertEquals(compareOids(a, b) === 0, a === b);
    assert(compareOids(a, `${a}.0`) < 0);
  }));
  assert(isWithin("1.3.6", "1.3.6") && isWithin("1.3.6.1", "1.3.6"));
  assert(!isWithin("1.3.61", "1.3.6") && !isWithin("1.3", "1.3.6"));
});

const MIB = ["1.3.6.1.2.1.1.1.0", "1.3.6.1.2.1.1.2.0", "1.3.9.1", "1.3.9.10", "1.3.9.20"]
  .map((oid, i) => ({ oid, read: (): Value => ({ type: "INTEGER", value: i }) }));

Deno.test("mib: GET finds a value, or says what is missing: this one of the object, or the object", () => {
  const type = (oid: string) => valueAt(MIB, oid).value.type;
  assertEquals(valueAt(MIB, "1.3.9.10"), { oid: "1.3.9.10", value: { type: "INTEGER", value: 3 } });
  for (const oid of ["1.3.9.2", "1.3.9", "1.3.9.1.1", "1.3.6.1.2.1.1.1"]) {
    assertEquals(type(oid), "noSuchInstance", oid);
  }
  for (const oid of ["1.3.8.1", "1.3", "1.3.90.1", "1.3.6.1.2.1.1.3.0", "0.0"]) {
    assertEquals(type(oid), "noSuchObject", oid);
  }
});

Deno.test("mib: GETNEXT finds what comes after a name, whether that is there or not", () => {
  const next = (oid: string) => {
    const { oid: name, value } = valueAfter(MIB, oid);
    return isException(value) ? `${name} ${value.type}` : name;
  };
  assertEquals(next("0.0"), MIB[0]!.oid);
  assertEquals(next(MIB[0]!.oid), MIB[1]!.oid);
  assertEquals(next("1.3.9.1"), "1.3.9.10");
  assertEquals(next("1.3.9.9"), "1.3.9.10");
  assertEquals(next("1.3.9.20"), "1.3.9.20 endOfMibView");
  assertEquals(next("2.0"), "2.0 endOfMibView");
});

Deno.test("mib: in v1, what is not there is an error, which says where; nothing can be set", () => {
  const asked = request("GET", ["1.3.9.1", "1.3.8"]);
  const answer = reply(MIB, asked);
  assertEquals(answer.error, 0);
  assertEquals(answer.bindings.map(({ value }) => value.type), ["INTEGER", "noSuchObject"]);
  const old = { ...asked, version: 0 } as const;
  assertEquals(reply(MIB, old), responseTo(old, old.bindings, 2, 2));
  const end = request("GETNEXT", ["1.3.9.20"], { version: 0 });
  assertEquals(reply(MIB, end), responseTo(end, end.bindings, 2, 1));
  const set = request("SET", ["1.3.9.1"]);
  assertEquals(reply(MIB, set), responseTo(set, set.bindings, 17, 1));
  assertEquals(reply(MIB, { ...set, version: 0 }).error, 2);
  assertEquals(tooBig(asked), responseTo(asked, [], 1));
  assertEquals(tooBig(old), responseTo(old, old.bindings, 1));
});

/** What an agent of MIB says to a GETBULK: `1.3.9.1`, or `1.3.9.20 end`. */
function bulk(names: string[], once: number, steps: number, most?: number): string[] {
  const asked = request("GETBULK", names, { error: once, index: steps });
  const { error, bindings } = reply(MIB, asked, most);
  assertEquals(error, 0);
  return bindings.map(({ oid, value }) => value.type === "endOfMibView" ? `${oid} end` : oid);
}

Deno.test("mib: a GETBULK takes N + M × R steps, name by name, step by step (RFC 3416, 4.2.3)", () => {
  const [first, second] = [MIB[0]!.oid, MIB[1]!.oid];
  assertEquals(bulk(["1.3"], 0, 3), [first, second, "1.3.9.1"]);
  assertEquals(bulk(["1.3", "1.3.9"], 0, 2), [first, "1.3.9.1", second, "1.3.9.10"]);
  assertEquals(bulk(["1.3", "1.3.9", first], 1, 2), [
    first,
    "1.3.9.1",
    second,
    "1.3.9.10",
    "1.3.9.1",
  ]);
  // With no step, only the names that are asked for once.
  assertEquals(bulk(["1.3", "1.3.9"], 1, 0), [first]);
  assertEquals(bulk(["1.3", "1.3.9"], 0, 0), []);
  // More names than there are; and below 0 counts as 0.
  assertEquals(bulk(["1.3", "1.3.9"], 9, 5), [first, "1.3.9.1"]);
  assertEquals(bulk(["1.3"], -1, 1), [first]);
  assertEquals(bulk(["1.3"], 0, -1), []);
  assertEquals(bulk([], 0, 9), []);
});

Deno.test("mib: a GETBULK ends where all have come to the end", () => {
  assertEquals(bulk(["1.3.9.10"], 0, 2 ** 31 - 1), ["1.3.9.20", "1.3.9.20 end"]);
  assertEquals(bulk(["1.3.9.1", "1.3.9.20"], 0, 9), [
    ...["1.3.9.10", "1.3.9.20 end", "1.3.9.20", "1.3.9.20 end", "1.3.9.20 end", "1.3.9.20 end"],
  ]);
  assertEquals(bulk(["2.0"], 1, 9), ["2.0 end"]);
});

Deno.test("mib: a GETBULK gets as much as fits, and reads little more than that", () => {
  let read = 0;
  const value = octets("x".repeat(20));
  const mib = Array.from({ length: 300 }, (_, i) => ({
    oid: `1.3.${i + 1}`,
    read: () => (read++, value),
  }));
  const asked = request("GETBULK", ["1.2", "1.3.5"], { error: 1, index: 2 ** 31 - 1 });
  const whole = reply(mib, asked).bindings;
  for (let most = 30; most < 5000; most = Math.ceil(most < 400 ? most + 1 : most * 1.3)) {
    read = 0;
    const answer = reply(mib, asked, most);
    const { length } = encode(answer);
    const count = answer.bindings.length;
    assertEquals(answer.bindings, whole.slice(0, count)); // the end of it is left out
    assert(length <= Math.max(most, encode(responseTo(asked, [])).length), `${length} of ${most}`);
    const more = encode(responseTo(asked, whole.slice(0, count + 1))).length;
    assert(more > most - 6, `${most}: one more would have fitted.`);
    assert(read <= count + 1, `${read} were read, for ${count}`);
  }
});
