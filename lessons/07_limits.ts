/**
 * # Lesson 7: limits
 *
 * A datagram arrives whole, or not at all. How large may it be? Three things set a limit:
 *
 * - **The header.** An IP packet has at most 65,535 bytes. Its own header takes 20 of them, and
 *   UDP's takes 8. So a datagram carries at most 65,507 bytes.
 * - **Your network.** A datagram travels in a packet, and each network has a largest packet size:
 *   its *MTU* (maximum transmission unit). On Ethernet and Wi-Fi it is usually 1,500 bytes. Without
 *   the headers, 1,472 of them are left for you.
 * - **The path.** A datagram may cross several networks. The smallest MTU of all of them is the
 *   *path MTU*. It may be smaller than the MTU of your network. A VPN on the way, for example,
 *   needs some bytes of each packet for itself.
 *
 * Your system splits a datagram that does not fit into one packet. The pieces are called
 * *fragments*, and each travels in a packet of its own. The receiver's system puts them together.
 * If one fragment is lost, the whole datagram is lost. Some firewalls drop all fragments.
 *
 * So it is best to send at most about 1,200 bytes. Every network that carries IPv6 has to carry
 * packets of 1,280 bytes, and QUIC and DNS chose sizes just below that. But no size is sure to
 * arrive.
 *
 * ## You learn
 * - that one send is one receive, while TCP joins what was sent: the diagram shows both
 * - what happens to data that is too long: for a datagram, for a buffer, for a network
 * - how to find out which sizes arrive, and why a larger one may arrive when a smaller one does not
 *
 * ## Run
 *
 *     deno task lesson7           show the lesson as a diagram
 *     deno task lesson7 server    in one terminal: reply to questions of any size, at port 7070
 *     deno task lesson7 probe     in a second terminal: ask in several sizes
 *
 * On one machine with Linux, the probe prints:
 *
 *         23 bytes: got a reply
 *      1,200 bytes: got a reply
 *      1,472 bytes: got a reply
 *      1,473 bytes: got a reply
 *     65,507 bytes: got a reply
 *         23 bytes: got a reply
 *     23 bytes to 65,507 bytes: got a reply
 *     Sizes in between were not tried. Another path may have other limits.
 *
 * ## The messages
 *
 *     question    How many bytes is this?...    the words, then dots, up to the wanted size
 *     reply       26 bytes                      the number of bytes that arrived
 *
 * @module
 */
import { findRanges } from "../lib/ranges.ts";
import { count } from "../lib/text.ts";
import {
  type Address,
  bind,
  formatAddress,
  localFor,
  MAX_BYTES,
  MAX_BYTES_IPV6,
  sameAddress,
  type Socket,
} from "../lib/udp.ts";
import { receiveUntil } from "./02_receive.ts";
import { serve } from "./04_echo.ts";

/**
 * Returns how many packets a datagram takes on Ethernet: 1, or the number of its fragments. The
 * diagram calls this function.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 * assertEquals(fragments(1_472), 1);
 * assertEquals(fragments(1_473), 2);
 * assertEquals(fragments(65_507), 45);
 * ```
 */
export function fragments(bytes: number): number {
  const total = 8 + bytes; // UDP's header is there once, in the first fragment
  const room = 1_500 - 20; // the MTU, without the IP header that begins each packet
  return Math.ceil(total / room);
}

const WORDS = "How many bytes is this?";

/** The size of the shortest question, in bytes: each of its characters is one byte. */
export const LEAST_SIZE: number = WORDS.length;

/** Returns a question with this number of bytes. */
export function sizeQuestion(size: number): Uint8Array {
  // padEnd() adds dots up to this size. It cannot make the words shorter.
  if (!Number.isInteger(size) || size < LEAST_SIZE) {
    throw new RangeError(`A question cannot have ${size} bytes. The shortest has ${LEAST_SIZE}.`);
  }
  return new TextEncoder().encode(WORDS.padEnd(size, "."));
}

/** Returns the reply to a question, or `undefined` for any other datagram. */
export function sizeReply(data: Uint8Array): string | undefined {
  // A question begins with the words. The dots after them do not matter.
  const beginning = data.subarray(0, LEAST_SIZE);
  if (new TextDecoder().decode(beginning) !== WORDS) return undefined;

  // The reply is shorter than every question. So an attacker who forges a
  // victim's address cannot use this server to send the victim more bytes than
  // the attacker sends.
  return `${data.length} bytes`;
}

/** Returns the size that a reply tells, or `undefined` if the datagram is not such a reply. */
export function repliedSize(data: Uint8Array): number | undefined {
  const text = new TextDecoder().decode(data);

  // Our sizes have two to five digits. After them comes the word "bytes", and
  // nothing else. match[1] is what the brackets matched: the digits.
  const match = text.match(/^(\d{2,5}) bytes$/);
  return match ? Number(match[1]) : undefined;
}

/** Returns whether a datagram of this size arrives: whether the server replies to it in time. */
export async function arrives(
  socket: Socket,
  server: Address,
  size: number,
  milliseconds: number,
): Promise<boolean> {
  try {
    await socket.send(sizeQuestion(size), server);
  } catch (error) {
    // An error of the system has a code. EMSGSIZE means "message too long": the
    // system refuses to send it. By default, macOS does so above 9,216 bytes.
    if ((error as { code?: string }).code === "EMSGSIZE") return false;
    throw error;
  }

  // A late reply to another size does not count.
  const reply = await receiveUntil(socket, milliseconds, ({ data, from }) => {
    return sameAddress(from, server) && repliedSize(data) === size;
  });
  return reply !== undefined; // receiveUntil() returns undefined if the time is up
}

/** Asks in this size until there is a reply, at most five times. Returns whether there was one. */
export async function arrivesInFive(
  socket: Socket,
  server: Address,
  size: number,
  milliseconds: number,
): Promise<boolean> {
  // Any datagram may be lost by chance. If five of one size are lost, the cause
  // is probably the size.
  for (let attempt = 1; attempt <= 5; attempt++) {
    if (await arrives(socket, server, size, milliseconds)) return true;
  }
  return false;
}

/**
 * Receives one datagram with a buffer of this size, and returns its text. `conn` is a socket of
 * `Deno.listenDatagram`.
 *
 * A datagram that is longer than the buffer is cut: the rest of it is lost, and the next `receive`
 * gets the next datagram. The diagram shows this with a buffer of 8 bytes. On Windows, `receive`
 * throws an error (EMSGSIZE) instead, and the whole datagram is lost. The sockets of lib/udp.ts
 * always have room for the largest datagram.
 */
export async function receiveCut(conn: Deno.DatagramConn, size: number): Promise<string> {
  const buffer = new Uint8Array(size);
  const [data] = await conn.receive(buffer); // Deno returns two values: [data, sender's address]
  return new TextDecoder().decode(data);
}

/** `deno task lesson7 server` runs this: replies until the program is stopped. */
export async function server(at: Address, print = console.log): Promise<void> {
  using socket = bind(at);
  print(`Bind UDP on ${formatAddress(socket.address)}... (Ctrl-C stops)`);

  // serve() calls this function with the bytes of each datagram (lesson 4).
  const replyTo = (data: Uint8Array) => {
    print(`${count(data.length, "byte")} arrived.`);
    return sizeReply(data);
  };
  await serve(socket, replyTo, print);
}

/** Returns the words that the probe prints for a result. */
function inWords(arrived: boolean): string {
  return arrived ? "got a reply" : "got no reply";
}

/** `deno task lesson7 probe` runs this: asks in several sizes, and prints which got a reply. */
export async function probe(to: Address, seconds: number, print = console.log): Promise<void> {
  using socket = bind({ hostname: localFor(to) });

  // findRanges() below calls this function for each size that it tests.
  const testSize = async (size: number): Promise<boolean> => {
    const arrived = await arrivesInFive(socket, to, size, 1000 * seconds);
    const bytes = count(size, "byte").padStart(12); // spaces in front, so the numbers line up
    print(`${bytes}: ${inWords(arrived)}`);

    // If the smallest question gets no reply, the cause is not its size.
    if (size === LEAST_SIZE && !arrived) {
      throw new Error(`No reply from ${formatAddress(to)}. Is a server running there?`);
    }
    return arrived;
  };

  // Only an IPv6 address has colons. Over IPv6, a datagram carries up to 65,527
  // bytes.
  const most = to.hostname.includes(":") ? MAX_BYTES_IPV6 : MAX_BYTES;

  // findRanges() tests these sizes. Suppose 1,200 bytes arrive and 1,472 do not.
  // Then it also tests 1,336 bytes, halfway between the two, and so on, until it
  // knows the limit to the byte.
  const sizes = [LEAST_SIZE, 1_200, 1_472, 1_473, most];
  const ranges = await findRanges(sizes, testSize);

  // The server may have stopped meanwhile. Then testSize() throws the error.
  await testSize(LEAST_SIZE);

  // In a range, all tested sizes have the same result. `passes` is true if they
  // arrived.
  for (const range of ranges) {
    const first = count(range.from, "byte");
    const last = count(range.to, "byte");
    print(`${first} to ${last}: ${inWords(range.passes)}`);
  }
  print("Sizes in between were not tried. Another path may have other limits.");
}

/*
 * ## A larger datagram may arrive when a smaller one does not
 *
 * Suppose your network has an MTU of 1,500 bytes. Behind the next router, the packets go through a
 * tunnel with an MTU of 1,400. Your system does not know the tunnel. On Linux, this happens by
 * default:
 *
 *     1,372 bytes    one packet of 1,400 bytes: it fits into the tunnel
 *     1,373 bytes    one packet of 1,401 bytes, marked "don't fragment": the router drops it
 *     1,472 bytes    one packet of 1,500 bytes, marked "don't fragment": the router drops it
 *     1,473 bytes    two fragments without such a mark: the router splits the first one again
 *
 * A router that drops such a packet sends back a message (ICMP) with the MTU of the tunnel. If it
 * arrives, your system splits the next datagrams for this path MTU. But many firewalls drop these
 * messages. Then the probe prints at its end:
 *
 *     23 bytes to 1,372 bytes: got a reply
 *     1,373 bytes to 1,472 bytes: got no reply
 *     1,473 bytes to 65,507 bytes: got a reply
 *
 * ## Try next
 *
 * 1. Run the probe without the server. You should see `23 bytes: got no reply`, and then the
 *    question whether a server is running.
 * 2. See fragments on one Linux machine. `sudo env "PATH=$PATH" "HOME=$HOME" unshare -n` opens a
 *    shell with a loopback network of its own. There, run `ip link set lo up mtu 1500`, then
 *    `tcpdump -ni lo udp &` and `deno task lesson7`. You should see 45 packets for the datagram of
 *    65,507 bytes. Only the first one shows ports, because UDP's header is in the first fragment.
 * 3. Run the server on another machine with `--host 0.0.0.0`. On this machine, run the probe with
 *    `--host` and the address of the other one. Try it through a VPN or over a phone's connection,
 *    too. You should see which sizes your own paths carry.
 */

if (import.meta.main) import("../cli/lessons/07_limits.ts").then(({ main }) => main());
