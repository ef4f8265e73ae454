/**
 * # Lesson 4: a server that replies
 *
 * A UDP server is a loop: wait for a datagram, reply to its sender, wait for the next one. Each
 * datagram carries its sender's address, so the server needs no list of clients. One socket serves
 * all of them.
 *
 * ## You learn
 * - how to reply: send to the address that the datagram came from
 * - how to keep the server running when one reply cannot be sent
 * - why a server must not reply to a reply
 *
 * ## Run
 *
 *     deno task lesson4           show a server and two clients as a diagram
 *     deno task lesson4 server    in one terminal: greet everyone who sends a name to port 9999
 *     deno task lesson4 client    in a second terminal: send three names and print the replies
 *
 * The server prints `Received from 127.0.0.1:53011.` for each datagram. 53011 stands for the
 * client's port. The client prints `Hello, Michael!`, `Hello, Tracy!` and `Hello, Sarah!`. Stop the
 * server with Ctrl-C.
 *
 * @module
 */
import {
  type Address,
  bind,
  formatAddress,
  localFor,
  sameAddress,
  type Socket,
} from "../lib/udp.ts";
import { receiveUntil } from "./02_receive.ts";

/** How the replies of this server begin, and those of the servers in lessons 6 to 9, 11 and 19. */
const REPLY = /^(Hello,|broadcasting$|\d+ bytes$|pong \d|ACK \d|cookie [\da-f]{72}$)/;

/** Returns the reply to a name, or `undefined` if the datagram gets no reply. */
export function greeting(data: Uint8Array): string | undefined {
  const name = new TextDecoder().decode(data).trim(); // nc sends a line break after the name

  // A name has 1 to 100 characters. 100 are enough for every name we know of,
  // and the reply stays short. Control characters (\p{Cc}) are not part of a
  // name. U+FFFD stands where the bytes were not UTF-8.
  if (!/^[^\p{Cc}\ufffd]{1,100}$/u.test(name)) return undefined;

  // Do not reply to a reply. A sender's address can be forged: this is called
  // *spoofing*. Suppose an attacker sends us a name, and forges the address of
  // another server like ours. We would greet that server, it would greet us
  // back, and so on. Here the limit of 100 characters would end it after about
  // 12 replies. Real servers went on without end (CVE-2024-2169). We recognize
  // the replies of this workbook's servers. The reply of another server may
  // still look like a name.
  if (REPLY.test(name)) return undefined;

  // If you change this text, change it in REPLY and askFor, too.
  return `Hello, ${name}!`;
}

/**
 * Replies to datagrams until the socket is closed. `replyTo` returns what to send back, or
 * `undefined` for no reply. Lessons 6, 7, 8, 11, 13 and 15 use this loop, too.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { bind } from "../lib/udp.ts";
 *
 * using server = bind();
 * using client = bind();
 * serve(server, greeting); // without await: it runs until the socket is closed
 * assertEquals(await askFor(client, "Michael", server.address, 1000), "Hello, Michael!");
 * ```
 */
export async function serve(
  socket: Socket,
  replyTo: (data: Uint8Array) => string | Uint8Array | undefined,
  print: (line: string) => void = () => {}, // prints nothing if you do not say where
): Promise<void> {
  for await (const { data, from } of socket) {
    const reply = replyTo(data);
    if (reply === undefined) {
      print(`Received from ${formatAddress(from)}. It gets no reply.`);
      continue;
    }

    print(`Received from ${formatAddress(from)}.`);
    try {
      await socket.send(reply, from);
    } catch (error) {
      // Sending can fail. For example, a forged address may have port 0, and
      // nothing can be sent to port 0. The other clients still want their
      // replies, so the loop goes on.
      print(`No reply to ${formatAddress(from)}: ${(error as Error).message}`);
    }
  }
}

/** Sends a name and returns the reply, or `undefined` if there is none in time. */
export async function askFor(
  socket: Socket,
  name: string,
  server: Address,
  milliseconds: number,
): Promise<string | undefined> {
  await socket.send(name, server);

  // Any program can send to our port, so the reply has to come from the server.
  // It also has to greet this name, so a late reply to an earlier name does
  // not count. An attacker can forge the address and the greeting. A random
  // number in each question protects against that, as in DNS (lesson 13).
  const reply = await receiveUntil(socket, milliseconds, ({ data, from }) => {
    return sameAddress(from, server) && new TextDecoder().decode(data) === `Hello, ${name}!`;
  });
  if (!reply) return undefined;

  return new TextDecoder().decode(reply.data);
}

/** `deno task lesson4 server` runs this: greets until the program is stopped. */
export async function server(at: Address, print = console.log): Promise<void> {
  using socket = bind(at);
  print(`Bind UDP on ${socket.address.port}... (at ${at.hostname}, Ctrl-C stops)`);
  await serve(socket, greeting, print);
}

/** `deno task lesson4 client` runs this: sends three names and prints the replies. */
export async function client(to: Address, seconds: number, print = console.log): Promise<void> {
  using socket = bind({ hostname: localFor(to) });
  let replies = 0;

  for (const name of ["Michael", "Tracy", "Sarah"]) {
    const reply = await askFor(socket, name, to, 1000 * seconds);
    if (reply === undefined) {
      print(`No reply for ${name} within ${seconds} s.`);
    } else {
      print(reply);
      replies++;
    }
  }

  if (replies === 0) {
    throw new Error(`Is a server running at ${formatAddress(to)}? There was no reply.`);
  }
}

/*
 * ## Try next
 *
 * 1. Run the client without the server. You should see `No reply for Michael within 2 s.`, and the
 *    same for Tracy and Sarah. The client cannot know whether the server is missing or a datagram
 *    was lost.
 * 2. Run the server, then the client twice. The server should print one port three times, then
 *    another port three times: each run of the client gets a new ephemeral port.
 * 3. Netcat is a client, too. Run the server, then `nc -u 127.0.0.1 9999` in a second terminal.
 *    Type your name and press Enter. You should see `Hello,`, your name and `!`.
 */

if (import.meta.main) import("../cli/lessons/04_echo.ts").then(({ main }) => main());
