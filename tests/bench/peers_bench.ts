/**
 * The same ping-pong in several runtimes: `deno task bench:peers`. 64 bytes, one at a time, both ends in
 * one process, on loopback. The programs are in tests/bench/peers/.
 *
 * @module
 */

const ROUNDS = "20000";
const TURNS = 5;

interface Runtime {
  name: string;
  command: string[];
  /** What prints its version. */
  version: string[];
  times: number[];
}

const path = (file: string) => new URL(`peers/${file}`, import.meta.url).pathname;
const deno = Deno.execPath();
const folder = await Deno.makeTempDir();
const program = `${folder}/ping`;

const runtimes: Runtime[] = [
  { name: "C, sendto and recvfrom", command: [program], version: ["cc", "--version"] },
  {
    name: "Python, socket",
    command: ["python3", path("ping.py")],
    version: ["python3", "--version"],
  },
  {
    name: "Node.js, dgram",
    command: ["node", path("ping_dgram.mjs")],
    version: ["node", "--version"],
  },
  {
    name: "Deno, lib/udp.ts",
    command: [deno, "run", "--unstable-net", "--allow-net=127.0.0.1", path("ping_udp.ts")],
    version: [deno, "--version"],
  },
  {
    name: "Deno, node:dgram",
    command: [deno, "run", "--allow-net=127.0.0.1", path("ping_dgram.mjs")],
    version: [deno, "--version"],
  },
].map((runtime) => ({ ...runtime, times: [] }));

/** What the command prints, or `undefined` where the machine does not have it. */
async function output([command, ...args]: string[]): Promise<string | undefined> {
  try {
    const { success, stdout, stderr } = await new Deno.Command(command!, { args }).output();
    if (!success) throw new Error(new TextDecoder().decode(stderr));
    return new TextDecoder().decode(stdout);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

// Where there is no Node.js, what Deno starts finds Deno under this name. Its version has no v.
const hasNode = (await output(["node", "--version"]))?.startsWith("v");

try {
  await output(["cc", "-O2", "-o", program, path("ping.c")]);
  // Taking turns, so that a busy moment of the machine does not hit one of them alone.
  for (let turn = 1; turn <= TURNS; turn++) {
    console.error(`Turn ${turn} of ${TURNS}...`);
    for (const { command, times } of runtimes) {
      if (command[0] === "node" && !hasNode) continue;
      const time = await output([...command, ROUNDS]);
      if (time !== undefined) times.push(Number(time));
    }
  }

  const median = (times: number[]) =>
    times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)]!;
  const fastest = runtimes[0]!.times.length > 0 ? median(runtimes[0]!.times) : undefined;
  const rows = [["runtime", "time", "round trip", "version"]];
  for (const { name, times, version } of runtimes) {
    const [line = ""] = (await output(version) ?? "").split("\n");
    if (times.length === 0) rows.push([name, "-", "-", "not on this machine"]);
    else {
      const time = median(times);
      const ratio = fastest === undefined ? "-" : (time / fastest).toFixed(2);
      rows.push([name, ratio, `${time.toFixed(1)} µs`, line]);
    }
  }
  console.log(
    `64-byte round trips, the median of ${TURNS} turns of ${ROUNDS}; the C program is 1.\n`,
  );
  for (const [name, ratio, time, version] of rows) {
    console.log(`${name!.padEnd(24)}${ratio!.padStart(6)}${time!.padStart(12)}   ${version}`);
  }
} finally {
  await Deno.remove(folder, { recursive: true });
}
