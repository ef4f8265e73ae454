/**
 * Tests that need another program, at the other end.
 *
 * @module
 */
import { unless } from "./only.ts";
import { Program, type Running } from "./program.ts";

/** Programs for administrators are not on everybody's path. */
const WITH_ALL = "PATH=$PATH:/usr/sbin:/sbin;";

/** Declares a test, where the other program is installed. */
export function peers(
  name: string,
  command: string,
  fn: () => Promise<void>,
  missing = "",
): void {
  const why = missing || (installed(command) ? "" : `${command} is not installed`);
  Deno.test({ ...unless(why, name), fn });
}

/** Whether this machine has that program. */
export function installed(command: string): boolean {
  if (command === Deno.execPath()) return true;
  if (Deno.build.os === "windows") return false; // there is no `sh`, and Python has another name
  // There are several netcats, with options that differ: this speaks to OpenBSD's, which Debian has.
  const script = command === "nc" ? "nc -h 2>&1 | grep OpenBSD" : `${WITH_ALL} command -v "$0"`;
  return new Deno.Command("sh", { args: ["-c", script, command] }).outputSync().success;
}

/** Starts such a program. What it says on standard error is read as if it were standard output. */
export function start(command: string, ...args: (string | number)[]): Program {
  if (command === Deno.execPath()) return new Program(command, args.map(String));
  const script = `${WITH_ALL} exec "$0" "$@" 2>&1`;
  return new Program("sh", ["-c", script, command, ...args.map(String)]);
}

/** Starts Python with a UDP socket s that does not wait for ever. */
export function python(program: string): Program {
  const socket = "import socket\ns = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\n";
  return new Program("python3", ["-c", `${socket}s.settimeout(10)\n${program}`]);
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
