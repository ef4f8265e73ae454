import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { bind, MAX_BYTES, MAX_BYTES_IPV6 } from "../../lib/udp.ts";
import { soon, text } from "../helpers.ts";
import { freePort } from "../program.ts";
import { fakeSocket } from "./fakes.ts";

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

Deno.test("send and receive: datagrams of 0, 1 and 65,507 bytes arrive whole", async () => {
  using alice = bind();
  using bob = bind();
  for (const size of [0, 1, MAX_BYTES]) {
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

Deno.test("send: to a port where nobody is, it succeeds all the same", async () => {
  using socket = bind();
  const nobody = { hostname: "127.0.0.1", port: freePort() };
  assertEquals(await socket.send("hello?", nobody), 6);
});

Deno.test("send: an IPv4 address in IPv6 clothes has IPv4's limit, in either spelling", async () => {
  using socket = bind();
  for (const hostname of ["::ffff:127.0.0.1", "::ffff:7f00:1", "0:0:0:0:0:FFFF:7F00:1"]) {
    const send = () => socket.send(new Uint8Array(MAX_BYTES + 1), { hostname, port: 9 });
    await assertRejects(send, RangeError, "65507");
  }
});

Deno.test("send: not awaited, they leave in the order they were called, from a new socket, too", async () => {
  for (let turn = 0; turn < 3; turn++) {
    using sender = bind();
    using receiver = bind();
    const numbers = Array.from({ length: 100 }, (_, i) => String(i));
    const sending = Promise.all(numbers.map((number) => sender.send(number, receiver.address)));
    const heard: string[] = [];
    while (heard.length < 100) heard.push(text((await receiver.receive({ signal: soon() })).data));
    assertEquals(heard, numbers);
    assertEquals(await sending, numbers.map(({ length }) => length));
  }
});

Deno.test("send: one that fails holds up no other, and a name that is looked up neither", async () => {
  const system = Promise.withResolvers<number>();
  const sent: string[] = [];
  using socket = fakeSocket({
    send(data: Uint8Array, { hostname }: Deno.NetAddr) {
      if (hostname === "slow.test") return system.promise;
      sent.push(text(data));
      return text(data) === "bad" ? Promise.reject(new Error("no")) : Promise.resolve(data.length);
    },
  });
  const slow = socket.send("slow", { hostname: "slow.test", port: 9 });
  const to = { hostname: "127.0.0.1", port: 9 };
  const results = await Promise.allSettled(
    ["one", "bad", "two"].map((data) => socket.send(data, to)),
  );
  assertEquals(results.map(({ status }) => status), ["fulfilled", "rejected", "fulfilled"]);
  assertEquals(sent, ["one", "bad", "two"]);
  system.resolve(4);
  assertEquals(await slow, 4);
});

Deno.test("send: one at a time reaches the system, and the next when that is done", async () => {
  const system: PromiseWithResolvers<number>[] = [];
  using socket = fakeSocket({
    send() {
      system.push(Promise.withResolvers<number>());
      return system.at(-1)!.promise;
    },
  });
  const to = { hostname: "127.0.0.1", port: 9 };
  const sends = [socket.send("a", to), socket.send("bb", to)];
  assertEquals(system.length, 1);
  system[0]!.resolve(1);
  assertEquals(await sends[0], 1);
  await Promise.resolve();
  assertEquals(system.length, 2);
  system[1]!.resolve(2);
  assertEquals(await sends[1], 2);
});

Deno.test("send: what waits for its turn when the socket is closed does not leave", async () => {
  const socket = bind();
  const sends = Array.from(
    { length: 20 },
    () => socket.send("x", { hostname: "127.0.0.1", port: 9 }),
  );
  socket.close();
  const results = await Promise.allSettled(sends);
  const last = results.at(-1)!;
  assert(last.status === "rejected" && last.reason instanceof Deno.errors.BadResource);
  assertStringIncludes(last.reason.message, "this socket is closed");
});
