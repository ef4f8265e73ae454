import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  agreed,
  blocks,
  blockSize,
  BrokenRequest,
  decode,
  describe,
  encode,
  is,
  like,
  MAX_REQUEST,
  type Message,
  MOST_BLOCK,
  NoTftp,
  TftpError,
  type TftpOptions,
  tryDecode,
  whole,
} from "../../lib/tftp.ts";
import { bytes } from "../helpers.ts";
import { NONSENSE, survives } from "../nonsense.ts";

const number = fc.integer({ min: 0, max: 65_535 });
const text = (maxLength: number, minLength = 0) =>
  fc.string({ unit: "grapheme", minLength, maxLength }).map((text) =>
    text.replaceAll("\0", "0").toWellFormed()
  );
const options: fc.Arbitrary<TftpOptions> = fc.uniqueArray(
  fc.tuple(text(8, 1).map((name) => name.toLowerCase()), text(8)),
  { selector: ([name]) => name, maxLength: 4 },
).map((pairs) => Object.fromEntries(pairs));
const message: fc.Arbitrary<Message> = fc.oneof(
  fc.record({
    type: fc.constantFrom("RRQ" as const, "WRQ" as const),
    file: text(20, 1),
    mode: fc.constantFrom("octet", "netascii"),
    options,
  }),
  fc.record({
    type: fc.constant("DATA" as const),
    block: number,
    data: fc.uint8Array({ maxLength: 600 }),
  }),
  fc.record({ type: fc.constant("ACK" as const), block: number }),
  fc.record({ type: fc.constant("ERROR" as const), code: number, text: text(40) }),
  fc.record({ type: fc.constant("OACK" as const), options }).filter(({ options }) =>
    Object.keys(options).length > 0
  ),
);

Deno.test("tftp: messages are the bytes that RFC 1350 and RFC 2347 draw", () => {
  const octet = { file: "a", mode: "octet" };
  const drawn: [Message, string][] = [
    [{ type: "RRQ", ...octet, options: {} }, "\0\x01a\0octet\0"],
    [{ type: "WRQ", ...octet, options: { blksize: "8" } }, "\0\x02a\0octet\0blksize\x008\0"],
    [{ type: "DATA", block: 0x102, data: bytes("Hi") }, "\0\x03\x01\x02Hi"],
    [{ type: "ACK", block: 0x7f00 }, "\0\x04\x7f\0"],
    [{ type: "ERROR", code: 1, text: "No" }, "\0\x05\0\x01No\0"],
    [{ type: "OACK", options: { tsize: "0" } }, "\0\x06tsize\x000\0"],
  ];
  for (const [message, text] of drawn) {
    assertEquals(encode(message), bytes(text));
    assertEquals(decode(bytes(text)), message);
  }
});

Deno.test("tftp: what was encoded decodes to the same", () => {
  fc.assert(fc.property(message, (message) => assertEquals(decode(encode(message)), message)));
});

Deno.test("tftp: modes and options have no capitals, and an error may have no end", () => {
  assertEquals(decode(bytes("\0\x01A\0OCTET\0BlkSize\x001A\0")), {
    type: "RRQ",
    file: "A",
    mode: "octet",
    options: { blksize: "1A" },
  });
  assertEquals(decode(bytes("\0\x05\0\x02No")), { type: "ERROR", code: 2, text: "No" });
  assertEquals(decode(bytes("\0\x05\0\x02No\0way\0")), { type: "ERROR", code: 2, text: "No" });
});

Deno.test("tftp: an option may have any name, also one that objects know", () => {
  const { options } = decode(bytes("\0\x06__proto__\x001\0constructor\x002\0")) as {
    options: TftpOptions;
  };
  assertEquals(Object.entries(options), [["__proto__", "1"], ["constructor", "2"]]);
  assertEquals(Object.getPrototypeOf(options), Object.prototype);
  assertEquals(agreed(options), {});
});

Deno.test("tftp: what is no message is told as that", () => {
  const none = [
    "",
    "\0",
    "\0\x04\0", // cut
    "\x01\x04\0\x01",
    "\0\0\0\0",
    "\0\x07\0\0",
    "\0\x01a\0octet", // no end
    "\0\x01a\0",
    "\0\x01\0octet\0", // no name
    "\0\x01a\0\0", // no mode
    `\0\x01${"a".repeat(MAX_REQUEST - 9 + 1)}\0octet\0`,
  ];
  for (const text of none) {
    assertThrows(() => decode(bytes(text)), NoTftp);
    assertEquals(tryDecode(bytes(text)), undefined, JSON.stringify(text));
  }
  const longest = "a".repeat(MAX_REQUEST - 9);
  assertEquals(tryDecode(bytes(`\0\x01${longest}\0octet\0`))?.type, "RRQ");
});

Deno.test("tftp: zeros and other bytes after the end of a message change nothing", () => {
  const [plain, size] = [{}, { blksize: "8" }];
  const request = { type: "RRQ", file: "a", mode: "octet" } as const;
  const whole: [string, Message][] = [
    ["\0\x01a\0octet\0", { ...request, options: plain }],
    ["\0\x01a\0octet\0blksize\x008\0", { ...request, options: size }],
    ["\0\x06blksize\x008\0", { type: "OACK", options: size }],
    ["\0\x06", { type: "OACK", options: plain }],
    ["\0\x04\0\x01", { type: "ACK", block: 1 }],
    ["\0\x05\0\x01No\0", { type: "ERROR", code: 1, text: "No" }],
  ];
  const zeros = [1, 2, 3, 100, 511, 512, 513, 65_000].map((count) => "\0".repeat(count));
  for (const [text, message] of whole) {
    for (const more of ["", ...zeros, "\0old bytes of a buffer"]) {
      assertEquals(tryDecode(bytes(text + more)), message, JSON.stringify(text + more));
    }
  }
  assertEquals(tryDecode(bytes("\0\x04\0\x01old bytes")), { type: "ACK", block: 1 });
});

Deno.test("tftp: an option without a value, or without its end, is left out, and the others are not", () => {
  for (const odd of ["blksize\0", "blksize", "blksize\0" + "14"]) {
    assertEquals(decode(bytes(`\0\x01a\0octet\0tsize\x000\0${odd}`)), {
      type: "RRQ",
      file: "a",
      mode: "octet",
      options: { tsize: "0" },
    });
    assertEquals(decode(bytes(`\0\x06tsize\x000\0${odd}`)), {
      type: "OACK",
      options: { tsize: "0" },
    });
  }
});

Deno.test("tftp: a broken request is told from what is no request", () => {
  for (const type of ["\0\x01", "\0\x02"]) {
    const broken = ["", "a", "a\0", "a\0octet", "\0octet\0", "a\0\0", "a".repeat(600)];
    for (const rest of broken) assertThrows(() => decode(bytes(type + rest)), BrokenRequest);
  }
  for (const none of ["", "\0", "\0\x03\0", "\0\x05\0", "\0\x07\0\0", `\0\x06${"a".repeat(600)}`]) {
    const error = assertThrows(() => decode(bytes(none)), NoTftp);
    assert(!(error instanceof BrokenRequest), JSON.stringify(none));
  }
});

Deno.test("tftp: what cannot be said is not encoded", () => {
  const impossible: Message[] = [
    { type: "ACK", block: 65_536 },
    { type: "ACK", block: -1 },
    { type: "ACK", block: 0.5 },
    { type: "ERROR", code: 0, text: "a\0b" },
    { type: "RRQ", file: "a\0b", mode: "octet", options: {} },
    { type: "RRQ", file: "a".repeat(MAX_REQUEST), mode: "octet", options: {} },
    { type: "DATA", block: 1, data: new Uint8Array(MOST_BLOCK + 1) },
  ];
  for (const message of impossible) assertThrows(() => encode(message), RangeError);
  assertEquals(encode({ type: "DATA", block: 1, data: new Uint8Array(MOST_BLOCK) }).length, 65_468);
});

Deno.test("tftp: the longest request has 512 bytes, and one more is too many", () => {
  const named = (length: number) =>
    encode({ type: "RRQ", file: "a".repeat(length), mode: "octet", options: {} });
  const most = MAX_REQUEST - 9; // beside the code, two zeros and the mode
  assertEquals(named(most).length, MAX_REQUEST);
  assertThrows(() => named(most + 1), RangeError);
});

Deno.test("tftp: a byte order mark belongs to the name or the text that it begins", () => {
  const messages: Message[] = [
    { type: "RRQ", file: "\ufeffa", mode: "octet", options: {} },
    { type: "ERROR", code: 0, text: "\ufeffNo" },
  ];
  for (const message of messages) assertEquals(decode(encode(message)), message);
});

Deno.test("tftp: messages of nonsense bring no error but its own, and soon", () => {
  const seeds = fc.sample(message, { numRuns: 1000, seed: 12 }).map(encode);
  survives(seeds, NONSENSE, (data) => {
    const message = tryDecode(data); // throws what is none of its own
    if (message) describe(message);
    return message !== undefined;
  });
});

Deno.test("tftp: a request whose name fills the datagram is no request", () => {
  const zeros = new Uint8Array(65_507).fill(0);
  zeros[1] = 1;
  assertEquals(tryDecode(zeros), undefined);
});

Deno.test("tftp: messages in a few words", () => {
  const request = { file: "hello.txt", mode: "octet", options: {} };
  assertEquals(describe({ type: "RRQ", ...request }), "RRQ hello.txt");
  assertEquals(
    describe({ type: "WRQ", ...request, options: { blksize: "1428" } }),
    "WRQ hello.txt blksize 1428",
  );
  assertEquals(describe({ type: "RRQ", ...request, mode: "netascii" }), "RRQ hello.txt netascii");
  assertEquals(describe({ type: "DATA", block: 3, data: new Uint8Array(512) }), "DATA 3 (512)");
  assertEquals(describe({ type: "ACK", block: 3 }), "ACK 3");
  assertEquals(
    describe({ type: "ERROR", code: 1, text: "File not found" }),
    "ERROR 1 File not found",
  );
  assertEquals(describe({ type: "OACK", options: { tsize: "9" } }), "OACK tsize 9");
});

Deno.test("tftp: a block has the size that was asked for, within the limits of RFC 2348", () => {
  const sizes = { "8": 8, "512": 512, "1428": 1428, "65464": 65_464, "65465": 65_464 };
  for (const [blksize, size] of Object.entries(sizes)) {
    assertEquals(blockSize({ blksize }), size);
    assertEquals(agreed({ blksize }), { blksize: `${size}` });
  }
  for (const blksize of ["7", "0", "", "-8", "1e3", " 512", "0x200", "9".repeat(16)]) {
    assertEquals(blockSize({ blksize }), 512, blksize);
    assertEquals(agreed({ blksize }), {}, blksize);
  }
  assertEquals(blockSize({}), 512);
});

Deno.test("tftp: the size of a file is told to who asks, and no timeout is agreed to", () => {
  assertEquals(agreed({ tsize: "0", timeout: "6", windowsize: "8" }, 1050), { tsize: "1050" });
  assertEquals(agreed({ tsize: "34000000" }), { tsize: "34000000" }); // of a file that is to come
  assertEquals(agreed({ tsize: "x" }, 1050), {});
  assertEquals(agreed({}, 1050), {});
  assertEquals([whole("007"), whole("1.5"), whole(undefined)], [7, undefined, undefined]);
});

Deno.test("tftp: blocks put together are the file, and only the last one is shorter", async () => {
  const parts = fc.array(fc.uint8Array({ maxLength: 50 }), { maxLength: 12 });
  const size = fc.integer({ min: 1, max: 20 });
  await fc.assert(fc.asyncProperty(parts, size, async (parts, size) => {
    const file = parts.flatMap((part) => [...part]);
    const cut = await Array.fromAsync(
      blocks(
        (async function* () {
          for (const part of parts) {
            yield part;
            part.fill(0); // whoever reads a file may use its buffer again
          }
        })(),
        size,
      ),
      (block) => [...block],
    );
    assertEquals(cut.flat(), file);
    assertEquals(cut.map(({ length }) => length).slice(0, -1), Array(cut.length - 1).fill(size));
    assert(cut.at(-1)!.length < size);
  }));
});

Deno.test("tftp: blocks of no byte are refused: there would be no end of them", async () => {
  const parts = (async function* () {
    yield new Uint8Array(5);
  })();
  for (const size of [0, -1, 1.5, NaN]) {
    await assertRejects(() => blocks(parts, size).next(), RangeError, `cannot have ${size} bytes`);
  }
});

Deno.test("tftp: is and like compare types and the numbers of blocks", () => {
  const one: Message = { type: "ACK", block: 1 };
  const two: Message = { type: "ACK", block: 2 };
  const data: Message = { type: "DATA", block: 1, data: new Uint8Array() };
  const oack: Message = { type: "OACK", options: {} };
  const all = [one, two, data, oack];
  assertEquals(all.map(is("ACK", 1)), [true, false, false, false]);
  assertEquals(all.map(is("ACK")), [true, true, false, false]);
  assertEquals(all.map(is("OACK", 0)), [false, false, false, false]);
  assertEquals(all.map(like(one)), [true, false, false, false]);
  assertEquals(all.map(like(oack)), [false, false, false, true]);
});

Deno.test("tftp: an error has its words from RFC 1350, if it has none of its own", () => {
  assertEquals(new TftpError(1).message, "File not found");
  assertEquals(new TftpError(99).message, "");
  assertEquals(new TftpError(1, "Gone", true).told, true);
});
