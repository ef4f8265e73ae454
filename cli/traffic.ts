/**
 * Counts what the sockets of this process send and receive, for the line that Ctrl-C prints.
 *
 * @module
 */
import { count } from "../lib/text.ts";
import { onOpen } from "./watch.ts";

/** Counts datagrams. As text, it is `Sent 1 datagram (5 bytes), received 0 (0 bytes).` */
export class Traffic {
  readonly #sent = { datagrams: 0, bytes: 0 };
  readonly #received = { datagrams: 0, bytes: 0 };

  /** Counts what this socket sends and receives from now on. */
  watch(socket: Deno.DatagramConn): void {
    const { send, receive } = socket;
    socket.send = async (data, to) => {
      const bytes = await send.call(socket, data, to);
      this.#sent.datagrams++;
      this.#sent.bytes += bytes;
      return bytes;
    };
    socket.receive = async (buffer) => {
      const datagram = await receive.call(socket, buffer);
      this.#received.datagrams++;
      this.#received.bytes += datagram[0].length;
      return datagram;
    };
  }

  toString(): string {
    const [sent, received] = [this.#sent, this.#received];
    return `Sent ${count(sent.datagrams, "datagram")} (${count(sent.bytes, "byte")}), ` +
      `received ${received.datagrams} (${count(received.bytes, "byte")}).`;
  }
}

/** Counts the datagrams of every socket that is opened from now on. The result returns the sums. */
export function countTraffic(): () => string {
  const traffic = new Traffic();
  onOpen((conn) => traffic.watch(conn));
  return () => `${traffic}`;
}
