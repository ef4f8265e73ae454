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
 * Answer each datagram that says `count`, just that, with a number, as text: how often this client has asked so
 * far. The first answer to every client is `1`. End when the socket is closed.
 *
 * A client is an address and a port: two programs on one machine are two clients. If an answer cannot
 * be sent (its client has port 0, or there is no way back), that is bad luck for one client: the others
 * still want theirs.
 *
 * Whatever is not `count` gets no answer and does not count. Above all a number does not: if a server
 * answers answers, too, one datagram with a forged sender sets two of them answering each other for
 * ever (CVE-2024-2169).
 */
export async function countingServer(socket: Socket): Promise<void> {
  return todo();
}

/**
 * Answer a datagram that begins with `PING` with `PONG`, and after that the rest of its bytes just as
 * they came: text or not. When `owner` sends `QUIT`, close the socket and end.
 *
 * When anyone else sends `QUIT`, answer `No.` and go on. Go on, too, when an answer cannot be sent.
 *
 * Anything else gets no answer, above all `PONG` and `No.`: that is what another such server would send
 * (CVE-2024-2169 again).
 */
export async function stoppableServer(socket: Socket, owner: Address): Promise<void> {
  return todo();
}
