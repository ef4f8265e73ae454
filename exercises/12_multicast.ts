/**
 * # Exercise 12: multicast
 *
 * Replace each `return todo();` with code of your own. Check it as often as you like:
 *
 *     deno task exercise 12            what works, and what does not
 *     deno task exercise 12 --watch    the same again at every save
 *     deno task exercise 12 --hint     when you are stuck
 *
 * Lesson 12 has what you need: lessons/12_multicast.ts.
 *
 * @module
 */
import { printable } from "../lib/text.ts";
import { type Address, bind, formatAddress, type Socket } from "../lib/udp.ts";
import { todo } from "./todo.ts";

/**
 * Listen to several groups at one port, and tell them apart. Join each of `groups` on the interface
 * 127.0.0.1. For each datagram that is sent to one of them, call `heard` with a line such as
 * `239.255.77.77: Hello`: the group and the text.
 *
 * A received datagram says who sent it, but not to which group it was sent. Other programs on this
 * machine listen to the same groups at the same port. They also listen to other groups: do not
 * report those. The texts come from the network: make them safe to print with `printable`.
 *
 * End when `signal` is aborted, and leave no socket open. If something fails, let the error through
 * at once, and leave no socket open either. For example, one of `groups` may not be a group.
 */
export async function hearGroups(
  groups: string[],
  port: number,
  heard: (line: string) => void,
  signal: AbortSignal,
): Promise<void> {
  return todo();
}

/**
 * Keep a list of a group's members. A member sends `here` to the group from time to time, and `bye`
 * when it leaves. `datagram` arrived at the time `now`, in milliseconds. Change `roster`: it maps
 * each member's address, such as `127.0.0.1:41234`, to the time of its last `here`. Return the
 * addresses of all members, in the order in which they came.
 *
 * - A member that has been silent for 1000 ms or longer is no longer a member: delete it from the
 *   roster, whatever `datagram` says. If it sends `here` again later, it comes last.
 * - Ignore a text other than `here` and `bye`: it is not part of this protocol.
 * - A sender with port 0 cannot be a member, because you cannot reply to it (RFC 768).
 * - An attacker can send from ten thousand addresses. So the roster has at most 100 members. If it
 *   is full, a new sender is not added, and the members stay.
 */
export function whoIsIn(
  roster: Map<string, number>,
  datagram: { text: string; from: Address },
  now: number,
): string[] {
  return todo();
}
