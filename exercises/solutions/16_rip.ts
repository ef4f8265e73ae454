/**
 * One way to solve exercise 16: RIP.
 *
 * @module
 */
import type { Table } from "../../lessons/16_rip.ts";
import { INFINITY, responses, type Route } from "../../lib/rip.ts";
import { type Address, sameAddress } from "../../lib/udp.ts";

/**
 * Return the update that a router sends to one of its neighbours: a list of messages, as bytes.
 * `table` is the router's table, as in lesson 16.
 *
 * - Send each route with its metric and its tag. A lost route has the metric 16, and is sent, too.
 * - Use split horizon: leave out the routes that came from this neighbour. If `poisoned` is true,
 *   use poisoned reverse: send these routes with the metric 16.
 * - A message has at most 25 routes. Without a route to send, return an empty list.
 */
export function updateFor(table: Table, neighbour: Address, poisoned: boolean): Uint8Array[] {
  const routes: Route[] = [];

  for (const [network, route] of table) {
    const back = route.neighbour !== undefined && sameAddress(route.neighbour, neighbour);
    if (!back) routes.push({ network, metric: route.metric, tag: route.tag });
    if (back && poisoned) routes.push({ network, metric: INFINITY, tag: route.tag });
  }

  return responses(routes);
}

/** A neighbour's name, and a metric. */
export interface Choice {
  neighbour: string;
  metric: number;
}

/**
 * Takes what a neighbour told, if anything, at the time `now` in milliseconds. Returns the
 * neighbour to use and the metric through it, or `undefined` without a route.
 */
export type Choose = (now: number, told?: Choice) => Choice | undefined;

/**
 * Lesson 16's router remembers one route to a network. If that neighbour stops, the router has no
 * route until it hears another neighbour's update. So remember what each neighbour told, and use
 * the next best route at once.
 *
 * Return a function for one network. Each call may bring what one neighbour told: its name and its
 * metric. The call returns the neighbour to use, and the metric through it: one more than it told.
 *
 * - What a neighbour told last replaces what it told before, even if it is worse.
 * - Choose the smallest metric. If several neighbours have it, keep the one that the call before
 *   has returned. If that one is not among them, take the one that you have remembered for the
 *   longest time.
 * - If a neighbour tells 15 or 16, it has no route for you: one more than 15 is infinity. Then do
 *   not remember it. If it tells a route again, it counts as new.
 * - Forget a neighbour that told nothing for 180,000 ms or longer.
 * - A metric is a whole number from 1 to 16. If a neighbour tells another one, ignore it.
 * - Remember at most 100 neighbours. If you remember 100, ignore a new one, and keep the others.
 */
export function nextBest(): Choose {
  const remembered: Remembered = new Map();
  let used: string | undefined;

  return (now, told) => {
    forgetOld(remembered, now);
    if (told) remember(remembered, told, now);

    used = best(remembered, used);
    if (used === undefined) return undefined;
    return { neighbour: used, metric: remembered.get(used)!.metric + 1 };
  };
}

/** What each neighbour told last, and when. The one remembered for the longest time is first. */
type Remembered = Map<string, { metric: number; at: number }>;

function forgetOld(remembered: Remembered, now: number): void {
  for (const [neighbour, { at }] of remembered) {
    if (now - at >= 180_000) remembered.delete(neighbour);
  }
}

function remember(remembered: Remembered, { neighbour, metric }: Choice, now: number): void {
  const isMetric = Number.isInteger(metric) && metric >= 1 && metric <= INFINITY;
  if (!isMetric) return;

  // Through this neighbour the metric is one more. 16 means that it has no route.
  if (metric + 1 >= INFINITY) {
    remembered.delete(neighbour);
    return;
  }

  // A neighbour that is in the Map already keeps its place there.
  if (remembered.has(neighbour) || remembered.size < 100) {
    remembered.set(neighbour, { metric, at: now });
  }
}

/** Returns the neighbour with the smallest metric. The one in use wins against equal ones. */
function best(remembered: Remembered, used: string | undefined): string | undefined {
  let smallest = INFINITY;
  let found: string | undefined;

  for (const [neighbour, { metric }] of remembered) {
    if (metric < smallest || (metric === smallest && neighbour === used)) {
      smallest = metric;
      found = neighbour;
    }
  }
  return found;
}
