import { assertEquals, assertRejects } from "@std/assert";
import { bind } from "../../lib/udp.ts";
import { soon, text } from "../helpers.ts";
import { fakeSocket } from "./fakes.ts";

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

Deno.test("receive: what is no option rejects, and takes nothing", async () => {
  using socket = bind();
  await assertRejects(() => socket.receive(null as unknown as { signal: AbortSignal }), TypeError);
  await socket.send("kept", socket.address);
  assertEquals(text((await socket.receive({ signal: soon() })).data), "kept");
});

Deno.test("receive: a limit of ten days is a limit like any other", async () => {
  using socket = bind();
  const waiting = socket.receive({ signal: AbortSignal.timeout(10 * 86_400_000) });
  await socket.send("soon", socket.address);
  assertEquals(text((await waiting).data), "soon");
});

Deno.test("receive: a byte order mark is data", async () => {
  using socket = bind();
  await socket.send("\ufeffa", socket.address);
  const { data } = await socket.receive({ signal: soon() });
  assertEquals(data, new Uint8Array([0xef, 0xbb, 0xbf, 0x61]));
});

Deno.test("receive: a socket that never receives has no buffer for it", () => {
  let allocated = 0;
  const { Uint8Array } = globalThis;
  globalThis.Uint8Array = new Proxy(Uint8Array, {
    construct(target, args) {
      if (args[0] > 60_000) allocated++;
      return Reflect.construct(target, args);
    },
  });
  try {
    using socket = bind();
    assertEquals(allocated, 0);
    socket.receive().catch(() => {}); // closed meanwhile
    assertEquals(allocated, 1);
  } finally {
    globalThis.Uint8Array = Uint8Array;
  }
});

Deno.test("receive: from port 0, which nobody can answer, a datagram is received like any other", async () => {
  using socket = fakeSocket({
    receive: () =>
      Promise.resolve([new Uint8Array([7]), { hostname: "127.0.0.1", port: 0, transport: "udp" }]),
  });
  const { from } = await socket.receive();
  assertEquals(from.port, 0);
  await assertRejects(() => socket.send("x", from), RangeError, "Port 0 is not a port");
});
