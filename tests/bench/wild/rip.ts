/**
 * Lesson 16's router: how many updates it takes in, beside a socket that only reads them, and what its
 * messages cost alone. `deno task bench:wild rip.ts`
 *
 * @module
 */
import { hearAll, type Router } from "../../../lessons/16_rip.ts";
import { decode, encode, MOST_ROUTES } from "../../../lib/rip.ts";
import { bind, type Socket } from "../../../lib/udp.ts";

const [UPDATES, AT_ONCE, TURNS] = [4_000, 40, 4];

export const title = `RIP: updates of ${MOST_ROUTES} routes, thousands a second (best of ${TURNS})`;

const UPDATE = encode({
  type: "RESPONSE",
  routes: Array.from({ length: MOST_ROUTES }, (_, i) => ({ network: `10.${i}.0.0/16`, metric: 2 })),
});

export async function measure(): Promise<string[]> {
  const best = { encode: 0, decode: 0, router: 0, socket: 0 };
  for (let turn = 0; turn < TURNS; turn++) {
    const message = decode(UPDATE);
    best.encode = Math.max(best.encode, rate(() => encode(message)));
    best.decode = Math.max(best.decode, rate(() => decode(UPDATE)));
    best.socket = Math.max(best.socket, await received(false));
    best.router = Math.max(best.router, await received(true));
  }
  const shown = (rate: number) => rate.toFixed(0).padStart(6);
  return [
    `made of routes   ${shown(best.encode)}`,
    `read as routes   ${shown(best.decode)}`,
    `received only    ${shown(best.socket)}`,
    `and believed     ${shown(best.router)}   ${(best.router / best.socket).toFixed(2)} of it`,
  ];
}

/** Thousands a second. */
function rate(work: () => unknown): number {
  const begin = performance.now();
  for (let i = 0; i < UPDATES; i++) work();
  return UPDATES / (performance.now() - begin);
}

/** Thousands of updates a second that come to a router, or to a socket that does nothing with them. */
async function received(believed: boolean): Promise<number> {
  using own = bind(), neighbour = bind();
  let count = 0;
  let all = Promise.withResolvers<void>();
  const heard = () => {
    if (++count % AT_ONCE === 0) all.resolve();
  };
  const link = { to: neighbour.address, isNeighbour: () => true };
  const router: Router = { socket: own, links: [link], table: new Map(), careful: true };
  const print = (line: string) => {
    if (line.startsWith("Received")) heard();
  };
  const end = believed ? hearAll(router, own, print) : read(own, heard);
  const begin = performance.now();
  for (let sent = 0; sent < UPDATES; sent += AT_ONCE) {
    all = Promise.withResolvers();
    for (let i = 0; i < AT_ONCE; i++) neighbour.send(UPDATE, own.address);
    await all.promise;
  }
  const rate = UPDATES / (performance.now() - begin);
  if (believed && router.table.size !== MOST_ROUTES) throw new Error("It believed nothing.");
  own.close();
  await end;
  return rate;
}

async function read(socket: Socket, heard: () => void): Promise<void> {
  for await (const _ of socket) heard();
}

if (import.meta.main) { for (const line of [title, ...await measure()]) console.log(line); }
