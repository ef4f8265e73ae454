/**
 * What a check tells about itself while it runs: so that nothing is lost if the code that is
 * checked never ends.
 *
 * Deno's reports for programs are not enough for that: TAP leaves out what was printed, and JUnit
 * is there only when all has ended. So each event is a JSON text of its own on the output, after a
 * record separator (RFC 7464), and whatever else is there does not matter.
 *
 * @module
 */

/** One thing that happened. */
export type Event =
  /** It goes on: an endless loop does not say so. */
  | { alive: true }
  /** There is such a case. */
  | { planned: string }
  /** It began. */
  | { begins: string }
  /** The learner's code printed this. */
  | { printed: string }
  /** It ended, and whether it threw something. */
  | { ends: string; thrown?: Thrown }
  /** Something failed outside of all cases. */
  | { lost: Thrown };

/** What was thrown, as text. */
export interface Thrown {
  readonly name: string;
  readonly message: string;
  /** The calls, a line each: `at stoppableServer (file:///…/exercises/04_echo.ts:30:12)`. */
  readonly stack: string;
}

/** What Deno says to code that calls `Deno.exit` in a test. */
export const EXIT = "Test case attempted to exit";

/** Begins a JSON text in a sequence of them (RFC 7464). */
export const SEPARATOR = "\x1e";
