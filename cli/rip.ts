/**
 * RIP in a terminal: what a router's options say, and what is shown of its messages.
 *
 * @module
 */
import {
  decode,
  describe,
  encode,
  INFINITY,
  isNetwork,
  isWithin,
  networkOf,
  type Route,
  short,
  understood,
  type Ways,
} from "../lib/rip.ts";
import { count, printable } from "../lib/text.ts";
import {
  type Address,
  bind,
  type Datagram,
  formatAddress,
  sameAddress,
  type Socket,
} from "../lib/udp.ts";
import { type Given, type Option, type Options, type Role, UsageError } from "./lesson.ts";

/** The group that routers tell what they know (RFC 2453, 4.2). */
const GROUP = "224.0.0.9";

/** Lesson 16's `Router`, as far as this file knows it. */
export interface Teller {
  readonly socket: Socket;
  readonly ways: Ways;
  readonly sent: number;
  /** How many responses it has heard: {@linkcode hearAll} counts them. */
  heard: number;
  hear(datagram: Datagram): Promise<string | undefined>;
  tell(news?: string[]): Promise<void>;
}

/** A network that a router is in: where to tell its neighbours there, and who is one. */
export interface Link {
  to: Address;
  has(from: Address): boolean;
}

/** What lesson 16 does: how a router hears and tells, and how it forgets. */
export interface Steps {
  Router: new (socket: Socket, links: Link[]) => Teller;
  forget(ways: Ways, every: number, now: number): string[];
  hearGroup(group: Address, on: string): Promise<Socket>;
}

/** What a router takes. */
const ROUTER: Record<string, Option> = {
  routes: {
    value: "NET/LEN=METRIC,…",
    about: "its networks (10.N/16=1, N the end of --host)",
  },
  every: { value: "SECONDS", about: "between two updates", default: "30" },
};

/** So many networks may be a router's own. */
const MOST = 100;

/** The networks that `--routes` names, or one that no other router on this network has. */
export function ownRoutes(options: Options, hostname: string): Route[] {
  const one = `10.${hostname.split(".").at(-1)}.0.0/16=1`;
  const texts = (options.has("routes") ? options.text("routes") : one).split(",");
  const routes = texts.map((text) => {
    const [, start = "", length, metric = "1"] = text.match(/^([\d.]+)\/(\d+)(?:=(\d{1,2}))?$/) ??
      [];
    const zeros = ".0".repeat(Math.max(0, 4 - start.split(".").length));
    const network = `${start}${zeros}/${length}`; // 10.9/16 is 10.9.0.0/16
    if (isNetwork(network) && Number(metric) >= 1 && Number(metric) < INFINITY) {
      return { network, metric: Number(metric) };
    }
    const shown = printable(text, 50) || '""';
    throw new UsageError(
      `--routes ${shown} is not a route: it must be a network, its length and a metric from 1 to 15, ` +
        "such as 10.9/16=1.",
    );
  });
  if (routes.length <= MOST) return routes;
  throw new UsageError(`--routes has ${routes.length} routes: at most ${MOST} are allowed.`);
}

/** The network that this machine is in with that address: `127.0.0.0/8`. */
export function ownNetwork(hostname: string): string {
  for (const { family, address, netmask } of Deno.networkInterfaces()) {
    if (family !== "IPv4") continue;
    const network = networkOf(address, netmask);
    if (isWithin(hostname, network)) return network;
  }
  throw new UsageError(
    `--host ${hostname} is in none of this machine's networks: it must be its address in one of ` +
      "them, and of IPv4, such as 127.0.0.1. (For IPv6 there is another protocol, RIPng.)",
  );
}

/** What the picture shows of a message. */
export function label(data: Uint8Array): string {
  const message = understood(data);
  return message ? describe(message) : "no RIP message";
}

/** The router hears what comes to this socket, until it is closed. */
export async function hearAll(
  router: Teller,
  socket: Socket,
  log: (line: string) => void = () => {},
): Promise<void> {
  for await (const datagram of socket) {
    const { data, from } = datagram;
    if (sameAddress(from, router.socket.address)) continue; // whoever is in a group hears itself
    const who = formatAddress(from);
    try {
      log(`Received from ${who}${remark(data, await router.hear(datagram))}`);
    } catch (error) {
      log(`Received from ${who}${remark(data)}`);
      log(`No answer to ${who}: ${(error as Error).message}`);
    }
    if (understood(data)?.type === "RESPONSE") router.heard++;
  }
}

function remark(data: Uint8Array, why?: string): string {
  try {
    const what = printable(describe(decode(data)), 200);
    return `: ${what}${why ? `. ${why}` : ""}`;
  } catch (error) {
    return `. Not understood: ${(error as Error).message}.`;
  }
}

/**
 * The routers tell what they know, one after the other, until `done`. Each has its turn every 100
 * milliseconds, or later on a busy machine: a turn begins when the others have heard the one
 * before. `first` comes before the first turn. Returns how long it took, and how many datagrams:
 * `712 ms, 30 datagrams`. Throws after 50 turns of each.
 */
export async function inTurns(
  routers: Teller[],
  done: () => boolean,
  first?: () => Promise<void>,
): Promise<string> {
  const sum = () => routers.reduce((sum, { sent }) => sum + sent, 0);
  const allHeard = () => routers.reduce((sum, { heard }) => sum + heard, 0) >= sum();
  const [begin, before] = [performance.now(), sum()];
  await first?.();
  for (let turn = 0; turn < 50 * routers.length; turn++) {
    const next = begin + (turn + 1) * 100 / routers.length;
    const lost = performance.now() + 1000; // what is not heard by then: the next update tells it again
    const over = () => done() && allHeard();
    const due = () => performance.now() >= (allHeard() ? next : lost);
    while (!over() && !due()) await pause(1);
    if (over()) {
      return `${Math.round(performance.now() - begin)} ms, ${count(sum() - before, "datagram")}`;
    }
    await routers[turn % routers.length]!.tell();
  }
  throw new Error("After 50 updates the routers do not agree yet: too much is lost on the way.");
}

/** Waits. */
export async function pause(milliseconds: number): Promise<void> {
  await new Promise((wait) => setTimeout(wait, milliseconds));
}

/** The router of lesson 16. */
export function routerRole(steps: Steps): Role {
  return {
    about: "teach the neighbours, and learn",
    listens: true,
    answers: true,
    options: ROUTER,
    run: (given) => route(steps, given),
  };
}

async function route(
  { Router, forget, hearGroup }: Steps,
  { local, options, console }: Given,
): Promise<void> {
  const network = ownNetwork(local.hostname);
  const [routes, every] = [ownRoutes(options, local.hostname), options.seconds("every")];
  // Windows cannot bind the address of a group (lesson 12). There, the socket for the group is
  // bound to all addresses at this port, and the two have to share the port. So a second router at
  // the same address goes unnoticed.
  using socket = bind({ ...local, reuseAddress: Deno.build.os === "windows" });
  const { hostname, port } = socket.address;
  const group = { hostname: GROUP, port };
  await using members = await hearGroup(group, hostname);
  const near: Link = { to: group, has: (from) => isWithin(from.hostname, network) };
  const router = new Router(socket, [near]);
  for (const { network, metric } of routes) router.ways.set(network, { metric, since: 0 });
  console.log(`Bind UDP on ${port}... (at ${hostname} and in ${GROUP}, Ctrl-C stops)`);

  const shown = new Map<string, string>();
  const show = () => {
    for (const line of changes(router.ways, shown)) console.log(line);
  };
  const log = (line: string) => {
    console.log(line);
    show();
  };
  let timer: ReturnType<typeof setTimeout> | undefined;
  let ended = false;
  const update = async () => {
    forget(router.ways, every, performance.now());
    show();
    await router.tell().catch(({ message }) => ended || console.log(`Nobody was told: ${message}`));
    // Not all routers in step: a network would be full at each of their updates, and empty between them.
    if (!ended) timer = setTimeout(update, every * (5 + 2 * Math.random()) / 6);
  };
  show();
  try {
    const heard = [socket, members].map((socket) => hearAll(router, socket, log));
    for (const one of heard) one.catch(() => {}); // the race tells, which is not on yet
    await socket.send(encode({ type: "REQUEST" }), group);
    await update();
    await Promise.race(heard);
  } finally {
    ended = true;
    clearTimeout(timer);
  }
}

/** A line for each way that is not as it was shown before: `  10.8/16: 2, by 127.0.0.2`. */
export function changes(ways: Ways, shown: Map<string, string>): string[] {
  const lines: string[] = [];
  for (const [network, { metric, by }] of ways) {
    const how = metric === INFINITY ? "no way" : by ? `${metric}, by ${by.hostname}` : `${metric}`;
    if (shown.get(network) === how) continue;
    shown.set(network, how);
    lines.push(`  ${short(network)}: ${how}`);
  }
  for (const network of shown.keys()) {
    if (ways.has(network)) continue;
    shown.delete(network);
    lines.push(`  ${short(network)}: forgotten`);
  }
  return lines;
}
