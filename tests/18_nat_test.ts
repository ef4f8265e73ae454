import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import fc from "fast-check";
import { label } from "../cli/lessons/18_nat.ts";
import { receiveWithin } from "../lessons/02_receive.ts";
import {
  askToMeet,
  greetFriend,
  type Guests,
  introduce,
  keepAlive,
  peer,
  type Rules,
  translate,
} from "../lessons/18_nat.ts";
import { bindBehind, pack, parseAddress, unpack } from "../lib/behind.ts";
import { remember } from "../lib/newest.ts";
import { replyToEach } from "../lib/replies.ts";
import {
  type Address,
  bind,
  type BindOptions,
  formatAddress,
  MAX_BYTES,
  type Socket,
} from "../lib/udp.ts";
import { bytes, here, later, PATIENCE, soon, text, until } from "./helpers.ts";
import { eventually, freePort, lesson, runLesson, type Running } from "./program.ts";
import { waits } from "./waits.ts";

/** A router whose clock the test sets. What it prints is in `printed`. */
class Router implements Disposable {
  readonly home = bind();
  readonly printed: string[] = [];
  readonly opened: { socket: Socket; open: boolean }[] = [];
  now = 0;

  constructor(rules: Partial<Rules> = {}) {
    const open = (options?: BindOptions) => {
      const socket = bind(options);
      const entry = { socket, open: true };
      this.opened.push(entry);
      const close = socket.close.bind(socket);
      socket.close = () => {
        entry.open = false;
        close();
      };
      return socket;
    };
    const print = (line: string) => void this.printed.push(line);
    const all = { hostname: "127.0.0.1", portForEach: false, timeout: 30_000, ...rules };
    translate(this.home, all, { open, print, now: () => this.now });
  }

  /** Waits until it has dropped so many datagrams. */
  async drops(datagrams: number): Promise<void> {
    const dropped = () => this.printed.filter((line) => line.startsWith("Dropped: ")).length;
    await until(() => dropped() >= datagrams, this.printed.join("\n"));
    assertEquals(dropped(), datagrams, this.printed.join("\n"));
  }

  [Symbol.dispose](): void {
    this.home.close();
  }
}

/** Sends, and says where it came from. */
async function seen(computer: Socket, server: Socket, data = "?"): Promise<Address> {
  await computer.send(data, server.address);
  const datagram = await server.receive({ signal: soon() });
  assertEquals(text(datagram.data), data);
  return datagram.from;
}

async function heard(socket: Socket): Promise<string> {
  return text((await socket.receive({ signal: soon() })).data);
}

Deno.test("lesson 18: a packet keeps its address and its data, whatever the data is", () => {
  const data = fc.uint8Array({ maxLength: 300 });
  const port = fc.integer({ min: 1, max: 65_535 });
  const byte = fc.integer({ min: 0, max: 255 });
  fc.assert(fc.property(data, port, byte, byte, byte, (data, port, a, b, c) => {
    const address = { hostname: `127.${a}.${b}.${c}`, port };
    const packet = unpack(pack(address, data));
    assertEquals(packet?.address, address);
    assertEquals([...packet?.data ?? []], [...data]);
  }));
  assertEquals(text(pack(here(3478), bytes("data"))), "127.0.0.1:3478\ndata"); // as the page says
});

Deno.test("lesson 18: what has no address of this machine in front is no packet", () => {
  for (
    const address of [
      ...["", "127.0.0.1", "127.0.0.1:", "127.0.0.1:0", "127.0.0.1:65536", "127.0.0.1:123456"],
      ...["localhost:80", "127.0.0.1:80:80", "127.1:80", "127.0.0.256:80", " 127.0.0.1:80"],
      ...["127.0.0.1:+8", "127.0.0.1:0x50", "10.0.0.1:80", "192.0.2.1:53", "[::1]:80", "0.0.0.0:9"],
      "[127::1]:80",
    ]
  ) {
    assertEquals(unpack(bytes(`${address}\nHello`)), undefined, address);
  }
  for (const data of [bytes(""), bytes("127.0.0.1:80"), new Uint8Array(MAX_BYTES)]) {
    assertEquals(unpack(data), undefined);
  }
  assertEquals(parseAddress("192.0.2.1:53"), { hostname: "192.0.2.1", port: 53 });
  assertEquals(parseAddress("[2001:db8::7]:53"), { hostname: "2001:db8::7", port: 53 });
  for (
    const wrong of [
      "::1:53",
      "[192.0.2.1]:53",
      "[]:53",
      "[::1]",
      "[::1]:0",
      "[[::1]]:53",
      "[::1",
      "(::1):53",
    ]
  ) {
    assertEquals(parseAddress(wrong), undefined, wrong);
  }
});

Deno.test("lesson 18: with endpoint-independent mapping, a computer has one port for all", async () => {
  using router = new Router();
  using one = bind();
  using two = bind();
  using ann = bindBehind(router.home.address);
  using eve = bindBehind(router.home.address);
  const first = await seen(ann, one);
  assertEquals(await seen(ann, two), first);
  assertEquals(await seen(ann, one), first);
  const other = await seen(eve, one);
  const own = [ann, eve, router.home].map(({ address }) => address.port);
  assertEquals(new Set([first.port, other.port, ...own]).size, 5);
});

Deno.test("lesson 18: with address and port-dependent mapping, it has another port for each", async () => {
  using router = new Router({ portForEach: true });
  using one = bind();
  using two = bind();
  using ann = bindBehind(router.home.address);
  const first = await seen(ann, one);
  assert((await seen(ann, two)).port !== first.port);
  assertEquals(await seen(ann, one), first);
});

Deno.test("lesson 18: a reply reaches the computer whose port it is, with the server's address", async () => {
  using router = new Router();
  using server = bind();
  using ann = bindBehind(router.home.address);
  using eve = bindBehind(router.home.address);
  const [anns, eves] = [await seen(ann, server), await seen(eve, server)];
  await server.send("to Eve", eves);
  await server.send("", anns);
  await server.send("to Ann", anns);
  const reply = await eve.receive({ signal: soon() });
  assertEquals([text(reply.data), reply.from], ["to Eve", server.address]);
  assertEquals([await heard(ann), await heard(ann)], ["", "to Ann"]);
});

Deno.test("lesson 18: the filter lets in whom the computer has sent to, and no other port of it", async () => {
  for (const portForEach of [false, true]) {
    using router = new Router({ portForEach });
    using server = bind();
    using stranger = bind();
    using ann = bindBehind(router.home.address);
    const anns = await seen(ann, server);
    await stranger.send("Let me in", anns);
    await router.drops(1);
    const [line] = router.printed.filter((line) => line.startsWith("Dropped"));
    const way = `from 127.0.0.1:${stranger.address.port} to port ${anns.port}`;
    assertEquals(line, `Dropped: ${way}. Nothing was sent to this sender.`);

    const outside = await seen(ann, stranger);
    assertEquals(outside.port === anns.port, !portForEach);
    await stranger.send("Now", outside);
    assertEquals(await heard(ann), "Now");
  }
});

Deno.test("lesson 18: after its timeout, the router has forgotten; then the computer has another port", async () => {
  using router = new Router({ timeout: 100 });
  using server = bind();
  using ann = bindBehind(router.home.address);
  const first = await seen(ann, server);
  router.now = 100;
  await server.send("in time", first);
  assertEquals(await heard(ann), "in time");
  router.now = 101; // what came from outside did not count
  await server.send("too late", first);
  await router.drops(1);
  assertMatch(router.printed.at(-1)!, /^Dropped: .* The timeout is over\.$/);

  const second = await seen(ann, server);
  assert(second.port !== first.port);
  await server.send("here again", second);
  assertEquals(await heard(ann), "here again");
  assertEquals(router.opened.map(({ open }) => open), [false, true]);
});

Deno.test("lesson 18: each destination has a time of its own, and what is sent restarts it", async () => {
  using router = new Router({ timeout: 100 });
  using one = bind();
  using two = bind();
  using ann = bindBehind(router.home.address);
  const from = await seen(ann, one);
  await seen(ann, two);
  for (router.now = 80; router.now <= 400; router.now += 80) {
    assertEquals(await seen(ann, one), from); // the port stays, for it is in use
  }
  await two.send("too late", from);
  await router.drops(1);
  await one.send("in time", from);
  assertEquals(await heard(ann), "in time");
});

Deno.test("lesson 18: what is no packet, or goes to the router itself, is dropped, and it goes on", async () => {
  using router = new Router();
  using server = bind();
  using raw = bind();
  using ann = bindBehind(router.home.address);
  const own = pack(router.home.address, pack(router.home.address, bytes("loop")));
  const others = [bytes(""), bytes("Hello"), new Uint8Array(MAX_BYTES), own];
  for (const data of others) await raw.send(data, router.home.address);
  await router.drops(others.length);
  assertEquals(router.opened.length, 0);
  const from = `127.0.0.1:${raw.address.port}`;
  assertEquals(router.printed[0], `Dropped: ${from} sent nothing that can be passed on.`);
  await seen(ann, server);
});

Deno.test("lesson 18: what cannot be sent is lost: with its address in front, it is too long", async () => {
  using router = new Router();
  using server = bind();
  using ann = bindBehind(router.home.address);
  const from = await seen(ann, server);
  await server.send(new Uint8Array(MAX_BYTES), from);
  await server.send("short", from);
  assertEquals(await heard(ann), "short");
});

Deno.test("lesson 18: 10,000 computers, and the router has 200 ports: the newest keep theirs", async () => {
  const home = bind();
  const real = home.receive.bind(home);
  let number = 0;
  home.receive = async (options) => {
    if (number === 10_000) return await real(options);
    const port = 10_000 + number++;
    const data = pack(here(9), bytes("?"));
    return { data, from: here(port) };
  };
  const open = new Set<Socket>();
  let most = 0;
  const running = translate(home, { hostname: "127.0.0.1", portForEach: false, timeout: 30_000 }, {
    now: () => 0,
    print: () => {},
    open: () => {
      // Not a socket of the system: 10,000 of those take long, and the count is the same.
      const silent = Promise.withResolvers<IteratorResult<never, undefined>>();
      const socket = {
        address: here(40_000),
        send: () => Promise.resolve(1),
        close() {
          open.delete(this as unknown as Socket);
          silent.resolve({ done: true, value: undefined });
        },
        [Symbol.asyncIterator]: () => ({ next: () => silent.promise }),
      } as unknown as Socket;
      open.add(socket);
      most = Math.max(most, open.size);
      return socket;
    },
  });
  await until(() => number === 10_000 && open.size === 200);
  assertEquals(most, 201); // one is open before the oldest is closed
  home.close();
  await running;
  assertEquals(open.size, 0);
});

Deno.test("lesson 18: a map that remembers has a limit, and what is new again is kept", () => {
  const map = new Map<string, number>();
  for (let number = 0; number < 200; number++) {
    assertEquals(remember(map, `${number}`, 1), undefined);
  }
  assertEquals(remember(map, "0", 2), undefined); // the oldest, and now the newest
  assertEquals(remember(map, "new", 3), 1);
  assertEquals([map.size, map.has("0"), map.has("1")], [200, true, false]);
});

Deno.test("lesson 18: a socket behind a router takes nothing from others, and no nonsense", async () => {
  using router = bind();
  using stranger = bind();
  using ann = bindBehind(router.address);
  await stranger.send(pack(here(9), bytes("forged")), ann.address);
  await router.send("no packet", ann.address);
  await router.send(pack(here(9), bytes("true")), ann.address);
  const { data, from } = await ann.receive({ signal: soon() });
  assertEquals([text(data), from], ["true", here(9)]);
});

Deno.test("lesson 18: a keep-alive is empty, comes again and again, and ends", async () => {
  using server = bind();
  using ann = bind();
  const stop = keepAlive(ann, server.address, 10);
  for (let number = 0; number < 3; number++) assertEquals(await heard(server), "");
  stop();
  while (await receiveWithin(server, 50));
  assertEquals(await receiveWithin(server, 100), undefined);

  const closed = bind();
  closed.close();
  const end = keepAlive(closed, server.address, 5);
  await later(30); // and no failure is left to nobody
  end();
});

/** A question of `meet`. */
const question = (words: string, length = 128) => bytes(words.padEnd(length));

Deno.test("lesson 18: the server says where a question came from, and where the friend is", () => {
  const guests: Guests = new Map();
  const ask = (words: string, port: number, now: number) =>
    introduce(guests, { data: question(words), from: here(port) }, now);
  assertEquals(ask("meet ann bob", 1, 0), "you 127.0.0.1:1\nbob ?");
  assertEquals(ask("meet bob ann", 2, 2000), "you 127.0.0.1:2\nann 127.0.0.1:1");
  assertEquals(ask("meet ann bob", 3, 2500), "you 127.0.0.1:3\nbob 127.0.0.1:2");
  assertEquals(ask("meet bob ann", 2, 2600), "you 127.0.0.1:2\nann 127.0.0.1:3"); // she has moved
  assertEquals(ask("meet ann bob", 3, 6600), "you 127.0.0.1:3\nbob 127.0.0.1:2");
  assertEquals(ask("meet ann bob", 3, 6601), "you 127.0.0.1:3\nbob ?"); // he has not asked for 4 s
  assertEquals(ask("meet ann eve", 3, 6601), "you 127.0.0.1:3\neve ?");
});

Deno.test("lesson 18: the server replies to nothing else, and never with more than it got", () => {
  const guests: Guests = new Map();
  const reply = (data: Uint8Array<ArrayBuffer>, from = here(1)) =>
    introduce(guests, { data, from }, 0);
  const long = "n".repeat(12);
  for (
    const data of [
      ...[bytes(""), bytes("meet ann bob"), new Uint8Array(MAX_BYTES), new Uint8Array(128)],
      ...[question("meet ann bob", 127), question("meet ann bob", 129), question("meet ann")],
      ...[question(`meet ${long}n bob`), question("meet ann b\x1b[2J"), question("greet ann bob")],
      question("meet ann\nbob"),
    ]
  ) {
    assertEquals(reply(data), undefined, text(data).slice(0, 200));
  }
  assertEquals(guests.size, 0);

  const six = { hostname: "2001:db8:1111:2222:3333:4444:5555:6666", port: 65_535 };
  reply(question(`meet ${long} x`), six);
  const longest = reply(question(`meet me ${long}`), six)!;
  assert(longest.includes(`${long} [2001:`) && longest.length <= 128, longest);
  assertEquals(reply(bytes(longest)), undefined); // and a reply gets no reply
  assertEquals(reply(question(longest)), undefined);
});

Deno.test("lesson 18: 10,000 guests, and the server remembers 200", () => {
  const guests: Guests = new Map();
  for (let number = 0; number < 10_000; number++) {
    introduce(guests, { data: question(`meet n${number} x`), from: here(1 + number) }, 0);
  }
  assertEquals(guests.size, 200);
  const reply = introduce(guests, { data: question("meet x n9999"), from: here(1) }, 0);
  assertEquals(reply, "you 127.0.0.1:1\nn9999 127.0.0.1:10000");
});

Deno.test("lesson 18: a peer takes the server's reply, and nobody else's", async () => {
  using server = bind();
  using stranger = bind();
  using ann = bind();
  const asking = askToMeet(ann, { name: "ann", friend: "bob" }, server.address, PATIENCE);
  const { data, from } = await server.receive({ signal: soon() });
  assertEquals(text(data), "meet ann bob".padEnd(128));
  await stranger.send("you 127.0.0.1:1\nbob 127.0.0.1:2", from);
  const others = ["", "you", "you 127.0.0.1:1", "you 127.0.0.1:1\neve 127.0.0.1:2", text(data)];
  for (
    const other of [...others, "you home:1\nbob ?", "me 127.0.0.1:1\nbob ?", "127.0.0.1:1\nbob ?"]
  ) {
    await server.send(other, from);
  }
  await server.send(new Uint8Array(MAX_BYTES), from);
  await server.send("you 127.0.0.1:7\nbob 127.0.0.1:8", from);
  assertEquals(await asking, { you: here(7), friend: here(8) });
});

Deno.test("lesson 18: a friend that is not here, or has no address, is undefined; silence, too", async () => {
  using server = bind();
  using ann = bind();
  for (const friend of ["?", "localhost:80", "127.0.0.1:0", "127.0.0.1:80 or so"]) {
    const asking = askToMeet(ann, { name: "ann", friend: "bob" }, server.address, PATIENCE);
    const { from } = await server.receive({ signal: soon() });
    await server.send(`you 127.0.0.1:7\nbob ${friend}`, from);
    assertEquals(await asking, { you: here(7), friend: undefined });
  }
  assertEquals(await askToMeet(ann, { name: "ann", friend: "bob" }, server.address, 20), undefined);
});

waits("lesson 18: a peer sends ten greetings, and counts the friend's, each once", async () => {
  using bob = bind();
  using ann = bind();
  using stranger = bind();
  const greeting = greetFriend(ann, bob.address, 40);
  const { from } = await bob.receive({ signal: soon() });
  await stranger.send("hello 9", from);
  for (
    const other of ["", "hello", "hello 0", "hello 11", "hello 1234", "goodbye 1", "hello 1\n"]
  ) {
    await bob.send(other, from);
  }
  for (const number of [3, 3, 10]) await bob.send(`hello ${number}`, from);
  for (let number = 2; number <= 10; number++) assertEquals(await heard(bob), `hello ${number}`);
  assertEquals(await greeting, 2);
  assertEquals(await receiveWithin(bob, 50), undefined); // ten, and no more
});

Deno.test("lesson 18: in one loop, a reply that fails does not stop the others", async () => {
  using server = bind();
  using one = bind();
  using two = bind();
  const printed: string[] = [];
  const send = server.send.bind(server);
  server.send = (data, to) => {
    return to.port === one.address.port ? Promise.reject(new Error("no way")) : send(data, to);
  };
  const print = (line: string) => void printed.push(line);
  replyToEach(server, ({ data }) => text(data) === "?" ? Promise.resolve("!") : undefined, print);
  for (const socket of [one, two]) await socket.send("?", server.address);
  assertEquals(await heard(two), "!");
  await two.send("what", server.address);
  await until(() => printed.length === 4);
  const [first, second] = [one, two].map(({ address }) => `127.0.0.1:${address.port}`);
  assertEquals(printed, [
    `Received from ${first}.`,
    `No reply to ${first}: no way`,
    `Received from ${second}.`,
    `Received from ${second}. It gets no reply.`,
  ]);
});

async function portOf(program: Running): Promise<number> {
  return Number((await program.prints(/Bind UDP on (\d+)/))[1]);
}

/** Ann and Bob as programs, each behind a router that is one, too. */
async function meeting(...options: string[]) {
  await using server = lesson(18, "meet", "--port", 0);
  await using anns = lesson(18, "router", "--port", 0, ...options);
  await using bobs = lesson(18, "router", "--port", 0, ...options);
  const to = ["--port", await portOf(server)];
  const behind = async (router: Running) => ["--router", `127.0.0.1:${await portOf(router)}`];
  await using ann = lesson(18, "peer", ...to, ...await behind(anns));
  await ann.prints(/^Looking for bob\.\.\.\nThe server sees ann at \S+\.\n/);
  const names = ["--name", "bob", "--friend", "ann"];
  await using bob = lesson(18, "peer", ...names, ...to, ...await behind(bobs));
  const ended = await Promise.all([ann.end(), bob.end()]);
  return { ended, routers: [anns.stdout, bobs.stdout] };
}

waits("lesson 18: two peers behind two routers meet, and most greetings arrive", async () => {
  const { ended: [ann, bob], routers } = await meeting();
  assertEquals([ann.stderr, bob.stderr], ["", ""]);
  assertEquals([ann.code, bob.code], [0, 0]);
  const lines =
    /^Looking for bob\.\.\.\nThe server sees ann at (\S+)\.\nbob is at (\S+)\. Sending 10 greetings\.\n(\d+) of bob's 10 greetings arrived\.\n$/;
  assertMatch(ann.stdout, lines);
  const [, anns, bobs] = ann.stdout.match(lines)!;
  assert(bob.stdout.includes(`The server sees bob at ${bobs}.\nann is at ${anns}. Sending`));
  assertMatch(bob.stdout, /\n([1-9]|10) of ann's 10 greetings arrived\.\n$/);
  for (const [i, seen] of [anns, bobs].entries()) {
    const port = seen!.split(":")[1];
    assertMatch(routers[i]!, new RegExp(`^Out: from \\S+ to \\S+, by port ${port}\\.$`, "m"));
    assertMatch(routers[i]!, new RegExp(`^In: from \\S+ to port ${port}, for \\S+\\.$`, "m"));
  }
});

waits(
  "lesson 18: with another port for each destination, no greeting arrives: 1, and why",
  async () => {
    const { ended, routers } = await meeting("--each");
    for (const { code, stdout, stderr } of ended) {
      assertMatch(stdout, /\n0 of (ann|bob)'s 10 greetings arrived\.\n$/);
      assertMatch(
        stderr,
        / cannot reach each other\. Perhaps a router takes another port for each d/,
      );
      assertEquals(code, 1);
    }
    for (const printed of routers) {
      assertMatch(
        printed,
        /^Dropped: from \S+ to port \d+\. Nothing was sent/m,
      );
    }
  },
);

waits(
  "lesson 18: a router that forgets at once: the server sees another port each time",
  async () => {
    await using server = lesson(18, "meet", "--port", 0);
    await using router = lesson(18, "router", "--port", 0, "--timeout", 0.2);
    const behind = ["--router", `127.0.0.1:${await portOf(router)}`];
    await using ann = lesson(18, "peer", "--port", await portOf(server), ...behind);
    await ann.prints(/(The server sees ann at \S+\.\n){3}/);
    const ports = ann.stdout.match(/(?<=ann at 127\.0\.0\.1:)\d+/g)!;
    assertEquals(new Set(ports).size, ports.length);
  },
);

Deno.test("lesson 18: without a server, a peer asks ten times and says where it looked", async () => {
  using silent = bind();
  const { timeout } = AbortSignal;
  AbortSignal.timeout = (milliseconds) => timeout.call(AbortSignal, milliseconds / 25);
  try {
    const error = await peer({ name: "ann", friend: "bob" }, silent.address, undefined, () => {})
      .then(() => undefined, (error) => error);
    const at = `127.0.0.1:${silent.address.port}`;
    assertEquals(error?.message, `Is the server running at ${at}? There was no reply.`);
    for (let tries = 1; tries <= 10; tries++) await heard(silent);
    assertEquals(await receiveWithin(silent, 50), undefined);
  } finally {
    AbortSignal.timeout = timeout;
  }
});

Deno.test("lesson 18: wrong names and addresses end with a sentence", async () => {
  const wrong: [string[], RegExp, number][] = [
    [["peer", "--name", "Ann Smith"], /^A name must have 1 to 12 letters, digits or _\.\n$/, 1],
    [["peer", "--friend", "n".repeat(13)], /^A name must have 1 to 12 letters/, 1],
    [["peer", "--router", "home"], /^--router home is not an address: it must be HOST:PORT/, 2],
    [["router", "--outside", "192.0.2.1"], /^This router is for this machine only/, 1],
    [["router", "--host", "::1", "--port", "0"], /^This router is for this machine only/, 1],
    [["router", "--outside", "localhost"], /^This router is for this machine only/, 1],
    [["router", "--outside", "127.0.0.999"], /./, 1], // before it says that it is bound
    [["router", "--timeout", "0"], /^--timeout 0 is not a time/, 2],
  ];
  for (const [args, sentence, expected] of wrong) {
    const { code, stdout, stderr } = await runLesson(18, args);
    assertMatch(stderr, sentence);
    assertEquals([code, stdout], [expected, ""], args.join(" "));
  }
});

Deno.test("lesson 18: a busy port ends meet and router with 1 and advice; Ctrl-C ends them with 0", async () => {
  using taken = bind();
  for (const role of ["meet", "router"]) {
    const busy = await runLesson(18, [role, "--port", taken.address.port]);
    assertMatch(
      busy.stderr,
      /this port is taken\. Stop the program that has it, or choose another/,
    );
    assertEquals(busy.code, 1);
    await using running = lesson(18, role, "--port", freePort());
    await running.prints(/Bind UDP on \d+\.\.\. \(at 127\.0\.0\.1, Ctrl-C stops\)/);
    running.signal();
    const { code, stdout, stderr } = await running.end();
    assertMatch(stdout, /\nStopped\. /);
    assertEquals([code, stderr], [0, ""]);
  }
});

waits(
  "lesson 18: the play: some news is dropped, more news gets in; Ann and Bob meet, and fail to",
  () =>
    eventually(async () => { // on a busy machine, what keeps the router awake may come too late
      const { code, stdout, stderr } = await runLesson(18, ["--json"]);
      assertEquals([code, stderr], [0, ""]);
      const events = stdout.trim().split("\n").map((line) => JSON.parse(line));
      const names = events.filter(({ event }) => event === "column").map(({ name }) => name);
      assertEquals(names, ["Ann", "Ann's router", "server", "Bob's router"]);
      const arrows = events.filter(({ event }) => event === "datagram");
      assert(arrows.every(({ fate }) => fate === "arrived"), stdout);
      const paths = (label: string) =>
        arrows.filter((arrow) => arrow.label === label)
          .map(({ from, to }) => `${names[from]} > ${names[to]}`);
      assertEquals(paths('"Some news"'), ["server > Ann's router"]);
      assertEquals(paths('"More news"'), ["server > Ann's router", "Ann's router > Ann"]);
      assert(paths("(empty)").length >= 2, stdout);
      const [out, across, back, in_] = [
        "Ann > Ann's router",
        "Ann's router > Bob's router",
        "Bob's router > Ann's router",
        "Ann's router > Ann",
      ];
      assertEquals(paths('"hello 1"'), [...[out, across, back, in_], ...[out, across, back]]);
      assertEquals(paths('"hello 2"'), [out, across]);
      const notes = events.filter(({ event }) => event === "note").map(({ text }) => text).join(
        " ",
      );
      const [, comes, sends] = notes.match(
        /Ann sends by port (\d+), but the server saw (\d+): Bob/,
      )!;
      assert(comes !== sends);
    }),
);

Deno.test("lesson 18: the picture shows a datagram's text, without the address in front", () => {
  assertEquals(label(pack(here(9), bytes("Hello\x1b"))), '"Hello\\x1b"');
  assertEquals(label(bytes("")), "(empty)");
  assertEquals(label(question("meet ann bob")), '"meet ann bob"');
  assertEquals(label(bytes("you 127.0.0.1:7\nbob 127.0.0.1:8")), "bob at port 8");
  assertEquals(label(bytes("you 127.0.0.1:7\nbob ?")), "bob ?");
});

Deno.test("lesson 18: ten questions in a row have to be without a reply before a peer gives up", async () => {
  using server = bind();
  using friend = bind();
  const [{ timeout }, { setTimeout }] = [AbortSignal, globalThis];
  let [waits, asked] = [0, 0];
  // The 10th and the 20th question get a reply. The others, and the greetings, wait for nothing.
  AbortSignal.timeout = () => {
    const isAnswered = ++waits === 10 || waits === 20;
    return isAnswered ? new AbortController().signal : timeout.call(AbortSignal, 0);
  };
  globalThis.setTimeout = ((wake: () => void) => setTimeout(wake, 0)) as typeof setTimeout;
  const replying = (async () => {
    for await (const { from } of server) {
      const where = ++asked === 20 ? formatAddress(friend.address) : "?";
      if (asked % 10 === 0) await server.send(`you ${formatAddress(from)}\nbob ${where}`, from);
    }
  })();
  try {
    const looking = peer({ name: "ann", friend: "bob" }, server.address, undefined, () => {});
    await assertRejects(() => looking, Error, "ann and bob cannot reach each other.");
  } finally {
    AbortSignal.timeout = timeout;
    globalThis.setTimeout = setTimeout;
  }
  assertEquals(asked, 20);
  server.close();
  await replying;
});
