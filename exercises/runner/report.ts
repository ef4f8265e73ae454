/**
 * Prints how the exercises went.
 *
 * @module
 */
import { bold, cyan, dim, green, red, yellow } from "@std/fmt/colors";
import { count, printable } from "../../lib/text.ts";
import { wrapped } from "../../cli/wrapped.ts";
import type { Result } from "./check.ts";
import { type Page, pages } from "./pages.ts";
import type { Progress } from "./progress.ts";

/** How many lines are shown of what a case printed. */
const SHOWN = 10;

/** Prints how a page went. Returns whether all of it is done. */
export function report(page: Page, results: Result[]): boolean {
  const { number, file, solution } = page;
  if (results.every(({ cases }) => cases.length === 0)) { // the trouble is not in one of them
    console.log(`\n${indented(results[0]!.trouble, "")}\n\nNext: fix ${file}.`);
    return false;
  }
  for (const result of results) reportExercise(result);

  const [open] = unfinished(results);
  console.log();
  if (!open) {
    console.log(`${green("All of it is done.")} Another way to do it: ${solution}`);
    const next = pages().find((page) => page.number === number + 1);
    console.log(`Next: deno task ${next ? `lesson${next.number}` : "exercise"}`);
  } else if (open.state === "not started") {
    console.log(
      `Next: write ${bold(open.exercise)} in ${file}, then: deno task exercise ${number}`,
    );
  } else {
    console.log(`Next: fix ${bold(open.exercise)} in ${file}.`);
    console.log(`Stuck? deno task exercise ${number} --hint`);
  }
  return !open;
}

/** Prints how one exercise went, case by case. */
function reportExercise({ exercise, state, cases, trouble }: Result): void {
  console.log(`\n${bold(exercise)}: ${state === "done" ? green(state) : yellow(state)}`);
  if (state === "not started") return;

  let last = "";
  for (const { name, trouble, printed } of cases) {
    const sentence = name.slice(exercise.length + 2);
    console.log(trouble ? `  ${red("✗")} ${sentence}` : `  ${green("✓")} ${sentence}`);
    if (trouble) console.log(indented(trouble === last ? "The same." : trouble, "      "));
    last = trouble;

    for (const line of printed.slice(0, SHOWN)) console.log(dim(indented(line, "      | ")));
    const more = printed.length - SHOWN;
    if (more > 0) console.log(dim(`      | … and ${count(more, "line")} more`));
  }
  if (trouble) console.log(indented(trouble, "  "));
}

/** Returns the exercises that are not done. Those that were begun come first. */
export function unfinished<T extends { state: string }>(results: readonly T[]): T[] {
  const begun = ({ state }: T) => state === "not yet" ? 0 : 1;
  return results.filter(({ state }) => state !== "done").sort((a, b) => begun(a) - begun(b));
}

/** Prints a line for each exercise of a page. */
export function line({ page: { number }, exercises }: Progress): void {
  for (const { exercise, state, passed } of exercises) {
    const mark = state === "done" ? green("✓") : state === "not yet" ? yellow("…") : dim("·");
    const partly = state === "not yet" ? `${state}: ${count(passed, "case")} right` : state;
    console.log(`${mark} ${`${number}`.padStart(2)}  ${exercise.padEnd(16)}  ${partly}`);
  }
}

/** Prints how many exercises are done, and what is next. */
export function summary(all: Progress[]): void {
  const exercises = all.flatMap(({ exercises }) => exercises);
  const done = exercises.filter(({ state }) => state === "done").length;
  const open = all.find(({ exercises }) => unfinished(exercises).length > 0);
  const bar = "█".repeat(done) + "░".repeat(exercises.length - done);
  console.log(`\n${cyan(bar)} ${done} of ${exercises.length} done`);
  console.log(open ? `Next: deno task exercise ${open.page.number}` : "That was all of them.");
}

/** Returns a text that is safe to print, in lines that fit 80 columns. */
export function indented(text: string, margin: string): string {
  return text.split("\n").flatMap((line) => wrapped(printable(line), 79 - margin.length))
    .map((line) => margin + line).join("\n");
}

/** Shows a text while the learner waits, if it can be wiped away again. */
export async function waiting<T>(text: string, promise: Promise<T>): Promise<T> {
  const write = (text: string) => Deno.stdout.writeSync(new TextEncoder().encode(text));
  const terminal = Deno.stdout.isTerminal();
  if (terminal) write(dim(text));
  try {
    return await promise;
  } finally {
    if (terminal) write(`\r${" ".repeat(text.length)}\r`);
  }
}
