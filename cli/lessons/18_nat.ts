/**
 * How lesson 18 runs: its play, its roles, and their options.
 *
 * @module
 */
import { receiveUntil } from "../../lessons/02_receive.ts";
import {
  askToMeet,
  type Guests,
  introduce,
  keepAlive,
  meet,
  peer,
  router,
  translate,
} from "../../lessons/18_nat.ts";
import { bindBehind, unpack } from "../../lib/behind.ts";
import { type Clock, sleep } from "../../lib/clock.ts";
import { replyToEach } from "../../lib/replies.ts";
import { printable } from "../../lib/text.ts";
import { type Address, bind, type BindOptions, formatAddress, type Socket } from "../../lib/udp.ts";
import type { Diagram, Lesson } from "../lesson.ts";
import { run } from "../run.ts";
import { steadyClock } from "../steady.ts";

/** In the play, a router forgets after 0.3 s, and not after 30 s or more. */
const TIMEOUT = 300;

/** How long the play waits for what comes at once: a limit for a machine that is very busy. */
const PATIENCE = 30_000;

/** Plays a pause, a keep-alive, and how Ann and Bob meet, with two kinds of routers. */
export async function play(diagram: Diagram): Promise<void> {
  const stage = { diagram, clock: steadyClock() }; // on a busy machine, this clock is slower
  await pauseAndSend(stage);
  await meetAndSend(stage);
  await failToMeet(stage);
}

/** What the scenes of the play share. */
interface Stage {
  readonly diagram: Diagram;
  readonly clock: Clock;
}

/** Ann's router forgets her in a pause. A keep-alive prevents that. */
async function pauseAndSend({ diagram, clock }: Stage): Promise<void> {
  using ann = new Household({ diagram, clock }, "Ann", false);
  using server = diagram.watch("server", bind(hostAt("127.0.9.9")));

  await ann.socket.send("Hello", server.address);
  const { from } = await server.receive();
  diagram.note(`The server sees ${formatAddress(from)}: a port of the router, and not Ann.`);
  await server.send("Hello, Ann!", from);
  await ann.socket.receive();
  diagram.note("The router remembers that this port is Ann's. Now nobody sends for 0.4 s.");

  await sleep(400, clock);
  await server.send("Some news", from);
  await ann.drops();
  diagram.note("This router forgets after 0.3 s. So it drops the news, and nobody is told.");

  const sender = await keptAlive(ann.socket, server, clock);
  await server.send("More news", sender);
  await ann.socket.receive();
  diagram.note("Ann has sent an empty datagram each 0.2 s, for 0.5 s. So the news gets in.");
  diagram.note(`Her router had given her a new port for it: ${sender.port}.`);
}

/** Keeps Ann's port open for half a second. Returns the address that the server sees. */
async function keptAlive(ann: Socket, server: Socket, clock: Clock): Promise<Address> {
  let sender = ann.address;
  const read = () =>
    receiveUntil(server, 100, ({ from }) => {
      sender = from;
      return false;
    });

  const stop = keepAlive(ann, server.address, 200);
  let over = false;
  sleep(500, clock).then(() => over = true);
  while (!over) await read();
  stop();
  await read(); // what was still under way
  return sender;
}

/** Ann and Bob meet, each behind a router with one port for all destinations. */
async function meetAndSend({ diagram, clock }: Stage): Promise<void> {
  using ann = new Household({ diagram, clock }, "Ann", false);
  using bob = new Household({ diagram, clock }, "Bob", false);
  diagram.note("Bob has a router, too. Of his side, you see only what his router sends and gets.");
  const [toBob, toAnn] = await meetAt(diagram, ann, bob, clock);
  diagram.note("The server has told each of them where the other one is. Ann sends first.");

  await ann.socket.send("hello 1", toBob);
  await bob.drops();
  diagram.note(
    "Bob has not sent to Ann, so his router drops this. But now her router lets him in.",
  );
  await bob.socket.send("hello 1", toAnn);
  await ann.socket.receive();
  await ann.socket.send("hello 2", toBob);
  await bob.socket.receive();
  diagram.note("Both have sent, so both routers let them in. The server is not needed any more.");
}

/** Ann and Bob fail to meet: each router has another port for each destination. */
async function failToMeet({ diagram, clock }: Stage): Promise<void> {
  using ann = new Household({ diagram, clock }, "Ann", true);
  using bob = new Household({ diagram, clock }, "Bob", true);
  diagram.note("Now with other routers: they take another port for each destination.");
  const [toBob, toAnn] = await meetAt(diagram, ann, bob, clock);

  await ann.socket.send("hello 1", toBob);
  await bob.drops();
  await bob.socket.send("hello 1", toAnn);
  await ann.drops();
  diagram.note(`Ann sends by port ${ann.port}, but the server saw ${toAnn.port}: Bob sends there.`);
  diagram.note("So each router drops the datagrams of the other side. Only a relay helps now.");
}

/** Both ask the server for the other one. Returns where Ann finds Bob, and Bob finds Ann. */
async function meetAt(
  diagram: Diagram,
  ann: Household,
  bob: Household,
  clock: Clock,
): Promise<[Address, Address]> {
  using server = diagram.watch("server", bind(hostAt("127.0.9.9")));
  const guests: Guests = new Map();
  replyToEach(server, (datagram) => introduce(guests, datagram, clock.now()));

  const ask = (household: Household, name: string, friend: string) => {
    return askToMeet(household.socket, { name, friend }, server.address, PATIENCE);
  };
  await ask(bob, "bob", "ann");
  const anns = await ask(ann, "ann", "bob");
  const bobs = await ask(bob, "bob", "ann");
  if (!anns?.friend || !bobs?.friend) throw new Error("Ann and Bob did not meet.");
  return [anns.friend, bobs.friend];
}

/** A computer and its router. */
class Household implements Disposable {
  /** The computer's socket. It sends and receives through the router. */
  readonly socket: Socket;
  /** The newest port of the router outside. */
  port = 0;
  readonly #home: Socket;
  #dropped = Promise.withResolvers<void>();

  constructor({ diagram, clock }: Stage, name: "Ann" | "Bob", portForEach: boolean) {
    const outside = name === "Ann" ? "127.0.1.1" : "127.0.2.2";
    const column = `${name}'s router`;
    // Bob's side would be a fifth column, and there is only room for four.
    const inside = (column: string, socket: Socket) => {
      return name === "Ann" ? diagram.watch(column, socket) : socket;
    };
    const computer = inside(name, bind());
    this.#home = inside(column, bind());
    this.socket = bindBehind(this.#home.address, computer);

    const open = (options?: BindOptions) => {
      const socket = diagram.watch(column, bind(options));
      this.port = socket.address.port;
      return socket;
    };
    const print = (line: string) => {
      if (line.startsWith("Dropped")) this.#dropped.resolve();
    };
    const rules = { ...hostAt(outside), portForEach, timeout: TIMEOUT };
    translate(this.#home, rules, { open, now: clock.now, print });
  }

  /** Waits until the router drops a datagram. */
  async drops(): Promise<void> {
    await this.#dropped.promise;
    this.#dropped = Promise.withResolvers();
  }

  [Symbol.dispose](): void {
    this.socket.close();
    this.#home.close();
  }
}

/** Returns an address of this machine. macOS has only 127.0.0.1. */
function hostAt(hostname: string): { hostname: string } {
  return { hostname: Deno.build.os === "darwin" ? "127.0.0.1" : hostname };
}

/** Returns what the diagram shows of a datagram. */
export function label(data: Uint8Array): string {
  // Between Ann and her router, the address in front is not shown.
  const text = new TextDecoder().decode(unpack(data)?.data ?? data).trimEnd();
  if (text === "") return "(empty)";

  // There is room for the second line of the server's reply: "bob at port 50002".
  const [, second] = text.split("\n");
  if (text.startsWith("you ") && second) return printable(second.replace(/ .*:/, " at port "));
  return `"${printable(text, 60)}"`;
}

/** What the workbook has to know of lesson 18. */
export const lesson: Lesson = {
  part: 4,
  title: "NAT",
  about: "NAT: behind a router, and how two of you meet.",
  port: 3478,
  play,
  label,
  roles: {
    meet: {
      about: "tell two peers where they are",
      listens: true,
      answers: true,
      run: ({ local, console }) => meet(local, console.log),
    },
    router: {
      about: "share an address, and forget",
      listens: true,
      options: {
        outside: { value: "HOST", about: "its address outside", default: "127.0.0.1" },
        each: { about: "another port for each destination" },
        timeout: { value: "SECONDS", about: "when it forgets", default: "30" },
      },
      run: ({ local, options, console }) => {
        const rules = {
          hostname: options.text("outside"),
          portForEach: options.flag("each"),
          timeout: options.seconds("timeout"),
        };
        return router(local, rules, console.log);
      },
    },
    peer: {
      about: "meet a friend, and send ten greetings",
      finds: true,
      options: {
        name: { value: "NAME", about: "who you are", default: "ann" },
        friend: { value: "NAME", about: "whom you look for", default: "bob" },
        router: { value: "HOST:PORT", about: "the router in front of you", address: true },
      },
      run: ({ remote, options, console }) => {
        const names = { name: options.text("name"), friend: options.text("friend") };
        const behind = options.has("router") ? options.address("router") : undefined;
        return peer(names, remote, behind, console.log);
      },
    },
  },
  tryNext: [
    "deno task lesson18 meet",
    "deno task lesson18 router --port 4001",
    "deno task lesson18 peer --router 127.0.0.1:4001",
  ],
};

/** Runs it in this terminal. */
export const main = (): Promise<never> => run(lesson);
