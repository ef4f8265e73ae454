/**
 * Lines that a person types, or that another program pipes in.
 *
 * @module
 */
import {
  clearScreenDown,
  createInterface,
  cursorTo,
  type Interface,
  moveCursor,
} from "node:readline";
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
  { input = process.stdin, print = console.log }: Streams = {},
): Lines {
  const own = input === process.stdin;
  const terminal = own && Deno.stdin.isTerminal() && Deno.stdout.isTerminal();
  const output = process.stdout;
  const typing = createInterface({ input, output, terminal, prompt: terminal ? question : "" });
  typing.on("SIGINT", interrupt);
  typing.on("SIGTSTP", () => {}); // Ctrl-Z: see cli/run.ts
  return new TypedLines(typing, terminal, signal, print);
}

/** What stands in the place of standard input and output. */
interface Streams {
  input?: NodeJS.ReadableStream;
  print?: (line: string) => void;
}

class TypedLines implements Lines {
  readonly #typing: Interface;
  readonly #print: (line: string) => void;
  readonly #typed: AsyncIterator<string>;
  /** Whether a prompt stands in the terminal, and what a person types behind it. */
  #prompting: boolean;

  constructor(
    typing: Interface,
    prompting: boolean,
    signal: AbortSignal,
    print: (line: string) => void,
  ) {
    this.#typing = typing;
    this.#prompting = prompting;
    this.#print = print;
    signal.addEventListener("abort", () => this.#stop(), { once: true });
    typing.on("line", () => this.#prompt()); // at once, because the reader of the lines may be busy
    this.#typed = typing[Symbol.asyncIterator](); // now, so no line is lost if its reader is late
    typing.once("close", () => {
      if (!signal.aborted) this.#end();
    });
  }

  /** An arrow function, so that it can be handed on alone. */
  readonly print = (text: string): void => {
    if (!this.#prompting) return this.#print(text);
    const rows = this.#wipe();
    process.stdout.write(`${text}\n${"\n".repeat(rows)}`);
    this.#typing.prompt(true);
  };

  async *[Symbol.asyncIterator](): AsyncGenerator<string> {
    this.#prompt();
    yield* { [Symbol.asyncIterator]: () => this.#typed };
  }

  [Symbol.dispose](): void {
    this.#typing.close();
  }

  #prompt(): void {
    if (this.#prompting) this.#typing.prompt();
  }

  /** Ends at Ctrl-C. */
  #stop(): void {
    // Go to the end of the line, which may wrap. The next text stands below it.
    if (this.#prompting) this.#typing.write(null, { ctrl: true, name: "e" });
    this.#typing.close();
  }

  /** Ends with the input. */
  #end(): void {
    if (this.#prompting) this.#wipe();
    this.#prompting = false;
  }

  /** Puts the cursor at the beginning of the typed line, and clears everything after it. */
  #wipe(): number {
    const { rows } = this.#typing.getCursorPos(); // the line may have wrapped onto several
    moveCursor(process.stdout, 0, -rows);
    cursorTo(process.stdout, 0);
    clearScreenDown(process.stdout);
    return rows;
  }
}
