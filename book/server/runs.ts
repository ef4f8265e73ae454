/**
 * Runs lessons: the task of deno.json, and no other command.
 *
 * @module
 */
import { type Knobs, turned } from "../../cli/knobs.ts";
import type { Complaint, Event } from "../diagram/events.ts";
import { printable } from "../../lib/text.ts";
import { linesOf } from "./lines.ts";

/** What a run may take. */
export const LIMIT = { milliseconds: 15_000, lines: 1000 };

const running = new Set<Deno.ChildProcess>();

/**
 * The options for a play's knobs that somebody asks for, or `undefined` if one of them is not a knob of
 * this lesson, has a number that it cannot have, or is there twice.
 */
export function knobOptions(asked: URLSearchParams, knobs: Knobs = {}): string[] | undefined {
  const options = new Map<string, string>();
  for (const [name, text] of asked) {
    const number = Object.hasOwn(knobs, name) ? turned(knobs[name]!, text) : undefined;
    if (number === undefined || options.has(name)) return undefined;
    options.set(name, `--${name}=${number}`);
  }
  return [...options.values()];
}

/**
 * Runs the command of a lesson's task, with its own permissions, and tells each event and whatever else
 * comes out. Ends when the lesson does, at the limits, and when the signal is aborted. `options` are
 * those of {@linkcode knobOptions}.
 */
export async function play(
  command: string,
  folder: URL,
  tell: (event: Event | Complaint) => void,
  signal: AbortSignal,
  options: readonly string[] = [],
): Promise<void> {
  const child = start(command, folder, options);
  running.add(child);
  let stopped = "";
  const stop = (why: string) => {
    stopped ||= why;
    kill(child);
  };
  using _limits = limits(stop, signal);
  try {
    const ended = await toldBy(child, folder, tell, stop);
    const { code } = await child.status;
    if (stopped) tell({ event: "failed", text: stopped });
    else if (code !== 0) tell({ event: "failed", text: `It failed, with exit code ${code}.` });
    else if (!ended) {
      tell({ event: "failed", text: "It ended too early: there is no whole picture." });
    }
  } finally {
    kill(child);
    running.delete(child);
  }
}

function start(command: string, folder: URL, options: readonly string[]): Deno.ChildProcess {
  const [program, subcommand, ...args] = command.split(" ");
  if (program !== "deno" || subcommand !== "run") {
    throw new Error("The lesson's task is not one that begins with: deno run");
  }
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", ...args, "--json", ...options],
    cwd: folder,
    env: { NO_COLOR: "1", DENO_NO_UPDATE_CHECK: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

/** Stops a run when its time is up, and when the signal is aborted. */
function limits(stop: (why: string) => void, signal: AbortSignal): Disposable {
  const late = `It did not end within ${LIMIT.milliseconds / 1000} s, and was stopped.`;
  const timer = setTimeout(() => stop(late), LIMIT.milliseconds);
  const gone = () => {
    stop(typeof signal.reason === "string" ? signal.reason : "Nobody looks any more.");
  };
  signal.addEventListener("abort", gone, { once: true });
  return {
    [Symbol.dispose]() {
      clearTimeout(timer);
      signal.removeEventListener("abort", gone);
    },
  };
}

/** Tells what a run says, so many lines of it. Returns whether it said that it ends. */
async function toldBy(
  child: Deno.ChildProcess,
  folder: URL,
  tell: (event: Event | Complaint) => void,
  stop: (why: string) => void,
): Promise<boolean> {
  let left = LIMIT.lines;
  let ended = false;
  const read = async (stream: typeof child.stdout, make: (line: string) => Event | Complaint) => {
    for await (const line of linesOf(stream)) {
      if (left-- <= 0) return stop(`It told more than ${LIMIT.lines} lines, and was stopped.`);
      if (line === "") continue;
      const event = make(line);
      ended ||= event.event === "end";
      tell(event);
    }
  };
  await Promise.all([
    read(child.stdout, (line) => eventIn(line) ?? { event: "printed", text: printable(line, 500) }),
    read(child.stderr, (line) => {
      return { event: "error", text: printable(line.replaceAll(folder.href, ""), 500) };
    }),
  ]);
  return ended;
}

/** Ends all runs. */
export function stopRuns(): void {
  for (const child of running) kill(child);
}

function kill(child: Deno.ChildProcess): void {
  try {
    child.kill("SIGKILL");
  } catch {
    // It has ended.
  }
}

const EVENTS = ["column", "datagram", "note", "end"];

function eventIn(line: string): Event | undefined {
  if (!line.startsWith("{")) return undefined;
  try {
    const event = JSON.parse(line);
    return EVENTS.includes(event.event) ? event : undefined;
  } catch {
    return undefined;
  }
}
