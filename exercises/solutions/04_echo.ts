/**
 * One way to solve exercise 4.
 *
 * @module
 */
import { type Address, formatAddress, sameAddress, type Socket } from "../../lib/udp.ts";

/** The address as text is the key: two address objects are never the same, their texts are. */
export async function countingServer(socket: Socket): Promise<void> {
  const counts = new Map<string, number>();
  for await (const { from } of socket) {
    const client = formatAddress(from);
    const count = (counts.get(client) ?? 0) + 1;
    counts.set(client, count);
    // An answer that cannot be sent is no reason to leave the others without theirs.
    await socket.send(`${count}`, from).catch(() => {});
  }
}

/** Closing the socket ends the loop. */
export async function stoppableServer(socket: Socket, owner: Address): Promise<void> {
  for await (const { data, from } of socket) {
    const quit = new TextDecoder().decode(data) === "QUIT";
    if (quit && sameAddress(from, owner)) socket.close();
    else await socket.send(quit ? "No." : data, from).catch(() => {});
  }
}
