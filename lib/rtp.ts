/**
 * The datagrams of RTP, the Real-time Transport Protocol (RFC 3550): a header of 12 bytes, and
 * sound.
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

/** One datagram. What is not given when it is encoded is 0, or false. */
export interface Packet {
  /** The first one after a pause, if this is sound (RFC 3551, 4.1). */
  marker: boolean;
  /** What is in it, 0 to 127: 0 is mu-law, 8,000 samples a second (RFC 3551, 6). */
  type: number;
  /** One more for each datagram: 16 bits, after 65,535 comes 0. */
  sequence: number;
  /** When the first sample was heard, counted in samples: 32 bits, so it wraps, too. */
  timestamp: number;
  /** Who speaks: 32 bits that each source picks by chance (SSRC). */
  source: number;
  payload: Uint8Array;
}

/** These bytes are no RTP. */
export class NoRtp extends Error {
  override name = "NoRtp";
}

/** The bytes before the sound. */
export const HEADER = 12;
/** The payload type of mu-law. */
export const PCMU = 0;

/**
 * The bytes of a datagram. Numbers that are too long lose their upper bits: so counting may just go
 * on.
 */
export function encode(packet: Pick<Packet, "payload"> & Partial<Packet>): Uint8Array {
  const { marker = false, type = 0, sequence = 0, timestamp = 0, source = 0, payload } = packet;
  const bytes = new Uint8Array(HEADER + payload.length);
  const view = new DataView(bytes.buffer);
  bytes[0] = 2 << 6; // the version; no padding, no extension, no other sources
  bytes[1] = (marker ? 0x80 : 0) | (type & 0x7f);
  view.setUint16(2, sequence);
  view.setUint32(4, timestamp);
  view.setUint32(8, source);
  bytes.set(payload, HEADER);
  return bytes;
}

/**
 * What a datagram says. Sources that a mixer names (CSRC), an extension and padding are left out.
 * The payload is a view of these bytes.
 *
 * @throws {NoRtp} It is no RTP: too short, of another version, or RTCP, which RTP's ports may
 * share.
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
 * The same, or `undefined` for what is no RTP; with a `type`, also for what has another one, or no
 * payload.
 */
export function understood(bytes: Uint8Array, type?: number): Packet | undefined {
  try {
    const packet = decode(bytes);
    const other = packet.type !== type || packet.payload.length === 0;
    return type !== undefined && other ? undefined : packet;
  } catch (error) {
    if (error instanceof NoRtp) return undefined;
    throw error;
  }
}

/**
 * In few words: `RTP 7 at 960 (160)`, its number, its time, and how many samples of mu-law it has.
 */
export function describe(bytes: Uint8Array): string {
  const packet = understood(bytes);
  if (!packet) return `no RTP (${bytes.length})`;
  return `RTP ${packet.sequence} at ${packet.timestamp} (${packet.payload.length})`;
}
