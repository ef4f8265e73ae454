/**
 * # Exercise 1: send
 *
 * Replace each `return todo();` with code of your own. Check it as often as you like:
 *
 *     deno task exercise 1            what works, and what does not
 *     deno task exercise 1 --watch    the same again at every save
 *     deno task exercise 1 --hint     when you are stuck
 *
 * Lesson 1 has what you need: lessons/01_send.ts.
 *
 * @module
 */
import { type Address, bind } from "../lib/udp.ts";
import { todo } from "./todo.ts";

/**
 * Send the same text to every address, all from one socket. Return how many bytes left in all. The
 * addresses are on this machine.
 *
 * Close the socket when you are done: `using` does.
 */
export async function sendToAll(text: string, addresses: Address[]): Promise<number> {
  return todo();
}

/**
 * Send a text that may be too long for one datagram: cut it into pieces of at most `limit` bytes,
 * send each piece as a datagram, and return how many datagrams that took. Send no more of them than
 * it takes: each piece is as long as it can be.
 *
 * Mind that characters are not bytes: 你 takes three, 👋 takes four. Never cut one in two, or the
 * other side cannot read it. No limit here is below 4. An empty text takes no datagram.
 */
export async function sendLong(text: string, to: Address, limit: number): Promise<number> {
  return todo();
}
