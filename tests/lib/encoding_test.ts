import { assertEquals, assertThrows } from "@std/assert";
import { decode, encode, ENCODINGS } from "../../lib/encoding.ts";
import { bytes } from "../helpers.ts";

Deno.test("encoding: each is read back as it was written", () => {
  const samples: Record<string, string> = { "windows-1251": "Привет", "windows-1252": "Grüße" };
  for (const encoding of ENCODINGS) {
    const sample = samples[encoding] ?? (encoding === "euc-kr" ? "안녕" : "日本");
    assertEquals(decode(encode(sample, encoding), encoding), sample, encoding);
  }
  assertEquals(new Uint8Array(encode("你好", "gb2312")), new Uint8Array([0xc4, 0xe3, 0xba, 0xc3]));
  assertEquals(encode("你好", "utf-8").length, 6);
});

Deno.test("encoding: what it cannot write is refused, not turned into question marks", () => {
  assertThrows(() => encode("你好 👋", "gb2312"), RangeError, "gb2312 has no bytes for all of");
  assertThrows(() => encode("\ud800", "utf-8"), RangeError, "utf-8 has no bytes for all of");
});

Deno.test("encoding: a byte order mark is text like any other, both ways", () => {
  assertEquals(encode("\ufeffa", "utf-8").length, 4);
  assertEquals(decode(bytes("\ufeffa"), "utf-8"), "\ufeffa");
});

Deno.test("encoding: bytes that are none of it become replacement characters", () => {
  assertEquals(decode(new Uint8Array([0x41, 0xff]), "utf-8"), "A\ufffd");
});
