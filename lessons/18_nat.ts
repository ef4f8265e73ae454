/**
 * # Lesson 18: NAT
 *
 * At home, many computers share one address of the internet. Their router makes this possible. It
 * replaces the sender's address of each datagram by its own address and one of its own ports. It
 * remembers which computer has which port, and passes replies on. This is called network address
 * translation (*NAT*).
 *
 * So a computer behind a router reaches every server. But nobody can send to the computer first:
 * the router would not know which computer should get the datagram. And two computers behind two
 * routers need the help of a server to meet.
 *
 * ## You learn
 * - how a router translates: its mapping, its filter and its timeout
 * - why nothing arrives any more after a pause, and how a *keep-alive* prevents that
 * - how two computers behind two routers reach each other
 * - with which routers this fails
 *
 * ## What a router decides
 *
 * RFC 4787 has names for it. An *endpoint* is a host and a port: our code calls it `Address`.
 *
 * - The *mapping* says which port outside a computer gets. If it is *endpoint-independent*, the
 *   computer has one port for all destinations. If it is *address and port-dependent*, the computer
 *   gets another port for each destination. RFC 4787 forbids that (REQ-1), but some routers do it.
 * - The *filter* says which datagrams get in. Ours is address and port-dependent, as the filter of
 *   Linux. A datagram that comes to a port outside gets in only if the computer has sent to its
 *   sender before, by this port.
 * - The *timeout* says when the router forgets. UDP has no message that ends a conversation. So the
 *   router forgets a computer that has not sent for some time. Linux forgets after 30 s, and after
 *   120 s if both sides have sent. RFC 4787 wants at least 2 minutes (REQ-5).
 *
 * ## Two routers
 *
 * Ann and Bob are each behind a router. A server tells each of them where the other one is: which
 * address and port its router has for it. Then both send to each other. Bob's router drops Ann's
 * first datagram, because Bob has not sent to her yet. But on its way out, this datagram has opened
 * Ann's router for Bob. And as soon as Bob sends, his router is open for Ann. This is called *hole
 * punching*.
 *
 * It works if both routers have an endpoint-independent mapping. If Ann's router does not, it takes
 * another port for Bob than for the server. But the server can tell Bob only the port that it sees.
 *
 * ## The messages
 *
 * A real router reads and changes the addresses in the headers of IP and UDP. A program cannot do
 * that with its socket. So here, each datagram between a computer and its router begins with an
 * address and a line break. On the way out, it is the receiver's address. On the way in, it is the
 * sender's:
 *
 *     127.0.0.1:3478 ⏎ data
 *
 * The two computers ask a server that both know. A question is a line of text, and the reply has
 * two lines:
 *
 *     meet ann bob                   I am ann, and I look for bob (and spaces, up to 128 bytes)
 *
 *     you 127.0.0.1:40001 ⏎          your question came from here
 *     bob 127.0.0.1:50002            this is where bob asked from, or ? for "not here"
 *
 * STUN (RFC 8489) is the standard for the question "Where do I come from?". Its question may have
 * 20 bytes, and its reply has at least 32. Here, no reply is longer than its question.
 *
 * ## Run
 *
 *     deno task lesson18                                       show the lesson as a diagram
 *     deno task lesson18 meet                                  in one terminal: the server
 *     deno task lesson18 router --port 4001                    in a second one: a router
 *     deno task lesson18 peer --router 127.0.0.1:4001          in a third one: Ann, behind it
 *     deno task lesson18 peer --name bob --friend ann          in a fourth one: Bob
 *
 * Bob is not behind a router here. Ann prints these lines. 40001 and 50002 stand for other ports,
 * and the number of greetings may be smaller:
 *
 *     The server sees ann at 127.0.0.1:40001.
 *     bob is not here yet. Waiting...
 *     bob is at 127.0.0.1:50002. Sending 10 greetings.
 *     9 of bob's 10 greetings arrived.
 *
 * 40001 is a port of the router. The router prints a line for each datagram: `Out:`, `In:` or
 * `Dropped:`.
 *
 * @module
 */
import { isIPv4 } from "node:net";
import { sleep } from "../lib/clock.ts";
import {
  type Address,
  bind,
  type Datagram,
  formatAddress,
  localFor,
  sameAddress,
  type Socket,
} from "../lib/udp.ts";
import { receiveUntil } from "./02_receive.ts";
import { whyNot } from "./03_bind.ts";
import { trySend } from "./08_loss.ts";

/** How much a router or a server remembers: 200 is enough for this workbook. */
const MOST = 200;

/** How a router translates. */
export interface Rules {
  /** Its address outside, without a port. */
  readonly hostname: string;
  /** Whether a computer gets another port outside for each destination. */
  readonly portForEach: boolean;
  /** The router forgets what a computer has not used for this many milliseconds. */
  readonly timeout: number;
}

/** What a router remembers of a computer. */
interface Mapping {
  /** The computer's own address. */
  readonly inside: Address;
  /** The socket that has its port outside. */
  readonly outside: Socket;
  /** When the computer last sent by this port, in milliseconds. */
  sent: number;
  /** When it last sent by this port to each destination. */
  readonly sentTo: Map<string, number>;
}

/** What a router uses. The lesson's diagram replaces the sockets and the clock by its own. */
export interface RouterParts {
  readonly open: typeof bind;
  readonly now: () => number;
  readonly print: (line: string) => void;
}

const PARTS: RouterParts = { open: bind, now: () => performance.now(), print: () => {} };

/**
 * A router: passes on what computers send to the socket `home`, from ports of its own. Passes back
 * what its filter lets in. Runs until `home` is closed.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { bind } from "../lib/udp.ts";
 *
 * using home = bind();
 * translate(home, { hostname: "127.0.0.1", portForEach: false, timeout: 30_000 });
 *
 * using server = bind();
 * using computer = bindBehind(home.address);
 * await computer.send("Hello", server.address);
 * const { from } = await server.receive();
 * assertEquals(from.port === computer.address.port, false); // it is a port of the router
 *
 * await server.send("Hello, whoever you are!", from);
 * assertEquals((await computer.receive()).from, server.address);
 * ```
 */
export async function translate(home: Socket, rules: Rules, parts = PARTS): Promise<void> {
  const mappings = new Map<string, Mapping>();

  try {
    for await (const datagram of home) {
      const packet = unpack(datagram.data);
      const from = formatAddress(datagram.from);

      // A datagram to the router itself would come back to `home`, as if a
      // computer had sent it.
      if (!packet || sameAddress(packet.address, home.address)) {
        parts.print(`Dropped: ${from} sent nothing that can be passed on.`);
        continue;
      }

      // Datagrams with the same key share a port outside.
      const key = rules.portForEach ? `${from} to ${formatAddress(packet.address)}` : from;
      let mapping = mappings.get(key);
      if (!mapping || parts.now() - mapping.sent > rules.timeout) {
        mapping?.outside.close(); // forgotten: the computer gets another port
        mapping = openPort(home, datagram.from, rules, parts);
      }

      // If there are too many, the one that was silent longest is closed.
      remember(mappings, key, mapping)?.outside.close();
      passOut(mapping, packet, parts);
    }
  } finally {
    for (const { outside } of mappings.values()) outside.close();
  }
}

/** Opens a port outside for a computer. */
function openPort(home: Socket, inside: Address, rules: Rules, parts: RouterParts): Mapping {
  const outside = parts.open({ hostname: rules.hostname });
  const mapping = { inside, outside, sent: 0, sentTo: new Map() };

  // Without await: it runs until its socket is closed. If it fails, the other
  // computers still have their ports.
  passIn(home, mapping, rules, parts).catch(({ message }) => parts.print(message));
  return mapping;
}

/** Passes one datagram out, and remembers when and where to. */
function passOut(mapping: Mapping, { address, data }: Packet, parts: RouterParts): void {
  const { inside, outside, sentTo } = mapping;
  mapping.sent = parts.now();
  remember(sentTo, formatAddress(address), mapping.sent);

  const way = `from ${formatAddress(inside)} to ${formatAddress(address)}`;
  parts.print(`Out: ${way}, by port ${outside.address.port}.`);
  trySend(outside, data, address);
}

/** Passes in what the filter allows at one port outside. Runs until this socket is closed. */
async function passIn(
  home: Socket,
  { inside, outside, sentTo }: Mapping,
  rules: Rules,
  parts: RouterParts,
): Promise<void> {
  for await (const { data, from } of outside) {
    const way = `from ${formatAddress(from)} to port ${outside.address.port}`;

    // The filter. Datagrams from outside do not restart the timeout. Otherwise
    // somebody outside could keep the port open (RFC 4787, REQ-6).
    const sent = sentTo.get(formatAddress(from));
    if (sent === undefined || parts.now() - sent > rules.timeout) {
      const reason = sent === undefined ? "has not sent there" : "has forgotten it";
      parts.print(`Dropped: ${way}, which ${reason}.`);
      continue;
    }

    parts.print(`In: ${way}, for ${formatAddress(inside)}.`);
    trySend(home, pack(from, data), inside);
  }
}

/**
 * Puts a value at the end of a map. If the map has too many then, removes its oldest value and
 * returns it. Without a limit, anyone could fill the memory.
 */
export function remember<T>(map: Map<string, T>, key: string, value: T): T | undefined {
  map.delete(key); // a map keeps the order in which its keys were added
  map.set(key, value);
  if (map.size <= MOST) return undefined;

  const oldest = map.keys().next().value!;
  const removed = map.get(oldest);
  map.delete(oldest);
  return removed;
}

/** A datagram between a computer and its router: an address, and the data. */
export interface Packet {
  readonly address: Address;
  readonly data: Uint8Array<ArrayBuffer>;
}

/** Returns the data with an address in front. */
export function pack(address: Address, data: Uint8Array): Uint8Array {
  const line = new TextEncoder().encode(`${formatAddress(address)}\n`);
  const packed = new Uint8Array(line.length + data.length);
  packed.set(line);
  packed.set(data, line.length);
  return packed;
}

/** Returns the address and the data of a packet, or `undefined` for other bytes. */
export function unpack(packed: Uint8Array): Packet | undefined {
  const end = packed.indexOf("\n".charCodeAt(0));
  if (end < 0) return undefined;

  // We pass nothing on to other machines. Otherwise an attacker could hide
  // behind this router.
  const address = parseAddress(new TextDecoder().decode(packed.subarray(0, end)));
  if (!address?.hostname.startsWith("127.")) return undefined;
  return { address, data: packed.slice(end + 1) };
}

/** Returns the address that a text such as `192.168.1.9:9999` stands for, if it is one of IPv4. */
export function parseAddress(text: string): Address | undefined {
  const [hostname = "", port = "", ...more] = text.split(":");
  if (!isIPv4(hostname) || !/^\d{1,5}$/.test(port) || more.length > 0) return undefined;
  if (Number(port) < 1 || Number(port) > 65_535) return undefined;
  return { hostname, port: Number(port) };
}

/**
 * Binds a socket behind a router. Its `send` and `receive` go through the router. So the rest of
 * the program does not know that there is one, as in a real network. (The lesson's diagram hands in
 * a socket that it draws.)
 */
export function bindBehind(router: Address, socket = bind({ hostname: localFor(router) })): Socket {
  // These are the socket's own functions. (JavaScript's bind() sets `this`.)
  const send = socket.send.bind(socket);
  const receive = socket.receive.bind(socket);

  socket.send = (data, to) => {
    const bytes = typeof data === "string" ? new TextEncoder().encode(data) : data;
    return send(pack(to, bytes), router);
  };

  socket.receive = async (options) => {
    while (true) {
      const { data, from } = await receive(options);
      const packet = sameAddress(from, router) ? unpack(data) : undefined;
      if (packet) return { data: packet.data, from: packet.address };
    }
  };

  return socket;
}

/**
 * Sends keep-alives: an empty datagram again and again, so that the router does not forget this
 * socket. Returns a function that ends it.
 */
export function keepAlive(socket: Socket, to: Address, milliseconds: number): () => void {
  // The computer has to send it: many routers count only what goes out.
  // RFC 8085 says: not more often than every 15 s, and not at all if you can do
  // without.
  const timer = setInterval(() => trySend(socket, new Uint8Array(), to), milliseconds);
  return () => clearInterval(timer);
}

/** How many bytes a question has. A reply with a name and two long addresses of IPv6 has 112. */
const QUESTION = 128;

/** A name has 1 to 12 letters, digits or `_`: a longer one would make the reply longer. */
const NAME = /^\w{1,12}$/;

/** A peer is here if it has asked in the last 4 s. It asks about twice a second. */
const PRESENCE = 4000;

/** The peers that have asked, by their names: where from, and when (in milliseconds). */
export type Guests = Map<string, { address: Address; asked: number }>;

/**
 * Returns the server's reply to a question, and remembers who asked. Returns `undefined` for a
 * datagram that is not a question.
 */
export function introduce(
  guests: Guests,
  { data, from }: Datagram,
  now: number,
): string | undefined {
  // A shorter question gets no reply, because the reply could be longer. Our
  // own reply is not a question: it does not begin with "meet".
  if (data.length !== QUESTION) return undefined;
  const [word, name = "", friend = ""] = new TextDecoder().decode(data).trimEnd().split(" ");
  if (word !== "meet" || !NAME.test(name) || !NAME.test(friend)) return undefined;

  // A name proves nothing: anyone can take it. Only encryption helps against
  // that.
  remember(guests, name, { address: from, asked: now });

  const other = guests.get(friend);
  const isHere = other !== undefined && now - other.asked <= PRESENCE;
  return `you ${formatAddress(from)}\n${friend} ${isHere ? formatAddress(other.address) : "?"}`;
}

/**
 * Replies to datagrams until the socket is closed. It is lesson 4's `serve`, but `replyTo` also
 * gets the sender's address. It may be an `async` function, as in lesson 19.
 */
export async function replyToEach(
  socket: Socket,
  replyTo: (datagram: Datagram) => string | undefined | Promise<string | undefined>,
  print: (line: string) => void = () => {},
): Promise<void> {
  for await (const datagram of socket) {
    const from = formatAddress(datagram.from);
    const reply = await replyTo(datagram);
    if (reply === undefined) {
      print(`Received from ${from}. It gets no reply.`);
      continue;
    }

    print(`Received from ${from}.`);
    try {
      await socket.send(reply, datagram.from);
    } catch (error) {
      print(`No reply to ${from}: ${(error as Error).message}`); // the loop goes on
    }
  }
}

/** The name of a peer, and the name of the friend that it looks for. */
export interface Names {
  readonly name: string;
  readonly friend: string;
}

/** The server's reply: where our question came from, and the friend's address if it is here. */
export interface Introduction {
  readonly you: Address;
  readonly friend: Address | undefined;
}

/** Returns what a reply of the server says, or `undefined` for other bytes. */
export function readIntroduction(data: Uint8Array, friend: string): Introduction | undefined {
  const [first = "", second = ""] = new TextDecoder().decode(data).split("\n");
  if (!first.startsWith("you ") || !second.startsWith(`${friend} `)) return undefined;

  const you = parseAddress(first.slice("you ".length));
  return you && { you, friend: parseAddress(second.slice(`${friend} `.length)) };
}

/** Asks the server once. Returns `undefined` if no reply comes in time. */
export async function askToMeet(
  socket: Socket,
  { name, friend }: Names,
  server: Address,
  milliseconds: number,
): Promise<Introduction | undefined> {
  if (!NAME.test(name) || !NAME.test(friend)) {
    throw new Error("A name must have 1 to 12 letters, digits or _.");
  }

  await socket.send(`meet ${name} ${friend}`.padEnd(QUESTION), server);
  const reply = await receiveUntil(socket, milliseconds, ({ data, from }) => {
    return sameAddress(from, server) && readIntroduction(data, friend) !== undefined;
  });
  return reply && readIntroduction(reply.data, friend);
}

/** How many greetings a peer sends. A server that lies cannot make it send more to a victim. */
const GREETINGS = 10;

/**
 * Punches a hole: sends ten greetings to the friend, and returns how many of the friend's ten
 * greetings arrive.
 *
 * The first ones may be lost at the friend's router. But each one opens our own router for the
 * friend.
 */
export async function greetFriend(
  socket: Socket,
  friend: Address,
  milliseconds: number, // between two greetings
): Promise<number> {
  const heard = new Set<string>();

  for (let number = 1; number <= GREETINGS; number++) {
    await socket.send(`hello ${number}`, friend);

    // None of them ends the wait, because we want to hear them all.
    await receiveUntil(socket, milliseconds, ({ data, from }) => {
      const text = new TextDecoder().decode(data);
      if (sameAddress(from, friend) && /^hello \d\d?$/.test(text)) heard.add(text);
      return false;
    });
  }

  return heard.size;
}

/**
 * Asks twice a second until the friend is here, and returns its address. Gives up after ten
 * questions without a reply.
 */
async function waitForFriend(
  socket: Socket,
  names: Names,
  server: Address,
  print: (line: string) => void,
): Promise<Address> {
  const { name, friend } = names;
  let seen = ""; // our address, as the server told it last
  let unanswered = 0; // the questions without a reply since the last reply

  while (unanswered < 10) {
    const reply = await askToMeet(socket, names, server, 500);
    if (!reply) {
      unanswered++;
      continue;
    }

    const you = formatAddress(reply.you);
    if (you !== seen) print(`The server sees ${name} at ${you}.`);
    if (reply.friend) return reply.friend;

    if (seen === "") print(`${friend} is not here yet. Waiting...`);
    seen = you;
    unanswered = 0;
    await sleep(500);
  }

  throw new Error(`Is the server running at ${formatAddress(server)}? There was no reply.`);
}

/** `deno task lesson18 meet` runs this: tells peers where they are, until it is stopped. */
export async function meet(at: Address, print = console.log): Promise<void> {
  using socket = bind(at);
  print(`Bind UDP on ${socket.address.port}... (at ${at.hostname}, Ctrl-C stops)`);

  const guests: Guests = new Map();
  await replyToEach(socket, (datagram) => introduce(guests, datagram, performance.now()), print);
}

/** `deno task lesson18 router` runs this: translates until the program is stopped. */
export async function router(at: Address, rules: Rules, print = console.log): Promise<void> {
  if (![at.hostname, rules.hostname].every((host) => host.startsWith("127."))) {
    throw new Error("This router is for this machine only: its addresses begin with 127.");
  }
  const problem = whyNot({ hostname: rules.hostname, port: 0 }); // of lesson 3
  if (problem) throw problem;

  using home = bind(at);
  print(`Bind UDP on ${home.address.port}... (at ${at.hostname}, Ctrl-C stops)`);
  await translate(home, rules, { ...PARTS, print });
}

/** `deno task lesson18 peer` runs this: finds a friend with the server's help, and greets it. */
export async function peer(
  names: Names,
  server: Address,
  behind: Address | undefined, // its router, if it has one
  print = console.log,
): Promise<void> {
  const { name, friend } = names;
  using socket = behind ? bindBehind(behind) : bind({ hostname: localFor(server) });
  const to = await waitForFriend(socket, names, server, print);

  // The same socket as before. Another one would have another port outside.
  print(`${friend} is at ${formatAddress(to)}. Sending ${GREETINGS} greetings.`);
  const heard = await greetFriend(socket, to, 200);
  print(`${heard} of ${friend}'s ${GREETINGS} greetings arrived.`);
  if (heard === 0) {
    throw new Error(
      `${name} and ${friend} cannot reach each other. Perhaps a router takes another port for ` +
        "each destination. Then a relay helps.",
    );
  }
}

/*
 * ## Try next
 *
 * 1. Put Bob behind a router, too. Run `deno task lesson18 router --port 4002`, then Ann as before,
 *    then `deno task lesson18 peer --name bob --friend ann --router 127.0.0.1:4002`. You should see
 *    that most greetings arrive. The line `Dropped:` of Ann's router shows Bob's first one.
 * 2. Start both routers with `--each`, which means another port for each destination. Run Ann and
 *    Bob again. You should see `0 of bob's 10 greetings arrived.` The routers' lines show two ports
 *    for one computer. The other side sends to the wrong one.
 * 3. Start Ann's router with `--timeout 0.2`, and Ann without Bob. You should see another port each
 *    time: `The server sees ann at 127.0.0.1:40005.` Ann asks twice a second, and the router has
 *    forgotten her each time.
 * 4. Ask the server yourself: `printf '%-128s' 'meet ann bob' | nc -u -w1 127.0.0.1 3478`. You
 *    should see `you`, the address of nc, and `bob ?`. If you leave out the spaces
 *    (`printf 'meet ann bob'`), you should see nothing.
 * 5. On Linux and Windows, give the router another address: `--outside 127.0.1.1`. You should see
 *    that the server prints `Received from 127.0.1.1:40001.`
 *
 * Programs that must always reach each other use ICE (RFC 8445). It tries all ways at once, and
 * takes a relay if no other way works. docs/behind-a-router.md says more.
 */

if (import.meta.main) import("../cli/lessons/18_nat.ts").then(({ main }) => main());
