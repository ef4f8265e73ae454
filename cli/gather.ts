/**
 * A log for many lines in a short time.
 *
 * @module
 */
import type { Terminal } from "./terminal.ts";

/**
 * Prints lines. It prints those of a few milliseconds together, because printing a line takes
 * longer than answering a datagram.
 */
export interface Log extends Disposable {
  (line: string): void;
}

/** Returns a log. The last lines are printed when the signal is aborted, or the log disposed. */
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
