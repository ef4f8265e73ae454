/**
 * # Lesson 8: loss
 *
 * A network may lose a datagram, deliver it twice, delay it, or deliver a later one first. UDP says
 * nothing about any of this. A program finds out only by numbers in its own datagrams.
 *
 * You may not have a bad network at hand. So this lesson has a *relay*: a program that passes
 * datagrams on between two others, and by chance loses, doubles or delays some. You can put it in
 * front of your own programs, too.
 *
 * ## You learn
 * - what can happen to a datagram, and how a program sees it by numbers
 * - how a relay works: it needs a socket for each client, as a router at home needs a port for each
 * - how the receiver's own system drops datagrams, if the program reads too slowly
 *
 * ## The messages
 *
 *     ping 7    question number 7
 *     pong 7    the reply to it
 *
 * ## Run
 *
 *     deno task lesson8                                         show loss as a diagram
 *     deno task lesson8 server --port 9000                      in one terminal: reply to pings
 *     deno task lesson8 relay --to 127.0.0.1:9000 --drop 0.2    in a second one: lose a fifth
 *     deno task lesson8 ping                                    in a third one: send 10 pings
 *
 * The relay listens on port 8888, and `ping` sends to it. The relay loses a fifth in each
 * direction. `ping` prints a line for each reply, and then the result, such as:
 *
 *     pong 1 after 3.8 ms
 *     pong 2 after 1.3 ms
 *     Pings: 10 sent, 3 lost, 0 doubled, 0 late.
 *     Round trip: least 0.9 ms, middle 1.6 ms, worst 3.8 ms.
 *
 * @module
 */
import { ping as sendPings, type Pings, pong } from "../lib/ping.ts";
import type { Weather } from "../lib/relay.ts";
import { printable } from "../lib/text.ts";
import {
  type Address,
  bind,
  formatAddress,
  localFor,
  sameAddress,
  type Socket,
} from "../lib/udp.ts";
import { receiveWithin } from "./02_receive.ts";
import { serve } from "./04_echo.ts";

/**
 * Decides what happens to one datagram. Returns the delay of each copy in milliseconds: `[]` means
 * that the datagram is lost, and two numbers mean that it arrives twice.
 *
 * `weather` says how bad the network is: `drop` and `duplicate` are shares from 0 to 1. Each copy
 * takes `delay` milliseconds and a random part of `jitter`. So a later datagram can overtake an
 * earlier one. Nothing in UDP promises an order.
 *
 * A network can also damage a datagram. Then UDP's checksum is wrong, and the receiver's system
 * drops it. To the program, it is lost.
 */
export function fate(weather: Weather, random: () => number): number[] {
  const { drop = 0, duplicate = 0, delay = 0, jitter = 0 } = weather;

  // Always draw four numbers, needed or not. If a run draws the same numbers as
  // the one before, `drop` changes which datagrams are lost, and nothing else.
  const lost = random() < drop;
  const doubled = random() < duplicate;
  const first = delay + random() * jitter;
  const second = delay + random() * jitter;

  if (lost) return [];
  return doubled ? [first, second] : [first];
}

/** A network takes a datagram, and calls `send` for each copy when the copy's delay is over. */
export type Network = (data: Uint8Array, send: () => void) => void;

/** Returns a network that treats datagrams as {@linkcode fate} says. */
export function badNetwork(weather: Weather, random = Math.random): Network {
  return (_data, send) => {
    // Chance decides here, so this network does not look at the data. The
    // diagram's network does: it draws the datagrams that it loses.
    for (const delay of fate(weather, random)) setTimeout(send, delay);
  };
}

/**
 * A relay. Clients send to `socket`, and it passes their datagrams on to the server at `to`. It
 * passes the server's replies back. It ends when the socket is closed. Until then it keeps a socket
 * for each client, however many there are.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { bind } from "../lib/udp.ts";
 *
 * using server = bind();
 * using middle = bind();
 * using client = bind();
 * passOn(middle, server.address, badNetwork({ duplicate: 1 })); // every datagram arrives twice
 *
 * await client.send("Hello", middle.address); // the client sends to the relay
 * for (let copy = 1; copy <= 2; copy++) {
 *   const { data } = await server.receive();
 *   assertEquals(new TextDecoder().decode(data), "Hello");
 * }
 * ```
 */
export async function passOn(
  socket: Socket,
  to: Address,
  network: Network,
  open = bind, // the diagram gives its own function, to draw the sockets
): Promise<void> {
  const sockets = new Map<string, Socket>();

  for await (const { data, from } of socket) {
    const client = formatAddress(from);
    let own = sockets.get(client);
    if (!own) {
      // The server must tell the clients apart, and it sees only the relay. So
      // each client gets a socket of its own here, with a port of its own.
      own = open({ hostname: localFor(to) });
      sockets.set(client, own);

      const toClient = (reply: Uint8Array) => trySend(socket, reply, from);
      passBack(own, to, network, toClient); // without await: it runs beside this loop
    }
    network(data, () => trySend(own, data, to));
  }

  for (const own of sockets.values()) own.close();
}

/** Passes on what the server sends to the socket of one client. Runs until the socket is closed. */
async function passBack(
  own: Socket,
  server: Address,
  network: Network,
  toClient: (reply: Uint8Array) => void,
): Promise<void> {
  for await (const { data, from } of own) {
    // Anyone can send to this port. Only the server's datagrams are replies.
    if (sameAddress(from, server)) network(data, () => toClient(data));
  }
}

/** Sends, or does nothing if that fails: a network does not tell the sender either. */
export function trySend(from: Socket, data: Uint8Array, to: Address): void {
  from.send(data, to).catch(() => {});
}

/**
 * Reads datagrams until none comes for `silence` milliseconds. Returns them as text. It keeps all
 * of them in memory, so a sender that never stops fills the memory.
 */
export async function readAll(socket: Socket, silence: number): Promise<string[]> {
  const texts: string[] = [];
  while (true) {
    const datagram = await receiveWithin(socket, silence);
    if (!datagram) return texts;
    texts.push(printable(datagram.data));
  }
}

/**
 * Sends numbers from 1 on to a program that does not read. Returns how many of the sends succeeded.
 * Each one can succeed and still be lost.
 */
export async function sendUnread(sender: Socket, reader: Address, count: number): Promise<number> {
  let sent = 0;
  for (let number = 1; number <= count; number++) {
    try {
      await sender.send(`${number}`, reader);
      sent++;
    } catch {
      // macOS may refuse to send when a buffer is full.
    }
  }

  // The datagrams wait in the reader's receive buffer now. On Linux this buffer
  // has 212,992 bytes. 256 small datagrams fill it, because each takes more
  // memory than its bytes. Then the system drops every datagram that arrives. A
  // larger buffer helps against a burst, but not if the program is always slow.
  return sent;
}

/** `deno task lesson8 server` runs this: replies to pings until the program is stopped. */
export async function server(at: Address, print = console.log): Promise<void> {
  using socket = bind(at);
  print(`Bind UDP on ${socket.address.port}... (at ${at.hostname}, Ctrl-C stops)`);

  // pong() returns `pong 7` for `ping 7`. A pong is not a ping, so it gets no
  // reply.
  await serve(socket, pong, print);
}

/** `deno task lesson8 ping` runs this: sends pings, and prints what happened to them. */
export async function ping(
  to: Address,
  pings: Pings,
  options: { count: number; interval: number },
  print = console.log,
): Promise<void> {
  // Pings numbers them and remembers when each one was sent. So it can tell a
  // lost one from a late one, and a second reply from the first.
  using socket = bind({ hostname: localFor(to) });
  await sendPings(socket, to, pings, { ...options, log: print });

  // told() puts the counts into words, and sums() has them as numbers. A ping is
  // lost only when its time is over, so both need to know the time.
  const now = performance.now();
  print(pings.told(now));
  if (pings.sums(now).answered === 0) {
    throw new Error(`Is a server running at ${formatAddress(to)}? There was no reply.`);
  }
}

/*
 * ## Try next
 *
 * 1. Run `deno task lesson8 --drop 0.5`. You should see that only 1 arrives, and that the server
 *    cannot know of the others. With `--drop 0.5 --seed 42`, you should see that 2 is missing.
 * 2. Run the relay with `--drop 0.2` and send 100 pings: `deno task lesson8 ping --count 100`. You
 *    should see that some 36 are lost, and not 20: a ping or its pong can be lost, and only 0.8
 *    times 0.8 of them come back.
 * 3. Start the relay with `--drop 0.2 --seed 1`, run `ping`, and do both once more. You should see
 *    that the same pings are lost: the same seed gives the same random numbers. If you only run
 *    `ping` again, you should see other losses: it is a new client, and each client has its own
 *    numbers.
 * 4. Start the relay with `--jitter 300`, and run `deno task lesson8 ping --interval 0.05`. You
 *    should see the pongs in another order: each takes up to 300 ms longer in each direction.
 * 5. Put the relay in front of lesson 4's server, and lose 40 % in each direction:
 *    `deno task lesson8 relay --to 127.0.0.1:9999 --drop 0.4`. Then run
 *    `deno task lesson4 client --port 8888`. You should see `No reply for` a name in most runs. The
 *    client of lesson 4 does not send again. Lesson 9 does.
 *
 * `deno task lesson8 relay` runs the relay of lib/relay.ts. That one also forgets clients that are
 * silent, has limits for clients and memory, and keeps datagrams with equal delays in order. It
 * passes on replies from another port of the server (TFTP needs it, lesson 14), and has a full line
 * (lesson 11).
 */

if (import.meta.main) import("../cli/lessons/08_loss.ts").then(({ main }) => main());
