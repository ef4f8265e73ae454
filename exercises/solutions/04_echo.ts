/**
 * One way to solve exercise 4: echo server.
 *
 * @module
 */
import { type Address, formatAddress, sameAddress, type Socket } from "../../lib/udp.ts";

/**
 * Answer each datagram that says `count`, just that, with a number, as text: how often this client has asked so
 * far. The first answer to every client is `1`. End when the socket is closed.
 *
 * A client is an address and a port: two programs on one machine are two clients. If an answer cannot
 * be sent (its client has port 0, or there is no way back), that is bad luck for one client: the others
 * still want theirs.
 *
 * Whatever is not `count` gets no answer and does not count. Above all a number does not: if a server
 * answers answers, too, one datagram with a forged sender sets two of them answering each other for
 * ever (CVE-2024-2169).
 */
export async function countingServer(socket: Socket): Promise<void> {
  // The address as text is the key: two address objects are never equal, their texts are.
  const counts = new Map<string, number>();
  for await (const { data, from } of socket) {
    if (new TextDecoder().decode(data) !== "count") continue;
    const client = formatAddress(from);
    const count = (counts.get(client) ?? 0) + 1;
    counts.set(client, count);
    // An answer that cannot be sent is no reason to leave the others without theirs.
    await socket.send(`${count}`, from).catch(() => {});
  }
}

/**
 * Answer a datagram that begins with `PING` with `PONG`, and after that the rest of its bytes just as
 * they came: text or not. When `owner` sends `QUIT`, close the socket and end.
 *
 * When anyone else sends `QUIT`, answer `No.` and go on. Go on, too, when an answer cannot be sent.
 *
 * Anything else gets no answer, above all `PONG` and `No.`: that is what another such server would send
 * (CVE-2024-2169 again).
 */
export async function stoppableServer(socket: Socket, owner: Address): Promise<void> {
  for await (const { data, from } of socket) {
    const text = new TextDecoder().decode(data);
    let answer: string | Uint8Array | undefined;
    if (text.startsWith("PING")) {
      // Not everything is text: so the bytes are changed, not the characters.
      answer = data.slice();
      answer.set(new TextEncoder().encode("PONG"));
    } else if (text === "QUIT") {
      if (sameAddress(from, owner)) socket.close(); // and so the loop ends
      else answer = "No.";
    }
    if (answer !== undefined) await socket.send(answer, from).catch(() => {});
  }
}
