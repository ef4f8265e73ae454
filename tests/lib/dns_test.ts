import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  answerIn,
  decode,
  DnsError,
  EDNS_BYTES,
  encodeAnswer,
  encodeQuestion,
  errorAnswer,
  formatMessage,
  formatRecord,
  isName,
  isReferral,
  MAX_MESSAGE,
  type NameRecord,
  PLAIN_BYTES,
  randomId,
  tryDecode,
  TYPES,
} from "../../lib/dns.ts";
import { find, lookUp, WORKBOOK, type Zone } from "../../lib/zone.ts";
import { NONSENSE, pointers } from "../nonsense.ts";

/** A label as text: most are of plain characters, and any byte may be in one (RFC 2181, 11). */
const label = fc.oneof(
  fc.stringMatching(/^[!-\-/-[\]-~]{1,20}$/),
  fc.uint8Array({ minLength: 1, maxLength: 20 }).map((bytes) => [...bytes].map(escaped).join("")),
);
const name = fc.array(label, { minLength: 1, maxLength: 8 }).map((labels) => labels.join("."));
const address = fc.tuple(...Array(4).fill(fc.nat(255))).map((bytes) => bytes.join("."));
const record: fc.Arbitrary<NameRecord> = fc.oneof(
  fc.record({ name, type: fc.constant("A"), ttl: fc.nat(), data: address }),
  fc.record({
    name,
    type: fc.constantFrom("CNAME", "NS"),
    ttl: fc.nat(0xffff_ffff),
    data: name.filter(isName),
  }),
  fc.record({
    name,
    type: fc.constant("SOA"),
    ttl: fc.nat(),
    data: fc.tuple(
      name.filter(isName),
      name.filter(isName),
      ...Array(5).fill(fc.nat(0xffff_ffff)),
    ).map((values) => values.join(" ")),
  }),
  fc.record({
    name,
    type: fc.constant("TXT"),
    ttl: fc.nat(),
    data: fc.string({ unit: "grapheme", maxLength: 400 }),
  }),
);

/** A byte of a label as text. */
function escaped(byte: number): string {
  const character = String.fromCharCode(byte);
  return /[!-\-/-[\]-~]/.test(character) ? character : `\\${`${byte}`.padStart(3, "0")}`;
}

/** Bytes, written as hexadecimal digits and "text". */
function raw(...parts: string[]): Uint8Array {
  return new Uint8Array(
    parts.flatMap((part) =>
      part.startsWith('"')
        ? [...part.slice(1, -1)].map((character) => character.charCodeAt(0))
        : (part.match(/[0-9a-f]{2}/g) ?? []).map((digits) => parseInt(digits, 16))
    ),
  );
}

/** A record of 192.0.2.7, with this name. */
const A_AT = (name: string) => `${name} 0001 0001 0000003c 0004 c0000207`;
const OPT = "00 0029 04d0 00000000 0000";
const WWW = ["08", '"workbook"', "04", '"test"', "00"];
const ASKED = raw("1267 0100 0001 0000 0000 0000", ...WWW, "0001 0001");
/** The same with EDNS, as dig sends it: 1,232 bytes, and a cookie. */
const BY_DIG = raw(
  ...["abcd 0120 0001 0000 0000 0001", ...WWW, "0001 0001", "00 0029 04d0 00000000 000c"],
  ...["000a 0008 0102030405060708"],
);

Deno.test("dns: a question, byte for byte as RFC 1035 has it", () => {
  assertEquals(encodeQuestion(0x1267, { name: "workbook.test", type: "A" }), ASKED);
  const { bytes, ...rest } = decode(ASKED);
  assertEquals(bytes, ASKED);
  assertEquals(rest, {
    id: 0x1267,
    isAnswer: false,
    authoritative: false,
    truncated: false,
    opcode: 0,
    code: "NOERROR",
    question: { name: "workbook.test", type: "A" },
    class: "IN",
    records: [],
    authority: [],
    acceptedBytes: PLAIN_BYTES,
    dnssec: false,
  });
});

Deno.test("dns: an answer with names cut short, as other servers send it", () => {
  const answer = decode(raw(
    ...["1267 8580 0001 0002 0000 0000", "03", '"www"', ...WWW, "0001 0001"],
    ...["c00c 0005 0001 0000012c 0002 c010", "c010 0001 0001 0000003c 0004 c0000207"],
  ));
  assertEquals(answer.isAnswer, true);
  assertEquals(answer.records, [
    { name: "www.workbook.test", type: "CNAME", ttl: 300, data: "workbook.test" },
    { name: "workbook.test", type: "A", ttl: 60, data: "192.0.2.7" },
  ]);
});

Deno.test("dns: an answer, byte for byte", () => {
  const records = [{ name: "workbook.test", type: "A", ttl: 300, data: "192.0.2.7" }];
  const expected = [
    ...["1267 8500 0001 0001 0000 0000", ...WWW, "0001 0001"],
    "c00c 0001 0001 0000012c 0004 c0000207",
  ];
  assertEquals(encodeAnswer(decode(ASKED), { code: "NOERROR", records }), raw(...expected));
});

Deno.test("dns: what was encoded decodes to the same", () => {
  const ids = fc.nat(65_535);
  fc.assert(fc.property(ids, name, fc.constantFrom(...TYPES), (id, name, type) => {
    fc.pre(isName(name));
    const { question, ...rest } = decode(encodeQuestion(id, { name, type }));
    assertEquals(question, { name, type });
    assertEquals([rest.id, rest.isAnswer, rest.opcode, rest.class], [id, false, 0, "IN"]);
  }));
  const some = fc.array(record, { maxLength: 10 });
  fc.assert(fc.property(ids, name, some, some, (id, name, records, authority) => {
    fc.pre(isName(name));
    fc.pre([...records, ...authority].every(({ name }) => isName(name)));
    const asked = decode(encodeQuestion(id, { name, type: "A" }));
    const answer = decode(encodeAnswer(asked, { code: "NOERROR", records, authority }));
    assertEquals(answer.records, records);
    assertEquals(answer.authority, authority);
    assertEquals([answer.id, answer.isAnswer, answer.truncated], [id, true, false]);
  }));
  const ipv6 = ["2001:db8::7", "::1", "::", "2001:db8:0:1::7"];
  const records = ipv6.map((data) => ({ name: "a.test", type: "AAAA", ttl: 1, data }));
  const answer = decode(encodeAnswer(decode(ASKED), { code: "NOERROR", records }));
  assertEquals(answer.records, records);
});

Deno.test("dns: messages of nonsense bring no error but its own", () => {
  const up = (limit: number) => Math.floor(Math.random() * limit);
  // Each type is among them.
  const records = WORKBOOK.records.slice(0, 7);
  assertEquals(new Set(records.map(({ type }) => type)), new Set(TYPES));
  const answer = encodeAnswer(decode(BY_DIG), { code: "NOERROR", records });
  const originals = [ASKED, BY_DIG, answer];
  let understandable = 0;
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0; // most of the time would go into these
  for (let i = 0; i < NONSENSE; i++) {
    const bytes = i % 3 === 0
      ? crypto.getRandomValues(new Uint8Array(up(i % 1000 === 0 ? 2000 : 80)))
      : originals[up(3)]!.slice();
    if (i % 3 === 0 && bytes.length > 12 && up(2)) bytes.set([0, 0, 0, 1, 0, 0, 0, 0, 0, 0], 2);
    if (i % 3 > 0) {
      for (let flips = 1 + up(4); flips > 0; flips--) bytes[up(bytes.length)]! ^= 1 << up(8);
    }
    const data = i % 3 === 2 ? bytes.subarray(0, up(bytes.length + 1)) : bytes;
    const wrong = errorAnswer(data);
    if (wrong) assert(wrong.length <= data.length && (data[2]! & 0x80) === 0);
    answerIn(data, data[0]! << 8 | data[1]!, { name: "workbook.test", type: "A" });
    try {
      const message = decode(data);
      understandable++;
      formatMessage(message);
      if (!message.isAnswer) encodeAnswer(message, lookUp(WORKBOOK, message));
    } catch (error) {
      if (!(error instanceof DnsError)) throw error;
    }
  }
  Error.stackTraceLimit = stackTraceLimit;
  assert(
    understandable > NONSENSE / 30 && understandable < NONSENSE * 0.97,
    `${understandable} were understood`,
  );
});

Deno.test("dns: a message of pointers to pointers is understood", () => {
  const bytes = pointers(MAX_MESSAGE);
  assertEquals(decode(bytes).records, []);

  const larger = new Uint8Array(MAX_MESSAGE + 1);
  larger.set(bytes);
  assertThrows(() => decode(larger), DnsError, "too long");
  // Sent as a question, it is refused before anybody follows a pointer.
  bytes.set([0, 0], 2);
  assertThrows(() => decode(bytes), DnsError, "holds answers");
});

/** Long enough to see that what is read grows with the length, and with nothing else. */
const SLOW = 8000;

/**
 * A message that is made to be read slowly: a record that holds a name and so many pointers, each
 * to the one before. Then as many CNAME records as there is room for, with names that lead through
 * all of the pointers.
 */
function slowMessage(pointers: number): Uint8Array {
  const bytes = new Uint8Array(SLOW);
  const view = new DataView(bytes.buffer);
  const [question, unknown, cname, internet] = [12, 65_280, 5, 1];
  view.setUint16(2, 0x8000);
  view.setUint16(4, 1);
  const record = question + 5; // both are for the root, whose name is a byte
  const data = record + 11;
  view.setUint16(record + 1, unknown);
  view.setUint16(record + 9, 3 + 2 * pointers);
  bytes.set([1, 0x61, 0], data);
  let last = data;
  let next = data + 3;
  for (let i = 0; i < pointers; i++, next += 2) {
    view.setUint16(next, 0xc000 | last);
    last = next;
  }
  let records = 1;
  for (; next + 14 <= bytes.length; next += 14, records++) {
    view.setUint16(next, 0xc000 | last);
    view.setUint16(next + 2, cname);
    view.setUint16(next + 4, internet);
    view.setUint16(next + 10, 2);
    view.setUint16(next + 12, 0xc000 | last);
  }
  view.setUint16(6, records);
  return bytes.subarray(0, next);
}

/** The same bytes, and how often one of them was read. */
function counting(bytes: Uint8Array): { bytes: Uint8Array; reads: () => number } {
  let reads = 0;
  const counted = new Proxy(bytes, {
    get(target, key) {
      if (typeof key === "string" && /^\d/.test(key)) reads++;
      const value = Reflect.get(target, key, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
  return { bytes: counted, reads: () => reads };
}

Deno.test("dns: however a message is made, each of its bytes is read some hundred times at most", () => {
  // As many pointers as are followed: it is a message, and is understood.
  const slow = counting(slowMessage(125));
  const { records } = decode(slow.bytes);
  assert(records.length > 500 && records.every(({ name, data }) => name === "a" && data === "a"));
  assert(slow.reads() < 100 * SLOW, `${slow.reads()} bytes were read.`);

  // With more of them it is refused: no name has so many labels.
  for (const pointers of [200, 2000]) {
    const endless = counting(slowMessage(pointers));
    assertThrows(() => decode(endless.bytes), DnsError, "leads nowhere");
    assert(endless.reads() < 100 * SLOW, `${endless.reads()} bytes were read.`);
  }

  // Sent as a question, it is refused before anybody follows a pointer.
  const question = slowMessage(125);
  question[2] = 0;
  const asked = counting(question);
  assertThrows(() => decode(asked.bytes), DnsError, "holds answers");
  assert(asked.reads() < 12 * SLOW, `${asked.reads()} bytes were read.`);
});

Deno.test("dns: what is no message is refused", () => {
  const none = {
    empty: raw(),
    "a header that is cut": ASKED.subarray(0, 11),
    "no question": raw("1267 0100 0000 0000 0000 0000"),
    "two questions": raw("1267 0100 0002 0000 0000 0000", ...WWW, "0001 0001", ...WWW, "0001 0001"),
    "a question that is cut": ASKED.subarray(0, -1),
    "a name that is cut": ASKED.subarray(0, 20),
    "something left over": raw("1267 0100 0001 0000 0000 0000", ...WWW, "0001 0001 00"),
    "a pointer in the question": raw("1267 0100 0001 0000 0000 0000 c00c 0001 0001"),
    "a pointer to itself": raw("1267 8000 0001 0001 0000 0000", ...WWW, "0001 0001 c01f 0001 0001"),
    "a label of 64 bytes": raw("1267 0100 0001 0000 0000 0000 40", "61".repeat(64), "00 0001 0001"),
    "a name of 256 bytes": raw(
      ...["1267 0100 0001 0000 0000 0000", `3f${"61".repeat(63)}`.repeat(3), "3e", "61".repeat(62)],
      "00 0001 0001",
    ),
    "a pointer forwards": raw(
      ...["1267 8000 0001 0001 0000 0000", ...WWW, "0001 0001"],
      ...["c02b 0005 0001 0000003c 0003", "01 61 00"], // to the record's own data
    ),
    "a pointer into the header": raw(
      "0000 8000 0001 0001 0000 0000",
      ...WWW,
      "0001 0001",
      A_AT("c000"),
    ),
    "two OPT records": raw("1267 0100 0001 0000 0000 0002", ...WWW, "0001 0001", OPT, OPT),
    "an OPT record that is not the root's": raw(
      ...["1267 0100 0001 0000 0000 0001", ...WWW, "0001 0001", "c00c 0029 04d0 00000000 0000"],
    ),
    "an option that is cut": raw(
      ...[
        "1267 0100 0001 0000 0000 0001",
        ...WWW,
        "0001 0001",
        "00 0029 04d0 00000000 0004 000a 0001",
      ],
    ),
    "an address of 5 bytes": raw(
      ...[
        "1267 8000 0001 0001 0000 0000",
        ...WWW,
        "0001 0001",
        "c00c 0001 0001 0000003c 0005 c000020707",
      ],
    ),
    "a name that is longer than its record": raw(
      ...[
        "1267 8000 0001 0001 0000 0000",
        ...WWW,
        "0005 0001",
        "c00c 0005 0001 0000003c 0001 01 61 00",
      ],
    ),
    "records in a question": raw(
      ...["1267 0000 0001 0001 0000 0000", ...WWW, "0001 0001"],
      ...["c00c 0001 0001 0000003c 0004 c0000207"],
    ),
    "a record that is cut": raw(
      ...["1267 8000 0001 0001 0000 0000", ...WWW, "0001 0001"],
      ...["c00c ff00 0001 0000003c 0009 c0000207"],
    ),
    "a text longer than its record": raw(
      ...["1267 8000 0001 0001 0000 0000", ...WWW, "0010 0001"],
      ...["c00c 0010 0001 0000003c 0004 09", '"abc"'],
    ),
    "HTTP": new TextEncoder().encode("GET / HTTP/1.1\r\nHost: workbook.test\r\n\r\n"),
  };
  for (const [why, bytes] of Object.entries(none)) {
    assertEquals(tryDecode(bytes), undefined, why);
    assertThrows(() => decode(bytes), DnsError);
  }
});

Deno.test("dns: a name of 255 bytes is the longest", () => {
  const labels = (last: number) => [63, 63, 63, last].map((size) => "a".repeat(size)).join(".");
  assert(isName(labels(61)));
  assertEquals(
    decode(encodeQuestion(1, { name: labels(61), type: "A" })).question.name,
    labels(61),
  );
  assert(!isName(labels(62)));
  for (
    const name of ["a", "A-1", "_sip._udp.test", "workbook.test", "workbook.test.", "xn--4ca.test"]
  ) {
    assert(isName(name), name);
  }
  const escaped = [
    "my\\032printer.test",
    "a\\046b.test",
    "\\000\\127\\255",
    "\\092",
    "\\032".repeat(63),
  ];
  for (const name of escaped) {
    assert(isName(name), name);
    assertEquals(decode(encodeQuestion(1, { name, type: "A" })).question.name, name);
  }
  const wrong = [
    "",
    ".",
    "a\x7f", // DEL, the last character of ASCII, is a control character
    "a\\",
    "a\\b",
    "a\\32",
    "a\\256",
    "\\032".repeat(64),
    "..",
    "a..b",
    ".a",
    "a b",
    "ü.test",
    `${"a".repeat(64)}.test`,
    "a\n",
    "\x1b[J",
  ];
  for (const name of wrong) {
    assert(!isName(name), JSON.stringify(name));
    assertThrows(() => encodeQuestion(1, { name, type: "A" }), DnsError, "not a domain name");
  }
});

Deno.test("dns: what cannot be encoded is refused", () => {
  const question = { name: "workbook.test", type: "A" };
  for (const id of [-1, 65_536, 0.5, NaN]) {
    assertThrows(() => encodeQuestion(id, question), DnsError);
  }
  assertThrows(() => encodeQuestion(1, { ...question, type: "MX" }), DnsError, "not known");
});

Deno.test("dns: the question goes back byte for byte: capitals, and a class and type unknown here", () => {
  for (const rest of ["0001 0001", "0041 0001", "0001 0005", "ff00 fffe"]) {
    const asked = raw("1267 0100 0001 0000 0000 0000 08", '"wORKbOOK"', "04", '"TeSt"', "00", rest);
    const answer = encodeAnswer(decode(asked), { code: "NOERROR", records: [] });
    assertEquals(answer.subarray(12), asked.subarray(12));
    assertEquals(decode(answer).question.name, "wORKbOOK.TeSt");
  }
});

Deno.test("dns: the header of an answer: what is copied, and what is said", () => {
  const flags = (
    asked: string,
    code: Parameters<typeof encodeAnswer>[1]["code"],
    limit?: number,
  ) => {
    const question = decode(raw(`1267 ${asked} 0001 0000 0000 0000`, ...WWW, "0001 0001"));
    const records = [{ name: "workbook.test", type: "A", ttl: 1, data: "192.0.2.7" }];
    const answer = encodeAnswer(question, { code, records }, limit);
    return (answer[2]! << 8 | answer[3]!).toString(16);
  };
  assertEquals(flags("0000", "NOERROR"), "8400"); // an answer, from who knows it
  assertEquals(flags("0100", "NOERROR"), "8500"); // recursion is desired, and not available
  assertEquals(flags("07ff", "NOERROR"), "8500"); // nothing else is copied
  assertEquals(flags("0000", "NXDOMAIN"), "8403");
  assertEquals(flags("2000", "NOTIMP"), "a004");
  assertEquals(flags("0000", "REFUSED"), "8005"); // who refuses knows nothing about it
  assertEquals(flags("0000", "NOERROR", 46), "8600"); // one byte too few
  assertEquals(flags("0000", "NOERROR", 47), "8400");
  assertEquals(decode(raw("1267 8002 0001 0000 0000 0000", ...WWW, "0001 0001")).code, "SERVFAIL");
});

Deno.test("dns: an answer that is too long is cut to nothing, and says so", () => {
  const asked = decode(BY_DIG);
  const whole = encodeAnswer(asked, { code: "NOERROR", records: WORKBOOK.records });
  const cut = decode(
    encodeAnswer(asked, { code: "NOERROR", records: WORKBOOK.records }, whole.length - 1),
  );
  assertEquals([cut.truncated, cut.records], [true, []]);
  assertEquals(cut.bytes.length, ASKED.length + 11); // the question, and that EDNS is understood
  const all = decode(
    encodeAnswer(asked, { code: "NOERROR", records: WORKBOOK.records }, whole.length),
  );
  assertEquals([all.truncated, all.records], [false, [...WORKBOOK.records]]);
});

Deno.test("dns: EDNS is answered with EDNS, a cookie with none, and another version with BADVERS", () => {
  assertEquals(decode(BY_DIG).acceptedBytes, 1232);
  const found = { code: "NOERROR", records: [] } as const;
  const opt = (answer: Uint8Array) => [...answer.slice(-11)];
  assertEquals(opt(encodeAnswer(decode(BY_DIG), found)), [0, 0, 41, 4, 208, 0, 0, 0, 0, 0, 0]);
  assertEquals(encodeAnswer(decode(ASKED), found).length, ASKED.length);
  const newer = BY_DIG.slice();
  newer[12 + 15 + 4 + 6] = 1;
  const answer = encodeAnswer(decode(newer), { code: "NXDOMAIN", records: WORKBOOK.records });
  assertEquals(opt(answer), [0, 0, 41, 4, 208, 1, 0, 0, 0, 0, 0]);
  assertEquals([answer[2], answer[3]! & 15, decode(answer).records.length], [0x81, 0, 0]);
});

Deno.test("dns: how many bytes a client takes: 512 at least, 1,232 at most", () => {
  const takes = (size: number) => {
    const bytes = BY_DIG.slice();
    bytes.set([size >> 8, size & 255], 12 + 15 + 4 + 3);
    return decode(bytes).acceptedBytes;
  };
  assertEquals([0, 511, 512, 900, 1232, 1233, 65_535].map(takes), [
    ...[PLAIN_BYTES, PLAIN_BYTES, 512, 900, EDNS_BYTES, EDNS_BYTES, EDNS_BYTES],
  ]);
});

Deno.test("dns: only the answer to that question with that number is one", () => {
  const question = { name: "workbook.test", type: "A" };
  const asked = encodeQuestion(7, question);
  const found = { code: "NOERROR", records: [] } as const;
  const answer = encodeAnswer(decode(asked), found);
  const other = (name: string, type: string) =>
    encodeAnswer(decode(encodeQuestion(7, { name, type })), found);
  assertEquals(answerIn(answer, 7, question)?.id, 7);
  assertEquals(answerIn(other("WorkBook.TEST", "A"), 7, question)?.id, 7);
  assertEquals(answerIn(answer, 7, { name: "WORKBOOK.test", type: "A" })?.id, 7);
  assertEquals(answerIn(answer, 8, question), undefined);
  assertEquals(answerIn(asked, 7, question), undefined);
  assertEquals(answerIn(other("workbook.test", "AAAA"), 7, question), undefined);
  assertEquals(answerIn(other("www.workbook.test", "A"), 7, question), undefined);
  assertEquals(answerIn(raw("00"), 7, question), undefined);
  const chaos = answer.slice();
  chaos[chaos.length - 1] = 3; // the class CH
  assertEquals(answerIn(chaos, 7, question), undefined);
});

Deno.test("dns: the numbers of questions are random, and not Math.random's", () => {
  const { random } = Math;
  Math.random = () => {
    throw new Error("This can be predicted.");
  };
  try {
    const ids = Array.from({ length: 10_000 }, randomId);
    assert(ids.every((id) => Number.isInteger(id) && id >= 0 && id <= 65_535));
    assert(new Set(ids).size > 9000);
    for (let bit = 0; bit < 16; bit++) {
      const ones = ids.filter((id) => id & 1 << bit).length;
      assert(ones > 4500 && ones < 5500, `bit ${bit} is 1 in ${ones} of 10,000`);
    }
  } finally {
    Math.random = random;
  }
});

Deno.test("dns: records of other types and classes are left out, and do not disturb", () => {
  const answer = decode(raw(
    ...["1267 8580 0001 0003 0000 0000", ...WWW, "0001 0001"],
    ...["c00c 000f 0001 0000012c 0004 000a c00c", "c00c 0001 0003 0000003c 0004 c0000208"],
    "c00c 0001 0001 0000003c 0004 c0000207",
  ));
  assertEquals(answer.records.map(formatRecord), ["workbook.test A 192.0.2.7"]);
});

Deno.test("dns: messages in a line", () => {
  const say = (name: string, type: string, limit?: number) => {
    const asked = decode(encodeQuestion(1, { name, type }));
    return [
      formatMessage(asked),
      formatMessage(decode(encodeAnswer(asked, lookUp(WORKBOOK, asked), limit))),
    ];
  };
  assertEquals(say("workbook.test", "A"), ["A workbook.test?", "workbook.test A 192.0.2.7"]);
  assertEquals(say("www.workbook.test", "A"), [
    "A www.workbook.test?",
    "www.workbook.test CNAME workbook.test and 1 more",
  ]);
  assertEquals(say("three.workbook.test", "A")[1], "three.workbook.test A 198.51.100.1 and 2 more");
  assertEquals(say("three.workbook.test", "A", 70)[1], "three.workbook.test A TC");
  assertEquals(say("no.workbook.test", "A")[1], "no.workbook.test NXDOMAIN");
  assertEquals(say("three.workbook.test", "TXT")[1], "three.workbook.test has no TXT");
});

Deno.test("zone: records by name and type, an alias with what it leads to, and who is not asked for", () => {
  const found = (name: string, type: string) => {
    const { code, records } = find(WORKBOOK, { name, type });
    return [code, ...records.map(formatRecord)];
  };
  const www = "www.workbook.test CNAME workbook.test";
  assertEquals(found("workbook.test", "A"), ["NOERROR", "workbook.test A 192.0.2.7"]);
  assertEquals(found("WORKBOOK.Test", "AAAA"), ["NOERROR", "workbook.test AAAA 2001:db8::7"]);
  assertEquals(found("www.workbook.test", "A"), ["NOERROR", www, "workbook.test A 192.0.2.7"]);
  assertEquals(found("www.workbook.test", "MX"), ["NOERROR", www]);
  assertEquals(found("www.workbook.test", "CNAME"), ["NOERROR", www]);
  assertEquals(found("three.workbook.test", "A").length, 4);
  assertEquals(found("many.workbook.test", "A").length, 41);
  assertEquals(found("workbook.test", "CNAME"), ["NOERROR"]);
  assertEquals(found("ftp.workbook.test", "A"), ["NXDOMAIN"]);
  for (const name of ["test", "example.com", "myworkbook.test", "workbook.test.com", "."]) {
    assertEquals(found(name, "A"), ["REFUSED"], name);
  }
});

Deno.test("zone: names that lead in a circle, or out of the zone, end", () => {
  const alias = (name: string, data: string) => ({ name, type: "CNAME", ttl: 1, data });
  const zone: Zone = {
    name: "a.test",
    records: [
      alias("a.test", "b.a.test"),
      alias("b.a.test", "a.test"),
      alias("c.a.test", "d.test"),
    ],
  };
  assert(find(zone, { name: "a.test", type: "A" }).records.length < 20);
  assertEquals(find(zone, { name: "c.a.test", type: "A" }), {
    code: "NOERROR",
    records: [alias("c.a.test", "d.test")],
  });
});

Deno.test("zone: only queries about the internet", () => {
  const asked = decode(ASKED);
  assertEquals(lookUp(WORKBOOK, asked).code, "NOERROR");
  assertEquals(lookUp(WORKBOOK, { ...asked, opcode: 4 }).code, "NOTIMP");
  assertEquals(lookUp(WORKBOOK, { ...asked, class: "CH" }).code, "NOTIMP");
});

Deno.test("dns: a label may hold any byte, and no two labels look the same", () => {
  const named = (...label: string[]) =>
    decode(raw("1267 0100 0001 0000 0000 0000", ...label, "04", '"test"', "00 0001 0001")).question;
  assertEquals(named("0a", '"my printer"').name, "my\\032printer.test");
  assertEquals(named("03", '"a.b"').name, "a\\046b.test");
  assertEquals(named("01", '"a"', "01", '"b"').name, "a.b.test");
  assertEquals(named("03", '"a\\b"').name, "a\\092b.test");
  assertEquals(named("03 1b5b4a").name, "\\027[J.test");
  assertEquals(named("02 c3bc").name, "\\195\\188.test");
  assertEquals(named("01 7f").name, "\\127.test"); // DEL
  assertEquals(named("01 00").name, "\\000.test");
});

Deno.test("dns: an error may be a header alone, with address and number right", () => {
  const question = { name: "workbook.test", type: "A" };
  const heard = (...parts: string[]) => answerIn(raw(...parts), 0x1267, question);
  for (
    const [flags, code] of [["8105", "REFUSED"], ["8001", "FORMERR"], ["8084", "NOTIMP"]] as const
  ) {
    const answer = heard(`1267 ${flags} 0000 0000 0000 0000`);
    assertEquals(answer && [answer.code, answer.question, answer.records], [code, question, []]);
  }
  // The question is announced, but it does not come, or something else is damaged.
  assertEquals(heard("1267 8105 0001 0000 0000 0000")?.code, "REFUSED");
  assertEquals(heard("1267 8102 0001 0000 0000 0001", ...WWW, "0001 0001 00")?.code, "SERVFAIL");
  // Without an error, a header says nothing. And the number, QR and the question have to be right.
  assertEquals(heard("1267 8100 0000 0000 0000 0000"), undefined);
  assertEquals(heard("1268 8105 0000 0000 0000 0000"), undefined);
  assertEquals(heard("1267 0105 0000 0000 0000 0000"), undefined);
  assertEquals(heard("1267 8105 0001 0000 0000 0000", ...WWW, "001c 0001"), undefined);
  assertEquals(heard("1267 8105 0001 0000 0000 0001", ...WWW, "001c 0001"), undefined);
});

Deno.test("dns: an answer that was cut may end anywhere, and asks for TCP all the same", () => {
  const question = { name: "workbook.test", type: "A" };
  const whole = raw("1267 8300 0001 0001 0000 0000", ...WWW, "0001 0001", A_AT("c00c"));
  for (let size = 12; size <= whole.length; size++) {
    assertEquals(answerIn(whole.subarray(0, size), 0x1267, question)?.truncated, true, `${size}`);
  }
  assertEquals(answerIn(whole.subarray(0, 11), 0x1267, question), undefined);
  // Without TC it is damaged: how much is missing, nobody knows.
  const uncut = whole.with(2, 0x81);
  for (let size = 12; size < whole.length; size++) {
    assertEquals(answerIn(uncut.subarray(0, size), 0x1267, question), undefined, `${size}`);
  }
});

Deno.test("dns: bytes behind an answer mean nothing, and behind a question they are a mistake", () => {
  const question = { name: "workbook.test", type: "A" };
  const answer = raw("1267 8100 0001 0001 0000 0000", ...WWW, "0001 0001", A_AT("c00c"));
  for (const more of ["00", "00".repeat(500), "ff 00 07"]) {
    const message = answerIn(raw(...hex(answer), more), 0x1267, question);
    assertEquals(message?.records.map(formatRecord), ["workbook.test A 192.0.2.7"]);
    const asked = raw(...hex(ASKED), more);
    assertEquals(tryDecode(asked), undefined);
    assertEquals(errorAnswer(asked), raw("1267 8101 0000 0000 0000 0000"));
  }
});

/** Bytes as {@linkcode raw} takes them. */
function hex(bytes: Uint8Array): string[] {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0"));
}

Deno.test("dns: a question that breaks the rules gets an error, which is not longer than it", () => {
  const WWW_A = [...WWW, "0001 0001"];
  const wrong: Record<string, [string, Uint8Array]> = {
    "two questions": ["8101", raw("1267 0100 0002 0000 0000 0000", ...WWW_A, ...WWW_A)],
    "no question": ["8101", raw("1267 0100 0000 0000 0000 0000")],
    "an answer in it": ["8001", raw("1267 0000 0001 0001 0000 0000", ...WWW_A, A_AT("c00c"))],
    "IXFR with something else than SOA": [
      "8001",
      raw("1267 0000 0001 0000 0001 0000", ...WWW, "00fb 0001", A_AT("c00c")),
    ],
    "SOA without IXFR": [
      "8001",
      raw(
        "1267 0000 0001 0000 0001 0000",
        ...WWW_A,
        "c00c 0006 0001 00000001 0016",
        "00".repeat(22),
      ),
    ],
    "an authority": ["8001", raw("1267 0000 0001 0000 0001 0000", ...WWW_A, A_AT("c00c"))],
    "something behind it": ["8101", raw("1267 0100 0001 0000 0000 0000", ...WWW_A, "00")],
    "an operation without a question": ["b004", raw("1267 3000 0000 0000 0000 0000")],
    "an UPDATE of two zones": ["a804", raw("1267 2800 0002 0000 0000 0000", ...WWW_A, ...WWW_A)],
  };
  for (const [why, [flags, bytes]] of Object.entries(wrong)) {
    assertEquals(tryDecode(bytes), undefined, why);
    assertEquals(errorAnswer(bytes), raw(`1267 ${flags} 0000 0000 0000 0000`), why);
  }
  // With EDNS in the question it is in the error, too, and so is the bit DO.
  const opts = raw("1267 0100 0001 0000 0000 0002", ...WWW_A, OPT, OPT);
  assertEquals(errorAnswer(opts), raw("1267 8101 0000 0000 0000 0001", OPT));
  const signed = "00 0029 0200 00008000 0000";
  const withDo = raw("1267 0100 0001 0000 0000 0002", ...WWW_A, signed, signed);
  assertEquals(
    errorAnswer(withDo),
    raw("1267 8101 0000 0000 0000 0001 00 0029 04d0 00008000 0000"),
  );

  // These are not DNS questions. Other protocols have zeros at the same places.
  const others: Record<string, Uint8Array> = {
    "an answer": raw("1267 8100 0002 0000 0000 0000", ...WWW_A, ...WWW_A),
    "an answer without a question": raw("1267 8105 0000 0000 0000 0000"),
    "a header that is cut": ASKED.subarray(0, 11),
    "a question that is cut": ASKED.subarray(0, -1),
    "a RIP request": raw("0102 0000", "00".repeat(19), "10"),
    "nothing but zeros": new Uint8Array(100),
    "text": new TextEncoder().encode("Hello! Is anybody there?"),
  };
  for (const [why, bytes] of Object.entries(others)) {
    assertEquals(errorAnswer(bytes), undefined, why);
  }
});

Deno.test("dns: UPDATE, NOTIFY and IXFR bring records, and are understood", () => {
  const soa = "0006 0001 00000001 0016 00 00 00000001 00000002 00000003 00000004 00000005";
  const asked = {
    UPDATE: raw(
      ...["1267 2800 0001 0001 0002 0001", ...WWW, "0006 0001", "c00c 00ff 00fe 00000000 0000"],
      ...["c00c 0001 00ff 00000000 0000", A_AT("c00c"), OPT],
    ),
    NOTIFY: raw("1267 2400 0001 0001 0000 0000", ...WWW, "0006 0001", "c00c", soa),
    IXFR: raw("1267 0000 0001 0000 0001 0000", ...WWW, "00fb 0001", "c00c", soa),
  };
  const codes = { UPDATE: "NOTIMP", NOTIFY: "NOTIMP", IXFR: "REFUSED" };
  for (const operation of ["UPDATE", "NOTIFY", "IXFR"] as const) {
    const message = decode(asked[operation]);
    assertEquals(message.question.name, "workbook.test");
    // Thousands of records could come. To read them would keep a server busy.
    assertEquals([message.records, message.authority], [[], []]);
    const answer = encodeAnswer(message, lookUp(WORKBOOK, message));
    assertEquals(decode(answer).code, codes[operation]);
    assert(answer.length <= asked[operation].length);
  }
});

Deno.test("dns: a referral says who knows more, and nothing about the name", () => {
  const referred = (flags: string, authority: string, count = "0002") =>
    decode(raw(
      ...[`1267 ${flags} 0001 0000 ${count} 0000`, "03", '"www"', ...WWW, "0001 0001", authority],
    ));
  const ns = (name: string) => `c019 0002 0001 0002a300 0004 01${name}c019`;
  const message = referred("8000", ns("61") + ns("62"));
  assertEquals(isReferral(message), true);
  assertEquals(message.authority.map(formatRecord), ["test NS a.test", "test NS b.test"]);
  assertEquals(formatMessage(message), "test NS a.test and 1 more");
  // A server that has the zone itself says with the same records that there is no such record.
  assertEquals(isReferral(referred("8400", ns("61") + ns("62"))), false);
  assertEquals(isReferral(referred("8003", ns("61") + ns("62"))), false);
  assertEquals(isReferral(referred("8000", "", "0000")), false);
  const soa = "c019 0006 0001 00000001 0016 00 00 00000001 00000002 00000003 00000004 00000005";
  assertEquals(isReferral(referred("8000", ns("61") + soa)), false);
  assertEquals(referred("8000", soa, "0001").authority.map(formatRecord), [
    "test SOA . . 1 2 3 4 5",
  ]);
});

Deno.test("dns: the bit DO goes back as it came, and no other bit of EDNS", () => {
  const flagsOf = (flags: string, version = "00") => {
    const opt = `00 0029 04d0 00${version}${flags} 0000`;
    const asked = decode(raw("1267 0100 0001 0000 0000 0001", ...WWW, "0001 0001", opt));
    const answer = encodeAnswer(asked, lookUp(WORKBOOK, asked));
    assertEquals(decode(answer).dnssec, asked.dnssec);
    return hex(answer.slice(-4)).join("");
  };
  assertEquals(flagsOf("8000"), "80000000");
  assertEquals(flagsOf("0000"), "00000000");
  assertEquals(flagsOf("7fff"), "00000000");
  assertEquals(flagsOf("ffff", "01"), "80000000");
});

Deno.test("dns: the code of an answer has its upper bits in the OPT record", () => {
  const answer = decode(raw(
    ...["1267 8100 0001 0000 0000 0001", ...WWW, "0001 0001", "00 0029 04d0 01000000 0000"],
  ));
  assertEquals(answer.code, "BADVERS");
  assertEquals(decode(raw("1267 810b 0001 0000 0000 0000", ...WWW, "0001 0001")).code, "RCODE11");
});

Deno.test("dns: without records, the answer has the SOA, and names in it are cut short", () => {
  const soa = WORKBOOK.records.find(({ type }) => type === "SOA")!;
  const asked = decode(encodeQuestion(1, { name: "No.WorkBook.test", type: "A" }));
  const answer = encodeAnswer(asked, lookUp(WORKBOOK, asked));
  const { code, authoritative, records, authority } = decode(answer);
  assertEquals([code, authoritative, records], ["NXDOMAIN", true, []]);
  assertEquals(authority, [{ ...soa, name: "WorkBook.test" }]);
  // 12 for the header and 22 for the question; the owner's name takes 2 bytes.
  assertEquals(answer.length, 12 + 22 + 2 + 10 + 18 + 26 + 20);
  // A label may hold the bytes of the zone's name, lengths and all: no name begins within it.
  const inside = decode(encodeQuestion(1, { name: "\\008workbook\\004test", type: "A" }));
  const whole = encodeAnswer(inside, { code: "NXDOMAIN", records: [], authority: [soa] });
  assertEquals(whole.length, 12 + 20 + 15 + 10 + 18 + 26 + 20);
  // A label with a dot in it is not two labels.
  const other = decode(encodeQuestion(1, { name: "no\\046workbook.test", type: "A" }));
  const found = { code: "NXDOMAIN", records: [], authority: [soa] } as const;
  assertEquals(decode(encodeAnswer(other, found)).authority, [soa]);
});

Deno.test("zone: what is missing comes with the SOA, and what another server has to know does not", () => {
  const soa = WORKBOOK.records.find(({ type }) => type === "SOA")!;
  const found = (name: string, type: string) => {
    const { code, records, authority = [] } = find(WORKBOOK, { name, type });
    return [code, records.length, authority];
  };
  assertEquals(found("no.workbook.test", "A"), ["NXDOMAIN", 0, [soa]]);
  assertEquals(found("workbook.test", "MX"), ["NOERROR", 0, [soa]]);
  assertEquals(found("www.workbook.test", "MX"), ["NOERROR", 1, [soa]]); // an alias for nothing
  assertEquals(found("workbook.test", "A"), ["NOERROR", 1, []]);
  assertEquals(found("workbook.test", "SOA"), ["NOERROR", 1, []]);
  assertEquals(found("workbook.test", "NS"), ["NOERROR", 1, []]);
  assertEquals(found("ns.workbook.test", "A"), ["NOERROR", 1, []]);
  assertEquals(found("example.com", "A"), ["REFUSED", 0, []]);
  assertEquals(found("no\\046workbook.test", "A"), ["REFUSED", 0, []]); // one label: not below it

  // It may be remembered as long as the record itself, and as long as its last number
  // says (RFC 2308, 3).
  for (const [ttl, minimum, expected] of [[60, 300, 60], [3600, 300, 300], [5, 5, 5]] as const) {
    const data = `ns.a.test root.a.test 1 2 3 4 ${minimum}`;
    const zone = { name: "a.test", records: [{ name: "a.test", type: "SOA", ttl, data }] };
    const { authority } = find(zone, { name: "b.a.test", type: "A" });
    assertEquals(authority, [{ name: "a.test", type: "SOA", ttl: expected, data }]);
  }
});

Deno.test("zone: a name with nothing but names below it is there, and has no records", () => {
  const zone: Zone = {
    name: "a.test",
    records: [{ name: "printer.third.floor.a.test", type: "A", ttl: 1, data: "192.0.2.7" }],
  };
  const code = (name: string) => find(zone, { name, type: "A" }).code;
  assertEquals(code("printer.third.floor.a.test"), "NOERROR");
  for (const name of ["third.floor.a.test", "floor.a.test", "Floor.A.test", "a.test"]) {
    assertEquals(find(zone, { name, type: "A" }), { code: "NOERROR", records: [], authority: [] });
  }
  for (const name of ["oor.a.test", "fourth.floor.a.test", "x.printer.third.floor.a.test"]) {
    assertEquals(code(name), "NXDOMAIN", name);
  }
});

Deno.test("zone: an alias for a name that is missing says so, with its SOA", () => {
  const soa = { name: "a.test", type: "SOA", ttl: 1, data: "ns.a.test root.a.test 1 2 3 4 5" };
  const alias = { name: "b.a.test", type: "CNAME", ttl: 1, data: "no.a.test" };
  assertEquals(find({ name: "a.test", records: [soa, alias] }, { name: "b.a.test", type: "A" }), {
    code: "NXDOMAIN",
    records: [alias],
    authority: [soa],
  });
});

Deno.test("zone: ANY gets the records of one type, a whole zone nobody gets", () => {
  const code = (name: string, type: string) => {
    const asked = { ...decode(ASKED), question: { name, type } };
    const { code, records } = lookUp(WORKBOOK, asked);
    return [code, ...records.map(formatRecord)];
  };
  assertEquals(code("workbook.test", "ANY"), ["NOERROR", "workbook.test A 192.0.2.7"]);
  assertEquals(code("three.workbook.test", "ANY").length, 4);
  assertEquals(code("www.workbook.test", "ANY"), [
    "NOERROR",
    "www.workbook.test CNAME workbook.test",
  ]);
  assertEquals(code("no.workbook.test", "ANY"), ["NXDOMAIN"]);
  for (const type of ["AXFR", "IXFR"]) {
    assertEquals(code("workbook.test", type), ["REFUSED"]);
    assertEquals(code("WorkBook.test", type), ["REFUSED"]);
    assertEquals(code("www.workbook.test", type), ["NOTAUTH"]);
    assertEquals(code("example.com", type), ["NOTAUTH"]);
  }
  for (const type of ["OPT", "TKEY", "TSIG", "MAILA", "MAILB"]) {
    assertEquals(code("workbook.test", type), ["NOTIMP"]);
  }
});
