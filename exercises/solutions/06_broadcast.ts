/**
 * One way to solve exercise 6: broadcast.
 *
 * @module
 */
import { printable } from "../../lib/text.ts";
import { type Address, formatAddress, type Socket } from "../../lib/udp.ts";

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
  // A Set contains each line once, in the order in which they were added.
  const servers = new Set<string>();

  // The time limit is made once, so that replies cannot make the wait longer.
  const signal = AbortSignal.timeout(milliseconds);
  await socket.send("who is there?", everyone);

  try {
    while (true) {
      const { data, from } = await socket.receive({ signal });
      const line = `${printable(data)} at ${formatAddress(from)}`;
      servers.add(line);
    }
  } catch (error) {
    // Only the end of the time is expected here.
    if (!signal.aborted) throw error;
  }

  return [...servers];
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
  const here = new Set<string>();

  for (const { from, at } of heard) {
    if (now - at >= forgetAfter) continue;

    // A Set keeps the old place of a value that is added again. If it is deleted
    // first, it goes to the end.
    const name = formatAddress(from);
    here.delete(name);
    here.add(name);
  }

  return [...here];
}
