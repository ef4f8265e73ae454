/**
 * One way to solve exercise 6.
 *
 * @module
 */
import { type Address, formatAddress, type Socket } from "../../lib/udp.ts";

/** A Map keeps the order in which its keys first came, and has each of them once. */
export async function findServers(
  socket: Socket,
  everyone: Address,
  milliseconds: number,
): Promise<Address[]> {
  const signal = AbortSignal.timeout(milliseconds);
  const servers = new Map<string, Address>();
  await socket.send("who is there?", everyone);
  try {
    while (true) {
      const { from } = await socket.receive({ signal });
      servers.set(formatAddress(from), from);
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  return [...servers.values()];
}

/** A key that is taken out and put in again goes to the end. */
export function whoIsHere(
  heard: { from: Address; at: number }[],
  now: number,
  forgetAfter: number,
): string[] {
  const here = new Set<string>();
  for (const { from, at } of heard) {
    if (now - at >= forgetAfter) continue;
    here.delete(formatAddress(from));
    here.add(formatAddress(from));
  }
  return [...here];
}
