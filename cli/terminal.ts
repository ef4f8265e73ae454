/**
 * The terminal of a program: its output, its input, and Ctrl-C. A lesson gets it as a parameter. So
 * a test can read and type in place of a person.
 *
 * @module
 */
import { type Lines, lines } from "./lines.ts";
import { endWithReader, type Output } from "./output.ts";
import { countTraffic } from "./traffic.ts";

/** The terminal of a program, or a pipe, a file or a test in its place. */
export interface Terminal {
  /** Prints lines: `log` to standard output, `error` to standard error. */
  readonly console: Output;
  /** Standard input, as bytes. */
  readonly stdin: Pick<typeof Deno.stdin, "readable" | "isTerminal">;
  /** Standard output, as bytes. */
  readonly stdout: Pick<typeof Deno.stdout, "write" | "isTerminal">;
  /** Standard error. */
  readonly stderr: Pick<typeof Deno.stderr, "isTerminal">;
  /** Standard input, line by line: see {@linkcode lines}. */
  lines(question: string, signal: AbortSignal, interrupt: () => void): Lines;
  /**
   * Makes Ctrl-C call `stop` instead of ending the program. It is also called when the reader of
   * the output goes away.
   */
  onInterrupt(stop: () => void): void;
  /** Takes back a permission that the task gives. From now on, Deno asks for this host. */
  takeBack(host: string): void;
  /** Says how much was sent and received so far. */
  traffic(): string;
}

/**
 * Returns the terminal of this process. Call it once, before any socket is opened, because it
 * counts their datagrams.
 */
export function ownTerminal(): Terminal {
  const { stdin, stdout, stderr } = Deno;
  let interrupt = () => {};
  endWithReader(() => interrupt());
  return {
    console,
    stdin,
    stdout,
    stderr,
    lines,
    onInterrupt(stop) {
      interrupt = stop;
      onInterrupt(stop);
    },
    takeBack: (host) => void Deno.permissions.revokeSync({ name: "net", host }),
    traffic: countTraffic(),
  };
}

/** Calls `stop` at Ctrl-C, and at the other signals that ask a program to end. */
function onInterrupt(stop: () => void): void {
  Deno.addSignalListener("SIGINT", stop);
  if (Deno.build.os === "windows") return;
  Deno.addSignalListener("SIGTERM", stop);
  // Ctrl-Z would stop this program, but not `deno task`. Then neither of them
  // could use the terminal.
  Deno.addSignalListener("SIGTSTP", () => {});
}
