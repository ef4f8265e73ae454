/**
 * # Lesson 6: broadcast
 *
 * How do you find a server whose address you do not know? You send one datagram to a *broadcast
 * address*: it means all machines of a network. Such a datagram is called a *broadcast*. Each
 * server replies directly to you, so you learn its address. Printers and game servers are found
 * like this.
 *
 * The broadcast address of a network is its last address. In the network from 192.168.1.0 to
 * 192.168.1.255, it is 192.168.1.255. Routers do not forward a broadcast to other networks.
 *
 * ## You learn
 * - how one datagram reaches many sockets, and which sockets receive it
 * - how to collect replies if you do not know how many will come
 * - which option other languages have to set before they can send a broadcast
 *
 * ## Run
 *
 *     deno task lesson6           show the lesson as a diagram
 *     deno task lesson6 server    in one terminal, or in several: reply to questions at port 10000
 *     deno task lesson6 client    in another terminal: send one question and print the replies
 *
 * All this happens on your own machine, in the loopback network: its broadcast address is
 * 127.255.255.255. With two servers, the client prints the broadcast addresses of your networks,
 * and then:
 *
 *     Sending to 127.255.255.255:10000. Collecting replies for 1 s...
 *     Received from 127.0.0.1:10000: broadcasting
 *     Received from 127.0.0.1:10000: broadcasting
 *     Replies: 2.
 *
 * @module
 */
import { broadcastAddresses } from "../lib/broadcast.ts";
import { printable } from "../lib/text.ts";
import {
  type Address,
  bind,
  type Datagram,
  formatAddress,
  localFor,
  type Socket,
} from "../lib/udp.ts";
import { receiveWithin } from "./02_receive.ts";
import { serve } from "./04_echo.ts";

const QUESTION = "hello from client";

/** How many replies we keep at most. Without a limit, one sender could fill our memory. */
const MOST_REPLIES = 1000;

/** Returns the reply to the question, or `undefined` for any other datagram. */
export function replyToBroadcast(data: Uint8Array): string | undefined {
  const text = new TextDecoder().decode(data).trim(); // nc sends a line break after the text

  // The reply is not a question, so two servers never reply to each other
  // (lesson 4).
  return text === QUESTION ? "broadcasting" : undefined;
}

/**
 * Sends the question once, and returns all datagrams that arrive until the time is up. It returns
 * at most 1,000 of them.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { bind } from "../lib/udp.ts";
 *
 * using client = bind();
 * const everyone = { hostname: "127.255.255.255", port: 10000 };
 * const replies = await discover(client, everyone, 100);
 * for (const { from } of replies) assertEquals(from.port, 10000);
 * ```
 */
export async function discover(
  socket: Socket,
  everyone: Address,
  milliseconds: number,
): Promise<Datagram[]> {
  const replies: Datagram[] = [];
  const end = performance.now() + milliseconds; // unlike Date.now(), nobody can set this clock

  // In Deno, every socket may send a broadcast. In other languages, you have to
  // set the option SO_BROADCAST first, or the send fails with "permission
  // denied". In Python: s.setsockopt(SOL_SOCKET, SO_BROADCAST, 1). You do not
  // need to be root.
  await socket.send(QUESTION, everyone);

  // We do not know how many servers will reply. So this loop goes on until the
  // time is up, or until there are too many replies. We do not know the servers'
  // addresses either, so we cannot check who sent a reply.
  while (true) {
    const left = end - performance.now();
    if (left <= 0 || replies.length >= MOST_REPLIES) return replies;

    const reply = await receiveWithin(socket, left);
    if (reply) replies.push(reply);
  }
}

/** `deno task lesson6 server` runs this: replies until the program is stopped. */
export async function server(at: Address, print = console.log): Promise<void> {
  // On Linux, a broadcast reaches the sockets that are bound to the broadcast
  // address or to 0.0.0.0. It does not reach a socket that is bound to the
  // address of one machine, such as 127.0.0.1.
  //
  // With reuseAddress, several sockets can bind the same port. Each of them
  // receives a broadcast. A datagram that is not a broadcast reaches only one.
  using socket = bind({ ...at, reuseAddress: true });

  print(`Bind UDP on ${socket.address.port}... (at ${at.hostname}, Ctrl-C stops)`);
  await serve(socket, replyToBroadcast, print); // it replies to the sender only, not to everyone
}

/** `deno task lesson6 client` runs this: sends one question and prints the replies. */
export async function client(to: Address, seconds: number, print = console.log): Promise<void> {
  using socket = bind({ hostname: localFor(to) });

  // Many programs send to 255.255.255.255, which means "my network". But a
  // machine may have several networks, and then the system picks one. So you
  // name the network that you mean by its own broadcast address.
  print("Broadcast addresses that you can give to --host:");
  for (const network of broadcastAddresses()) {
    print(`  ${network.address.padEnd(15)}  ${network.interface}`);
  }

  print(`Sending to ${formatAddress(to)}. Collecting replies for ${seconds} s...`);
  const replies = await discover(socket, to, 1000 * seconds);
  for (const { data, from } of replies) {
    print(`Received from ${formatAddress(from)}: ${printable(data)}`);
  }

  if (replies.length === 0) {
    throw new Error(`No reply. Is a server bound to ${formatAddress(to)}, or to 0.0.0.0?`);
  }
  print(`Replies: ${replies.length}.`);
}

/*
 * ## Try next
 *
 * 1. Run two servers and one client. You should see two replies from the same address: on one
 *    machine, the servers share port 10000. On two machines, the addresses would differ.
 * 2. Run the client with `--host 127.0.0.1` while the servers run. You should see `No reply.` The
 *    servers are bound to 127.255.255.255, and this datagram goes to another address.
 * 3. Stop the servers. Run two with `deno task lesson6 server --host 0.0.0.0`, and answer y when
 *    Deno asks. Then run the client with `--host 127.0.0.1` again. You should see one reply: a
 *    datagram that is not a broadcast reaches only one of the two sockets. Without `--host`, you
 *    should see two replies.
 * 4. Do you have two machines in one network? Run `deno task lesson6 server --host 0.0.0.0` on one
 *    of them. On the other one, run the client with `--host` and a broadcast address from its list.
 *    You should see a reply from the first machine's own address.
 */

if (import.meta.main) import("../cli/lessons/06_broadcast.ts").then(({ main }) => main());
