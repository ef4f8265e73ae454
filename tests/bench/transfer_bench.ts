/**
 * How fast lesson 10's transfer is, and how fair: `deno task bench:transfer`. First through lesson 8's relay,
 * then beside TCP over a line between two network namespaces (Linux, as root, with python3). Below 4 minutes.
 *
 * @module
 */
import { fate } from "../../lessons/08_loss.ts";
import { dice, relay } from "../../lib/relay.ts";
import { bind } from "../../lib/udp.ts";

const SECONDS = Number(Deno.env.get("BENCH_SECONDS") ?? 2);
const PART = "1024";
/** The line between two hosts: 1,000 kB/s, 20 ms each way, and room for 40 packets that wait. */
const [RATE, QUEUE] = ["1000", "40"];

const path = (file: string) => new URL(`peers/${file}`, import.meta.url).pathname;
const transfer = [Deno.execPath(), "run", "-A", path("transfer.ts")];
const tcp = ["python3", path("tcp.py")];

/** A program that says "ready" when it is, and at its end what it counted. */
class Worker {
  readonly #child: Deno.ChildProcess;
  readonly ready: Promise<void>;
  readonly counted: Promise<Record<string, number>>;

  constructor([command, ...args]: string[]) {
    const child = new Deno.Command(command!, { args, stdout: "piped" }).spawn();
    this.#child = child;
    const ready = Promise.withResolvers<void>();
    this.ready = ready.promise;
    this.counted = (async () => {
      let text = "";
      for await (const bytes of child.stdout) {
        text += new TextDecoder().decode(bytes);
        if (text.includes("ready\n")) ready.resolve();
      }
      await child.status;
      return JSON.parse(text.match(/\{.*\}/)?.[0] ?? "{}");
    })();
  }

  /** Ends it, if it has not ended yet, and returns what it counted. */
  async end(): Promise<Record<string, number>> {
    try {
      this.#child.kill("SIGTERM");
    } catch {
      // It has ended.
    }
    await this.#child.status;
    return await this.counted;
  }
}

interface Result {
  /** kB/s that were received. */
  speed: number;
  /** The share of parts that had been sent before. */
  again: number | undefined;
  /** The median of the times there and back, in milliseconds. */
  trip?: number;
}

/** One that receives at `port` for so long, and one that sends there. `at`: what goes before each command. */
async function carry(
  [receive, send]: [string[], string[]],
  at: [string[], string[]] = [[], []],
  whenReady: () => Promise<void> = async () => {},
): Promise<Result> {
  const receiver = new Worker([...at[0], ...receive]);
  await receiver.ready;
  await whenReady();
  const sender = new Worker([...at[1], ...send]);
  const { bytes = 0, seconds = 1 } = await receiver.counted;
  let again: number | undefined;
  if (send.includes(path("transfer.ts"))) {
    const { sent = 1, resent = 0 } = await sender.counted;
    again = resent / sent;
  } else await sender.end();
  return { speed: bytes / seconds / 1000, again };
}

/** What carries `how`: a window of ours, or a congestion control of TCP's. */
function programs(how: string, host: string, port: number, seconds = SECONDS, part = PART) {
  const [ours, where] = [/^(\d+|auto|model)$/.test(how), [host, `${port}`]];
  const receive = [...(ours ? transfer : tcp), "receive", ...where, `${seconds}`];
  const send = ours ? [...transfer, "send", ...where, how, part] : [...tcp, "send", ...where, how];
  return [receive, send] as [string[], string[]];
}

let port = 20_000;

async function throughRelay(how: string, loss: number): Promise<Result> {
  const to = { hostname: "127.0.0.1", port: port++ };
  using middle = bind();
  const random = dice(9);
  relay(middle, to, () => () => fate({ drop: loss, delay: 20 }, random));
  const [receive] = programs(how, to.hostname, to.port);
  const [, send] = programs(how, to.hostname, middle.address.port);
  return await carry([receive, send]);
}

const name = `udp-${Deno.pid}`;
const [A, B] = [`${name}-a`, `${name}-b`];
const inside = (namespace: string) => ["ip", "netns", "exec", namespace];

async function run(command: string, ...args: string[]): Promise<boolean> {
  try {
    return (await new Deno.Command(command, { args, stderr: "null", stdout: "null" }).output())
      .success;
  } catch {
    return false;
  }
}

/**
 * Several transfers share a line between two hosts that loses so much. Each is a window of ours, or a
 * congestion control of TCP's.
 */
async function overLine(hows: string[], loss: number, seconds: number): Promise<Result[]> {
  for (const namespace of [name, A, B]) await run("ip", "netns", "add", namespace);
  const line = [A, B, "20", `${loss}`, RATE, QUEUE];
  const link = new Worker([...inside(name), "python3", path("link.py"), ...line]);
  try {
    const failed = link.counted.then(() => Promise.reject(new Error("No line.")));
    failed.catch(() => {}); // at the end, it is no failure
    await Promise.race([link.ready, failed]);
    const results = await together(hows, seconds);
    const { trip = NaN } = await link.end();
    return results.map((result) => ({ ...result, trip }));
  } finally {
    await link.end();
    for (const namespace of [name, A, B]) await run("ip", "netns", "del", namespace);
  }
}

/** Lets them begin at the same time: all receivers have to be there before the first one sends. */
async function together(hows: string[], seconds: number): Promise<Result[]> {
  const at: [string[], string[]] = [inside(B), inside(A)];
  const ready = hows.map(() => Promise.withResolvers<void>());
  const all = Promise.all(ready.map(({ promise }) => promise));
  return await Promise.all(
    hows.map((how, i) =>
      carry(programs(how, "10.9.8.2", port++, seconds), at, async () => {
        ready[i]!.resolve();
        await all;
      })
    ),
  );
}

function row(cells: (string | number)[]): void {
  const text = cells.map((cell) =>
    typeof cell === "number" ? Math.round(cell).toLocaleString("en") : cell
  );
  console.log(`| ${text.map((cell, i) => i ? cell.padStart(10) : cell.padEnd(22)).join(" | ")} |`);
}

function heading(title: string, cells: string[]): void {
  console.log(`\n${title}\n`);
  row(cells);
  console.log(`|${cells.map((_, i) => i ? "-----------:" : "-".repeat(24)).join("|")}|`);
}

/** Measures each of them at each loss, prints it, and returns the speeds. */
async function table(
  hows: string[],
  losses: number[],
  measure: (how: string, loss: number) => Promise<Result>,
): Promise<Record<string, number[]>> {
  const speeds: Record<string, number[]> = {};
  for (const how of hows) {
    const results: Result[] = [];
    for (const loss of losses) results.push(await measure(how, loss));
    speeds[how] = results.map(({ speed }) => speed);
    const [{ trip }] = results as [Result];
    const took = trip === undefined ? [] : [`${Math.round(trip)} ms`];
    row([label(how), ...speeds[how], again(results[0]!), ...took]);
  }
  return speeds;
}

function label(how: string): string {
  if (how === "1") return "stop-and-wait";
  return /^(\d+|auto|model)$/.test(how) ? `window ${how}` : `TCP ${how}`;
}

function again({ again }: Result): string {
  return again === undefined ? "" : `${(again * 100).toFixed(2)} %`;
}

function columns(losses: number[], ...more: string[]): string[] {
  return ["kB/s", ...losses.map((loss) => `${loss * 100} %`), "again at 0", ...more];
}

const NEAR = [0, 0.05, 0.2];
const near = columns(NEAR);
heading("Through lesson 8's relay: 20 ms each way, parts of 1,024 bytes, loss each way", near);
await table(["1", "32", "auto", "model"], NEAR, throughRelay);

heading("On loopback, nothing between", ["", "MB/s", "again"]);
for (
  const [how, part] of [["32", "1024"], ["4", "32768"], ["auto", "32768"], ["model", "32768"], [
    "default",
    "",
  ]] as const
) {
  if (how === "default" && !await run("python3", "--version")) continue;
  const result = await carry(programs(how, "127.0.0.1", port++, SECONDS, part));
  const size = part ? `, parts of ${Number(part).toLocaleString("en")}` : "";
  row([how === "default" ? "TCP" : label(how) + size, result.speed / 1000, again(result)]);
}

const whyNot = await (async () => {
  if (Deno.build.os !== "linux") return "network namespaces need Linux";
  if (!await run("python3", "--version")) return "python3 is not installed";
  if (!await run("ip", "netns", "add", name)) return "it takes root and iproute2";
  const add = ["ip", "tuntap", "add", "try", "mode", "tun"];
  const device = await run("ip", ...inside(name).slice(1), ...add);
  await run("ip", "netns", "del", name);
  return device ? undefined : "there are no TUN devices";
})();
if (whyNot) {
  console.log(`\nNot measured beside TCP: ${whyNot}.`);
} else {
  const controls: string[] = [];
  for (const control of ["cubic", "bbr"]) {
    if (
      await run("python3", "-c", `import socket; socket.socket().setsockopt(6, 13, b"${control}")`)
    ) {
      controls.push(control);
    }
  }
  const LOSSES = [0, 0.01, 0.05, 0.2];
  heading(
    "Alone on a line of 1,000 kB/s between two hosts, with room for 40 packets; loss each way",
    columns(LOSSES, "trip at 0"),
  );
  const speeds = await table(
    ["32", "auto", "model", ...controls],
    LOSSES,
    async (how, loss) => (await overLine([how], loss, 2 * SECONDS))[0]!,
  );
  for (const control of controls) {
    const ratios = speeds.model!.map((speed, i) => (speed / speeds[control]![i]!).toFixed(2));
    row([`model / TCP ${control}`, ...ratios, "", ""]);
  }

  heading(
    "Two transfers on that line, without loss: how much each gets, and sends again",
    ["kB/s", "first", "second", "again", "again", "trip"],
  );
  const PAIRS = [
    ...["auto auto", "auto cubic", "128 auto", "128 cubic", "cubic cubic"],
    ...["model model", "model auto", "model cubic", "bbr cubic", "model bbr", "auto bbr"],
  ].map((pair) => pair.split(" "));
  const measured = (how: string) => controls.includes(how) || !/^[bc]/.test(how);
  for (const pair of PAIRS.filter((pair) => pair.every(measured))) {
    const [one, two] = await overLine(pair, 0, 3.5 * SECONDS) as [Result, Result];
    const names = pair.map(label).join(", ").replaceAll("window ", "");
    row([names, one.speed, two.speed, again(one), again(two), `${Math.round(one.trip!)} ms`]);
  }
}
Deno.exit(0);
