/**
 * # Lesson 2: receive
 *
 * Every datagram carries the address of its sender, so you can reply to it. But a reply may never
 * come. The question can get lost, the reply can get lost, or nobody is listening: you cannot tell
 * which. So a program that waits for a reply always sets a time limit.
 *
 * ## You learn
 * - how to wait for a datagram, and how to stop waiting after some time
 * - how to take a datagram only from the address that you asked
 * - what an *ephemeral port* is: a port that the system picks, usually another one at each run
 * - why a late reply can be mistaken for the reply to your next question
 *
 * ## Run
 *
 *     deno task lesson2                           show the lesson as a diagram
 *     deno task lesson2 receive                   send "Hello" to port 8080 and wait for a reply
 *     deno task lesson2 receive --message Hola    send your own text
 *
 * If nobody listens at port 8080, `receive` prints these lines and gives up after 10 seconds. 53011
 * stands for the port that the system picked:
 *
 *     Sending to 127.0.0.1:8080 from port 53011.
 *     Waiting for a reply, at most 10 s...
 *     No reply from 127.0.0.1:8080 within 10 s. Is a program listening there?
 *
 * @module
 */
import { printable } from "../lib/text.ts";
import {
  type Address,
  bind,
  type Datagram,
  formatAddress,
  localFor,
  sameAddress,
  type Socket,
} from "../lib/udp.ts";

/**
 * Waits for a datagram that `fits` accepts, and returns it. Returns `undefined` if the time is up
 * first. Datagrams that `fits` does not accept are dropped. The later lessons wait with this
 * function, too.
 *
 * A `Datagram` has the bytes, `data`, and the sender's address, `from`.
 */
export async function receiveUntil(
  socket: Socket,
  milliseconds: number,
  fits: (datagram: Datagram) => boolean,
): Promise<Datagram | undefined> {
  // The time limit starts once, before the loop. So datagrams that are dropped
  // cannot make the wait longer.
  const signal = AbortSignal.timeout(milliseconds); // as you would use it with fetch()

  try {
    while (true) {
      const datagram = await socket.receive({ signal });
      if (fits(datagram)) return datagram;
    }
  } catch (error) {
    // No reply in time is normal with UDP, so it is not an error here.
    if (signal.aborted) return undefined;
    throw error;
  }
}

/**
 * Waits for the next datagram, whatever it is, and returns it. Returns `undefined` if none comes in
 * time.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { bind } from "../lib/udp.ts";
 *
 * using socket = bind();
 * assertEquals(await receiveWithin(socket, 50), undefined); // nobody sent anything in 50 ms
 * ```
 */
export function receiveWithin(
  socket: Socket,
  milliseconds: number,
): Promise<Datagram | undefined> {
  return receiveUntil(socket, milliseconds, () => true);
}

/**
 * Sends a question and returns the reply, or `undefined` if none comes in time.
 *
 * The reply may be empty: an empty datagram is a valid one.
 */
export async function sendAndReceive(
  socket: Socket,
  question: string,
  to: Address,
  milliseconds: number,
): Promise<Datagram | undefined> {
  await socket.send(question, to);

  // Any program can send to our port, so we check who sent the datagram. Two
  // address objects with the same values are not ===, so sameAddress() compares
  // their host and port. A late reply to an earlier question passes this check,
  // because it comes from the right address.
  return await receiveUntil(socket, milliseconds, ({ from }) => sameAddress(from, to));
}

/** Waits for one datagram and replies to its sender. */
export async function replyOnce(socket: Socket, text: string): Promise<void> {
  // This wait has no time limit. A server waits as long as it takes. Only a
  // client needs a limit.
  const { from } = await socket.receive();
  await socket.send(text, from);
}

/** `deno task lesson2 receive` runs this: sends a message and prints the reply. */
export async function receive(
  message: string,
  to: Address,
  seconds: number,
  print = console.log,
): Promise<void> {
  using socket = bind({ hostname: localFor(to) }); // as in lesson 1
  print(`Sending to ${formatAddress(to)} from port ${socket.address.port}.`);
  print(`Waiting for a reply, at most ${seconds} s...`);

  // A datagram that arrives while no receive() is waiting is not lost. The
  // system keeps it in the socket's *receive buffer*, as long as there is room.
  const reply = await sendAndReceive(socket, message, to, 1000 * seconds);
  if (!reply) {
    // An error ends the program: the message is printed, and the exit code is 1.
    throw new Error(
      `No reply from ${formatAddress(to)} within ${seconds} s. Is a program listening there?`,
    );
  }

  // What arrives is bytes. TextDecoder makes text of them, and printable()
  // makes the text safe to print. Lesson 3 shows why that is needed.
  const text = new TextDecoder().decode(reply.data);
  print(`Received from ${formatAddress(reply.from)}: ${printable(text)}`);
}

/*
 * ## Try next
 *
 * 1. Run `deno task lesson4 server --port 8080` in a second terminal. Lesson 4 explains this
 *    server. Then run `deno task lesson2 receive --message Ann` twice. You should see `Hello, Ann!`
 *    twice. The port after "from port" changes, and 8080 stays.
 * 2. Be the server yourself: run `nc -u -l 8080`, then `deno task lesson2 receive` in a second
 *    terminal. nc prints `Hello`. Type a reply after it and press Enter, within 10 seconds. You
 *    should see your reply in the second terminal, with `\n` at its end: nc sends the Enter, too.
 *    Start nc again before the next try, because it listens only to the first port that writes to
 *    it.
 */

if (import.meta.main) import("../cli/lessons/02_receive.ts").then(({ main }) => main());
