import { assert, assertEquals, assertRejects } from "@std/assert";
import { bind } from "../../lib/udp.ts";
import { soon, text } from "../helpers.ts";
import { eventually, freePort } from "../program.ts";
import { fakeSocket } from "./system.ts";

Deno.test("close: as often as you like, and then nothing works any more", async () => {
  const socket = bind();
  socket.close();
  socket.close();
  socket[Symbol.dispose]();
  await assertRejects(() => socket.receive(), Deno.errors.BadResource, "closed");
  await assertRejects(
    () => socket.send("x", socket.address),
    Deno.errors.BadResource,
    "This socket is closed.",
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

Deno.test("close: a send whose turn has not come ends, and the one under way is not touched", async () => {
  const first = Promise.withResolvers<number>();
  let started = 0;
  const socket = fakeSocket({
    send: () => {
      started++;
      return first.promise;
    },
  });
  const sent = [1, 2, 3].map(() => socket.send("x", socket.address));
  socket.close();
  for (const one of sent.slice(1)) {
    await assertRejects(() => one, Deno.errors.Interrupted, "closed");
  }
  const late = () => socket.send("x", socket.address);
  await assertRejects(late, Deno.errors.BadResource, "closed"); // at once, though the first still hangs
  first.resolve(1);
  assertEquals(await sent[0], 1);
  assertEquals(started, 1);
});

Deno.test("close: a send that was called before it still leaves", async () => {
  using bob = bind();
  const alice = bind();
  const sent = alice.send("bye", bob.address);
  alice.close();
  assertEquals(await sent, 3);
  assertEquals(text((await bob.receive({ signal: soon() })).data), "bye");
});

Deno.test("close: await using waits until the port is free, even with a receive under way", async () => {
  let atOnce = 0;
  for (let round = 0; round < 20; round++) {
    let port: number;
    let receiving: Promise<unknown>;
    {
      await using socket = bind();
      port = socket.address.port;
      receiving = assertRejects(() => socket.receive(), Deno.errors.Interrupted);
      await new Promise((resolve) => setTimeout(resolve)); // until the system knows of it
    }
    // A program that is just being started holds the port a moment longer: in most rounds there is none.
    try {
      bind({ port }).close();
      atOnce++;
    } catch (error) {
      assert(error instanceof Deno.errors.AddrInUse);
    }
    await receiving;
  }
  assert(atOnce > 0);
});

Deno.test("close: await using waits for a send and a receive under way, and several may wait", async () => {
  for (const last of ["send", "receive"]) {
    const send = Promise.withResolvers<number>();
    const receive = Promise.withResolvers<unknown>();
    const socket = fakeSocket({ send: () => send.promise, receive: () => receive.promise });
    const sent = socket.send("x", socket.address);
    const received = assertRejects(() => socket.receive(), Deno.errors.Interrupted);
    let free = 0;
    const closing = [1, 2, 3].map(() => socket[Symbol.asyncDispose]().then(() => free++));
    const pause = () => new Promise((resolve) => setTimeout(resolve));
    await pause();
    assertEquals(free, 0);
    if (last === "receive") send.resolve(1);
    else receive.reject(new Deno.errors.BadResource("closed"));
    await pause();
    assertEquals(free, 0);
    send.resolve(1);
    receive.reject(new Deno.errors.BadResource("closed"));
    await Promise.all([sent, received, ...closing]);
    await socket[Symbol.asyncDispose](); // again: there is nothing to wait for any more
    assertEquals(free, 3);
  }
});

Deno.test("for await: the iterator is iterable, and goes through whatever receive is now", async () => {
  using socket = bind();
  await socket.send("one", socket.address);
  const receive = socket.receive.bind(socket);
  let seen = 0;
  const iterator = socket[Symbol.asyncIterator]();
  socket.receive = (options) => {
    seen++;
    return receive(options);
  };
  for await (const { data } of iterator) {
    assertEquals(text(data), "one");
    break;
  }
  assertEquals(seen, 1);
});
