/**
 * One way to solve exercise 1.
 *
 * @module
 */
import { type Address, bind } from "../../lib/udp.ts";

/** One socket, one send for each address. */
export async function sendToAll(text: string, addresses: Address[]): Promise<number> {
  using socket = bind();
  let bytes = 0;
  for (const address of addresses) bytes += await socket.send(text, address);
  return bytes;
}

/** `for … of` takes a string apart into whole characters; how long they are, only their bytes say. */
export async function sendLong(text: string, to: Address, limit: number): Promise<number> {
  using socket = bind();
  const size = (text: string) => new TextEncoder().encode(text).length;
  let datagrams = 0;
  let piece = "";
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
