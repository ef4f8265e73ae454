/**
 * Text as TFTP's mode `netascii` sends it (RFC 1350; RFC 764 has the rules): the end of a line is CR LF, and
 * a CR that ends no line is CR NUL. The file itself has LF and CR.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 * const decoder = new NetasciiDecoder();
 * const sent = new TextEncoder().encode("one\r\ntwo\r\n");
 * assertEquals(new TextDecoder().decode(decoder.decode(sent)), "one\ntwo\n");
 * ```
 *
 * @module
 */
const LF = 10;
const CR = 13;
const NUL = 0;

/** Encodes parts of a file. Together the new parts have at most twice as many bytes. */
export async function* toNetascii(
  parts: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  for await (const part of parts) yield encoded(part);
}

function encoded(part: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(2 * part.length);
  let length = 0;
  for (const byte of part) {
    if (byte === LF) bytes[length++] = CR;
    bytes[length++] = byte;
    if (byte === CR) bytes[length++] = NUL;
  }
  return bytes.subarray(0, length);
}

/**
 * Decodes what was received, part by part: a CR at the end of one part belongs to the first byte of the next.
 *
 * Some programs say `netascii` and send the file as it is. So an LF without a CR before it stays, and so does
 * a CR with something else behind it.
 */
export class NetasciiDecoder {
  /** Whether the last byte was a CR, of which it is not known yet what it means. */
  #held = false;

  /** Decodes the next part. What it returns has at most one byte more than the part. */
  decode(part: Uint8Array): Uint8Array<ArrayBuffer> {
    const bytes = new Uint8Array(part.length + 1);
    let length = 0;
    for (const byte of part) {
      // CR LF is LF, and CR NUL is CR. Anything else comes after its CR.
      if (this.#held && byte !== LF) bytes[length++] = CR;
      const wasNul = this.#held && byte === NUL;
      this.#held = byte === CR;
      if (!this.#held && !wasNul) bytes[length++] = byte;
    }
    return bytes.subarray(0, length);
  }

  /** Returns what was held back at the end of the file: a CR, or nothing. */
  end(): Uint8Array<ArrayBuffer> {
    const bytes = new Uint8Array(this.#held ? [CR] : []);
    this.#held = false;
    return bytes;
  }
}
