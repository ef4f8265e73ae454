/**
 * # Lesson 9: retransmission
 *
 * UDP may lose a datagram, and nobody tells the sender. So the receiver has to confirm each one. It
 * sends back an *acknowledgement* (ACK): a short datagram with the number of what arrived. If no
 * ACK comes in time, the sender sends the same datagram again. That is called *retransmission*.
 *
 * The simplest protocol of this kind is *stop-and-wait*: send one part, wait for its ACK, then send
 * the next part. This page has both sides of it.
 *
 * ## You learn
 * - how numbers, ACKs and timeouts make a delivery reliable
 * - why the receiver acknowledges a duplicate, and why the sender ignores one
 * - how long to wait for an ACK: measure the *round-trip time*, from sending a part to its ACK
 * - what the sender cannot know when no ACK comes
 *
 * ## Run
 *
 *     deno task lesson9            show the lesson as a diagram
 *     deno task lesson9 receive    in one terminal: print the lines that arrive at port 9090
 *     deno task lesson9 send       in a second terminal: send each line that you type
 *
 * Type `Hello` and `world` in the second terminal. The receiver prints these lines, where 53011
 * stands for the sender's port:
 *
 *     127.0.0.1:53011: Hello
 *     127.0.0.1:53011: world
 *
 * For each line, the sender prints how often it was sent, and how long it would wait for the next
 * ACK. The numbers are different at each run:
 *
 *     Part 0 was sent once. The timeout is 102 ms now.
 *     Part 1 was sent once. The timeout is 102 ms now.
 *
 * Ctrl-D ends the sender, and Ctrl-C stops the receiver.
 *
 * ## The messages
 *
 * Both are text, in UTF-8. The parts are numbered from 0:
 *
 *     PART 1 world    from the sender: part 1, and the text is "world"
 *     ACK 1           from the receiver: part 1 has arrived
 *
 * @module
 */
import { count, printable } from "../lib/text.ts";
import {
  type Address,
  bind,
  formatAddress,
  localFor,
  sameAddress,
  type Socket,
} from "../lib/udp.ts";
import { receiveUntil } from "./02_receive.ts";

/** One part: its number and its text. */
export interface Part {
  number: number;
  text: string;
}

/**
 * How often a part is sent before the sender gives up. On a network that loses 20 % in each
 * direction, 8 times are enough for all but 3 of 10,000 parts.
 */
export const TRIES = 8;

/**
 * Decides how long to wait for an ACK (RFC 6298). All times are milliseconds.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const timer = new RoundTripTimer();
 * timer.measured(200);
 * assertEquals(timer.timeout, 600); // 200 + 4 × 100: the first variation is half the round trip
 * timer.backOff();
 * assertEquals(timer.timeout, 1200);
 * ```
 */
export class RoundTripTimer {
  /** The *retransmission timeout*: how long to wait. It is 1 s at first. */
  timeout = 1000;
  /** The mean of the round trips. */
  #mean: number | undefined;
  /** How far the round trips are from the mean, on average. */
  #variation = 0;

  /** Takes the time of a round trip, and sets the timeout. */
  measured(trip: number): void {
    if (this.#mean === undefined) {
      this.#mean = trip;
      this.#variation = trip / 2;
    } else {
      // The variation takes the mean as it was before this round trip. With each
      // new trip, the old ones count less.
      const distance = Math.abs(trip - this.#mean);
      this.#variation = (3 / 4) * this.#variation + (1 / 4) * distance;
      this.#mean = (7 / 8) * this.#mean + (1 / 8) * trip;
    }

    // Few round trips take longer than the mean plus four variations. If all take
    // the same time, the variation becomes 0. Then the smallest delay would look
    // like a loss. So we add at least 100 ms. RFC 6298 asks for a timeout of at
    // least 1 s, but most systems have less. Linux has 200 ms.
    this.timeout = this.#mean + Math.max(100, 4 * this.#variation);
  }

  /**
   * Doubles the timeout, because no ACK came in time. If the network is full, this gives it time to
   * recover. Doubling stops at 2 s here, because a person waits. RFC 6298 allows a limit of 60 s or
   * more.
   */
  backOff(): void {
    // Slow round trips may have set a timeout above 2 s already. It stays.
    if (this.timeout < 2000) this.timeout = Math.min(2 * this.timeout, 2000);
  }
}

/**
 * Sends a part until its ACK comes. Returns how often it was sent.
 *
 * It throws if the part was sent {@linkcode TRIES} times, and no ACK came. Then the sender cannot
 * know what happened. Perhaps no copy of the part arrived. Perhaps all copies arrived, and only
 * their ACKs were lost.
 */
export async function deliver(
  socket: Socket,
  { number, text }: Part,
  to: Address,
  timer: RoundTripTimer,
): Promise<number> {
  for (let times = 1; times <= TRIES; times++) {
    const start = performance.now();
    await socket.send(`PART ${number} ${text}`, to);

    // We ignore any other ACK. It may be a duplicate of an earlier one. Suppose it
    // made us send our part again. Then two copies arrive, and two ACKs come back:
    // one more duplicate. So every later part would be sent twice. Only the
    // timeout makes us send again.
    const ack = await receiveUntil(socket, timer.timeout, ({ data, from }) => {
      return sameAddress(from, to) && new TextDecoder().decode(data) === `ACK ${number}`;
    });

    if (ack) {
      // A trip is never longer than our wait for it. If it looks longer, the
      // machine has stopped this program for a while.
      const trip = Math.min(performance.now() - start, timer.timeout);

      // If the part was sent twice, we cannot tell which copy this ACK answers,
      // so we measure nothing. This rule is called *Karn's algorithm*.
      if (times === 1) timer.measured(trip);
      return times;
    }

    timer.backOff();
  }

  throw new Error(
    `Part ${number} was sent ${TRIES} times, and no ACK came. Perhaps it arrived, perhaps not. ` +
      `Is a receiver running at ${formatAddress(to)}?`,
  );
}

/** Returns the part that a datagram holds, or `undefined` if it holds something else. */
export function readPart(data: Uint8Array): Part | undefined {
  // The number has at most nine digits, so that it fits into a JavaScript
  // number. [^] is any character. A dot would not match a line break. found[1]
  // and found[2] are what the brackets matched.
  const found = new TextDecoder().decode(data).match(/^PART (\d{1,9}) ([^]*)$/);
  if (!found) return undefined;
  return { number: Number(found[1]), text: found[2]! };
}

/** Acknowledges a part. Returns false if the ACK cannot be sent, for example to a forged port 0. */
export async function sendAck(
  socket: Socket,
  number: number,
  to: Address,
  print: (line: string) => void = () => {},
): Promise<boolean> {
  try {
    await socket.send(`ACK ${number}`, to);
    return true;
  } catch (error) {
    print(`No reply to ${formatAddress(to)}: ${(error as Error).message}`);
    return false;
  }
}

/** The other side: acknowledges the parts, and yields each text once, in order, with its sender. */
export async function* collect(
  socket: Socket,
  print: (line: string) => void = () => {},
): AsyncGenerator<{ text: string; from: Address }> {
  // The number of the part that each sender sends next. This list only grows: a
  // server on the internet would have to forget the senders that are silent.
  const expected = new Map<string, number>();

  for await (const { data, from } of socket) {
    const sender = formatAddress(from);
    const next = expected.get(sender) ?? 0;
    const part = readPart(data);

    // A sender with stop-and-wait never skips a part: it waits for each ACK.
    if (!part || part.number > next) {
      print(`${sender} sent ${count(data.length, "byte")}: not the next part.`);
      continue;
    }

    // We acknowledge a duplicate, too. It may have come because our ACK was lost.
    // We take a part only if its ACK was sent. Otherwise it comes again.
    const acked = await sendAck(socket, part.number, from, print);
    if (!acked) continue;

    if (part.number < next) {
      print(`${sender} sent part ${part.number} again.`);
      continue;
    }

    expected.set(sender, next + 1);
    yield { text: part.text, from };
  }
}

/** `deno task lesson9 receive` runs this: prints the lines that arrive, until it is stopped. */
export async function receive(at: Address, print = console.log): Promise<void> {
  using socket = bind(at);
  print(`Bind UDP on ${socket.address.port}... (at ${at.hostname}, Ctrl-C stops)`);
  for await (const { text, from } of collect(socket, print)) {
    print(`${formatAddress(from)}: ${printable(text)}`);
  }
}

/** `deno task lesson9 send` runs this: delivers each line, one after the other. */
export async function send(
  lines: AsyncIterable<string>,
  to: Address,
  print = console.log,
): Promise<void> {
  using socket = bind({ hostname: localFor(to) });
  const timer = new RoundTripTimer();
  let number = 0;

  for await (const text of lines) {
    const times = await deliver(socket, { number, text }, to, timer);
    const often = times === 1 ? "once" : `${times} times`;
    print(`Part ${number} was sent ${often}. The timeout is ${Math.round(timer.timeout)} ms now.`);
    number++;
  }
}

/*
 * ## Try next
 *
 * 1. Run `deno task lesson9 --lost 8`, and then `deno task lesson9 --lost 0 --acks 8`. You should
 *    see that the sender sees the same both times: it sends part 1 eight times, and no ACK comes.
 *    Only in the second run did the part arrive.
 * 2. Let lesson 8's relay lose 10 % of the datagrams in each direction. Run these in three
 *    terminals: `deno task lesson9 receive`,
 *    `deno task lesson8 relay --to 127.0.0.1:9090 --drop 0.1`, and
 *    `deno task lesson9 send --port 8888 < README.md`. You should see that about one part in five
 *    is sent more than once. For some of them, the receiver prints `sent part 7 again.` Still, it
 *    prints each line of the file once, and all of them in order. With `--drop 0.3`, one part in
 *    200 fails 8 times in a row, and then the sender gives up.
 * 3. Run `deno task lesson9 send` without a receiver, and type a line. You should see, after 15
 *    seconds, `Part 0 was sent 8 times, and no ACK came. Perhaps it arrived, perhaps not.`
 * 4. In `collect`, write `if (part.number < next) continue;` above the line that acknowledges. Then
 *    do the second experiment again. You should soon see that the sender gives up: an ACK was lost,
 *    and the receiver does not send a second one.
 */

if (import.meta.main) import("../cli/lessons/09_retransmission.ts").then(({ main }) => main());
