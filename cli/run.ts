/**
 * What the lessons' command lines share: options, help, errors, Ctrl-C, and the words at the end.
 *
 * @module
 */
import { parseArgs } from "@std/cli";
import { setColorEnabled } from "@std/fmt/colors";
import { lookup } from "node:dns/promises";
import { Diagram } from "./diagram.ts";
import { count, printable, wrapped } from "../lib/text.ts";
import { type Address, formatAddress, type Socket } from "../lib/udp.ts";
import { watch } from "./watch.ts";

/** A lesson, as its command line knows it. */
export interface Lesson {
  /** `import.meta.url`. */
  file: string;
  /** What it teaches, in a line. */
  about: string;
  /** The default of `--host`: 127.0.0.1 if not given. */
  host?: string;
  /** The default of `--port`. */
  port: number;
  /** Both sides of the conversation, drawn. */
  play(diagram: Diagram): Promise<void>;
  /** The sides, each a program of its own. */
  roles: Record<string, Role>;
  /** Two commands to try after the play, each in a terminal of its own. */
  tryNext: [string, string];
}

/** One side of a lesson's conversation. */
export interface Role {
  about: string;
  /** True where `--host` and `--port` are what this role binds. */
  listens?: boolean;
  /** True where it sends to whoever wrote to it. */
  answers?: boolean;
  /** What it takes beside `--host` and `--port`. */
  options?: Record<string, Option>;
  run(given: Given): Promise<void>;
}

/** An option with a value. */
export interface Option {
  value: string;
  about: string;
  default?: string;
}

/** What a role gets from its command line. */
export interface Given {
  /** An IP address: a name was looked up. */
  host: string;
  port: number;
  /** The address to bind for sending to `host`: a loopback address for loopback, all addresses for others. */
  local: string;
  /** The role's own options. */
  options: Record<string, string | undefined>;
  /** Counts what the socket sends and receives, for the last line. */
  watch(socket: Socket): Socket;
  /** Aborted on Ctrl-C. */
  signal: AbortSignal;
  /** What Ctrl-C does. */
  stop(): void;
}

/** The command was wrong: exit code 2. */
export class UsageError extends Error {}

/** Runs a lesson with the arguments of the command line, and ends the process. */
export async function run(lesson: Lesson): Promise<never> {
  setColorEnabled(Deno.stdout.isTerminal() && !Deno.noColor);
  const stopping = new AbortController();
  const stop = () => stopping.abort();
  Deno.exit(await main(lesson, stopping.signal, stop));
}

async function main(lesson: Lesson, signal: AbortSignal, stop: () => void): Promise<number> {
  const name = `lesson${number(lesson)}`;
  const traffic = new Traffic();
  try {
    const { role, ...rest } = parse(lesson);
    if (rest.help) {
      console.log(help(lesson, name));
    } else if (role) {
      const host = await address(rest.host);
      if (!role.listens && (host === "0.0.0.0" || host === "::")) {
        throw new UsageError(
          `--host ${host} means all addresses of this machine: name the one to send to, such as 127.0.0.1.`,
        );
      }
      const local = localFor(host);
      await mayUse(role, { hostname: host, port: rest.port }, local);
      onInterrupt(stop);
      const counted = (socket: Socket) => traffic.count(socket);
      const given = { ...rest, host, local, watch: counted, signal, stop };
      await Promise.race([role.run(given), aborted(signal)]);
    } else {
      onInterrupt(stop);
      await Promise.race([play(lesson), aborted(signal)]);
    }
    return 0;
  } catch (error) {
    if (signal.aborted) {
      if (Deno.stdout.isTerminal()) console.log(); // the terminal shows ^C: go on below it
      console.log(`Stopped. ${traffic}`);
      return 0;
    }
    const message = printable(error instanceof Error ? error.message : String(error));
    console.error(Deno.stderr.isTerminal() ? wrapped(message, 79).join("\n") : message);
    if (!(error instanceof UsageError)) return 1;
    console.error(`See: deno task ${name} --help`);
    return 2;
  }
}

async function play(lesson: Lesson): Promise<void> {
  const file = lesson.file.split("/").at(-1)!;
  console.log(`Lesson ${number(lesson)}. ${lesson.about}`);
  const diagram = new Diagram();
  await lesson.play(diagram);
  diagram.end();
  const [first, second] = lesson.tryNext;
  const width = Math.max(first.length, second.length);
  console.log(`
Try it   ${first.padEnd(width)}   in one terminal, and
         ${second.padEnd(width)}   in a second one
Read it  lessons/${file}
Test it  deno task test tests/${file.replace(".ts", "_test.ts")}
Do it    exercises/${file}   and then   deno task exercise${number(lesson)}`);
}

function parse(lesson: Lesson) {
  const wrong: string[] = [];
  const given = Deno.args.filter((argument) => argument !== "--"); // as `npm run` wants it
  const [word = "", ...others] = given;
  const named = !word.startsWith("-") && word !== "";
  const role = Object.hasOwn(lesson.roles, word) ? lesson.roles[word] : undefined;
  const own = role?.options ?? {};
  const args = parseArgs(named ? others : given, {
    boolean: ["help"],
    string: role ? ["host", "port", ...Object.keys(own)] : [],
    alias: { h: "help" },
    unknown: (argument) => {
      wrong.push(argument);
      return false;
    },
  });
  const help = args.help === true;
  if (!help) {
    const roles = Object.keys(lesson.roles).join(" or ");
    if (named && !role) throw new UsageError(`There is no role "${word}" here: it is ${roles}.`);
    const empty = ["host", "port", ...Object.keys(own)].find((key) =>
      args[key] === "" && !(key === "message" && others.includes("--message=")) // it may be empty
    );
    if (empty) throw new UsageError(`--${empty} needs a value.`);
    if (wrong.length > 0) {
      throw new UsageError(
        named
          ? `"${word}" does not take "${wrong[0]}".`
          : `The lesson takes no options without a role: ${roles}.`,
      );
    }
  }
  const options: Record<string, string | undefined> = {};
  for (const [key, option] of Object.entries(own)) {
    options[key] = args[key] as string | undefined ?? option.default;
  }
  const host = args.host as string | undefined ?? lesson.host ?? "127.0.0.1";
  const port = help ? lesson.port : toPort(args.port as string | undefined, lesson.port, role);
  return { role, help, host, port, options };
}

function toPort(text: string | undefined, standard: number, role: Role | undefined): number {
  if (text === undefined) return standard;
  const least = role?.listens ? 0 : 1;
  const port = /^\d{1,5}$/.test(text) ? Number(text) : NaN;
  if (port >= least && port <= 65_535) return port;
  throw new UsageError(
    `--port ${printable(text)} is not a port: it must be a whole number from ${least} to 65535` +
      (least === 0 ? " (0: the system picks a free one)." : "."),
  );
}

/** A number of seconds, as an option gives it, in milliseconds. */
export function seconds(text: string | undefined, option: string): number {
  const value = /^\d+(\.\d+)?$/.test(text ?? "") ? Number(text) : NaN;
  if (value > 0 && value <= 86_400) return value * 1000;
  throw new UsageError(
    `--${option} ${
      printable(text ?? "")
    } is not a time: it must be a number of seconds up to 86400, such as 2 or 0.5.`,
  );
}

/** The IP address that `--host` means: for a name, what the system finds, and IPv4 first. */
async function address(host: string): Promise<string> {
  try {
    const found = await lookup(host.replace(/^\[(.*)\]$/, "$1"), { all: true });
    const { address } = found.find(({ family }) => family === 4) ?? found[0]!;
    if (/^::ffff:\d+\./i.test(address)) return address.slice("::ffff:".length);
    // One spelling for each address, so that two of them can be compared.
    return address.includes(":") && !address.includes("%")
      ? new URL(`http://[${address}]`).hostname.slice(1, -1)
      : address;
  } catch (error) {
    const refused = (error as { code?: string }).code === "EPERM";
    throw new Error(
      refused
        ? `Deno has no permission to look up the name ${host}. ` +
          "Give an address such as 127.0.0.1, or answer y when Deno asks."
        : `No address was found for the host ${host}. ` +
          "Check its spelling, or give an address such as 127.0.0.1.",
      { cause: error },
    );
  }
}

function localFor(host: string): string {
  if (host.includes(":")) return host === "::1" ? "::1" : "::";
  return host.startsWith("127.") ? "127.0.0.1" : "0.0.0.0";
}

function help(lesson: Lesson, name: string): string {
  const host = lesson.host ?? "127.0.0.1";
  const roles = Object.entries(lesson.roles);
  const some = roles[0]![0];
  const rows: [string, string][] = [["", "play the whole lesson in this terminal"]];
  for (const [word, role] of roles) rows.push([`${word} [options]`, role.about]);
  const options: [string, string][] = [];
  const meaning = roles.map(([word, role]) => `${word} ${role.listens ? "listens" : "sends"}`);
  options.push(["--host HOST", `where ${meaning.join(", ")} (${host})`]);
  options.push(["--port PORT", `port there (${lesson.port})`]);
  for (const [word, role] of roles) {
    for (const [key, option] of Object.entries(role.options ?? {})) {
      const standard = option.default ? ` (${option.default})` : "";
      const whose = roles.length > 1 ? `${word}: ` : "";
      options.push([`--${key} ${option.value}`, `${whose}${option.about}${standard}`]);
    }
  }
  options.push(["--help", "this text"]);
  const table = (rows: [string, string][], before: string) => {
    const width = Math.max(...rows.map(([left]) => left.length));
    return rows.map(([left, right]) => `${before}${left.padEnd(width)}  ${right}`).join("\n");
  };
  return `${lesson.about}

Usage
${table(rows, `  deno task ${name} `)}

Options (and their defaults)
${table(options, "  ")}

Example
  deno task ${name} ${some} --port ${lesson.port + 1}`;
}

/** How many datagrams and bytes passed the sockets that it counts. */
class Traffic {
  #sent = 0;
  #sentBytes = 0;
  #received = 0;
  #receivedBytes = 0;

  count(socket: Socket): Socket {
    return watch(socket, {
      sending: (data) => {
        this.#sent++;
        this.#sentBytes += data.length;
        return () => {
          this.#sent--;
          this.#sentBytes -= data.length;
        };
      },
      received: ({ data }) => {
        this.#received++;
        this.#receivedBytes += data.length;
      },
    });
  }

  toString(): string {
    return `Sent ${count(this.#sent, "datagram")} (${count(this.#sentBytes, "byte")}), ` +
      `received ${this.#received} (${count(this.#receivedBytes, "byte")}).`;
  }
}

function number({ file }: Lesson): number {
  return Number(file.match(/(\d+)_\w+\.ts$/)![1]);
}

/**
 * Lets Deno ask for the missing permissions now: while Deno waits for the answer, a program that listens
 * for Ctrl-C cannot be stopped with it. What a refusal means, the socket will say.
 */
async function mayUse(role: Role, address: Address, local: string): Promise<void> {
  const own = local.includes(":") ? `[${local}]` : local;
  const needed = [...(role.listens ? [] : [own]), formatAddress(address)];
  const missing = needed.map((host) => ({ name: "net", host }) as const)
    .filter((permission) => Deno.permissions.querySync(permission).state === "prompt");
  if (missing.length === 0 || !Deno.stdin.isTerminal()) return;
  if (role.answers) {
    console.log("A server answers whoever writes to it, and nobody knows yet who that will be.");
    console.log("So Deno asks whether this program may use the network as a whole.");
    if ((await Deno.permissions.request({ name: "net" })).state === "granted") return;
    throw new Error(
      "Then it cannot answer. Without --host it serves this machine alone, and needs no permission.",
    );
  }
  if (missing.length === 2) {
    console.log(`Deno asks twice: for a socket at ${own}, which is any address of this machine,`);
    console.log(`and for sending to ${formatAddress(address)}.`);
  }
  for (const permission of missing) {
    if ((await Deno.permissions.request(permission)).state === "denied") return;
  }
}

function onInterrupt(stop: () => void): void {
  Deno.addSignalListener("SIGINT", stop);
  if (Deno.build.os === "windows") return;
  Deno.addSignalListener("SIGTERM", stop);
  // `deno task` does not stop with a program that Ctrl-Z stops, and the terminal would be lost to both.
  Deno.addSignalListener("SIGTSTP", () => {});
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) =>
    signal.addEventListener("abort", () => reject(signal.reason), { once: true })
  );
}
