/**
 * # Exercise 5: chat
 *
 * Replace each `return todo();` with code of your own. Check it as often as you like:
 *
 *     deno task exercise5            what works, and what does not
 *     deno task exercise5 --watch    the same again at every save
 *     deno task exercise5 --hint     when you are stuck
 *
 * Lesson 5 has what you need: lessons/05_chat.ts.
 *
 * @module
 */
import { printable } from "../lib/text.ts";
import { formatAddress, type Socket } from "../lib/udp.ts";
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
 * Receive messages until the other side has been silent for so many milliseconds, and return their
 * texts. Each message starts the wait again: somebody who keeps talking is never cut off.
 *
 * What comes after the silence must not get lost: the next `socket.receive()` gets it. Another
 * failure than silence is thrown.
 */
export async function untilSilent(socket: Socket, milliseconds: number): Promise<string[]> {
  return todo();
}
