import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import {
  bind,
  formatAddress,
  MAX_BYTES,
  MAX_BYTES_IPV6,
  sameAddress,
  Socket,
} from "../../lib/udp.ts";
import { soon, text } from "../helpers.ts";
import { eventually, freePort, NO_HOST, Program } from "../program.ts";

Deno.test("bind: 127.0.0.1 and a port that the system picks, unless told otherwise", () => {
  using socket = bind();
  assertEquals(socket.address.hostname, "127.0.0.1");
  assert(socket.address.port >= 1024);
});

Deno.test("bind: the port that was asked for", async () => {
  await eventually(() => {
    const port = freePort();
    using socket = bind({ hostname: "0.0.0.0", port });
    assertEquals(socket.address, { hostname: "0.0.0.0", port });
  });
});

Deno.test("bind: a port that is no port is a RangeError that names it and the limit", () => {
  for (const port of [-1, 65_536, 70_000, 1.5, NaN, Infinity]) {
    const error = assertThrows(() => bind({ port }), RangeError, String(port));
    assertStringIncludes(error.message, "from 0 to 65535");
  }
});

Deno.test("bind: a port in use is AddrInUse, with advice, and the system's own error as cause", () => {
  using socket = bind();
  const again = () => bind(socket.address);
  const error = assertThrows(again, Deno.errors.AddrInUse, formatAddress(socket.address));
  assertStringIncludes(error.message, "choose another port");
  assert(error.cause instanceof Deno.errors.AddrInUse);
});

Deno.test("bind: no hostname is 127.0.0.1, however it is missing", () => {
  for (const json of ["{}", '{ "hostname": null }']) {
    using socket = bind(JSON.parse(json));
    assertEquals(socket.address.hostname, "127.0.0.1");
  }
});

Deno.test("bind: an address of another machine is AddrNotAvailable", () => {
  // 192.0.2.0/24 is set aside for documentation (RFC 5737): no machine has 192.0.2.99.
  const elsewhere = () => bind({ hostname: "192.0.2.99" });
  assertThrows(elsewhere, Deno.errors.AddrNotAvailable, "no such address");
});

Deno.test("bind: reuseAddress lets sockets share a port", () => {
  using one = bind({ reuseAddress: true });
  using two = bind({ ...one.address, reuseAddress: true });
  assertEquals(one.address, two.address);
});

Deno.test("bind: without the unstable API it says what to add", () => {
  using _ = replaced("listenDatagram", undefined);
  assertThrows(() => bind(), Deno.errors.NotSupported, '"unstable": ["net"]');
});

/** What a program of its own prints that has this permission, and no other. */
async function printed(permission: string, body: string): Promise<string> {
  await using program = new Program(Deno.execPath(), [
    "run",
    "--no-prompt",
    "--unstable-net",
    permission,
    "--ext=ts",
    "-",
  ]);
  await program.type(`
    import { bind } from "./lib/udp.ts";
    const told = (error) => console.log(error.name, error.message);
    ${body}
    Deno.exit();`);
  return (await program.end()).stdout;
}

Deno.test("bind and send: a missing permission is NotCapable, and the message says which flag", async () => {
  const stdout = await printed(
    "--allow-net=127.0.0.1",
    `try { bind({ hostname: "0.0.0.0", port: 7 }) } catch (error) { told(error) }
    await bind().send("x", { hostname: "127.0.0.9", port: 9 }).catch(told);`,
  );
  assertStringIncludes(stdout, "NotCapable Cannot bind 0.0.0.0:7:");
  assertStringIncludes(stdout, "--allow-net=0.0.0.0:7.");
  assertStringIncludes(stdout, "NotCapable Cannot send to 127.0.0.9:9:");
  assertStringIncludes(stdout, "--allow-net=127.0.0.9:9.");
});

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

Deno.test("send: a name without an address is told as that", async () => {
  const to = `{ hostname: "${NO_HOST}", port: 9 }`;
  const stdout = await printed("--allow-net", `await bind().send("x", ${to}).catch(told);`);
  assertStringIncludes(stdout, `Cannot send to ${NO_HOST}:9: no address was found for this name.`);
});

Deno.test("send: what the system does not accept keeps its class and gets advice", async () => {
  using socket = fakeSocket({
    send: () => Promise.reject(new TypeError("Invalid argument (os error 22)")),
  });
  await assertRejects(
    () => socket.send("x", socket.address),
    TypeError,
    "reaches this machine only",
  );

  const errors = [Deno.errors.NetworkUnreachable, Deno.errors.PermissionDenied];
  for (const SystemError of errors) {
    using socket = fakeSocket({ send: () => Promise.reject(new SystemError("os error")) });
    const error = await assertRejects(() => socket.send("x", socket.address), SystemError);
    assertStringIncludes(error.message, "Cannot send to 127.0.0.1:1:");
    assert(error.cause instanceof SystemError);
  }
});

Deno.test("send: over the other version of IP is told as that", async () => {
  using socket = bind();
  const send = () => socket.send("x", { hostname: "::1", port: 9 });
  await assertRejects(send, Error, "this socket speaks the other version of IP");
  const { NetworkUnreachable } = Deno.errors;
  using other = fakeSocket({
    addr: { hostname: "::1", port: 1, transport: "udp" },
    send: () => Promise.reject(new NetworkUnreachable("os error 101")), // so says Linux
  });
  const back = () => other.send("x", { hostname: "127.0.0.1", port: 9 });
  await assertRejects(back, NetworkUnreachable, "this socket speaks the other version of IP");
  const far = () => other.send("x", { hostname: "2001:db8::1", port: 9 });
  await assertRejects(far, NetworkUnreachable, "no route leads there from this machine");
});

Deno.test("bind and send: a link-local address without its interface is told as that", async () => {
  const error = () => new TypeError("Invalid argument (os error 22)");
  using _ = replaced("listenDatagram", () => {
    throw error();
  });
  assertThrows(() => bind({ hostname: "fe80::1" }), TypeError, "as in fe80::1%eth0");
  assertThrows(() => bind({ hostname: "fe80::1%eth0" }), TypeError, "does not accept this");
  using socket = fakeSocket({ send: () => Promise.reject(error()) });
  const send = () => socket.send("x", { hostname: "FF02::1", port: 9 });
  await assertRejects(send, TypeError, "as in fe80::1%eth0");
});

Deno.test("send: to a port where nobody is, it succeeds all the same", async () => {
  using socket = bind();
  const nobody = { hostname: "127.0.0.1", port: freePort() };
  assertEquals(await socket.send("hello?", nobody), 6);
});

Deno.test("receive: the bytes are the caller's own, and no more than that is kept", async () => {
  using alice = bind();
  using bob = bind();
  await alice.send("first", bob.address);
  await alice.send("other", bob.address);
  const first = await bob.receive({ signal: soon() });
  await bob.receive({ signal: soon() });
  assertEquals(text(first.data), "first");
  assertEquals(first.data.buffer.byteLength, 5);
});

Deno.test("receive: several at once are answered in the order they were called", async () => {
  using alice = bind();
  using bob = bind();
  const [plain, limited] = [{}, { signal: soon() }];
  for (const all of [[plain, plain, plain], [limited, limited, limited], [plain, limited, plain]]) {
    const waiting = all.map((options) => bob.receive(options));
    for (const word of ["one", "two", "three"]) await alice.send(word, bob.address);
    const words = (await Promise.all(waiting)).map(({ data }) => text(data));
    assertEquals(words, ["one", "two", "three"]);
  }
});

Deno.test("receive: one that timed out takes no datagram with it", async () => {
  using alice = bind();
  using bob = bind();
  const signal = AbortSignal.timeout(20);
  const error = await assertRejects(() => bob.receive({ signal }), DOMException);
  assertEquals(error.name, "TimeoutError");
  await alice.send("one", bob.address);
  await alice.send("two", bob.address);
  assertEquals(text((await bob.receive({ signal: soon() })).data), "one");
  assertEquals(text((await bob.receive({ signal: soon() })).data), "two");
});

Deno.test("receive: aborted while others wait, it leaves their order alone", async () => {
  using alice = bind();
  using bob = bind();
  const giveUp = new AbortController();
  const first = bob.receive({ signal: soon() });
  const second = bob.receive({ signal: giveUp.signal });
  const third = bob.receive({ signal: soon() });
  giveUp.abort(new Error("enough"));
  await assertRejects(() => second, Error, "enough");
  await alice.send("one", bob.address);
  await alice.send("two", bob.address);
  assertEquals(text((await first).data), "one");
  assertEquals(text((await third).data), "two");
});

Deno.test("receive: what arrived for nobody goes to the next one", async () => {
  using alice = bind();
  using bob = bind();
  const giveUp = new AbortController();
  const waiting = bob.receive({ signal: giveUp.signal });
  giveUp.abort();
  await assertRejects(() => waiting, DOMException);
  await alice.send("kept", bob.address);
  await alice.send("ping", alice.address);
  await alice.receive({ signal: soon() }); // by now the read that nobody waits for has ended, too
  assertEquals(text((await bob.receive({ signal: soon() })).data), "kept");
});

Deno.test("receive: called at any moment while a datagram comes for nobody, it gets that one", async () => {
  const datagram = (n: number) => [new Uint8Array([n]), { hostname: "127.0.0.1", port: 2 }];
  for (let moment = 0; moment < 12; moment++) {
    const first = Promise.withResolvers<unknown>();
    const answers = [first.promise, Promise.resolve(datagram(2)), Promise.resolve(datagram(3))];
    using socket = fakeSocket({ receive: () => answers.shift() });
    const giveUp = new AbortController();
    const waiting = socket.receive({ signal: giveUp.signal });
    giveUp.abort();
    await assertRejects(() => waiting, DOMException);
    first.resolve(datagram(1));
    for (let microtask = 0; microtask < moment; microtask++) await undefined;
    assertEquals((await socket.receive()).data[0], 1, `after ${moment} microtasks`);
    assertEquals((await socket.receive()).data[0], 2);
  }
});

Deno.test("receive: a signal that is used again and again keeps nothing of the receives before", async () => {
  using alice = bind();
  using bob = bind();
  const { signal } = new AbortController();
  let listening = 0;
  const { addEventListener, removeEventListener } = signal;
  signal.addEventListener = (...args: Parameters<typeof addEventListener>) => {
    listening++;
    addEventListener.apply(signal, args);
  };
  signal.removeEventListener = (...args: Parameters<typeof removeEventListener>) => {
    listening--;
    removeEventListener.apply(signal, args);
  };
  for (const word of ["one", "two"]) {
    const receiving = bob.receive({ signal });
    assertEquals(listening, 1);
    await alice.send(word, bob.address);
    assertEquals(text((await receiving).data), word);
    assertEquals(listening, 0);
  }
});

Deno.test("receive: a signal that is aborted already rejects at once and takes nothing", async () => {
  using socket = bind();
  await socket.send("kept", socket.address);
  await assertRejects(() => socket.receive({ signal: AbortSignal.abort() }), DOMException);
  assertEquals(text((await socket.receive({ signal: soon() })).data), "kept");
});

Deno.test("receive: what the system says about an earlier send is no error", async () => {
  const answers = [
    () => Promise.reject(new Deno.errors.ConnectionReset("os error 10054")),
    () => Promise.reject(new Deno.errors.ConnectionRefused("os error 111")),
    () =>
      Promise.resolve([new Uint8Array([7]), { hostname: "127.0.0.1", port: 2, transport: "udp" }]),
  ];
  using socket = fakeSocket({ receive: () => answers.shift()!() });
  const { data, from } = await socket.receive();
  assertEquals(data, new Uint8Array([7]));
  assertEquals(from, { hostname: "127.0.0.1", port: 2 });
});

Deno.test("receive: any other error goes to whoever waited first", async () => {
  const answers = [
    () => Promise.reject(new Error("out of memory")),
    () =>
      Promise.resolve([new Uint8Array([7]), { hostname: "127.0.0.1", port: 2, transport: "udp" }]),
  ];
  using socket = fakeSocket({ receive: () => answers.shift()!() });
  const first = assertRejects(() => socket.receive(), Error, "out of memory");
  const second = socket.receive();
  await first;
  assertEquals((await second).data, new Uint8Array([7]));
});

Deno.test("close: as often as you like, and then nothing works any more", async () => {
  const socket = bind();
  socket.close();
  socket.close();
  socket[Symbol.dispose]();
  await assertRejects(() => socket.receive(), Deno.errors.BadResource, "closed");
  await assertRejects(
    () => socket.send("x", socket.address),
    Deno.errors.BadResource,
    ": this socket is closed.",
  );
});

Deno.test("close: what arrived for nobody is gone, too", async () => {
  const heldBack = [new Uint8Array([7]), { hostname: "127.0.0.1", port: 2, transport: "udp" }];
  const system = Promise.withResolvers<unknown>();
  using socket = fakeSocket({ receive: () => system.promise });
  const giveUp = new AbortController();
  const waiting = socket.receive({ signal: giveUp.signal });
  giveUp.abort();
  await assertRejects(() => waiting, DOMException);
  system.resolve(heldBack);
  await new Promise((done) => setTimeout(done)); // until the socket has it
  socket.close();
  await assertRejects(() => socket.receive(), Deno.errors.BadResource);
});

Deno.test("close: every receive that waits ends with Interrupted", async () => {
  const socket = bind();
  const waiting = [socket.receive(), socket.receive({ signal: soon() })];
  socket.close();
  for (const one of waiting) await assertRejects(() => one, Deno.errors.Interrupted, "closed");
});

Deno.test("close: using frees the port", async () => {
  const port = freePort();
  await eventually(() => {
    using _ = bind({ port });
  });
  await eventually(() => bind({ port }).close());
});

Deno.test("for await: every datagram in turn, until the socket is closed", async () => {
  using alice = bind();
  const bob = bind();
  const heard: string[] = [];
  const listening = (async () => {
    for await (const { data, from } of bob) {
      assertEquals(from, alice.address);
      heard.push(text(data));
      if (heard.length === 3) bob.close();
    }
  })();
  for (const word of ["one", "two", "three"]) await alice.send(word, bob.address);
  await listening;
  assertEquals(heard, ["one", "two", "three"]);
});

Deno.test("for await: closed while it waits, it ends without an error", async () => {
  const socket = bind();
  const listening = (async () => {
    for await (const _ of socket) throw new Error("Nothing was sent.");
  })();
  await Promise.resolve();
  socket.close();
  await listening;
  for await (const _ of socket) throw new Error("It is closed.");
});

Deno.test("for await: a loop that breaks leaves the socket open", async () => {
  using socket = bind();
  await socket.send("one", socket.address);
  await socket.send("two", socket.address);
  for await (const _ of socket) break;
  assertEquals(text((await socket.receive({ signal: soon() })).data), "two");
});

Deno.test("for await: a failure that is not the close is thrown", async () => {
  using socket = fakeSocket({ receive: () => Promise.reject(new Error("out of memory")) });
  const listening = async () => {
    for await (const _ of socket) throw new Error("Nothing was sent.");
  };
  await assertRejects(listening, Error, "out of memory");
});

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

/** A socket on a system whose answers the test chooses. */
function fakeSocket(system: object): Socket {
  const addr = { transport: "udp", hostname: "127.0.0.1", port: 1 };
  return new Socket({ addr, close() {}, ...system } as unknown as Deno.DatagramConn);
}

/** Replaces a member of `Deno` until the end of the block. */
function replaced(name: "listenDatagram", value: unknown): Disposable {
  const before = Deno[name];
  Object.assign(Deno, { [name]: value });
  return { [Symbol.dispose]: () => Object.assign(Deno, { [name]: before }) };
}
