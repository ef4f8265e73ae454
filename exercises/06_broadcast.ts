/**
 * # Exercise 6: broadcast
 *
 * Replace each `return todo();` with code of your own. Check it as often as you like:
 *
 *     deno task exercise 6            what works, and what does not
 *     deno task exercise 6 --watch    the same again at every save
 *     deno task exercise 6 --hint     when you are stuck
 *
 * Lesson 6 has what you need: lessons/06_broadcast.ts.
 *
 * @module
 */
import { printable } from "../lib/text.ts";
import { type Address, formatAddress, type Socket } from "../lib/udp.ts";
import { todo } from "./todo.ts";

/**
 * Send `who is there?` to `everyone`, once, and collect replies until `milliseconds` have passed.
 * Each server replies with its name. Return a line for each server, such as `printer at
 * 192.168.1.7:10000`, in the order of their first replies.
 *
 * List each server once, even if it replies more than once. Two replies come from the same server
 * only if name and address are both the same: servers on one machine may share an address, and
 * servers on two machines may have the same name.
 *
 * Names come from the network, so make them safe to print with `printable`. Let every error
 * through.
 */
export async function findServers(
  socket: Socket,
  everyone: Address,
  milliseconds: number,
): Promise<string[]> {
  return todo();
}

/**
 * Make a list of the programs that are here. Each program sends something from time to time. A
 * program that has been silent for `forgetAfter` milliseconds or longer is not here any more.
 *
 * `heard` says who sent and when, oldest first. Return the addresses of the programs that are here
 * at the time `now`, such as `127.0.0.1:41234`. List each program once. The order is that of their
 * last datagrams, oldest first.
 */
export function whoIsHere(
  heard: { from: Address; at: number }[],
  now: number,
  forgetAfter: number,
): string[] {
  return todo();
}
