import { assertEquals } from "@std/assert";
import { count, printable } from "../../lib/text.ts";
import { wrapped } from "../../cli/wrapped.ts";
import { Program } from "../program.ts";

Deno.test("printable: leaves text in any language alone", () => {
  for (const text of ["Hello, world!", "你好", "Ünïcödé", "مرحبا", "👩‍🚀 می‌خواهم", "C:\\new", ""]) {
    assertEquals(printable(text), text);
    assertEquals(printable(new TextEncoder().encode(text)), text);
  }
});

Deno.test("printable: shows what a terminal would obey", () => {
  assertEquals(printable("a\x1b[2J\x07b"), "a\\x1b[2J\\x07b");
  assertEquals(printable("one\ntwo\r\n\tthree"), "one\\ntwo\\r\\n\\tthree");
  assertEquals(printable("\x00\x7f\x9b31m"), "\\x00\\x7f\\x9b31m");
  assertEquals(printable("user\u202egnp.exe"), "user\\u{202e}gnp.exe");
  assertEquals(
    printable("\u2028\u2029\u2066\u200f\ufeff!"),
    "\\u{2028}\\u{2029}\\u{2066}\\u{200f}\\u{feff}!",
  );
  assertEquals(printable("\u{e0041}"), "\\u{e0041}");
});

Deno.test("printable: of control and format characters, only the two joiners get through", () => {
  let shown = 0;
  for (let code = 0; code <= 0x10ffff; code++) {
    const character = String.fromCodePoint(code);
    if (!/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(character)) continue;
    const joiner = code === 0x200c || code === 0x200d;
    const escape = /^\\([nrt]|x[0-9a-f]{2}|u\{[0-9a-f]{2,6}\})$/.test(printable(character));
    assertEquals(escape, !joiner, code.toString(16));
    shown++;
  }
  assertEquals(shown > 200, true);
  assertEquals(printable("a\u200bb\u00adc"), "a\\u{200b}b\\xadc"); // zero width, and soft hyphen
});

Deno.test("printable: a byte order mark is shown like any other character", () => {
  assertEquals(printable(new Uint8Array([0xef, 0xbb, 0xbf, 0x61])), "\\u{feff}a");
});

Deno.test("printable: of a long text the beginning, and the size of all", () => {
  assertEquals(printable("x".repeat(300)), "x".repeat(300));
  assertEquals(printable("x".repeat(301)), `${"x".repeat(300)}… (301 characters)`);
  assertEquals(printable("👋👋👋", 3), "👋👋👋");
  assertEquals(printable("👋👋👋👋", 3), "👋👋👋… (8 characters)");
  assertEquals(printable(new Uint8Array(65_507).fill(65), 2), "AA… (65,507 bytes)");
  assertEquals(printable(new TextEncoder().encode("👋".repeat(1000)), 2), "👋👋… (4,000 bytes)");
  assertEquals(printable("\x1b".repeat(4), 3), "\\x1b\\x1b\\x1b… (4 characters)");
});

Deno.test("printable: bytes that are no UTF-8 become replacement characters", () => {
  assertEquals(printable(new Uint8Array([0x41, 0xff, 0xc4, 0xe3, 0x42])), "A\ufffd\ufffd\ufffdB");
});

Deno.test("wrapped: breaks at spaces, and counts a wide character as two columns", () => {
  assertEquals(wrapped("one two three", 8), ["one two", "three"]);
  assertEquals(wrapped("你好 你好", 8), ["你好", "你好"]);
  assertEquals(wrapped("你好 你好", 9), ["你好 你好"]);
  assertEquals(wrapped("unbreakable", 4), ["unbreakable"]);
});

Deno.test("count: one of a thing, or several", () => {
  assertEquals([0, 1, 2, 65507].map((n) => count(n, "byte")), [
    "0 bytes",
    "1 byte",
    "2 bytes",
    "65,507 bytes",
  ]);
});

Deno.test("count: a number is written in English, whatever language the machine speaks", async () => {
  const code = 'import { count } from "./lib/text.ts"; console.log(count(1000, "byte"));';
  const german = { env: { LANG: "de_DE.UTF-8", LC_ALL: "de_DE.UTF-8" } };
  await using program = new Program(Deno.execPath(), ["eval", code], german);
  assertEquals((await program.end()).stdout, "1,000 bytes\n");
});
