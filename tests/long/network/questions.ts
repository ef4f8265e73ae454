/**
 * What docs/questions.md and docs/behind-a-router.md say about more than one machine.
 *
 * @module
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { Host, network, python, succeeds } from "../hosts.ts";

const SERVER = `
s.bind(("0.0.0.0", 3478))
print("ready", flush=True)
seen = []
while len(seen) < 2:
    data, sender = s.recvfrom(100)
    if sender not in seen:
        seen.append(sender)
for one, other in (seen, seen[::-1]):
    s.sendto(b"%s %d" % (other[0].encode(), other[1]), one)
    print(*one, flush=True)`;

const FRIEND = `
s.sendto(b"Where do I come from?", ("10.9.0.1", 3478))
host, port = s.recv(100).split()
s.settimeout(0.2)
heard = set()
for number in range(5):
    s.sendto(b"%d" % number, (host, int(port)))
    try:
        heard.add(s.recv(100).decode())
    except socket.timeout:
        pass
print(len(heard))`;

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

/** How many of the other's five greetings each of two friends hears, who are behind a router each. */
async function punch(hosts: [Host, Host, Host], masquerade: string): Promise<string[]> {
  const [server, ...routers] = hosts;
  await using ann = await behind(routers[0], 11, masquerade);
  await using bob = await behind(routers[1], 12, masquerade);
  await using between = server.python(SERVER);
  await between.prints(/ready/);
  const both = await Promise.all([ann, bob].map((friend) => friend.python(FRIEND).end()));
  const { stdout } = await between.end();
  assertMatch(stdout, /^10\.9\.0\.2 \d+$/m); // what the server sees are the routers
  assertMatch(stdout, /^10\.9\.0\.3 \d+$/m);
  return both.map(({ stdout }) => stdout.trim());
}

network("question 10: on 127.0.0.1, a send to another machine is refused", async ([one, two]) => {
  const { stderr } = await one.python(`
s.bind(("127.0.0.1", 0))
s.sendto(b"Hello", ("${two.address}", 9999))`).end();
  assertMatch(stderr, /OSError: \[Errno 22\] Invalid argument/);
}, !python);

network("question 37: two send at the same time, and both doors open", async (hosts) => {
  for (const heard of await punch(hosts, "masquerade")) assert(Number(heard) >= 3, heard);
}, !python);

network(
  "question 37: with another port for each destination, none hears anything",
  async (hosts) => {
    assertEquals(await punch(hosts, "masquerade random"), ["0", "0"]);
  },
  !python,
);

network("question 38: after a pause, the router has forgotten", async ([server, router]) => {
  await using inside = await behind(router, 11, "masquerade");
  for (const name of ["udp_timeout", "udp_timeout_stream"]) {
    await router.set(`net.netfilter.nf_conntrack_${name}`, 1);
  }
  await using answering = server.python(`
import time
s.bind(("0.0.0.0", 9999))
print("ready", flush=True)
data, sender = s.recvfrom(100)
for pause in [0.2, 3]:
    time.sleep(pause)
    s.sendto(b"after %s s" % str(pause).encode(), sender)`);
  await answering.prints(/ready/);
  const { stdout } = await inside.python(`
s.sendto(b"Hello", ("10.9.0.1", 9999))
s.settimeout(4)
try:
    while True:
        print(s.recv(100).decode(), flush=True)
except socket.timeout:
    print("silence")`).end();
  assertEquals(stdout, "after 0.2 s\nsilence\n");
}, !python);
