/**
 * Watches sockets while they are opened, send and receive.
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
  socket.send = (data, to) => {
    const bytes = typeof data === "string" ? new TextEncoder().encode(data) : data;
    return watched(watcher, bytes, to, () => send(bytes, to));
  };
  socket.receive = async (options) => {
    const datagram = await receive(options);
    watcher.received(datagram);
    return datagram;
  };
  return socket;
}

/** Calls a function with every socket that is opened from now on. The result ends that. */
export function onOpen(see: (conn: Deno.DatagramConn) => void): () => void {
  const { listenDatagram } = Deno;
  Deno.listenDatagram = ((options: Deno.UdpListenOptions & { transport: "udp" }) => {
    const conn = listenDatagram(options);
    see(conn);
    return conn;
  }) as typeof listenDatagram;
  return () => {
    Deno.listenDatagram = listenDatagram;
  };
}

/** Makes this watcher see what a socket of Deno sends. */
export function watchSends(conn: Deno.DatagramConn, watcher: Watcher): void {
  const send = conn.send.bind(conn);
  conn.send = (data, to) => watched(watcher, data, to as Deno.NetAddr, () => send(data, to));
}

/** Tells the watcher of a send before it begins, and again if it fails. */
async function watched(
  watcher: Watcher,
  data: Uint8Array,
  to: Address,
  send: () => Promise<number>,
): Promise<number> {
  const failed = watcher.sending(data, to);
  try {
    return await send();
  } catch (error) {
    failed?.();
    throw error;
  }
}
