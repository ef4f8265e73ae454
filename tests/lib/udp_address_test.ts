import { assert, assertEquals, assertThrows } from "@std/assert";
import { formatAddress, localFor, sameAddress } from "../../lib/udp.ts";

Deno.test("formatAddress: IPv6 addresses stand in brackets", () => {
  assertEquals(formatAddress({ hostname: "127.0.0.1", port: 80 }), "127.0.0.1:80");
  assertEquals(formatAddress({ hostname: "::1", port: 80 }), "[::1]:80");
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

Deno.test("sameAddress: another zone than %eth0 does not count either", () => {
  const at = (hostname: string) => ({ hostname, port: 80 });
  assert(sameAddress(at("fe80::1%wlp3s0"), at("fe80::1")));
  assert(sameAddress(at("fe80::1%3"), at("fe80::1%eth0")));
});

Deno.test("sameAddress: a name is refused, on either side and whatever the port", () => {
  const at = (hostname: string, port = 80) => ({ hostname, port });
  assertThrows(() => sameAddress(at("127.0.0.1"), at("localhost")), TypeError, "lookup()");
  assertThrows(() => sameAddress(at("example.org"), at("127.0.0.1", 81)), TypeError, "is a name");
});

Deno.test("localFor: loopback for loopback, all addresses for others, in the same version of IP", () => {
  const local = (hostname: string) => localFor({ hostname, port: 80 });
  assertEquals(["127.0.0.1", "127.9.9.9", "localhost"].map(local), Array(3).fill("127.0.0.1"));
  assertEquals(
    ["192.0.2.7", "255.255.255.255", "127.example.org"].map(local),
    Array(3).fill("0.0.0.0"),
  );
  assertEquals(["::1", "0:0:0:0:0:0:0:1"].map(local), ["::1", "::1"]);
  assertEquals(
    ["2001:db8::1", "fe80::1%eth0", "::ffff:192.0.2.7", "1::1"].map(local),
    Array(4).fill("::"),
  );
});
