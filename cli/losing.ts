/**
 * A socket for plays that loses a datagram, as a network might.
 *
 * @module
 */
import { bind, type Socket } from "../lib/udp.ts";
import type { Diagram } from "./lesson.ts";

/**
 * Opens a socket that loses the first datagram for which `unlucky` is true, as a network might. The
 * diagram shows it as lost.
 */
export function losing(
  diagram: Diagram,
  name: string,
  unlucky: (data: Uint8Array) => boolean,
): Socket {
  const socket = diagram.watch(name, bind());
  const send = socket.send;
  let lost = false;
  socket.send = (data, to) => {
    const bytes = typeof data === "string" ? new TextEncoder().encode(data) : data;
    if (lost || !unlucky(bytes)) return send.call(socket, data, to);
    lost = true;
    diagram.lost(bytes, socket.address, to);
    return Promise.resolve(bytes.length);
  };
  return socket;
}

/** Whether a datagram holds just this text. */
export function says(text: string): (data: Uint8Array) => boolean {
  return (data) => new TextDecoder().decode(data) === text;
}
