/**
 * # Lesson 1: send
 *
 * A *datagram* is one message of UDP: some bytes, with an address to send them to. Sending one is
 * like posting a card. You write the address on it and let go. You open no connection first. Nobody
 * has to be listening, and you get no confirmation.
 *
 * Each send is one datagram. UDP never joins two of them, and never delivers half of one.
 *
 * ## You learn
 * - how to send a datagram with Deno alone, and what `bind` of lib/udp.ts adds
 * - that sending succeeds even if nobody is listening
 * - that text travels as bytes, and one character can take several
 *
 * ## Run
 *
 *     deno task lesson1                         show the lesson as a diagram
 *     deno task lesson1 send                    type lines, and send each to port 8080
 *     deno task lesson1 send --message Hello    send one message and end
 *
 * The last command prints this line, whether a program listens at port 8080 or not:
 *
 *     Sent 5 bytes to 127.0.0.1:8080.
 *
 * ## The header
 *
 * The system puts eight bytes in front of yours, the UDP header (RFC 768):
 *
 *     ┌─────────────┬──────────────────┬─────────┬──────────┬────────────┐
 *     │ source port │ destination port │ length  │ checksum │ your bytes │
 *     └─────────────┴──────────────────┴─────────┴──────────┴────────────┘
 *       2 bytes       2 bytes            2 bytes   2 bytes
 *
 * - A *port* is a number from 1 to 65535. It tells the programs on one machine apart. The header
 *   has the sender's port and the receiver's. Their IP addresses are in the IP header, which comes
 *   before this one.
 * - The length counts the header, too: for `Hello` it is 13.
 * - The *checksum* is a sum over all these bytes. If it is wrong, some bytes have changed on the
 *   way, and the receiver's system drops the datagram.
 *
 * The header numbers no datagram and confirms none. So UDP itself cannot notice that a datagram is
 * lost, arrives twice, or is overtaken by a later one. Lesson 8 shows all three.
 *
 * @module
 */
import { count } from "../lib/text.ts";
import { type Address, bind, formatAddress, localFor } from "../lib/udp.ts";

/**
 * Sends one datagram with Deno alone, and returns the number of bytes. An address is an object such
 * as `{ hostname: "127.0.0.1", port: 8080 }`.
 *
 * Deno's UDP is not stable yet. It needs `"unstable": ["net"]` in deno.json, as in this workbook,
 * or the flag `--unstable-net`.
 */
export async function sendWithDeno(text: string, to: Address): Promise<number> {
  // A *socket* is what a program sends and receives with. Even a sender's
  // socket has an address and a port. 127.0.0.1 always means this machine, and
  // a socket at this address can send to this machine only. Port 0 means: the
  // system picks a free port.
  const socket = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
  const data = new TextEncoder().encode(text); // the bytes of the text, in UTF-8
  const bytes = await socket.send(data, { transport: "udp", ...to });
  socket.close();
  return bytes;
}

/**
 * Sends one datagram with `bind` of lib/udp.ts, and returns the number of bytes.
 *
 * `bind` calls `Deno.listenDatagram`, too. Its socket sends text as well as bytes, and checks the
 * port and the size before it sends. If you say port 70000, Deno alone sends to port 65535, without
 * an error. The errors of `bind` and its socket say what you can do. The other lessons use `bind`,
 * and you may copy lib/udp.ts into your own project.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(await sendMessage("Hello", { hostname: "127.0.0.1", port: 8080 }), 5);
 * ```
 */
export async function sendMessage(text: string, to: Address): Promise<number> {
  // To *bind* a socket is to give it an address and a port of this machine. We
  // name no port, so bind() takes 0, and the system picks one. localFor() picks
  // the address: 127.0.0.1 for a receiver at 127.0.0.1, and 0.0.0.0 for one on
  // another machine. Lesson 3 explains the two.
  //
  // `using` closes the socket when the function ends, also after an error.
  using socket = bind({ hostname: localFor(to) });

  // The result says how many bytes the system took. It does not say whether
  // they arrived. If no program listens there, the other machine may report it
  // in an ICMP message, but Deno does not show it (docs/icmp-errors.md).
  return await socket.send(text, to);
}

/** `deno task lesson1 send --message TEXT` runs this: sends one message and prints its size. */
export async function sendOne(message: string, to: Address, print = console.log): Promise<void> {
  const bytes = await sendMessage(message, to);

  // For example, count() returns "5 bytes", and formatAddress() returns
  // "127.0.0.1:8080".
  print(`Sent ${count(bytes, "byte")} to ${formatAddress(to)}.`);
}

/**
 * `deno task lesson1 send` runs this: sends each line as one datagram, and ends at an empty line.
 *
 * `print` prints a line. All programs of this workbook have this parameter. A test, for example,
 * gives them a function that keeps the lines, and then compares them.
 */
export async function send(
  lines: AsyncIterable<string>,
  to: Address,
  print = console.log,
): Promise<void> {
  using socket = bind({ hostname: localFor(to) }); // one socket for all lines

  for await (const line of lines) {
    if (line === "") return;
    const bytes = await socket.send(line, to);
    print(`Sent ${count(bytes, "byte")} to ${formatAddress(to)}.`);
  }
}

/*
 * ## Try next
 *
 * 1. Run `deno task lesson3 bind --port 8080` in a second terminal: it prints what arrives. Then
 *    run `deno task lesson1 send --message Hello`. You should see `sent 5 bytes: Hello` in the
 *    second terminal. Stop `bind` with Ctrl-C and send again. You should see `Sent 5 bytes` as
 *    before: the sender cannot tell the difference.
 * 2. Run `deno task lesson1 send --message 你好`. You should see `Sent 6 bytes`: UTF-8 uses three
 *    bytes for each of these characters.
 * 3. In `sendMessage`, change `socket.send(text, to)` to `socket.send(text.repeat(20_000), to)`.
 *    Then run `deno task lesson1 send --message Hello`. You should see `100000 bytes do not fit: a
 *    datagram to 127.0.0.1 carries at most 65507.` Lesson 7 is about this limit, and smaller ones.
 */

// `deno task lesson1` runs this file. The diagram and the options, such as
// --message, are in cli/lessons/01_send.ts. The other lessons end like this,
// too.
if (import.meta.main) import("../cli/lessons/01_send.ts").then(({ main }) => main());
