/**
 * How lesson 16 runs: its play, its role, and its options.
 *
 * @module
 */
import { advertise, hear, type Link, type Router, router } from "../../lessons/16_rip.ts";
import { sleep } from "../../lib/clock.ts";
import { describe, encode, INFINITY, tryDecode } from "../../lib/rip.ts";
import { count } from "../../lib/text.ts";
import { bind, sameAddress, type Socket } from "../../lib/udp.ts";
import type { Diagram, Lesson } from "../lesson.ts";
import { ownRoutes } from "../rip.ts";
import { run } from "../run.ts";
import { watch } from "../watch.ts";

const NETWORK = "10.9.0.0/16";

/** Plays three routers in a row. The link to a network behind the last one breaks twice. */
export async function play(diagram: Diagram): Promise<void> {
  const traffic = new Traffic();
  using one = traffic.watch(diagram.watch("A", bind()));
  using two = traffic.watch(diagram.watch("B", bind()));
  using three = traffic.watch(diagram.watch("C", bind()));
  const a = routerAt(one, [two]);
  const b = routerAt(two, [one, three]);
  const c = routerAt(three, [two]);
  for (const router of [a, b, c]) traffic.deliver(router);
  const row = { a, b, c, traffic };

  diagram.note("A, B and C stand in a row. Network 10.9/16 is behind C, 10 hops away.");
  await countToInfinity(diagram, row);
  await poisonReverse(diagram, row);
}

/** Breaks the link when each router still tells its neighbours every route that it knows. */
async function countToInfinity(diagram: Diagram, row: Row): Promise<void> {
  const { a, b } = row;
  setCare(row, false);
  await teach(row, () => a.socket.send(encode({ type: "REQUEST" }), b.socket.address));
  diagram.note(
    "All three know a route. Now C's link to 10.9/16 breaks, but B's regular update comes first.",
  );
  const slow = await lose(row, () => advertise(b));
  diagram.note("They counted to infinity: C took its own old route back from B, and each added 1.");
  diagram.note(`It took ${slow}.`);
}

/** Breaks the link when the routers use poisoned reverse and triggered updates. */
async function poisonReverse(diagram: Diagram, row: Row): Promise<void> {
  const { b, c } = row;
  setCare(row, true);
  await teach(row, () => c.socket.send(encode({ type: "REQUEST" }), b.socket.address));
  diagram.note("Now with poisoned reverse: B has the route from C, so B tells C 16.");
  diagram.note("The link breaks again.");
  const fast = await lose(row, () => advertise(c, [NETWORK]));
  diagram.note(`Each told the loss at once, in a triggered update. It took ${fast}.`);
}

/** The routers of the play, in a row. */
interface Row {
  a: Router;
  b: Router;
  c: Router;
  traffic: Traffic;
}

/** A router whose neighbours are these sockets. */
function routerAt(socket: Socket, neighbours: Socket[]): Router {
  const links: Link[] = neighbours.map(({ address }) => {
    return { to: address, isNeighbour: (sender) => sameAddress(sender, address) };
  });
  return { socket, links, table: new Map(), careful: true };
}

function setCare({ a, b, c }: Row, careful: boolean): void {
  for (const router of [a, b, c]) router.careful = careful;
}

/**
 * Gives C the network, and lets updates follow until A knows it. The request comes after C's
 * update.
 */
async function teach(row: Row, request: () => Promise<unknown>): Promise<void> {
  // A slow link may count as many hops. To begin with 10 makes the diagram shorter.
  row.c.table.set(NETWORK, { metric: 10, since: 0 });
  await advertise(row.c);
  await row.traffic.settled();
  await request();
  await row.traffic.settled();
  await updates(row, () => row.a.table.get(NETWORK)?.metric === 12);
}

/** Breaks C's link, and lets updates follow until nobody has a route. Says how long that took. */
async function lose(row: Row, first: () => Promise<void>): Promise<string> {
  const start = performance.now();
  const before = row.traffic.sent;
  row.c.table.set(NETWORK, { metric: INFINITY, since: 0 });
  await first();
  await updates(row, () => {
    return [row.a, row.b, row.c].every(({ table }) => table.get(NETWORK)?.metric === INFINITY);
  });
  const milliseconds = Math.round(performance.now() - start);
  return `${milliseconds} ms and ${count(row.traffic.sent - before, "datagram")}`;
}

/** Lets C, A and B send their regular updates in turn, one each 30 ms, until it is done. */
async function updates({ a, b, c, traffic }: Row, done: () => boolean): Promise<void> {
  await traffic.settled();
  for (let round = 0; round < 50; round++) {
    for (const router of [c, a, b]) {
      if (done()) return;
      await sleep(30);
      await advertise(router);
      await traffic.settled();
    }
  }
  throw new Error("After 50 updates the routers do not agree. Too many datagrams were lost.");
}

/** Counts the datagrams, to know when the routers have handled all that was sent. */
class Traffic {
  sent = 0;
  #handled = 0;

  /** Counts what this socket sends. */
  watch(socket: Socket): Socket {
    const failed = () => void this.sent--;
    return watch(socket, {
      sending: () => {
        this.sent++;
        return failed;
      },
      received: () => {},
    });
  }

  /** Hands the router what arrives, until its socket is closed. */
  async deliver(router: Router): Promise<void> {
    for await (const datagram of router.socket) {
      await hear(router, datagram);
      this.#handled++;
    }
  }

  /** Waits until all is handled, for at most a second: a datagram may be lost. */
  async settled(): Promise<void> {
    const end = performance.now() + 1000;
    while (this.#handled < this.sent && performance.now() < end) await sleep(1);
    this.#handled = this.sent; // a lost datagram is not waited for again
  }
}

/** Returns what the diagram shows of a message. */
function label(data: Uint8Array): string {
  const message = tryDecode(data);
  return message ? describe(message) : "not a RIP message";
}

/** What the workbook has to know of lesson 16. */
export const lesson: Lesson = {
  part: 3,
  title: "RIP",
  about: "Routers tell their neighbours which networks they reach.",
  port: 1520,
  play,
  label,
  roles: {
    router: {
      about: "tell neighbours routes, learn theirs",
      listens: true,
      answers: true,
      options: {
        routes: {
          value: "NET/LEN=METRIC,…",
          about: "its networks; N is the end of --host",
          default: "10.N/16=1",
        },
        every: { value: "SECONDS", about: "between two updates", default: "30" },
      },
      run: ({ local, options, console }) => {
        const own = ownRoutes(options.text("routes"), local.hostname);
        return router(local, own, options.seconds("every") / 1000, console.log);
      },
    },
  },
  tryNext: ["deno task lesson16 router", "deno task lesson16 router --host 127.0.0.2"],
};

/** Runs it in this terminal. */
export const main = (): Promise<never> => run(lesson);
