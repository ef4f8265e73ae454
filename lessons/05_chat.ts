/**
 * # Lesson 5: chat
 *
 * In a chat, two people type and read at the same time. So the program sends and receives at the
 * same time, on one socket. It takes two loops: one sends the lines that you type, the other prints
 * the datagrams that arrive. No threads are needed. While one loop awaits something, the other one
 * can run.
 *
 * ## You learn
 * - how to send and receive at the same time on one socket
 * - how to follow a partner whose port changes
 * - why both sides must use the same encoding
 *
 * ## Run
 *
 *     deno task lesson5                            show the lesson as a diagram
 *     deno task lesson5 chat                       in two terminals: talk to yourself
 *     deno task lesson5 chat --host 192.168.1.7    talk to a program on that machine
 *     deno task lesson5 chat --encoding gb2312     use an encoding other than UTF-8
 *
 * Start the chat in two terminals, and type a line in each. Ctrl-C or Ctrl-D ends the chat. The
 * first terminal shows these lines. 53011 stands for the port of the second one:
 *
 *     Bind UDP on 127.0.0.1:4567... Waiting for your partner.
 *     127.0.0.1:53011 is here.
 *     127.0.0.1:53011: Hi!
 *
 * The second chat finds port 4567 taken. So it takes an ephemeral port and writes to the first:
 *
 *     You are 127.0.0.1:53011. You write to 127.0.0.1:4567.
 *     127.0.0.1:4567: Hello!
 *
 * On two machines, both sides can have port 4567. Then each side names the other one with `--host`.
 *
 * @module
 */
import { printable } from "../lib/text.ts";
import { type Address, formatAddress, localFor, sameAddress, type Socket } from "../lib/udp.ts";
import { bindKnown } from "./03_bind.ts";

/** The screen of one person. It yields the lines that are typed, and shows those that arrive. */
export interface Screen extends AsyncIterable<string> {
  /** Prints a line above the one that is being typed, so that the two do not mix. */
  print(line: string): void;
}

/** What a program knows about its partner. Both loops share one such object. */
export interface Partner {
  /** Where to send. It is `undefined` until the first datagram arrives. */
  address: Address | undefined;

  /** How text becomes bytes, and bytes become text. The end of this page says more. */
  readonly encoding: Encoding;
}

/** The loop that sends: one datagram for each typed line. Returns how many could not be sent. */
export async function talk(socket: Socket, screen: Screen, partner: Partner): Promise<number> {
  let unsent = 0;

  for await (const line of screen) {
    // An empty datagram has its own meaning in this chat: "I am here".
    if (line === "") continue;

    try {
      if (!partner.address) throw new Error("your partner is not here yet.");
      await socket.send(partner.encoding.encode(line), partner.address);
    } catch (error) {
      // One line that cannot be sent must not end the chat.
      screen.print(`Not sent: ${(error as Error).message}`);
      unsent++;
    }
  }

  return unsent;
}

/** The loop that receives: prints what arrives, and follows the partner. */
export async function listen(socket: Socket, screen: Screen, partner: Partner): Promise<void> {
  for await (const { data, from } of socket) {
    const text = partner.encoding.decode(data);
    const name = formatAddress(from);
    screen.print(text === "" ? `${name} is here.` : `${name}: ${printable(text)}`);

    // follow() returns the same object if nothing has changed.
    const before = partner.address;
    partner.address = follow(before, from);
    if (before !== undefined && partner.address !== before) {
      screen.print(`What you type goes to ${name} now.`);
    }
  }
}

/**
 * Returns where to send from now on. `from` is the sender of the datagram that has just arrived.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const before = { hostname: "192.168.1.7", port: 4567 };
 * const restarted = { hostname: "192.168.1.7", port: 53011 };
 * const stranger = { hostname: "192.168.1.8", port: 4567 };
 * assertEquals(follow(before, restarted), restarted);
 * assertEquals(follow(before, stranger), before);
 * ```
 */
export function follow(partner: Address | undefined, from: Address): Address | undefined {
  // Nothing can be sent to port 0. A sender may use it to say that it wants no
  // reply (RFC 768).
  if (from.port === 0) return partner;

  // The first program that sends to us becomes our partner.
  if (partner === undefined) return from;
  if (sameAddress(partner, from)) return partner;

  // If our partner's host sends from a new port, our partner has probably
  // restarted the program. Another program on the same host looks the same: UDP
  // cannot tell.
  const samePartner = { ...partner, port: from.port };
  if (sameAddress(samePartner, from)) return samePartner;

  // Another host is a stranger. We print its text, but keep our partner.
  return partner;
}

/** `deno task lesson5 chat` runs this: talks and listens until no more lines are typed. */
export async function chat(to: Address, screen: Screen, encoding = UTF_8): Promise<void> {
  // The first one to start gets the port that the second one will send to.
  using socket = bindKnown(localFor(to), to.port);
  const partner: Partner = { address: undefined, encoding };

  if (sameAddress(socket.address, to)) {
    screen.print(`Bind UDP on ${formatAddress(to)}... Waiting for your partner.`);
  } else {
    partner.address = to;
    screen.print(`You are ${formatAddress(socket.address)}. You write to ${formatAddress(to)}.`);

    // Without a datagram from us, the partner would not know our port. An empty
    // one is enough, because every datagram carries its sender's address.
    await socket.send("", to);
  }

  // Neither loop is awaited here, so both run at the same time. When no more
  // lines are typed, closing the socket ends the other loop as well.
  const talking = talk(socket, screen, partner).finally(() => socket.close());
  const listening = listen(socket, screen, partner);

  const [unsent] = await Promise.all([talking, listening]);

  // Each was reported when it was typed. The error sets the exit code.
  if (unsent > 0) throw new Error(`${unsent} of your lines could not be sent.`);
}

/**
 * Turns text into bytes, and bytes into text.
 *
 * A datagram carries bytes, and nothing in it says which encoding its text has. Both sides have to
 * agree on one. Today nearly all programs use UTF-8. Older ones may use another encoding, such as
 * GB2312 for Chinese. If the two sides differ, the text arrives as nonsense.
 *
 * `TextDecoder` can read many encodings: `new TextDecoder("gb2312")`, for example. `TextEncoder`
 * writes UTF-8 only. For other encodings, lib/encoding.ts uses the package iconv-lite. A character
 * that the encoding does not have is an error there, so a wrong one is never sent.
 */
export interface Encoding {
  encode(text: string): Uint8Array;
  decode(bytes: Uint8Array): string;
}

/** UTF-8, the encoding of the web. */
export const UTF_8: Encoding = {
  encode: (text) => new TextEncoder().encode(text),
  decode: (bytes) => new TextDecoder().decode(bytes),
};

/*
 * ## Try next
 *
 * 1. Run `deno task lesson5 chat` in two terminals. Stop the second one with Ctrl-C and start it
 *    again. You should see two lines in the first one: `127.0.0.1:53012 is here.` and `What you
 *    type goes to 127.0.0.1:53012 now.` 53012 stands for the new port.
 * 2. Stop both. Start the first one again and type a line. You should see `Not sent: your partner
 *    is not here yet.` Start the second one, stop it, and type in the first one again. You should
 *    see no error: the datagram goes to a port where nobody listens, and UDP does not tell you.
 * 3. Type half a line, and let the other side send something. You should see the new line above
 *    yours, and yours still whole.
 * 4. Start one side with `deno task lesson5 chat --encoding gb2312` and the other one without it.
 *    Type `你好` on the first side. You should see `���` on the other side.
 */

if (import.meta.main) import("../cli/lessons/05_chat.ts").then(({ main }) => main());
