/**
 * The networks that this machine is on.
 *
 * @module
 */

/**
 * The broadcast address of each IPv4 network that these interfaces are on: the last address in it. With
 * the netmask 255.255.255.0, 192.168.1.7 becomes 192.168.1.255.
 */
export function broadcastAddresses(
  interfaces: Pick<Deno.NetworkInterfaceInfo, "name" | "family" | "address" | "netmask">[],
): { name: string; address: string }[] {
  return interfaces.flatMap(({ name, family, address, netmask }) => {
    // A "network" of one or two addresses, as tunnels have, has no broadcast address.
    if (family !== "IPv4" || /^255\.255\.255\.25[45]$/.test(netmask)) return [];
    const mask = netmask.split(".").map(Number);
    const bytes = address.split(".").map((byte, i) => Number(byte) | (~mask[i]! & 255));
    return { name, address: bytes.join(".") };
  });
}
