/**
 * Compares the speed of lib/udp.ts with that of another version: `deno task bench:versions e935bba`.
 *
 * The argument is the other version: a git revision, or the path of a file that ends with `.ts`. A
 * second argument is such a file, to be measured instead of lib/udp.ts. Each number says how many
 * times as fast lib/udp.ts is: above 1 it is faster than the other version.
 *
 * It also works on a busy machine. Both versions run in one process, in short slices that take turns:
 * A B B A. These four slices are a round, and a round has one ratio. The table shows the medians of
 * all rounds in several processes, because V8 does not compile the code alike in each of them.
 * Processor time says more than the clock if other programs run. A second copy of lib/udp.ts is
 * measured in the same way. Its numbers would be 1 if the measurement were exact.
 *
 * @module
 */
import { cpuUsage } from "node:process";
import type * as udp from "../../lib/udp.ts";

type Version = typeof udp;

const PROCESSES = 8;
const ROUNDS = 25;
const SLICE = 960; // round trips

const MEASURES: [name: string, size: number, inFlight: number][] = [
  ["64 bytes, one at a time", 64, 1],
  ["1,200 bytes, one at a time", 1200, 1],
  ["64 bytes, 32 in flight", 64, 32],
];

/** Milliseconds, by the clock and of the processors. */
interface Time {
  clock: number;
  processor: number;
}

/** What one process measured: for each measure, the ratios of all rounds. */
interface Ratios {
  other: Time[][];
  copy: Time[][];
}

/** Returns a function that plays one slice of ping-pong, with both ends in this process. */
function pingPong({ bind }: Version): (size: number, inFlight: number) => Promise<void> {
  const server = bind();
  const client = bind();
  const serve = async () => {
    for await (const { data, from } of server) await server.send(data, from);
  };
  serve();

  return async (size, inFlight) => {
    const data = new Uint8Array(size);
    for (let trip = 0; trip < SLICE; trip += inFlight) {
      for (let i = 0; i < inFlight; i++) await client.send(data, server.address);
      for (let i = 0; i < inFlight; i++) await client.receive();
    }
  };
}

async function timed(slice: () => Promise<void>): Promise<Time> {
  const cpu = cpuUsage();
  const start = performance.now();
  await slice();
  const clock = performance.now() - start;
  const { user, system } = cpuUsage(cpu); // microseconds
  return { clock, processor: (user + system) / 1000 };
}

/** Plays A B B A, and returns how many times as fast A is. */
async function round(a: () => Promise<void>, b: () => Promise<void>): Promise<Time> {
  const first = await timed(a);
  const second = await timed(b);
  const third = await timed(b);
  const fourth = await timed(a);
  return {
    clock: (second.clock + third.clock) / (first.clock + fourth.clock),
    processor: (second.processor + third.processor) / (first.processor + fourth.processor),
  };
}

/** Measures in this process, and prints the ratios as JSON. */
async function measure(ours: string, other: string, loadedFirst: string): Promise<void> {
  await import(loadedFirst);
  const play = pingPong(await import(ours));
  const playOther = pingPong(await import(other));
  const playCopy = pingPong(await import(`${ours}#copy`));

  const ratios: Ratios = { other: [], copy: [] };
  for (const [, size, inFlight] of MEASURES) {
    const slice = () => play(size, inFlight);
    const sliceOther = () => playOther(size, inFlight);
    const sliceCopy = () => playCopy(size, inFlight);
    for (let warm = 0; warm < 5; warm++) {
      await round(slice, sliceOther);
      await round(slice, sliceCopy);
    }
    const others: Time[] = [];
    const copies: Time[] = [];
    for (let i = 0; i < ROUNDS; i++) {
      others.push(await round(slice, sliceOther));
      copies.push(await round(slice, sliceCopy));
    }
    ratios.other.push(others);
    ratios.copy.push(copies);
  }
  console.log(JSON.stringify(ratios));
  Deno.exit();
}

/** Returns the address of a module: the file, or lib/udp.ts as it was at that revision. */
async function moduleOf(version: string): Promise<string> {
  if (version.endsWith(".ts")) return `file://${await Deno.realPath(version)}`;
  const args = ["show", `${version}:lib/udp.ts`];
  const { success, stdout, stderr } = await new Deno.Command("git", { args }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return `data:application/typescript;base64,${stdout.toBase64()}`;
}

/** Runs this program again, to measure in a process of its own. */
async function measureElsewhere(...modules: string[]): Promise<Ratios> {
  const flags = ["--no-check", "--unstable-net", "--allow-net=127.0.0.1", "--allow-read"];
  const args = ["run", ...flags, import.meta.url, "--measure", ...modules];
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), { args }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return JSON.parse(new TextDecoder().decode(stdout));
}

function median(numbers: number[]): string {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)]!.toFixed(3);
}

async function main(other: string, ours = "lib/udp.ts"): Promise<void> {
  const modules = [await moduleOf(ours), await moduleOf(other)] as const;
  const all: Ratios[] = [];
  for (let i = 1; i <= PROCESSES; i++) {
    console.error(`Process ${i} of ${PROCESSES}...`);
    all.push(await measureElsewhere(...modules, modules[i % 2]!));
  }

  console.log(`\nHow many times as fast as ${other} is ${ours}, and as a copy of itself:`);
  console.log(`medians of ${PROCESSES * ROUNDS} rounds, by the clock and by processor time\n`);
  const row = (cells: string[]) =>
    cells.map((cell, i) => i === 0 ? cell.padEnd(28) : cell.padStart(16)).join("");
  console.log(row(["", "clock", "processor", "copy: clock", "copy: processor"]));
  for (const [i, [name]] of MEASURES.entries()) {
    const others = all.flatMap((ratios) => ratios.other[i]!);
    const copies = all.flatMap((ratios) => ratios.copy[i]!);
    const medians = [others, copies].flatMap((times) => [
      median(times.map(({ clock }) => clock)),
      median(times.map(({ processor }) => processor)),
    ]);
    console.log(row([name, ...medians]));
  }
}

const [first, ...rest] = Deno.args;
if (first === "--measure") await measure(rest[0]!, rest[1]!, rest[2]!);
else if (first) await main(first, rest[0]);
else console.error("Name the version to compare with: a git revision, or the path of a file.");
