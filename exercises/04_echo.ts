/**
 * # Exercise 4: echo server
 *
 * Replace each `return todo();` with code of your own. Check it as often as you like:
 *
 *     deno task exercise 4            what works, and what does not
 *     deno task exercise 4 --watch    the same again at every save
 *     deno task exercise 4 --hint     when you are stuck
 *
 * Lesson 4 has what you need: lessons/04_echo.ts.
 *
 * @module
 */
import { type Address, formatAddress, sameAddress, type Socket } from "../lib/udp.ts";
import { todo } from "./todo.ts";

/**
 * Reply to each datagram whose text is exactly `count`. The reply is a number, as text: how many
 * times this client has asked so far. So each client gets `1` first. End when the socket is
 * closed.
 *
 * A client is an address and a port, so two programs on one machine are two clients. Sometimes a
 * reply cannot be sent, for example to port 0. Go on then: the other clients still want their
 * replies.
 *
 * Any other datagram gets no reply and does not count. In particular, do not reply to a number. It
 * is what another server like yours would send, and the two could reply to each other without end.
 */
export async function countingServer(socket: Socket): Promise<void> {
  return todo();
}

/**
 * Reply to a datagram that begins with `PING`. The reply is `PONG` and then the other bytes of the
 * datagram, unchanged. These bytes need not be text.
 *
 * When `owner` sends `QUIT`, close the socket and end. When anyone else sends `QUIT`, reply `No.`
 * and go on. Go on, too, if a reply cannot be sent.
 *
 * Any other datagram gets no reply. In particular, do not reply to `PONG` or `No.`: they are what
 * another server like yours would send.
 */
export async function stoppableServer(socket: Socket, owner: Address): Promise<void> {
  return todo();
}
