/**
 * Runs the checks of an exercise page, and returns their results.
 *
 * @module
 */
import { stripVTControlCharacters } from "node:util";
import { inProject, readText } from "../../cli/source.ts";
import { compile } from "./compile.ts";
import { deno, type Ended, type Limit } from "./deno.ts";
import type { Page } from "./pages.ts";
import { refusedAccess, refusedImport } from "./refused.ts";
import { exercises } from "./shipped.ts";
import { type Event, EXIT, SEPARATOR, type Thrown } from "./events.ts";

/** The result of one exercise on a page. */
export interface Result {
  exercise: string;
  state: "done" | "not started" | "not yet";
  cases: Case[];
  /** What is wrong with all of it, such as code that does not compile. Empty if nothing is. */
  trouble: string;
}

/** The result of one case of a check. */
export interface Case {
  /** The exercise, and what the code should do: `sendLong: no character is cut in two`. */
  name: string;
  /** What went wrong, as a text for people. Empty if nothing did. */
  trouble: string;
  /** The lines that the learner's code printed in this case. */
  printed: string[];
}

/**
 * How long a check may take to begin, how long it may then be silent, and how much it may print. On
 * a busy machine, it takes long to begin.
 */
const LIMIT: Limit = {
  start: 20_000,
  time: 4000,
  whole: 300_000,
  alive: SEPARATOR,
  output: 1_000_000,
};

const NOT_STARTED = "There is nothing here yet.";

/** Is called as soon as a case ends. Whether it left something open is known only at the end. */
export type Tell = (exercise: string, one: Case) => void;

/**
 * Checks a page. Each exercise has a process of its own, because one of them may never end. When
 * the signal is aborted, all of them end, and the results are of no use.
 */
export async function check(
  page: Page,
  tell: Tell = () => {},
  signal?: AbortSignal,
): Promise<Result[]> {
  const limit = { ...LIMIT, signal };
  const [errors, ...results] = await Promise.all([
    compile(page, signal),
    ...exercises(page).map((exercise) => {
      return run(page, exercise, limit, (one) => tell(exercise, one));
    }),
  ]);
  if (errors.length === 0) return results;
  const trouble = [`${page.file} does not compile:`, ...errors].join("\n");
  return results.map(({ exercise }) => ({ exercise, state: "not yet", cases: [], trouble }));
}

async function run(
  page: Page,
  exercise: string,
  limit: Limit,
  tell: (one: Case) => void,
): Promise<Result> {
  let seen = 0;
  const hear = (stdout: string) => {
    for (const one of happened(stdout).cases.slice(seen)) {
      tell(one);
      seen++;
    }
  };
  const ended = await deno("test", argumentsOf(page, exercise), limit, hear);
  return { exercise, ...judged(ended) };
}

/** What Deno is given to check one exercise of a page. */
function argumentsOf(page: Page, exercise: string): string[] {
  // A datagram to a group may leave this machine. So only a check with groups may send to them.
  const groups = readText(inProject(page.check)).includes("239.255.") ? ",239.255.0.0/16" : "";
  return [
    "--no-check", // the compiler is asked at the same time
    "--no-prompt",
    "--sanitize-ops",
    "--sanitize-resources",
    `--allow-net=127.0.0.0/8${groups}`,
    "--junit-path=-",
    page.check,
    "--",
    `${exercise}: `,
  ];
}

/**
 * Reads the events on the output. Returns how many cases there are, those that have ended, those
 * that have not, and a failure outside of all cases.
 */
function happened(stdout: string, failures: Map<string, Thrown> = new Map()) {
  const open = new Map<string, Case>();
  const cases: Case[] = [];
  let planned = 0;
  let outside = "";
  for (const event of events(stdout)) {
    const [current] = open.values();
    if ("planned" in event) planned++;
    if ("begins" in event) open.set(event.begins, { name: event.begins, trouble: "", printed: [] });
    if ("printed" in event) current?.printed.push(event.printed);
    if ("lost" in event) outside = told(event.lost);
    if ("ends" in event && current) {
      open.delete(event.ends);
      const { thrown = failures.get(event.ends) } = event;
      const printed = lines(current.printed);
      cases.push({ ...current, printed, trouble: thrown ? told(thrown) : "" });
    }
  }
  return { planned, cases, open, outside };
}

/** Returns the result, from the events of a check and from Deno's report. */
function judged({ code, stdout, stderr, stopped }: Ended): Omit<Result, "exercise"> {
  const failures = reported(stdout);
  const { planned, cases, open, outside } = happened(stdout, failures);
  for (const [name, unfinished] of open) {
    const failure = failures.get(name);
    const trouble = stopped ? endless(stopped) : failure ? told(failure) : "It ends in this case.";
    cases.push({ ...unfinished, printed: lines(unfinished.printed), trouble });
  }
  const all = planned > 0 && cases.length === planned;
  const failed = cases.some(({ trouble }) => trouble !== "");
  let trouble = "";
  if (stopped && cases.length === 0) trouble = `Before the first case: ${endless(stopped)}`;
  else if (outside) trouble = `It ends before all is checked. ${outside}`;
  else if (!all && !stopped) trouble = `It ends before all is checked. ${early(stderr)}`.trim();
  else if (code !== 0 && !failed) trouble = `Deno says that it failed. ${early(stderr)}`.trim();
  // Without code, some cases say that there is nothing yet, and others that nothing came.
  const untouched = all && cases.every(({ trouble }) => trouble !== "") &&
    cases.some(({ trouble }) => trouble === NOT_STARTED);
  const state = trouble || failed ? untouched ? "not started" : "not yet" : "done";
  return { state, cases, trouble };
}

function endless(limit: "time" | "output"): string {
  return limit === "time"
    ? "It does not end, so it was stopped. " +
      "Is there a loop that never stops, or one that never waits?"
    : "It prints more than 1 MB, so it was stopped. Is there a loop that never stops?";
}

/** Returns the reason that Deno gives if it could not even begin. */
function early(stderr: string): string {
  const said = stderr.match(/^error: (.*)/m)?.[1] ?? "";
  return said === "Test failed" ? "" : said;
}

/** Returns the printed text in lines, without control sequences of a terminal. */
function lines(printed: string[]): string[] {
  const text = stripVTControlCharacters(printed.join(""));
  return text === "" ? [] : text.replace(/\n$/, "").split("\n");
}

/** Returns the events on the output. The last one may be cut off, if the process was stopped. */
function events(output: string): Event[] {
  return output.split(`\n${SEPARATOR}`).slice(1).flatMap((text) => {
    try {
      return [JSON.parse(text.slice(0, text.indexOf("\n")))];
    } catch {
      return [];
    }
  });
}

const FAILURE = /<(?:failure|error) message="(.*?)"(?:\/>|>([^]*?)<)/;

/**
 * Returns the failures in Deno's report (JUnit) at the end of the output. Only this report knows
 * what a case left open.
 */
function reported(output: string): Map<string, Thrown> {
  const report = output.slice(output.lastIndexOf("\n<?xml "));
  const failures = new Map<string, Thrown>();
  for (const [, name, content] of report.matchAll(/<testcase name="(.*?)"([^]*?)<\/testcase>/g)) {
    const [, short, long] = content!.match(FAILURE) ?? [];
    const message = long ?? short;
    if (message === undefined) continue;
    const [said, ...stack] = unescaped(message).split(/\n(?= +at )/);
    failures.set(unescaped(name!), { name: "", message: said!, stack: stack.join("\n") });
  }
  return failures;
}

/** Replaces the five named entities of XML, and those with a number. */
function unescaped(text: string): string {
  const known: Record<string, string> = { lt: "<", gt: ">", amp: "&", quot: '"', apos: "'" };
  return text.replace(/&(?:#(\d+)|(\w+));/g, (all, code, name) => {
    return code ? String.fromCodePoint(Number(code)) : known[name] ?? all;
  });
}

/** Returns an error in words for a learner, without the stack and the code of the checks. */
function told({ name, message, stack }: Thrown): string {
  if (name === "NotStarted") return NOT_STARTED;
  if (name === "Wrong") return message;
  if (message.startsWith("Leaks detected:")) {
    return "Something is left open or running when it ends: close every socket that you open " +
      `(\`using\` does), and await all that you start. Deno says:\n${
        message.split("\n")[1]?.trim() ?? ""
      }`;
  }
  if (message.includes("event loop has already resolved")) {
    return "It waits for something that can never happen: there is nothing left to wait for.";
  }
  if (message.includes(EXIT)) {
    return "It ends the whole program. An exercise must not do that: it only returns.";
  }
  if (message.includes("exit code set to")) {
    return "It sets Deno.exitCode. An exercise must not do that: it only returns.";
  }
  if (name === "TimeoutError") {
    return "The time of an AbortSignal was up. Then receive throws, and nobody caught that: " +
      "see how receiveUntil in lessons/02_receive.ts does.";
  }
  return toldAsItIs({ name, message, stack });
}

/** Returns the sentence for an error that Deno, the library or the learner's code throws. */
function toldAsItIs({ name, message, stack }: Thrown): string {
  const place = stack.match(/(exercises\/\d\d_\w+\.ts:\d+)/)?.[1];
  const at = place ? ` at ${place}` : "";
  const refused = refusedAccess(message) ?? refusedImport(message);
  if (refused) return `It is refused something${at}. ${refused}`;
  return `It throws${at}: ${name ? `${name}: ` : ""}${message}`;
}
