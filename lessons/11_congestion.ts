/**
 * # Lesson 11: congestion
 *
 * A line carries only so many bytes in a second. If more arrive, datagrams wait in a *queue* in
 * front of the line. If the queue is full, they are lost. This is *congestion*. No message tells a
 * sender about it: the sender sees only that ACKs are missing. So it must slow down by itself. This
 * is called *congestion control*.
 *
 * ## You learn
 * - what a full line does: first datagrams wait, then they are lost
 * - how a sender finds its speed: *slow start*, then *additive increase, multiplicative decrease*
 * - why a fixed window takes the line from everyone else
 *
 * ## The messages
 *
 *     DATA 7 .....    datagram 7, filled up with dots to 1,000 bytes
 *     ACK 7           the receiver has datagram 7
 *
 * A lost datagram is not sent again here. Lesson 9 does that. This lesson is only about the speed.
 *
 * ## Run
 *
 *     deno task lesson11                         show two senders on one line
 *     deno task lesson11 receive --port 9293     in one terminal: acknowledge what arrives
 *     deno task lesson11 line                    in a second one: pass on 100,000 bytes a second
 *     deno task lesson11 send                    in a third one: send for 10 seconds
 *     deno task lesson11 send --window 40        the same with a fixed window
 *
 * `send` prints its *congestion window* four times a second: how many datagrams may be under way.
 * The window doubles until the queue is full. Then it drops to half, grows slowly, and drops again.
 * These are some of the lines:
 *
 *     0.27 s  ██ 2
 *     0.52 s  ████████ 8
 *     0.78 s  ████████████████████████ 24
 *     1.53 s  ████████████ 12
 *     1.79 s  ██████████████ 14
 *
 * ## Is UDP faster than TCP?
 *
 * No. UDP has no speed of its own: a datagram leaves when you send it. How fast a transfer is
 * depends on how much is under way, and on what a loss changes. TCP decides that for you, and with
 * UDP you decide. A fixed window can beat TCP on a full line, but it takes the line from others and
 * loses much of what it sends. docs/is-udp-faster.md has the measurements.
 *
 * A loss does not always mean that the line is full. The end of this page describes a window that
 * measures the line instead.
 *
 * @module
 */
import { type Line, relay } from "../lib/relay.ts";
import {
  type Address,
  bind,
  formatAddress,
  localFor,
  sameAddress,
  type Socket,
} from "../lib/udp.ts";
import { receiveUntil } from "./02_receive.ts";
import { serve } from "./04_echo.ts";

/** How many bytes a datagram has. 1,000 bytes fit into one packet on usual networks (lesson 7). */
const SIZE = 1000;

/**
 * If no ACK arrives for this many milliseconds, the sender counts all datagrams under way as lost.
 * The sender of lesson 9 measures the round trip to choose this time.
 */
const SILENCE = 500;

/** What a sender knows. It knows nothing about the line or about other senders. */
export interface Sender {
  /** How many datagrams may be under way: the congestion window. 9.7 allows 9 datagrams. */
  window: number;
  /** Below this size the window doubles in a round trip. From here on it grows slowly. */
  threshold: number;
  /** True if the window never changes. This is what a program must not do on the internet. */
  readonly fixed: boolean;
  /** The number of the next datagram. */
  next: number;
  /** The numbers of the datagrams that are neither acknowledged nor lost. */
  readonly underWay: Set<number>;
  /** The number of the last datagram that was sent before the window was halved: 0 at first. */
  halvedAt: number;
  delivered: number;
  lost: number;
}

/** Returns a sender at its start: with a window that adapts, or with a fixed one of this size. */
export function newSender(fixed?: number): Sender {
  return {
    window: fixed ?? 1,
    threshold: Infinity, // nothing is known of the line yet
    fixed: fixed !== undefined,
    next: 1,
    underWay: new Set(),
    halvedAt: 0,
    delivered: 0,
    lost: 0,
  };
}

/**
 * Makes the window larger, because an ACK arrived.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const sender = newSender();
 * for (let ack = 1; ack <= 15; ack++) grow(sender);
 * assertEquals(sender.window, 16); // slow start: each ACK adds 1
 * halve(sender);
 * assertEquals(sender.window, 8);
 * for (let ack = 1; ack <= 9; ack++) grow(sender);
 * assertEquals(Math.floor(sender.window), 9); // now 9 ACKs add about 1
 * ```
 */
export function grow(sender: Sender): void {
  if (sender.window < sender.threshold) {
    // Slow start: one more for each ACK. A whole window of ACKs arrives in one
    // round trip, so the window doubles: 1, 2, 4, 8. That is slow only at first.
    sender.window += 1;
  } else {
    // Additive increase: a whole window of ACKs makes it larger by about one.
    // So it grows by one in a round trip, until the queue is full again.
    sender.window += 1 / sender.window;
  }
}

/** Halves the window, because a datagram was lost: the multiplicative decrease. */
export function halve(sender: Sender): void {
  // The line could not carry this window, but half of it was fine before. The
  // least is 2: a window of 1 would be stop-and-wait (lesson 9).
  sender.window = Math.max(2, sender.window / 2);

  // If slow start begins again, it ends at this size.
  sender.threshold = sender.window;
}

/** Counts the ACK of a datagram, and finds the datagrams that were lost before it. */
export function acknowledged(sender: Sender, number: number): void {
  sender.underWay.delete(number);
  sender.delivered++;
  if (!sender.fixed) grow(sender);

  // In this lesson, no datagram overtakes another one. So if the ACK of an
  // earlier datagram is missing, the datagram is lost, or its ACK is lost. In
  // other networks, it may only be late. So TCP waits for three later ACKs
  // before it counts a datagram as lost.
  const earlier = [...sender.underWay].filter((other) => other < number);
  for (const lost of earlier) countLoss(sender, lost);
}

/** Counts a lost datagram, and halves the window once for all losses of one round trip. */
export function countLoss(sender: Sender, number: number): void {
  sender.underWay.delete(number);
  sender.lost++;
  if (sender.fixed) return;

  // A full queue often drops several datagrams of one window. The first loss
  // halves the window. The others left before that, so they say nothing about
  // the new window.
  if (number <= sender.halvedAt) return;
  halve(sender);
  sender.halvedAt = sender.next - 1; // the last one that has left
}

/** Gives up all datagrams that are under way, because no ACK arrived for a while. */
export function giveUp(sender: Sender): void {
  const all = [...sender.underWay]; // a copy, because countLoss() deletes from the set
  for (const number of all) countLoss(sender, number);

  // Silence is worse than a loss. So start again with 1. Slow start leads back
  // to the threshold.
  if (!sender.fixed) sender.window = 1;
}

/** Returns 7 for `DATA 7` or `ACK 7`, whichever is wanted, and `undefined` for anything else. */
export function numberAfter(wanted: "DATA" | "ACK", data: Uint8Array): number | undefined {
  const words = new TextDecoder().decode(data).split(" ");
  if (words[0] !== wanted) return undefined;

  // Anyone can send to our port, so the second word may be missing. A number has
  // 1 to 9 digits and nothing else.
  const number = words[1] ?? "";
  if (!/^\d{1,9}$/.test(number)) return undefined;
  return Number(number);
}

/** Returns the reply of the receiver: `ACK 7` to `DATA 7`, and `undefined` to anything else. */
export function acknowledge(data: Uint8Array): string | undefined {
  const number = numberAfter("DATA", data);
  return number === undefined ? undefined : `ACK ${number}`;
}

/** Sends as fast as the window allows, until `isOver` returns true. */
export async function sendUntil(
  socket: Socket,
  to: Address,
  sender: Sender,
  isOver: () => boolean,
): Promise<void> {
  while (!isOver()) {
    while (sender.underWay.size < Math.floor(sender.window)) {
      const number = sender.next;
      sender.next++;
      sender.underWay.add(number);
      const data = `DATA ${number} `.padEnd(SIZE, ".");
      await socket.send(data, to);
    }

    // Each ACK makes room for the next datagram. So ACKs set the pace: a slow
    // line delivers few of them, and the sender sends no faster.
    const number = await nextAck(socket, to, sender);
    if (number === undefined) giveUp(sender);
    else acknowledged(sender, number);
  }
}

/** Waits for the ACK of a datagram under way. Returns its number, or `undefined` if none comes. */
async function nextAck(socket: Socket, to: Address, sender: Sender): Promise<number | undefined> {
  const datagram = await receiveUntil(socket, SILENCE, ({ data, from }) => {
    const number = numberAfter("ACK", data);
    return sameAddress(from, to) && number !== undefined && sender.underWay.has(number);
  });
  if (!datagram) return undefined;

  return numberAfter("ACK", datagram.data);
}

/** Returns the window as a bar: `████ 4`. */
export function bar(window: number): string {
  const size = Math.floor(window);
  return `${"█".repeat(Math.min(size, 60))} ${size}`; // 60 fit into a line of the terminal
}

/** `deno task lesson11 send` runs this: sends for some seconds and draws the window. */
export async function send(
  to: Address,
  seconds: number,
  sender: Sender,
  print = console.log,
): Promise<void> {
  using socket = bind({ hostname: localFor(to) });
  const start = performance.now();
  const passed = () => (performance.now() - start) / 1000;
  const draw = () => print(`${passed().toFixed(2)} s  ${bar(sender.window)}`);
  const timer = setInterval(draw, 250);

  try {
    await sendUntil(socket, to, sender, () => passed() >= seconds);
  } finally {
    clearInterval(timer);
  }

  const { delivered, lost, underWay } = sender;
  print(`${delivered} datagrams arrived, ${lost} were lost, ${underWay.size} are under way.`);
  if (delivered === 0) throw new Error(`No ACK came. Is there a line at ${formatAddress(to)}?`);
}

/** `deno task lesson11 receive` runs this: acknowledges until the program is stopped. */
export async function receive(at: Address, print = console.log): Promise<void> {
  using socket = bind(at);
  print(`Bind UDP on ${socket.address.port}... (at ${at.hostname}, Ctrl-C stops)`);
  await serve(socket, acknowledge, print);
}

/**
 * `deno task lesson11 line` runs this: passes datagrams on, and has room only for some.
 *
 * `rate` is in bytes a second. `queue` is how many datagrams may wait. `delay` is in milliseconds.
 */
export async function line(
  at: Address,
  to: Address,
  { rate, queue, delay }: Line & { delay: number },
  print = console.log,
): Promise<void> {
  using socket = bind(at);
  print(`Bind UDP on ${socket.address.port}... (at ${at.hostname}, Ctrl-C stops)`);
  print(`To ${formatAddress(to)}: ${rate} bytes a second, ${queue} may wait.`);

  // The relay calls this for each datagram that finds the queue full.
  const lost = (data: Uint8Array) => print(`The queue is full: ${data.length} bytes are lost.`);

  // Like fate() in lesson 8, this returns the delay of each copy: one copy, after
  // `delay` milliseconds.
  const fate = () => [delay];

  // The relay calls this to get the fate function of a client. All clients have
  // the same one.
  const fateOfClient = () => fate;

  // This is the relay of lesson 8. Its `line` option adds two queues, one in each
  // direction. All clients share them.
  await relay(socket, to, fateOfClient, { line: { rate, queue }, lost });
}

/*
 * ## A window that measures the line
 *
 * The sender on this page takes each loss for a full line. On a bad radio link this is wrong.
 * Datagrams get lost by chance there, although the line has room. The sender halves its window at
 * each loss, and most of the line stays empty.
 *
 * A sender can measure the line instead, as TCP bbr does. It needs two numbers. The *delivery rate*
 * is how much arrives in a second: the ACKs show it. The shortest round trip is the time that a
 * datagram and its ACK take if they wait in no queue. The sender multiplies the two. The result is
 * the *bandwidth-delay product*: this much fills the line. If more is under way, it waits in the
 * queue.
 *
 * `ModelWindow` of lib/transfer_model.ts works like this:
 *
 * - At the start, it sends more in each round trip, until the delivery rate no longer grows.
 * - Then it sends at this rate: one datagram, a pause, the next datagram. This is called *pacing*.
 *   So the queue stays short.
 * - Every few round trips, it sends a quarter more for one round trip. If the line can carry more
 *   now, the delivery rate grows. Then it sends a quarter less, and the queue becomes empty again.
 * - A loss does not make it slow down.
 *
 * It is better where datagrams get lost by chance. It also keeps the queue short, so the datagrams
 * of others do not wait long. It is worse on a line with a short queue. There, losses are the only
 * sign of a full line, and it does not react to them. Two senders of this kind lose much of what
 * they send on such a line. If only one of two senders is of this kind, the other one gets little.
 * So the transfer of lesson 10 uses `ModelWindow` only with `--window model`. The default is
 * `auto`: it halves its window.
 *
 * ## Try next
 *
 * 1. Run `deno task lesson11 --window 8`. You should see that A delivers less than B now. With its
 *    window of 40, A delivered most.
 * 2. Leave `receive --port 9293` and `line` running. In two more terminals, run
 *    `deno task lesson11 send` at the same time. You should see that both windows go up and down,
 *    and that each is smaller than the window of one sender alone. At the end, neither sender has
 *    delivered many times as much as the other.
 * 3. Run `deno task lesson11 send` and `deno task lesson11 send --window 40` at the same time. You
 *    should see that the window of the first one falls to about 3 and stays small. The fixed
 *    window delivers many times as much. It also loses about as many datagrams as it delivers: the
 *    line prints `The queue is full` all the time.
 * 4. Run `deno task lesson11 send --window 10` alone. You should see `0 were lost`. 10 datagrams
 *    are as many as the line carries in one round trip of 100 ms. A fixed window is right if you
 *    know the line, and if nobody else uses it.
 * 5. Change `sender.window / 2` in `halve` to `sender.window * 0.7`, and run the sender again. You
 *    should see that the window drops to about 16 and not to 12. TCP cubic, the usual TCP today,
 *    has this number (RFC 9438).
 * 6. Compare the two windows where 5 % get lost by chance in each direction. You need a file of
 *    some 2 MB. Run `deno task lesson10 receive > copy`. In a second terminal, run
 *    `deno task lesson8 relay --to 127.0.0.1:9191 --drop 0.05 --delay 20 --rate 1000000 --queue 40`
 *    and in a third one `deno task lesson10 send --port 8888 < file`. Start the receiver and the
 *    relay again, and send with `--window model`. You should see that `auto`, the default, takes 10
 *    to 20 s, and `model` 2 to 4 s.
 *
 * lib/transfer.ts has the same rules in a file transfer, as `FairWindow`. It starts with 10 parts,
 * as TCP does today (RFC 6928), and it measures the round trip, as in lesson 9. RFC 8085 asks every
 * program that uses UDP on the internet to slow down when datagrams are lost.
 */

if (import.meta.main) import("../cli/lessons/11_congestion.ts").then(({ main }) => main());
