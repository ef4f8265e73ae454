import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { UsageError } from "../cli/lesson.ts";
import { lesson as page } from "../cli/lessons/16_rip.ts";
import { ownRoutes } from "../cli/rip.ts";
import { receiveWithin } from "../lessons/02_receive.ts";
import { dice } from "../lib/relay.ts";
import {
  advertise,
  believe,
  forget,
  hear,
  hearAll,
  type Link,
  type Router,
  startUpdates,
  type Table,
} from "../lessons/16_rip.ts";
import { decode, describe, encode, responses, type Route } from "../lib/rip.ts";
import { type Address, bind, sameAddress, type Socket } from "../lib/udp.ts";
import { bytes, here, soon, until } from "./helpers.ts";
import { NO_127_0_0_2, unless } from "./only.ts";
import { freePort, lesson, runChild, runLesson } from "./program.ts";
import { RunningRole } from "./role.ts";
import { waits } from "./waits.ts";

const [ANN, BOB] = [here(1001), here(1002)];
const NET = "10.9.0.0/16";
const net = (number: number) => `10.${number >> 8}.${number & 255}.0/24`;
const route = (metric: number, network = NET): Route[] => [{ network, metric }];
const REQUEST = encode({ type: "REQUEST" });

/** What is known after these words: `3 by 1001`. */
function shown(table: Table, network = NET): string {
  const route = table.get(network);
  return route ? `${route.metric} by ${route.neighbour?.port ?? "me"}` : "unknown";
}

Deno.test("lesson 16: a neighbour's way is one longer from here", () => {
  const table: Table = new Map();
  assertEquals(believe(table, ANN, [...route(1), ...route(14, net(1))], 5), [NET, net(1)]);
  assertEquals([shown(table), shown(table, net(1))], ["2 by 1001", "15 by 1001"]);
  assertEquals(table.get(NET)!.since, 5);
});

Deno.test("lesson 16: what is too far is not known, and no news", () => {
  const table: Table = new Map();
  assertEquals(believe(table, ANN, [...route(15), ...route(16, net(1))], 5), []);
  assertEquals(table.size, 0);
});

Deno.test("lesson 16: whom to believe, and when that is news", () => {
  const told: [by: Address, metric: number, then: string, news: boolean, since: number][] = [
    [ANN, 5, "6 by 1001", true, 1],
    [ANN, 5, "6 by 1001", false, 2], // said again
    [BOB, 5, "6 by 1001", false, 2], // no better
    [BOB, 9, "6 by 1001", false, 2],
    [BOB, 4, "5 by 1002", true, 5], // better
    [ANN, 5, "5 by 1002", false, 5],
    [BOB, 7, "8 by 1002", true, 7], // worse, but we go by Bob
    [ANN, 16, "8 by 1002", false, 7],
    [BOB, 16, "16 by 1002", true, 9],
    [BOB, 16, "16 by 1002", false, 9], // it was lost before
    [BOB, 15, "16 by 1002", false, 9],
    [ANN, 14, "15 by 1001", true, 12],
    [ANN, 15, "16 by 1001", true, 13],
  ];
  const table: Table = new Map();
  for (const [i, [by, metric, then, news, since]] of told.entries()) {
    assertEquals(believe(table, by, route(metric), i + 1), news ? [NET] : [], `${i}`);
    assertEquals([shown(table), table.get(NET)!.since], [then, since], `${i}`);
  }
});

Deno.test("lesson 16: the same host at another port is another neighbour", () => {
  const table: Table = new Map();
  const host = { hostname: "10.0.0.1", port: 520 };
  believe(table, host, route(2), 1);
  believe(table, { ...host, hostname: "10.0.0.2" }, route(9), 2);
  believe(table, { ...host, port: 521 }, route(9), 2);
  assertEquals(shown(table), "3 by 520");
});

Deno.test("lesson 16: nobody knows better about our own networks, while they are there", () => {
  const table: Table = new Map([[NET, { metric: 9, since: 0 }]]);
  for (const metric of [1, 8, 16]) assertEquals(believe(table, ANN, route(metric), 1), []);
  assertEquals(shown(table), "9 by me");
  table.set(NET, { metric: 16, since: 2 });
  assertEquals(believe(table, ANN, route(3), 3), [NET]);
  assertEquals(shown(table), "4 by 1001");
});

Deno.test("lesson 16: 200 networks are known at most, and news of those still counts", () => {
  const table: Table = new Map();
  const many = Array.from({ length: 300 }, (_, i) => ({ network: net(i), metric: 3 }));
  assertEquals(believe(table, ANN, many, 1).length, 200);
  assertEquals(table.size, 200);
  assertEquals(believe(table, BOB, route(1, net(7)), 2), [net(7)]);
  assertEquals([believe(table, BOB, route(1, net(250)), 2), table.size], [[], 200]);
});

Deno.test("lesson 16: silent for six updates is lost, and four later forgotten", () => {
  const table: Table = new Map([["10.1.0.0/16", { metric: 1, since: 0 }]]);
  believe(table, ANN, route(2), 0);
  believe(table, BOB, route(2, net(1)), 100);
  assertEquals([forget(table, 30, 179), shown(table)], [[], "3 by 1001"]);
  assertEquals([forget(table, 30, 180), shown(table)], [[NET], "16 by 1001"]);
  assertEquals(table.get(NET)!.since, 180);
  believe(table, ANN, route(16), 290); // to hear that it is lost keeps it no longer
  assertEquals([forget(table, 30, 299), shown(table)], [[net(1)], "16 by 1001"]);
  assertEquals([forget(table, 30, 300), shown(table)], [[NET], "unknown"]);
  assertEquals(shown(table, "10.1.0.0/16"), "1 by me");
});

Deno.test("lesson 16: a word at the last moment keeps a way", () => {
  const table: Table = new Map();
  believe(table, ANN, route(2), 0);
  believe(table, ANN, route(2), 179);
  assertEquals([forget(table, 30, 358), shown(table)], [[], "3 by 1001"]);
  assertEquals([forget(table, 30, 359), shown(table)], [[NET], "16 by 1001"]);
  believe(table, ANN, route(2), 360);
  assertEquals(shown(table), "3 by 1001");
});

Deno.test("lesson 16: at 30 % loss a way is hardly ever lost, and soon found again", () => {
  const [table, random]: [Table, () => number] = [new Map(), dice(14)];
  let [lost, without] = [0, 0];
  for (let update = 0; update < 10_000; update++) {
    if (random() >= 0.3) believe(table, ANN, route(2), update);
    if (forget(table, 1, update).length > 0 && table.has(NET)) lost++;
    if (shown(table) !== "3 by 1001") without++;
  }
  // Six in a row: 0.7 * 0.3 ** 6 of 10,000 is 5.
  assert(lost > 0 && lost < 15 && without < 40, `${lost} times, ${without} updates`);
});

/** A router with a neighbour on each side. */
function scene() {
  const [own, left, right] = [bind(), bind(), bind()];
  const at = ({ address: to }: Socket): Link => ({
    to,
    isNeighbour: (sender) => sameAddress(sender, to),
  });
  const router: Router = {
    socket: own,
    links: [at(left), at(right)],
    table: new Map(),
    careful: true,
  };
  const log: string[] = [];
  const end = hearAll(router, own, (line) => log.push(line));
  return {
    router,
    log,
    left,
    right,
    own,
    say: (from: Socket, ...routes: Route[]) => from.send(responses(routes)[0]!, own.address),
    async [Symbol.asyncDispose]() {
      for (const socket of [own, left, right]) socket.close();
      await end;
    },
  };
}

const heard = async (socket: Socket) =>
  describe(decode((await socket.receive({ signal: soon() })).data));

Deno.test("lesson 16: news goes to the others at once, and not back", async () => {
  await using all = scene();
  await all.say(all.left, ...route(2));
  assertEquals(await heard(all.right), "10.9/16: 3");
  await all.say(all.left, ...route(2)); // no news
  await all.say(all.left, ...route(16));
  assertEquals(await heard(all.right), "10.9/16: 16");
  assertEquals(await receiveWithin(all.left, 20), undefined);
});

Deno.test("lesson 16: an update says to who told a way that by us there is none", async () => {
  await using all = scene();
  all.router.table.set("10.1.0.0/16", { metric: 4, since: 0 });
  await all.say(all.left, ...route(2));
  assertEquals(await heard(all.right), "10.9/16: 3");
  await advertise(all.router);
  assertEquals(await heard(all.left), "10.1/16: 4, 10.9/16: 16");
  assertEquals(await heard(all.right), "10.1/16: 4, 10.9/16: 3");
});

Deno.test("lesson 16: without care it says back what it was told, and news waits", async () => {
  await using all = scene();
  all.router.careful = false;
  await all.say(all.left, ...route(2));
  await until(() => all.log.length === 2); // what came, and what changed
  await advertise(all.router);
  assertEquals([await heard(all.left), await heard(all.right)], ["10.9/16: 3", "10.9/16: 3"]);
});

Deno.test("lesson 16: a route's tag goes along, to whomever and however far it is", async () => {
  await using all = scene();
  await all.say(all.left, { network: NET, metric: 2, tag: 7 });
  assertEquals(await heard(all.right), "10.9/16: 3 (tag 7)"); // at once
  await advertise(all.router);
  assertEquals(await heard(all.left), "10.9/16: 16 (tag 7)"); // poisoned
  assertEquals(await heard(all.right), "10.9/16: 3 (tag 7)");
  const networks = [NET, "10.7.0.0/16"];
  await all.left.send(encode({ type: "REQUEST", networks }), all.own.address);
  assertEquals(await heard(all.left), "10.9/16: 3 (tag 7), 10.7/16: 16");

  const { table } = all.router;
  believe(table, all.left.address, [{ network: NET, metric: 2, tag: 65_535 }], 0);
  assertEquals([table.get(NET)!.tag, shown(table)[0]], [65_535, "3"]); // the same way, another tag
  believe(table, all.right.address, [{ network: NET, metric: 9, tag: 8 }], 0);
  assertEquals(table.get(NET)!.tag, 65_535); // that way is not taken, nor is its tag
  assertEquals(forget(table, 30, 180), [NET]);
  await advertise(all.router, [NET]);
  assertEquals(await heard(all.right), "10.9/16: 16 (tag 65535)"); // lost
  believe(table, all.right.address, route(1), 181);
  assertEquals(table.get(NET)!.tag, 0); // a new way, without one
});

Deno.test("lesson 16: more than 25 routes are more than one datagram", async () => {
  await using all = scene();
  for (let i = 0; i < 30; i++) all.router.table.set(net(i), { metric: 1, since: 0 });
  await all.left.send(REQUEST, all.own.address);
  const sizes = [];
  for (let i = 0; i < 2; i++) sizes.push((await all.left.receive({ signal: soon() })).data.length);
  assertEquals(sizes, [504, 104]);
  assertEquals(await receiveWithin(all.left, 20), undefined);
});

Deno.test("lesson 16: from one update to the next, 25 to 35 s pass", async () => {
  using socket = bind();
  const router: Router = { socket, links: [], table: new Map(), careful: true };
  const [{ random }, { setTimeout }] = [Math, globalThis];
  const updates: [update: () => Promise<void>, milliseconds: number][] = [];
  globalThis.setTimeout = ((...update: typeof updates[number]) => {
    return updates.push(update);
  }) as unknown as typeof setTimeout;
  try {
    startUpdates(router, 30, () => {});
    for (const share of [0, 0.5, 1]) {
      Math.random = () => share;
      await updates.at(-1)![0]();
    }
  } finally {
    Math.random = random;
    globalThis.setTimeout = setTimeout;
  }
  assertEquals(updates.map(([, wait]) => Math.round(wait)), [0, 25_000, 30_000, 35_000]);
});

Deno.test("lesson 16: who asks for all hears what a neighbour hears; who asks for one, how far it is", async () => {
  await using all = scene();
  all.router.table.set("10.1.0.0/16", { metric: 4, since: 0 });
  await all.say(all.left, ...route(2));
  await heard(all.right);
  await all.left.send(REQUEST, all.own.address);
  assertEquals(await heard(all.left), "10.1/16: 4, 10.9/16: 16");
  const networks = [NET, "10.7.0.0/16"];
  await all.left.send(encode({ type: "REQUEST", networks }), all.own.address);
  assertEquals(await heard(all.left), "10.9/16: 3, 10.7/16: 16");
});

Deno.test("lesson 16: an update that cannot be sent is not called an answer to the one who spoke", async () => {
  await using all = scene();
  all.router.links[1]!.to = here(0);
  await all.say(all.left, ...route(2));
  await until(() => all.log.length === 3);
  assertEquals(all.log, [
    `Received from 127.0.0.1:${all.left.address.port}: 10.9/16: 2`,
    "  10.9/16: metric 3, through 127.0.0.1",
    "  Not sent: Port 0 is not a port: it must be a whole number from 1 to 65535.",
  ]);
});

Deno.test("lesson 16: strangers are neither believed nor answered", async () => {
  await using all = scene();
  using stranger = bind();
  for (const data of [responses(route(1))[0]!, REQUEST, bytes("Hello"), new Uint8Array(24)]) {
    await stranger.send(data, all.own.address);
  }
  await until(() => all.log.length === 6);
  const who = `Received from 127.0.0.1:${stranger.address.port}`;
  const ignored = "  Ignored: the sender is not a neighbour.";
  assertEquals(all.log, [
    `${who}: 10.9/16: 1`,
    ignored,
    `${who}: all?`,
    ignored,
    `${who}: not a RIP message (its size is not 4 bytes plus 20 for each of at most 25 routes)`,
    `${who}: not a RIP message (its version is not 2)`,
  ]);
  assertEquals(all.router.table.size, 0);
  for (const socket of [stranger, all.left, all.right]) {
    assertEquals(await receiveWithin(socket, 20), undefined);
  }
});

Deno.test("lesson 16: a neighbour's other ports may ask, but are not believed", async () => {
  using own = bind();
  const link = { to: here(1520), isNeighbour: () => true };
  const router: Router = { socket: own, links: [link], table: new Map(), careful: true };
  router.table.set("10.1.0.0/16", { metric: 4, since: 0 });
  using other = bind();
  const from = other.address;
  const log: string[] = [];
  const print = (line: string) => void log.push(line);
  await hear(router, { data: responses(route(1))[0]!, from }, print);
  assertEquals(log, [
    `Received from 127.0.0.1:${from.port}: 10.9/16: 1`,
    "  Ignored: routers send from port 1520.",
  ]);
  assertEquals(router.table.size, 1);
  await hear(router, { data: REQUEST, from });
  assertEquals(await heard(other), "10.1/16: 4");
  await hear(router, { data: responses(route(1))[0]!, from: here(1520) });
  assertEquals(shown(router.table), "2 by 1520");
});

Deno.test("lesson 16: a response from another network is not believed, and port 0 harms nothing", async () => {
  const port = freePort();
  const data = responses(route(1))[0]!;
  const froms = ["192.0.2.1", "128.0.0.1", "::1"].map((hostname) => ({ hostname, port }));
  const forged = [...froms, here(0), { hostname: "127.3.2.1", port }].map((from) => ({
    data,
    from,
  }));
  forged.push({ data: REQUEST, from: here(0) });
  const { router } = page.roles;
  await using running = await RunningRole.start(router!, here(port), forged);
  await until(() => running.printed.some((line) => line.startsWith("  Not sent")));
  const lines = running.printed.filter((line) => !line.startsWith("Bind UDP"));
  const ignored = "  Ignored: the sender is not a neighbour.";
  assertEquals(lines.map((line) => line.replace(`:${port}`, "")), [
    "  10.1/16: metric 1, our own network",
    ...["192.0.2.1", "128.0.0.1", "[::1]"].flatMap((host) => [
      `Received from ${host}: 10.9/16: 1`,
      ignored,
    ]),
    "Received from 127.0.0.1:0: 10.9/16: 1",
    `  Ignored: routers send from port ${port}.`,
    "Received from 127.3.2.1: 10.9/16: 1",
    "  10.9/16: metric 2, through 127.3.2.1",
    "Received from 127.0.0.1:0: all?",
    "  Not sent: Port 0 is not a port: it must be a whole number from 1 to 65535.",
  ]);
});

waits(
  unless(
    NO_127_0_0_2,
    "lesson 16: two routers teach each other; one dies, and its network is lost, then forgotten",
  ),
  async () => {
    const port = freePort();
    const start = (...args: (string | number)[]) =>
      lesson(16, "router", "--port", port, "--every", 0.05, ...args);
    await using one = start("--routes", "10.1/16,10.2.0.0/16=15");
    await one.prints(/Bind UDP on \d+\.\.\. \(at 127\.0\.0\.1 and in 224\.0\.0\.9, Ctrl-C stops\)/);
    await using two = start("--host", "127.0.0.2", "--routes", "10.3.0.0/16=7");
    await one.prints(/^Received from 127\.0\.0\.2:\d+: all\?\n/m);
    await one.prints(/^ {2}10\.3\/16: metric 8, through 127\.0\.0\.2\n/m);
    await two.prints(/^ {2}10\.1\/16: metric 2, through 127\.0\.0\.1\n/m);
    await two.prints(/: 10\.1\/16: 1, 10\.2\/16: 15, 10\.3\/16: 16\n/); // poisoned
    assert(!/10\.2\/16: (metric 16|lost)/.test(one.stdout + two.stdout.replace(/^Rec.*$/gm, "")));
    two.signal("SIGINT");
    const { code, stdout } = await two.end();
    assertMatch(stdout, /\nStopped\. Sent \d+ datagrams .* received \d+ .*\n$/);
    assertEquals(code, 0);
    await one.prints(/^ {2}10\.3\/16: lost\n {2}10\.3\/16: forgotten\n/m);
  },
);

Deno.test("lesson 16: the router on its command line: a stranger's port, nonsense, a question", async () => {
  await using router = lesson(16, "router", "--port", 0);
  const to = here(Number((await router.prints(/Bind UDP on (\d+)/))[1]));
  using client = bind();
  for (const data of [responses(route(1, net(5)))[0]!, bytes("\x1b[2J"), REQUEST]) {
    await client.send(data, to);
  }
  assertEquals(await heard(client), "10.1/16: 1");
  const who = `Received from 127.0.0.1:${client.address.port}`;
  await router.prints(/: all\?\n/);
  assertEquals(router.stdout.split("\n").slice(1), [
    "  10.1/16: metric 1, our own network",
    `${who}: 10.0.5/24: 1`,
    `  Ignored: routers send from port ${to.port}.`,
    `${who}: not a RIP message (its version is not 2)`,
    `${who}: all?`,
    "",
  ]);
});

Deno.test("lesson 16: what is wrong is said in a sentence", async () => {
  const routes =
    /^--routes .* is not a route\. It must be a network, its length and a metric from 1/;
  const wrong: [number, RegExp, ...string[]][] = [
    [2, routes, "--routes", "10.9.0.0"],
    [2, routes, "--routes", "10.9/16="],
    [2, routes, "--routes", "10.9.1/16"],
    [2, routes, "--routes", "10.9.0.0.0/16"],
    [2, routes, "--routes", "10.9.0.0/16=16"],
    [2, routes, "--routes", "10.9.0.0/16=0"],
    [2, routes, "--routes", "10.9.1.0/16=1"],
    [2, routes, "--routes", "127.0.0.0/8=1"],
    [2, /^--routes x{50}… \(200 characters\) is not a route/, "--routes", "x".repeat(200)],
    [2, /^--routes "" is not a route/, "--routes", "10.9.0.0/16=1,"],
    [
      2,
      /^--routes has 101 routes\. At most 100/,
      "--routes",
      Array(101).fill("10.9.0.0/16=1").join(),
    ],
    [2, /^--every 0 is not a time/, "--every", "0"],
  ];
  await Promise.all(wrong.map(async ([code, message, ...args]) => {
    const ended = await runLesson(16, ["router", "--port", "0", ...args]);
    assertMatch(ended.stderr, message);
    assertEquals(ended.code, code);
  }));
});

Deno.test("lesson 16: a router may have 100 networks of its own", () => {
  assertEquals(ownRoutes(Array(100).fill("10.9.0.0/16").join(), "127.0.0.1").length, 100);
});

Deno.test("lesson 16: without a terminal to ask in, another network is refused", async () => {
  const { code, stderr } = await runChild(16, ["router", "--host", "192.0.2.99"]);
  assertMatch(stderr, /^Deno lets this program use this machine only/);
  assertEquals(code, 1);
});

Deno.test("lesson 16: a router is in a network, of IPv4", async () => {
  for (const hostname of ["::1", "0.0.0.0", "203.0.113.7"]) {
    await assertRejects(
      () => RunningRole.start(page.roles.router!, { hostname, port: 0 }),
      UsageError,
      `--host ${hostname} is not in a network of this machine. `,
    );
  }
});

Deno.test("lesson 16: a busy port is told", async () => {
  using taken = bind();
  const { code, stderr } = await runLesson(16, ["router", "--port", taken.address.port]);
  // On Windows a router shares its port, and there, who has a port for itself is told in other words.
  assertMatch(stderr, Deno.build.os === "windows" ? /choose another port/ : /this port is taken/);
  assertEquals(code, 1);
});

waits("lesson 16: played, and played as JSON", async () => {
  const [{ code, stdout, stderr }, json] = await Promise.all([
    runLesson(16),
    runLesson(16, ["--json"]),
  ]);
  const events = json.stdout.trim().split("\n").map((line) => JSON.parse(line));
  assertEquals(events.filter(({ label }) => label === "all?").length, 2);
  assert(events.some(({ label }) => label === "10.9/16: 16"));
  assertEquals(events.at(-1).event, "end");
  assertEquals([code, stderr], [0, ""]);
  const acts = stdout.split("All three know a route.").map((act) =>
    [...act.matchAll(/10\.9\/16: (\d+)(?= +│)/g)].map(([, metric]) => Number(metric))
  );
  assertEquals([...new Set(acts[0])], [10, 11]);
  const end = acts[1]!.lastIndexOf(10);
  const [count, again] = [acts[1]!.slice(0, end), acts[1]!.slice(end)];
  const steps = [...new Set(count)].sort((a, b) => a - b);
  assertEquals(steps, Array.from({ length: 6 }, (_, i) => i + 11));
  // It is told again, and poisoned. Then the loss is told twice.
  assertEquals([[...new Set(again.slice(0, -2))], again.slice(-2)], [[10, 11, 16], [16, 16]]);
  const notes = events.flatMap(({ text = "", event }) => event === "note" ? text : []).join("\n");
  const took = [...notes.matchAll(/It took (\d+) ms and (\d+) datagrams\./g)]
    .map(([, ms, datagrams]) => [Number(ms), Number(datagrams)] as const);
  const [[slow, many], [, few]] = took as [[number, number], [number, number]];
  assert(slow >= 150 && many >= 10, `${slow} ms, ${many} datagrams`);
  assert(few < many / 2, `${few} of ${many} datagrams`);
});
