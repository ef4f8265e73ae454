/**
 * Text in the encodings of older programs: the web reads them all, but writes UTF-8 only.
 *
 * @module
 */
import iconv from "iconv-lite";

/**
 * Encodings that the web's own `TextDecoder` reads and iconv-lite writes. To both of them gb2312 is GBK,
 * which has all of its characters and more (https://encoding.spec.whatwg.org/#names-and-labels).
 */
export const ENCODINGS: readonly string[] =
  "utf-8 gb2312 gbk gb18030 big5 shift_jis euc-jp euc-kr windows-1251 windows-1252".split(" ");

/**
 * Text as bytes. Throws a `RangeError` for a character that the encoding does not have, where others
 * put a `?` in its place.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 * assertEquals(encode("你好", "utf-8").length, 6);
 * assertEquals(encode("你好", "gb2312").length, 4);
 * ```
 */
export function encode(text: string, encoding: string): Uint8Array {
  const bytes = iconv.encode(text, encoding);
  if (decode(bytes, encoding) === text) return bytes;
  throw new RangeError(`${encoding} has no bytes for all of "${text}".`);
}

/** Bytes as text. Nothing in a datagram says how it was encoded: with the wrong name, this reads nonsense. */
export function decode(data: Uint8Array, encoding: string): string {
  return new TextDecoder(encoding, { ignoreBOM: true }).decode(data);
}
