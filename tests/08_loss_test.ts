import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import fc from "fast-check";
import { forecast } from "../cli/lessons/08_loss.ts";
import { badNetwork, fate, passOn, readAll, sendUnread } from "../lessons/08_loss.ts";
import { dice, noCounts, relay } from "../lib/relay.ts";
import { bind, MAX_BYTES, type Socket } from "../lib/udp.ts";
import { bytes, soon, text, until } from "./helpers.ts";
import { NO_TERMINAL, unless } from "./only.ts";
import { eventually, freePort, inTerminal, lesson, runLesson, type Running } from "./program.ts";
import { waits } from "./waits.ts";

const some = (random: () => number, count: number) => Array.from({ length: count }, random);

Deno.test("lesson 8: dice with the same seed are the same, with another seed are others", () => {
  assertEquals(some(dice(7), 100), some(dice(7), 100));
  const firsts = Array.from({ length: 1000 }, (_, seed) => dice(seed)());
  assertEquals(new Set(firsts).size, 1000);
});

Deno.test("lesson 8: dice are fair: from 0 up to 1, as many in each tenth, and one says nothing of the next", () => {
  for (const seed of [0, 1, 40, 2 ** 32 - 1]) {
    const numbers = some(dice(seed), 100_000);
    assert(numbers.every((number) => number >= 0 && number < 1));
    const pairs = new Map<number, number>();
    for (const [i, number] of numbers.entries()) {
      const pair = 10 * Math.floor(number * 10) + Math.floor((numbers[i + 1] ?? 0) * 10);
      pairs.set(pair, (pairs.get(pair) ?? 0) + 1);
    }
    assertEquals(pairs.size, 100);
    for (const [pair, times] of pairs) assert(times > 850 && times < 1150, `${pair}: ${times}`);
  }
});

Deno.test("lesson 8: the dice of seeds that are neighbours have nothing to do with each other", () => {
  const [a, b] = [some(dice(1), 10_000), some(dice(2), 10_000)];
  const both = a.filter((number, i) => number < 0.2 && b[i]! < 0.2).length;
  assert(both > 320 && both < 480, `${both} of 10,000, not about 400`);
});

Deno.test("lesson 8: fair weather: every datagram once, and at once", () => {
  for (let i = 0; i < 100; i++) assertEquals(fate({}, dice(i)), [0]);
});

Deno.test("lesson 8: as many are lost, and as many doubled, as the weather says", () => {
  const random = dice(1);
  const fates = Array.from({ length: 100_000 }, () => fate({ drop: 0.3, duplicate: 0.1 }, random));
  const share = (copies: number) =>
    fates.filter(({ length }) => length === copies).length / fates.length;
  assert(Math.abs(share(0) - 0.3) < 0.01, `${share(0)}`);
  assert(Math.abs(share(2) - 0.7 * 0.1) < 0.01, `${share(2)}`);
  assertEquals(fate({ drop: 1 }, () => 0.999999), []);
  assertEquals(fate({ drop: 0, duplicate: 0 }, () => 0), [0]);
});

Deno.test("lesson 8: each copy takes the delay, and of the jitter a part of its own", () => {
  const random = dice(2);
  const weather = { duplicate: 1, delay: 20, jitter: 100 };
  const times = Array.from({ length: 1000 }, () => fate(weather, random));
  assert(times.flat().every((time) => time >= 20 && time < 120));
  assert(Math.min(...times.flat()) < 25 && Math.max(...times.flat()) > 115);
  assert(times.every(([first, second]) => first !== second));
  assertEquals(fate({ delay: 20 }, random), [20]);
});

Deno.test("lesson 8: another drop changes nothing for those that arrive", () => {
  const share = fc.double({ min: 0, max: 1, noNaN: true });
  fc.assert(fc.property(fc.nat(), share, share, (seed, drop, more) => {
    const weather = { duplicate: 0.5, delay: 5, jitter: 50 };
    const [few, many] = [dice(seed), dice(seed)];
    for (let i = 0; i < 30; i++) {
      const one = fate({ ...weather, drop }, few);
      const other = fate({ ...weather, drop: more }, many);
      if (one.length > 0 && other.length > 0) assertEquals(one, other);
      if (drop <= more && one.length === 0) assertEquals(other, []);
    }
  }));
});

Deno.test("lesson 8: a forecast is the same for the same seed, and another one for each path", () => {
  const weather = { drop: 0.3, duplicate: 0.3, jitter: 100 };
  const first = (seed: number, path: number) => {
    const next = forecast(weather, seed)(path);
    return Array.from({ length: 50 }, next);
  };
  assertEquals(first(7, 0), first(7, 0));
  assert(JSON.stringify(first(7, 0)) !== JSON.stringify(first(7, 1)));
  assert(JSON.stringify(first(7, 0)) !== JSON.stringify(first(8, 0)));
  const both = forecast(weather, 7); // and two paths at the same time do not disturb each other
  const [there, back] = [both(0), both(1)];
  const turns = Array.from({ length: 50 }, () => [there(), back()]);
  assertEquals(turns.map(([fate]) => fate), first(7, 0));
  assertEquals(turns.map(([, fate]) => fate), first(7, 1));
});

Deno.test("lesson 8: readAll reads until nothing has come for a while, from the last one on", async () => {
  using reader = bind();
  using sender = bind();
  const { timeout } = AbortSignal;
  const waits: { milliseconds: number; end: AbortController }[] = [];
  AbortSignal.timeout = (milliseconds) => {
    const end = new AbortController();
    waits.push({ milliseconds, end });
    return end.signal;
  };
  try {
    const reading = readAll(reader, 400);
    for (const [i, word] of ["a", "", "b"].entries()) {
      await sender.send(word, reader.address);
      await until(() => waits.length === i + 2); // for the next one, it waits anew
    }
    waits.at(-1)!.end.abort();
    assertEquals(await reading, ["a", "", "b"]);
    assertEquals(waits.map(({ milliseconds }) => milliseconds), [400, 400, 400, 400]);
  } finally {
    AbortSignal.timeout = timeout;
  }
  assertEquals(await readAll(reader, 10), []);
});

/** A network on which everything arrives once, and at once. */
const AT_ONCE = (_: Uint8Array, send: () => void) => send();

Deno.test("lesson 8: the page's relay gives each client a socket of its own, and its own replies", async () => {
  using server = bind();
  using middle = bind();
  const passing = passOn(middle, server.address, AT_ONCE);
  using ann = bind();
  using bob = bind();
  const ports: number[] = [];
  for (const [client, word] of [[ann, "ann"], [bob, "bob"], [ann, "ann"]] as const) {
    await client.send(word, middle.address);
    const { data, from } = await server.receive({ signal: soon() });
    assertEquals(text(data), word);
    ports.push(from.port);
    await server.send(`${word}!`, from);
    const reply = await client.receive({ signal: soon() });
    assertEquals([text(reply.data), reply.from], [`${word}!`, middle.address]);
  }
  assertEquals(ports[0], ports[2]);
  assertEquals(new Set([...ports, middle.address.port]).size, 3);
  middle.close();
  await passing;
});

Deno.test("lesson 8: the page's relay passes no stranger's datagram back, and goes on after port 0", async () => {
  using server = bind();
  const middle = bind();
  using client = bind();
  using stranger = bind();
  const receive = middle.receive;
  const forged = { data: bytes("from port 0"), from: { hostname: "127.0.0.1", port: 0 } };
  middle.receive = () => {
    middle.receive = receive;
    return Promise.resolve(forged);
  };
  const passing = passOn(middle, server.address, AT_ONCE);
  await client.send("?", middle.address);
  const { from } = await datagramSaying(server, "?");
  await stranger.send("stranger", from);
  await server.send("!", from);
  assertEquals(await heard(client), "!");
  middle.close();
  await passing;
});

/** The datagram that says this, after others. */
async function datagramSaying(socket: Socket, word: string) {
  while (true) {
    const datagram = await socket.receive({ signal: soon() });
    if (text(datagram.data) === word) return datagram;
  }
}

Deno.test("lesson 8: a bad network sends no copy, one or two, each after its delay", () => {
  const later: [() => void, number][] = [];
  const { setTimeout } = globalThis;
  globalThis.setTimeout =
    ((send: () => void, delay: number) =>
      later.push([send, delay])) as unknown as typeof setTimeout;
  try {
    let sent = 0;
    const send = () => sent++;
    badNetwork({ drop: 1 }, dice(1))(new Uint8Array(), send);
    assertEquals(later.length, 0);
    badNetwork({ delay: 30 }, dice(1))(new Uint8Array(), send);
    badNetwork({ duplicate: 1, delay: 50 }, dice(1))(new Uint8Array(), send);
    assertEquals(later.map(([, delay]) => delay), [30, 50, 50]);
    assertEquals(sent, 0);
    for (const [send] of later) send();
    assertEquals(sent, 3);
  } finally {
    globalThis.setTimeout = setTimeout;
  }
});

waits(
  "lesson 8: sends to a program that does not read succeed, and the buffer keeps the oldest",
  async () => {
    using sender = bind();
    using reader = bind();
    const sent = await sendUnread(sender, reader.address, 1000);
    const kept = await readAll(reader, 300);
    assert(sent <= 1000 && kept.length <= sent && kept.length > 0);
    assertEquals(kept, kept.map((_, i) => `${i + 1}`));
    if (Deno.build.os === "linux") assertEquals(sent, 1000);
  },
);

Deno.test("lesson 8: sends that the system refuses are not counted", async () => {
  using sender = bind();
  using reader = bind();
  let calls = 0;
  sender.send = () => ++calls % 2 === 0 ? Promise.reject(new Error("full")) : Promise.resolve(1);
  assertEquals(await sendUnread(sender, reader.address, 10), 5);
});

Deno.test("lesson 8: through a relay with the same seed, the same datagrams arrive", async () => {
  const arrived = [];
  for (const seed of [3, 3, 4]) {
    using server = bind();
    using client = bind();
    const middle = bind();
    const counts = noCounts();
    const fates = forecast({ drop: 0.5, duplicate: 0.2 }, seed);
    const relaying = relay(middle, server.address, fates, { counts });
    for (let number = 0; number < 40; number++) await client.send(`${number}`, middle.address);
    const { toServer } = counts;
    await until(() =>
      toServer.came === 40 && toServer.went === 40 - toServer.dropped + toServer.doubled
    );
    const words = [];
    while (words.length < toServer.went) words.push(await heard(server));
    arrived.push(words.join(" "));
    middle.close();
    await relaying;
  }
  assertEquals(arrived[0], arrived[1]);
  assert(arrived[0] !== arrived[2]);
});

waits("lesson 8: server, relay and ping, each as a program", async () => {
  await using server = lesson(8, "server", "--port", 0);
  const to = `127.0.0.1:${await portOf(server)}`;
  await using relay = lesson(8, "relay", "--port", 0, "--to", to, "--duplicate", 1, "--seed", 5);
  const port = await portOf(relay);
  await relay.prints(new RegExp(`\nTo ${to}, and back\\. To repeat the losses: --seed 5\n`));
  await eventually(async () => { // it waits for a second
    const { code, stdout, stderr } = await ping(port, "--count", 3, "--interval", 0.01);
    assertEquals(stderr, "");
    assertEquals(stdout.match(/^pong [123] after \d+\.\d ms$/gm)?.length, 3);
    assertEquals(stdout.match(/^pong [123] again$/gm)?.length, 9); // doubled on both ways: four of each
    assertMatch(
      stdout,
      /\nPings: 3 sent, 0 lost, 9 doubled, 0 late\.\nRound trip: least \d+\.\d ms, middle \d+\.\d ms, worst \d+\.\d ms\.\n$/,
    );
    assertEquals(code, 0);
  });
  await server.prints(/(Received from 127\.0\.0\.1:\d+\.\n){6}/);
});

waits("lesson 8: --delay and --jitter take the time that the forecast says, each way", async () => {
  using server = bind();
  using client = bind();
  const to = `127.0.0.1:${server.address.port}`;
  const times = ["--delay", 100, "--jitter", 200, "--seed", 6];
  await using relay = lesson(8, "relay", "--port", 0, "--to", to, ...times);
  const middle = { hostname: "127.0.0.1", port: await portOf(relay) };
  const fates = forecast({ delay: 100, jitter: 200 }, 6);
  const [there, back] = [fates(0)()[0]!, fates(1)()[0]!];
  assert(there > 200 && back > 200); // both the delay and the jitter
  const start = performance.now();
  await client.send("?", middle);
  const { from } = await server.receive({ signal: soon() });
  const half = performance.now() - start;
  await server.send("!", from);
  assertEquals(await heard(client), "!");
  const trip = performance.now() - start;
  assert(half > there - 3, `${half} ms, not ${there} or more`);
  assert(trip > there + back - 5, `${trip} ms, not ${there + back} or more`);
});

Deno.test({
  name: "lesson 8: Ctrl-C ends the relay, which says what it did in each direction",
  async fn() {
    using server = bind();
    using client = bind();
    const to = `127.0.0.1:${server.address.port}`;
    const weather = ["--drop", 0.5, "--duplicate", 0.5, "--delay", 5, "--jitter", 5, "--seed", 1];
    await using relay = lesson(8, "relay", "--port", 0, "--to", to, ...weather);
    const port = await portOf(relay);
    const fates = forecast({ drop: 0.5, duplicate: 0.5, delay: 5, jitter: 5 }, 1)(0);
    const expected = Array.from({ length: 20 }, fates);
    for (const _ of expected) await client.send("?", { hostname: "127.0.0.1", port });
    const copies = expected.flat().length;
    for (let copy = 0; copy < copies; copy++) await server.receive({ signal: soon() });
    relay.signal("SIGINT");
    const { code, stdout, stderr } = await relay.end();
    const dropped = expected.filter(({ length }) => length === 0).length;
    const doubled = expected.filter(({ length }) => length === 2).length;
    assert(dropped > 0 && doubled > 0);
    assertStringIncludes(
      stdout,
      `\nTo the server: 20 datagrams came, ${copies} went: ${dropped} dropped, ${doubled} doubled, ${copies} delayed.\n` +
        "To the clients: 0 datagrams came, 0 went: 0 dropped, 0 doubled, 0 delayed.\nStopped. ",
    );
    assertEquals([code, stderr], [0, ""]);
  },
});

Deno.test({
  name: "lesson 8: Ctrl-C ends the ping, which says its sums",
  async fn() {
    using server = bind();
    await using pinging = lesson(8, "ping", "--port", server.address.port, "--interval", 60);
    await server.send("pong 1", (await server.receive({ signal: soon() })).from);
    await pinging.prints(/pong 1 after/);
    pinging.signal("SIGINT");
    const { code, stdout, stderr } = await pinging.end();
    assertMatch(
      stdout,
      /\nPings: 1 sent, 0 lost, 0 doubled, 0 late\.\nRound trip: least .*\nStopped\. /,
    );
    assertEquals([code, stderr], [0, ""]);
  },
});

waits(
  unless(
    NO_TERMINAL,
    "lesson 8: Ctrl-C in a terminal: the sums are below the ^C, and nothing is between the lines",
  ),
  async () => {
    await using relay = inTerminal(`lesson8 relay --port 0 --to 127.0.0.1:9`);
    await relay.prints(/To repeat the losses: --seed \d+\r\n/);
    await relay.type("\x03");
    const { stdout } = await relay.end();
    assertMatch(stdout, /\^C\r\nTo the server: [^\n]*\r\nTo the clients: [^\n]*\r\nStopped\. /);
  },
);

waits("lesson 8: ping tells the lost, the doubled and the late ones apart", async () => {
  using server = bind();
  await using pinging = lesson(8, "ping", "--port", server.address.port, ...["--count", 4], ...[
    "--interval",
    0.02,
    "--timeout",
    1,
  ]);
  const asked = [];
  while (asked.length < 4) asked.push(await server.receive({ signal: soon() }));
  const [{ from }] = asked as [typeof asked[0]];
  assertEquals(asked.map(({ data }) => text(data)), ["ping 1", "ping 2", "ping 3", "ping 4"]);
  for (const word of ["pong 2", "pong 2", "pong 9", "pong 2\x1b[2J", ""]) {
    await server.send(word!, from);
  }
  await server.send(new Uint8Array(MAX_BYTES), from);
  const { code, stdout } = await pinging.end();
  assertMatch(
    stdout,
    /^pong 2 after .* ms\npong 2 again\nPings: 4 sent, 3 lost, 1 doubled, 0 late\.\n/,
  );
  assertEquals(code, 0);
});

Deno.test("lesson 8: an answer that comes after its wait is late, and not lost", async () => {
  using server = bind();
  const times = ["--count", 100_000, "--interval", 0.05, "--timeout", 0.02];
  await using pinging = lesson(8, "ping", "--port", server.address.port, ...times);
  const { from } = await server.receive({ signal: soon() });
  await server.receive({ signal: soon() }); // the second one leaves when the time of the first is over
  await server.send("pong 1", from);
  await pinging.prints(/^pong 1 after \d+\.\d ms: late\n/);
  pinging.signal();
  const { stdout } = await pinging.end();
  const [, sent, lost, pending = "0"] = stdout.match(
    /\nPings: (\d+) sent, (\d+) lost, 0 doubled, 1 late(?:, (\d+) still under way)?\./,
  )!;
  assertEquals(Number(sent), 1 + Number(lost) + Number(pending));
});

waits("lesson 8: without a server the ping ends with 1, and says where it looked", async () => {
  const port = freePort();
  const { code, stdout, stderr } = await ping(
    port,
    "--count",
    2,
    "--interval",
    0.01,
    "--timeout",
    0.1,
  );
  assertEquals(stdout, "Pings: 2 sent, 2 lost, 0 doubled, 0 late.\n");
  assertEquals(stderr, `Is a server running at 127.0.0.1:${port}? There was no reply.\n`);
  assertEquals(code, 1);
});

Deno.test("lesson 8: the server answers pings only, and none of the answers", async () => {
  await using server = lesson(8, "server", "--port", 0);
  const to = { hostname: "127.0.0.1", port: await portOf(server) };
  using client = bind();
  const others = ["pong 1", "Hello", "", "ping", "ping 1\n", "ping 99999999999"];
  for (const other of others) await client.send(other, to);
  await client.send(new Uint8Array(MAX_BYTES), to);
  await client.send("ping 8", to);
  assertEquals(await heard(client), "pong 8");
  await server.prints(/(Received from 127\.0\.0\.1:\d+\. It gets no reply\.\n){7}/);
});

Deno.test("lesson 8: a busy port ends server and relay with 1 and advice", async () => {
  using taken = bind();
  const port = ["--port", taken.address.port];
  for (const role of [["server"], ["relay", "--to", "127.0.0.1:9"]]) {
    const { code, stderr } = await runLesson(8, [...role, ...port]);
    assertMatch(
      stderr,
      /this port is taken\. Stop the program that has it, or choose another/,
    );
    assertEquals(code, 1);
  }
});

Deno.test("lesson 8: wrong options end with 2, and a sentence that says what is right", async () => {
  const to = ["--to", "127.0.0.1:9"];
  const wrong: [(string | number)[], RegExp][] = [
    [["relay"], /^--to is missing\./],
    [["relay", "--to", "somewhere"], /^--to somewhere is not an address: it must be HOST:PORT/],
    [["relay", "--to", "127.0.0.1:0"], /^--to 127\.0\.0\.1:0 is not an address/],
    [["relay", "--to", "0.0.0.0:9"], /^--to 0\.0\.0\.0 means all addresses of this machine: name/],
    [
      ["relay", "--to", "127.0.0.1:8888"],
      /^--to 127\.0\.0\.1:8888 is the relay itself\. Give one of the two/,
    ],
    [
      ["relay", ...to, "--drop", 1.1],
      /^--drop 1\.1 is not a share: it must be a number from 0 to 1/,
    ],
    [["relay", ...to, "--duplicate", "20%"], /^--duplicate 20% is not a share/],
    [["relay", ...to, "--delay", 60001], /^--delay 60001 is not right: .* from 0 to 60000/],
    [["relay", ...to, "--jitter", 0.5], /^--jitter 0\.5 is not right: it must be a whole number/],
    [["relay", ...to, "--rate", 0], /^--rate 0 is not right: .* from 1 to 1000000000/],
    [["relay", ...to, "--queue", "many"], /^--queue many is not right: .* from 0 to 100000/],
    [["relay", ...to, "--seed", 2 ** 32], /^--seed 4294967296 is not right/],
    [["ping", "--count", 0], /^--count 0 is not right: it must be a whole number from 1 to 100000/],
    [["ping", "--interval", 0], /^--interval 0 is not a time/],
    [["ping", "--timeout", "soon"], /^--timeout soon is not a time/],
  ];
  await Promise.all(wrong.map(async ([args, sentence]) => {
    const { code, stdout, stderr } = await runLesson(8, args);
    assertMatch(stderr, sentence);
    assertEquals([code, stdout], [2, ""], args.join(" "));
  }));
});

Deno.test("lesson 8: the relay finds a server by name", async () => {
  using server = bind();
  using client = bind();
  await using relay = lesson(8, "relay", "--port", 0, "--to", `localhost:${server.address.port}`);
  const port = await portOf(relay);
  await client.send("?", { hostname: "127.0.0.1", port });
  await server.send("!", (await server.receive({ signal: soon() })).from);
  assertEquals(await heard(client), "!");
});

Deno.test("lesson 8: with --rate, a datagram takes the time that its bytes take, each way", async () => {
  using server = bind();
  using client = bind();
  const to = `127.0.0.1:${server.address.port}`;
  const line = ["--rate", 1000, "--queue", 0];
  await using relay = lesson(8, "relay", "--port", 0, "--to", to, ...line);
  const middle = { hostname: "127.0.0.1", port: await portOf(relay) };
  const start = performance.now();
  await client.send("x".repeat(100), middle);
  const { from } = await server.receive({ signal: soon() });
  const half = performance.now() - start;
  await server.send("y".repeat(50), from);
  await client.receive({ signal: soon() });
  const trip = performance.now() - start;
  assert(half > 97 && trip > 145, `${half} and ${trip} ms, not 100 and 150 or more`);
});

Deno.test("lesson 8: without --seed each relay has dice of its own, and says which", async () => {
  const seeds = await Promise.all([1, 2, 3].map(async () => {
    await using relay = lesson(8, "relay", "--port", 0, "--to", "127.0.0.1:9");
    return (await relay.prints(/To repeat the losses: --seed (\d+)\n/))[1];
  }));
  assert(new Set(seeds).size > 1, seeds.join(" "));
});

waits(
  "lesson 8: played, and as JSON: one lost, one doubled, one overtaken, and a full buffer",
  async () => {
    const [{ code, stdout, stderr }, json] = await Promise.all([
      runLesson(8),
      runLesson(8, ["--json"]),
    ]);
    assertEquals([code, stderr, json.code], [0, "", 0]);
    assertMatch(stdout, /client +relay +server\n( +127\.0\.0\.1:\d+){3}\n/);
    assertMatch(stdout, /"3" 1 byte +│\n.*├╌+✗│\n {3}This one was lost[^]*"4" 1 byte/); // told when it was lost
    const arrows = stdout.matchAll(/│ +"(\d)" 1 byte +│\n +│ +├─+▶│\n/g);
    assertEquals([...arrows].map(([, number]) => number).join(" "), "1 4 2 4 5");
    assertStringIncludes(stdout, "Sent: 1 2 3 4 5. Received: 1 4 2 4 5.");
    assertStringIncludes(stdout, "Only the numbers show that 3 is missing.");
    if (Deno.build.os === "linux") {
      const [, last] = stdout.match(/1000 sends succeed\. Then it reads, and finds 1 to (\d+)\./)!;
      assert(Number(last) > 0 && Number(last) <= 1000);
      if (Number(last) < 1000) {
        assertStringIncludes(stdout, "buffer was full, and the system dropped the newest.");
      }
    }

    const events = json.stdout.trim().split("\n").map((line) => JSON.parse(line));
    const names = events.filter(({ event }) => event === "column").map(({ name }) => name);
    assertEquals(names, ["client", "relay", "server"]);
    const told = events.filter(({ event, from }) => event === "datagram" && from === 1);
    assertEquals(told.map(({ text, fate }) => `${text} ${fate}`), [
      "3 lost",
      "1 arrived",
      "4 arrived",
      "2 arrived",
      "4 arrived",
      "5 arrived",
    ]);
    assertEquals(events.at(-1).event, "end");
  },
);

async function portOf(program: Running): Promise<number> {
  return Number((await program.prints(/^Bind UDP on (\d+)\.\.\.[^]*\n/m))[1]);
}

async function ping(port: number, ...args: (string | number)[]) {
  return await runLesson(8, ["ping", "--port", port, ...args]);
}

async function heard(socket: Socket): Promise<string> {
  return text((await socket.receive({ signal: soon() })).data);
}
