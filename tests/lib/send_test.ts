import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { bind, MAX_BYTES, MAX_BYTES_IPV6 } from "../../lib/udp.ts";
import { soon, text } from "../helpers.ts";
import { freePort } from "../program.ts";
import { fakeSocket, MOST } from "./system.ts";

Deno.test("send and receive: text as UTF-8, bytes as they are, and who sent them", async () => {
  using alice = bind();
  using bob = bind();
  assertEquals(await alice.send("你好", bob.address), 6);
  assertEquals(await alice.send(new Uint8Array([0, 255]), bob.address), 2);
  const first = await bob.receive({ signal: soon() });
  assertEquals(text(first.data), "你好");
  assertEquals(first.from, alice.address);
  const second = await bob.receive({ signal: soon() });
  assertEquals(second.data, new Uint8Array([0, 255]));
});

Deno.test("send and receive: datagrams of no byte, one, and as many as fit arrive whole", async () => {
  using alice = bind();
  using bob = bind();
  for (const size of [MOST, 0, 1, MOST]) {
    const bytes = crypto.getRandomValues(new Uint8Array(size));
    assertEquals(await alice.send(bytes, bob.address), size);
    const { data } = await bob.receive({ signal: soon() });
    assertEquals(data, bytes);
  }
});

Deno.test("send: 65,508 bytes are a RangeError that names the number and the limit", async () => {
  using socket = bind();
  const send = () => socket.send(new Uint8Array(MAX_BYTES + 1), socket.address);
  const error = await assertRejects(send, RangeError, "65508");
  assertStringIncludes(error.message, "65507");

  const six = { hostname: "::1", port: 9 };
  await assertRejects(
    () => socket.send(new Uint8Array(MAX_BYTES_IPV6 + 1), six),
    RangeError,
    "65527",
  );
  const four = { hostname: "::FFFF:127.0.0.1", port: 9 };
  await assertRejects(() => socket.send(new Uint8Array(MAX_BYTES + 1), four), RangeError, "65507");
});

Deno.test("send: a port that is no port is a RangeError, and nothing leaves", async () => {
  using socket = bind();
  for (const port of [0, -1, 65_536, 65_536 + socket.address.port, 1.5, NaN]) {
    const to = { hostname: "127.0.0.1", port };
    await assertRejects(() => socket.send("x", to), RangeError, `Port ${port}`);
  }
  await socket.send("the only one", socket.address);
  assertEquals(text((await socket.receive({ signal: soon() })).data), "the only one");
});

Deno.test("send: ports 1 and 65535 are ports, the first and the last one", async () => {
  const given: number[] = [];
  using socket = fakeSocket({
    send: (_: Uint8Array, { port }: Deno.NetAddr) => Promise.resolve(given.push(port)),
  });
  for (const port of [1, 65_535]) await socket.send("x", { hostname: "127.0.0.1", port });
  assertEquals(given, [1, 65_535]);
});

Deno.test("send: an error of the system keeps its class, and is the cause of the explained one", async () => {
  const errors = [Deno.errors.NetworkUnreachable, Deno.errors.PermissionDenied];
  for (const SystemError of errors) {
    using socket = fakeSocket({ send: () => Promise.reject(new SystemError("os error")) });
    const error = await assertRejects(() => socket.send("x", socket.address), SystemError);
    assertStringIncludes(error.message, "Cannot send to 127.0.0.1:1:");
    assert(error.cause instanceof SystemError);
  }
});

Deno.test("send: to a port where nobody is, it succeeds all the same", async () => {
  using socket = bind();
  const nobody = { hostname: "127.0.0.1", port: freePort() };
  assertEquals(await socket.send("hello?", nobody), 6);
});

Deno.test("send: an IPv4 address that is written as IPv6 has the limit of IPv4", async () => {
  using socket = fakeSocket({ send: (data: Uint8Array) => Promise.resolve(data.length) });
  const four = ["::ffff:7f00:1", "0:0:0:0:0:FFFF:7f00:1", "::ffff:127.0.0.1", "localhost"];
  for (const hostname of four) {
    const send = () => socket.send(new Uint8Array(MAX_BYTES + 1), { hostname, port: 9 });
    await assertRejects(send, RangeError, "at most 65507");
  }
  for (const hostname of ["::1", "::fffe:7f00:1", "::ffff:0:7f00:1", "ffff::7f00:1"]) {
    const to = { hostname, port: 9 };
    assertEquals(await socket.send(new Uint8Array(MAX_BYTES_IPV6), to), MAX_BYTES_IPV6);
  }
});

Deno.test("send: a host that is no string is a TypeError that says so", async () => {
  using socket = bind();
  for (const hostname of [undefined, null, 5, "", {}] as string[]) {
    const send = () => socket.send("x", { hostname, port: 9 });
    await assertRejects(send, TypeError, "is not a host");
  }
});

Deno.test("send: what is neither text nor bytes is a TypeError that says so", async () => {
  using socket = bind();
  const others: unknown[] = [undefined, null, 5, new ArrayBuffer(4), new Uint16Array(4)];
  for (const data of others as string[]) {
    await assertRejects(() => socket.send(data, socket.address), TypeError, "Only a string or a");
  }
});

Deno.test("send: several at once leave in the order they were called", async () => {
  using bob = bind();
  for (const count of [5, 100, 100]) {
    using alice = bind(); // the system would reverse what a new socket sends
    const numbers = Array.from({ length: count }, (_, i) => i);
    const sent = numbers.map((i) => alice.send(new Uint8Array([i]), bob.address));
    const heard = [];
    for (const _ of numbers) heard.push((await bob.receive({ signal: soon() })).data[0]);
    assertEquals(heard, numbers);
    assertEquals(await Promise.all(sent), numbers.map(() => 1));
  }
});

Deno.test("send: one at a time, and whenever one is called, it goes behind those who wait", async () => {
  for (let moment = 0; moment < 12; moment++) {
    const started: number[] = [];
    const ends: ((value: number) => void)[] = [];
    using socket = fakeSocket({
      send: ([number]: Uint8Array) => {
        started.push(number!);
        return new Promise((resolve) => ends.push(resolve));
      },
    });
    const send = (number: number) => socket.send(new Uint8Array([number]), socket.address);
    const sent = [send(1), send(2)];
    assertEquals(started, [1]);
    ends.shift()!(1);
    for (let microtask = 0; microtask < moment; microtask++) await undefined;
    sent.push(send(3));
    await sent[0];
    await new Promise((resolve) => setTimeout(resolve));
    assertEquals(started, [1, 2], `after ${moment} microtasks`);
    ends.shift()!(1);
    await sent[1];
    ends.shift()!(1);
    await sent[2];
    assertEquals(started, [1, 2, 3]);
  }
});

Deno.test("send: one that fails holds up no other, and fails no other", async () => {
  using alice = bind();
  using bob = bind();
  const wrong = { hostname: "::1", port: 9 }; // alice speaks IPv4
  const sent = [
    alice.send("one", bob.address),
    alice.send("lost", wrong),
    alice.send("two", bob.address),
  ];
  const ended = await Promise.allSettled(sent);
  assertEquals(ended.map(({ status }) => status), ["fulfilled", "rejected", "fulfilled"]);
  assertEquals(text((await bob.receive({ signal: soon() })).data), "one");
  assertEquals(text((await bob.receive({ signal: soon() })).data), "two");
});

Deno.test("send: a name whose look-up takes long holds up nobody, and is held up by nobody", async () => {
  const slow = Promise.withResolvers<number>();
  const started: string[] = [];
  using socket = fakeSocket({
    send: (_: Uint8Array, { hostname }: Deno.NetAddr) => {
      started.push(hostname);
      return hostname.startsWith("slow") ? slow.promise : Promise.resolve(1);
    },
  });
  const port = 9;
  const slowly = () => socket.send("x", { hostname: "slow.example", port });
  const waiting = [slowly(), slowly()];
  for (const hostname of ["127.0.0.1", "::1"]) await socket.send("x", { hostname, port });

  // An address that takes long; then a name, which does not end the address's turn.
  const address = { hostname: "127.0.0.2", port };
  using busy = fakeSocket({
    send: (_: Uint8Array, { hostname }: Deno.NetAddr) => {
      started.push(hostname);
      return hostname === "127.0.0.2" ? slow.promise : Promise.resolve(1);
    },
  });
  waiting.push(busy.send("x", address));
  await busy.send("x", { hostname: "name.example", port });
  waiting.push(busy.send("x", { hostname: "127.0.0.3", port }));
  const all = ["slow.example", "slow.example", "127.0.0.1", "::1", "127.0.0.2", "name.example"];
  assertEquals(started, all);
  slow.resolve(1);
  await Promise.all(waiting);
  assertEquals(started, [...all, "127.0.0.3"]);
});

Deno.test("send: a byte order mark is part of the data, there and back", async () => {
  using socket = bind();
  assertEquals(await socket.send("\ufeffHello", socket.address), 8);
  const { data } = await socket.receive({ signal: soon() });
  assertEquals([...data.subarray(0, 4)], [0xef, 0xbb, 0xbf, 0x48]);
});
