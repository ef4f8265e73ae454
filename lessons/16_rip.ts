/**
 * # Lesson 16: RIP
 *
 * How does a router know the way to a network that it never saw? A neighbour says: "10.9/16 is 2 from me": so
 * it is 3 by that one. Nobody sees the whole, and yet all find the shortest way. So did the ARPANET; today the
 * Routing Information Protocol (RFC 2453) is for small networks. A way of 16 counts as none: 16 is infinity.
 *
 * ## You learn
 * - An answer is rare here: each router tells its group (lesson 12) what it knows, unasked, every 30 s.
 * - Loss: nothing is acknowledged. Everything is repeated every 30 s anyway. If a neighbour is
 *   silent for 180 s, its routes become unreachable (16). After 120 s more they are forgotten.
 * - Size: 25 routes, 504 bytes: no fragments. More routes are more datagrams, and each makes sense alone.
 * - Strangers: only neighbours are believed, by network and port. These may lie, or be forged: RFC 4822 signs.
 *
 * ## Run
 *
 *     deno task lesson16                            watch it happen
 *     deno task lesson16 router                     say that the network 10.1/16 is here
 *     deno task lesson16 router --host 127.0.0.2    be its neighbour, and say so of 10.2/16
 *
 * ## Try next
 * - Give both `--every 1`, and stop one: who notices, and when? (macOS: `sudo ifconfig lo0 alias 127.0.0.2`)
 * - In `hear`, take the last line out: news waits for an update at each hop. That is slower, but in a row nobody
 *   counts. In a ring of four one may: news goes round one way, and an old word the other. Draw it.
 *
 * @module
 */
import type { Diagram, Lesson } from "../cli/lesson.ts";
import { hearAll, inTurns, label, type Link, pause, routerRole } from "../cli/rip.ts";
import { run } from "../cli/run.ts";
import { encode, INFINITY, responses, type Route, understood, type Ways } from "../lib/rip.ts";
import { type Address, bind, type Datagram, sameAddress, type Socket } from "../lib/udp.ts";
import { hearGroup } from "./12_multicast.ts";

/** Takes a neighbour's routes. Returns the networks whose distance has changed. */
export function believe(ways: Ways, by: Address, routes: Route[], now: number): string[] {
  const changed: string[] = [];
  for (const { network, metric: theirs, tag } of routes) {
    const metric = Math.min(theirs + 1, INFINITY); // one hop more than from the neighbour
    const known = ways.get(network);
    const before = known?.metric ?? INFINITY;

    // A network of our own, while it is there: nobody knows it better.
    if (!known?.by && before < INFINITY) continue;

    // Take a shorter way from anybody, and any way from the neighbour that we use already. But to
    // hear again that a lost way is lost must not restart its timer.
    const same = known?.by !== undefined && sameAddress(known.by, by);
    if (metric >= before && (!same || before === INFINITY)) continue;

    // Without a limit, one neighbour could fill the memory.
    if (!known && ways.size >= 200) continue;

    // The tag means something to other protocols. RIP passes it on as it came (RFC 2453, 4.2).
    ways.set(network, { metric, by, since: now, tag });
    if (metric !== before) changed.push(network);
  }
  return changed;
}

/** What nobody has said for six updates is lost, and four updates later forgotten. Returns what is lost now. */
export function forget(ways: Ways, every: number, now: number): string[] {
  return [...ways].flatMap(([network, way]) => {
    const { metric, by, since } = way;
    const updates = by ? (now - since) / every : 0;
    if (metric === INFINITY && updates >= 4) ways.delete(network); // by now all were told
    if (metric === INFINITY || updates < 6) return [];
    ways.set(network, { ...way, metric: INFINITY, since: now });
    return [network];
  });
}

/**
 * Learns and tells the ways. (To pass packets on by them is the system's work, and not done here.) `links` are
 * its networks: where to tell the neighbours there, and who is one.
 */
export class Router {
  readonly ways: Ways = new Map();
  readonly far = (network: string): number => this.ways.get(network)?.metric ?? INFINITY;
  sent = 0;
  heard = 0;
  careful = true; // false as in the first half of the play
  constructor(readonly socket: Socket, readonly links: Link[]) {}

  /** Heeds a datagram, or returns why it does not. */
  async hear({ data, from }: Datagram): Promise<string | undefined> {
    const message = understood(data);
    const link = this.links.find((link) => link.has(from));
    if (!message) return "Not understood.";
    // RIP answers 24 bytes with 504 or more, so strangers get no answer: in 2015 questions came in the names
    // of victims, and old routers (version 1) flooded those.
    if (!link) return "That is no neighbour.";
    if (message.type === "REQUEST") {
      const asked = message.networks?.map((network) => {
        return { network, metric: this.far(network), tag: this.ways.get(network)?.tag };
      });
      return await this.#send(asked ?? this.routes(link), from);
    }
    // The real port is 520: to open one below 1024 takes an administrator. It was a proof, once.
    if (from.port !== link.to.port) return "That is no router's port.";
    const news = believe(this.ways, from, message.routes, performance.now());
    if (this.careful && news.length > 0) await this.tell(news);
  }

  /** What to tell on a link: all, or what is new. */
  routes(link: Link, news?: string[]): Route[] {
    return [...this.ways].flatMap(([network, { metric, by, tag }]) => {
      // Split horizon: a way is not told to whoever told it: it would take us for a second way. Poisoned
      // reverse: it is told that by us there is none (16), which undoes mistakes, too.
      const back = this.careful && by && link.has(by);
      if (news && (back || !news.includes(network))) return [];
      return { network, metric: back ? INFINITY : metric, tag };
    });
  }

  /**
   * Sends an update, or only the changed routes: a *triggered update*, which does not wait for the
   * next regular one. Here each leaves at once. Other routers, such as bird and FRR's ripd, send
   * the first one at once. What changes soon after it they gather for up to 5 s (RFC 2453, 3.10.1).
   */
  async tell(news?: string[]): Promise<void> {
    for (const link of this.links) await this.#send(this.routes(link, news), link.to);
  }

  async #send(routes: Route[], to: Address): Promise<undefined> {
    for (const message of responses(routes)) {
      this.sent++;
      await this.socket.send(message, to);
    }
  }
}

/** Three routers in a row, and behind C a network. The link to it breaks twice. */
export async function play(diagram: Diagram): Promise<void> {
  using one = diagram.watch("A", bind()), two = diagram.watch("B", bind());
  using three = diagram.watch("C", bind());
  const at = ({ address: to }: Socket): Link => ({ to, has: (from) => sameAddress(from, to) });
  const [a, b] = [new Router(one, [at(two)]), new Router(two, [at(one), at(three)])];
  const c = new Router(three, [at(two)]);
  const [all, net] = [[b, c, a], "10.9.0.0/16"];
  for (const router of all) hearAll(router, router.socket);
  for (const careful of [false, true]) {
    for (const router of all) router.careful = careful;
    c.ways.set(net, { metric: 10, since: 0 }); // a slow link may count as many: so the picture is shorter
    await c.tell();
    await (careful ? three : one).send(encode({ type: "REQUEST" }), two.address); // what C told is poisoned
    await inTurns(all, () => a.far(net) === 12);
    await pause(20); // it was heard
    const first = careful ? "C tells it at once" : "But B's update comes first";
    diagram.note(`All know. Then C's link to 10.9/16 breaks (16). ${first}.`);
    c.ways.set(net, { metric: INFINITY, since: 0 });
    const lost = () => all.every(({ far }) => far(net) === INFINITY);
    const took = await inTurns(all, lost, careful ? () => c.tell([net]) : undefined);
    const how = careful ? "Poisoned reverse, and news told at once" : "Each believed its own echo";
    diagram.note(`${how}: ${took}, and all know.`);
  }
}

export const lesson: Lesson = {
  part: 3,
  title: "RIP",
  about: "RIP: routers tell their neighbours, and count to infinity.",
  port: 1520,
  play,
  label,
  roles: { router: routerRole({ Router, forget, hearGroup }) },
  tryNext: ["deno task lesson16 router", "deno task lesson16 router --host 127.0.0.2"],
};

if (import.meta.main) await run(lesson);
