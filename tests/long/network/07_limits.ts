import { assert, assertEquals } from "@std/assert";
import { fragments } from "../../../lessons/07_limits.ts";
import { type Host, network } from "../hosts.ts";

network(
  "lesson 7: 1 % of the packets are lost, and far more of what is split into fragments",
  async ([one, two]) => {
    await two.nft(`table inet door {
    counter seen {}
    counter lost {}
    chain before { # all others: fragments are put together before they see them
      type filter hook prerouting priority -450
      meta protocol ip counter name seen
      meta protocol ip numgen random mod 100 < 1 counter name lost drop
    }
  }`);
    await using server = two.lesson(7, "server", "--host", "0.0.0.0");
    await server.prints(/Bind UDP on 0\.0\.0\.0:7070/);

    const sizes = [100, 1_472, 1_473, 8_192, 65_507];
    const room = "net.ipv4.ipfrag_high_thresh"; // for what waits for its missing fragments, here for 30 s
    for (const bytes of [4 << 20, 256 << 20]) {
      await two.set(room, bytes);
      for (const size of bytes > 4 << 20 ? [65_507] : sizes) {
        const arrived = await count(one, two, size);
        const expected = 0.99 ** fragments(size);
        const deviation = Math.sqrt(1_000 * expected * (1 - expected));
        console.log(
          `${size} bytes in ${fragments(size)}: ${arrived} of 1000 arrived, expected ${
            Math.round(1_000 * expected)
          }, with ${bytes >> 20} MB for fragments`,
        );
        // With Linux's own 4 MB, some 40 that wait for a lost fragment leave no room for any other.
        if (size === 65_507 && bytes === 4 << 20) assert(arrived < 300, `${arrived}`);
        else assert(Math.abs(arrived - 1_000 * expected) < 5 * deviation, `${arrived}`);
      }
    }
    const { seen, lost } = await two.counters();
    console.log(`${lost} of ${seen} packets were dropped`);
    assert(Math.abs(lost! / seen! - 0.01) < 0.002);
  },
);

network(
  "lesson 7: behind a router with a smaller MTU, a larger one arrives and a smaller one does not",
  async ([one, two, three]) => {
    await behind(three, 1_400, two, one);
    await using server = two.lesson(7, "server", "--host", BEHIND);
    await server.prints(/Bind UDP on 10\.8\.0\.2:7070/);

    await three.nft(`table inet door {
    counter lost {}
    chain output {
      type filter hook output priority 0
      icmp type destination-unreachable counter name lost drop
    }
  }`);
    assertEquals(await probed(one, BEHIND), [
      "23 bytes to 1,372 bytes: got a reply",
      "1,373 bytes to 1,472 bytes: got no reply",
      "1,473 bytes to 65,507 bytes: got a reply",
    ]);
    assert((await three.counters()).lost! > 0, "The router had nothing to say.");

    // And when the router may say what its limit is, the sender's system takes care of it.
    await three.nft("flush ruleset");
    assertEquals(await probed(one, BEHIND), ["23 bytes to 65,507 bytes: got a reply"]);
  },
);

network(
  "lesson 7: behind such a router, where fragments are dropped, its MTU is the limit",
  async ([one, two, three]) => {
    await behind(three, 1_400, two, one);
    await using server = two.lesson(7, "server", "--host", BEHIND);
    await server.prints(/Bind UDP on 10\.8\.0\.2:7070/);
    await two.nft(NO_FRAGMENTS);
    assertEquals(await probed(one, BEHIND), [
      "23 bytes to 1,372 bytes: got a reply",
      "1,373 bytes to 65,507 bytes: got no reply",
    ]);
  },
);

network("lesson 7: a firewall that drops fragments leaves 1,472 bytes", async ([one, two]) => {
  await two.nft(NO_FRAGMENTS);
  await using server = two.lesson(7, "server", "--host", "0.0.0.0");
  await server.prints(/Bind UDP on 0\.0\.0\.0:7070/);
  assertEquals(await probed(one, two.address), [
    "23 bytes to 1,472 bytes: got a reply",
    "1,473 bytes to 65,507 bytes: got no reply",
  ]);
  assert((await two.counters()).lost! > 0);
});

/** Where a host is that is {@linkcode behind} a router. */
const BEHIND = "10.8.0.2";

/** A firewall that takes nothing which is but a part: neither the first fragments nor the others. */
const NO_FRAGMENTS = `table inet door {
  counter lost {}
  chain before {
    type filter hook prerouting priority -450
    ip frag-off & 0x3fff != 0 counter name lost drop
  }
}`;

/** Takes a host from the network, and joins it to a router that stays there, by a link with this MTU. */
async function behind(router: Host, mtu: number, host: Host, other: Host): Promise<void> {
  await host.ip("link", "del", "eth0");
  const far = ["mtu", `${mtu}`, "type", "veth", "peer", "name", "eth0", "mtu", `${mtu}`];
  await router.ip("link", "add", "far", ...far, "netns", host.namespace);
  await router.ip("link", "set", "far", "up");
  await host.ip("link", "set", "eth0", "up");
  await router.ip("addr", "add", "10.8.0.3/24", "dev", "far");
  await host.ip("addr", "add", `${BEHIND}/24`, "dev", "eth0");
  await host.ip("route", "add", "default", "via", "10.8.0.3");
  await other.ip("route", "add", BEHIND, "via", router.address);
  await router.set("net.ipv4.ip_forward", 1);
}

/** What the probe says at its end of the sizes that are answered there. */
async function probed(host: Host, server: string): Promise<string[]> {
  const { code, stdout, stderr } = await host.lesson(7, "probe", "--host", server).end();
  assertEquals([code, stderr], [0, ""]);
  return stdout.split("\n").filter((line) => line.includes(" to "));
}

/** How many of 1,000 datagrams of this size are answered, each sent once. */
async function count(host: Host, server: Host, size: number): Promise<number> {
  const to = JSON.stringify({ hostname: server.address, port: 7070 });
  const program = `
import { receiveWithin } from "./lessons/02_receive.ts";
import { arrives } from "./lessons/07_limits.ts";
import { bind } from "./lib/udp.ts";
using socket = bind({ hostname: "0.0.0.0" });
let arrived = 0;
for (let i = 0; i < 1000; i++) if (await arrives(socket, ${to}, ${size}, 15)) arrived++;
while (await receiveWithin(socket, 1000)) arrived++; // on a busy machine, some come late
console.log(arrived);`;
  const { stdout, stderr } = await host.start(Deno.execPath(), "eval", program).end();
  assertEquals(stderr, "");
  return Number(stdout);
}
