/**
 * One way to solve exercise 6: broadcast.
 *
 * @module
 */
import { printable } from "../../lib/text.ts";
import { type Address, formatAddress, type Socket } from "../../lib/udp.ts";

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
  const signal = AbortSignal.timeout(milliseconds);
  // A Set keeps the order in which its values first came, and has each of them once.
  const servers = new Set<string>();
  await socket.send("who is there?", everyone);
  try {
    while (true) {
      const { data, from } = await socket.receive({ signal });
      servers.add(`${printable(data)} at ${formatAddress(from)}`);
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  return [...servers];
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
  // What is taken out of a Set and put in again goes to the end.
  const here = new Set<string>();
  for (const { from, at } of heard) {
    if (now - at >= forgetAfter) continue;
    here.delete(formatAddress(from));
    here.add(formatAddress(from));
  }
  return [...here];
}
