/**
 * One way to solve exercise 16: RIP.
 *
 * @module
 */
import { INFINITY, responses, type Ways } from "../../lib/rip.ts";
import { type Address, sameAddress } from "../../lib/udp.ts";

/**
 * What a router tells one of its neighbours: messages, as bytes. `ways` is all that it knows, such as
 * `10.9.0.0/16` with the metric 3 `by` a neighbour, or by nobody: the network is the router's own.
 *
 * - Each way is told as far as it is, also the lost ones, at 16.
 * - But there is a split horizon: a way by this neighbour is not told to it. If `poisoned` is true, it is
 *   told that by us there is none.
 * - A message has at most 25 routes. Where there is nothing to tell, there is no message.
 *
 * `deno doc lib/rip.ts` shows the fields of its types.
 */
export function updateFor(ways: Ways, neighbour: Address, poisoned: boolean): Uint8Array[] {
  const routes = [...ways].flatMap(([network, { metric, by }]) => {
    if (!by || !sameAddress(by, neighbour)) return { network, metric };
    return poisoned ? { network, metric: INFINITY } : [];
  });
  return responses(routes);
}

/** How far it is to a network, by whom: a neighbour's name. */
export interface Choice {
  by: string;
  metric: number;
}

/** Takes a neighbour's word, if there is one, at the time `now` in milliseconds. Returns by whom to go. */
export type Choose = (now: number, word?: Choice) => Choice | undefined;

/**
 * Lesson 16's router remembers one way to each network. When that neighbour dies, it has none until another
 * one's next update. So remember what each neighbour said about a network, and have the next best at hand.
 * Return a function for one network. It is called with each neighbour's word, how far it is from there,
 * and now and then without one. It returns by whom to go, and how far that is from here: 1 more.
 *
 * - The last word of a neighbour counts, better or worse.
 * - The shortest way wins. If there are several, we stay with whom we went by before, if that is one of them;
 *   else it is the neighbour who came first.
 * - A way of 16 from here is too far: it is none. Who has none need not be remembered, and comes anew when it
 *   has one again.
 * - Who has said nothing for 180,000 ms or longer is forgotten.
 * - A metric is a whole number from 1 to 16. A word with another one changes nothing.
 * - At most 100 neighbours are remembered. Who comes when there is no room is not heeded, and the others stay.
 */
export function nextBest(): Choose {
  const words = new Map<string, { metric: number; at: number }>();
  let current: string | undefined;
  return (now, word) => {
    for (const [by, { at }] of words) if (now - at >= 180_000) words.delete(by);
    if (word && Number.isInteger(word.metric) && word.metric >= 1 && word.metric <= INFINITY) {
      const { by, metric } = word;
      if (metric + 1 >= INFINITY) words.delete(by);
      else if (words.has(by) || words.size < 100) words.set(by, { metric, at: now });
    }
    const least = Math.min(...[...words.values()].map(({ metric }) => metric));
    const best = [...words.keys()].filter((by) => words.get(by)!.metric === least);
    if (current === undefined || !best.includes(current)) current = best[0];
    return current === undefined ? undefined : { by: current, metric: least + 1 };
  };
}
