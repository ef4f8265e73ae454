/**
 * One way to solve exercise 3: bind.
 *
 * @module
 */
import { type Address, bind, type Socket } from "../../lib/udp.ts";

/**
 * Bind the first free port from `first` to `last` on 127.0.0.1, and return the socket. The port
 * `last` belongs to the range, too. Return `undefined` if all of these ports are taken.
 *
 * `bind` throws a `Deno.errors.AddrInUse` if a port is taken. Let every other error through.
 */
export function bindInRange(first: number, last: number): Socket | undefined {
  for (let port = first; port <= last; port++) {
    try {
      return bind({ port });
    } catch (error) {
      // This port is taken: try the next one.
      if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    }
  }

  return undefined;
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
  try {
    bind(address).close();
    return "free";
  } catch (error) {
    // The class of an error is for programs. Its message is for people.
    const { AddrInUse, NotCapable, PermissionDenied } = Deno.errors;
    if (error instanceof AddrInUse) return "busy";
    if (error instanceof NotCapable || error instanceof PermissionDenied) return "forbidden";
    throw error;
  }
}
