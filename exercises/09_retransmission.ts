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

/** A part that was sent, and acknowledged. Times are milliseconds. */
export interface Part {
  /** When it was sent, each time. */
  sent: number[];
  /** When its ACK came. */
  acked: number;
}

/**
 * How long to wait for the next ACK, after all that these parts tell, in the order of their ACKs
 * (RFC 6298). Before anything is measured, that is 1000 ms.
 *
 * The first round trip R makes the mean R and the variation R / 2. With each later one, first the
 * variation becomes 3/4 of itself and 1/4 of how far R is from the mean; then the mean becomes 7/8 of
 * itself and 1/8 of R. The timeout is the mean and four times the variation, but at least the mean and
 * 100 ms.
 *
 * Of a part that was sent twice, nobody knows which of the two its ACK is for. So it measures nothing:
 * that is Karn's algorithm.
 */
export function timeoutAfter(parts: Part[]): number {
  return todo();
}

/**
 * Send these texts, and end when all of them are acknowledged. The receiver keeps nothing that comes too
 * early: so what follows a lost one has to be sent again, too. That is go-back-N.
 *
 * Text 3 is sent as `3 ` and the text; the first one is text 0. `ACK 3` means: everything up to 3 is here.
 * Never send a text whose number is not below the lowest one without an ACK plus `window`.
 *
 * When no ACK that tells something new comes for 100 ms, go back: send again from the lowest one without
 * an ACK, in order. An ACK that tells nothing new is no reason to send anything, nor is a stranger's.
 * And an ACK for a text that you have not sent yet is a lie: it acknowledges nothing, not even the rest.
 */
export async function goBackN(
  socket: Socket,
  texts: string[],
  to: Address,
  window: number,
): Promise<void> {
  return todo();
}
