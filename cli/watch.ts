/**
 * Watches a socket while it sends and receives.
 *
 * @module
 */
import type { Address, Datagram, Socket } from "../lib/udp.ts";

/** Is called for each datagram that a socket sends or receives. */
export interface Watcher {
  /** Is called before a send. It may return a function, which is called if the send fails. */
  sending(data: Uint8Array, to: Address): (() => void) | void;
  /** Is called for each datagram that was received. */
  received(datagram: Datagram): void;
}

/** Makes this watcher see what the socket sends and receives. Returns the same socket. */
export function watch(socket: Socket, watcher: Watcher): Socket {
  const send = socket.send.bind(socket);
  const receive = socket.receive.bind(socket);
  socket.send = async (data, to) => {
    const bytes = typeof data === "string" ? new TextEncoder().encode(data) : data;
    const failed = watcher.sending(bytes, to);
    try {
      return await send(bytes, to);
    } catch (error) {
      failed?.();
      throw error;
    }
  };
  socket.receive = async (options) => {
    const datagram = await receive(options);
    watcher.received(datagram);
    return datagram;
  };
  return socket;
}
