/**
 * # Lesson 1: send
 *
 * A datagram is like a postcard. You write an address on it and let go. No connection is made
 * first, nobody needs to be waiting for it, and no word comes back to say that it arrived.
 *
 * ## You learn
 * - that any socket can send right away, without asking anyone first
 * - that sending succeeds just the same when nobody is there
 * - that text travels as bytes, and that a character may take several of them
 *
 * ## Run
 *
 *     deno task lesson1                         watch it happen
 *     deno task lesson1 send                    type lines: each one is sent to port 8080
 *     deno task lesson1 send --message Hello    send one and end
 *
 * ## Try next
 * - Listen in a second terminal: `deno task lesson3 bind --port 8080` (lesson 3 explains it). Send
 *   again, and see your text there. Then stop the listener, and send once more.
 * - `nc -u -l 8080` (netcat, which sends and listens) hears it too, but only the first port that writes
 *   to it: start it again for every run of `send`. (`nc -v -u -z 127.0.0.1 8080` says "succeeded" where
 *   nothing refuses: it knows no more.)
 * - How long may a message be? In `play`, send `"x".repeat(65_508)` in the place of a `"Hello"`. (On
 *   macOS the limit is 9,216 bytes, unless you raise it.) Up to some 1,200 bytes a datagram travels in
 *   one piece nearly everywhere: that is a sensible size. Lesson 7 shows what happens to longer ones.
 *
 * @module
 */
import type { Diagram, Given, Lesson } from "../cli/lesson.ts";
import { run } from "../cli/run.ts";
import { count } from "../lib/text.ts";
import { type Address, bind, formatAddress, localFor, type Socket } from "../lib/udp.ts";

/**
 * Sends one message and returns the number of its bytes. This is all it takes.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(await sendMessage("Hello", { hostname: "127.0.0.1", port: 8080 }), 5);
 * ```
 */
export async function sendMessage(text: string, to: Address): Promise<number> {
  // Even a sender needs a port of its own, and to bind is to take one: the system picks one that is
  // free. The address that is bound decides how far the socket can send: 127.0.0.1, which is what
  // `bind()` alone takes, reaches this machine only. And `using` closes the socket at the end of the block, however the block is left.
  using socket = bind({ hostname: localFor(to) });

  // The result says how many bytes the system took. It says nothing about the other side:
  // on its way a datagram may get lost, and UDP does not notice.
  return await socket.send(text, to);
}

/** Sends each line as a datagram of its own, up to the first empty one. Yields their sizes in bytes. */
export async function* sendLines(
  socket: Socket,
  typed: AsyncIterable<string>,
  to: Address,
): AsyncGenerator<number> {
  for await (const line of typed) {
    if (line === "") return;
    yield await socket.send(line, to);
  }
}

/**
 * What `deno task lesson1` runs: one text, sent to a listener and to nobody; then one whose characters
 * take more than a byte. `diagram.watch` returns the same socket; what it sends and receives is drawn.
 */
export async function play(diagram: Diagram): Promise<void> {
  using listener = diagram.watch("listener", bind());
  using sender = diagram.watch("sender", bind());

  // An address where nobody is: a port that we had for a moment and gave back.
  const empty = bind();
  empty.close();
  diagram.nobody("nobody", empty.address);

  const heard = await sender.send("Hello", listener.address);
  await listener.receive();
  diagram.note(`It arrived. send() returned ${heard}, the number of bytes.`);

  // "UDP never reports errors" is not quite true: a machine may send word that nobody has this port
  // (ICMP, RFC 792). It comes too late for this send, many firewalls drop it, and on Linux only a socket
  // that called connect() hears of it, as netcat's does. Deno's cannot (docs/icmp-errors.md).
  const lost = await sender.send("Hello", empty.address);
  diagram.note(`Nobody was there. send() returned ${lost}: to the sender, both look alike.`);

  const size = await sender.send("你好", listener.address);
  await listener.receive();
  diagram.note(`Two characters, ${size} bytes: UTF-8 takes three for each of these.`);
}

// A role gets what to bind, where to send, its options, and what is typed, from the command line.
async function send({ local, remote, options, lines, console }: Given): Promise<void> {
  const report = (bytes: number) => `Sent ${count(bytes, "byte")} to ${formatAddress(remote)}.`;
  using socket = bind(local);
  if (options.has("message")) {
    return console.log(report(await socket.send(options.text("message"), remote)));
  }

  using typed = lines("Message (empty to end): ");
  for await (const bytes of sendLines(socket, typed, remote)) typed.print(report(bytes));
}

export const lesson: Lesson = {
  part: 1,
  title: "send",
  about: "Send a datagram: no connection, no listener, no word back.",
  port: 8080,
  play,
  roles: {
    send: {
      about: "send each line that you type",
      options: { message: { value: "TEXT", about: "send only this, and end" } },
      run: send,
    },
  },
  tryNext: ["deno task lesson3 bind --port 8080", "deno task lesson1 send"],
};

if (import.meta.main) await run(lesson);
