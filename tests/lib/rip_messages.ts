/**
 * Messages of RIP, right ones and wrong ones.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { dice } from "../../lessons/08_loss.ts";
import {
  describe,
  encode,
  INFINITY,
  isNetwork,
  type Message,
  MOST_ROUTES,
  type Route,
  understood,
} from "../../lib/rip.ts";

const network = fc.tuple(fc.integer({ min: 0, max: 2 ** 32 - 1 }), fc.integer({ min: 0, max: 32 }))
  .map(([address, length]) => {
    const start = length === 0 ? 0 : address >>> (32 - length) << (32 - length) >>> 0;
    return `${[24, 16, 8, 0].map((shift) => start >>> shift & 255).join(".")}/${length}`;
  }).filter(isNetwork);
const route: fc.Arbitrary<Route> = fc.record({
  network,
  metric: fc.integer({ min: 1, max: INFINITY }),
  tag: fc.integer({ min: 1, max: 0xffff }),
  nextHop: fc.ipV4().filter((address) => address !== "0.0.0.0"),
}, { requiredKeys: ["network", "metric"] });
/** Any message. */
export const message: fc.Arbitrary<Message> = fc.oneof(
  fc.constant({ type: "REQUEST" as const }),
  fc.record({
    type: fc.constant("REQUEST" as const),
    networks: fc.array(network, { maxLength: MOST_ROUTES }),
  }),
  fc.record({
    type: fc.constant("RESPONSE" as const),
    routes: fc.array(route, { maxLength: MOST_ROUTES }),
  }),
);

/** Random bytes, and messages with a few bits turned, and cut. */
export function nonsense(datagrams: number): void {
  const random = dice(14);
  const up = (limit: number) => Math.floor(random() * limit);
  const seeds = fc.sample(message, { numRuns: 1000, seed: 14 }).map(encode);
  const outcomes = { understood: 0, not: 0 };
  const start = performance.now();
  for (let i = 0; i < datagrams; i++) {
    let data: Uint8Array;
    if (i % 3 === 0) {
      data = Uint8Array.from({ length: 4 + 20 * up(6) + (up(4) ? 0 : up(20)) }, () => up(256));
      data.set([up(4), up(4)]);
    } else {
      data = seeds[up(seeds.length)]!.slice();
      for (let flips = up(4); flips >= 0; flips--) data[up(data.length)]! ^= 1 << up(8);
      if (i % 3 === 2) data = data.subarray(0, up(data.length + 1));
    }
    const message = understood(data); // throws what is none of its own
    outcomes[message ? "understood" : "not"]++;
    if (!message) continue;
    describe(message);
    // Whatever was understood can be said, and means the same.
    const again = understood(encode(message));
    assertEquals(JSON.stringify(again), JSON.stringify(message));
  }
  const took = performance.now() - start;
  assert(outcomes.understood > datagrams / 10 && outcomes.not > datagrams / 10);
  assert(took < datagrams, `${took} ms`);
}
