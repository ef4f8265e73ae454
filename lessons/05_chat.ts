/**
 * # Lesson 5: chat
 *
 * Two people type and read at the same time. That is two loops on one socket: one sends what you
 * type, the other prints what arrives. Neither waits for the other. No thread is needed: while a
 * loop awaits, the other one runs.
 *
 * You learn
 * - how to send and receive at the same time on one socket
 * - that text has to be turned into bytes, and that both sides must agree how
 *
 * Run
 *
 *     deno task lesson5                             watch it happen
 *     deno task lesson5 chat                        in two terminals: talk to yourself
 *     deno task lesson5 chat --host 192.168.1.7     talk to a neighbour, who gives yours
 *     deno task lesson5 chat --encoding gb2312      with a program that does not speak UTF-8
 *
 * On one machine, the first to start takes port 4567 and waits; to the end it writes to whoever wrote
 * to it first. The second finds the port taken, gets an ephemeral one, and writes to the first. On two
 * machines, both get port 4567. Empty lines are not sent; end with Ctrl-C or Ctrl-D.
 *
 * Try next
 * - Type slowly in one window while the other one sends. Is your line still whole?
 * - Let one side use `--encoding gb2312`, the other not, and send 你好.
 *
 * @module
 */
import { type Given, run, UsageError } from "../cli/run.ts";
import type { Diagram } from "../cli/diagram.ts";
import { decode, encode, ENCODINGS } from "../lib/encoding.ts";
import { lines } from "../cli/lines.ts";
import { printable } from "../lib/text.ts";
import { type Address, bind, formatAddress, sameAddress, type Socket } from "../lib/udp.ts";
import { bindKnown } from "./03_bind.ts";

/** The loop that talks: sends each line to the other side, who may still have to show up. */
export async function talk(
  socket: Socket,
  typed: Iterable<string> | AsyncIterable<string>,
  other: Address | Promise<Address>,
  encoding = "utf-8",
  complain: (text: string) => void = console.error,
): Promise<void> {
  for await (const line of typed) {
    if (line === "") continue;
    try {
      await socket.send(encode(line, encoding), await other);
    } catch (error) {
      complain(`Not sent: ${(error as Error).message}`);
    }
  }
}

/** The loop that listens: who said what, until the socket is closed. */
export async function* listen(
  socket: Socket,
  encoding = "utf-8",
): AsyncGenerator<{ from: Address; text: string }> {
  for await (const { data, from } of socket) yield { from, text: decode(data, encoding) };
}

/** Two people who talk at the same time, and one who changes her encoding. */
export async function play(diagram: Diagram): Promise<void> {
  using ann = diagram.watch("Ann", bind());
  using bob = diagram.watch("Bob", bind());
  const heard = async (socket: Socket, messages: number) => {
    for await (const _ of listen(socket)) if (--messages === 0) return;
  };

  await Promise.all([
    talk(ann, ["Hi Bob!", "It rains here."], bob.address),
    talk(bob, ["Hello Ann!", "I have news!"], ann.address),
    heard(ann, 2),
    heard(bob, 2),
  ]);
  diagram.note("Nobody waited for a turn: four loops ran at once, two on each socket.");

  await Promise.all([talk(ann, ["你好"], bob.address), heard(bob, 1)]);
  await Promise.all([talk(ann, ["你好"], bob.address, "gb2312"), heard(bob, 1)]);
  diagram.note(
    "The same two characters in UTF-8 and in GB2312. Read as UTF-8, the second is nonsense: both sides have to agree.",
  );
}

async function chatRole({ host, port, local, options, watch, signal, stop }: Given): Promise<void> {
  const encoding = options.encoding!.toLowerCase();
  if (!ENCODINGS.includes(encoding)) {
    throw new UsageError(`--encoding ${encoding} is none of: ${ENCODINGS.join(", ")}.`);
  }
  using socket = watch(bindKnown(local, port));
  const known = { hostname: host, port };
  // The other side's address, as soon as we know it.
  const met = Promise.withResolvers<Address>();
  met.promise.catch(() => {}); // nobody comes, and nothing was typed: no matter
  if (sameAddress(socket.address, known)) { // we got the port: we are the first
    console.log(`Bind UDP on ${formatAddress(known)}... The other side has to write first.`);
    console.log("What you type is kept until then.");
  } else {
    console.log(`You are ${formatAddress(socket.address)}, writing to ${formatAddress(known)}.`);
    met.resolve(known);
  }

  using typed = lines("> ", signal, stop);
  typed.ended.then(() => met.reject(new Error("nobody wrote first.")));
  const listening = async () => {
    for await (const { from, text } of listen(socket, encoding)) {
      met.resolve(from); // only the first one counts: a stranger cannot take over later
      typed.print(`${formatAddress(from)}: ${printable(text)}`);
    }
  };
  const talking = async () => {
    let unsent = 0;
    await talk(socket, typed, met.promise, encoding, (text) => {
      typed.print(text);
      unsent++;
    });
    socket.close();
    if (unsent > 0) throw new Error(`${unsent} of your lines could not be sent.`);
  };
  await Promise.all([talking(), listening()]);
}

if (import.meta.main) {
  await run({
    file: import.meta.url,
    about: "Chat: type and read at the same time.",
    port: 4567,
    play,
    roles: {
      chat: {
        about: "talk to who is on the port, or wait there",
        options: {
          encoding: { value: "NAME", about: "gb2312, shift_jis, big5 ...", default: "utf-8" },
        },
        run: chatRole,
      },
    },
    tryNext: ["deno task lesson5 chat", "deno task lesson5 chat"],
  });
}
