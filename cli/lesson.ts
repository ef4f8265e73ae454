/**
 * The words that the whole workbook shares: what a lesson, a role and an option are, and what a
 * wrong command is.
 *
 * @module
 */
import { printable } from "../lib/text.ts";
import type { Address } from "../lib/udp.ts";
import type { Diagram } from "./diagram.ts";
import type { Knobs, Numbers } from "./knobs.ts";
import type { Lines } from "./lines.ts";
import type { Terminal } from "./terminal.ts";

export type { Diagram };

/** The parts of the workbook, each with the question that it answers. */
export const PARTS = [
  { title: "Sockets", question: "How do I use it?" },
  {
    title: "The network",
    question: "What does the network do to it, and what can I do about that?",
  },
  { title: "In the wild", question: "Who uses it, and how do they live with it?" },
  { title: "The internet", question: "What must I know before I let strangers in?" },
] as const;

/**
 * A lesson, as data: its file exports one, and whoever needs to know something of it reads it
 * there.
 */
export interface Lesson {
  /** From 1 to 4: one of {@linkcode PARTS}. */
  part: 1 | 2 | 3 | 4;
  /** What it is about, in a word or two. */
  title: string;
  /** What it teaches, in a line. */
  about: string;
  /** The default of `--host`: 127.0.0.1 if not given. */
  host?: string;
  /** The default of `--port`. */
  port: number;
  /** Both sides of the conversation, drawn. `numbers` are those of the knobs. */
  play(diagram: Diagram, numbers?: Numbers): Promise<void>;
  /** The numbers of the play that one may change. */
  knobs?: Knobs;
  /** What the picture shows of a datagram, where its text says little: `DATA 3 (512)`. */
  label?(data: Uint8Array): string;
  /** The sides, each a program of its own. */
  roles: Record<string, Role>;
  /** Two or three commands to try after the play, each in a terminal of its own. */
  tryNext: [string, string] | [string, string, string];
}

/** One side of a lesson's conversation. */
export interface Role {
  /** What it does, in a few words. */
  about: string;
  /** True where `--host` and `--port` are what this role binds. */
  listens?: boolean;
  /** True where it sends to whoever wrote to it. */
  answers?: boolean;
  /** True where it sends to an address that somebody tells it. */
  finds?: boolean;
  /** True where `--host` has to be a multicast group. */
  group?: boolean;
  /** True where it writes data to standard output: what is said goes to standard error then. */
  writes?: boolean;
  /** What it takes beside `--host` and `--port`. */
  options?: Record<string, Option>;
  /** The program. It ends by itself, or with Ctrl-C. */
  run(given: Given): Promise<void>;
}

/** An option: `--timeout SECONDS`, or `--writable`. */
export interface Option {
  /** What stands for the value in the help: `SECONDS`. Without it, the option is given or not. */
  value?: string;
  /** What it is for, in a few words. */
  about: string;
  /** What it is if not given. */
  default?: string;
  /** True where the value is an address, `HOST:PORT`, that this role sends to. */
  address?: boolean;
  /** True where the value is the address of this machine that this role binds, to send from. */
  own?: boolean;
}

/**
 * What a role gets from its command line, and from its terminal. Its `console`, `stdin` and
 * `stdout` are used in the place of the global ones.
 */
export interface Given extends Pick<Terminal, "console" | "stdin" | "stdout"> {
  /** What to bind: `--host` and `--port` for a role that listens, an ephemeral port for another. */
  local: Address;
  /** Where to send: `--host` and `--port`, with an IP address in the place of a name. */
  remote: Address;
  /** The role's own options. */
  options: Options;
  /** The lines that are typed, or piped in, after this prompt. */
  lines(prompt: string): Lines;
  /** Aborted with Ctrl-C, for a role that has something to say at its end. */
  signal: AbortSignal;
}

/** The command was wrong: exit code 2. */
export class UsageError extends Error {}

/**
 * The values of a role's options. Each of these throws a {@linkcode UsageError} for a wrong value.
 */
export class Options {
  readonly #values: Record<string, string | undefined>;

  /** Takes the values by their names; `undefined` is one that was not given and has no default. */
  constructor(values: Record<string, string | undefined>) {
    this.#values = values;
  }

  /** Whether there is a value: given, or by default. */
  has(name: string): boolean {
    return this.#values[name] !== undefined;
  }

  /** Any text. */
  text(name: string): string {
    const text = this.#values[name];
    if (text === undefined) throw new UsageError(`--${name} is missing.`);
    return text;
  }

  /** Whether an option without a value was given. */
  flag(name: string): boolean {
    return this.#values[name] === "true";
  }

  /** An address of the form `HOST:PORT`, or `[::1]:PORT` for IPv6. */
  address(name: string): Address {
    const text = this.text(name);
    const [, bracketed, plain, port] = text.match(/^(?:\[(.+)\]|([^:[\]]+)):(\d{1,5})$/) ?? [];
    const hostname = bracketed ?? plain;
    if (hostname && Number(port) >= 1 && Number(port) <= 65_535) {
      return { hostname, port: Number(port) };
    }
    throw new UsageError(
      `--${name} ${
        printable(text)
      } is not an address: it must be HOST:PORT, such as 127.0.0.1:9999.`,
    );
  }

  /** One of these words, in small letters. */
  oneOf(name: string, words: readonly string[]): string {
    const text = this.text(name);
    const word = text.toLowerCase();
    if (words.includes(word)) return word;
    throw new UsageError(`--${name} ${printable(text)} is none of: ${words.join(", ")}.`);
  }

  /** A time given in seconds, as milliseconds: more than 0, and at most a day. */
  seconds(name: string): number {
    const text = this.text(name);
    const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : NaN;
    if (value > 0 && value <= 86_400) return value * 1000;
    throw new UsageError(
      `--${name} ${printable(text)} is not a time: ` +
        "it must be a number of seconds above 0, up to 86400, such as 2 or 0.5.",
    );
  }

  /** A share: a number from 0 to 1. */
  share(name: string): number {
    const text = this.text(name);
    const value = /^\d*\.?\d+$/.test(text) ? Number(text) : NaN;
    if (value >= 0 && value <= 1) return value;
    throw new UsageError(
      `--${name} ${printable(text)} is not a share: it must be a number from 0 to 1, such as 0.2.`,
    );
  }

  /** A whole number from `least` to `most`. */
  number(name: string, least: number, most: number): number {
    const text = this.text(name);
    const value = /^\d+$/.test(text) ? Number(text) : NaN;
    if (value >= least && value <= most) return value;
    throw new UsageError(
      `--${name} ${printable(text)} is not right: ` +
        `it must be a whole number from ${least} to ${most}.`,
    );
  }
}
