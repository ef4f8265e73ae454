/**
 * Runs in the process of a check, and reports to the runner what happens there (events.ts).
 *
 * @module
 */
import { Console } from "node:console";
import process, { cpuUsage } from "node:process";
import { type Event, EXIT, SEPARATOR, type Thrown } from "./events.ts";

// A person who runs a check with `deno test` alone wants Deno's report, and no events.
const [wanted] = Deno.args;
const write = Deno.stdout.writeSync.bind(Deno.stdout);

/** Reports an event to the runner, if there is one. */
export function tell(event: Event): void {
  if (wanted !== undefined) write(encoded(`\n${SEPARATOR}${JSON.stringify(event)}\n`));
}

/** Returns whether the runner wants this case. It gives the beginning of the names. */
export function isWanted(name: string): boolean {
  return name.startsWith(wanted ?? "");
}

/** Returns an error as text. Any other thrown value becomes text, too. */
export function thrown(error: unknown): Thrown {
  if (!(error instanceof Error)) return { name: "", message: Deno.inspect(error), stack: "" };
  const { name, message, stack = "" } = error;
  return {
    name,
    message,
    stack: stack.split("\n").filter((line) => /^ +at /.test(line)).join("\n"),
  };
}

/** After how many milliseconds the process reports that it is alive, and how many times at most. */
const BEAT = 500;
const BEATS = 8;

/** After how many milliseconds the clock is read, and how late that may be. */
const TICK = 10;
const LATE = 20;

/** Reads the clock during a case. */
export interface Clock extends Disposable {
  /** Returns whether this process had to wait for the processor: then the machine is busy. */
  wasLate(): boolean;
}

/**
 * Reports for some seconds that this process is alive, and reads the clock. Its timers do not keep
 * the process from ending.
 */
export function clock(): Clock {
  let beats = 0;
  const beat = () => {
    if (beats++ < BEATS) tell({ alive: true });
  };
  let latest = 0;
  let last = performance.now();
  let worked = cpuUsage();
  const tick = () => {
    const now = performance.now();
    const { user, system } = cpuUsage(worked);
    latest = Math.max(latest, now - last - TICK - (user + system) / 1000);
    last = now;
    worked = cpuUsage();
  };
  beat();
  const timers = [setInterval(beat, BEAT), setInterval(tick, TICK)];
  timers.forEach(Deno.unrefTimer);
  return {
    wasLate: () => latest > LATE,
    [Symbol.dispose]: () => timers.forEach(clearInterval),
  };
}

function encoded(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

if (wanted !== undefined) {
  // abort() would end the process at once, and the printed text would be lost.
  process.abort = () => {
    throw new Error(EXIT);
  };
  const print = (printed: string) => (tell({ printed }), true);
  const none = () => {};
  // A Console needs only these functions of a stream.
  const stream = { write: print, once: none, removeListener: none, listenerCount: () => 0 };
  globalThis.console = new Console(stream as never) as typeof console;
  for (const output of [Deno.stdout, Deno.stderr]) {
    output.writeSync = (data) => (print(new TextDecoder().decode(data)), data.length);
    output.write = (data) => Promise.resolve(output.writeSync(data));
  }
}
