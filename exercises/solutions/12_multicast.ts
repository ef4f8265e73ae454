/**
 * One way to solve exercise 12: multicast.
 *
 * @module
 */
import { printable } from "../../lib/text.ts";
import { type Address, bind, formatAddress, type Socket } from "../../lib/udp.ts";

/**
 * Listen to several groups at one port, and tell them apart. Join each of `groups` on the interface of
 * 127.0.0.1. For each datagram that is sent to one of them, call `heard` with a line such as
 * `239.255.77.77: Hello`: the group it was sent to, and its text.
 *
 * A datagram says who sent it, but not where it was sent to: nothing that you receive has the group in
 * it. Other programs here listen to the same groups at the same port, and to others that you must not
 * hear. Texts come from the network: make them safe to print with `printable`.
 *
 * End when `signal` is aborted, and leave no socket open. A failure, such as a group that is none, is
 * thrown at once; then no socket stays open, either.
 */
export async function hearGroups(
  groups: string[],
  port: number,
  heard: (line: string) => void,
  signal: AbortSignal,
): Promise<void> {
  if (signal.aborted) return;
  const sockets: Socket[] = [];
  const close = () => sockets.forEach((socket) => socket.close());
  signal.addEventListener("abort", close);
  // A socket that is bound to a group's address hears that group only. So: one for each.
  const hear = async (hostname: string) => {
    const socket = bind({ hostname, port, reuseAddress: true });
    sockets.push(socket);
    await socket.join(hostname, { interface: "127.0.0.1" });
    for await (const { data } of socket) heard(`${hostname}: ${printable(data)}`);
  };
  try {
    await Promise.all(groups.map(hear));
  } finally {
    signal.removeEventListener("abort", close);
    close();
  }
}

/**
 * Keep the roster of a group: who is here? Members say `here` to the group now and then, and `bye` when
 * they go. `datagram` is what came at the time `now`, in milliseconds: change `roster`, which has the time
 * at which each was heard last, by its address, such as `127.0.0.1:41234`. Return who is here now, in the
 * order in which they came.
 *
 * - Who has been silent for 1000 ms or longer is not here any more: take it off the roster. Who says `here`
 *   again later comes again, at the end.
 * - Anything else than `here` and `bye` changes nothing: it is not of this protocol.
 * - Port 0 is not here: a sender with that port cannot be answered (RFC 768).
 * - Anyone can send from ten thousand addresses. So at most 100 are on the roster: who comes when it is
 *   full is not taken, and those who are here stay.
 */
export function whoIsIn(
  roster: Map<string, number>,
  datagram: { text: string; from: Address },
  now: number,
): string[] {
  for (const [member, last] of roster) if (now - last >= 1000) roster.delete(member);
  const { text, from } = datagram;
  const member = formatAddress(from);
  // A Map keeps the order in which its keys first came, also when the value of one is set again.
  const room = roster.has(member) || roster.size < 100;
  if (text === "here" && from.port !== 0 && room) roster.set(member, now);
  if (text === "bye") roster.delete(member);
  return [...roster.keys()];
}
