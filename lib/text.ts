/**
 * Text for a terminal.
 *
 * What comes from the network has to be made safe first. A datagram may hold anything, and a terminal
 * obeys what it is sent: an escape sequence can move the cursor, clear the screen or hide a line; a
 * direction override can make text read backwards.
 *
 * @module
 */

// Control (Cc) and format (Cf) characters, line and paragraph separators. The two joiners stay:
// they do nothing but hold emoji and Persian words together.
const UNSAFE = /[\p{Cc}\p{Zl}\p{Zp}]|(?![\u200c\u200d])\p{Cf}/gu;
const SHORT: Record<string, string> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/**
 * The text with every character that a terminal might obey shown as an escape. A long one
 * is cut after `limit` characters, and its size told. Bytes are read as UTF-8; what is none becomes `�`.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 * assertEquals(printable("a\u001b[2Jb\n"), "a\\x1b[2Jb\\n");
 * assertEquals(printable("x".repeat(65_507), 3), "xxx… (65,507 characters)");
 * assertEquals(printable(new Uint8Array(65_507), 1), "\\x00… (65,507 bytes)");
 * ```
 */
export function printable(data: string | Uint8Array, limit = 300): string {
  // A character takes at most four bytes in UTF-8, and two code units in a string.
  const start = typeof data === "string"
    ? data.slice(0, 2 * limit + 2)
    : new TextDecoder("utf-8", { ignoreBOM: true }).decode(data.subarray(0, 4 * limit + 4));
  const characters = [...start];
  const text = characters.slice(0, limit).join("").replace(UNSAFE, (character) => {
    const code = character.codePointAt(0)!.toString(16);
    return SHORT[character] ??
      (code.length <= 2 ? `\\x${code.padStart(2, "0")}` : `\\u{${code}}`);
  });
  if (characters.length <= limit) return text;
  return `${text}… (${count(data.length, typeof data === "string" ? "character" : "byte")})`;
}

/** `1 byte`, `2 bytes`, `1,000 bytes`. */
export function count(number: number, noun: string): string {
  return `${number.toLocaleString("en")} ${noun}${number === 1 ? "" : "s"}`;
}
