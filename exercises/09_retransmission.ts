/**
 * # Exercise 9: retransmission
 *
 * Replace each `return todo();` with code of your own. Check it as often as you like:
 *
 *     deno task exercise 9            what works, and what does not
 *     deno task exercise 9 --watch    the same again at every save
 *     deno task exercise 9 --hint     when you are stuck
 *
 * Lesson 9 has what you need: lessons/09_retransmission.ts.
 *
 * @module
 */
import { type Address, sameAddress, type Socket } from "../lib/udp.ts";
import { todo } from "./todo.ts";

/** A part that was delivered. Times are milliseconds. */
export interface Delivery {
  /** When it was sent, each time. */
  sent: number[];
  /** When its ACK came. */
  acked: number;
}

/**
 * Return the retransmission timeout after these deliveries, in milliseconds (RFC 6298). They are in
 * the order of their ACKs. Before anything is measured, the timeout is 1000 ms.
 *
 * - The first round trip R sets the mean to R and the variation to R / 2.
 * - Each later R first changes the variation: 3/4 of the old one, and 1/4 of the distance between R
 *   and the mean. Then it changes the mean: 7/8 of the old one, and 1/8 of R.
 * - The timeout is the mean plus 4 times the variation, but at least the mean plus 100 ms.
 *
 * If a part was sent more than once, nobody can tell which copy its ACK answers. So such a part
 * measures nothing (Karn's algorithm). Here it does not double the timeout either.
 */
export function timeoutAfter(deliveries: Delivery[]): number {
  return todo();
}

/**
 * Receive the parts of one sender, and return their texts in order when the sending has ended.
 *
 * The messages are those of lesson 9, `PART 0 Hello` and `ACK 0`, and a new one. `END 3` says that
 * the sender has only the parts 0 to 2. Acknowledge it with `ACK 3`.
 *
 * Your last ACK may be lost. Then the sender sends its `END` again, and you have to be there. So
 * stay after `END`, and acknowledge what comes again. Return when no message has come from the
 * sender for `quiet` milliseconds. Before `END`, wait without a limit.
 *
 * Acknowledge a duplicate again, but keep its text once. Ignore a `PART` above the next number, an
 * `END` with another number than the next, and a new `PART` after `END`.
 *
 * The sender is the first address from which `PART 0` or `END 0` comes. Ignore everybody else, and
 * datagrams from port 0: no ACK can be sent there. If the socket fails, let the error through.
 */
export async function collectAll(socket: Socket, quiet: number): Promise<string[]> {
  return todo();
}
