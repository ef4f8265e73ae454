/**
 * One way to solve exercise 7: limits.
 *
 * @module
 */

/** One datagram of a probe: how many bytes it had, and whether it arrived. */
export interface Try {
  size: number;
  arrived: boolean;
}

/**
 * A datagram may arrive although a smaller one does not. Return the sizes of which that is true, in
 * ascending order, each once.
 *
 * The tries come in any order, and one size may have had several: then it arrives if any of them did. For
 * one that was lost says nothing about its size.
 */
export function surprises(tries: Try[]): number[] {
  const arriving = new Set<number>();
  for (const { size, arrived } of tries) if (arrived) arriving.add(size);
  // The smallest that never arrived: whatever arrives and is larger is a surprise.
  const failing = tries.map(({ size }) => size).filter((size) => !arriving.has(size));
  const smallest = Math.min(...failing);
  return [...arriving].filter((size) => size > smallest).sort((a, b) => a - b);
}

/**
 * Somebody cut a long text into datagrams of a sensible size. Put it together again, or return `undefined`
 * if a part is missing.
 *
 * Each part begins with four bytes: its number, counted from 0, and how many parts there are. Each of the
 * two takes two bytes, the higher one first. The rest is a piece of the text, in UTF-8; the cut may be in
 * the middle of a character, and a piece may be empty.
 *
 * The parts come in any order, and some come twice. There may be other datagrams between them. Ignore what
 * cannot be a part: what has less than four bytes, and what has a number that its count does not allow. All
 * others are parts of this text.
 */
export function putTogether(datagrams: Uint8Array[]): string | undefined {
  const parts = new Map<number, Uint8Array>();
  let count = Infinity;
  for (const data of datagrams) {
    if (data.length < 4) continue;
    // The bytes may be a piece of a larger buffer: so where they begin has to be said.
    const view = new DataView(data.buffer, data.byteOffset, data.length);
    const number = view.getUint16(0);
    if (number >= view.getUint16(2)) continue;
    count = view.getUint16(2);
    parts.set(number, data.subarray(4));
  }
  if (parts.size < count) return undefined;
  // A decoder that is told that more follows keeps half a character until its other half comes.
  const decoder = new TextDecoder();
  let text = "";
  for (let number = 0; number < count; number++) {
    text += decoder.decode(parts.get(number), { stream: true });
  }
  return text + decoder.decode();
}
