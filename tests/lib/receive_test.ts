import { assert, assertEquals, assertRejects } from "@std/assert";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { bind } from "../../lib/udp.ts";
import { listeners, soon, text } from "../helpers.ts";
import { fakeSocket } from "./system.ts";

/** What frees all memory that nobody needs any more. */
function collector(): () => void {
  setFlagsFromString("--expose-gc");
  return runInNewContext("gc");
}

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
  const limited = { signal: soon() };
  const orders = [
    [undefined, undefined, undefined],
    [{}, {}, {}],
    [limited, limited, limited],
    [undefined, limited, {}],
    [limited, undefined, undefined],
  ];
  for (const all of orders) {
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
  const listening = listeners(signal);
  for (const word of ["one", "two"]) {
    const receiving = bob.receive({ signal });
    assertEquals(listening(), 1);
    await alice.send(word, bob.address);
    assertEquals(text((await receiving).data), word);
    assertEquals(listening(), 0);
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
  const datagram = [new Uint8Array([7]), { hostname: "127.0.0.1", port: 2, transport: "udp" }];
  for (const options of [undefined, {}]) {
    const answers = [
      () => Promise.reject(new Error("out of memory")),
      () => Promise.resolve(datagram),
    ];
    using socket = fakeSocket({ receive: () => answers.shift()!() });
    const first = assertRejects(() => socket.receive(options), Error, "out of memory");
    const second = socket.receive(options);
    await first;
    assertEquals((await second).data, new Uint8Array([7]));
  }
});

Deno.test("receive: options that are none reject, and are not thrown", async () => {
  using socket = bind();
  const options = [null, { signal: 5 }] as unknown as { signal: AbortSignal }[];
  for (const one of options) {
    const receiving = socket.receive(one);
    await assertRejects(() => receiving, TypeError);
  }
  await socket.send("kept", socket.address);
  assertEquals(text((await socket.receive({ signal: soon() })).data), "kept");
});

Deno.test("receive: a timeout of ten days is fine", async () => {
  using socket = bind();
  const receiving = socket.receive({ signal: AbortSignal.timeout(10 * 24 * 60 * 60 * 1000) });
  await new Promise((resolve) => setTimeout(resolve, 20)); // too long a timer would have ended at once
  await socket.send("in time", socket.address);
  assertEquals(text((await receiving).data), "in time");
});

Deno.test("receive: one that is aborted anywhere in the line leaves the rest as it was", async () => {
  for (const gone of [[0], [1], [2], [0, 1], [1, 2], [2, 1], [0, 2], [2, 0], [1, 0]]) {
    using socket = bind();
    const aborts = [0, 1, 2].map(() => new AbortController());
    const waiting = aborts.map(({ signal }) => socket.receive({ signal }));
    for (const i of gone) aborts[i]!.abort();
    for (const i of gone) await assertRejects(() => waiting[i]!, DOMException);
    const rest = [...waiting.filter((_, i) => !gone.includes(i)), socket.receive()];
    const numbers = rest.map((_, i) => i);
    for (const i of numbers) await socket.send(new Uint8Array([i]), socket.address);
    assertEquals((await Promise.all(rest)).map(({ data }) => data[0]), numbers);
  }
});

Deno.test("receive: both reports of Windows about an earlier send are no error", async () => {
  // 10054: nobody had the port. 10052: the datagram passed too many routers.
  const reports = [
    new Deno.errors.ConnectionReset("(os error 10054)"),
    new Error("The connection has been broken. (os error 10052)"),
  ];
  const datagram = [new Uint8Array([7]), { hostname: "127.0.0.1", port: 2 }];
  using socket = fakeSocket({
    receive: () => reports.length > 0 ? Promise.reject(reports.shift()) : Promise.resolve(datagram),
  });
  assertEquals((await socket.receive()).data[0], 7);
});

Deno.test("receive: a hundred thousand such reports in a row leave nothing in memory", async () => {
  const gc = collector();
  const reset = new Deno.errors.ConnectionReset("(os error 10054)");
  const datagram = [new Uint8Array([7]), { hostname: "127.0.0.1", port: 2 }];
  let reports = 0;
  const full = Promise.withResolvers<void>();
  const last = Promise.withResolvers<unknown>();
  const answers = () => {
    if (reports++ < 100_000) return Promise.reject(reset);
    full.resolve();
    return last.promise;
  };
  let receive = () => Promise.resolve<unknown>(datagram);
  using socket = fakeSocket({ receive: () => receive() });
  await socket.receive(); // from now on, the socket uses one buffer
  receive = answers;
  gc();
  const before = Deno.memoryUsage().heapUsed;
  const receiving = socket.receive();
  await full.promise;
  gc();
  const grown = Deno.memoryUsage().heapUsed - before;
  last.resolve(datagram);
  await receiving;
  assert(grown < 3_000_000, `${grown} bytes`); // a promise for each of them would take 10 MB
});
