/**
 * One way to solve exercise 3.
 *
 * @module
 */
import { type Address, bind, type Socket } from "../../lib/udp.ts";

/** Only "in use" means: try the next one. */
export function bindInRange(first: number, last: number): Socket | undefined {
  for (let port = first; port <= last; port++) {
    try {
      return bind({ port });
    } catch (error) {
      if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    }
  }
}

/** The class of the error tells the two apart; its message is for people. */
export function portState(address: Address): "free" | "busy" | "forbidden" {
  try {
    bind(address).close();
    return "free";
  } catch (error) {
    const { AddrInUse, NotCapable, PermissionDenied } = Deno.errors;
    if (error instanceof AddrInUse) return "busy";
    if (error instanceof NotCapable || error instanceof PermissionDenied) return "forbidden";
    throw error;
  }
}
