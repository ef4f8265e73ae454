/**
 * # Lesson 1: send
 *
 * A datagram is like a postcard. You write an address on it and let go. No connection is made
 * first, nobody needs to be waiting for it, and no word comes back to say that it arrived.
 *
 * You learn
 * - that any socket can send right away, to any address
 * - that sending succeeds just the same when nobody is there
 * - that text travels as bytes, and that a character may take several of them
 *
 * Run
 *
 *     deno task lesson1                         watch it happen
 *     deno task lesson1 send                    type lines: each one is sent to port 8080
 *     deno task lesson1 send --message Hello    send one and end
 *
 * Try next
 * - Listen in a second terminal: `deno task lesson3 bind --port 8080` (lesson 3 explains it). Send
 *   again, and see your text there. Then stop the listener, and send once more.
 * - `nc -u -l 8080` listens too, but only to the first port that writes to it: start it again
 *   for every run of `send`.
 * - How long may a message be? In `play`, send `"x".repeat(65_508)` in the place of a `"Hello"`.
 *
 * @module
 */
import { type Given, run } from "../cli/run.ts";
import type { Diagram } from "../cli/diagram.ts";
import { lines } from "../cli/lines.ts";
import { count } from "../lib/text.ts";
import { type Address, bind, formatAddress, type Socket } from "../lib/udp.ts";

/**
 * Sends one message and returns the number of its bytes. This is all it takes.
 *
 * ```ts
 * console.log(await sendMessage("Hello", { hostname: "127.0.0.1", port: 8080 })); // 5
 * ```
 */
export async function sendMessage(text: string, to: Address): Promise<number> {
  // Even a sender needs a port of its own, and to bind is to take one. Not told which, the system
  // picks a free one.
  using socket = bind();

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

/** Two sends, alike but for one thing: at the second address nobody listens. */
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

  // The other machine may send word that nobody has this port (ICMP, RFC 792). On most systems only a
  // socket that called connect() hears of it, as netcat's does; and many firewalls drop it.
  const lost = await sender.send("Hello", empty.address);
  diagram.note(`Nobody was there. send() returned ${lost}: to the sender, both look alike.`);

  const size = await sender.send("你好", listener.address);
  await listener.receive();
  diagram.note(`Two characters, ${size} bytes: UTF-8 takes three for each of these.`);
}

// What a role is given: `local` is the address to bind for sending to `host`, and `watch` counts what
// the socket does, for the line that Ctrl-C prints.
async function sendRole({ host, port, local, options, watch, signal, stop }: Given): Promise<void> {
  const to = { hostname: host, port };
  const report = (bytes: number) => `Sent ${count(bytes, "byte")} to ${formatAddress(to)}.`;
  using socket = watch(bind({ hostname: local }));
  if (options.message !== undefined) {
    return console.log(report(await socket.send(options.message, to)));
  }

  using typed = lines("Message (empty to end): ", signal, stop);
  for await (const bytes of sendLines(socket, typed, to)) typed.print(report(bytes));
}

if (import.meta.main) {
  await run({
    file: import.meta.url,
    about: "Send a datagram: no connection, no listener, no word back.",
    port: 8080,
    play,
    roles: {
      send: {
        about: "send each line that you type",
        options: { message: { value: "TEXT", about: "send only this, and end" } },
        run: sendRole,
      },
    },
    tryNext: ["deno task lesson3 bind --port 8080", "deno task lesson1 send"],
  });
}
