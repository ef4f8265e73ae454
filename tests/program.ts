/**
 * A lesson's real command line, run as a learner runs it: `deno task lesson4 server`.
 *
 * @module
 */
import config from "../deno.json" with { type: "json" };
import { bind } from "../lib/udp.ts";
import { later, within } from "./helpers.ts";

const PATIENCE = 20_000;

/** A name that no resolver asks anyone about: a label has at most 63 bytes (RFC 1035, 2.3.4). */
export const NO_HOST = `${"x".repeat(64)}.invalid`;

/** What a program left behind. */
export interface Ended {
  code: number;
  stdout: string;
  stderr: string;
}

/** A program that is running: type into it, wait for what it prints, stop it with Ctrl-C. */
export class Program implements AsyncDisposable {
  stdout = "";
  stderr = "";
  readonly #child: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  readonly #ended: Promise<Ended>;
  #changed = Promise.withResolvers<void>();
  #running = true;

  /** Starts a program, in the project's folder unless told otherwise. */
  constructor(command: string, args: string[], options: Deno.CommandOptions = {}) {
    this.#child = new Deno.Command(command, {
      args,
      cwd: new URL("..", import.meta.url),
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
      ...options,
      clearEnv: true,
      env: { ...environment(), NO_COLOR: "1", SHELL: "/bin/sh", ...options.env }, // SHELL: for script
    }).spawn();
    this.#input = this.#child.stdin.getWriter();
    this.#ended = this.#run();
  }

  async #run(): Promise<Ended> {
    const read = async (stream: ReadableStream<Uint8Array>, name: "stdout" | "stderr") => {
      const decoder = new TextDecoder();
      for await (const bytes of stream) {
        this[name] += decoder.decode(bytes, { stream: true });
        this.#change();
      }
    };
    await Promise.all([read(this.#child.stdout, "stdout"), read(this.#child.stderr, "stderr")]);
    const { code } = await this.#child.status;
    this.#running = false;
    this.#change();
    return { code, stdout: this.stdout, stderr: this.stderr };
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
      if (!this.#running) throw new Error(`It ended without printing ${pattern}:\n${this}`);
      await this.#patiently(this.#changed.promise, deadline - Date.now(), `print ${pattern}`);
    }
  }

  /** Types text, as a pipe does. */
  async type(text: string | Uint8Array): Promise<void> {
    await this.#input.write(typeof text === "string" ? new TextEncoder().encode(text) : text);
  }

  /** Ends its input (Ctrl-D). */
  async endInput(): Promise<void> {
    await this.#input.close().catch(() => {});
  }

  /** Sends it a signal, such as Ctrl-C's. */
  signal(name: Deno.Signal = "SIGINT"): void {
    try {
      if (this.#running) this.#child.kill(name);
    } catch {
      // It has ended, and what it started still holds its output open.
    }
  }

  /** Waits until it has ended. */
  async end(): Promise<Ended> {
    await this.endInput();
    return await this.#patiently(this.#ended, PATIENCE, "end");
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

/** What whoever runs the tests has set, but for what is stronger than NO_COLOR, and what forbids to ask. */
function environment(): Record<string, string> {
  const { FORCE_COLOR: _, DENO_NO_PROMPT: __, ...rest } = Deno.env.toObject();
  return rest;
}

/** Starts what `deno task lessonN …` starts. ({@linkcode inTerminal} starts the task itself.) */
export function lesson(number: number, ...args: (string | number)[]): Program {
  const tasks: Record<string, { command: string }> = config.tasks;
  const [, ...command] = tasks[`lesson${number}`]!.command.split(" ");
  return new Program(Deno.execPath(), [...command, ...args.map(String)]);
}

/** Whether {@linkcode inTerminal} works here: it needs util-linux's `script`. */
export const terminal: boolean = Deno.build.os === "linux" &&
  await new Deno.Command("script", { args: ["--version"] }).output().then(() => true, () => false);

/** Starts `deno task …` in a terminal of so many columns. There lines are edited, and Deno asks. */
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
    await program.type(`${word}\n`);
    await later(300);
  }
}

/** Runs what `deno task lessonN …` runs to its end, with this as its input. */
export async function runLesson(
  number: number,
  args: (string | number)[] = [],
  input: string | Uint8Array = "",
): Promise<Ended> {
  await using program = lesson(number, ...args);
  if (input.length > 0) await program.type(input);
  return await program.end();
}

/**
 * Tries again until it does not throw, for 5 seconds at most. While another test starts a program, that
 * program holds copies of all open sockets, until it is its own (fork, then exec): so a port may stay in
 * use for a moment after its socket was closed.
 */
export async function eventually<T>(attempt: () => T | Promise<T>): Promise<T> {
  for (const deadline = Date.now() + 5000;;) {
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
