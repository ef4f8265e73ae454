/**
 * # Lesson 2: receive
 *
 * Every datagram carries its sender's address, so whoever gets one can reply. But a reply may never
 * come: the question was lost, or the answer was, or there was nobody to answer. From here they all
 * look the same. So never wait without a limit.
 *
 * You learn
 * - how to wait for a datagram, and how to stop waiting
 * - what an ephemeral port is: one that the system picks, another one at every run
 * - how the reply finds it all the same
 *
 * Run
 *
 *     deno task lesson2                            watch it happen
 *     deno task lesson2 receive                    send to port 8080, wait for the reply
 *     deno task lesson2 receive --message "Hi!"    with your own words
 *
 * Try next
 * - Let somebody reply: run `deno task lesson4 server --port 8080` in a second terminal (lesson 4
 *   explains it), and `deno task lesson2 receive --message Ann` twice. Which of the two ports changes,
 *   and which stays?
 * - Be the other side: run `nc -u -l 8080` and type the reply there. The line break at its end comes
 *   along: `\n`. Start nc again for the next run: it listens only to the first port that writes to it.
 *
 * @module
 */
import { type Given, run, seconds } from "../cli/run.ts";
import type { Diagram } from "../cli/diagram.ts";
import { printable } from "../lib/text.ts";
import { type Address, bind, type Datagram, formatAddress, type Socket } from "../lib/udp.ts";

/**
 * Waits for the next datagram, but not for ever: `undefined` if none comes in time.
 *
 * ```ts
 * import { bind } from "../lib/udp.ts";
 *
 * using socket = bind();
 * console.log(await receiveWithin(socket, 50)); // undefined
 * ```
 */
export async function receiveWithin(
  socket: Socket,
  milliseconds: number,
): Promise<Datagram | undefined> {
  const signal = AbortSignal.timeout(milliseconds);
  try {
    return await socket.receive({ signal });
  } catch (error) {
    // Time is up. That is no failure: with UDP it is one of the two things that happen.
    if (signal.aborted) return undefined;
    throw error;
  }
}

/**
 * Sends a question, and takes whatever comes first for the reply. That may be a late one to an earlier
 * question, or a stranger's: lesson 4 looks closer.
 */
export async function ask(
  socket: Socket,
  question: string,
  to: Address,
  milliseconds: number,
): Promise<Datagram | undefined> {
  await socket.send(question, to);
  return await receiveWithin(socket, milliseconds);
}

/** Waits for one datagram and replies to wherever it came from. */
export async function replyOnce(socket: Socket, text: string): Promise<void> {
  const { from } = await socket.receive();
  await socket.send(text, from);
}

/** A question with a reply, and one without. */
export async function play(diagram: Diagram): Promise<void> {
  using asker = diagram.watch("asker", bind());
  using friend = diagram.watch("friend", bind());
  diagram.note(`The system picked port ${asker.address.port} for the asker: an ephemeral port.`);

  const replying = replyOnce(friend, "Fine, thanks!");
  await ask(asker, "How are you?", friend.address, 1000);
  await replying;
  diagram.note("The friend had never heard of that port: it was in the datagram.");

  const silent = friend.receive();
  const wait = 500;
  diagram.note(`Now the friend hears, but does not reply. The asker waits ${wait} ms.`);
  const reply = await ask(asker, "Are you there?", friend.address, wait);
  await silent;
  if (!reply) diagram.note("No reply. Was the question lost, or the reply? The asker cannot know.");
}

async function receiveRole({ host, port, local, options, watch }: Given): Promise<void> {
  const wait = seconds(options.timeout, "timeout");
  const to = { hostname: host, port };
  using socket = watch(bind({ hostname: local }));
  console.log(`Sending to ${formatAddress(to)} from port ${socket.address.port}.`);
  console.log(`Waiting for a reply, ${wait / 1000} s at most...`);

  const reply = await ask(socket, options.message!, to, wait);
  if (!reply) {
    throw new Error(
      `No reply from ${formatAddress(to)} within ${wait / 1000} s. Is somebody listening there?`,
    );
  }
  console.log(`Received from ${formatAddress(reply.from)}: ${printable(reply.data)}`);
}

if (import.meta.main) {
  await run({
    file: import.meta.url,
    about: "Wait for a reply, which may never come.",
    port: 8080,
    play,
    roles: {
      receive: {
        about: "send a message, wait for the reply",
        options: {
          message: { value: "TEXT", about: "what to send", default: "Hello" },
          timeout: { value: "SECONDS", about: "how long to wait", default: "10" },
        },
        run: receiveRole,
      },
    },
    tryNext: ["deno task lesson4 server --port 8080", "deno task lesson2 receive"],
  });
}
