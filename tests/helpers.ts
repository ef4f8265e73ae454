/**
 * What many tests need.
 *
 * @module
 */

/** Bytes as text. */
export function text(data: Uint8Array | undefined): string {
  return new TextDecoder().decode(data);
}

/** Text as bytes. */
export function bytes(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

/** Gives up when a test has waited long enough for what comes at once on loopback. */
export function soon(): AbortSignal {
  return AbortSignal.timeout(10_000);
}
