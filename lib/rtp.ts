/**
 * Encodes and decodes datagrams of RTP, the Real-time Transport Protocol (RFC 3550). A datagram has
 * a header of 12 bytes, and then a part of the sound, the payload.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 * const payload = new Uint8Array(160);
 * const packet = { marker: false, type: 0, sequence: 7, timestamp: 960, source: 1, payload };
 * assertEquals(encode(packet).length, 172);
 * assertEquals(decode(encode(packet)), packet);
 * ```
 *
 * @module
 */

/** One datagram. `encode` takes 0 or `false` for a field that is not given. */
export interface Packet {
  /** Marks the first datagram after a pause (RFC 3551, 4.1). */
  marker: boolean;
  /** The kind of payload, 0 to 127. 0 is mu-law with 8,000 samples a second (RFC 3551, 6). */
  type: number;
  /** The number of the datagram. It has 16 bits, so after 65,535 comes 0. */
  sequence: number;
  /** The time of the first sample, counted in samples. It has 32 bits, so it wraps, too. */
  timestamp: number;
  /** The number of the speaker, called SSRC: 32 bits that each source picks by chance. */
  source: number;
  /** The sound: for mu-law, a byte for each sample. */
  payload: Uint8Array;
}

/** Reports bytes that are not RTP. */
export class NoRtp extends Error {
  /** The name of the class, as with every error. */
  override name = "NoRtp";
}

/** The size of the header, in bytes. */
export const HEADER = 12;
/** The payload type of mu-law. */
export const PCMU = 0;

/**
 * Returns the bytes of a datagram. A number that is too large loses its upper bits. So a caller can
 * count on, and need not think of the wrap.
 */
export function encode(packet: Pick<Packet, "payload"> & Partial<Packet>): Uint8Array {
  const { marker = false, type = 0, sequence = 0, timestamp = 0, source = 0, payload } = packet;
  const bytes = new Uint8Array(HEADER + payload.length);
  const view = new DataView(bytes.buffer);
  bytes[0] = 2 << 6; // version 2, without padding, extension or other sources
  bytes[1] = (marker ? 0x80 : 0) | (type & 0x7f);
  view.setUint16(2, sequence);
  view.setUint32(4, timestamp);
  view.setUint32(8, source);
  bytes.set(payload, HEADER);
  return bytes;
}

/**
 * Returns the fields of a datagram. It leaves out the sources that a mixer names (CSRC), an
 * extension, and padding. The payload is a view of these bytes, not a copy.
 *
 * @throws {NoRtp} The bytes are too short, of another version, or of RTCP. RTCP may use the same
 * port as RTP.
 */
export function decode(bytes: Uint8Array): Packet {
  const { length } = bytes;
  if (length < HEADER) throw new NoRtp(`RTP has ${HEADER} bytes or more: these are ${length}.`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, length);
  const [first, second] = [view.getUint8(0), view.getUint8(1)];
  if (first >> 6 !== 2) throw new NoRtp(`This is version ${first >> 6}, and RTP has version 2.`);
  if (second >= 192 && second <= 223) throw new NoRtp("This is RTCP."); // RFC 5761, 4
  let start = HEADER + 4 * (first & 15);
  if (first & 0x10) {
    if (start + 4 > length) throw new NoRtp("The extension is cut off.");
    start += 4 + 4 * view.getUint16(start + 2);
  }
  const padding = first & 0x20 ? view.getUint8(length - 1) : 0;
  if ((first & 0x20 && padding === 0) || start + padding > length) {
    throw new NoRtp("What comes before and after the payload is longer than the datagram.");
  }
  return {
    marker: second >= 0x80,
    type: second & 0x7f,
    sequence: view.getUint16(2),
    timestamp: view.getUint32(4),
    source: view.getUint32(8),
    payload: bytes.subarray(start, length - padding),
  };
}

/**
 * Returns the fields of a datagram, or `undefined` if it is not RTP. With `type`, it also returns
 * `undefined` for a datagram of another type, and for one without a payload.
 */
export function tryDecode(bytes: Uint8Array, type?: number): Packet | undefined {
  try {
    const packet = decode(bytes);
    if (type === undefined) return packet;
    return packet.type === type && packet.payload.length > 0 ? packet : undefined;
  } catch (error) {
    if (error instanceof NoRtp) return undefined;
    throw error;
  }
}

/**
 * Returns a datagram in few words, such as `RTP 7 at 960 (160)`: its number, its timestamp, and the
 * size of its payload.
 */
export function describe(bytes: Uint8Array): string {
  const packet = tryDecode(bytes);
  if (!packet) return `no RTP (${bytes.length})`;
  return `RTP ${packet.sequence} at ${packet.timestamp} (${packet.payload.length})`;
}
