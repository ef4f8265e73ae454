/**
 * The broadcast addresses of networks.
 *
 * @module
 */
import { isIPv4 } from "node:net";

/**
 * Returns the broadcast address of the network that this address is in, or `undefined` if the
 * network has none.
 *
 * A netmask says which bits of an address name the network: those that are 1. The other bits name a
 * host in it. If all bits of the host are 1, the address means all hosts (RFC 919).
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 * assertEquals(broadcastAddress("192.168.1.7", "255.255.255.0"), "192.168.1.255");
 * ```
 *
 * @throws {RangeError} The netmask of an IPv4 address, or the address itself, is not four numbers
 * from 0 to 255 with dots between them.
 */
export function broadcastAddress(address: string, netmask: string): string | undefined {
  // IPv6 has no broadcast. It uses multicast instead.
  if (address.includes(":")) return undefined;
  for (const four of [address, netmask]) {
    if (!isIPv4(four)) throw new RangeError(`${four} is not of the form 192.168.1.7.`);
  }

  // A network of one or two addresses, such as a tunnel, has none to spare.
  if (netmask === "255.255.255.255" || netmask === "255.255.255.254") return undefined;

  const mask = netmask.split(".").map(Number);
  const bytes = address.split(".").map((byte, index) => Number(byte) | (~mask[index]! & 255));
  return bytes.join(".");
}

/**
 * Returns the broadcast addresses of this machine's networks, with the names of their interfaces.
 * Needs the permission `--allow-sys=networkInterfaces`.
 */
export function broadcastAddresses(): { interface: string; address: string }[] {
  const found: { interface: string; address: string }[] = [];
  for (const { name, address, netmask } of Deno.networkInterfaces()) {
    const everyone = broadcastAddress(address, netmask);
    if (everyone !== undefined) found.push({ interface: name, address: everyone });
  }
  return found;
}
