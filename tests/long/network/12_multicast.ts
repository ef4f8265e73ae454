import { assert, assertEquals, assertMatch } from "@std/assert";
import type { Program } from "../../program.ts";
import { type Host, network, python } from "../hosts.ts";

network(
  "lesson 12: one datagram, and of three hosts the two hear it that joined, its own too",
  async ([one, two, three]) => {
    // What comes by the wire is counted before the host looks whether it is a member.
    for (const host of [two, three]) {
      await host.nft(`table inet door {
    counter near {}
    counter far {}
    chain first {
      type filter hook prerouting priority -300
      ip daddr 239.255.77.77 ip ttl 1 counter name near
      ip daddr 239.255.77.77 ip ttl != 1 counter name far
    }
  }`);
    }
    await using a = await listener(one, "--interface", one.address);
    await using b = await listener(two, "--interface", two.address);
    await using c = await listener(three); // it joins as well, but on 127.0.0.1
    for (const message of ["Hello", "Bye"]) await say(one, message, "--interface", one.address);
    for (const host of [a, b]) {
      await host.prints(
        /^10\.9\.0\.1:\d+ sent 5 bytes: Hello\n10\.9\.0\.1:\d+ sent 3 bytes: Bye$/m,
      );
    }
    const { near, far } = await two.counters();
    assertEquals([near, far], [2, 0]); // they may pass no router
    console.log(
      `The wire brought ${(await three.counters()).near} of 2 to the host that had not joined.`,
    );
    c.signal("SIGINT");
    assertMatch(
      (await c.end()).stdout,
      /\)\nStopped\. Sent 0 datagrams .* received 0 \(0 bytes\)\.\n$/,
    );
  },
);

network("lesson 12: the interface that is joined is the one that hears", async ([one, two]) => {
  await two.ip("link", "add", "eth1", "type", "veth", "peer", "name", "eth2"); // a wire of its own
  await two.ip("addr", "add", "10.8.0.2/24", "dev", "eth1");
  for (const end of ["eth1", "eth2"]) await two.ip("link", "set", end, "up");
  await using elsewhere = await listener(two, "--interface", "10.8.0.2", "--port", "5000");
  await say(one, "wrong", "--interface", one.address, "--port", "5000");
  // Once this machine's other interface is a member, too, what comes there goes to every socket that fits.
  await using right = await listener(two, "--interface", two.address, "--port", "5000");
  await say(one, "right", "--interface", one.address, "--port", "5000");
  for (const program of [elsewhere, right]) await program.prints(/sent 5 bytes: right\n/);
  assert(!elsewhere.stdout.includes("wrong"), elsewhere.stdout);
});

network("lesson 12: without a route, it is told to name the network", async ([one]) => {
  const { code, stderr } = await one.lesson(12, "say", "--message", "x", "--interface", "0.0.0.0")
    .end();
  assertMatch(
    stderr,
    /^Cannot send to 239\.255\.77\.77:45454: no route leads to groups from here\. Bind this machine/,
  );
  assertEquals(code, 1);
});

network(
  "lesson 12: groups of IPv6, in the network and in one machine",
  async ([one, two, three]) => {
    await using site = await listener(two, "--host", "ff15::77", "--interface", "0");
    await using link = await listener(two, "--host", "ff12::77%eth0", "--interface", "0");
    const { stdout } = await two.start("ip", "-j", "link", "show", "eth0").end();
    const [{ ifindex }] = JSON.parse(stdout);
    await using own = await listener(two, "--host", "ff11::77%eth0", "--interface", `${ifindex}`);
    await using absent = await listener(three, "--host", "ff15::78", "--interface", "0");
    for (const host of ["ff11::77%eth0", "ff12::77%eth0", "ff15::77"]) {
      for (const from of [one, two]) await say(from, `from ${from.address.at(-1)}`, "--host", host);
    }
    await say(one, "last", "--host", "ff15::78");
    const both =
      /^\[fe80::9:1\]:\d+ sent 6 bytes: from 1\n\[fe80::9:2\]:\d+ sent 6 bytes: from 2\n$/m;
    for (const program of [site, link]) await program.prints(both);
    await own.prints(/\)\n\[fe80::9:2\]:\d+ sent 6 bytes: from 2\n$/); // that of host 1 did not leave it
    await absent.prints(/\)\n\[fe80::9:1\]:\d+ sent 4 bytes: last\n$/);
  },
);

network("lesson 12: Python on another host says something, and hears", async ([one, two]) => {
  await using listening = await listener(one, "--interface", one.address);
  await using hearing = two.python(`
s.bind(("239.255.77.77", 45454))
group = socket.inet_aton("239.255.77.77") + socket.inet_aton("${two.address}")
s.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, group)
print("ready", flush=True)
data, addr = s.recvfrom(1024)
print(addr[0], data.decode("utf-8"), flush=True)
s.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton("${two.address}"))
s.sendto(b"Hello from Python", ("239.255.77.77", 45454))`);
  await hearing.prints(/ready/);
  await say(one, "Hello, Python", "--interface", one.address);
  await hearing.prints(/^10\.9\.0\.1 Hello, Python$/m);
  await listening.prints(/^10\.9\.0\.2:\d+ sent 17 bytes: Hello from Python$/m);
}, !python);

network(
  "lib/udp.ts: with loopback: false, others hear a group, and the own machine does not",
  async ([one, two]) => {
    const program = (host: Host, body: string) =>
      host.start(
        Deno.execPath(),
        "eval",
        "--unstable-net",
        `
      import { bind } from "./lib/udp.ts";
      const group = { hostname: "239.255.77.77", port: 45454 };
      const own = "${host.address}";
      ${body}`,
      );
    const LISTEN = `
    const socket = bind({ ...group, reuseAddress: true });
    await socket.join(group.hostname, { interface: own });
    console.log("ready");
    for await (const { data } of socket) console.log(new TextDecoder().decode(data));`;
    await using here = program(one, LISTEN);
    await using there = program(two, LISTEN);
    for (const listener of [here, there]) await listener.prints(/^ready$/m);
    await program(
      one,
      `
    await bind({ hostname: own, loopback: false }).send("to others", group);
    await bind({ hostname: own }).send("to all", group);
    Deno.exit();`,
    ).end();
    await there.prints(/^ready\nto others\nto all$/m);
    await here.prints(/^ready\nto all$/m);
  },
);

/** Starts lesson 12's listener on that host, and waits until it has joined. */
async function listener(host: Host, ...args: string[]): Promise<Program> {
  const program = host.lesson(12, "listen", ...args);
  await program.prints(/^Bind UDP on \S+:\d+\.\.\. \(interface \S+, Ctrl-C stops\)\n/);
  return program;
}

/** Says something from that host to lesson 12's group. */
async function say(host: Host, message: string, ...args: string[]): Promise<void> {
  const { stderr, code } = await host.lesson(12, "say", "--message", message, ...args).end();
  assertEquals([code, stderr], [0, ""]);
}
