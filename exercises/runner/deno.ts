/**
 * Runs Deno on the learner's code. It has only the permissions that are given, it cannot fetch
 * anything, and its time and its output have limits.
 *
 * @module
 */
import { inProject } from "../../cli/source.ts";

/** How long Deno may run, and how much it may print. */
export interface Limit {
  /** The time until the first sign of life, in milliseconds. */
  readonly start: number;
  /** The time after each sign of life, in milliseconds. */
  readonly time: number;
  /** The time for all of it, in milliseconds. */
  readonly whole?: number;
  /** The text on its output that is a sign of life. */
  readonly alive?: string;
  /** The size of its output, in characters. */
  readonly output: number;
  /** Stops it when nobody wants its result any more. */
  readonly signal?: AbortSignal | undefined;
}

/** The exit code and the output of Deno. */
export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** The limit that it went over, if it did. */
  readonly stopped: "time" | "output" | undefined;
}

// Permissions do not keep Deno itself from fetching an import, and these options do not cover every
// case: for an npm package that is not in deno.lock, Deno 2.9 asks the registry before it refuses.
// So Deno has to use a proxy, at an address where no proxy is.
const NOTHING_FETCHED = ["--no-remote", "--cached-only", "--frozen"];
const NO_PROXY_THERE = "http://127.0.0.1:0";
const ENVIRONMENT = {
  NO_COLOR: "1",
  DENO_NO_PROMPT: "1",
  DENO_NO_UPDATE_CHECK: "1",
  ...Object.fromEntries(
    ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"].flatMap((name) => [
      [name, NO_PROXY_THERE],
      [name.toLowerCase(), NO_PROXY_THERE],
    ]),
  ),
  NO_PROXY: "",
  no_proxy: "",
};

/** The time that is enough for anything, in milliseconds. */
const WHOLE = 300_000;

/** The limits of a program that is sure to end. */
export const ENOUGH: Limit = { start: WHOLE, time: WHOLE, output: Infinity };

const running = new Set<Deno.ChildProcess>();

/** Runs `deno test …` or `deno check …`. `hear` is called with all its output so far. */
export async function deno(
  command: "test" | "check",
  args: string[],
  limit: Limit = ENOUGH,
  hear: (stdout: string) => void = () => {},
): Promise<Ended> {
  const child = new Deno.Command(Deno.execPath(), {
    args: [command, ...NOTHING_FETCHED, ...args],
    cwd: inProject(""),
    env: ENVIRONMENT,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  running.add(child);
  using limits = new Limits(child, limit);
  const [stdout, stderr] = await Promise.all([
    limits.read(child.stdout, hear, limit.alive),
    limits.read(child.stderr),
  ]);
  const { code } = await child.status;
  running.delete(child);
  return { code, stdout, stderr, stopped: limits.stopped };
}

/** Stops a process that goes over one of its limits. */
class Limits implements Disposable {
  /** The limit that it went over. */
  stopped: Ended["stopped"];
  readonly #child: Deno.ChildProcess;
  readonly #limit: Limit;
  readonly #end: ReturnType<typeof setTimeout>;
  #timer: ReturnType<typeof setTimeout>;

  constructor(child: Deno.ChildProcess, limit: Limit) {
    this.#child = child;
    this.#limit = limit;
    this.#timer = this.#stopAfter(limit.start);
    this.#end = this.#stopAfter(limit.whole ?? WHOLE);
    limit.signal?.addEventListener("abort", this.#unwanted);
    if (limit.signal?.aborted) this.#unwanted();
  }

  /** Reads a stream to its end. `alive` is the text that is a sign of life. */
  async read(
    stream: ReadableStream<Uint8Array<ArrayBuffer>>,
    hear: (text: string) => void = () => {},
    alive = "",
  ): Promise<string> {
    let text = "";
    for await (const chunk of stream.pipeThrough(new TextDecoderStream())) {
      if (alive && (text.slice(-alive.length) + chunk).includes(alive)) {
        clearTimeout(this.#timer);
        this.#timer = this.#stopAfter(this.#limit.time);
      }
      if (text.length < this.#limit.output) text += chunk;
      else if (!this.stopped) this.#stop("output");
      hear(text);
    }
    return text;
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    clearTimeout(this.#end);
    this.#limit.signal?.removeEventListener("abort", this.#unwanted);
  }

  #stopAfter(milliseconds: number): ReturnType<typeof setTimeout> {
    return setTimeout(() => this.#stop("time"), milliseconds);
  }

  readonly #unwanted = () => kill(this.#child);

  #stop(over: Ended["stopped"]): void {
    this.stopped = over;
    kill(this.#child);
  }
}

/** Stops every Deno that is running. */
export function stopAll(): void {
  for (const child of running) kill(child);
}

function kill(child: Deno.ChildProcess): void {
  try {
    child.kill("SIGKILL");
  } catch {
    // It has ended just now.
  }
}
