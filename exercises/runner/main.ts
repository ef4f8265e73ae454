/**
 * The exercises at the command line: `deno task exercise` for where you stand, `deno task exercise
 * 4` to check one.
 *
 * @module
 */
import { parseArgs } from "@std/cli";
import { dim, setColorEnabled } from "@std/fmt/colors";
import { endWithReader } from "../../cli/output.ts";
import { inProject } from "../../cli/source.ts";
import { printable } from "../../lib/text.ts";
import { checked } from "./checked.ts";
import { stopAll } from "./deno.ts";
import { hint } from "./hint.ts";
import { type Page, pages } from "./pages.ts";
import { progress, progressIn } from "./progress.ts";
import { indented, line, report, summary, waiting } from "./report.ts";
import { reset } from "./reset.ts";
import { exercises } from "./shipped.ts";
import { versions } from "./versions.ts";

const HELP = `Check an exercise, and find out what works, what does not, and what is next.

Usage
  deno task exercise              where you stand: every exercise, done or not
  deno task exercise 4            check the exercises of lesson 4
  deno task exercise 4 --watch    again at every save, until Ctrl-C
  deno task exercise 4 --hint     one hint; again for the next one
  deno task exercise 4 --hint stoppableServer   a hint for this one
  deno task exercise 4 --reset    the page as it was; your version is kept
  deno task exercise --help       this text

Write your code in exercises/04_echo.ts: what to do stands there.`;

/** What a command line asks for. */
interface Command {
  does: "help" | "check" | "watch" | "hint" | "reset";
  page?: Page;
  /** The exercise that a hint is wanted for. */
  exercise?: string;
}

/** A command line that is wrong. The message says how. */
class UsageError extends Error {}

/** Reads the command line. */
function parse(given: string[]): Command {
  const { options, words } = split(given);
  if (options.help) return { does: "help" };
  const chosen = (["watch", "hint", "reset"] as const).filter((option) => options[option]);
  const does = chosen[0] ?? "check";
  if (chosen.length > 1) throw new UsageError(`One at a time: --${chosen.join(" or --")}.`);
  const [first, second, ...others] = words;
  if (first === undefined) {
    if (does === "check") return { does };
    throw new UsageError(`--${does} needs a number, such as: deno task exercise 1 --${does}`);
  }

  const page = find(first);
  if (second === undefined) return { does, page };
  return { does, page, exercise: exerciseNamed(second, others, does, page) };
}

/** Splits the command line into options and other words. */
function split(given: string[]) {
  const args = given.filter((argument) => argument !== "--") // as `npm run` wants it
    .flatMap((argument) =>
      argument.startsWith("--hint=") ? ["--hint", argument.slice(7)] : argument
    );
  const words: string[] = [];
  const options = parseArgs(args, {
    boolean: ["watch", "hint", "reset", "help"],
    alias: { h: "help" },
    unknown: (argument) => {
      if (argument.startsWith("-")) {
        throw new UsageError(`There is no option "${printable(argument)}" here.`);
      }
      words.push(argument);
      return false;
    },
  });
  return { options, words };
}

/** Returns the word after the number, if it is an exercise of this page and a hint is wanted. */
function exerciseNamed(
  second: string,
  others: string[],
  does: Command["does"],
  page: Page,
): string {
  if (/^\d+$/.test(second)) {
    throw new UsageError(`One at a time: deno task exercise ${page.number}`);
  }
  const surplus = does === "hint" ? others[0] : second;
  if (surplus !== undefined) {
    throw new UsageError(`"${printable(surplus)}" is more than is needed here.`);
  }
  const own = exercises(page);
  if (own.includes(second)) return second;
  throw new UsageError(
    `There is no "${printable(second)}" in ${page.file}. There are: ${own.join(", ")}.`,
  );
}

function find(word: string): Page {
  const all = pages();
  const page = /^\d+$/.test(word) && all.find(({ number }) => number === Number(word));
  if (page) return page;
  const [first, last] = [all[0]!.number, all.at(-1)!.number];
  throw new UsageError(
    `There is no exercise "${printable(word)}": they have numbers, from ${first} to ${last}.`,
  );
}

async function overview(): Promise<number> {
  const all = await progress();
  let unsaved: string | undefined;
  for (const [i, { page, exercises }] of all.entries()) {
    if (exercises.some(({ state }) => state === "unknown")) {
      const now = await waiting(`Checking exercise ${page.number}...`, checked(page));
      all[i] = progressIn(page, now.results);
      unsaved ??= now.unsaved;
    }
    line(all[i]!);
  }
  summary(all);
  tell(unsaved);
  return 0;
}

async function once(page: Page): Promise<number> {
  const { number, file } = page;
  console.log(`Exercise ${number}: ${file}`);
  if (!await Deno.stat(inProject(file)).then(() => true, () => false)) {
    console.log(`\nIt is not there. To have it as it was: deno task exercise ${number} --reset`);
    return 1;
  }
  const { results, unsaved } = await waiting("Checking...", checked(page));
  const done = report(page, results);
  tell(unsaved);
  return done ? 0 : 1;
}

/** Prints a sentence about what could not be saved, if there is one: after the result. */
function tell(unsaved: string | undefined): void {
  if (unsaved) console.log(`\n${indented(unsaved, "")}`);
}

async function watch(page: Page): Promise<number> {
  for await (const _ of versions(page)) {
    if (Deno.stdout.isTerminal()) console.clear();
    await once(page);
    console.log(dim("\nWatching: it is checked again when you save. Ctrl-C ends."));
  }
  return 0;
}

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
  const { does, page, exercise } = parse(args);
  if (does === "help") {
    console.log(HELP);
    return 0;
  }
  if (page && does === "reset") return reset(page);
  onInterrupt(does === "watch" ? 0 : 130);
  if (!page) return await overview();
  if (does === "watch") return await watch(page);
  if (does === "hint") return await hint(page, exercise);
  return await once(page);
}

function fail(error: unknown): never {
  console.error(printable((error as Error).message));
  if (!(error instanceof UsageError)) Deno.exit(1);
  console.error("See: deno task exercise --help");
  Deno.exit(2);
}

if (import.meta.main) {
  endWithReader(() => {
    stopAll();
    Deno.exit(0);
  });
  setColorEnabled(Deno.stdout.isTerminal() && !Deno.noColor);
  Deno.exit(await main(Deno.args).catch(fail));
}
