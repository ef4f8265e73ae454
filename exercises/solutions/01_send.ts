/**
 * One way to solve exercise 1: send.
 *
 * @module
 */
import { type Address, bind } from "../../lib/udp.ts";

/**
 * Send the same text to every address, and send all of them from one socket. Return the total
 * number of bytes sent. All addresses are on this machine.
 *
 * Close the socket at the end: `using` does that.
 */
export async function sendToAll(text: string, addresses: Address[]): Promise<number> {
  using socket = bind();
  let bytes = 0;

  for (const address of addresses) {
    bytes += await socket.send(text, address);
  }

  return bytes;
}

/**
 * Send a text that may be too long for one datagram. Cut it into pieces of at most `limit` bytes,
 * send each piece as one datagram, and return the number of datagrams. Use as few datagrams as
 * possible: make each piece as long as the limit allows.
 *
 * A character can take several bytes: 你 takes three, and 👋 takes four. Never cut a character in
 * two, because the receiver could not read it. The limit is at least 4. An empty text needs no
 * datagram.
 */
export async function sendLong(text: string, to: Address, limit: number): Promise<number> {
  using socket = bind();
  let datagrams = 0;
  let piece = "";

  // `for … of` takes whole characters from a string, 👋 included.
  for (const character of text) {
    // If this character does not fit, send the piece and begin a new one.
    if (size(piece + character) > limit) {
      await socket.send(piece, to);
      datagrams++;
      piece = "";
    }

    piece += character;
  }

  // The last piece is still here. It is empty only if the text is.
  if (piece !== "") {
    await socket.send(piece, to);
    datagrams++;
  }

  return datagrams;
}

/** Returns how many bytes a text takes. */
function size(text: string): number {
  return new TextEncoder().encode(text).length;
}
