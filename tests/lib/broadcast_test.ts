import { assert, assertEquals, assertThrows } from "@std/assert";
import { broadcastAddress, broadcastAddresses } from "../../lib/broadcast.ts";

Deno.test("broadcast: the broadcast address of a network is its last one", () => {
  assertEquals(broadcastAddress("127.0.0.1", "255.0.0.0"), "127.255.255.255");
  assertEquals(broadcastAddress("192.168.1.7", "255.255.255.0"), "192.168.1.255");
  assertEquals(broadcastAddress("10.9.130.4", "255.255.192.0"), "10.9.191.255");
  assertEquals(broadcastAddress("10.0.0.5", "255.255.255.252"), "10.0.0.7");
  assertEquals(broadcastAddress("10.8.0.2", "255.255.255.255"), undefined);
  assertEquals(broadcastAddress("10.8.0.2", "255.255.255.254"), undefined);
  assertEquals(broadcastAddress("fe80::1", "ffff:ffff:ffff:ffff::"), undefined);
});

Deno.test("broadcast: what is not an address or a netmask is refused, and has no broadcast address", () => {
  for (const [address, netmask] of [["192.168.1", "255.255.255.0"], ["192.168.1.7", "24"]]) {
    assertThrows(() => broadcastAddress(address!, netmask!), RangeError, "is not of the form");
  }
});

Deno.test("broadcast: this machine's networks are listed, each with its interface", () => {
  const all = broadcastAddresses();
  if (Deno.build.os === "linux") {
    assert(all.some((one) => one.address === "127.255.255.255" && one.interface === "lo"));
  }
  for (const { address } of all) assert(/^\d+(\.\d+){3}$/.test(address), address);
});
