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
 * Reads standard input line by line. If a person types, it shows a prompt. It ends with the input,
 * or when the signal is aborted. Ctrl-C calls `interrupt`, because a terminal sends no signal while
 * it edits lines.
 */
export function lines(
  question: string,
  signal: AbortSignal,
  interrupt: () => void,
  input: NodeJS.ReadableStream = process.stdin,
  print: (line: string) => void = console.log,
): Lines {
  const own = input === process.stdin;
  const terminal = own && Deno.stdin.isTerminal() && Deno.stdout.isTerminal();
  const typing = createInterface({
    input,
    output: process.stdout,
    terminal,
    prompt: terminal ? question : "",
  });
  let prompting = terminal;
  typing.on("SIGINT", interrupt);
  typing.on("SIGTSTP", () => {}); // Ctrl-Z: see cli/run.ts
  signal.addEventListener("abort", () => {
    // Go to the end of the line, which may wrap. The next text stands below it.
    if (prompting) typing.write(null, { ctrl: true, name: "e" });
    typing.close();
  }, { once: true });

  const prompt = () => {
    if (prompting) typing.prompt();
  };
  typing.on("line", prompt); // at once, because the reader of the lines may be busy
  const typed = typing[Symbol.asyncIterator](); // now, so no line is lost if its reader is late

  typing.once("close", () => {
    if (signal.aborted) return;
    if (prompting) wipe();
    prompting = false;
  });

  /** Puts the cursor at the beginning of the typed line, and clears everything after it. */
  const wipe = (): number => {
    const { rows } = typing.getCursorPos(); // it may have wrapped onto several
    moveCursor(process.stdout, 0, -rows);
    cursorTo(process.stdout, 0);
    clearScreenDown(process.stdout);
    return rows;
  };

  return {
    print(text) {
      if (!prompting) return print(text);
      const rows = wipe();
      process.stdout.write(`${text}\n${"\n".repeat(rows)}`);
      typing.prompt(true);
    },
    async *[Symbol.asyncIterator]() {
      prompt();
      yield* { [Symbol.asyncIterator]: () => typed };
    },
    [Symbol.dispose]() {
      typing.close();
    },
  };
}
