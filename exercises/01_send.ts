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
 * Send the same text to every address, and send all of them from one socket. Return the total
 * number of bytes sent. All addresses are on this machine.
 *
 * Close the socket at the end: `using` does that.
 */
export async function sendToAll(text: string, addresses: Address[]): Promise<number> {
  return todo();
}

/**
 * Send a text that may be too long for one datagram. Cut it into pieces of at most `limit` bytes,
 * send each piece as one datagram, and return the number of datagrams. Use as few datagrams as
 * possible: make each piece as long as the limit allows.
 *
 * A character can take several bytes: 你 takes three, and 👋 takes four. Never cut a character in
 * two, because the receiver could not read it. The limit is at least 4. An empty text needs no
 * datagram.
 */
export async function sendLong(text: string, to: Address, limit: number): Promise<number> {
  return todo();
}
