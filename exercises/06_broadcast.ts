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
 * Send `who is there?` to `everyone`, once, and collect answers until `milliseconds` have passed. Each
 * server answers with its name. Return a line for each server, `printer at 192.168.1.7:10000`, in the
 * order of their first answers.
 *
 * The address alone does not tell servers apart: on one machine they share one port and one address.
 * The name alone does not, either: two machines may have chosen the same. A server may answer more than
 * once, and is listed once all the same.
 *
 * Names come from the network: make them safe to print with `printable`. Any failure other than the end
 * of the time is thrown.
 */
export async function findServers(
  socket: Socket,
  everyone: Address,
  milliseconds: number,
): Promise<string[]> {
  return todo();
}

/**
 * Keep a list of who is here. Programs that want to be on it send something now and then; whoever has
 * been silent for `forgetAfter` milliseconds or longer is not here any more.
 *
 * `heard` says who was heard from and when, oldest first. Return who is here at the time `now`: each
 * one once, as `127.0.0.1:41234`, in the order in which they were heard from last, oldest first.
 */
export function whoIsHere(
  heard: { from: Address; at: number }[],
  now: number,
  forgetAfter: number,
): string[] {
  return todo();
}
