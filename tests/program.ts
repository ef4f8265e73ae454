/**
 * A lesson's command line, run as a learner runs it: `deno task lesson4 server`. Most run in the test's own
 * process, which takes a tenth of the time.
 *
 * @module
 */
import { setColorEnabled } from "@std/fmt/colors";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { lines } from "../cli/lines.ts";
import { main } from "../cli/run.ts";
import type { Lesson } from "../cli/lesson.ts";
import type { Terminal } from "../cli/terminal.ts";
import config from "../deno.json" with { type: "json" };
import { bind } from "../lib/udp.ts";
import { bytes, later, PATIENCE, within } from "./helpers.ts";
import { FILES, type Page, page } from "./page.ts";
import { Room } from "./room.ts";

setColorEnabled(false); // a terminal of the tests' own is not the lesson's

/** A name that no resolver asks anyone about: a label has at most 63 bytes (RFC 1035, 2.3.4). */
export const NO_HOST = `${"x".repeat(64)}.invalid`;

/**
 * The codes of a task whose lesson Ctrl-C has ended with 0. The terminal tells `deno task`, too. Where a busy
 * machine lets the lesson end first, `deno task` no longer listens for it, and is ended by it: 128 + SIGINT.
 */
export const CTRL_C = [0, 130];

/** What a program left behind. */
export interface Ended {
  code: number;
  stdout: string;
  stderr: string;
}

/** Somebody's program that is running: type into it, wait for what it prints, stop it with Ctrl-C. */
export abstract class Running implements AsyncDisposable {
  stdout = "";
  stderr = "";
  protected running = true;
  protected abstract readonly ended: Promise<number>;
  #changed = Promise.withResolvers<void>();

  /** Types text, as a pipe does. */
  abstract type(text: string | Uint8Array): Promise<void>;

  /** Ends its input (Ctrl-D). */
  abstract endInput(): Promise<void>;

  /** Sends it a signal, such as Ctrl-C's. */
  abstract signal(name?: Deno.Signal): void;

  /** Remembers what it printed. */
  protected printed(text: string, where: "stdout" | "stderr"): void {
    this[where] += text;
    this.#change();
  }

  /** Remembers that it has ended. */
  protected over(code: number): number {
    this.running = false;
    this.#change();
    return code;
  }

  #change(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }

  /** Waits until the program has printed this. */
  async prints(pattern: RegExp): Promise<RegExpMatchArray> {
    const deadline = Date.now() + PATIENCE;
    while (true) {
      const match = this.stdout.match(pattern);
      if (match) return match;
      if (!this.running) throw new Error(`It ended without printing ${pattern}:\n${this}`);
      await this.#patiently(this.#changed.promise, deadline - Date.now(), `print ${pattern}`);
    }
  }

  /** Waits until it has ended. A type check may take more than a minute. */
  async end(minutes = 1): Promise<Ended> {
    await this.endInput();
    const code = await this.#patiently(this.ended, minutes * PATIENCE, "end");
    return { code, stdout: this.stdout, stderr: this.stderr };
  }

  #patiently<T>(promise: Promise<T>, milliseconds: number, what: string): Promise<T> {
    return within(milliseconds, promise, () => `It did not ${what} in time:\n${this}`);
  }

  toString(): string {
    return `stdout:\n${this.stdout}\nstderr:\n${this.stderr}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.signal("SIGTERM");
    await this.end();
  }
}

/**
 * On Windows a program inherits the pipes of another one that another test starts at the same moment. It
 * keeps them open until it ends, so the other one seems to go on. So there only one test starts a program.
 */
function oneAtATime<T>(start: () => T): T {
  if (Deno.build.os !== "windows") return start();
  const path = join(tmpdir(), "udp-workbook-starts");
  using file = Deno.openSync(path, { write: true, create: true });
  file.lockSync(true);
  return start();
}

/** A program in a process of its own. */
export class Program extends Running {
  protected override readonly ended: Promise<number>;
  readonly #child: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  readonly #output: ReadableStreamDefaultReader<Uint8Array>;

  /** Starts a program, in the project's folder unless told otherwise. */
  constructor(command: string, args: string[], options: Deno.CommandOptions = {}) {
    super();
    const child = new Deno.Command(command, {
      args,
      cwd: new URL("..", import.meta.url),
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
      ...options,
      clearEnv: true,
      env: { ...environment(), NO_COLOR: "1", SHELL: "/bin/sh", ...options.env }, // SHELL: for script
    });
    this.#child = oneAtATime(() => child.spawn());
    this.#input = this.#child.stdin.getWriter();
    this.#output = this.#child.stdout.getReader();
    this.ended = this.#run();
  }

  async #run(): Promise<number> {
    type Reader = ReadableStreamDefaultReader<Uint8Array>;
    const read = async (reader: Reader, where: "stdout" | "stderr") => {
      const decoder = new TextDecoder();
      for (let part; !(part = await reader.read()).done;) {
        this.printed(decoder.decode(part.value, { stream: true }), where);
      }
    };
    await Promise.all([
      read(this.#output, "stdout"),
      read(this.#child.stderr.getReader(), "stderr"),
    ]);
    return this.over((await this.#child.status).code);
  }

  override async type(text: string | Uint8Array): Promise<void> {
    await this.#input.write(typeof text === "string" ? bytes(text) : text);
  }

  override async endInput(): Promise<void> {
    await this.#input.close().catch(() => {});
  }

  /** Reads its standard output no more, as `head` does when it has enough. */
  async leave(): Promise<void> {
    await this.#output.cancel();
  }

  override signal(name: Deno.Signal = "SIGINT"): void {
    try {
      if (this.running) this.#child.kill(name);
    } catch {
      // It has ended, and what it started still holds its output open.
    }
  }
}

/**
 * A lesson in the test's own process, with a terminal that the test holds. It does what `deno task lessonN`
 * does, but for what only a process has: permissions, signals, a real terminal, an end of its own.
 */
class Guest extends Running {
  protected override readonly ended: Promise<number>;
  #input!: ReadableStreamDefaultController<Uint8Array>;
  readonly #interrupted = Promise.withResolvers<void>();

  constructor(page: Promise<Pick<Page, "lesson" | "file">>, args: string[]) {
    super();
    const room = new Room();
    const readable = new ReadableStream<Uint8Array<ArrayBuffer>>({
      start: (controller) => void (this.#input = controller),
    });
    const decoder = new TextDecoder();
    const isTerminal = () => false;
    let ended = false; // a process prints nothing after its end
    const print: typeof this.printed = (text, where) => ended || this.printed(text, where);
    const terminal: Terminal = {
      console: {
        log: (text = "") => print(`${text}\n`, "stdout"),
        error: (text = "") => print(`${text}\n`, "stderr"),
      },
      stdin: { readable, isTerminal },
      stdout: {
        write: (bytes) => {
          print(decoder.decode(bytes, { stream: true }), "stdout");
          return Promise.resolve(bytes.length);
        },
        isTerminal,
      },
      stderr: { isTerminal },
      lines: (question, signal, interrupt) =>
        lines(question, signal, interrupt, {
          input: Readable.fromWeb(readable),
          print: terminal.console.log,
        }),
      onInterrupt: (stop) => void this.#interrupted.promise.then(stop),
      takeBack: () => {}, // the permissions are those of all tests of this file
      traffic: () => `${room.traffic}`,
    };
    const run = async () => {
      const { lesson, file } = await page;
      return await main(lesson, file, args, terminal);
    };
    this.ended = room.run(run).then(async (code) => {
      ended = true;
      await room.close();
      return this.over(code);
    });
  }

  override type(text: string | Uint8Array): Promise<void> {
    this.#input.enqueue(typeof text === "string" ? bytes(text) : text);
    return Promise.resolve();
  }

  override endInput(): Promise<void> {
    try {
      this.#input.close();
    } catch {
      // It was ended before.
    }
    return Promise.resolve();
  }

  override signal(): void {
    if (this.running) this.#interrupted.resolve();
  }
}

/** What whoever runs the tests has set, but for what is stronger than NO_COLOR, and what forbids to ask. */
function environment(): Record<string, string> {
  const { FORCE_COLOR: _, DENO_NO_PROMPT: __, ...rest } = Deno.env.toObject();
  return rest;
}

/** Starts what `deno task lessonN …` starts, in this process. */
export function lesson(number: number, ...args: (string | number)[]): Running {
  const file = FILES.find((file) => parseInt(file) === number)!;
  return new Guest(page(file), args.map(String));
}

/**
 * Starts the same in a process of its own, for what only a process shows. ({@linkcode inTerminal} starts
 * the task itself.)
 */
export function child(number: number, ...args: (string | number)[]): Program {
  const tasks: Record<string, { command: string }> = config.tasks;
  const [, ...command] = tasks[`lesson${number}`]!.command.split(" ");
  return new Program(Deno.execPath(), [...command, ...args.map(String)]);
}

/** Starts a lesson that a test made, in this process. */
export function ownLesson(lesson: Lesson, ...args: string[]): Running {
  return new Guest(Promise.resolve({ lesson, file: "99_own.ts" }), args);
}

/**
 * Starts `deno task …` in a terminal of so many columns. There lines are edited, and Deno asks.
 * It needs util-linux's `script`: a test of it is declared with `unless(NO_TERMINAL, …)`.
 */
export function inTerminal(task: string, env: Record<string, string> = {}, columns = 80): Program {
  // exec: a shell that waited for Deno would be ended by Ctrl-C, with a code of its own.
  const command = `stty cols ${columns}; exec "${Deno.execPath()}" task -q ${task}`;
  const options = { env: { TERM: "xterm", ...env } };
  return new Program("script", ["-qec", command, "/dev/null"], options);
}

/** Answers what Deno asks. It throws away what was typed before it is ready: so again, if need be. */
export async function answer(program: Program, word: "y" | "n", done: RegExp): Promise<void> {
  await program.prints(/Allow\?/);
  for (let tries = 0; tries < 10 && !done.test(program.stdout); tries++) {
    await program.type(`${word}\n`).catch(() => {}); // it may have ended after the one before
    for (let wait = 0; wait < 30 && !done.test(program.stdout); wait++) await later(10);
  }
}

/** Runs what `deno task lessonN …` runs to its end, in this process, with this as its input. */
export function runLesson(
  number: number,
  args: (string | number)[] = [],
  input: string | Uint8Array = "",
): Promise<Ended> {
  return toItsEnd(lesson(number, ...args), input);
}

/** The same in a process of its own. */
export function runChild(
  number: number,
  args: (string | number)[] = [],
  input: string | Uint8Array = "",
): Promise<Ended> {
  return toItsEnd(child(number, ...args), input);
}

async function toItsEnd(program: Running, input: string | Uint8Array): Promise<Ended> {
  await using running = program;
  if (input.length > 0) await running.type(input);
  return await running.end();
}

/**
 * Tries again until it does not throw, as long as the tests wait. While another test starts a program, that
 * program holds copies of all open sockets, until it is its own (fork, then exec): so a port may stay in
 * use for a moment after its socket was closed. And where a lesson waits for a fixed time, a busy machine may
 * be late.
 */
export async function eventually<T>(attempt: () => T | Promise<T>): Promise<T> {
  for (const deadline = Date.now() + PATIENCE;;) {
    try {
      return await attempt();
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await later(10);
    }
  }
}

/**
 * A port where nobody is, and where nobody will be: outside the ranges from which Linux, macOS and
 * Windows pick ephemeral ports for the tests that run at the same time.
 */
export function freePort(): number {
  while (true) {
    const port = 10_000 + Math.floor(Math.random() * 20_000);
    try {
      bind({ port }).close();
      return port;
    } catch (error) {
      if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    }
  }
}
