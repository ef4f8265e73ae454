/**
 * What a small NAT router and the computers behind it say to each other: each datagram begins with
 * an address and a line break. It needs udp.ts beside it.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const server = { hostname: "127.0.0.1", port: 3478 };
 * const packed = pack(server, new TextEncoder().encode("Hello"));
 * assertEquals(new TextDecoder().decode(packed), "127.0.0.1:3478\nHello");
 * assertEquals(unpack(packed)?.address, server);
 * ```
 *
 * @module
 */
import { isIPv4, isIPv6 } from "node:net";
import { type Address, bind, formatAddress, localFor, sameAddress, type Socket } from "./udp.ts";

/**
 * A datagram between a computer and its router. On the way out, the address is the receiver's. On
 * the way in, it is the sender's.
 */
export interface Packet {
  /** The receiver's address, or the sender's. */
  readonly address: Address;
  /** The bytes without the address in front. */
  readonly data: Uint8Array<ArrayBuffer>;
}

/** Returns the data with an address in front. */
export function pack(address: Address, data: Uint8Array): Uint8Array<ArrayBuffer> {
  const line = new TextEncoder().encode(`${formatAddress(address)}\n`);
  const packed = new Uint8Array(line.length + data.length);
  packed.set(line);
  packed.set(data, line.length);
  return packed;
}

/**
 * Returns the address and the data of a packet. Returns `undefined` for other bytes, and for an
 * address that is not this machine's: an attacker could hide behind a router that passes datagrams
 * on to other machines.
 */
export function unpack(packed: Uint8Array): Packet | undefined {
  const end = packed.indexOf("\n".charCodeAt(0));
  if (end < 0) return undefined;

  const address = parseAddress(new TextDecoder().decode(packed.subarray(0, end)));
  if (!address?.hostname.startsWith("127.")) return undefined;
  return { address, data: packed.slice(end + 1) };
}

/**
 * Returns the address that a text such as `192.168.1.9:9999` or `[::1]:9999` stands for, or
 * `undefined` if it is not an address.
 */
export function parseAddress(text: string): Address | undefined {
  // The host, with IPv6 in brackets, and one to five digits.
  const found = text.match(/^(.+):(\d{1,5})$/);
  if (!found) return undefined;

  const port = Number(found[2]);
  if (port < 1 || port > 65_535) return undefined;

  const host = found[1]!;
  if (isIPv4(host)) return { hostname: host, port };

  const inBrackets = host.startsWith("[") && host.endsWith("]");
  const hostname = host.slice(1, -1);
  return inBrackets && isIPv6(hostname) ? { hostname, port } : undefined;
}

/**
 * Returns a socket behind a router: its `send` and `receive` go through the router. The rest of the
 * program does not know that there is one, as in a real network. You can give the socket to use. It
 * is changed: from then on, all that it sends and receives goes through the router.
 */
export function bindBehind(router: Address, socket = bind({ hostname: localFor(router) })): Socket {
  // These are the socket's own functions. (JavaScript's bind() sets `this`.)
  const send = socket.send.bind(socket);
  const receive = socket.receive.bind(socket);

  socket.send = (data, to) => {
    const bytes = typeof data === "string" ? new TextEncoder().encode(data) : data;
    return send(pack(to, bytes), router);
  };

  socket.receive = async (options) => {
    while (true) {
      const { data, from } = await receive(options);
      const packet = sameAddress(from, router) ? unpack(data) : undefined;
      if (packet) return { data: packet.data, from: packet.address };
    }
  };

  return socket;
}
