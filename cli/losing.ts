/**
 * A socket for plays that loses and delays datagrams, as a network might.
 *
 * @module
 */
import { bind, type Socket } from "../lib/udp.ts";
import type { Diagram } from "./lesson.ts";

/**
 * Opens a socket that loses the datagrams for which `unlucky` is true, and sends the others after
 * so many milliseconds. The diagram shows what is lost.
 */
export function losing(
  diagram: Diagram,
  name: string,
  unlucky: (data: Uint8Array) => boolean,
  delay = 0,
): Socket {
  const socket = diagram.watch(name, delay === 0 ? bind() : slow(delay));
  const send = socket.send;
  socket.send = (data, to) => {
    const bytes = typeof data === "string" ? new TextEncoder().encode(data) : data;
    if (!unlucky(bytes)) return send.call(socket, data, to);
    diagram.lost(bytes, socket.address, to);
    return Promise.resolve(bytes.length);
  };
  return socket;
}

/**
 * Opens a socket whose datagrams are under way for so many milliseconds. It closes when the last of
 * them has left.
 */
function slow(delay: number): Socket {
  const socket = bind();
  const [send, close] = [socket.send, socket.close];
  let underWay = 0;
  let closed = false;
  socket.send = (data, to) => {
    const bytes = typeof data === "string" ? new TextEncoder().encode(data) : data.slice();
    underWay++;
    setTimeout(async () => {
      await send.call(socket, bytes, to).catch(() => {}); // its sender has gone on
      underWay--;
      if (closed) socket.close();
    }, delay);
    return Promise.resolve(bytes.length);
  };
  socket.close = () => {
    closed = true;
    if (underWay === 0) close.call(socket); // otherwise datagrams under way would be lost
  };
  return socket;
}

/** Returns a function that is true for a datagram with this text, at most `times` times. */
export function says(text: string, times = 1): (data: Uint8Array) => boolean {
  let left = times;
  return (data) => left > 0 && new TextDecoder().decode(data) === text && left-- > 0;
}
