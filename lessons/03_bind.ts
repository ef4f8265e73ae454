/**
 * # Lesson 3: bind
 *
 * A client can use any port, because it sends first. A server waits for others to send first, so
 * they have to know its port in advance. It binds a fixed port.
 *
 * A server also chooses who can reach it, by the address that it binds:
 *
 * - `127.0.0.1` is the *loopback* address. It always means "this machine", so only programs on the
 *   same machine can reach a socket that is bound to it.
 * - `0.0.0.0` means "all addresses of this machine". Every machine that can reach one of them can
 *   send to the socket.
 *
 * ## You learn
 * - how to bind a port of your choice, and what happens if another socket has it
 * - which datagrams reach a socket bound to `127.0.0.1`, and which reach one bound to `0.0.0.0`
 * - how to print what arrives without trusting it
 *
 * ## Run
 *
 *     deno task lesson3                          show the lesson as a diagram
 *     deno task lesson3 bind                     in one terminal: print what arrives at port 7781
 *     deno task lesson1 send --port 7781         in a second terminal: type lines
 *
 * If you type `Hello`, the first terminal shows these lines. 53011 stands for the sender's port:
 *
 *     Bind UDP on 127.0.0.1:7781... (Ctrl-C stops)
 *     127.0.0.1:53011 sent 5 bytes: Hello
 *
 * @module
 */
import { count, printable } from "../lib/text.ts";
import { type Address, bind, type Datagram, formatAddress, type Socket } from "../lib/udp.ts";

/**
 * Returns a line that says who sent what.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { bind } from "../lib/udp.ts";
 *
 * using server = bind({ port: 0 }); // 0 for this example: the system picks a port
 * using client = bind();
 * await client.send("Hello", server.address);
 * const datagram = await server.receive();
 * assertEquals(whoSentWhat(datagram), `127.0.0.1:${client.address.port} sent 5 bytes: Hello`);
 * ```
 */
export function whoSentWhat({ data, from }: Datagram): string {
  // Anyone can send anything, and a terminal obeys what is printed: the four
  // bytes "\x1b[2J", for example, clear the screen. printable() shows such
  // control characters as escapes, and shortens long text. It takes bytes, too,
  // and decodes them as UTF-8.
  return `${formatAddress(from)} sent ${count(data.length, "byte")}: ${printable(data)}`;
}

/**
 * Binds this port. If another socket has it, binds a port that the system picks.
 *
 * At one address, only one UDP socket at a time can have a port. Lesson 6 shows an exception. TCP
 * has ports of its own: UDP port 7781 and TCP port 7781 can be in use at the same time.
 */
export function bindKnown(hostname: string, port: number): Socket {
  try {
    return bind({ hostname, port });
  } catch (error) {
    // Only "in use" is expected here. Any other error is for the caller.
    if (error instanceof Deno.errors.AddrInUse) return bind({ hostname });
    throw error;
  }
}

/**
 * Returns the error that binding this address gives at the moment, or `undefined` if it works. The
 * answer may be out of date at once, so a program that needs a port should simply bind it.
 */
export function whyNot(address: Address): Error | undefined {
  try {
    bind(address).close(); // close it again: this was only a test
    return undefined;
  } catch (error) {
    // The message is for people. A program looks at the error's class.
    // Deno.errors.AddrInUse means that another socket has the port. NotCapable
    // means that Deno has no permission for it. PermissionDenied means that the
    // system refuses it, as many systems do with the ports below 1024.
    return error as Error;
  }
}

/** `deno task lesson3 bind` runs this: prints who sent what until the program is stopped. */
export async function printDatagrams(at: Address, print = console.log): Promise<void> {
  using socket = bind(at);
  print(`Bind UDP on ${formatAddress(socket.address)}... (Ctrl-C stops)`);

  // This loop waits for the next datagram again and again. It would end if the
  // socket were closed.
  for await (const datagram of socket) print(whoSentWhat(datagram));
}

/*
 * ## Try next
 *
 * 1. Run `deno task lesson3 bind` in two terminals at once. You should see
 *    `Cannot bind 127.0.0.1:7781: this port is taken.` in the second one, and what you can do.
 * 2. Every address that begins with `127.` means this machine, on Linux and Windows. On macOS only
 *    127.0.0.1 does, so items 2 and 3 do not work there. Run `bind`, and in a second terminal
 *    `deno task lesson1 send --port 7781 --host 127.0.0.2 --message Hello`. Deno asks for
 *    permission, because the task does not name 127.0.0.2: answer y. You should see
 *    `Sent 5 bytes`, but `bind` prints nothing. Its socket is bound to 127.0.0.1 only.
 * 3. Stop `bind`, and run `deno task lesson3 bind --host 0.0.0.0`. Deno asks, because other
 *    machines can then send to this program: answer y. Send to 127.0.0.2 again. You should see
 *    `sent 5 bytes: Hello`.
 * 4. Run `deno task lesson3 bind --host ::` and answer y. `::` is the 0.0.0.0 of IPv6, the other
 *    version of IP. Send with `deno task lesson1 send --port 7781 --message Hello`. On Linux and
 *    macOS you should see `[::ffff:127.0.0.1]:53011 sent 5 bytes: Hello`: this socket receives
 *    IPv4, too, and shows its addresses like that.
 */

if (import.meta.main) import("../cli/lessons/03_bind.ts").then(({ main }) => main());
