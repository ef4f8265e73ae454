/**
 * What a parser has to survive: random bytes, and true messages with bits flipped and their end cut off.
 *
 * @module
 */
import { assert } from "@std/assert";
import { dice } from "../lessons/08_loss.ts";

/** How many random and bit-flipped messages a format's test decodes: in `deno task fuzz`, 300,000. */
export const NONSENSE: number = Number(Deno.env.get("NONSENSE") ?? 20_000);

/**
 * Gives `parse` so many messages, a third of them random, the others made of `messages`. It says whether it
 * understood; what it throws is its failure. Some of both kinds have to be among them, and all of it has to
 * take less than a millisecond for each.
 */
export function survives(
  messages: Uint8Array[],
  count: number,
  parse: (data: Uint8Array) => boolean,
): void {
  const random = dice(count);
  const up = (limit: number) => Math.floor(random() * limit);
  const outcomes = { understood: 0, not: 0 };
  const start = performance.now();
  for (let i = 0; i < count; i++) {
    let data;
    if (i % 3 === 0) {
      data = Uint8Array.from({ length: up(64) }, () => up(256));
    } else {
      data = messages[up(messages.length)]!.slice();
      for (let flips = up(4); flips > 0; flips--) data[up(data.length)]! ^= 1 << up(8);
      if (i % 3 === 2) data = data.subarray(0, up(data.length + 1));
    }
    outcomes[parse(data) ? "understood" : "not"]++;
  }
  const each = (performance.now() - start) / count;
  const few = Math.min(outcomes.understood, outcomes.not);
  assert(few > count / 20, `Too much of one kind: ${JSON.stringify(outcomes)}`);
  assert(each < 1, `It took ${each} ms for each.`);
}
