/**
 * # Exercise 2: receive
 *
 * Replace each `return todo();` with code of your own. Check it as often as you like:
 *
 *     deno task exercise 2            what works, and what does not
 *     deno task exercise 2 --watch    the same again at every save
 *     deno task exercise 2 --hint     when you are stuck
 *
 * Lesson 2 has what you need: lessons/02_receive.ts.
 *
 * @module
 */
import { receiveUntil } from "../lessons/02_receive.ts";
import { type Address, sameAddress, type Socket } from "../lib/udp.ts";
import { todo } from "./todo.ts";

/**
 * Receive `count` datagrams and return their texts, in order. Wait at most `milliseconds` for all
 * of them together. If the time runs out, return the texts that came.
 *
 * A datagram that comes later must not be lost: the next `socket.receive()` gets it. The end of
 * the time is not an error here. Let every other error through.
 */
export async function receiveSome(
  socket: Socket,
  count: number,
  milliseconds: number,
): Promise<string[]> {
  return todo();
}

/**
 * Send a question and return the reply to it, or `undefined` if none comes in time.
 *
 * A question begins with a number and a space, as in `7 Is it dark?`. The other side puts the same
 * number and a space before its reply, as in `7 Yes!`. Return the text after them: `Yes!`. A reply
 * with another number is a late one, to an earlier question. It does not count.
 *
 * Any program can send to your port. Only a datagram from the address that you asked counts. Let
 * every error through.
 */
export async function askNumbered(
  socket: Socket,
  question: string,
  to: Address,
  milliseconds: number,
): Promise<string | undefined> {
  return todo();
}
