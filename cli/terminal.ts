/**
 * What a program has to do with whoever started it: what it prints, reads and is told. A
 * lesson gets it from outside, so that a test can be the one who reads and types.
 *
 * @module
 */
import { type Lines, lines } from "./lines.ts";
import { endWithReader, type Output } from "./output.ts";
import { countTraffic } from "./traffic.ts";

/** The terminal of a program, or what stands in its place: a pipe, a file, a test. */
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
   * From now on, Ctrl-C calls this instead of ending the program, and so does a reader of
   * the output who goes away.
   */
  onInterrupt(stop: () => void): void;
  /** Takes back a permission that the task gives. From now on, Deno asks for this host. */
  takeBack(host: string): void;
  /** Says how much was sent and received so far. */
  traffic(): string;
}

/**
 * The terminal of this process. Call it once, before any socket is opened: it counts what
 * they send.
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

/** Calls this at Ctrl-C, and at the other signals that ask a program to end. */
function onInterrupt(stop: () => void): void {
  Deno.addSignalListener("SIGINT", stop);
  if (Deno.build.os === "windows") return;
  Deno.addSignalListener("SIGTERM", stop);
  // `deno task` does not stop with a program that Ctrl-Z stops, and the terminal would be lost to
  // both.
  Deno.addSignalListener("SIGTSTP", () => {});
}
