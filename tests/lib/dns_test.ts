import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  answerIn,
  decode,
  DnsError,
  EDNS_BYTES,
  encodeAnswer,
  encodeQuestion,
  isName,
  line,
  MAX_MESSAGE,
  type NameRecord,
  PLAIN_BYTES,
  randomId,
  shown,
  TYPES,
  understood,
} from "../../lib/dns.ts";
import { find, reply, WORKBOOK, type Zone } from "../../lib/zone.ts";
import { NONSENSE, pointers } from "../nonsense.ts";

const label = fc.stringMatching(/^[!-\-/-~]{1,20}$/);
const name = fc.array(label, { minLength: 1, maxLength: 8 }).map((labels) => labels.join("."));
const address = fc.tuple(...Array(4).fill(fc.nat(255))).map((bytes) => bytes.join("."));
const record: fc.Arbitrary<NameRecord> = fc.oneof(
  fc.record({ name, type: fc.constant("A"), ttl: fc.nat(), data: address }),
  fc.record({ name, type: fc.constant("CNAME"), ttl: fc.nat(), data: name }),
  fc.record({
    name,
    type: fc.constant("TXT"),
    ttl: fc.nat(),
    data: fc.string({ unit: "grapheme", maxLength: 400 }),
  }),
);

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
    truncated: false,
    opcode: 0,
    code: "NOERROR",
    question: { name: "workbook.test", type: "A" },
    class: "IN",
    records: [],
    takes: PLAIN_BYTES,
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
  fc.assert(fc.property(ids, fc.array(record, { maxLength: 10 }), (id, records) => {
    fc.pre(
      records.every(({ name, type, data }) => isName(name) && (type !== "CNAME" || isName(data))),
    );
    const asked = decode(encodeQuestion(id, { name: "workbook.test", type: "A" }));
    const answer = decode(encodeAnswer(asked, { code: "NOERROR", records }));
    assertEquals(answer.records, records);
    assertEquals([answer.id, answer.isAnswer, answer.truncated], [id, true, false]);
  }));
  const ipv6 = ["2001:db8::7", "::1", "::", "2001:db8:0:1::7"];
  const records = ipv6.map((data) => ({ name: "a.test", type: "AAAA", ttl: 1, data }));
  const answer = decode(encodeAnswer(decode(ASKED), { code: "NOERROR", records }));
  assertEquals(answer.records, records);
});

Deno.test("dns: messages of nonsense bring no error but its own", () => {
  const up = (limit: number) => Math.floor(Math.random() * limit);
  const records = WORKBOOK.records.slice(0, 5); // one of each type
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
    try {
      const message = decode(data);
      understandable++;
      shown(message);
      if (!message.isAnswer) encodeAnswer(message, reply(WORKBOOK, message));
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
    "a dot within a label": raw("1267 0100 0001 0000 0000 0000 03", '"a.b"', "00 0001 0001"),
    "a space": raw("1267 0100 0001 0000 0000 0000 03", '"a b"', "00 0001 0001"),
    "an escape sequence": raw("1267 0100 0001 0000 0000 0000 03 1b5b4a 00 0001 0001"),
    "what is no ASCII": raw("1267 0100 0001 0000 0000 0000 02 c3bc 00 0001 0001"),
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
    assertEquals(understood(bytes), undefined, why);
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
  const wrong = [
    "",
    ".",
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
  for (const id of [-1, 65_536]) assertThrows(() => encodeQuestion(id, question), DnsError);
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
  assertEquals(decode(BY_DIG).takes, 1232);
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
    return decode(bytes).takes;
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
  assertEquals(answer.records.map(line), ["workbook.test A 192.0.2.7"]);
});

Deno.test("dns: messages in a line", () => {
  const say = (name: string, type: string, limit?: number) => {
    const asked = decode(encodeQuestion(1, { name, type }));
    return [shown(asked), shown(decode(encodeAnswer(asked, reply(WORKBOOK, asked), limit)))];
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
    return [code, ...records.map(line)];
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
  assertEquals(reply(WORKBOOK, asked).code, "NOERROR");
  assertEquals(reply(WORKBOOK, { ...asked, opcode: 4 }).code, "NOTIMP");
  assertEquals(reply(WORKBOOK, { ...asked, class: "CH" }).code, "NOTIMP");
});
