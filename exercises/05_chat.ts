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
 * Show nicknames. A datagram `/nick Ann` sets the name of its sender to Ann from then on. Every
 * other datagram is a message.
 *
 * Receive until there are `count` messages. Return one line for each message, such as `Ann: Hello`.
 * For a sender who has not set a name, use the address and port: `127.0.0.1:41234: Hello`.
 *
 * Names and messages come from the network, so make both safe to print with `printable`.
 */
export async function listenWithNames(socket: Socket, count: number): Promise<string[]> {
  return todo();
}

/**
 * Send each typed line to a friend, as soon as it is typed. At first, send to `friend`.
 *
 * Your friend may restart her program at any time. Then it has a new port, and it sends you a
 * datagram from there, which is often empty. So receive at the same time. When a datagram comes
 * from your friend's host, send to its port from then on. Ignore datagrams from other hosts, and
 * those from port 0: nothing can be sent to port 0.
 *
 * When there are no more lines, close the socket and return. If a line cannot be sent, close the
 * socket, too, and let the error through.
 */
export async function talkAndFollow(
  socket: Socket,
  friend: Address,
  typed: AsyncIterable<string>,
): Promise<void> {
  return todo();
}
