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
 * A size is a surprise if it arrives and a smaller one does not. Return all surprises, each once,
 * in ascending order.
 *
 * The tries come in any order. There may be several tries of one size. Then the size arrives if at
 * least one of them did: a single lost datagram says nothing about its size.
 */
export function surprises(tries: Try[]): number[] {
  const arriving = new Set<number>();
  for (const { size, arrived } of tries) {
    if (arrived) arriving.add(size);
  }

  // A larger size than this one is a surprise if it arrives.
  let smallest = Infinity;
  for (const { size } of tries) {
    if (!arriving.has(size) && size < smallest) smallest = size;
  }

  return [...arriving].filter((size) => size > smallest).sort((a, b) => a - b);
}

/**
 * A long text was cut into parts, one for each datagram. Put the text together again. Return
 * `undefined` if a part is missing.
 *
 * A part begins with four bytes. The first two are its number, counted from 0. The next two say how
 * many parts there are. In both, the higher byte comes first: the bytes 1 and 2 mean 1 × 256 + 2.
 * The rest is a piece of the text in UTF-8. A character may be cut in two, and a piece may be
 * empty.
 *
 * The parts come in any order, and some come twice. Other datagrams may come between them. Ignore
 * every datagram that is shorter than four bytes, and every part whose number is not below its
 * count. All others are parts of this text.
 */
export function putTogether(datagrams: Uint8Array[]): string | undefined {
  const parts = new Map<number, Uint8Array>();
  let count = Infinity; // unknown until the first part

  for (const data of datagrams) {
    if (data.length < 4) continue;

    const number = 256 * data[0]! + data[1]!;
    const all = 256 * data[2]! + data[3]!;
    if (number >= all) continue;

    count = all;
    parts.set(number, data.subarray(4));
  }
  if (parts.size < count) return undefined;

  // A character may be cut in two, so the bytes become text only when all of
  // them are together.
  const bytes: number[] = [];
  for (let number = 0; number < count; number++) bytes.push(...parts.get(number)!);
  return new TextDecoder().decode(new Uint8Array(bytes));
}
