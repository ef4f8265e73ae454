/**
 * Sees what happens in a check, in the process that runs it, and tells it to the runner (events.ts).
 *
 * @module
 */
import { Console } from "node:console";
import { type Event, SEPARATOR, type Thrown } from "./events.ts";

// Whoever runs a check with `deno test` alone wants Deno's report, and no events.
const [wanted] = Deno.args;
const write = Deno.stdout.writeSync.bind(Deno.stdout);

/** Tells an event to the runner, if there is one. */
export function tell(event: Event): void {
  if (wanted !== undefined) write(encoded(`\n${SEPARATOR}${JSON.stringify(event)}\n`));
}

/** Whether this case is to run: the runner gives the beginning of the names that it wants. */
export function isWanted(name: string): boolean {
  return name.startsWith(wanted ?? "");
}

/** An error as text; whatever else was thrown, too. */
export function thrown(error: unknown): Thrown {
  if (!(error instanceof Error)) return { name: "", message: Deno.inspect(error), stack: "" };
  const { name, message, stack = "" } = error;
  return {
    name,
    message,
    stack: stack.split("\n").filter((line) => /^ +at /.test(line)).join("\n"),
  };
}

function encoded(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

if (wanted !== undefined) {
  const print = (printed: string) => (tell({ printed }), true);
  const none = () => {};
  // All that a Console needs of a stream.
  const stream = { write: print, once: none, removeListener: none, listenerCount: () => 0 };
  globalThis.console = new Console(stream as never) as typeof console;
  for (const output of [Deno.stdout, Deno.stderr]) {
    output.writeSync = (data) => (print(new TextDecoder().decode(data)), data.length);
    output.write = (data) => Promise.resolve(output.writeSync(data));
  }
}
