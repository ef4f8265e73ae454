/**
 * Three hosts on a real network: 10.9.0.1, 10.9.0.2 and 10.9.0.3, each a network namespace of Linux,
 * joined by a bridge that is in a namespace, too. Nothing here reaches the machine's own network.
 * `deno task network`, as root, with iproute2 and nftables; python3 is used where it is installed.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { PAGES, type Side } from "../lessons.ts";
import { place } from "../peers.ts";
import { type Ended, Program } from "../program.ts";

export const whyNot = await reasonNotToRun();
if (whyNot) console.log(`Ignored: ${whyNot}`);
export const python = !whyNot && place("python3") !== undefined;
if (!whyNot && !python) console.log("Ignored: what talks to Python, for python3 is not installed.");

/** One of the three hosts. */
export class Host {
  readonly namespace: string;
  readonly address: string;
  readonly linkLocal: string;

  constructor(network: string, number: number) {
    this.namespace = `${network}-${number}`;
    this.address = `10.9.0.${number}`;
    this.linkLocal = `fe80::9:${number}`;
  }

  /** Starts a program on this host. */
  start(command: string, ...args: string[]): Program {
    return new Program("ip", ["netns", "exec", this.namespace, command, ...args]);
  }

  /** Starts a lesson. Nobody is there to be asked, so it has all of this network from the start. */
  lesson(number: number, ...args: string[]): Program {
    const allowed = ["--allow-net", "--allow-sys=networkInterfaces,hostname,loadavg"];
    const { file } = PAGES.find((page) => page.number === number)!;
    return this.start(
      Deno.execPath(),
      "run",
      "--no-prompt",
      ...allowed,
      `lessons/${file}`,
      ...args,
    );
  }

  /** Starts a role as its task, on this host's own 127.0.0.1, or in its group there. */
  side({ page, word, role }: Side, port: number): Program {
    const host = role.group ? page.lesson.host! : "127.0.0.1";
    const to = ["--host", host, "--port", String(port)];
    return this.start(Deno.execPath(), "task", "-q", `lesson${page.number}`, word, ...to);
  }

  /** Starts a task in a terminal: there is somebody to be asked. */
  terminal(task: string): Program {
    return this.start("script", "-qec", `exec "${Deno.execPath()}" task -q ${task}`, "/dev/null");
  }

  /** Starts Python with a UDP socket s that does not wait for ever. */
  python(program: string): Program {
    const socket = "import socket\ns = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\n";
    return this.start(place("python3")!, "-c", `${socket}s.settimeout(10)\n${program}`);
  }

  async ip(...args: string[]): Promise<void> {
    await succeeds("ip", "-n", this.namespace, ...args);
  }

  /** Sets what its kernel has under such a name, as `sysctl` does. */
  async set(name: string, value: number): Promise<void> {
    const file = `/proc/sys/${name.replaceAll(".", "/")}`;
    const write = ["sh", "-c", `echo ${value} > ${file}`];
    await succeeds("ip", "netns", "exec", this.namespace, ...write);
  }

  /** Gives the host's firewall a rule. */
  async nft(rules: string): Promise<Ended> {
    return await succeeds("ip", "netns", "exec", this.namespace, "nft", rules);
  }

  /** What the firewall counted, in datagrams. */
  async counters(): Promise<Record<string, number>> {
    const list = ["netns", "exec", this.namespace, "nft", "-j", "list", "counters"];
    const { nftables } = JSON.parse((await succeeds("ip", ...list)).stdout);
    const counters: { name: string; packets: number }[] = nftables.flatMap(
      ({ counter }: { counter?: unknown }) => counter ?? [],
    );
    return Object.fromEntries(counters.map(({ name, packets }) => [name, packets]));
  }
}

/** The arguments of lesson 4's client, who does not wait long. */
export function client(server: Host, timeout: number): string[] {
  return ["client", "--host", server.address, "--timeout", String(timeout)];
}

/** Declares a test that has a network of its own. */
export function network(
  name: string,
  fn: (hosts: [Host, Host, Host], test: Deno.TestContext) => Promise<void>,
  ignore = false,
): void {
  Deno.test({
    name,
    ignore: ignore || whyNot !== undefined,
    async fn(test) {
      const network = `udp-${Deno.pid}`;
      const hosts: [Host, Host, Host] = [1, 2, 3].map((n) => new Host(network, n)) as never;
      const wire = `${network}-wire`;
      const namespaces = [wire, ...hosts.map(({ namespace }) => namespace)];
      try {
        await ip([], namespaces.map((namespace) => `netns add ${namespace}`));
        await ip(["-n", wire], ["link add bridge up type bridge", ...hosts.flatMap(plugged)]);
        await Promise.all(hosts.map(join));
        await fn(hosts, test);
      } finally {
        await ip(["-force"], namespaces.map((namespace) => `netns del ${namespace}`)); // with all in it
      }
    },
  });
}

/** Runs commands of `ip`, all in one process: to start each of them takes longer than they take. */
async function ip(options: string[], commands: string[]): Promise<void> {
  const program = new Program("ip", [...options, "-batch", "-"]);
  await program.type(commands.join("\n"));
  const { code, stderr } = await program.end();
  assertEquals([code, stderr], [0, ""], commands.join("\n"));
}

/** The commands that plug a host in at the bridge. */
function plugged({ address, namespace }: Host): string[] {
  const port = `port${address.at(-1)}`;
  const peer = `peer name eth0 netns ${namespace}`;
  return [`link add ${port} type veth ${peer}`, `link set ${port} master bridge up`];
}

async function join({ namespace, address, linkLocal }: Host): Promise<void> {
  await ip(["-n", namespace], [
    "link set lo up",
    "link set eth0 addrgenmode none", // its link-local address is ours
    "link set eth0 up",
    `addr add ${address}/24 brd + dev eth0`,
    `addr add ${linkLocal}/64 dev eth0 nodad`,
  ]);
}

export async function succeeds(command: string, ...args: string[]): Promise<Ended> {
  const ended = await new Program(command, args).end();
  assertEquals(ended.code, 0, `${command} ${args.join(" ")}: ${ended.stderr}`);
  return ended;
}

export async function installed(command: string): Promise<boolean> {
  try {
    return (await new Program(command, ["--version"]).end()).code === 0;
  } catch {
    return false;
  }
}

/** Why no such network can be made here: a sentence, or `undefined` if it can. */
async function reasonNotToRun(): Promise<string | undefined> {
  if (Deno.build.os !== "linux") return "network namespaces need Linux.";
  for (const [command, origin] of [["ip", "iproute2"], ["nft", "nftables"]] as const) {
    const { success } = await new Deno.Command("sh", { args: ["-c", `command -v ${command}`] })
      .output();
    if (!success) return `${command} is not installed (${origin}).`;
  }
  const name = `udp-${Deno.pid}-try`;
  try {
    await succeeds("ip", "netns", "add", name);
    await succeeds("ip", "netns", "exec", name, "nft", "list", "ruleset");
    return undefined;
  } catch (error) {
    return `this takes root and its rights: ${(error as Error).message}`;
  } finally {
    await new Program("ip", ["netns", "del", name]).end();
  }
}
