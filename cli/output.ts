/**
 * Prints until the reader goes away, as in `deno task lessons | head -3`.
 *
 * @module
 */

/** What can be printed with. */
export type Output = Pick<Console, "log" | "error">;

/** What an {@linkcode Output} writes to. */
export type Stream = Pick<typeof Deno.stdout, "writeSync">;

/**
 * A console that calls `gone` when nobody reads standard output any more: once, and then it
 * prints nothing more there. (Deno's own console hides that on Linux and macOS, and throws
 * on Windows.)
 */
export function output(gone: () => void, stdout: Stream = Deno.stdout): Output {
  const { error } = console;
  let read = true;
  return {
    log(text = "") {
      if (!read || write(stdout, text)) return;
      read = false;
      gone();
    },
    error(...texts) {
      try {
        error(...texts);
      } catch {
        // Nobody reads that either.
      }
    },
  };
}

/** From now on, the program prints so. In a terminal nothing changes: nobody goes away there. */
export function endWithReader(gone: () => void = () => Deno.exit(0)): void {
  if (!Deno.stdout.isTerminal()) Object.assign(console, output(gone));
}

/** Writes a line. Returns false if the other end of the pipe is closed. */
function write(stream: Stream, text: unknown): boolean {
  let left = new TextEncoder().encode(`${text}\n`);
  while (left.length > 0) {
    try {
      left = left.subarray(stream.writeSync(left));
    } catch (error) {
      if (error instanceof Deno.errors.WouldBlock) wait();
      else return !isClosed(error); // a disk that is full, for example, is no reason to end
    }
  }
  return true;
}

/**
 * Waits for a moment: a pipe is full, and whoever started this program wants its writes not
 * to wait.
 */
function wait(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
}

/** Whether an error says that nobody reads any more what is written. */
export function isClosed(error: unknown): boolean {
  // Windows has three errors for it (109, 232, 233), and Deno knows two of them.
  return error instanceof Deno.errors.BrokenPipe || /os error 23[23]\b/.test(`${error}`);
}
