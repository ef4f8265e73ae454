/**
 * The address of a host whose name you know.
 *
 * @module
 */
import dns from "node:dns/promises";
import { isIP } from "node:net";

/**
 * Returns the IP address of a host. If the host has addresses of both versions, it is one of IPv4.
 * It is spelled as the system spells the sender of a datagram, so that the two can be compared.
 *
 * For an IP address, also in brackets (`[::1]`), nobody is asked. For a name, the system is asked.
 * That has no time limit here, and may take many seconds.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(await lookup("localhost"), "127.0.0.1");
 * assertEquals(await lookup("[0:0:0:0:0:0:0:1]"), "::1");
 * ```
 *
 * @throws {Error} No address was found, or Deno was not given the permission to look. The cause
 * says more.
 */
export async function lookup(hostname: string): Promise<string> {
  const host = hostname.replace(/^\[(.*)\]$/, "$1");
  if (isIP(host)) return spelled(host);
  try {
    const found = await dns.lookup(host, { all: true });
    const { address } = found.find(({ family }) => family === 4) ?? found[0]!;
    return spelled(address);
  } catch (error) {
    const refused = (error as { code?: string }).code === "EPERM";
    throw new Error(
      refused
        ? `Deno has no permission to look up the name ${host}. ` +
          `Give an address such as 127.0.0.1, or run again with --allow-net=${host}.`
        : `No address was found for the host ${host}. ` +
          "Check its spelling, or give an address such as 127.0.0.1.",
      { cause: error },
    );
  }
}

/**
 * Returns an IP address as RFC 5952 spells it. Returns an IPv4 address that is written as IPv6
 * (`::ffff:127.0.0.1`) as IPv4.
 */
function spelled(address: string): string {
  if (isIP(address) === 4) return address;
  const [host, ...zone] = address.split(/(?=%)/);
  const six = new URL(`http://[${host}]`).hostname.slice(1, -1);
  const four = six.match(/^::ffff:([\da-f]+):([\da-f]+)$/);
  if (!four) return six + zone.join("");
  const bytes = four.slice(1).map((hex) => parseInt(hex, 16)).flatMap((n) => [n >> 8, n & 255]);
  return bytes.join(".");
}
