/**
 * Text in the encodings of older programs. `TextDecoder` reads them all, but `TextEncoder` writes
 * UTF-8 only: here the package iconv-lite writes the others.
 *
 * @module
 */
import iconv from "iconv-lite";

/**
 * The names of the encodings that `TextDecoder` reads and iconv-lite writes. For both, gb2312 means
 * GBK, which has all characters of GB2312 and more
 * (https://encoding.spec.whatwg.org/#names-and-labels).
 */
export const ENCODINGS: readonly string[] =
  "utf-8 gb2312 gbk gb18030 big5 shift_jis euc-jp euc-kr windows-1251 windows-1252".split(" ");

/**
 * Returns the bytes of a text.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 * assertEquals(encode("你好", "utf-8").length, 6);
 * assertEquals(encode("你好", "gb2312").length, 4);
 * ```
 *
 * @throws {RangeError} The encoding does not have one of the characters. (Other programs often
 * write a `?` in its place.)
 */
export function encode(text: string, encoding: string): Uint8Array {
  const bytes = iconv.encode(text, encoding);
  if (decode(bytes, encoding) === text) return bytes;
  throw new RangeError(`${encoding} has no bytes for all of "${text}".`);
}

/** Returns the text of some bytes. With the wrong encoding the text is nonsense, but no error. */
export function decode(data: Uint8Array, encoding: string): string {
  return new TextDecoder(encoding, { ignoreBOM: true }).decode(data);
}

/** The two functions above for one encoding. */
export interface Encoding {
  /** Returns the bytes of a text. */
  encode(text: string): Uint8Array;
  /** Returns the text of some bytes. */
  decode(data: Uint8Array): string;
}

/** Returns the two functions above for one of the {@linkcode ENCODINGS}. */
export function encodingNamed(name: string): Encoding {
  return {
    encode: (text) => encode(text, name),
    decode: (data) => decode(data, name),
  };
}
