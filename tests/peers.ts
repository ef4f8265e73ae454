/**
 * Tests that need another program, at the other end.
 *
 * @module
 */
import { PATIENCE, text } from "./helpers.ts";
import { unless } from "./only.ts";
import { Program, type Running } from "./program.ts";
import { waits } from "./waits.ts";

/** Programs for administrators are not on everybody's path. */
const WITH_ALL = "PATH=$PATH:/usr/sbin:/sbin;";

/** Declares a test, where the other program is installed, or all of several. */
export function peers(
  name: string,
  commands: string | string[],
  fn: () => Promise<void>,
  missing = "",
): void {
  const absent = [commands].flat().find((command) => !installed(command));
  const why = missing || (absent ? `${absent} is not installed` : "");
  waits(unless(why, name), fn);
}

const places = new Map<string, string | undefined>();

/** Where that program is on this machine, if it is installed. */
export function place(command: string): string | undefined {
  if (!places.has(command)) places.set(command, found(command));
  return places.get(command);
}

/** How to find a program that is not simply on the path. */
const SCRIPTS: Record<string, string> = {
  // There are several netcats, with options that differ: this speaks to OpenBSD's, which Debian has.
  nc: 'nc -h 2>&1 | grep -q OpenBSD && command -v "$0"',
  // Where there is no Node.js, what Deno starts finds Deno under this name. Its version has no v.
  node: 'case $("$0" --version) in v*) command -v "$0" ;; *) false ;; esac',
  // Where python3 is a script that picks a version, each start takes ten times as long.
  python3: 'python3 -c "import sys; print(sys.executable)"',
};

function found(command: string): string | undefined {
  if (command === Deno.execPath()) return command;
  if (Deno.build.os === "windows") return undefined; // no `sh`, and Python has another name
  const script = SCRIPTS[command] ?? `${WITH_ALL} command -v "$0"`;
  const args = ["-c", script, command];
  const { success, stdout } = new Deno.Command("sh", { args, stderr: "null" }).outputSync();
  return success ? text(stdout).trim() : undefined;
}

/** Whether this machine has that program. */
export function installed(command: string): boolean {
  return place(command) !== undefined;
}

/** Starts such a program. What it says on standard error is read as if it were standard output. */
export function start(command: string, ...args: (string | number)[]): Program {
  if (command === Deno.execPath()) return new Program(command, args.map(String));
  const script = `${WITH_ALL} exec "$0" "$@" 2>&1`;
  return new Program("sh", ["-c", script, command, ...args.map(String)]);
}

/** Starts Python with a UDP socket s that waits as long as the tests do. */
export function python(program: string): Program {
  const socket = "import socket\ns = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\n";
  return new Program(place("python3")!, [
    "-c",
    `${socket}s.settimeout(${PATIENCE / 1000})\n${program}`,
  ]);
}

/** Starts netcat. */
export function netcat(...args: (string | number)[]): Program {
  return start("nc", ...args);
}

/** Starts socat, which says when it is ready. */
export function socat(...args: string[]): Program {
  return start("socat", "-d", "-d", ...args);
}

/** The two runtimes that have `node:dgram`, and how to give each a program. */
export function javascript(): [string, string, ...string[]][] {
  return [
    ["Node.js", "node", "--input-type=module", "-e"],
    ["Deno's node:dgram", Deno.execPath(), "eval"],
  ];
}

/** The port that a program says it has. */
export async function portOf(program: Running, pattern = /^port (\d+)$/m): Promise<number> {
  return Number((await program.prints(pattern))[1]);
}
