/**
 * Lesson 16's router and bird, which routers of the internet run, on hosts of their own.
 *
 * @module
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { encode, responses } from "../../../lib/rip.ts";
import { later } from "../../helpers.ts";
import { Program } from "../../program.ts";
import { type Host, network, succeeds, whyNot } from "../hosts.ts";

/** Programs for administrators are not on everybody's path. */
const PATH = "PATH=$PATH:/usr/sbin:/sbin;";
const bird = !whyNot &&
  (await new Program("sh", ["-c", `${PATH} bird --version`]).end()).code === 0;
if (!whyNot && !bird) console.log("Ignored: lesson 16's router and bird, which is not installed.");

/** More than a message holds, from 10.80.0.0/16 on. */
const MANY = Array.from({ length: 60 }, (_, i) => `10.${80 + i}.0.0/16`);

network("lesson 16: our router teaches bird, and learns from it", async ([one, two]) => {
  await using theirs = await Bird.start(two, [...MANY, "192.0.2.128/25"]);
  const far = ["10.71.0.0/16=15", "10.72.0.0/16=14", "0.0.0.0/0=3"];
  const many = MANY.map((network) => network.replace("10.", "11.") + "=1");
  await using ours = await router(one, "--routes", [...far, ...many].join());
  for (const network of [...MANY.map((network) => network.slice(0, -7)), "192.0.2.128"]) {
    await ours.prints(new RegExp(`^ {2}${network}/\\d+: metric 2, through 10\\.9\\.0\\.2$`, "m"));
  }
  for (const network of many) assertEquals(await theirs.metric(network.slice(0, -2)), 2);
  assertEquals(await theirs.metric("0.0.0.0/0"), 4); // it adds 1, too
  assertEquals(await theirs.metric("10.72.0.0/16"), 15);
  assert(!(await theirs.routes()).includes("10.71.0.0/16"), "15 and 1 is too far.");
  // What it learned from us it says back as 16: bird poisons, too.
  await ours.prints(/10\.9\.0\.2:1520: .*11\.\d+\/16: 16/);
  assert(!/^ {2}11\.\d+\/16: .* through/m.test(ours.stdout), ours.stdout);
}, !bird);

network("lesson 16: bird withdraws a network, and we know at once; it dies, and we forget", async ([
  one,
  two,
]) => {
  await using theirs = await Bird.start(two, ["10.80.0.0/16"], ["10.81.0.0/16"]);
  await using ours = await router(one);
  await ours.prints(/^ {2}10\.80\/16: metric 2, through/m);
  await ours.prints(/^ {2}10\.81\/16: metric 2, through/m);
  await theirs.control("disable", "more");
  await ours.prints(
    /^Received from 10\.9\.0\.2:1520: .*10\.81\/16: 16.*\n {2}10\.81\/16: lost$/m,
  );
  theirs.program.signal("SIGKILL");
  await ours.prints(/^ {2}10\.80\/16: lost\n {2}10\.80\/16: forgotten$/m);
}, !bird);

network(
  "lesson 16: we pass on the tag that bird gives a route, as bird passes on ours",
  async ([
    one,
    two,
    three,
  ]) => {
    await using _ = await Bird.start(two, ["10.80.0.0/16"], [], 1520, 4711);
    await using ours = await router(one);
    await ours.prints(/^Received from 10\.9\.0\.2:1520: .*10\.80\/16: 1 \(tag 4711\)/m);
    const code = `
  import { bind } from "./lib/udp.ts";
  import { describe, decode, encode, responses } from "./lib/rip.ts";
  const socket = bind({ hostname: "10.9.0.3", port: 1520 });
  const signal = AbortSignal.timeout(5000);
  const answers = async (to) => {
    await socket.send(encode({ type: "REQUEST" }), { hostname: to, port: 1520 });
    while (true) {
      const { data, from } = await socket.receive({ signal });
      if (from.hostname === to) return describe(decode(data));
    }
  };
  console.log("ours:", await answers("10.9.0.1"));
  const routes = [{ network: "10.90.0.0/16", metric: 1, tag: 99 }];
  await socket.send(responses(routes)[0], { hostname: "10.9.0.2", port: 1520 });
  let said = "";
  while (!said.includes("10.90/16")) said = await answers("10.9.0.2");
  console.log("bird:", said);
  Deno.exit();`;
    const said = (await three.start(Deno.execPath(), "eval", "--unstable-net", code).end()).stdout;
    assertMatch(said, /^ours: .*10\.80\/16: 16 \(tag 4711\)/m);
    assertMatch(said, /^bird: .*10\.90\/16: 16 \(tag 99\)/m);
  },
  !bird,
);

network("lesson 16: our router dies without a word, and bird forgets", async ([one, two]) => {
  await using theirs = await Bird.start(two, [], [], 520); // the real port, here for once
  await using ours = await router(one, "--port", "520");
  assertEquals(await theirs.metric("10.1.0.0/16"), 2);
  ours.signal("SIGKILL");
  const start = performance.now();
  while ((await theirs.routes()).includes("via 10.9.0.1")) await later(50);
  const silent = performance.now() - start;
  assert(silent > 2000 && silent < 8000, `${silent} ms`);
}, !bird);

network(
  "lesson 16: what comes from elsewhere is not believed, nor answered",
  async ([one, two]) => {
    await using ours = await router(one);
    await two.ip("addr", "add", "10.66.0.2/24", "dev", "eth0");
    const messages = [
      responses([{ network: "10.80.0.0/16", metric: 1 }])[0]!,
      encode({ type: "REQUEST" }),
    ];
    const said = async (hostname: string, port: number) => {
      const code = `
      import { bind } from "./lib/udp.ts";
      const socket = bind({ hostname: "${hostname}", port: ${port} });
      for (const message of ${JSON.stringify(messages.map((message) => [...message]))}) {
        await socket.send(Uint8Array.from(message), { hostname: "10.9.0.1", port: 1520 });
      }
      const signal = AbortSignal.timeout(300);
      const { data } = await socket.receive({ signal }).catch(() => ({ data: "nothing" }));
      console.log(data.length, "came");
      Deno.exit();`;
      return (await two.start(Deno.execPath(), "eval", "--unstable-net", code).end()).stdout;
    };
    assertEquals(await said("10.66.0.2", 1520), "7 came\n"); // "nothing"
    assertEquals(await said("10.9.0.2", 1521), "24 came\n"); // a neighbour may ask from any port
    await ours.prints(
      /10\.66\.0\.2:1520: 10\.80\/16: 1\n {2}Ignored: the sender.*\n.*: all\?\n {2}Ignored: the sender/,
    );
    await ours.prints(
      /10\.9\.0\.2:1521: 10\.80\/16: 1\n {2}Ignored: routers send from port 1520\.\n/,
    );
    assertEquals(await said("10.9.0.2", 1520), "44 came\n"); // the answer has that way, too: 16
    await ours.prints(/^ {2}10\.80\/16: metric 2, through 10\.9\.0\.2$/m);
  },
);

/** Starts our router on that host, and waits until it listens. */
async function router(host: Host, ...args: string[]): Promise<Program> {
  const own = ["router", "--host", host.address, "--every", "0.5"];
  const program = host.lesson(16, ...own, ...args);
  await program.prints(/^Bind UDP on \d+\.\.\. /);
  return program;
}

/** bird on a host, with networks of its own. */
class Bird implements AsyncDisposable {
  private constructor(readonly folder: string, readonly program: Program) {}

  /** `more` is a second list of networks, that can be disabled. The `tag` is for both. */
  static async start(
    host: Host,
    networks: string[],
    more: string[] = [],
    port = 1520,
    tag = 0,
  ): Promise<Bird> {
    const folder = (await succeeds("mktemp", "-d")).stdout.trim();
    const lists = Object.entries({ some: networks, more }).map(([name, list]) =>
      `protocol static ${name} { ipv4; ${list.map((net) => `route ${net} blackhole;`).join(" ")} }`
    );
    const marks = `if source = RTS_STATIC then rip_tag = ${tag};`;
    const config = `
router id ${host.address};
log stderr all;
protocol device { scan time 1; }
${lists.join("\n")}
protocol rip {
  ipv4 { import all; export ${tag ? `filter { ${marks} accept; }` : "all"}; };
  interface "eth0" {
    version 2; mode multicast; port ${port}; update time 1; timeout time 4; garbage time 2;
  };
}`;
    await succeeds("sh", "-c", `printf '%s' "$0" > ${folder}/conf`, config);
    const args = ["-f", "-c", `${folder}/conf`, "-s", `${folder}/ctl`, "-P", `${folder}/pid`];
    const program = host.start("sh", "-c", `${PATH} exec bird "$@" 2>&1`, "bird", ...args);
    await program.prints(/Started/);
    return new Bird(folder, program);
  }

  async control(...command: string[]): Promise<string> {
    const script = `${PATH} exec birdc -s "$0" "$@"`;
    return (await succeeds("sh", "-c", script, `${this.folder}/ctl`, ...command)).stdout;
  }

  /** All that it knows. */
  async routes(): Promise<string> {
    return await this.control("show", "route", "all");
  }

  /** How far a network is, once it has learned that from our router. */
  async metric(network: string): Promise<number> {
    const pattern = `^${network.replaceAll(".", "\\.")} [^]*?RIP\\.metric: (\\d+)`;
    for (let tries = 0; tries < 50; tries++) {
      const [found, metric] = (await this.routes()).match(new RegExp(pattern, "m")) ?? [];
      if (found?.includes("via 10.9.0.1 on eth0")) return Number(metric);
      await later(100);
    }
    throw new Error(`bird does not know ${network}:\n${await this.routes()}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.program.signal("SIGTERM");
    await this.program.end();
    await succeeds("rm", "-r", this.folder);
  }
}
