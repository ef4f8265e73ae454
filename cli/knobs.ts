/**
 * Knobs: numbers of a play that one may change, in a terminal and in the book.
 *
 * It imports nothing, so that a page in a browser can read it, too.
 *
 * @module
 */

/** A number of a play. */
export interface Knob {
  /** What it is, in a few words. */
  readonly about: string;
  readonly least: number;
  readonly most: number;
  readonly default: number;
  /** How far the book's slider moves at a time. If it is whole, the number has to be whole, too. */
  readonly step: number;
  /** `ms`, `bytes`, or `share` of all: a number of things has none. */
  readonly unit?: string;
}

/** A play's knobs, by their names. */
export type Knobs = Readonly<Record<string, Knob>>;

/** The numbers of these knobs. */
export type Numbers<K extends Knobs = Knobs> = { readonly [name in keyof K]: number };

/** Returns the numbers that knobs have if nobody turns them. */
export function usual<K extends Knobs>(knobs: K): Numbers<K> {
  const numbers = Object.entries(knobs).map(([name, knob]) => [name, knob.default] as const);
  return Object.fromEntries(numbers) as Numbers<K>;
}

/** Returns the number that a text says, or `undefined` if the knob cannot have it. */
export function turned(knob: Knob, text: string): number | undefined {
  // Digits, and perhaps a point and more digits. They are few, or two texts would be one number.
  const value = /^\d{1,9}(\.\d{1,6})?$/.test(text) ? Number(text) : NaN;
  if (!(value >= knob.least && value <= knob.most)) return undefined;
  return isWhole(knob) && !Number.isInteger(value) ? undefined : value;
}

/** Returns a knob's number as one reads it: `20 ms`, or `20 %`. */
export function withUnit(value: number, unit = ""): string {
  return unit === "share" ? `${Math.round(100 * value)} %` : `${value} ${unit}`.trim();
}

/** Says which numbers a knob can have: `a whole number from 1 to 32`. */
export function allowed(knob: Knob): string {
  return `a ${isWhole(knob) ? "whole " : ""}number from ${knob.least} to ${knob.most}`;
}

function isWhole({ step }: Knob): boolean {
  return Number.isInteger(step);
}
