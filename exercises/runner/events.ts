/**
 * The events that a check reports while it runs. So nothing is lost if the learner's code never
 * ends.
 *
 * Deno's reports for programs are not enough for that: TAP leaves out the printed text, and JUnit
 * comes only when everything has ended. So each event is a JSON text on the output, after a record
 * separator (RFC 7464). Other text on the output does not matter.
 *
 * @module
 */

/** One thing that happened. */
export type Event =
  /** The check goes on. An endless loop does not report that. */
  | { alive: true }
  /** The check has a case with this name. */
  | { planned: string }
  /** A case began. */
  | { begins: string }
  /** The learner's code printed this. */
  | { printed: string }
  /** A case ended. `thrown` is the error, if it failed. */
  | { ends: string; thrown?: Thrown }
  /** Something failed outside of all cases. */
  | { lost: Thrown };

/** An error, as text. */
export interface Thrown {
  readonly name: string;
  readonly message: string;
  /** The calls, a line each: `at stoppableServer (file:///…/exercises/04_echo.ts:30:12)`. */
  readonly stack: string;
}

/** The message of the error that `Deno.exit` throws in a test. */
export const EXIT = "Test case attempted to exit";

/** Begins a JSON text in a sequence of them (RFC 7464). */
export const SEPARATOR = "\x1e";
