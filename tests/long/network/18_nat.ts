/**
 * Lesson 18's programs behind real routers: network namespaces in which Linux translates addresses.
 *
 * @module
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { Host, network, python, succeeds } from "../hosts.ts";

/** A computer behind a router that shares its address, and lets in what it remembers. */
async function behind(
  router: Host,
  number: number,
  masquerade: string,
): Promise<Host & AsyncDisposable> {
  const inside = new Host(`udp-${Deno.pid}`, number);
  await succeeds("ip", "netns", "add", inside.namespace);
  const peer = ["peer", "name", "eth0", "netns", inside.namespace];
  await router.ip("link", "add", "lan", "type", "veth", ...peer);
  await router.ip("link", "set", "lan", "up");
  await router.ip("addr", "add", "192.168.1.1/24", "dev", "lan");
  await inside.ip("link", "set", "eth0", "up");
  await inside.ip("addr", "add", "192.168.1.2/24", "dev", "eth0");
  await inside.ip("route", "add", "default", "via", "192.168.1.1");
  await router.set("net.ipv4.ip_forward", 1);
  await router.nft(`table ip nat {
    chain out { type nat hook postrouting priority 100; oifname "eth0" ${masquerade}
    }
  }
  table ip door {
    chain in {
      type filter hook input priority 0; policy accept
      ct state established,related accept
      iifname "eth0" udp dport 1024-65535 drop
    }
  }`);
  return Object.assign(inside, {
    [Symbol.asyncDispose]: async () => {
      await succeeds("ip", "netns", "del", inside.namespace);
    },
  });
}

/** What two peers print and how they end, each behind a router of Linux's, and what the server prints. */
async function meeting(hosts: [Host, Host, Host], masquerade: string) {
  const [host, ...routers] = hosts;
  await using ann = await behind(routers[0], 11, masquerade);
  await using bob = await behind(routers[1], 12, masquerade);
  return await met(host, ann, bob);
}

/** The same of two peers wherever they are, who look for each other at this host. */
async function met(host: Host, ann: Host, bob: Host) {
  await using server = host.lesson(18, "meet", "--host", "0.0.0.0");
  await server.prints(/Bind UDP on 3478/);
  const to = ["--host", host.address];
  await using one = ann.lesson(18, "peer", ...to);
  await one.prints(/^The server sees ann at/m);
  await using two = bob.lesson(18, "peer", "--name", "bob", "--friend", "ann", ...to);
  const peers = await Promise.all([one.end(), two.end()]);
  return { peers, server: server.stdout };
}

network(
  "lesson 18: through Linux' own NAT, two peers meet and most greetings arrive (question 37)",
  async (hosts) => {
    const { peers: [ann, bob], server } = await meeting(hosts, "masquerade");
    assertEquals([ann.stderr, bob.stderr, ann.code, bob.code], ["", "", 0, 0]);
    // What the server sees, and the peers are told, are the routers.
    assertMatch(ann.stdout, /^The server sees ann at 10\.9\.0\.2:\d+\.$/m);
    assertMatch(ann.stdout, /^bob is at 10\.9\.0\.3:\d+\. Sending 10 greetings\.$/m);
    assertMatch(server, /^Received from 10\.9\.0\.2:\d+\.$/m);
    for (const { stdout } of [ann, bob]) {
      const [, heard] = stdout.match(/^(\d+) of (?:ann|bob)'s 10 greetings arrived\.$/m)!;
      console.log(`${heard} of 10 greetings arrived`);
      assert(Number(heard) >= 3, stdout);
    }
  },
);

network(
  "lesson 18: with masquerade random, Linux takes another port for each: no greeting arrives",
  async (hosts) => {
    const { peers } = await meeting(hosts, "masquerade random");
    for (const { stdout, stderr, code } of peers) {
      assertMatch(stdout, /^0 of (ann|bob)'s 10 greetings arrived\.$/m);
      assertMatch(stderr, /cannot reach each other\. Perhaps a router takes another port for each/);
      assertEquals(code, 1);
    }
  },
);

network(
  "lesson 18: a peer without a router meets one behind Linux' NAT",
  async ([host, open, router]) => {
    await using ann = await behind(router, 11, "masquerade");
    const { peers } = await met(host, ann, open);
    for (const { code, stderr } of peers) {
      assertEquals([code, stderr], [0, ""]);
    }
  },
);

/** A server that speaks after a pause of 0.2 s, and then of 3 s. */
const AFTER_PAUSES = `
import time
s.bind(("0.0.0.0", 9999))
print("ready", flush=True)
data, sender = s.recvfrom(100)
for pause in [0.2, 3]:
    time.sleep(pause)
    s.sendto(b"after %s s" % str(pause).encode(), sender)`;

/** A client of that server, with the page's keep-alive each 0.3 s, or without. */
const LISTEN = (alive: boolean) => `
import { bind } from "./lib/udp.ts";
import { receiveWithin } from "./lessons/02_receive.ts";
import { keepAlive } from "./lessons/18_nat.ts";
const server = { hostname: "10.9.0.1", port: 9999 };
using socket = bind({ hostname: "0.0.0.0" });
await socket.send("Hello", server);
const stop = ${alive} ? keepAlive(socket, server, 300) : () => {};
for (let number = 0; number < 2; number++) {
  const datagram = await receiveWithin(socket, 5000);
  console.log(datagram ? new TextDecoder().decode(datagram.data) : "silence");
}
stop();`;

for (const [alive, second] of [[false, "silence"], [true, "after 3 s"]] as const) {
  network(
    `lesson 18: after a pause, Linux ${
      alive ? "remembers who sends a keep-alive" : "has forgotten"
    } (question 38)`,
    async ([server, router]) => {
      await using inside = await behind(router, 11, "masquerade");
      for (const name of ["udp_timeout", "udp_timeout_stream"]) {
        await router.set(`net.netfilter.nf_conntrack_${name}`, 1);
      }
      await using answering = server.python(AFTER_PAUSES);
      await answering.prints(/ready/);
      const program = inside.start(Deno.execPath(), "eval", "--unstable-net", LISTEN(alive));
      const { stdout, stderr } = await program.end();
      assertEquals([stdout, stderr], [`after 0.2 s\n${second}\n`, ""]);
    },
    !python,
  );
}
