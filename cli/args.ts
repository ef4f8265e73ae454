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
  const named = word !== "" && !word.startsWith("-");
  const role = Object.hasOwn(lesson.roles, word) ? lesson.roles[word] : undefined;
  const own = Object.entries(role?.options ?? {});
  const flags = own.flatMap(([name, { value }]) => value === undefined ? name : []);
  const valued = own.flatMap(([name, { value }]) => value === undefined ? [] : name);
  const { knobs = {} } = lesson;
  const names = role ? ["host", "port", ...valued] : named ? [] : Object.keys(knobs);
  const wrong: string[] = [];
  const parsed = parseArgs(named ? others : given, {
    boolean: named ? ["help", ...flags] : ["help", "json"],
    string: names,
    alias: { h: "help" },
    unknown: (argument) => {
      wrong.push(argument);
      return false;
    },
  });
  if (parsed.help) return { does: "help" };

  const roles = Object.keys(lesson.roles).join(" or ");
  if (named && !role) {
    throw new UsageError(`There is no role "${printable(word)}" here. Choose ${roles}.`);
  }
  const empty = names.find((name) =>
    parsed[name] === "" && !(name === "message" && others.includes("--message=")) // it may be empty
  );
  if (empty) throw new UsageError(`--${empty} needs a value.`);
  if (wrong.length > 0) {
    throw new UsageError(
      named
        ? `"${word}" does not take "${printable(wrong[0]!)}".`
        : `Without a role, ${playTakes(names)} only. Roles: ${roles}.`,
    );
  }
  const text = (name: string) => parsed[name] as string | undefined;
  if (!role) return { does: "play", json: parsed.json === true, numbers: numbers(knobs, text) };

  const values = own.map(([name, { value, default: standard }]) =>
    [name, value === undefined ? `${parsed[name]}` : text(name) ?? standard] as const
  );
  return {
    does: "role",
    role,
    values: Object.fromEntries(values),
    address: {
      hostname: text("host") ?? lesson.host ?? "127.0.0.1",
      port: port(text("port"), lesson.port, role),
    },
  };
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
