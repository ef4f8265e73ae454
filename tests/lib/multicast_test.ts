import {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { type Address, bind, isMulticast, type JoinOptions, type Socket } from "../../lib/udp.ts";
import { here, soon, text } from "../helpers.ts";
import { NOT_LINUX, unless } from "../only.ts";
import { eventually } from "../program.ts";
import { fakeSocket, replaced, systemError } from "./system.ts";

const GROUP = "239.255.77.77";
const HERE = { interface: "127.0.0.1" };

/** A group that nobody else on this machine is in: its last numbers are the bytes of this socket's port. */
function groupOf({ address: { port } }: Socket): string {
  return `239.255.${port >> 8}.${port & 255}`;
}

/** Declares a test with a sender, its group, and a port that those who listen share. */
function multicast(
  name: string,
  fn: (sender: Socket, to: Address, at: (hostname: string) => Socket) => Promise<void>,
): void {
  Deno.test({
    ...unless(NOT_LINUX, `join: ${name}`),
    async fn() {
      using sender = bind();
      using port = bind({ hostname: "0.0.0.0", reuseAddress: true });
      const to = { hostname: groupOf(sender), port: port.address.port };
      using sockets = new DisposableStack();
      const at = (hostname: string) =>
        sockets.use(bind({ hostname, port: to.port, reuseAddress: true }));
      await fn(sender, to, at);
    },
  });
}

/** Sends there, and checks who hears it and who does not. */
async function heard(
  sender: Socket,
  to: Address,
  { by, notBy }: { by?: Socket[]; notBy?: Socket[] },
): Promise<void> {
  const word = crypto.randomUUID();
  await sender.send(word, to);
  for (const socket of by ?? []) {
    assertEquals(text((await socket.receive({ signal: soon() })).data), word);
  }
  for (const socket of notBy ?? []) {
    const wait = socket.receive({ signal: AbortSignal.timeout(50) });
    await assertRejects(() => wait, DOMException);
  }
}

Deno.test("isMulticast: groups, and what looks a little like one", () => {
  for (const group of ["224.0.0.0", "239.255.255.255", "230.1.2.3", "ff02::1", "FF15::77%eth0"]) {
    assert(isMulticast(group), group);
  }
  const others = [
    "223.255.255.255",
    "240.0.0.1",
    "255.255.255.255",
    "1.224.0.1",
    "239.1.1",
    "ff::1",
  ];
  for (
    const other of [...others, "fe80::1", "::ff02", "", "localhost", "ff02.example", "239.1.1.1.1"]
  ) {
    assert(!isMulticast(other), other);
  }
});

multicast("a member hears the group, and who has not joined does not", async (sender, to, at) => {
  const socket = at(to.hostname);
  await heard(sender, to, { notBy: [socket] });
  await socket.join(to.hostname, HERE);
  await heard(sender, to, { by: [socket] });
});

multicast("who sends need not be a member, and each member gets a copy", async (sender, to, at) => {
  const [one, two] = [at(to.hostname), at(to.hostname)];
  for (const member of [one, two]) await member.join(to.hostname, HERE);
  await sender.send("Hello", to);
  for (const member of [one, two]) {
    const { data, from } = await member.receive({ signal: soon() });
    assertEquals([text(data), from], ["Hello", sender.address]);
  }
});

multicast(
  "at its address only that group, at 0.0.0.0 any, at 127.0.0.1 none",
  async (sender, to, at) => {
    using other = bind();
    const [own, open, deaf] = [at(to.hostname), at("0.0.0.0"), at("127.0.0.1")] as const;
    for (const socket of [own, open, deaf]) await socket.join(to.hostname, HERE);
    await at(groupOf(other)).join(groupOf(other), HERE);
    await heard(sender, to, { by: [own, open], notBy: [deaf] });
    const toOther = { ...to, hostname: groupOf(other) };
    await heard(sender, toOther, { by: [open], notBy: [own, deaf] });
  },
);

multicast("one socket in two groups, and out of one of them", async (sender, to, at) => {
  using other = bind();
  const toOther = { ...to, hostname: groupOf(other) };
  const socket = at("0.0.0.0");
  const membership = await socket.join(to.hostname, HERE);
  await socket.join(toOther.hostname, HERE);
  await heard(sender, to, { by: [socket] });
  await membership.leave();
  await heard(sender, to, { notBy: [socket] });
  await heard(sender, toOther, { by: [socket] });
});

multicast("who left hears as long as somebody here is a member", async (sender, to, at) => {
  const [one, two] = [at(to.hostname), at(to.hostname)];
  const [first, second] = [await one.join(to.hostname, HERE), await two.join(to.hostname, HERE)];
  await first.leave();
  await heard(sender, to, { by: [one, two] });
  await second.leave();
  await heard(sender, to, { notBy: [one, two] });
});

multicast(
  "`await using` leaves at the end of the block, and one may join again",
  async (sender, to, at) => {
    const socket = at(to.hostname);
    for (let time = 0; time < 2; time++) {
      {
        await using _ = await socket.join(to.hostname, HERE);
        await heard(sender, to, { by: [socket] });
      }
      await heard(sender, to, { notBy: [socket] });
    }
  },
);

multicast("to close the socket is to leave", async (sender, to, at) => {
  const rest = at(to.hostname);
  const socket = at(to.hostname);
  await socket.join(to.hostname, HERE);
  await heard(sender, to, { by: [rest] });
  await socket[Symbol.asyncDispose]();
  await eventually(() => heard(sender, to, { notBy: [rest] }));
});

multicast("while a receive waits, it joins, hears, and leaves", async (sender, to, at) => {
  const socket = at(to.hostname);
  const waiting = socket.receive({ signal: soon() });
  const membership = await socket.join(to.hostname, HERE);
  await sender.send("Hello", to);
  assertEquals(text((await waiting).data), "Hello");
  const again = socket.receive({ signal: AbortSignal.timeout(50) });
  await membership.leave();
  await sender.send("gone", to);
  await assertRejects(() => again, DOMException);
});

Deno.test("leave: again, or after close, it does nothing", async () => {
  using socket = bind({ hostname: "0.0.0.0" });
  const membership = await socket.join(groupOf(socket), HERE);
  await Promise.all([membership.leave(), membership.leave()]);
  await membership.leave();
  await membership[Symbol.asyncDispose]();
  const last = await socket.join(groupOf(socket), HERE);
  socket.close();
  await last.leave();
});

Deno.test("leave: the system is asked once, for that group, and a failure is told", async () => {
  const failure = systemError("EWHATEVER");
  let calls = 0;
  using socket = fakeSocket({
    joinMulticastV4: () => ({ leave: () => (calls++, Promise.reject(failure)) }),
  });
  const membership = await socket.join(GROUP, HERE);
  const told = `Cannot leave ${GROUP} on interface 127.0.0.1: what the system says`;
  assertEquals((await assertRejects(() => membership.leave(), Error, told)).cause, failure);
  await assertRejects(() => membership.leave(), Error, told);
  assertEquals(calls, 1);
});

Deno.test("join: the group and the interface reach the system as they are, a zone does not", async () => {
  const calls: unknown[] = [];
  const system = {
    joinMulticastV4: (...args: unknown[]) => (calls.push(args), { leave() {} }),
    joinMulticastV6: (...args: unknown[]) => (calls.push(args), { leave() {} }),
  };
  using four = fakeSocket(system);
  using six = fakeSocket({ ...system, addr: { transport: "udp", hostname: "::", port: 1 } });
  await four.join(GROUP, { interface: "192.0.2.7" });
  await six.join("ff12::77%eth0", { interface: 3 });
  assertEquals(calls, [[GROUP, "192.0.2.7"], ["ff12::77", 3]]);
});

Deno.test("join: a TTL is set when it is given, and any from 0 to 255 will do", async () => {
  const set: number[] = [];
  const setTTL = (ttl: number) => Promise.resolve(set.push(ttl));
  using socket = fakeSocket({ joinMulticastV4: () => ({ leave() {}, setTTL }) });
  await socket.join(GROUP, HERE);
  for (const ttl of [0, 1, 255]) await socket.join(GROUP, { ...HERE, ttl });
  assertEquals(set, [0, 1, 255]);
  using real = bind({ hostname: "0.0.0.0" });
  await real.join(groupOf(real), { ...HERE, ttl: 255 });
});

Deno.test("join: a group that is none is a RangeError that names the limits, and nothing is joined", async () => {
  using socket = fakeSocket({});
  for (const group of ["127.0.0.1", "223.255.255.255", "240.0.0.1", "fe80::1", "localhost", ""]) {
    const error = await assertRejects(() => socket.join(group, HERE), RangeError, `"${group}"`);
    assertStringIncludes(
      error.message,
      "224.0.0.0 to 239.255.255.255, those of IPv6 begin with ff",
    );
  }
});

Deno.test("join: a group of the other version of IP is a TypeError that says what to bind", async () => {
  using four = bind({ hostname: "0.0.0.0" });
  using six = fakeSocket({ addr: { transport: "udp", hostname: "::", port: 1 } });
  const right: [Socket, string, JoinOptions, string][] = [
    [four, "ff15::77", { interface: 0 }, "Bind ::"],
    [six, GROUP, HERE, "Bind 0.0.0.0"],
  ];
  for (const [socket, group, options, advice] of right) {
    await assertRejects(() => socket.join(group, options), TypeError, advice);
  }
});

Deno.test("join: an interface that is none is a TypeError that says what one is", async () => {
  using four = fakeSocket({});
  using six = fakeSocket({ addr: { transport: "udp", hostname: "::", port: 1 } });
  for (const wrong of [0, 2, "lo", "", "::1", "127.0.0.1:9", "1.2.3", undefined, null]) {
    const options = { interface: wrong } as JoinOptions;
    const error = await assertRejects(() => four.join(GROUP, options), TypeError, "IPv4 group");
    assertStringIncludes(
      error.message,
      `Interface ${Deno.inspect(wrong)} is not a network interface`,
    );
  }
  for (const wrong of [-1, 1.5, NaN, 2 ** 31, "2", "127.0.0.1", "eth0", undefined, null]) {
    const options = { interface: wrong } as JoinOptions;
    await assertRejects(() => six.join("ff15::77", options), TypeError, "it must be its number");
  }
});

Deno.test("join: a TTL that is none is a RangeError, and for IPv6 there is none", async () => {
  using four = fakeSocket({});
  for (const ttl of [-1, 256, 1.5, NaN, "1" as unknown as number]) {
    const join = () => four.join(GROUP, { ...HERE, ttl });
    await assertRejects(join, RangeError, "it must be a whole number from 0 to 255");
  }
  using six = fakeSocket({ addr: { transport: "udp", hostname: "::", port: 1 } });
  const join = () => six.join("ff15::77", { interface: 0, ttl: 1 });
  await assertRejects(join, TypeError, "hop limit");
});

Deno.test("join: twice on one interface is AddrInUse, with a sentence", async () => {
  using socket = bind({ hostname: "0.0.0.0" });
  const group = groupOf(socket);
  await socket.join(group, HERE);
  const error = await assertRejects(() => socket.join(group, HERE), Deno.errors.AddrInUse);
  assertEquals(
    error.message,
    `Cannot join ${group} on interface 127.0.0.1: this socket has joined it there already.`,
  );
  assertEquals((error as { code?: string }).code, "EADDRINUSE");
});

Deno.test({
  ...unless(NOT_LINUX, "join: a group too many is ENOBUFS, with a sentence"),
  async fn() {
    const { stdout } = new Deno.Command("cat", {
      args: ["/proc/sys/net/ipv4/igmp_max_memberships"],
    }).outputSync();
    const most = Number(text(stdout));
    using socket = bind({ hostname: "0.0.0.0" });
    const join = (number: number) => socket.join(`239.255.76.${number}`, HERE);
    const all = await Promise.all(Array.from({ length: most }, (_, number) => join(number)));
    const error = await assertRejects(() => join(most), Error, "one group too many");
    assertEquals((error as { code?: string }).code, "ENOBUFS");
    await all[7]!.leave();
    await join(most); // there is room again
  },
});

Deno.test("join: an address that no interface has is told as that, whatever the system calls it", async () => {
  using real = bind({ hostname: "0.0.0.0" });
  const words = "on interface 192.0.2.99: this machine has no such network interface.";
  // 192.0.2.0/24 is set aside for documentation (RFC 5737): no machine has 192.0.2.99.
  await assertRejects(() => real.join(GROUP, { interface: "192.0.2.99" }), Error, words);
  const unnamed = [19, 10022].map((number) => new Error(`so it says (os error ${number})`));
  for (const failure of [systemError("EADDRNOTAVAIL"), ...unnamed]) {
    using fake = fakeSocket({ joinMulticastV4: () => Promise.reject(failure) });
    const join = () => fake.join(GROUP, { interface: "192.0.2.99" });
    assertEquals((await assertRejects(join, Error, words)).cause, failure);
  }
  using other = fakeSocket({ joinMulticastV4: () => Promise.reject(new Error("(os error 190)")) });
  const error = await assertRejects(() => other.join(GROUP, HERE), Error);
  assertMatch(error.message, /127\.0\.0\.1: \(os error 190\)$/);
});

Deno.test("join: on a closed socket is BadResource", async () => {
  const socket = bind({ hostname: "0.0.0.0" });
  socket.close();
  const join = () => socket.join(GROUP, HERE);
  await assertRejects(join, Deno.errors.BadResource, "127.0.0.1: this socket is closed.");
});

Deno.test("bind: this machine hears what it sends to groups, unless told otherwise", () => {
  const given: unknown[] = [];
  const { listenDatagram } = Deno;
  using _ = replaced("listenDatagram", (options: Deno.UdpListenOptions & { transport: "udp" }) => {
    given.push(options.loopback);
    return listenDatagram(options);
  });
  bind().close();
  bind({ loopback: false }).close();
  bind({ loopback: true }).close();
  assertEquals(given, [true, false, true]);
});

Deno.test("errors: where no group can be bound, or no route leads to one, it is told as that", async () => {
  using _ = replaced("listenDatagram", () => {
    throw systemError("EADDRNOTAVAIL");
  });
  assertThrows(() => bind({ hostname: GROUP }), Error, "Bind 0.0.0.0 (or ::), and join the group");
  const send = () => Promise.reject(systemError("ENETUNREACH"));
  using socket = fakeSocket({ send, addr: { transport: "udp", hostname: "0.0.0.0", port: 1 } });
  const to = { hostname: GROUP, port: 9 };
  await assertRejects(() => socket.send("x", to), Error, "no route leads to groups from here.");
  await assertRejects(
    () => socket.send("x", { hostname: "ff15::77", port: 9 }), // it needs no zone, as ff12::77 does
    Error,
    "this socket speaks the other version of IP",
  );
  const other = () => socket.send("x", here(9));
  await assertRejects(other, Error, "no route leads there from this machine.");
  const refuse = () => Promise.reject(systemError("EADDRNOTAVAIL"));
  using mac = fakeSocket({ send: refuse });
  await assertRejects(() => mac.send("x", to), Error, "127.0.0.1 reaches this machine only");
});
