/**
 * # Lesson 5: chat
 *
 * Two people type and read at the same time. That is two loops on one socket: one sends what you type, the
 * other prints what arrives. It takes no thread and no lock: while one awaits, the other one runs.
 *
 * ## You learn
 * - how to send and receive at the same time on one socket
 * - how to keep in touch with somebody whose port changes; text as bytes, and that both must agree how
 *
 * ## Run
 *
 *     deno task lesson5                             watch it happen
 *     deno task lesson5 chat                        in two terminals: talk to yourself
 *     deno task lesson5 chat --host 192.168.1.7     talk to that machine; there, name this one
 *     deno task lesson5 chat --encoding gb2312      with a program that does not speak UTF-8
 *
 * On one machine, the first to start takes port 4567 and waits. The second finds it taken, gets an
 * ephemeral one, and writes to the first. On two machines, both get port 4567. Ctrl-C or Ctrl-D ends.
 *
 * ## Try next
 * - Stop the second one and start it again: it has another port now. How does the first one notice?
 * - Type slowly while the other side sends: is your line still whole? And while nobody is there: who complains?
 * - Let one side use `--encoding gb2312`, the other not, and send 你好.
 *
 * @module
 */
import type { Diagram, Given, Lesson } from "../cli/lesson.ts";
import { run } from "../cli/run.ts";
import { decode, encode, ENCODINGS } from "../lib/encoding.ts";
import { printable } from "../lib/text.ts";
import { type Address, bind, formatAddress, sameAddress, type Socket } from "../lib/udp.ts";
import { bindKnown } from "./03_bind.ts";

/** The loop that talks: sends each line to the other side. Returns how many it could not send. */
export async function talk(
  socket: Socket,
  typed: Iterable<string> | AsyncIterable<string>,
  other: () => Address | undefined,
  encoding = "utf-8",
  complain: (text: string) => void = console.error,
): Promise<number> {
  let unsent = 0;
  for await (const line of typed) {
    if (line === "") continue;
    try {
      const to = other();
      if (!to) throw new Error("the other side has not come yet.");
      await socket.send(encode(line, encoding), to);
    } catch (error) {
      complain(`Not sent: ${(error as Error).message}`);
      unsent++;
    }
  }
  return unsent;
}

/** The loop that listens: who said what, until the socket is closed. */
export async function* listen(
  socket: Socket,
  encoding = "utf-8",
): AsyncGenerator<{ from: Address; text: string }> {
  for await (const { data, from } of socket) yield { from, text: decode(data, encoding) };
}

/**
 * Whom we talk to: the first who writes, and after that whoever writes from the same host, since a
 * program that is started again has another port. Another host is a stranger: heard, but not
 * followed. And nobody can answer port 0 (RFC 768: such a sender wants no reply).
 */
export function follow(other: Address | undefined, from: Address): Address | undefined {
  if (from.port === 0) return other;
  if (!other) return from;
  const moved = { ...other, port: from.port };
  return sameAddress(moved, from) ? moved : other;
}

/** Two people who talk at the same time, and one who changes her encoding. */
export async function play(diagram: Diagram): Promise<void> {
  using ann = diagram.watch("Ann", bind());
  using bob = diagram.watch("Bob", bind());
  const [toAnn, toBob] = [() => ann.address, () => bob.address];
  const heard = async (socket: Socket, messages: number) => {
    for await (const _ of listen(socket)) if (--messages === 0) return;
  };
  async function* says(...lines: (number | string)[]) {
    for (const line of lines) {
      if (typeof line === "string") yield line;
      else await new Promise((resolve) => setTimeout(resolve, line)); // thinks
    }
  }

  await Promise.all([
    talk(ann, says("Hi Bob!", "It rains here.", 80, "And there?"), toBob),
    talk(bob, says(40, "Hello Ann!", "I have news!"), toAnn),
    heard(ann, 2),
    heard(bob, 3),
  ]);
  diagram.note("Both wrote when they liked, and nobody took turns: four loops ran at once.");

  for (const encoding of ["utf-8", "gb2312"]) await talk(ann, ["你好"], toBob, encoding);
  await heard(bob, 2);
  diagram.note("In UTF-8, then in GB2312, and both read as UTF-8: two sides have to agree.");
}

async function chat({ local, remote, options, lines, console }: Given): Promise<void> {
  const encoding = options.oneOf("encoding", ENCODINGS);
  using socket = bindKnown(local.hostname, remote.port);
  let other = sameAddress(socket.address, remote) ? undefined : remote;
  if (other) {
    console.log(`You are ${formatAddress(socket.address)}, writing to ${formatAddress(other)}.`);
    await socket.send("", other); // an empty datagram is one, too: it says "I am here"
  } else {
    console.log(`Bind UDP on ${formatAddress(remote)}... Waiting for the other side.`);
  }
  using typed = lines("> ");
  const listening = async () => {
    for await (const { from, text } of listen(socket, encoding)) {
      const name = formatAddress(from);
      typed.print(text === "" ? `${name} is here.` : `${name}: ${printable(text, 400)}`);
      const before = other;
      other = follow(other, from);
      if (before && before.port !== other?.port) typed.print(`What you type goes to ${name} now.`);
    }
  };
  const talking = async () => {
    const unsent = await talk(socket, typed, () => other, encoding, typed.print);
    socket.close();
    if (unsent > 0) throw new Error(`${unsent} of your lines could not be sent.`);
  };
  await Promise.all([talking(), listening()]);
}

export const lesson: Lesson = {
  part: 1,
  title: "chat",
  about: "Chat: type and read at the same time.",
  port: 4567,
  play,
  roles: {
    chat: {
      about: "talk to whoever is there, or wait for them",
      options: { encoding: { value: "NAME", about: "gb2312, big5 ...", default: "utf-8" } },
      run: chat,
    },
  },
  tryNext: ["deno task lesson5 chat", "deno task lesson5 chat"],
};

if (import.meta.main) await run(lesson);
