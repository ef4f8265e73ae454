/**
 * # Lesson 18: NAT
 *
 * At home, many computers share one address of the internet. Their router makes this possible. In
 * each datagram that goes out, it replaces the sender's address and port with its own address and
 * one of its own ports. It remembers which computer has which port, and passes replies on. This is
 * called network address translation (*NAT*).
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
 * - The *mapping* says which of the router's ports a computer gets: its port outside. If it is
 *   *endpoint-independent*, the computer has one port for all destinations. If it is *address and
 *   port-dependent*, the computer gets another port for each destination. RFC 4787 forbids that
 *   (REQ-1), but some routers do it.
 * - The *filter* says which datagrams get in. Ours is address and port-dependent, like the filter
 *   of Linux. Suppose the router sends a computer's datagram from port 40001 to an endpoint. Then
 *   this endpoint's datagrams get in at port 40001. All others are dropped.
 * - The *timeout* says when the router forgets. UDP has no message that ends a conversation. So the
 *   router forgets a computer that has not sent for some time. Linux forgets after 30 s, and after
 *   120 s if both sides have sent. RFC 4787 wants at least 2 minutes (REQ-5).
 *
 * ## Two routers
 *
 * Ann and Bob are each behind a router. A server tells each of them where the other one is: an
 * address and a port of the other one's router. Then both send to each other. Bob's router drops
 * Ann's first datagram, because Bob has not sent to her yet. But on its way out, this datagram has
 * opened Ann's router for Bob. And as soon as Bob sends, his router is open for Ann. This is called
 * *hole punching*.
 *
 * It works if both routers have an endpoint-independent mapping. If Ann's router has the other
 * mapping, it takes another port for Bob than for the server. But the server can tell Bob only the
 * port that it sees.
 *
 * ## The messages
 *
 * A real router reads and changes the addresses in the headers of IP and UDP. A program cannot do
 * that with its socket. So here, each datagram between a computer and its router begins with an
 * address and a line break. On the way out, it is the receiver's address. On the way in, it is the
 * sender's. lib/behind.ts puts it there and takes it off:
 *
 *     127.0.0.1:3478 ⏎ data
 *
 * The two computers ask a server that both know. A question is a line of text, filled with spaces
 * to 128 bytes. The reply has two lines:
 *
 *     meet ann bob                   I am ann, and I look for bob
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
 *     Looking for bob...
 *     The server sees ann at 127.0.0.1:40001.
 *     bob is at 127.0.0.1:50002. Sending 10 greetings.
 *     9 of bob's 10 greetings arrived.
 *
 * 40001 is a port of the router. The router prints a line for each datagram: `Out:`, `In:` or
 * `Dropped:`.
 *
 * @module
 */
import { bindBehind, pack, type Packet, parseAddress, unpack } from "../lib/behind.ts";
import { sleep } from "../lib/clock.ts";
import { remember } from "../lib/newest.ts";
import { replyToEach } from "../lib/replies.ts";
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
import { trySend } from "./08_loss.ts";

/** How a router translates. */
export interface Rules {
  /** Its address outside, without a port. */
  readonly hostname: string;
  /** Whether a computer gets another port outside for each destination. */
  readonly portForEach: boolean;
  /** A computer loses a port that it has not used for this many milliseconds. */
  readonly timeout: number;
}

/** A port outside, and what the router remembers of it. All times are milliseconds. */
interface Mapping {
  /** The address of the computer that has this port. */
  readonly inside: Address;
  /** The socket that is bound to this port. */
  readonly outside: Socket;
  /** When the computer last sent by this port. */
  lastSent: number;
  /** When the computer last sent to each destination by this port. */
  readonly sentTo: Map<string, number>;
}

/** What a router uses. The lesson's diagram gives sockets that it draws, and a clock of its own. */
export interface RouterParts {
  readonly open: typeof bind;
  readonly now: () => number;
  readonly print: (line: string) => void;
}

/** The usual parts: real sockets and the real time. They print nothing. */
const PARTS: RouterParts = { open: bind, now: () => performance.now(), print: () => {} };

/** A router at work: what its functions share. */
interface Nat {
  /** The socket to which the computers send. */
  readonly home: Socket;
  readonly rules: Rules;
  readonly parts: RouterParts;
  readonly mappings: Map<string, Mapping>;
}

/**
 * A router. Computers send to the socket `home`. The router passes their datagrams on from ports of
 * its own. It passes back what its filter lets in. It runs until `home` is closed.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { bindBehind } from "../lib/behind.ts";
 * import { bind } from "../lib/udp.ts";
 *
 * using home = bind();
 * translate(home, { hostname: "127.0.0.1", portForEach: false, timeout: 30_000 });
 *
 * using server = bind();
 * using computer = bindBehind(home.address); // sends and receives through the router
 * await computer.send("Hello", server.address);
 * const { from } = await server.receive();
 * assertEquals(from.port === computer.address.port, false); // it is a port of the router
 *
 * await server.send("Hello, whoever you are!", from);
 * assertEquals((await computer.receive()).from, server.address);
 * ```
 */
export async function translate(home: Socket, rules: Rules, parts = PARTS): Promise<void> {
  const nat: Nat = { home, rules, parts, mappings: new Map() };

  try {
    for await (const { data, from } of home) {
      // unpack() returns the destination's address and the data. It returns
      // undefined for other bytes, and for a destination on another machine.
      const packet = unpack(data);

      // A datagram to the router itself would come back to `home`, as if a
      // computer had sent it.
      if (!packet || sameAddress(packet.address, home.address)) {
        parts.print(`Dropped: ${formatAddress(from)} sent nothing that can be passed on.`);
        continue;
      }

      const mapping = mappingFor(nat, from, packet.address);
      passOut(nat, mapping, packet);
    }
  } finally {
    for (const { outside } of nat.mappings.values()) outside.close();
  }
}

/** Returns the mapping for what a computer sends: the one that it has, or a new one. */
function mappingFor(nat: Nat, inside: Address, to: Address): Mapping {
  const { rules, parts, mappings } = nat;

  // Datagrams with the same key share a port outside.
  let key = formatAddress(inside);
  if (rules.portForEach) key += ` to ${formatAddress(to)}`;

  // The timeout: the computer loses its port.
  let mapping = mappings.get(key);
  if (mapping && parts.now() - mapping.lastSent > rules.timeout) {
    mapping.outside.close();
    mapping = undefined;
  }

  // A computer without a port gets a new one.
  mapping ??= openPort(nat, inside);

  // remember() puts the mapping at the end of the map. So the first one there is
  // the one that was used longest ago. If there are more than 200, remember()
  // removes the first one and returns it. So nobody can fill our memory.
  const oldest = remember(mappings, key, mapping);
  oldest?.outside.close();
  return mapping;
}

/** Opens a port outside for a computer. */
function openPort(nat: Nat, inside: Address): Mapping {
  const outside = nat.parts.open({ hostname: nat.rules.hostname });
  const mapping = { inside, outside, lastSent: nat.parts.now(), sentTo: new Map() };

  // Without await: it runs until its socket is closed. If it fails, the other
  // computers still have their ports.
  passIn(nat, mapping).catch((error) => nat.parts.print(error.message));
  return mapping;
}

/** Passes one datagram out, and remembers when and where to. */
function passOut({ parts }: Nat, mapping: Mapping, { address, data }: Packet): void {
  const { inside, outside, sentTo } = mapping;
  mapping.lastSent = parts.now();
  remember(sentTo, formatAddress(address), mapping.lastSent); // at most 200 of them, too

  const way = `from ${formatAddress(inside)} to ${formatAddress(address)}`;
  parts.print(`Out: ${way}, by port ${outside.address.port}.`);
  trySend(outside, data, address); // as in lesson 8: what cannot be sent is lost
}

/** Passes in what the filter allows at one port outside. Runs until this socket is closed. */
async function passIn({ home, rules, parts }: Nat, mapping: Mapping): Promise<void> {
  const { inside, outside, sentTo } = mapping;

  for await (const { data, from } of outside) {
    const way = `from ${formatAddress(from)} to port ${outside.address.port}`;
    const sent = sentTo.get(formatAddress(from));

    // The filter: the computer has to have sent to this sender before.
    if (sent === undefined) {
      parts.print(`Dropped: ${way}. Nothing was sent to this sender.`);
      continue;
    }

    // The timeout. A datagram from outside does not restart it. Otherwise
    // somebody outside could keep the port open (RFC 4787, REQ-6).
    if (parts.now() - sent > rules.timeout) {
      parts.print(`Dropped: ${way}. The timeout is over.`);
      continue;
    }

    // pack() puts the sender's address in front of the data.
    parts.print(`In: ${way}, for ${formatAddress(inside)}.`);
    trySend(home, pack(from, data), inside);
  }
}

/**
 * Sends keep-alives: an empty datagram again and again, so that the router does not forget this
 * socket. Returns a function that ends it. The lesson's diagram uses it. The peers below need none,
 * because they send all the time.
 */
export function keepAlive(socket: Socket, to: Address, milliseconds: number): () => void {
  // The computer has to send it: many routers count only what goes out.
  // RFC 8085 says: not more often than every 15 s, and not at all if you can do
  // without.
  const timer = setInterval(() => trySend(socket, new Uint8Array(), to), milliseconds);
  return () => clearInterval(timer);
}

/** How many bytes a question has. The longest reply has 112, with two IPv6 addresses. */
const QUESTION = 128;

/** A name has 1 to 12 letters, digits or `_`. It is short, because the reply repeats it. */
const NAME = /^\w{1,12}$/;

/** A question is the word "meet", two such names, and spaces. */
const MEET = /^meet (\w{1,12}) (\w{1,12}) *$/;

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
  // Every question has 128 bytes, so no reply is longer. Our own reply is not a
  // question: it does not begin with "meet".
  const found = new TextDecoder().decode(data).match(MEET);
  if (data.length !== QUESTION || !found) return undefined;
  const name = found[1]!; // what the first brackets matched
  const friend = found[2]!;

  // A name proves nothing: anyone can take it. Only encryption helps against
  // that.
  remember(guests, name, { address: from, asked: now });

  let where = "?"; // the friend is not here
  const other = guests.get(friend);
  if (other && now - other.asked <= PRESENCE) where = formatAddress(other.address);
  return `you ${formatAddress(from)}\n${friend} ${where}`;
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
  // The word "you", our address, and in the second line the friend's name and
  // its address, or a question mark.
  const found = new TextDecoder().decode(data).match(/^you (.+)\n(\w+) (.+)$/);
  if (!found || found[2] !== friend) return undefined;

  // parseAddress() returns undefined for a text that is not an address, such as
  // the question mark.
  const you = parseAddress(found[1]!);
  if (!you) return undefined;
  return { you, friend: parseAddress(found[3]!) };
}

/** Asks the server once. Returns `undefined` if no reply comes in time. */
export async function askToMeet(
  socket: Socket,
  { name, friend }: Names,
  server: Address,
  milliseconds: number,
): Promise<Introduction | undefined> {
  await socket.send(`meet ${name} ${friend}`.padEnd(QUESTION), server);
  const reply = await receiveUntil(socket, milliseconds, ({ data, from }) => {
    return sameAddress(from, server) && readIntroduction(data, friend) !== undefined;
  });
  if (!reply) return undefined;

  return readIntroduction(reply.data, friend);
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

  // Keeps a greeting of the friend. A copy counts once.
  const hear = ({ data, from }: Datagram) => {
    const text = new TextDecoder().decode(data);
    const isGreeting = /^hello ([1-9]|10)$/.test(text); // numbered from 1 to 10
    if (isGreeting && sameAddress(from, friend)) heard.add(text);
    return false; // so the wait goes on until its time is up, and we hear them all
  };

  for (let number = 1; number <= GREETINGS; number++) {
    await socket.send(`hello ${number}`, friend);
    await receiveUntil(socket, milliseconds, hear);
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
  let printed = ""; // our address outside, as we have printed it last
  let unanswered = 0; // how many questions in a row got no reply

  while (unanswered < 10) {
    const reply = await askToMeet(socket, names, server, 500);
    if (!reply) {
      unanswered++;
      continue;
    }
    unanswered = 0;

    // The address is another one if the router has forgotten us in between.
    const you = formatAddress(reply.you);
    if (you !== printed) print(`The server sees ${names.name} at ${you}.`);
    printed = you;

    if (reply.friend) return reply.friend;
    await sleep(500);
  }

  throw new Error(`Is the server running at ${formatAddress(server)}? There was no reply.`);
}

/** `deno task lesson18 meet` runs this: tells peers where they are, until it is stopped. */
export async function meet(at: Address, print = console.log): Promise<void> {
  using socket = bind(at);
  print(`Bind UDP on ${socket.address.port}... (at ${at.hostname}, Ctrl-C stops)`);

  // replyToEach() is the loop of lesson 4's serve(). But its function also gets
  // the sender's address.
  const guests: Guests = new Map();
  const reply = (datagram: Datagram) => introduce(guests, datagram, performance.now());
  await replyToEach(socket, reply, print);
}

/** `deno task lesson18 router` runs this: translates until the program is stopped. */
export async function router(at: Address, rules: Rules, print = console.log): Promise<void> {
  // Nobody on another machine should reach this one through our router.
  const isHere = at.hostname.startsWith("127.") && rules.hostname.startsWith("127.");
  if (!isHere) {
    throw new Error("This router is for this machine only: its addresses begin with 127.");
  }
  bind({ hostname: rules.hostname }).close(); // throws if this machine does not have the address

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
  if (!NAME.test(name) || !NAME.test(friend)) {
    throw new Error("A name must have 1 to 12 letters, digits or _.");
  }

  // The socket of bindBehind() sends and receives through the router.
  using socket = behind ? bindBehind(behind) : bind({ hostname: localFor(server) });
  print(`Looking for ${friend}...`);
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
 *    that most greetings arrive. Ann's router prints `Dropped:` for each greeting that comes before
 *    Ann has sent to Bob.
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
