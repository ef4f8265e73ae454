/**
 * # Lesson 10: window
 *
 * Stop-and-wait sends one part in each round trip. If the round trip takes 40 ms, that is 25 parts
 * per second, and a faster line does not help. So most protocols send several parts before the
 * first ACK comes. A part is *under way* from its sending to its ACK. The *window* is the range of
 * parts that may be under way at once. A window of 3 begins with the parts 0 to 2. After ACK 0 it
 * has the parts 1 to 3. It moves on with each new ACK, so it is called a *sliding window*.
 *
 * This page has the simplest protocol with a window, *go-back-N*: after a loss, it sends all parts
 * under way again. With *selective ACKs*, a sender repeats only the missing ones. The roles `send`
 * and `receive` transfer whole files, with lib/transfer.ts.
 *
 * ## You learn
 * - how a sender keeps several parts under way at once
 * - what a *cumulative ACK* says, and how a later ACK makes up for a lost one
 * - what go-back-N sends again after a loss, and how a selective ACK avoids most of it
 * - *flow control*: how a slow receiver holds a fast sender back
 * - what a real file transfer needs beyond that
 *
 * ## Run
 *
 *     deno task lesson10                                show the lesson as a diagram
 *     deno task lesson10 receive > copy                 in one terminal: wait for a file
 *     deno task lesson10 send < README.md               in a second terminal: send a file
 *     deno task lesson10 send --window 32 < README.md   with a window of 32 parts
 *
 * The port is 9191. Without `--window`, the window adapts to the network (lesson 11). The sender
 * prints how long it took. Your numbers will be different:
 *
 *     Sent 9,973 bytes in 0.0 s (232 kB/s) to 127.0.0.1:9191.
 *     It took 11 datagrams. 0 of them were sent again.
 *     The round trip took 13.2 ms.
 *
 * ## The messages
 *
 * The code on this page sends messages like those of lesson 9. But here an ACK is cumulative: it is
 * for all parts up to its number.
 *
 *     PART 3 text    from the sender: part 3 and its text
 *     ACK 3          from the receiver: all parts up to 3 have arrived
 *
 * @module
 */
import { type Address, type Datagram, sameAddress, type Socket } from "../lib/udp.ts";
import { receiveUntil } from "./02_receive.ts";
import { readPart, RoundTripTimer, sendAck, TRIES } from "./09_retransmission.ts";

/**
 * Sends texts with go-back-N.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { bind } from "../lib/udp.ts";
 *
 * using sender = bind();
 * using receiver = bind();
 * const collecting = collectInOrder(receiver);
 * const sending = new GoBackN(sender, ["one", "two"], receiver.address, 2).run();
 * const first = await collecting.next();
 * assertEquals(first.value, "one");
 * const second = await collecting.next();
 * assertEquals(second.value, "two");
 * collecting.next(); // a text is acknowledged when you ask for the next one
 * await sending;
 * ```
 */
export class GoBackN {
  /** The lowest part without an ACK. The window begins here. */
  lowest = 0;
  /** The part to send next. The parts from `lowest` to the one before it are under way. */
  next = 0;
  /** How many datagrams were sent. */
  datagrams = 0;
  /** How many timeouts there were since the last new ACK. */
  #timeouts = 0;
  /** When each part was sent last. */
  readonly #sentAt: number[] = [];
  /** The parts that were sent again. Their round trips are not measured. */
  readonly #sentAgain = new Set<number>();
  /** Decides how long to wait for an ACK (lesson 9). */
  readonly #timer = new RoundTripTimer();

  /**
   * Takes the texts, where to send them, and how many parts may be under way at once. `readonly`
   * makes each parameter a field of the class.
   */
  constructor(
    readonly socket: Socket,
    readonly texts: string[],
    readonly to: Address,
    readonly window: number,
  ) {}

  /** Sends all texts, and ends when all of them are acknowledged. */
  async run(): Promise<void> {
    while (this.lowest < this.texts.length) {
      await this.#fillWindow();
      const acked = await this.#newAck();
      if (acked === undefined) this.#goBack();
      else this.#slide(acked);
    }
  }

  /** Sends parts until the window is full, or none is left. */
  async #fillWindow(): Promise<void> {
    // The window ends before part `lowest + window`, or after the last text.
    const end = Math.min(this.lowest + this.window, this.texts.length);

    while (this.next < end) {
      this.#sentAt[this.next] = performance.now();
      const text = this.texts[this.next];
      await this.socket.send(`PART ${this.next} ${text}`, this.to);
      this.datagrams++;
      this.next++;
    }
  }

  /**
   * Waits for an ACK of a part that is under way. Returns its number, or `undefined` after a
   * timeout.
   */
  async #newAck(): Promise<number | undefined> {
    const ack = await receiveUntil(this.socket, this.#timer.timeout, (datagram) => {
      return this.#isNewAck(datagram);
    });
    if (!ack) return undefined;

    return readAck(ack.data);
  }

  /** Returns whether a datagram is the receiver's ACK of a part that is under way. */
  #isNewAck({ data, from }: Datagram): boolean {
    const number = readAck(data);
    if (number === undefined || !sameAddress(from, this.to)) return false;

    // An ACK below `lowest` says nothing new. An ACK for a part that was not
    // sent yet is wrong. We ignore both, as in lesson 9.
    return number >= this.lowest && number < this.next;
  }

  /** Moves the window: all parts up to this one have arrived. */
  #slide(acked: number): void {
    // Karn's algorithm (lesson 9): we measure only a part that was sent once.
    if (!this.#sentAgain.has(acked)) {
      // The machine may have stopped this program for a while, so a trip counts as
      // one timeout at most (lesson 9). Here a real trip can take longer, because
      // the wait begins again with each ACK. Then the timeout rises in steps.
      const trip = performance.now() - this.#sentAt[acked]!;
      this.#timer.measured(Math.min(trip, this.#timer.timeout));
    }

    this.lowest = acked + 1;
    this.#timeouts = 0;
  }

  /** Goes back to the lowest part without an ACK. All parts from there on are sent again. */
  #goBack(): void {
    this.#timeouts++;
    if (this.#timeouts === TRIES) {
      throw new Error(`No ACK for part ${this.lowest} after ${TRIES} timeouts.`);
    }

    this.#timer.backOff();
    for (let number = this.lowest; number < this.next; number++) {
      this.#sentAgain.add(number);
    }
    this.next = this.lowest;
  }
}

/** Returns the number of an ACK, or `undefined` if the datagram is something else. */
export function readAck(data: Uint8Array): number | undefined {
  const text = new TextDecoder().decode(data);
  const found = text.match(/^ACK (\d{1,9})$/); // at most nine digits, as in lesson 9
  return found ? Number(found[1]) : undefined;
}

/**
 * The other side of go-back-N: yields the texts of the first sender, in order. It keeps no part
 * that comes too early, so it needs no memory for parts.
 *
 * A part is acknowledged only when the caller asks for the next text. If the caller is slow, the
 * sender's window stays full, and the sender waits: that is flow control. But `GoBackN` waits only
 * until its timeout. Then it sends the same parts again, although none was lost. In TCP, each ACK
 * also says how much room the receiver has, and the sender never sends more than that.
 */
export async function* collectInOrder(socket: Socket): AsyncGenerator<string> {
  let sender: Address | undefined;
  let expected = 0;

  for await (const { data, from } of socket) {
    const part = readPart(data);
    if (!part) continue;

    // A second sender would count from 0, too. So we take parts only from the
    // first one.
    sender ??= from;
    if (!sameAddress(from, sender)) continue;

    if (part.number === expected) {
      yield part.text; // the loop goes on when the caller asks for the next text
      expected++;
    }

    // This ACK is for all parts that came before, so it makes up for an earlier
    // ACK that was lost. After a part that came too early or twice, we send the
    // last ACK again. Before part 0, there is nothing to acknowledge.
    if (expected > 0) await sendAck(socket, expected - 1, from);
  }
}

/**
 * Returns the parts that a selective ACK reports as missing.
 *
 * With selective ACKs, the receiver holds the parts that come too early. Suppose part 2 is lost,
 * and parts 3 and 4 arrive. Then its ACK says two things. All parts below 2 have arrived: `lowest`
 * is 2. The parts 3 and 4 are held: `held` is `[3, 4]`. So part 2 is missing, and the sender sends
 * only that one again. Go-back-N would send 2, 3 and 4.
 */
export function missing(lowest: number, held: number[]): number[] {
  const gaps: number[] = [];
  if (held.length === 0) return gaps;

  // A part counts as missing if the receiver holds a later one. Parts after the
  // last one that it holds may still be under way.
  const last = Math.max(...held);
  for (let number = lowest; number < last; number++) {
    if (!held.includes(number)) gaps.push(number);
  }
  return gaps;
}

/*
 * ## The whole file transfer
 *
 * The roles `send` and `receive` run `sendFile` and `receiveFile` of lib/transfer.ts. It sends
 * bytes, not text, and does more than this page:
 *
 * - HELLO: the sender asks first whether it may send. Each side picks a random number for the
 *   transfer, and all later messages carry both. So a datagram of an earlier transfer does not fit.
 *   A forged one does not fit either: an attacker who only forges the sender's address never sees
 *   the receiver's number.
 * - PART carries bytes. The receiver has room for 256 parts. It sends selective ACKs. Each names
 *   the lowest part that is not in the file yet. For each part from there on, a bit says whether it
 *   has arrived.
 * - END says how many parts there are. Without it, the receiver could not know that the file is
 *   whole.
 * - STOP says that a side is done, or gives up. Then the other side does not have to wait. STOP is
 *   not acknowledged, so it may get lost: a side that hears nothing for 10 s gives up, too.
 * - The window adapts to the network. Lesson 11 is about that.
 *
 * For work, take a protocol that is ready: TCP for a file, or QUIC if you need several streams that
 * do not wait for each other.
 *
 * ## Try next
 *
 * 1. Run `deno task lesson10 --parts 20 --delay 25 --window 1`, and then the same with
 *    `--window 8`. You should see that both transfers, go-back-N and the one with selective ACKs,
 *    take about a fifth of the time.
 * 2. Let lesson 8's relay delay all datagrams by 20 ms, and lose 20 % of them in each direction.
 *    Run `deno task lesson10 receive > copy`,
 *    `deno task lesson8 relay --to 127.0.0.1:9191 --drop 0.2 --delay 20 --seed 1` and
 *    `deno task lesson10 send --port 8888 < file`, with a file of some 400 kB. Start the relay
 *    again before each transfer. You should see that `--window 32` takes about 1 s, `--window auto`
 *    some 15 to 40 s, and `--window 1` more than a minute. The copy is the same as the file each
 *    time. Here 32 is faster because the losses are random: slowing down does not help. It helps in
 *    a network that loses datagrams because it is full (lesson 11).
 * 3. Run `deno task lesson10 receive`, then `deno task lesson10 send`. Type `Hello` and press
 *    Enter, then press Ctrl-C. You should see `Hello` at the receiver, and then
 *    `The sender has stopped after 6 bytes: this is not the whole file.` If you end the sender with
 *    `kill -9` instead, it cannot say STOP: the receiver waits for 10 s, and then reports
 *    `The sender fell silent after 6 bytes: this is not the whole file.`
 */

if (import.meta.main) import("../cli/lessons/10_window.ts").then(({ main }) => main());
