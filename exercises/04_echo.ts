/**
 * # Exercise 4: echo server
 *
 * Replace each `return todo();` with code of your own. Check it as often as you like:
 *
 *     deno task exercise4            what works, and what does not
 *     deno task exercise4 --watch    the same again at every save
 *     deno task exercise4 --hint     when you are stuck
 *
 * Lesson 4 has what you need: lessons/04_echo.ts.
 *
 * @module
 */
import { type Address, formatAddress, sameAddress, type Socket } from "../lib/udp.ts";
import { todo } from "./todo.ts";

/**
 * Answer each datagram with a number, as text: how many this client has sent so far. The first
 * answer to every client is `1`. End when the socket is closed.
 *
 * A client is an address and a port: two programs on one machine are two clients. If an answer cannot
 * be sent, that is bad luck for one client: the others still want theirs.
 */
export async function countingServer(socket: Socket): Promise<void> {
  return todo();
}

/**
 * Send every datagram back as it came. But when `owner` sends `QUIT`, close the socket and end.
 *
 * When anyone else sends `QUIT`, answer `No.` and go on. Go on, too, when an answer cannot be sent.
 */
export async function stoppableServer(socket: Socket, owner: Address): Promise<void> {
  return todo();
}
