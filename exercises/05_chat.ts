/**
 * # Exercise 5: chat
 *
 * Replace each `return todo();` with code of your own. Check it as often as you like:
 *
 *     deno task exercise 5            what works, and what does not
 *     deno task exercise 5 --watch    the same again at every save
 *     deno task exercise 5 --hint     when you are stuck
 *
 * Lesson 5 has what you need: lessons/05_chat.ts.
 *
 * @module
 */
import { printable } from "../lib/text.ts";
import { type Address, formatAddress, type Socket } from "../lib/udp.ts";
import { todo } from "./todo.ts";

/**
 * Nicknames. Whoever sends `/nick Ann` is called Ann from then on; every other datagram is a message.
 * Receive until there are `count` messages, and return a line for each: `Ann: Hello`.
 *
 * Anyone without a name is shown by address and port: `127.0.0.1:41234: Hello`. Names and
 * messages come from the network, so make both safe to print with `printable`.
 */
export async function listenWithNames(socket: Socket, count: number): Promise<string[]> {
  return todo();
}

/**
 * Send each line that is typed to a friend, at once, until there are no more. She may start her program
 * again meanwhile. Then it has a new port, and sends a datagram from there, often an empty one: "I am
 * here". So always send to the port from which her host was heard last; at first, to `friend`.
 *
 * Another host changes nothing. Neither does port 0: a sender may give it to say that nobody can answer
 * (RFC 768), and to send to it fails.
 *
 * When the last line is sent, end, and do not go on receiving: what comes later is for the next
 * `socket.receive()`. Every failure is thrown.
 */
export async function talkAndFollow(
  socket: Socket,
  friend: Address,
  typed: AsyncIterable<string>,
): Promise<void> {
  return todo();
}
