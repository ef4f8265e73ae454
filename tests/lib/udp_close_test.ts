import { assert, assertEquals, assertRejects } from "@std/assert";
import { bind } from "../../lib/udp.ts";
import { soon, text } from "../helpers.ts";
import { eventually, freePort } from "../program.ts";
import { fakeSocket } from "./fakes.ts";

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

Deno.test("close: await using waits until the port is free, with a receive under way", async () => {
  let port: number;
  for (let turn = 0; turn < 20; turn++) {
    {
      await using socket = bind();
      port = socket.address.port;
      socket.receive().catch(() => {}); // closed meanwhile
    }
    await eventually(() => bind({ port }).close()); // a program that is being started may hold it
  }
});

Deno.test("close: await using waits for the read and the send that are under way", async () => {
  const [read, sent] = [Promise.withResolvers<never>(), Promise.withResolvers<number>()];
  const socket = fakeSocket({ receive: () => read.promise, send: () => sent.promise });
  const ended: string[] = [];
  const receiving = assertRejects(() => socket.receive(), Deno.errors.Interrupted);
  const sending = socket.send("x", { hostname: "127.0.0.1", port: 9 });
  const disposing = socket[Symbol.asyncDispose]().then(() => ended.push("disposed"));
  await receiving; // at once
  sent.resolve(1);
  await sending;
  await new Promise((resolve) => setTimeout(resolve));
  assertEquals(ended, []);
  read.reject(new Deno.errors.BadResource("closed"));
  await disposing;
  assertEquals(ended, ["disposed"]);
});

Deno.test("close: a long line of receives is sent away as quickly as it came", async () => {
  const time = async (receives: number) => {
    const socket = bind();
    const waiting = Array.from({ length: receives }, () => socket.receive().catch(() => {}));
    const start = performance.now();
    socket.close();
    await Promise.all(waiting);
    return (performance.now() - start) / receives;
  };
  await time(1000);
  const [short, long] = [await time(2000), await time(60_000)];
  assert(long < 10 * short + 0.01, `${long} ms for each of 60,000, ${short} ms of 2,000`);
});

Deno.test("for await: the iterator is iterable itself, and next works without a loop", async () => {
  using socket = bind();
  const datagrams = socket[Symbol.asyncIterator]();
  await socket.send("one", socket.address);
  await socket.send("two", socket.address);
  assertEquals(text((await datagrams.next()).value!.data), "one");
  for await (const { data } of datagrams) {
    assertEquals(text(data), "two");
    break;
  }
});
