/**
 * Mu-law (G.711): a sample of sound in a byte. Small numbers keep more of their digits than large
 * ones, since that is how people hear. Telephones have used it since 1972.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 * assertEquals(fromMulaw(toMulaw(1000)), 988);
 * assertEquals(fromMulaw(toMulaw(-32_000)), -32_124);
 * assertEquals(toMulaw(0), SILENCE);
 * ```
 *
 * @module
 */

/** Samples a second, wherever mu-law is used on a network. */
export const RATE = 8000;
/** The byte of silence. */
export const SILENCE = 0xff;

/** Added to each sample, so that the first digit of its 16 bits says how large it is. */
const BIAS = 132;
const LOUDEST = 32_635;

/**
 * Returns a sample from -32,768 to 32,767 as a byte. The byte has a sign, 3 bits that say how large
 * the sample is, and 4 bits for its next digits. All bits are inverted.
 */
export function toMulaw(sample: number): number {
  const whole = Math.round(sample);
  const size = Math.min(Math.abs(whole), LOUDEST) + BIAS;
  const exponent = 24 - Math.clz32(size); // 0 to 7: where the first digit stands
  const digits = (size >> (exponent + 3)) & 15;
  return ~((whole < 0 ? 0x80 : 0) | (exponent << 4) | digits) & 0xff;
}

const SAMPLES = Int16Array.from({ length: 256 }, (_, byte) => {
  const bits = ~byte & 0xff;
  const size = (((bits & 15) * 2 + 33) << ((bits >> 4) & 7)) * 4 - BIAS;
  return bits & 0x80 ? -size : size;
});

/** Returns the sample of a byte, from -32,124 to 32,124. */
export function fromMulaw(byte: number): number {
  return SAMPLES[byte & 0xff]!;
}

/** Returns samples as bytes. */
export function encode(samples: ArrayLike<number>): Uint8Array {
  return Uint8Array.from(samples, toMulaw);
}

/** Returns bytes as samples. */
export function decode(bytes: Uint8Array): Int16Array {
  return Int16Array.from(bytes, fromMulaw);
}
