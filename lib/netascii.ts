/**
 * Text as it travels in TFTP's mode `netascii` (RFC 1350, with the rules of RFC 764). An LF of the
 * file becomes CR LF, and a CR becomes CR NUL.
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

/** Encodes a file part by part. The result has at most twice as many bytes. */
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
 * Decodes a file part by part. A CR at the end of one part belongs to the first byte of the next.
 *
 * Some programs ask for `netascii` and send the file as it is: curl does. So an LF without a CR
 * before it stays, and so does a CR that is followed by another byte.
 */
export class NetasciiDecoder {
  /** Whether the last byte was a CR. Its meaning depends on the next byte. */
  #held = false;

  /** Decodes the next part. The result has at most one byte more than the part. */
  decode(part: Uint8Array): Uint8Array<ArrayBuffer> {
    const bytes = new Uint8Array(part.length + 1);
    let length = 0;
    for (const byte of part) {
      // CR LF becomes LF, and CR NUL becomes CR. Before any other byte, the CR stays.
      if (this.#held && byte !== LF) bytes[length++] = CR;
      const wasNul = this.#held && byte === NUL;
      this.#held = byte === CR;
      if (!this.#held && !wasNul) bytes[length++] = byte;
    }
    return bytes.subarray(0, length);
  }

  /** Returns the CR at the very end of the file, or nothing. */
  end(): Uint8Array<ArrayBuffer> {
    const bytes = new Uint8Array(this.#held ? [CR] : []);
    this.#held = false;
    return bytes;
  }
}
