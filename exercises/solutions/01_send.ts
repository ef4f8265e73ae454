/**
 * One way to solve exercise 1: send.
 *
 * @module
 */
import { type Address, bind } from "../../lib/udp.ts";

/**
 * Send the same text to every address, all from one socket. Return how many bytes left in all. The
 * addresses are on this machine.
 *
 * Close the socket when you are done: `using` does.
 */
export async function sendToAll(text: string, addresses: Address[]): Promise<number> {
  // One socket, and one send for each address.
  using socket = bind();
  let bytes = 0;
  for (const address of addresses) bytes += await socket.send(text, address);
  return bytes;
}

/**
 * Send a text that may be too long for one datagram: cut it into pieces of at most `limit` bytes,
 * send each piece as a datagram, and return how many datagrams that took. Send no more of them than
 * it takes: each piece is as long as it can be.
 *
 * Mind that characters are not bytes: 你 takes three, 👋 takes four. Never cut one in two, or the
 * other side cannot read it. No limit here is below 4. An empty text takes no datagram.
 */
export async function sendLong(text: string, to: Address, limit: number): Promise<number> {
  using socket = bind();
  let datagrams = 0;
  let piece = "";
  // `for … of` takes a string apart into whole characters. How long they are, only their bytes say.
  for (const character of text) {
    if (size(piece + character) > limit) {
      await socket.send(piece, to);
      datagrams++;
      piece = "";
    }
    piece += character;
  }
  if (piece !== "") {
    await socket.send(piece, to);
    datagrams++;
  }
  return datagrams;
}

/** How many bytes a text takes. */
function size(text: string): number {
  return new TextEncoder().encode(text).length;
}
