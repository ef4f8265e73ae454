/**
 * Prints until the reader goes away, as in `deno task lessons | head -3`.
 *
 * @module
 */
import { format } from "node:util";

/** The two functions that print: `log` to standard output, `error` to standard error. */
export type Output = Pick<Console, "log" | "error">;

/** The stream that an {@linkcode Output} writes to. */
export type Stream = Pick<typeof Deno.stdout, "writeSync">;

/**
 * Returns a console that calls `gone` once when the reader of standard output has gone away. After
 * that, it prints nothing there. Deno's own console hides this on Linux and macOS, and throws an
 * error on Windows.
 */
export function output(gone: () => void, stdout: Stream = Deno.stdout): Output {
  const { error } = console;
  let read = true;
  return {
    log(...values) {
      if (!read || write(stdout, lineOf(values))) return;
      read = false;
      gone();
    },
    error(...texts) {
      try {
        error(...texts);
      } catch {
        // The reader of standard error has gone away, too.
      }
    },
  };
}

/** Makes the global console print like this. A terminal has no reader that goes away. */
export function endWithReader(gone: () => void = () => Deno.exit(0)): void {
  if (!Deno.stdout.isTerminal()) Object.assign(console, output(gone));
}

/** Returns the line that Deno's own console prints, without colours. */
function lineOf(values: unknown[]): string {
  const [first] = values;
  if (typeof first === "string" && first.includes("%") && values.length > 1) {
    return format(...values); // it may have places for the others, such as %s
  }
  return values.map((value) => typeof value === "string" ? value : Deno.inspect(value)).join(" ");
}

/** Writes a line. Returns false if the other end of the pipe is closed. */
function write(stream: Stream, text: string): boolean {
  let left = new TextEncoder().encode(`${text}\n`);
  while (left.length > 0) {
    try {
      left = left.subarray(stream.writeSync(left));
    } catch (error) {
      if (error instanceof Deno.errors.WouldBlock) wait();
      else return !isClosed(error); // a full disk, for example, does not end the program
    }
  }
  return true;
}

/**
 * Waits for a moment, because the pipe is full. The program that made this pipe does not let writes
 * wait by themselves.
 */
function wait(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
}

/** Returns whether this error says that the reader has gone away. */
export function isClosed(error: unknown): boolean {
  // Windows has three errors for it (109, 232, 233), and Deno knows two of them.
  return error instanceof Deno.errors.BrokenPipe || /os error 23[23]\b/.test(`${error}`);
}
