/**
 * Text for a terminal.
 *
 * Text from the network has to be made safe before it is printed. A datagram can hold any bytes,
 * and a terminal obeys some of them. An escape sequence can move the cursor, clear the screen or
 * hide a line. A direction override can make text read backwards.
 *
 * @module
 */

// Control (Cc) and format (Cf) characters, line and paragraph separators. The two joiners stay,
// because they only hold emoji and Persian words together.
const UNSAFE = /[\p{Cc}\p{Zl}\p{Zp}]|(?![\u200c\u200d])\p{Cf}/gu;
const SHORT: Record<string, string> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/**
 * Returns a text that is safe to print. Each character that a terminal might obey is shown as an
 * escape. Bytes are decoded as UTF-8, and those that are not UTF-8 become `�`.
 *
 * A text of more than `limit` characters is cut there, and its whole size is added.
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

/** Returns a number with its noun: `1 byte`, `2 bytes`, `1,000 bytes`. */
export function count(number: number, noun: string): string {
  return `${number.toLocaleString("en")} ${noun}${number === 1 ? "" : "s"}`;
}
