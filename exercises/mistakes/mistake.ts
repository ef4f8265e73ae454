/**
 * A mistake that people make: the solution of an exercise with a few words changed, and the cases
 * of the check that have to fail it. Every case fails on some mistake: `deno task test:exercises`
 * sees to that.
 *
 * @module
 */

/** A wrong solution: the right one, but with `to` in the place of `from`. */
export interface Mistake {
  /** What is wrong, to go on after "where". */
  mistake: string;
  from: string;
  to: string;
  /** The names of the cases. */
  fails: string[];
}
