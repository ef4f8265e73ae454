import { assert, assertEquals, assertThrows } from "@std/assert";
import { type Address, formatAddress, localFor, sameAddress } from "../../lib/udp.ts";

Deno.test("formatAddress: IPv6 addresses stand in brackets", () => {
  assertEquals(formatAddress({ hostname: "127.0.0.1", port: 80 }), "127.0.0.1:80");
  assertEquals(formatAddress({ hostname: "::1", port: 80 }), "[::1]:80");
  assertEquals(formatAddress({ hostname: "[::1]", port: 80 }), "[::1]:80");
});

Deno.test("sameAddress: port and host have to be the same, whatever the zone", () => {
  const same = (a: string, b: string, port = 80) =>
    sameAddress({ hostname: a, port: 80 }, { hostname: b, port });
  assert(same("127.0.0.1", "127.0.0.1"));
  assert(!same("127.0.0.1", "127.0.0.2"));
  assert(!same("127.0.0.1", "127.0.0.1", 81));
  assert(same("fe80::1%eth0", "fe80::1"));
  assert(same("FE80::1", "fe80::1%eth0"));
  assert(same("::ffff:127.0.0.1", "127.0.0.1"));
  assert(!same("::ffff:127.0.0.1", "127.0.0.2"));
  assert(!same("fe80::1", "fe80::11"));
});

Deno.test("sameAddress: a zone of any name does not count", () => {
  const at = (hostname: string) => ({ hostname, port: 80 });
  for (const zone of ["%eth0", "%en0", "%12", "%wlp3s0"]) {
    assert(sameAddress(at(`fe80::1${zone}`), at("fe80::1")));
    assert(sameAddress(at("fe80::1"), at(`fe80::1${zone}`)));
    assert(!sameAddress(at(`fe80::2${zone}`), at(`fe80::1${zone}`)));
  }
});

Deno.test("sameAddress: a name is refused on either side, with what to do instead", () => {
  const address = { hostname: "127.0.0.1", port: 80 };
  for (const hostname of ["localhost", "example.org", "127.0.0.1.example", "1.2.3"]) {
    for (const port of [80, 81]) {
      const name = { hostname, port };
      assertThrows(() => sameAddress(name, address), TypeError, `"${hostname}" is a name`);
      assertThrows(() => sameAddress(address, name), TypeError, "Look it up first: lookup()");
    }
  }
  const none = { port: 80 } as Address;
  assertThrows(() => sameAddress(address, none), TypeError, "is not a host");
});

Deno.test("localFor: a loopback address for loopback, all addresses for others", () => {
  const hosts: Record<string, string[]> = {
    "127.0.0.1": ["127.0.0.1", "127.1.2.3", "localhost", "LOCALHOST"],
    "::1": ["::1", "0:0:0:0:0:0:0:1", "0::0001", "[::1]"],
    "0.0.0.0": ["192.0.2.1", "255.255.255.255", "128.0.0.1", "127.example", "127.0.0.1.example"],
    "::": ["2001:db8::1", "fe80::1%eth0", "::2", "::11", "1::1", "::ffff:127.0.0.1"],
  };
  for (const [local, peers] of Object.entries(hosts)) {
    for (const hostname of peers) assertEquals(localFor({ hostname, port: 9 }), local, hostname);
  }
  assertThrows(() => localFor({ port: 9 } as Address), TypeError, "is not a host");
});
