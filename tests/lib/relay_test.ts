import { assert, assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { type Counts, fullLine, noCounts, relay, type RelayOptions } from "../../lib/relay.ts";
import { type Address, bind, type Datagram, type Socket } from "../../lib/udp.ts";
import { type Clock, sleep, systemClock } from "../../lib/clock.ts";
import { PATIENCE, soon, text, within } from "../helpers.ts";
import { SimulatedClock, SimulatedNetwork } from "../simulated.ts";
import { NO_IPV6, NOT_LINUX, unless } from "../only.ts";
import { waits } from "../waits.ts";

const AT_ONCE = () => () => [0];
const NOBODY = { hostname: "127.0.0.1", port: 0 };

/** A server, a relay to it, and what closes both and waits until nothing is left open. */
function network(
  fates: (path: number) => () => number[] = AT_ONCE,
  options: RelayOptions = {},
  middle = bind(),
) {
  const server = bind();
  const counts = options.counts ?? noCounts();
  const relaying = relay(middle, server.address, fates, { ...options, counts });
  return {
    server,
    counts,
    at: middle.address,
    async [Symbol.asyncDispose]() {
      server.close();
      middle.close();
      assertEquals(await relaying, counts);
    },
  };
}

/** The same in simulated time: nobody waits, and a busy machine changes nothing. */
function simulated(fates: (path: number) => () => number[] = AT_ONCE, options: RelayOptions = {}) {
  const clock = new SimulatedClock();
  const { bind } = new SimulatedNetwork(clock);
  const server = bind();
  const middle = bind();
  const counts = options.counts ?? noCounts();
  const relaying = relay(middle, server.address, fates, { open: bind, clock, ...options, counts });
  return {
    clock,
    bind,
    server,
    counts,
    at: middle.address,
    /** All that a socket is sent from now on, until so much time has passed: the text, and when it came. */
    async hears(socket: Socket, milliseconds: number): Promise<[string, number][]> {
      const texts: [string, number][] = [];
      const over = new AbortController();
      const reading = (async () => {
        while (true) {
          const { data } = await socket.receive({ signal: over.signal });
          texts.push([text(data), clock.now()]);
        }
      })().catch(() => {});
      await clock.pass(milliseconds);
      over.abort();
      await reading;
      return texts;
    },
    async [Symbol.asyncDispose]() {
      server.close();
      middle.close();
      assertEquals(await relaying, counts);
    },
  };
}

async function heard(socket: Socket): Promise<string> {
  return text((await socket.receive({ signal: soon() })).data);
}

async function next(socket: Socket): Promise<Datagram> {
  return await socket.receive({ signal: soon() });
}

/** Waits until the counts say so. */
async function until(happened: () => boolean, signal = soon()): Promise<void> {
  while (!happened()) {
    signal.throwIfAborted();
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

Deno.test("relay: passes questions on, and answers back, byte for byte", async () => {
  await using net = network();
  using client = bind();
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 2000 }), async (bytes) => {
      await client.send(bytes, net.at);
      const { data, from } = await next(net.server);
      assertEquals([...data], [...bytes]);
      await net.server.send(data.toReversed(), from);
      const answer = await next(client);
      assertEquals([...answer.data], [...bytes].reverse());
      assertEquals(answer.from, net.at);
    }),
    { numRuns: 50 },
  );
});

Deno.test("relay: 0 and 65,507 bytes pass", async () => {
  await using net = network();
  using client = bind();
  for (const size of [0, 65_507]) {
    await client.send(new Uint8Array(size).fill(7), net.at);
    const { data, from } = await next(net.server);
    assertEquals(data, new Uint8Array(size).fill(7));
    await net.server.send(data, from);
    assertEquals((await next(client)).data.length, size);
  }
});

Deno.test("relay: the server sees an address for each client, the same one each time", async () => {
  await using net = network();
  using ann = bind();
  using bob = bind();
  const ports = [];
  for (const client of [ann, bob, ann, bob]) {
    await client.send("?", net.at);
    ports.push((await next(net.server)).from.port);
  }
  assertEquals(ports.slice(2), ports.slice(0, 2));
  assert(ports[0] !== ports[1]);
  const own = [ann.address.port, bob.address.port, net.at.port];
  assert(ports.every((port) => !own.includes(port)));
});

Deno.test("relay: each client gets its own answers", async () => {
  await using net = network();
  const clients = Array.from({ length: 20 }, () => bind());
  for (const [i, client] of clients.entries()) await client.send(`${i}`, net.at);
  for (const _ of clients) {
    const { data, from } = await next(net.server);
    await net.server.send(`${text(data)}!`, from);
  }
  for (const [i, client] of clients.entries()) {
    assertEquals(await heard(client), `${i}!`);
    client.close();
  }
  assertEquals(net.counts.toClients.went, 20);
});

Deno.test("relay: no fate is lost, two are doubled, and the shorter delay comes first", async () => {
  const fates = [[0], [], [0, 0], [80], [40], [0]];
  await using net = simulated((path) => path === 0 ? () => fates.shift()! : () => [0]);
  using client = net.bind();
  for (const word of ["a", "b", "c", "d", "e", "f"]) await client.send(word, net.at);
  const words = (await net.hears(net.server, 1000)).map(([word]) => word);
  assertEquals(words, ["a", "c", "c", "f", "e", "d"]);
  const sums = { came: 6, went: 6, dropped: 1, doubled: 1, delayed: 2, unsent: 0 };
  assertEquals(net.counts.toServer, sums);
});

Deno.test("relay: a delay lasts as long as said, each way", async () => {
  await using net = simulated(() => () => [60]);
  using client = net.bind();
  await client.send("?", net.at);
  const asked = net.server.receive();
  const answered = client.receive().then(() => net.clock.now());
  await net.clock.pass(59);
  assertEquals(net.counts.toServer.went, 0);
  await net.clock.pass(1);
  assertEquals(net.counts.toServer.went, 1);
  await net.server.send("!", (await asked).from);
  await net.clock.pass(1000);
  assert(Math.abs(await answered - 120) <= 1, `${await answered} ms`);
});

Deno.test("relay: on the system's clock, too, a delay does not end early", async () => {
  await using net = network(() => () => [20]);
  using client = bind();
  const start = performance.now();
  await client.send("?", net.at);
  await next(net.server);
  const there = performance.now() - start;
  assert(there > 19, `${there} ms`);
});

Deno.test("relay: with the same delay for all, the order stays, in both directions", async () => {
  await using net = network(() => () => [30]);
  using client = bind();
  const numbers = Array.from({ length: 200 }, (_, i) => `${i}`);
  for (const number of numbers) await client.send(number, net.at);
  const there = [], back = [];
  for (const _ of numbers) {
    const { data, from } = await next(net.server);
    there.push(text(data));
    await net.server.send(data, from);
  }
  for (const _ of numbers) back.push(await heard(client));
  assertEquals(there, numbers);
  assertEquals(back, numbers);
});

Deno.test("relay: what is due at the same moment leaves in the order in which it came", async () => {
  const coarse = () => Math.floor(performance.now() / 20) * 20; // so that many are
  await using net = network(() => () => [30], { clock: { ...systemClock, now: coarse } });
  using client = bind();
  const numbers = Array.from({ length: 200 }, (_, i) => `${i}`);
  for (const number of numbers) await client.send(number, net.at);
  const came = [];
  for (const _ of numbers) came.push(await heard(net.server));
  assertEquals(came, numbers);
});

Deno.test("relay: one with a short delay does not wait for one with a long delay", async () => {
  const delays = [[60_000], [10]].values();
  await using net = network((path) => path === 0 ? () => delays.next().value! : () => [0]);
  using client = bind();
  for (const word of ["long", "short"]) await client.send(word, net.at);
  assertEquals(await heard(net.server), "short");
});

Deno.test("relay: whatever the delays, each comes when it is due", async () => {
  const delays = Array.from({ length: 40 }, (_, i) => 50 + 25 * ((i * 37) % 40));
  const fates = delays.values();
  await using net = simulated((path) => path === 0 ? () => [fates.next().value!] : () => [0]);
  using client = net.bind();
  for (const delay of delays) await client.send(`${delay}`, net.at);
  const came = await net.hears(net.server, 2000);
  assertEquals(came.map(([delay]) => Number(delay)), delays.toSorted((a, b) => a - b));
  for (const [delay, at] of came) assert(Math.abs(at - Number(delay)) <= 1, `${delay}: ${at}`);
});

Deno.test("relay: the fates of the first client are those of paths 0 and 1, of the second 2 and 3", async () => {
  const paths: number[] = [];
  await using net = network((path) => () => {
    paths.push(path);
    return [0];
  });
  using ann = bind();
  using bob = bind();
  for (const client of [ann, bob, ann]) {
    await client.send("?", net.at);
    await net.server.send("!", (await next(net.server)).from);
    await heard(client);
  }
  assertEquals(paths, [0, 1, 2, 3, 0, 1]);
});

Deno.test("relay: tells of what is lost, when it is: what, from which socket, to whom", async () => {
  const lost: [string, Address, Address][] = [];
  const opened: Address[] = [];
  await using net = network((path) => () => path === 0 ? [] : [0], {
    lost: (data, from, to) => lost.push([text(data), from, to]),
    open: (options) => {
      const socket = bind(options);
      opened.push(socket.address);
      return socket;
    },
  });
  using client = bind();
  await client.send("?", net.at);
  await until(() => lost.length > 0);
  assertEquals(lost, [["?", opened[0]!, net.server.address]]);
});

Deno.test("relay: an answer that is lost is told as one from the relay to the client", async () => {
  const lost: [Address, Address][] = [];
  await using net = network((path) => () => path === 1 ? [] : [0], {
    lost: (_, from, to) => lost.push([from, to]),
  });
  using client = bind();
  await client.send("?", net.at);
  await net.server.send("!", (await next(net.server)).from);
  await until(() => lost.length > 0);
  assertEquals(lost, [[net.at, client.address]]);
});

Deno.test("relay: an answer from another port of the server comes from another port of the relay, and that leads back", async () => {
  await using net = network();
  using transfer = bind();
  using client = bind();
  await client.send("read file", net.at);
  const question = await next(net.server);
  await transfer.send("data 1", question.from); // as TFTP does: each transfer has a port of its own
  const first = await next(client);
  assertEquals(text(first.data), "data 1");
  assertEquals(first.from.hostname, net.at.hostname);
  assert(![net.at.port, transfer.address.port].includes(first.from.port));

  await client.send("ack 1", first.from);
  const ack = await next(transfer);
  assertEquals(text(ack.data), "ack 1");
  assertEquals(ack.from, question.from);
  await transfer.send("data 2", ack.from);
  assertEquals(await next(client), { data: new TextEncoder().encode("data 2"), from: first.from });

  await net.server.send("!", question.from); // the port that was asked is still itself
  assertEquals((await next(client)).from, net.at);
  assertEquals([net.counts.toServer.went, net.counts.toClients.went], [2, 3]);
});

Deno.test("relay: what goes through another port has the fates of its client", async () => {
  const fates: Record<number, number[][]> = { 0: [[0], [], [0, 0]], 1: [[0]] };
  await using net = network((path) => () => fates[path]!.shift() ?? [0]);
  using transfer = bind();
  using client = bind();
  await client.send("read", net.at);
  await transfer.send("data", (await next(net.server)).from);
  const { from } = await next(client);
  for (const word of ["lost", "doubled", "last"]) await client.send(word, from);
  for (const word of ["doubled", "doubled", "last"]) assertEquals(await heard(transfer), word);
});

Deno.test("relay: nobody but its client gets through such a port", async () => {
  await using net = network();
  using transfer = bind();
  using client = bind();
  using stranger = bind();
  await client.send("read", net.at);
  await transfer.send("data", (await next(net.server)).from);
  const { from } = await next(client);
  await stranger.send("ack", from);
  await client.send("mine", from);
  assertEquals(await heard(transfer), "mine");
  assertEquals(net.counts.toServer.came, 2); // "read" and "mine"
});

Deno.test("relay: a client has four such ports at most, and the longest silent one makes room", async () => {
  await using net = network();
  using client = bind();
  const transfers = Array.from({ length: 5 }, () => bind());
  await client.send("read", net.at);
  const { from: upstream } = await next(net.server);
  const addresses: Address[] = [];
  for (const transfer of transfers.slice(0, 4)) {
    await transfer.send("data", upstream);
    addresses.push((await next(client)).from);
  }
  await transfers[0]!.send("more", upstream); // so the second one is silent longest
  assertEquals((await next(client)).from, addresses[0]);
  await transfers[4]!.send("data", upstream);
  addresses.push((await next(client)).from);
  assertEquals(new Set(addresses.map(({ port }) => port)).size, 5);
  for (const address of addresses) await client.send("ack", address);
  for (const [i, transfer] of transfers.entries()) {
    if (i !== 1) assertEquals(await heard(transfer), "ack");
  }
  assertEquals(net.counts.toServer, { ...noCounts().toServer, came: 5, went: 5 }); // not the second's
  for (const transfer of transfers) transfer.close();
});

Deno.test({
  ...unless(NOT_LINUX, "relay: what comes from another host than the server's is no answer"),
  async fn() {
    await using net = network();
    using client = bind();
    await client.send("?", net.at);
    const { from } = await next(net.server);
    using stranger = bind({ hostname: "127.0.0.2" });
    using namesake = bind({ hostname: "127.0.0.2", port: net.server.address.port });
    for (const other of [stranger, namesake]) await other.send("Trust me", from);
    await net.server.send("!", from);
    assertEquals(await heard(client), "!");
    assertEquals(net.counts.toClients.came, 1);
  },
});

Deno.test("relay: a silent client is forgotten, and welcome again", async () => {
  const opened: Socket[] = [];
  const clock = new SimulatedClock();
  const open: RelayOptions["open"] = (options) => {
    const socket = bind(options);
    opened.push(socket);
    return socket;
  };
  await using net = network(AT_ONCE, { silence: 100_000, open, clock });
  using client = bind();
  await client.send("?", net.at);
  const { from } = await next(net.server);
  await clock.pass(75_000);
  assert(await isOpen(opened[0]!));
  await clock.pass(25_000); // the time of silence, to the millisecond
  assert(!await isOpen(opened[0]!)); // although nothing happens
  await net.server.send("late", from);
  await client.send("again", net.at);
  const again = await next(net.server);
  assertEquals(text(again.data), "again");
  await net.server.send("!", again.from);
  assertEquals(await heard(client), "!");
});

Deno.test("relay: for a client that is never forgotten, nothing is done again and again", async () => {
  let looked = 0;
  const clock: Clock = {
    now: systemClock.now,
    after(milliseconds, ring) {
      looked++;
      return systemClock.after(milliseconds, ring);
    },
  };
  const middle = bind();
  const relaying = relay(middle, middle.address, () => () => [0], { silence: Infinity, clock });
  await sleep(50);
  middle.close();
  await relaying;
  assertEquals(looked, 1);
});

Deno.test("relay: who is heard now and then is not forgotten, whichever side it is", async () => {
  const clock = new SimulatedClock();
  await using net = network(AT_ONCE, { silence: 120_000, clock });
  using ann = bind();
  using bob = bind();
  await ann.send("?", net.at);
  const upstream = (await next(net.server)).from;
  await bob.send("?", net.at);
  const bobs = (await next(net.server)).from;
  for (let turn = 0; turn < 8; turn++) {
    await clock.pass(90_000);
    await net.server.send("!", upstream); // Ann only listens
    await bob.send("?", net.at); // and Bob only talks
    assertEquals((await next(net.server)).from, bobs);
    assertEquals(await heard(ann), "!");
  }
});

Deno.test("relay: who talks through another port only is not forgotten, either", async () => {
  const clock = new SimulatedClock();
  await using net = network(AT_ONCE, { silence: 120_000, clock });
  using transfer = bind();
  using client = bind();
  await client.send("write", net.at);
  await transfer.send("go on", (await next(net.server)).from);
  const { from } = await next(client);
  for (let turn = 0; turn < 8; turn++) {
    await clock.pass(90_000);
    await client.send("data", from);
    assertEquals(await heard(transfer), "data");
  }
});

Deno.test("relay: one client too many takes the place of the one that is silent longest", async () => {
  await using net = network(AT_ONCE, { clients: 3 });
  const clients = Array.from({ length: 4 }, () => bind());
  const [ann, bob, cem, dan] = clients as [Socket, Socket, Socket, Socket];
  const places = new Map<Socket, Address>();
  for (const client of [ann, bob, cem, ann, dan]) {
    await client.send("?", net.at);
    places.set(client, (await next(net.server)).from);
  }
  for (const client of clients) await net.server.send("!", places.get(client)!);
  for (const client of [ann, cem, dan]) assertEquals(await heard(client), "!");
  assertEquals(net.counts.toClients.came, 3); // not Bob's
  await bob.send("again", net.at);
  await net.server.send("welcome", (await next(net.server)).from);
  assertEquals(await heard(bob), "welcome");
  for (const client of clients) client.close();
});

Deno.test("relay: 10,000 senders hold no more sockets than there are places", async () => {
  let open = 0, most = 0;
  const light = new SimulatedNetwork(systemClock); // 10,000 real sockets take a second
  await using net = network(AT_ONCE, {
    clients: 50,
    open: () => {
      const socket = light.bind();
      const { close } = socket;
      let closed = false;
      socket.close = () => {
        if (!closed) open--;
        closed = true;
        close.call(socket);
      };
      most = Math.max(most, ++open);
      return socket;
    },
  }, senders(10_000));
  await until(() => net.counts.toServer.came === 10_000, AbortSignal.timeout(60_000));
  assertEquals([most, open], [50, 50]);
});

Deno.test("relay: a sender with port 0 is passed on, and its answer is nobody's", async () => {
  await using net = network(AT_ONCE, {}, first("?", NOBODY));
  const { from } = await next(net.server);
  await net.server.send("!", from);
  await until(() => net.counts.toClients.unsent === 1);
  using client = bind();
  await client.send("next", net.at);
  assertEquals(await heard(net.server), "next");
});

Deno.test("relay: what claims to come from the server, or from the relay itself, goes nowhere", async () => {
  for (const whom of ["server", "relay"] as const) {
    const server = bind();
    const middle = bind();
    const forged = whom === "server" ? server.address : middle.address;
    const relaying = relay(first("forged", forged, middle), server.address, AT_ONCE);
    using client = bind();
    await client.send("real", middle.address);
    assertEquals(await heard(server), "real"); // and not "forged", which came before
    middle.close();
    assertEquals((await relaying).toServer.came, 1);
    server.close();
  }
});

Deno.test("relay: what waits is bounded: 16 MB, small ones counted as more than they are", async () => {
  const counts = noCounts();
  const net = network(() => () => [60_000], { counts }, senders(40_000, 4, new Uint8Array(10)));
  await until(() => counts.toServer.came === 40_000, AbortSignal.timeout(60_000));
  const { delayed, unsent } = counts.toServer;
  assertEquals(delayed, Math.floor(16_000_000 / 510));
  assertEquals(unsent, 40_000 - delayed);
  await net[Symbol.asyncDispose]();
  assertEquals(counts.toServer.unsent, 40_000); // and at the end none of them went
});

waits("relay: what went makes room again", async () => {
  const counts = noCounts();
  const big = new Uint8Array(60_000);
  await using _ = network(() => () => [1], { counts }, senders(600, 1, big, 5));
  await until(() => counts.toServer.came === 600);
  await until(() => counts.toServer.went === 600); // 36 MB, but never more than a few at a time
  assertEquals(counts.toServer.unsent, 0);
});

Deno.test("relay: where the system has no more sockets, a newcomer is not served, and the others are", async () => {
  let left = 1;
  await using net = network(AT_ONCE, {
    open: (options) => {
      if (left-- <= 0) throw new Error("Too many open files");
      return bind(options);
    },
  });
  using ann = bind();
  using bob = bind();
  using transfer = bind();
  await ann.send("Ann", net.at);
  const { from } = await next(net.server);
  await bob.send("Bob", net.at);
  await until(() => net.counts.toServer.unsent === 1);
  await transfer.send("from a port that needs one more", from);
  await until(() => net.counts.toClients.unsent === 1);
  await ann.send("Ann again", net.at);
  assertEquals(await heard(net.server), "Ann again");
  assertEquals(net.counts.toServer, { ...noCounts().toServer, came: 3, went: 2, unsent: 1 });
});

Deno.test("relay: a send that fails is counted, and the next one goes", async () => {
  await using net = network(AT_ONCE, {
    open: (options) => {
      const socket = bind(options);
      const { send } = socket;
      let failures = 1;
      socket.send = (data, to) =>
        failures-- > 0
          ? Promise.reject(new Deno.errors.NetworkUnreachable("No way"))
          : send.call(socket, data, to);
      return socket;
    },
  });
  using client = bind();
  for (const word of ["fails", "goes"]) await client.send(word, net.at);
  assertEquals(await heard(net.server), "goes");
  const { went, unsent } = net.counts.toServer;
  assertEquals([went, unsent], [1, 1]);
});

Deno.test("relay: a client whose socket fails gets another one", async () => {
  let failures = 1;
  await using net = network(AT_ONCE, {
    open: (options) => {
      const socket = bind(options);
      if (failures-- > 0) socket.receive = () => Promise.reject(new Error("broken"));
      return socket;
    },
  });
  using client = bind();
  for (let i = 1; i <= 2; i++) {
    await client.send(`${i}`, net.at);
    await until(() => net.counts.toServer.came === i);
  }
  while (await heard(net.server) !== "2"); // the first one may arrive, too
});

for (const [path, way] of ["to the server", "back to the client"].entries()) {
  Deno.test(`relay: a fate or a lost that throws ends it with that error, ${way}`, async () => {
    for (const thrower of ["fate", "lost"]) {
      using server = bind();
      using middle = bind();
      using client = bind();
      const fails = () => {
        throw new Error(thrower);
      };
      const fate = thrower === "fate" ? fails : () => [];
      const relaying = relay(middle, server.address, (at) => at === path ? fate : () => [0], {
        lost: fails,
      });
      const ends = assertRejects(() => within(PATIENCE, relaying), Error, thrower);
      await client.send("?", middle.address);
      if (path === 1) await server.send("!", (await next(server)).from);
      await ends;
      await assertRejects(() => middle.receive({ signal: soon() }), Deno.errors.BadResource);
    }
  });
}

Deno.test({
  ...unless(NO_IPV6, "relay: between IPv4 and IPv6"),
  async fn() {
    using server = bind({ hostname: "::1" });
    using middle = bind();
    using client = bind();
    const relaying = relay(middle, server.address, AT_ONCE);
    await client.send("?", middle.address);
    await server.send("!", (await next(server)).from);
    assertEquals(await next(client), { data: new Uint8Array([33]), from: middle.address });
    middle.close();
    await relaying;
  },
});

Deno.test("relay: the counts add up, whatever the fates", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(fc.constantFrom(0, 1, 5), { maxLength: 3 }), {
        minLength: 1,
        maxLength: 40,
      }),
      async (fates) => {
        const counts: Counts = noCounts();
        const waiting = fates.values();
        const net = network((path) => () => path === 0 ? waiting.next().value! : [0], { counts });
        using client = bind();
        for (const _ of fates) await client.send("?", net.at);
        await until(() => counts.toServer.came === fates.length);
        await net[Symbol.asyncDispose]();
        const { came, went, dropped, doubled, delayed, unsent } = counts.toServer;
        const lost = fates.filter(({ length }) => length === 0).length;
        const copies = fates.flat();
        assertEquals(dropped, lost);
        assertEquals(came + doubled, went + dropped + unsent);
        assertEquals(went + unsent, copies.length);
        assertEquals(delayed, copies.filter((delay) => delay > 0).length);
      },
    ),
    { numRuns: 30 },
  );
});

async function isOpen(socket: Socket): Promise<boolean> {
  try {
    await socket.send("", { hostname: "127.0.0.1", port: 9 });
    return true;
  } catch {
    return false;
  }
}

/** A socket whose first datagram is this one. A real one with such a sender is hard to make. */
function first(word: string, from: Address, real = bind()): Socket {
  let told = false;
  return fake(real, async () => {
    if (told) return undefined;
    told = true;
    return await Promise.resolve({ data: new TextEncoder().encode(word), from });
  });
}

/** A socket to which so many have sent, all at once or with a pause after every few. */
function senders(count: number, hosts = 10_000, data = new Uint8Array(1), pauseAfter = 0): Socket {
  let number = 0;
  return fake(bind(), async () => {
    if (number === count) return undefined;
    const [host, port] = [number % hosts, 20_000 + number % hosts % 30_000];
    number++;
    if (pauseAfter && number % pauseAfter === 0) {
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    return { data, from: { hostname: `127.1.${host >> 8}.${host & 255}`, port } };
  });
}

/** A real socket that hears something else first. */
function fake(
  real: Socket,
  before: () => Promise<Omit<Datagram, "data"> & { data: Uint8Array } | undefined>,
): Socket {
  const { receive } = real;
  real.receive = async (options) =>
    (await before() as Datagram | undefined) ?? await receive.call(real, options);
  return real;
}

/** When it was due, which was a multiple of 10 ms: the relay sends up to half a millisecond early. */
const due = (time: number) => 10 * Math.round(time / 10);

Deno.test("relay: a line takes time for each datagram, and the next ones wait behind it", async () => {
  await using net = simulated(AT_ONCE, { line: { rate: 1000, queue: 5 } });
  using client = net.bind();
  for (const size of [100, 0, 50, 200]) await client.send("x".repeat(size), net.at);
  const heard = await net.hears(net.server, 1000);
  assertEquals(heard.map(([text, time]) => [text.length, due(time)]), [
    [100, 100],
    [0, 100],
    [50, 150],
    [200, 350],
  ]);
  assertEquals(net.counts.toServer.dropped, 0);
});

Deno.test("relay: a queue that is full drops the newest, and counts and tells them", async () => {
  const lost: string[] = [];
  const options = {
    line: { rate: 1000, queue: 2 },
    lost: (data: Uint8Array) => lost.push(text(data).slice(0, 1)),
  };
  await using net = simulated(AT_ONCE, options);
  using client = net.bind();
  for (const letter of "abcde") await client.send(letter.repeat(100), net.at);
  const first = await net.hears(net.server, 150); // a has left, b is on its way, c waits
  for (const letter of "fg") await client.send(letter.repeat(100), net.at);
  const rest = await net.hears(net.server, 1000);
  const letters = [...first, ...rest].map(([text, time]) => [text[0], due(time)]);
  assertEquals(letters, [["a", 100], ["b", 200], ["c", 300], ["f", 400]]);
  assertEquals(lost, ["d", "e", "g"]);
  assertEquals(net.counts.toServer.came, 7);
  assertEquals([net.counts.toServer.went, net.counts.toServer.dropped], [4, 3]);
});

Deno.test("relay: all clients share a line, and each direction has its own", async () => {
  await using net = simulated(AT_ONCE, { line: { rate: 1000, queue: 2 } });
  using ann = net.bind();
  using bob = net.bind();
  for (const client of [ann, bob, ann, bob]) await client.send("?".repeat(100), net.at);
  const answering = (async () => {
    for await (const { from } of net.server) await net.server.send("!".repeat(100), from);
  })();
  const hearing = net.hears(ann, 1000);
  const times = (await hearing).map(([, time]) => due(time));
  assertEquals(times, [200, 400]); // Ann's at 100 and 300, each a line back later; Bob's second was lost
  assertEquals([net.counts.toServer.went, net.counts.toServer.dropped], [3, 1]);
  assertEquals([net.counts.toClients.went, net.counts.toClients.dropped], [3, 0]);
  net.server.close();
  await answering;
});

Deno.test("relay: on a line, delay and copies come on top, and dice do not fill it", async () => {
  const fates = [[], [20, 20], [10]].values();
  const next = () => fates.next().value ?? [0];
  await using net = simulated(() => next, { line: { rate: 1000, queue: 9 } });
  using client = net.bind();
  for (const letter of "abc") await client.send(letter.repeat(100), net.at);
  const heard = await net.hears(net.server, 1000);
  const letters = heard.map(([text, time]) => [text[0], due(time)]);
  assertEquals(letters, [["b", 120], ["b", 220], ["c", 310]]);
  assertEquals([net.counts.toServer.dropped, net.counts.toServer.doubled], [1, 1]);
});

Deno.test("fullLine: it never carries more than its rate, and never holds more than its queue", () => {
  const arrival = fc.record({ gap: fc.nat(300), bytes: fc.nat(1500) });
  fc.assert(fc.property(fc.array(arrival), fc.nat(5), (arrivals, queue) => {
    const enter = fullLine({ rate: 10_000, queue });
    const leaving: number[] = [];
    let now = 0;
    for (const { gap, bytes } of arrivals) {
      now += gap;
      const waiting = leaving.filter((time) => time > now);
      const wait = enter(bytes, now);
      assertEquals(wait === undefined, waiting.length > queue);
      if (wait === undefined) continue;
      const begins = Math.max(now, leaving.at(-1) ?? 0);
      assert(Math.abs(now + wait - begins - bytes / 10) < 1e-6);
      leaving.push(now + wait);
    }
  }));
});
