/**
 * Runs the checks of an exercise page and says what became of them.
 *
 * @module
 */
import { stripVTControlCharacters } from "node:util";

/** How one of the two exercises on a page is getting on. */
export interface Result {
  exercise: string;
  state: "done" | "not started" | "not yet";
  cases: Case[];
  /** What is wrong with the whole: it does not compile, it never ends. */
  trouble: string;
}

/** What became of one case of a check. */
export interface Case {
  /** A sentence about what the code should do. */
  name: string;
  /** What went wrong, for a person to read: empty if nothing did. */
  trouble: string;
  /** What the learner's code printed meanwhile. */
  printed: string[];
}

/** How long the cases of one exercise may take, in milliseconds, and how much they may print, in bytes. */
const LIMIT = { time: 4000, output: 1_000_000 };

const PAGES = ["01_send", "02_receive", "03_bind", "04_echo", "05_chat", "06_broadcast"];

/** The numbers of the pages: 1 to 6. */
export const NUMBERS: number[] = PAGES.map((_, i) => i + 1);

/** The learner's file, `exercises/04_echo.ts`, or another of the same name. */
export function file(number: number, folder = "", ending = ".ts"): string {
  return `exercises/${folder}${PAGES[number - 1]}${ending}`;
}

/** Checks a page. Whoever checks several asks the compiler once for all of them. */
export async function check(number: number, compiling = compile([number])): Promise<Result[]> {
  const results = await cases(number);
  const errors = (await compiling).get(number);
  return errors ? results.map((result) => broken(result, number, errors)) : results;
}

function broken({ exercise }: Result, number: number, errors: string[]): Result {
  const trouble = [`${file(number)} does not compile:`, ...errors].join("\n");
  return { exercise, state: "not yet", cases: [], trouble };
}

/** Runs the cases of a page, one process for each exercise: where one never ends, the other still may. */
async function cases(number: number): Promise<Result[]> {
  const source = await Deno.readTextFile(file(number, "checks/", "_test.ts"));
  const names = [...source.matchAll(/^Deno\.test\("((\w+): .*?)", /gm)];
  const exercises = [...new Set(names.map(([, , exercise]) => exercise!))];
  return await Promise.all(exercises.map((exercise) => {
    const own = names.map(([, name]) => name!).filter((name) => name.startsWith(`${exercise}: `));
    return run(number, exercise, own);
  }));
}

async function run(number: number, exercise: string, names: string[]): Promise<Result> {
  const { stdout, stderr, stopped } = await deno([
    "test",
    "--no-check", // the compiler is asked at the same time
    "--no-prompt",
    "--sanitize-ops",
    "--sanitize-resources",
    "--allow-net=127.0.0.0/8",
    `--filter=${exercise}: `,
    file(number, "checks/", "_test.ts"),
  ], LIMIT);

  const cases = read(stdout, names);
  const all = cases.length === names.length;
  let trouble = "";
  if (stopped === "time") {
    trouble = `It does not end, so it was stopped, in this case:\n${names[cases.length]}.\n` +
      "Is there a loop that never stops, or one that never waits?";
  } else if (stopped === "output") {
    trouble = "It prints more than 1 MB, so it was stopped. Is there a loop that never stops?";
  } else if (!all) {
    const [, thrown] = stdout.split("(uncaught error)\nerror: ");
    const said = thrown ? told(thrown) : stderr.match(/^error: (.*)/m)?.[1] ?? "";
    trouble = `It ends before all is checked. ${said}`.trim();
  }
  const done = all && cases.every(({ trouble }) => trouble === "");
  const untouched = all && cases.every(({ trouble }) => trouble.startsWith("NotStarted:"));
  return { exercise, state: done ? "done" : untouched ? "not started" : "not yet", cases, trouble };
}

/** What the compiler has against pages, by their numbers: against most of them, nothing. */
export async function compile(numbers: number[]): Promise<Map<number, string[]>> {
  const pages = numbers.map((number) => file(number, "checks/", "_test.ts"));
  const { stderr } = await deno(["check", ...pages]);
  const errors = new Map<number, string[]>();
  // An error, its explanation, the line with marks under it, and then the place.
  const pattern =
    /^(?:TS\d+ )?(?:\[ERROR\]|error): (.*)\n(?:.*\n)*? +at .*?(exercises\/.*?0(\d)_[^:]+):(\d+):\d+$/gm;
  for (const [, said, path, number, line] of stderr.matchAll(pattern)) {
    const known = errors.get(Number(number)) ?? [];
    const text = said!.replaceAll(/"file:.*?([^/]+)"/g, "$1");
    errors.set(Number(number), [...known, `${path} line ${line}: ${text}`]);
  }
  return errors;
}

/** The cases in what Deno's test runner prints: first how each one ended, then all the errors. */
function read(output: string, names: string[]): Case[] {
  const [progress, errors = ""] = output.split(/^ ERRORS $/m) as [string, string?];
  const cases: Case[] = [];
  let printed: string[] = [];
  let inside = false;
  for (const line of progress.split("\n")) {
    const [, name, how] = line.match(/^(.*) \.\.\. (ok|FAILED) \(.*\)$/) ?? [];
    if (name && names.includes(name)) {
      const trouble = how === "ok" ? "" : told(errorOf(name, errors));
      cases.push({ name, trouble, printed });
      printed = [];
    } else if (/^-+ .*output -+$/.test(line)) {
      inside = true;
    } else if (inside) {
      const [text, end] = line.split(/-+ .*output end -+$/) as [string, string?];
      if (text) printed.push(text);
      inside = end === undefined;
    }
  }
  return cases;
}

/** The error of one case, without the name and the place above it, and what stands below. */
function errorOf(name: string, errors: string): string {
  const [, after] = errors.split(`\n${name} => `);
  if (after === undefined) return "Wrong: Why, you will see when the check gets to its end.";
  const [error] = after.split(/\n\n\S.* => |\n FAILURES /) as [string];
  return error.slice(error.indexOf("\nerror: ") + "\nerror: ".length);
}

/** An error of the test runner in a learner's words: no stack, no source of the checks. */
function told(message: string): string {
  if (message.startsWith("Leaks detected:")) {
    return "Something is left open or running when it ends: close every socket that you open (`using` " +
      `does), and await all that you start. Deno says:\n${message.split("\n")[1]?.trim() ?? ""}`;
  }
  if (message.includes("event loop has already resolved")) {
    return "It waits for something that can never happen: there is nothing left to wait for.";
  }
  const lines = message.replace(/^(Uncaught )?(\(in promise\) )?/, "").split("\n");
  const stack = lines.findIndex((line) => /^ {4}at /.test(line));
  const marked = /^\s*\^/.test(lines[stack - 1] ?? ""); // a line of source, and a caret under it
  const said = stack === -1 ? lines : lines.slice(0, marked ? stack - 2 : stack);
  const text = said.join("\n").trim();
  if (text.startsWith("NotStarted:")) return text;
  if (text.startsWith("Wrong: ")) return text.slice("Wrong: ".length);
  if (text.startsWith("TimeoutError:")) {
    return "The time of an AbortSignal was up. Then receive throws, and nobody caught that: see how " +
      "receiveWithin in lessons/02_receive.ts does.";
  }
  const place = message.match(/exercises\/(\d\d_\w+\.ts:\d+)/)?.[1];
  return `It throws${place ? ` at ${place}` : ""}: ${text}`;
}

const running = new Set<Deno.ChildProcess>();

/** Stops every check that is running. */
export function stopAll(): void {
  for (const child of running) {
    try {
      child.kill("SIGKILL");
    } catch {
      // It has ended just now.
    }
  }
}

/** Runs Deno, but no longer and no chattier than the limits say. */
async function deno(args: string[], limit = { time: 60_000, output: Infinity }) {
  const child = new Deno.Command(Deno.execPath(), {
    args,
    env: { NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  running.add(child);
  let stopped: keyof typeof limit | undefined;
  const stop = (over: keyof typeof limit) => {
    stopped = over;
    child.kill("SIGKILL");
  };
  const read = async (stream: ReadableStream<Uint8Array>) => {
    let text = "";
    for await (const chunk of stream.pipeThrough(new TextDecoderStream())) {
      if (text.length < limit.output) text += chunk;
      else if (!stopped) stop("output");
    }
    return stripVTControlCharacters(text);
  };
  const timer = setTimeout(() => stop("time"), limit.time);
  const [stdout, stderr] = await Promise.all([read(child.stdout), read(child.stderr)]);
  await child.status;
  running.delete(child);
  clearTimeout(timer);
  return { stdout, stderr, stopped };
}
