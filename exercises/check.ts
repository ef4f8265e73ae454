/**
 * Checks the exercises: `deno task exercise4`, and `deno task exercises` for all of them.
 *
 * @module
 */
import { parseArgs } from "@std/cli";
import { bold, cyan, dim, green, red, setColorEnabled, yellow } from "@std/fmt/colors";
import { count, printable, wrapped } from "../lib/text.ts";
import { HINTS } from "./hints.ts";
import { check, compile, file, NUMBERS, type Result, stopAll } from "./results.ts";

const SEEN = "exercises/.hints.json";

/** Prints how it went. Returns whether both exercises are done. */
function report(number: number, results: Result[]): boolean {
  if (results.every(({ cases }) => cases.length === 0)) { // it is no matter of one of them
    console.log(`\n${indented(results[0]!.trouble, "")}\n\nNext: fix ${file(number)}.`);
    return false;
  }
  for (const { exercise, state, cases, trouble } of results) {
    const mark = state === "done" ? green("done") : yellow(state);
    console.log(`\n${bold(exercise)}: ${mark}`);
    if (state === "not started") continue;
    let last = "";
    for (const { name, trouble, printed } of cases) {
      const sentence = name.slice(exercise.length + 2);
      console.log(trouble ? `  ${red("✗")} ${sentence}` : `  ${green("✓")} ${sentence}`);
      const said = trouble === last ? "The same." : trouble.replace(/^NotStarted: /, "");
      if (trouble) console.log(indented(said, "      "));
      last = trouble;
      for (const line of printed.slice(0, 10)) console.log(dim(indented(line, "      | ")));
      if (printed.length > 10) console.log(dim(`      | … and ${printed.length - 10} lines more`));
    }
    if (trouble) console.log(indented(trouble, "  "));
  }

  const [open] = unfinished(results);
  console.log();
  if (!open) {
    console.log(
      `${green("Both are done.")} Another way to do it: ${file(number, "solutions/")}`,
    );
    console.log(`Next: deno task ${number < 6 ? `lesson${number + 1}` : "exercises"}`);
  } else if (open.state === "not started") {
    console.log(
      `Next: write ${bold(open.exercise)} in ${file(number)}, then: deno task exercise${number}`,
    );
  } else {
    console.log(`Next: fix ${bold(open.exercise)} in ${file(number)}.`);
    console.log(`Stuck? deno task exercise${number} --hint`);
  }
  return !open;
}

/** Those that are not done: first the one that was begun. */
function unfinished(results: Result[]): Result[] {
  const begun = (result: Result) => result.state === "not yet" ? 0 : 1;
  return results.filter(({ state }) => state !== "done").sort((a, b) => begun(a) - begun(b));
}

function indented(text: string, margin: string): string {
  return text.split("\n").flatMap((line) => wrapped(printable(line), 79 - margin.length))
    .map((line) => margin + line).join("\n");
}

/** Says what is going on while the learner waits, where it can be wiped away again. */
async function waiting<T>(text: string, promise: Promise<T>): Promise<T> {
  const write = (text: string) => Deno.stdout.writeSync(new TextEncoder().encode(text));
  const terminal = Deno.stdout.isTerminal();
  if (terminal) write(dim(text));
  try {
    return await promise;
  } finally {
    if (terminal) write(`\r${" ".repeat(text.length)}\r`);
  }
}

async function once(number: number): Promise<boolean> {
  console.log(`Exercise ${number}: ${file(number)}`);
  if (!await exists(file(number))) {
    console.log(`\nIt is not there. To have it as it was: deno task exercise${number} --reset`);
    return false;
  }
  return report(number, await waiting("Checking...", check(number)));
}

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}

async function overview(): Promise<number> {
  let done = 0;
  let all = 0;
  let next: number | undefined;
  const compiling = compile(NUMBERS);
  for (const number of NUMBERS) {
    const results = await waiting(`Checking exercise ${number}...`, check(number, compiling));
    for (const { exercise, state, cases } of results) {
      all++;
      if (state === "done") done++;
      else next ??= number;
      const passed = cases.filter(({ trouble }) => trouble === "").length;
      const mark = state === "done" ? green("✓") : state === "not yet" ? yellow("…") : dim("·");
      const partly = state === "not yet" ? `${state}: ${count(passed, "case")} right` : state;
      console.log(`${mark} exercise${number}  ${exercise.padEnd(16)}  ${partly}`);
    }
  }
  const bar = "█".repeat(done) + "░".repeat(all - done);
  console.log(`\n${cyan(bar)} ${done} of ${all} done`);
  console.log(next ? `Next: deno task exercise${next}` : "That was all of them.");
  return 0;
}

async function hint(number: number, wanted?: string): Promise<number> {
  console.log(`Exercise ${number}: ${file(number)}`);
  const results = await waiting("Looking at what is done...", check(number));
  const open = unfinished(results).map(({ exercise }) => exercise);
  if (wanted && !results.some(({ exercise }) => exercise === wanted)) {
    console.error(`${wanted} is on another page.`);
    return 2;
  }
  const exercise = wanted ?? open[0];
  if (exercise === undefined) {
    console.log(`Both are done: no hint needed. Another way: ${file(number, "solutions/")}`);
    return 0;
  }
  const hints = HINTS[exercise]!;
  const seen = await hintsSeen();
  const next = Math.min(seen[exercise] ?? 0, hints.length - 1);
  console.log(`\n${bold(exercise)}, hint ${next + 1} of ${hints.length}:`);
  console.log(indented(hints[next]!, "  "));
  await Deno.writeTextFile(SEEN, JSON.stringify({ ...seen, [exercise]: next + 1 }));
  if (next + 1 === hints.length) {
    console.log(
      "\nThat was the last one. Still stuck? Sleep on it, or read the lesson once more.",
    );
  }
  const other = open.find((name) => name !== exercise);
  if (other) console.log(`\nFor the other one: deno task exercise${number} --hint ${other}`);
  return 0;
}

/** How many hints were shown of each exercise, so that the next call shows the next one. */
async function hintsSeen(): Promise<Record<string, number>> {
  try {
    return { ...JSON.parse(await Deno.readTextFile(SEEN)) };
  } catch {
    return {};
  }
}

async function reset(number: number): Promise<number> {
  const [mine, original] = await Promise.all([
    Deno.readTextFile(file(number)).catch(() => ""),
    Deno.readTextFile(file(number, "originals/", ".txt")),
  ]);
  if (mine === original) {
    console.log(`${file(number)} is as it was: nothing to reset.`);
    return 0;
  }
  if (!confirmed(`Put ${file(number)} back as it was? Your version is kept beside it.`)) {
    console.log("Nothing was changed.");
    return 1;
  }
  if (mine) console.log(`Your version: ${await keep(number, mine)}`);
  await Deno.writeTextFile(file(number), original);
  const seen = await hintsSeen();
  for (const [, exercise] of original.matchAll(/export (?:async )?function (\w+)/g)) {
    delete seen[exercise!];
  }
  await Deno.writeTextFile(SEEN, JSON.stringify(seen));
  console.log(`${file(number)} is as it was.`);
  return 0;
}

/** Reads the answer from the terminal, or from a pipe. */
function confirmed(question: string): boolean {
  if (Deno.stdin.isTerminal()) return confirm(question);
  console.log(`${question} [y/N]`);
  const buffer = new Uint8Array(16);
  const length = Deno.stdin.readSync(buffer) ?? 0;
  return /^y(es)?(\s|$)/i.test(new TextDecoder().decode(buffer.subarray(0, length)));
}

/** Keeps the learner's version under a name that is free. */
async function keep(number: number, mine: string): Promise<string> {
  for (let i = 1;; i++) {
    const path = file(number, "", `.mine${i}.txt`);
    try {
      await Deno.writeTextFile(path, mine, { createNew: true });
      return path;
    } catch (error) {
      if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
    }
  }
}

async function watch(number: number): Promise<number> {
  const watcher = Deno.watchFs("exercises");
  const name = file(number).slice("exercises/".length);
  const again = async () => {
    if (Deno.stdout.isTerminal()) console.clear();
    await once(number);
    console.log(dim("\nWatching: it is checked again when you save. Ctrl-C ends."));
  };
  await again();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let running = Promise.resolve();
  for await (const { paths } of watcher) {
    if (!paths.some((path) => path.endsWith(name))) continue;
    clearTimeout(timer); // editors save in several steps
    timer = setTimeout(() => running = running.then(again).catch(fail), 100);
  }
  return 0;
}

const HELP = `Check an exercise, and find out what works, what does not, and what is next.

Usage
  deno task exercises             where you stand: every exercise, done or not
  deno task exercise4             check both exercises of lesson 4
  deno task exercise4 --watch     again at every save, until Ctrl-C
  deno task exercise4 --hint      one hint; again for the next one
  deno task exercise4 --hint stoppableServer   a hint for this one
  deno task exercise4 --reset     the file as it was; your version is kept
  deno task exercise4 --help      this text

Write your code in exercises/04_echo.ts: what to do stands there.`;

/** Ends the checks, too: one with an endless loop would go on by itself. */
function onInterrupt(code: number): void {
  const stop = () => {
    stopAll();
    console.log("\nStopped.");
    Deno.exit(code);
  };
  Deno.addSignalListener("SIGINT", stop);
  if (Deno.build.os === "windows") return;
  Deno.addSignalListener("SIGTERM", stop);
  Deno.addSignalListener("SIGHUP", stop);
  Deno.addSignalListener("SIGTSTP", () => {}); // Ctrl-Z: see cli/run.ts
}

async function main(args: string[]): Promise<number> {
  const number = /^[1-6]$/.test(args[0] ?? "") ? Number(args.shift()) : undefined;
  const wrong: string[] = [];
  const options = parseArgs(args, {
    boolean: ["watch", "hint", "reset", "help"],
    alias: { h: "help" },
    unknown: (argument) => {
      wrong.push(argument);
      return false;
    },
  });
  if (options.help) {
    console.log(HELP);
    return 0;
  }
  const wanted = options.hint && Object.hasOwn(HINTS, wrong[0] ?? "") ? wrong.shift() : undefined;
  const chosen = ["watch", "hint", "reset"].filter((option) => options[option]);
  if (wrong.length > 0 || chosen.length > 1 || (chosen.length > 0 && !number)) {
    console.error(
      wrong.length > 0
        ? `There is no option "${printable(wrong[0]!)}" here.`
        : number
        ? `One at a time: --${chosen.join(" or --")}.`
        : `--${chosen[0]} needs an exercise, such as: deno task exercise1 --${chosen[0]}`,
    );
    console.error(`See: deno task exercise${number ?? 1} --help`);
    return 2;
  }
  if (options.reset) return await reset(number!);
  onInterrupt(options.watch ? 0 : 130);
  if (!number) return await overview();
  if (options.watch) return await watch(number);
  if (options.hint) return await hint(number, wanted);
  return await once(number) ? 0 : 1;
}

function fail(error: unknown): never {
  console.error(printable((error as Error).message));
  Deno.exit(1);
}

if (import.meta.main) {
  setColorEnabled(Deno.stdout.isTerminal() && !Deno.noColor);
  const args = Deno.args.filter((argument) => argument !== "--") // as `npm run` wants it
    .flatMap((argument) =>
      argument.startsWith("--hint=") ? ["--hint", argument.slice("--hint=".length)] : argument
    );
  Deno.exit(await main(args).catch(fail));
}
