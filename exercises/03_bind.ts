/**
 * # Exercise 3: bind
 *
 * Replace each `return todo();` with code of your own. Check it as often as you like:
 *
 *     deno task exercise 3            what works, and what does not
 *     deno task exercise 3 --watch    the same again at every save
 *     deno task exercise 3 --hint     when you are stuck
 *
 * Lesson 3 has what you need: lessons/03_bind.ts.
 *
 * @module
 */
import { type Address, bind, type Socket } from "../lib/udp.ts";
import { todo } from "./todo.ts";

/**
 * Bind the first free port from `first` to `last` on 127.0.0.1, and return the socket. The port
 * `last` belongs to the range, too. Return `undefined` if all of these ports are taken.
 *
 * `bind` throws a `Deno.errors.AddrInUse` if a port is taken. Let every other error through.
 */
export function bindInRange(first: number, last: number): Socket | undefined {
  return todo();
}

/**
 * Find out what would happen if a program bound this address now. Return one of these words:
 *
 * - `"free"`: it would work.
 * - `"busy"`: another socket has the port (`Deno.errors.AddrInUse`).
 * - `"forbidden"`: this program is not allowed to have it. Either Deno has no permission for it
 *   (`Deno.errors.NotCapable`), or the system keeps the port (`Deno.errors.PermissionDenied`).
 *
 * Close the socket again, so that the port stays free. Let every other error through.
 */
export function portState(address: Address): "free" | "busy" | "forbidden" {
  return todo();
}
