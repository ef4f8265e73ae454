/**
 * What a parser has to survive: random bytes, and true messages with bits flipped and their end cut off.
 *
 * @module
 */
import { assert } from "@std/assert";
import { dice } from "../lib/relay.ts";

/** How many random and bit-flipped messages a format's test decodes: in `deno task fuzz`, 300,000. */
export const NONSENSE: number = Number(Deno.env.get("NONSENSE") ?? 2_000);

/** How often a property is tried with random values: in `deno task fuzz`, ten times as often. */
export function tries(usual: number): number {
  return NONSENSE > 2_000 ? 10 * usual : usual;
}

/**
 * Gives `parse` so many messages, a third of them random, the others made of `messages`. It says whether it
 * understood; what it throws is its failure. Some of both kinds have to be among them.
 */
export function survives(
  messages: Uint8Array[],
  count: number,
  parse: (data: Uint8Array) => boolean,
): void {
  const random = dice(count);
  const up = (limit: number) => Math.floor(random() * limit);
  const outcomes = { understood: 0, not: 0 };
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0; // most of the time would go into these
  try {
    for (let i = 0; i < count; i++) {
      let data;
      if (i % 3 === 0) {
        data = new Uint8Array(up(64));
        for (let at = 0; at < data.length; at++) data[at] = up(256);
      } else {
        data = messages[up(messages.length)]!.slice();
        for (let flips = up(4); flips > 0; flips--) data[up(data.length)]! ^= 1 << up(8);
        if (i % 3 === 2) data = data.subarray(0, up(data.length + 1));
      }
      outcomes[parse(data) ? "understood" : "not"]++;
    }
  } finally {
    Error.stackTraceLimit = stackTraceLimit; // the tests after this one need theirs
  }
  const few = Math.min(outcomes.understood, outcomes.not);
  assert(few > count / 20, `Too much of one kind: ${JSON.stringify(outcomes)}`);
}

/**
 * A DNS message of at most so many bytes that takes long to read for whoever follows each pointer to its
 * end: half of it is a chain of pointers, each to the one before; the names of the rest begin at its end.
 */
export function pointers(length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  const view = new DataView(bytes.buffer);
  const most = Math.floor(length / 4);
  view.setUint16(2, 0x8000);
  view.setUint16(4, 1);
  let at = 12 + 1 + 4; // the question is for the root
  view.setUint16(at + 1, 65_280);
  view.setUint16(at + 9, 2 * most);
  const chain = at + 11;
  for (let i = 1; i < most; i++) view.setUint16(chain + 2 * i, 0xc000 | (chain + 2 * (i - 1)));
  let records = 1;
  for (at = chain + 2 * most; at + 12 <= length; at += 12, records++) {
    view.setUint16(at, 0xc000 | (chain + 2 * most - 2));
    view.setUint16(at + 2, 65_280);
  }
  view.setUint16(6, records);
  return bytes.subarray(0, at);
}
