/**
 * # Lesson 2: receive
 *
 * Every datagram carries its sender's address, so whoever gets one can reply. But a reply may never
 * come: the question was lost, or the answer was, or there was nobody to answer. From here they all
 * look the same. So whoever waits for a reply sets a limit.
 *
 * ## You learn
 * - how to wait for a datagram, and how to stop waiting
 * - what an ephemeral port is: one that the system picks, as a rule another one at each run
 * - how the reply finds it all the same
 * - that a late reply is still a reply: to the next question
 *
 * ## Run
 *
 *     deno task lesson2                           watch it happen
 *     deno task lesson2 receive                   send to port 8080, wait for the reply
 *     deno task lesson2 receive --message Hola    with your own words
 *
 * ## Try next
 * - Let somebody reply: run `deno task lesson4 server --port 8080` in a second terminal (lesson 4
 *   explains it), and `deno task lesson2 receive --message Ann` twice. Which of the two ports changes,
 *   and which stays?
 * - Be the other side: run `nc -u -l 8080`, start `receive`, and type the reply behind the `Hello`, within
 *   10 seconds. The line break at its end comes along: `\n`. Start nc again for the next run: it listens
 *   only to the first port that writes to it.
 *
 * @module
 */
import type { Diagram, Given, Lesson } from "../cli/lesson.ts";
import { run } from "../cli/run.ts";
import { printable } from "../lib/text.ts";
import { type Address, bind, type Datagram, formatAddress, type Socket } from "../lib/udp.ts";

/**
 * Waits for the next datagram, but not for ever: `undefined` if none comes in time.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { bind } from "../lib/udp.ts";
 *
 * using socket = bind();
 * assertEquals(await receiveWithin(socket, 50), undefined);
 * ```
 */
export async function receiveWithin(
  socket: Socket,
  milliseconds: number,
): Promise<Datagram | undefined> {
  // Closing the socket would end the wait as well, with an error, and for good.
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
 * question, or a stranger's: lesson 4 looks closer. It may be empty, too: 0 bytes are a datagram like
 * any other, and do not mean that somebody hung up.
 */
export async function sendAndReceive(
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
  const { from } = await socket.receive(); // no limit: who serves may wait for ever, who asks may not
  await socket.send(text, from);
}

/** A question with a reply, and one whose reply comes too late. */
export async function play(diagram: Diagram): Promise<void> {
  using asker = diagram.watch("asker", bind());
  using friend = diagram.watch("friend", bind());
  diagram.note(`The system picked port ${asker.address.port} for the asker: an ephemeral port.`);

  const replying = replyOnce(friend, "Fine, thanks!");
  await sendAndReceive(asker, "How are you?", friend.address, 1000);
  await replying;
  diagram.note("The friend had never heard of that port: it was in the datagram.");

  const wait = 400;
  diagram.note(`Now the friend hears, but does not reply. The asker waits ${wait} ms.`);
  const heard = friend.receive();
  const reply = await sendAndReceive(asker, "Is it cold?", friend.address, wait);
  const { from } = await heard;
  if (!reply) diagram.note("No reply. Was the question lost, or the reply? The asker cannot know.");

  await asker.send("Is it dark?", friend.address);
  await friend.send("Yes!", from); // to the first question: the friend is slow
  await friend.receive();
  await receiveWithin(asker, 1000);
  diagram.note("It is cold, said the friend, late. It is dark, understood the asker.");
}

async function receive({ local, remote, options, console }: Given): Promise<void> {
  const wait = options.seconds("timeout");
  using socket = bind(local);
  console.log(`Sending to ${formatAddress(remote)} from port ${socket.address.port}.`);
  console.log(`Waiting for a reply, ${wait / 1000} s at most...`);

  const reply = await sendAndReceive(socket, options.text("message"), remote, wait);
  if (!reply) {
    throw new Error(
      `No reply from ${formatAddress(remote)} within ${
        wait / 1000
      } s. Is somebody listening there?`,
    );
  }
  console.log(`Received from ${formatAddress(reply.from)}: ${printable(reply.data)}`);
}

export const lesson: Lesson = {
  part: 1,
  title: "receive",
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
      run: receive,
    },
  },
  tryNext: ["deno task lesson4 server --port 8080", "deno task lesson2 receive --message Ann"],
};

if (import.meta.main) await run(lesson);
