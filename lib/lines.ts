/**
 * Lines that a person types, or that another program pipes in.
 *
 * @module
 */
import { clearScreenDown, createInterface, cursorTo, moveCursor } from "node:readline";
import process from "node:process";

/** The lines of standard input. */
export interface Lines extends AsyncIterable<string>, Disposable {
  /** Prints a line above the one that is being typed. */
  print(text: string): void;
}

/**
 * Reads standard input line by line, with a prompt where a person types. Ends with the input, and when
 * the signal is aborted. Ctrl-C calls `interrupt`, since a terminal that edits lines sends no signal.
 */
export function lines(prompt: string, signal: AbortSignal, interrupt: () => void): Lines {
  const terminal = Deno.stdin.isTerminal() && Deno.stdout.isTerminal();
  const typing = createInterface({
    input: process.stdin,
    output: process.stdout,
    terminal,
    prompt: terminal ? prompt : "",
  });
  typing.on("SIGINT", interrupt);
  signal.addEventListener("abort", () => typing.close(), { once: true });

  return {
    print(text) {
      if (!terminal) return console.log(text);
      // What is being typed may have wrapped onto several rows: start at its first.
      const { rows } = typing.getCursorPos();
      moveCursor(process.stdout, 0, -rows);
      cursorTo(process.stdout, 0);
      clearScreenDown(process.stdout);
      process.stdout.write(`${text}\n${"\n".repeat(rows)}`);
      typing.prompt(true);
    },
    async *[Symbol.asyncIterator]() {
      if (terminal) typing.prompt();
      for await (const line of typing) {
        yield line;
        if (terminal) typing.prompt();
      }
      if (terminal && !signal.aborted) console.log(); // Ctrl-D leaves the cursor after the prompt
    },
    [Symbol.dispose]() {
      typing.close();
    },
  };
}
