/**
 * Looks on while a socket sends and receives.
 *
 * @module
 */
import type { Address, Datagram, Socket } from "../lib/udp.ts";

/** Is told of each datagram that passes a socket. */
export interface Watcher {
  /** Called before a send; what it returns is called if the send fails. */
  sending(data: Uint8Array, to: Address): (() => void) | void;
  received(datagram: Datagram): void;
}

/** The same socket, with somebody looking at what it sends and receives. */
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
