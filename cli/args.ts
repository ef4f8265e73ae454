/**
 * Reads a lesson's command line.
 *
 * @module
 */
import { parseArgs } from "@std/cli";
import { printable } from "../lib/text.ts";
import type { Address } from "../lib/udp.ts";
import { allowed, type Knobs, type Numbers, turned, usual } from "./knobs.ts";
import { type Lesson, type Role, UsageError } from "./lesson.ts";

/** What the command line says to do. */
export type Command =
  | { does: "help" }
  | { does: "play"; json: boolean; numbers: Numbers }
  | { does: "role"; role: Role; values: Values; address: Address };

/** The values of a role's options, by their names. */
export type Values = Record<string, string | undefined>;

/** Returns what these arguments say. Throws a {@linkcode UsageError} if they are wrong. */
export function readCommand(lesson: Lesson, args: string[]): Command {
  const given = args.filter((argument) => argument !== "--"); // as `npm run` wants it
  const [word = "", ...others] = given;
  if (word === "" || word.startsWith("-")) return readPlay(lesson, given);

  const role = Object.hasOwn(lesson.roles, word) ? lesson.roles[word] : undefined;
  if (role) return readRole(lesson, word, role, others);

  if (parsed(others, ["help"], []).values.help) return { does: "help" };
  throw new UsageError(`There is no role "${printable(word)}" here. Choose ${rolesOf(lesson)}.`);
}

/** Reads the arguments of a command without a role. */
function readPlay(lesson: Lesson, args: string[]): Command {
  const { knobs = {} } = lesson;
  const names = Object.keys(knobs);
  const { values, wrong } = parsed(args, ["help", "json"], names);
  if (values.help) return { does: "help" };

  mustHaveValues(names.filter((name) => values[name] === ""));
  if (wrong !== undefined) {
    throw new UsageError(`Without a role, ${playTakes(names)} only. Roles: ${rolesOf(lesson)}.`);
  }
  const text = (name: string) => values[name] as string | undefined;
  return { does: "play", json: values.json === true, numbers: numbers(knobs, text) };
}

/** Reads the arguments behind the word of a role. */
function readRole(lesson: Lesson, word: string, role: Role, args: string[]): Command {
  const own = Object.entries(role.options ?? {});
  const flags = own.filter(([, { value }]) => value === undefined).map(([name]) => name);
  const names = own.map(([name]) => name).filter((name) => !flags.includes(name));
  const { values, wrong } = parsed(args, ["help", ...flags], ["host", "port", ...names]);
  if (values.help) return { does: "help" };

  const empty = ["host", "port", ...names].filter((name) => values[name] === "");
  const mayBeEmpty = args.includes("--message=") ? "message" : undefined;
  mustHaveValues(empty.filter((name) => name !== mayBeEmpty));
  if (wrong !== undefined) throw new UsageError(`"${word}" does not take "${printable(wrong)}".`);

  const text = (name: string) => values[name] as string | undefined;
  const hostname = text("host") ?? lesson.host ?? "127.0.0.1";
  const address = { hostname, port: port(text("port"), lesson.port, role) };
  const entries = own.map(([name, option]) => {
    return [name, flags.includes(name) ? `${values[name]}` : text(name) ?? option.default] as const;
  });
  return { does: "role", role, values: Object.fromEntries(entries), address };
}

/** Parses arguments. `wrong` is the first one that is neither a flag nor an option with a value. */
function parsed(args: string[], flags: string[], valued: string[]) {
  let wrong: string | undefined;
  const values: Record<string, unknown> = parseArgs(args, {
    boolean: flags,
    string: valued,
    alias: { h: "help" },
    unknown: (argument) => {
      wrong ??= argument;
      return false;
    },
  });
  return { values, wrong };
}

function mustHaveValues([empty]: string[]): void {
  if (empty !== undefined) throw new UsageError(`--${empty} needs a value.`);
}

/** Returns the words of the roles: `server or client`. */
function rolesOf({ roles }: Lesson): string {
  return Object.keys(roles).join(" or ");
}

/** Returns the sentence about the options that are allowed without a role. */
function playTakes(knobs: string[]): string {
  if (knobs.length === 0) return "a lesson takes --json and --help";
  return `this lesson takes ${knobs.map((name) => `--${name}, `).join("")}--json and --help`;
}

/** Returns the numbers of the knobs, given or by default. */
function numbers(knobs: Knobs, text: (name: string) => string | undefined): Numbers {
  const given = Object.entries(knobs).flatMap(([name, knob]) => {
    const words = text(name);
    if (words === undefined) return [];
    const number = turned(knob, words);
    if (number !== undefined) return [[name, number] as const];
    throw new UsageError(
      `--${name} ${printable(words)} is not right: it must be ${allowed(knob)}.`,
    );
  });
  return { ...usual(knobs), ...Object.fromEntries(given) };
}

function port(text: string | undefined, standard: number, role: Role): number {
  if (text === undefined) return standard;
  const least = role.listens ? 0 : 1;
  const port = /^\d{1,5}$/.test(text) ? Number(text) : NaN;
  if (port >= least && port <= 65_535) return port;
  throw new UsageError(
    `--port ${printable(text)} is not a port: it must be a whole number from ${least} to 65535` +
      (least === 0 ? " (0: the system picks a free one)." : "."),
  );
}
