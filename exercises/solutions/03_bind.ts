/**
 * One way to solve exercise 3: bind.
 *
 * @module
 */
import { type Address, bind, type Socket } from "../../lib/udp.ts";

/**
 * Bind the first free port from `first` to `last` (that one included) on 127.0.0.1, and return the
 * socket. Return `undefined` if they are all in use.
 *
 * For a port in use, `bind` throws a `Deno.errors.AddrInUse`. Any other failure is not yours to hide:
 * let it be thrown.
 */
export function bindInRange(first: number, last: number): Socket | undefined {
  for (let port = first; port <= last; port++) {
    try {
      return bind({ port });
    } catch (error) {
      // Only "in use" means: try the next one.
      if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    }
  }
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
  try {
    bind(address).close();
    return "free";
  } catch (error) {
    // The class of the error is for programs; its message is for people.
    const { AddrInUse, NotCapable, PermissionDenied } = Deno.errors;
    if (error instanceof AddrInUse) return "busy";
    if (error instanceof NotCapable || error instanceof PermissionDenied) return "forbidden";
    throw error;
  }
}
