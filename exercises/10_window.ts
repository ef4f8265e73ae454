/**
 * # Exercise 10: window
 *
 * Replace each `return todo();` with code of your own. Check it as often as you like:
 *
 *     deno task exercise 10            what works, and what does not
 *     deno task exercise 10 --watch    the same again at every save
 *     deno task exercise 10 --hint     when you are stuck
 *
 * Lesson 10 has what you need: lessons/10_window.ts.
 *
 * @module
 */
import { receiveUntil } from "../lessons/02_receive.ts";
import { type Address, sameAddress, type Socket } from "../lib/udp.ts";
import { todo } from "./todo.ts";

/** What a selective ACK says. */
export interface SelectiveAck {
  /** All parts below this number have arrived, and this one has not. */
  lowest: number;
  /** The parts above `lowest` that have arrived, in ascending order. */
  held: number[];
}

/**
 * Rebuild the selective ACKs from a trace. `arrived` has the numbers of the parts in the order in
 * which they arrived at the receiver. Some may be missing, and some may come twice.
 *
 * After each arrival, the receiver sends an ACK. Return all of these ACKs, in order.
 */
export function selectiveAcks(arrived: number[]): SelectiveAck[] {
  return todo();
}

/**
 * Send these texts, and end when all of them are acknowledged. Never send more than the receiver
 * has room for.
 *
 * Text 3 is sent as `PART 3 ` and the text. The first one is text 0. `ACK 3 ROOM 2` says two
 * things: all texts up to 3 have arrived, and the receiver has room for 2 texts after that one.
 * Then you may send the texts 4 and 5, and no others. Before the first ACK, there is room for one
 * text.
 *
 * An ACK says something new if one of its two numbers differs from the ACK before. If no such ACK
 * comes for 100 ms, go back as in lesson 10: send again from the lowest text without an ACK, in
 * order, as far as there is room. With room 0, send only the lowest one. It asks the receiver
 * whether there is room now, because the ACK that said so may be lost. Unlike lesson 10, never give
 * up.
 *
 * Ignore an ACK from another sender, an ACK that acknowledges less than an earlier one, and an ACK
 * for a text that you have never sent. If the socket fails, let the error through.
 */
export async function sendWithin(socket: Socket, texts: string[], to: Address): Promise<void> {
  return todo();
}
