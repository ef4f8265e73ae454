/**
 * One way to solve exercise 4: echo server.
 *
 * @module
 */
import { type Address, formatAddress, sameAddress, type Socket } from "../../lib/udp.ts";

/**
 * Reply to each datagram whose text is exactly `count`. The reply is a number, as text: how many
 * times this client has asked so far. So each client gets `1` first. End when the socket is
 * closed.
 *
 * A client is an address and a port, so two programs on one machine are two clients. Sometimes a
 * reply cannot be sent, for example to port 0. Go on then: the other clients still want their
 * replies.
 *
 * Any other datagram gets no reply and does not count. In particular, do not reply to a number. It
 * is what another server like yours would send, and the two could reply to each other without end.
 */
export async function countingServer(socket: Socket): Promise<void> {
  // Two address objects are never equal, so the key is the address as text.
  const counts = new Map<string, number>();

  for await (const { data, from } of socket) {
    if (new TextDecoder().decode(data) !== "count") continue;

    const client = formatAddress(from);
    const count = (counts.get(client) ?? 0) + 1;
    counts.set(client, count);

    try {
      await socket.send(`${count}`, from);
    } catch {
      // Only this client gets no reply.
    }
  }
}

/**
 * Reply to a datagram that begins with `PING`. The reply is `PONG` and then the other bytes of the
 * datagram, unchanged. These bytes need not be text.
 *
 * When `owner` sends `QUIT`, close the socket and end. When anyone else sends `QUIT`, reply `No.`
 * and go on. Go on, too, if a reply cannot be sent.
 *
 * Any other datagram gets no reply. In particular, do not reply to `PONG` or `No.`: they are what
 * another server like yours would send.
 */
export async function stoppableServer(socket: Socket, owner: Address): Promise<void> {
  for await (const { data, from } of socket) {
    const text = new TextDecoder().decode(data);
    let reply: string | Uint8Array | undefined;

    if (text.startsWith("PING")) {
      // The other bytes may not be text, so copy the bytes and not the text.
      reply = data.slice();
      reply.set(new TextEncoder().encode("PONG"));
    } else if (text === "QUIT" && sameAddress(from, owner)) {
      socket.close(); // this ends the loop
    } else if (text === "QUIT") {
      reply = "No.";
    }

    if (reply === undefined) continue;
    try {
      await socket.send(reply, from);
    } catch {
      // Only this sender gets no reply.
    }
  }
}
