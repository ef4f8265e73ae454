/**
 * # Lesson 16: RIP
 *
 * How does a router know the way to a network that it never saw? A neighbour tells it: "Network
 * 10.9.0.0/16 is 2 hops from me." Through that neighbour it is 3 hops. A *hop* is one step from
 * router to router. No router knows the whole map, and still each one finds the shortest way.
 * Protocols that work like this are called *distance vector* protocols. The Routing Information
 * Protocol (RIP, RFC 2453) is one of them. Small networks use it.
 *
 * A distance is called a *metric* here. A router's own network usually has metric 1. 16 means that
 * a network cannot be reached: it is RIP's infinity.
 *
 * ## You learn
 * - how routers find the shortest way by telling each other what they know
 * - why they need no acknowledgements: every 30 s they send everything again
 * - how they count to infinity, and what helps: split horizon and triggered updates
 * - why a router ignores senders from other networks, and responses from other ports
 *
 * ## A message
 *
 * A *request* asks for routes, and a *response* tells them. In RIP, most responses are sent without
 * a request: every router sends them to the multicast group 224.0.0.9. Both messages have 4 bytes,
 * and then 20 bytes for each route:
 *
 *     byte  0         1         2         4                    24
 *           ┌─────────┬─────────┬─────────┬────────────────────┬───────────────────┐
 *           │ command │ version │ 0 0     │ route, 20 bytes    │ the next route, … │
 *           └─────────┴─────────┴─────────┴────────────────────┴───────────────────┘
 *
 * The command is 1 for a request and 2 for a response. The version is 2. This is a route:
 *
 *     byte  0        2       4           8           12          16          20
 *           ┌────────┬───────┬───────────┬───────────┬───────────┬───────────┐
 *           │ family │ tag   │ network   │ netmask   │ next hop  │ metric    │
 *           └────────┴───────┴───────────┴───────────┴───────────┴───────────┘
 *
 * A response of 24 bytes with one route, "10.9.0.0/16 is 2 hops from me" (in hexadecimal):
 *
 *     02 02 00 00                   a response, version 2
 *     00 02   00 00                 family 2 is IPv4; no tag
 *     0a 09 00 00   ff ff 00 00     10.9.0.0 with the netmask 255.255.0.0: 10.9.0.0/16
 *     00 00 00 00   00 00 00 02     the next hop is the sender; the metric is 2
 *
 * The *tag* is for other routing protocols. RIP passes it on unchanged. The next hop can name a
 * better router than the sender. Ours ignores it, because that is rare. A request with one entry of
 * family 0 and metric 16 asks for all routes.
 *
 * A message has at most 25 routes. So it has at most 504 bytes, and fits into one packet of nearly
 * every network (lesson 7). More routes need more messages, and each message makes sense alone.
 *
 * ## Counting to infinity
 *
 * Three routers stand in a row: A, B and C. Network 10.9.0.0/16 is behind C. Its short form is
 * 10.9/16. C's metric for it is 10, and B's is 11, through C. (With smaller numbers, the example
 * would be longer.)
 *
 * Now C loses the network. Before C can tell B, B's regular update arrives: "10.9/16 is 11 hops
 * from me." C believes that B knows another way, and takes it: 12. From C, B hears 12 and makes it
 * 13. From B, C hears 13 and makes it 14. So they *count to infinity*, which is 16. There are two
 * remedies: split horizon (see `routesFor`) and triggered updates (see `learn`). They are not
 * perfect: routers in a ring can still count. Then the 16 ends it.
 *
 * ## Run
 *
 *     deno task lesson16                            show the lesson as a diagram
 *     deno task lesson16 router                     in one terminal: a router with network 10.1/16
 *     deno task lesson16 router --host 127.0.0.2    in a second terminal: one with network 10.2/16
 *
 * The first router prints these lines. `all?` is a request for the whole table:
 *
 *     Bind UDP on 1520... (at 127.0.0.1 and in 224.0.0.9, Ctrl-C stops)
 *       10.1/16: metric 1, our own network
 *     Received from 127.0.0.2:1520: all?
 *     Received from 127.0.0.2:1520: 10.2/16: 1
 *       10.2/16: metric 2, through 127.0.0.2
 *
 * Some 30 s later, the second router sends `10.2/16: 1, 10.1/16: 16`. By then it has a route to
 * 10.1/16, but only through the first router. With the 16 it says: "You cannot reach 10.1/16
 * through me." Sometimes it knows this route sooner, and you see the 16 at once.
 *
 * RIP itself has port 520, but a program often needs to be root to bind that. macOS does not know
 * 127.0.0.2 before you run `sudo ifconfig lo0 alias 127.0.0.2`.
 *
 * Programs that run RIP in real networks, such as bird and FRR's ripd, send nothing on loopback. On
 * another network, bird and this router learn from each other, if both use the same port.
 * docs/real-programs.md compares bird and ripd.
 *
 * @module
 */
import {
  encode,
  INFINITY,
  isWithin,
  networkHere,
  responses,
  type Route,
  short,
  summary,
  tryDecode,
} from "../lib/rip.ts";
import { printable } from "../lib/text.ts";
import {
  type Address,
  bind,
  type Datagram,
  formatAddress,
  sameAddress,
  type Socket,
} from "../lib/udp.ts";
import { hearGroup } from "./12_multicast.ts";

/** The group that all RIP routers of a network join (RFC 2453). */
const GROUP = "224.0.0.9";

/** A route as a router remembers it. */
export interface KnownRoute {
  /** How many hops: 1 to 15, or 16 for a network that cannot be reached. */
  metric: number;
  /** The neighbour that told us. Without one, the network is the router's own. */
  neighbour?: Address;
  /** When we heard it last, or when it was lost: a time in milliseconds. */
  since: number;
  /** The tag that came with it: 0 means no tag. */
  tag?: number;
}

/** A *routing table*: a router's route to each network. The key is a network: `10.9.0.0/16`. */
export type Table = Map<string, KnownRoute>;

/**
 * Returns whether a router should take the route of this neighbour to a network, at this distance.
 * `known` is the route that it has to this network now, if there is one.
 */
export function isWanted(
  known: KnownRoute | undefined,
  distance: number,
  neighbour: Address,
): boolean {
  // If we have no route, every route that reaches the network is welcome.
  const reaches = distance < INFINITY;
  if (!known) return reaches;

  // The same is true if our route is lost. If the neighbour only repeats that it
  // is lost, we change nothing. So `since` stays the time when it was lost.
  if (known.metric === INFINITY) return reaches;

  // Our own network has no neighbour. Nobody is closer to it than we are.
  if (known.neighbour === undefined) return false;

  // A shorter route is welcome from every neighbour.
  if (distance < known.metric) return true;

  // If we already use this neighbour, we have to believe it, even if its route
  // became longer or was lost.
  return sameAddress(known.neighbour, neighbour);
}

/**
 * Puts the routes of a neighbour into the table, if they are wanted. Returns the networks whose
 * metric changed.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const table: Table = new Map();
 * const near = { hostname: "10.0.0.2", port: 520 };
 * const far = { hostname: "10.0.0.3", port: 520 };
 * believe(table, far, [{ network: "10.9.0.0/16", metric: 7 }], performance.now());
 * believe(table, near, [{ network: "10.9.0.0/16", metric: 2 }], performance.now());
 * assertEquals(table.get("10.9.0.0/16")?.metric, 3);
 * ```
 */
export function believe(
  table: Table,
  neighbour: Address,
  heard: Route[],
  now: number,
): string[] {
  const changed: string[] = [];

  for (const { network, metric, tag = 0 } of heard) {
    const distance = Math.min(metric + 1, INFINITY); // one hop more than from the neighbour
    const known = table.get(network);
    if (!isWanted(known, distance, neighbour)) continue;

    // Without a limit, one neighbour could fill our memory. 200 networks are
    // enough for this workbook.
    if (!known && table.size >= 200) continue;

    table.set(network, { metric: distance, neighbour, since: now, tag });
    if (distance !== known?.metric) changed.push(network);
  }

  return changed;
}

/**
 * Marks a route as lost if its neighbour did not repeat it for the time of six updates. Deletes it
 * four updates later. `milliseconds` is the time between two updates. If it is 30 s, a route is
 * lost after 180 s, and deleted 120 s later. Returns the networks that changed.
 */
export function forget(table: Table, milliseconds: number, now: number): string[] {
  const changed: string[] = [];

  for (const [network, route] of table) {
    if (route.neighbour === undefined) continue; // our own network

    // How many updates ago did we hear the route last? Or, if it is lost, how
    // many updates ago was it lost?
    const updates = (now - route.since) / milliseconds;
    const isLost = route.metric === INFINITY;

    if (!isLost && updates >= 6) {
      // Now it is lost. It stays in the table for some time, with metric 16. So
      // every neighbour learns that it is lost.
      table.set(network, { ...route, metric: INFINITY, since: now });
      changed.push(network);
    } else if (isLost && updates >= 4) {
      table.delete(network);
      changed.push(network);
    }
  }

  return changed;
}

/** A network that a router is in. */
export interface Link {
  /** Where to send updates: a group, or a neighbour. Neighbours send from this port, too. */
  to: Address;
  /** Returns whether a sender is a neighbour in this network. */
  isNeighbour: (sender: Address) => boolean;
}

/** What a router works with. (Forwarding packets is the operating system's work.) */
export interface Router {
  socket: Socket;
  links: Link[];
  table: Table;
  /** False only in the first half of the diagram: without split horizon and triggered updates. */
  careful: boolean;
}

/** Returns the routes to send on a link: all of them, or only those to the `changed` networks. */
export function routesFor(router: Router, link: Link, changed?: string[]): Route[] {
  const routes: Route[] = [];

  for (const [network, { metric, neighbour, tag }] of router.table) {
    if (changed && !changed.includes(network)) continue;

    // *Split horizon*: do not send a route back to where it came from. The
    // neighbour there could take it for a second way to the network. But this
    // way leads through the neighbour itself.
    const cameFromHere = neighbour !== undefined && link.isNeighbour(neighbour);
    if (!router.careful || !cameFromHere) {
      routes.push({ network, metric, tag });
      continue;
    }

    // *Poisoned reverse* is stronger: send it back, but with metric 16. bird does
    // this, too. FRR's ripd leaves the route out. With `changed`, it is not
    // needed: this neighbour has told us the change.
    if (!changed) routes.push({ network, metric: INFINITY, tag });
  }

  return routes;
}

/**
 * Sends an *update* to the neighbours on each link: all routes, or only those to the `changed`
 * networks. Nobody acknowledges it. If it is lost, the next one tells the same.
 */
export async function advertise(router: Router, changed?: string[]): Promise<void> {
  for (const link of router.links) {
    const routes = routesFor(router, link, changed);

    // responses() returns messages as bytes. Each has at most 25 routes.
    for (const message of responses(routes)) await router.socket.send(message, link.to);
  }
}

/** Handles a datagram. Prints what came, and what changed in the table. */
export async function hear(
  router: Router,
  { data, from }: Datagram,
  print: (line: string) => void = () => {}, // prints nothing if you do not say where
): Promise<void> {
  // summary() describes the bytes in a few words, such as "10.2/16: 1".
  print(`Received from ${formatAddress(from)}: ${printable(summary(data), 200)}`);
  const message = tryDecode(data); // undefined if the bytes are not a RIP message
  if (!message) return;

  // Anybody may send us routes. We listen only to senders in our own networks. A
  // neighbour can still lie, and its address can be forged. With RFC 4822, a
  // message proves that its sender knows a shared secret.
  const link = router.links.find(({ isNeighbour }) => isNeighbour(from));
  if (!link) {
    print("  Ignored: the sender is not a neighbour.");
    return;
  }

  // A request may come from any port: a program that looks for a fault asks, too.
  if (message.type === "REQUEST") {
    await answer(router, link, message.networks, from);
    return;
  }

  // All routers send from RIP's port: 520, or 1520 here. On a shared machine,
  // only its administrator may use port 520.
  if (from.port !== link.to.port) {
    print(`  Ignored: routers send from port ${link.to.port}.`);
    return;
  }
  await learn(router, message.routes, from, print);
}

/** Puts a neighbour's routes into the table, and tells the other neighbours what changed. */
export async function learn(
  router: Router,
  routes: Route[],
  neighbour: Address,
  print: (line: string) => void,
): Promise<void> {
  const changed = believe(router.table, neighbour, routes, performance.now());
  for (const network of changed) print(tableLine(router.table, network));

  // A *triggered update* tells the neighbours now what changed. It does not
  // wait for the next regular update. Here each leaves at once. Other routers
  // gather more changes after the first one: ripd for 2 to 3 s, bird for up to
  // 5 s.
  if (router.careful && changed.length > 0) await advertise(router, changed);
}

/**
 * Answers a neighbour's request: for these networks, or for the whole table if it names none.
 *
 * A request of 24 bytes can get 504 bytes and more. In 2015, attackers sent requests with forged
 * addresses, and old routers flooded the victims. This is an amplification attack (lesson 13). So
 * {@linkcode hear} answers neighbours only. bird is stricter: it answers only RIP's port, and only
 * requests for the whole table.
 */
export async function answer(
  router: Router,
  link: Link,
  networks: string[] | undefined,
  to: Address,
): Promise<void> {
  const routes = networks ? routesTo(router.table, networks) : routesFor(router, link);
  for (const message of responses(routes)) await router.socket.send(message, to);
}

/** Returns the routes to these networks as the table has them: without split horizon. */
function routesTo(table: Table, networks: string[]): Route[] {
  // A program that looks for a fault wants to know the table (RFC 2453, 3.9.1).
  return networks.map((network) => {
    const known = table.get(network);
    return { network, metric: known?.metric ?? INFINITY, tag: known?.tag };
  });
}

/** Handles all datagrams that arrive at a socket, until it is closed. */
export async function hearAll(
  router: Router,
  socket: Socket,
  print: (line: string) => void = () => {},
): Promise<void> {
  for await (const datagram of socket) {
    // A member of a group receives its own updates, too.
    if (sameAddress(datagram.from, router.socket.address)) continue;

    try {
      await hear(router, datagram, print);
    } catch (error) {
      // An answer to port 0 cannot be sent, for example. The router goes on.
      print(`  Not sent: ${(error as Error).message}`);
    }
  }
}

/** Sends the whole table again and again, the first time now. Ends when it is disposed of. */
export function startUpdates(
  router: Router,
  seconds: number,
  print: (line: string) => void,
): Disposable {
  const milliseconds = 1000 * seconds;
  let timer = setTimeout(update, 0); // 0: the first update is sent now

  async function update(): Promise<void> {
    // Routers that always wait 30 s soon send at the same moment, and disturb
    // each other. So 30 s become 25 to 35 s. ripd does something like this, but
    // bird waits 30.0 s.
    const share = (25 + 10 * Math.random()) / 30; // between 25/30 and 35/30
    timer = setTimeout(update, share * milliseconds);

    const changed = forget(router.table, milliseconds, performance.now());
    for (const network of changed) print(tableLine(router.table, network));

    try {
      await advertise(router);
    } catch (error) {
      print(`The update was not sent: ${(error as Error).message}`);
    }
  }

  // `using` calls this at the end of its block.
  return { [Symbol.dispose]: () => clearTimeout(timer) };
}

/** Returns the line to print for a network in the table. */
export function tableLine(table: Table, network: string): string {
  const name = short(network); // "10.9/16" for "10.9.0.0/16"
  const route = table.get(network);
  if (!route) return `  ${name}: forgotten`;
  if (route.metric === INFINITY) return `  ${name}: lost`;

  const how = route.neighbour ? `through ${route.neighbour.hostname}` : "our own network";
  return `  ${name}: metric ${route.metric}, ${how}`;
}

/** `deno task lesson16 router` runs this: a router with these networks of its own. */
export async function router(
  at: Address,
  own: Route[],
  seconds: number,
  print = console.log,
): Promise<void> {
  // Windows cannot bind the address of a group (lesson 12). There, the socket
  // of the group is bound to 0.0.0.0, so both sockets have to share the port.
  using socket = bind({ ...at, reuseAddress: Deno.build.os === "windows" });
  const { port } = socket.address;
  const group = { hostname: GROUP, port };
  using members = await hearGroup(group, at.hostname);

  // The neighbours are all addresses in the network that we are in. For
  // 127.0.0.1, networkHere() returns "127.0.0.0/8".
  const network = networkHere(at.hostname);
  const isNeighbour = (sender: Address) => isWithin(sender.hostname, network);
  const link: Link = { to: group, isNeighbour };
  const self: Router = { socket, links: [link], table: new Map(), careful: true };

  // Our own networks are never forgotten, so `since` does not matter.
  for (const route of own) self.table.set(route.network, { metric: route.metric, since: 0 });

  print(`Bind UDP on ${port}... (at ${at.hostname} and in ${GROUP}, Ctrl-C stops)`);
  for (const route of own) print(tableLine(self.table, route.network));

  // A router that starts asks for everything, so it need not wait for 30 s. A
  // request that names no networks is for the whole table.
  await socket.send(encode({ type: "REQUEST" }), group);
  using _updates = startUpdates(self, seconds, print);

  // Answers come to our own address, and updates come to the group. The router
  // ends when one of the two sockets is closed.
  await Promise.race([hearAll(self, socket, print), hearAll(self, members, print)]);
}

/*
 * ## Try next
 *
 * 1. Run both routers with `--every 1`, which sends an update each second. Stop the second one with
 *    Ctrl-C. Some 6 s later, you should see `10.2/16: lost` at the first one, and 4 to 5 s
 *    after that `10.2/16: forgotten`.
 * 2. Run the second router with `--routes 10.9/16=14,10.8/16=15`. The first router should print
 *    `10.9/16: metric 15, through 127.0.0.2`. It should print no such line for 10.8/16: 16 hops are
 *    too far.
 * 3. In `learn`, delete the line with `advertise`, and run `deno task lesson16`. In the
 *    second half, you should see that A hears of the loss later: from B's next regular update.
 */

if (import.meta.main) import("../cli/lessons/16_rip.ts").then(({ main }) => main());
