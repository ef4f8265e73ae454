/**
 * The IP addresses of hosts.
 *
 * @module
 */
import { lookup as find } from "node:dns/promises";

/**
 * The IP address of a host: for a name, the one that the system finds, and an IPv4 address where there
 * are both. An address is returned as it is, but for its spelling: there is one for each address, so
 * that two can be compared. Brackets, as in `[::1]`, are left out.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 * assertEquals(await lookup("127.0.0.1"), "127.0.0.1");
 * assertEquals(await lookup("[0:0:0:0:0:0:0:1]"), "::1");
 * ```
 *
 * @throws {Deno.errors.NotFound} No address was found for this name.
 * @throws {Deno.errors.NotCapable} Deno was not given the permission for this name.
 */
export async function lookup(hostname: string): Promise<string> {
  const host = hostname.replace(/^\[(.*)\]$/, "$1");
  if (/^\d+(\.\d+){3}$/.test(host)) return host;
  try {
    const found = await find(host, { all: true }); // of an address, that address
    return spelled((found.find(({ family }) => family === 4) ?? found[0]!).address);
  } catch (error) {
    const { code } = error as { code?: string };
    if (code === "EPERM") {
      throw new Deno.errors.NotCapable(
        `Deno has no permission to look up the name ${host}. Give an address, such as 127.0.0.1.`,
        { cause: error },
      );
    }
    throw new Deno.errors.NotFound(
      `No address was found for the host ${host}. Check its spelling, or give an address such as 127.0.0.1.`,
      { cause: error },
    );
  }
}

/** An IPv6 address as RFC 5952 writes it, and an IPv4 address that is written as IPv6 as IPv4. */
function spelled(address: string): string {
  if (!address.includes(":") || address.includes("%")) return address; // URL knows no zones
  const six = new URL(`http://[${address}]`).hostname.slice(1, -1);
  const [, ...halves] = six.match(/^::ffff:([\da-f]+):([\da-f]+)$/) ?? [];
  if (halves.length === 0) return six;
  return halves.map((half) => parseInt(half, 16)).flatMap((half) => [half >> 8, half & 255]).join(
    ".",
  );
}
