/**
 * Counts what the sockets of this process send and receive, for the line that Ctrl-C prints.
 *
 * @module
 */
import { count } from "../lib/text.ts";

/** From now on counts the datagrams of every socket that is opened. Returns what says the sums. */
export function countTraffic(): () => string {
  const sent = { datagrams: 0, bytes: 0 };
  const received = { datagrams: 0, bytes: 0 };
  const add = (sum: typeof sent, bytes: number) => {
    sum.datagrams++;
    sum.bytes += bytes;
  };
  const { listenDatagram } = Deno;
  Deno.listenDatagram = ((options: Deno.UdpListenOptions & { transport: "udp" }) => {
    const socket = listenDatagram(options);
    const { send, receive } = socket;
    socket.send = async (data, to) => {
      const bytes = await send.call(socket, data, to);
      add(sent, bytes);
      return bytes;
    };
    socket.receive = async (buffer) => {
      const datagram = await receive.call(socket, buffer);
      add(received, datagram[0].length);
      return datagram;
    };
    return socket;
  }) as typeof listenDatagram;
  return () =>
    `Sent ${count(sent.datagrams, "datagram")} (${count(sent.bytes, "byte")}), ` +
    `received ${received.datagrams} (${count(received.bytes, "byte")}).`;
}
