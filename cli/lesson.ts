/**
 * The types that the whole workbook shares: a lesson, a role, an option, and the error for a wrong
 * command.
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

/** The parts of the workbook, each with its number and the question that it answers. */
export const PARTS = [
  { roman: "I", title: "Sockets", question: "How do I use it?" },
  {
    roman: "II",
    title: "The network",
    question: "What does the network do to it, and what can I do about that?",
  },
  { roman: "III", title: "In the wild", question: "Who uses it, and how do they live with it?" },
  {
    roman: "IV",
    title: "The internet",
    question: "What must I know before I let strangers in?",
  },
] as const;

/** A lesson, as data. Each file of cli/lessons/ exports one: help, tests and the book read it. */
export interface Lesson {
  /** The number of its part, from 1 to 4: see {@linkcode PARTS}. */
  part: 1 | 2 | 3 | 4;
  /** Its title, in a word or two. */
  title: string;
  /** What it teaches, in a line. */
  about: string;
  /** The default of `--host`: 127.0.0.1 if not given. */
  host?: string;
  /** The default of `--port`. */
  port: number;
  /** Plays both sides of the conversation. `numbers` has the values of the knobs. */
  play(diagram: Diagram, numbers?: Numbers): Promise<void>;
  /** The numbers of the play that one may change. */
  knobs?: Knobs;
  /** Returns what the diagram shows in place of a datagram's text, such as `DATA 3 (512)`. */
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
  /** True if this role binds `--host` and `--port`. */
  listens?: boolean;
  /** True if it replies to any sender. */
  answers?: boolean;
  /** True if it sends to an address that another program tells it. */
  finds?: boolean;
  /** True if `--host` has to be a multicast group. */
  group?: boolean;
  /** True if it writes data to standard output. Then messages go to standard error. */
  writes?: boolean;
  /** True if its socket speaks QUIC: Deno reads what it receives, before the lesson does. */
  quic?: boolean;
  /** Its options beside `--host` and `--port`. */
  options?: Record<string, Option>;
  /** The program. It ends by itself, or with Ctrl-C. */
  run(given: Given): Promise<void>;
}

/** An option: `--timeout SECONDS`, or `--writable`. */
export interface Option {
  /** The word for its value in the help, such as `SECONDS`. Without it, the option is a flag. */
  value?: string;
  /** What it is for, in a few words. */
  about: string;
  /** The value if the option is not given. */
  default?: string;
  /** True if the value is an address to send to, such as `127.0.0.1:9999`. */
  address?: boolean;
  /** True if the value is an address of this machine, to send from. */
  own?: boolean;
}

/**
 * The values that a role gets from its command line and its terminal. It uses `console`, `stdin`
 * and `stdout` in place of the global ones.
 */
export interface Given extends Pick<Terminal, "console" | "stdin" | "stdout"> {
  /** The address to bind: `--host` and `--port` if the role listens, otherwise port 0. */
  local: Address;
  /** The address to send to: `--host` and `--port`. A name has become an IP address. */
  remote: Address;
  /** The role's own options. */
  options: Options;
  /** Returns the lines that a person types after this prompt, or that another program pipes in. */
  lines(prompt: string): Lines;
  /** Is aborted by Ctrl-C. A role that prints something at its end needs it. */
  signal: AbortSignal;
}

/** Reports a wrong command. The exit code is 2 then. */
export class UsageError extends Error {}

/**
 * The values of a role's options. Each of these throws a {@linkcode UsageError} for a wrong value.
 */
export class Options {
  readonly #values: Record<string, string | undefined>;

  /** `values` has the values by name. `undefined`: it was not given, and has no default. */
  constructor(values: Record<string, string | undefined>) {
    this.#values = values;
  }

  /** Returns whether the option has a value, given or by default. */
  has(name: string): boolean {
    return this.#values[name] !== undefined;
  }

  /** Returns the value as text. */
  text(name: string): string {
    const text = this.#values[name];
    if (text === undefined) throw new UsageError(`--${name} is missing.`);
    return text;
  }

  /** Returns whether a flag was given. */
  flag(name: string): boolean {
    return this.#values[name] === "true";
  }

  /** Returns an address. It is given as `HOST:PORT`, or as `[::1]:PORT` for IPv6. */
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

  /** Returns one of these words, in small letters. */
  oneOf(name: string, words: readonly string[]): string {
    const text = this.text(name);
    const word = text.toLowerCase();
    if (words.includes(word)) return word;
    throw new UsageError(`--${name} ${printable(text)} is none of: ${words.join(", ")}.`);
  }

  /** Returns a time in milliseconds. It is given in seconds: more than 0, at most a day. */
  seconds(name: string): number {
    const text = this.text(name);
    const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : NaN;
    if (value > 0 && value <= 86_400) return value * 1000;
    throw new UsageError(
      `--${name} ${printable(text)} is not a time: ` +
        "it must be a number of seconds above 0, up to 86400, such as 2 or 0.5.",
    );
  }

  /** Returns a share: a number from 0 to 1. */
  share(name: string): number {
    const text = this.text(name);
    const value = /^\d*\.?\d+$/.test(text) ? Number(text) : NaN;
    if (value >= 0 && value <= 1) return value;
    throw new UsageError(
      `--${name} ${printable(text)} is not a share: it must be a number from 0 to 1, such as 0.2.`,
    );
  }

  /** Returns a whole number from `least` to `most`. */
  number(name: string, least: number, most: number): number {
    return this.numberOr<never>(name, [], least, most);
  }

  /** One of these words, or a whole number from `least` to `most`. */
  numberOr<Word extends string>(
    name: string,
    words: readonly Word[],
    least: number,
    most: number,
  ): Word | number {
    const text = this.text(name);
    const value = /^\d+$/.test(text) ? Number(text) : NaN;
    if (value >= least && value <= most) return value;
    const word = words.find((word) => word === text);
    if (word !== undefined) return word;

    const others = words.map((word) => `${word} or `).join("");
    throw new UsageError(
      `--${name} ${printable(text)} is not right: ` +
        `it must be ${others}a whole number from ${least} to ${most}.`,
    );
  }
}
