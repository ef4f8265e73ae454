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
import { type Address, sameAddress, type Socket } from "../lib/udp.ts";
import { todo } from "./todo.ts";

/**
 * Receive `count` datagrams and return their texts, in order. But wait no longer than `milliseconds`,
 * for all of them together: then return those that came.
 *
 * What comes later must not get lost: the next `socket.receive()` gets it. Any failure other than the
 * end of the time is not yours to hide: let it be thrown.
 */
export async function receiveSome(
  socket: Socket,
  count: number,
  milliseconds: number,
): Promise<string[]> {
  return todo();
}

/**
 * Send a question and return the text of the answer, or `undefined` if none came in time.
 *
 * Anyone may send to your port. Only an answer from the address that you asked counts. Any failure
 * other than the end of the time is thrown.
 */
export async function askOnly(
  socket: Socket,
  question: string,
  to: Address,
  milliseconds: number,
): Promise<string | undefined> {
  return todo();
}
