/**
 * A server's loop, for replies that depend on the sender. It needs udp.ts beside it.
 *
 * @module
 */
import { type Datagram, formatAddress, type Socket } from "./udp.ts";

/**
 * Replies to datagrams until the socket is closed. `replyTo` gets a datagram and its sender's
 * address, and returns the reply, or `undefined` for none. It may be an `async` function. If it
 * throws, the loop ends with that error.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { bind } from "./udp.ts";
 *
 * using server = bind();
 * using client = bind();
 * replyToEach(server, ({ from }) => `You have port ${from.port}.`);
 * await client.send("Hello", server.address);
 * const { data } = await client.receive();
 * assertEquals(new TextDecoder().decode(data), `You have port ${client.address.port}.`);
 * ```
 */
export async function replyToEach(
  socket: Socket,
  replyTo: (datagram: Datagram) => string | undefined | Promise<string | undefined>,
  print: (line: string) => void = () => {},
): Promise<void> {
  for await (const datagram of socket) {
    const from = formatAddress(datagram.from);
    const reply = await replyTo(datagram);
    if (reply === undefined) {
      print(`Received from ${from}. It gets no reply.`);
      continue;
    }

    print(`Received from ${from}.`);
    try {
      await socket.send(reply, datagram.from);
    } catch (error) {
      print(`No reply to ${from}: ${(error as Error).message}`); // the loop goes on
    }
  }
}
