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
 * Bind the first free port from `first` to `last` (that one included) on 127.0.0.1, and return the
 * socket. Return `undefined` if they are all in use.
 *
 * For a port in use, `bind` throws a `Deno.errors.AddrInUse`. Any other failure is not yours to hide:
 * let it be thrown.
 */
export function bindInRange(first: number, last: number): Socket | undefined {
  return todo();
}

/**
 * Find out what would happen if a program bound this address now:
 *
 * - `"free"`: it would work
 * - `"busy"`: another socket has it (`Deno.errors.AddrInUse`)
 * - `"forbidden"`: it may be free, but this program may not have it. Either Deno was not given the
 *   permission (`Deno.errors.NotCapable`), or the system keeps it (`Deno.errors.PermissionDenied`)
 *
 * Finding out must not keep the port. Any other failure is thrown.
 */
export function portState(address: Address): "free" | "busy" | "forbidden" {
  return todo();
}
