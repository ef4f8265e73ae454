/**
 * A log for what comes fast.
 *
 * @module
 */
import type { Terminal } from "./terminal.ts";

/**
 * Prints lines, those of a few milliseconds together: to print one takes longer than to answer it.
 */
export interface Log extends Disposable {
  (line: string): void;
}

/**
 * What is still to be printed is printed at the abort, and at the end of the block that says
 * `using`.
 */
export function gathered(signal: AbortSignal, console: Terminal["console"]): Log {
  let lines: string[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  const print = () => {
    clearTimeout(timer);
    if (lines.length > 0) console.log(lines.join("\n"));
    lines = [];
  };
  signal.addEventListener("abort", print, { once: true });
  const log = (line: string) => {
    if (lines.push(line) === 1) timer = setTimeout(print, 10);
  };
  return Object.assign(log, { [Symbol.dispose]: print });
}
