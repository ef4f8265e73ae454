/**
 * What the diagram draws: the events of a lesson, and what else comes out of a run.
 *
 * @module
 */

import type { DatagramEvent, Event as Told } from "../../cli/events.ts";

/** What a lesson tells, and what becomes of its run. */
export type Event =
  | Told
  /** A line that is no event: the lesson printed it. */
  | { event: "printed"; text: string }
  /** The run ended before the lesson did. Why, in a sentence. */
  | { event: "failed"; text: string };

/** A line of an error: the page shows it at once, and not in the picture. */
export interface Complaint {
  readonly event: "error";
  readonly text: string;
}

type Address = Extract<Told, { event: "column" }>["address"];

/** `127.0.0.1:9999`, and `[::1]:9999`. */
export function where({ hostname, port }: Address): string {
  return hostname.includes(":") ? `[${hostname}]:${port}` : `${hostname}:${port}`;
}

/** `6 datagrams in 3.6 ms`, and how long a chart shows what it does not count. */
export function sum(events: readonly Event[]): string {
  const datagrams = events.filter(({ event }) => event === "datagram") as DatagramEvent[];
  const count = datagrams.length === 1 ? "1 datagram" : `${datagrams.length} datagrams`;
  const sum = datagrams.length === 0 ? count : `${count} in ${time(datagrams.at(-1)!.at)}`;
  const rows = events.filter(isChart) as { at: number }[];
  return rows.length === 0 ? sum : `${sum}, and a chart of ${time(rows.at(-1)!.at - rows[0]!.at)}`;
}

/** `3.6 ms`, `15 ms`, `1.2 s`. */
export function time(milliseconds: number): string {
  if (milliseconds >= 1000) return `${(milliseconds / 1000).toFixed(1)} s`;
  return `${milliseconds < 10 ? milliseconds.toFixed(1) : Math.round(milliseconds)} ms`;
}

/** `1 byte`, `1,000 bytes`. */
export function bytes(number: number): string {
  return `${number.toLocaleString("en")} byte${number === 1 ? "" : "s"}`;
}

/** Whether this is a row of a chart: its bars have to stand below each other. */
export function isChart(event: Event): boolean {
  return event.event === "note" && event.text.includes("█");
}

/** So long a wait is seen as a break in the picture, in milliseconds. */
const LONG = 80;

/** How long nothing is seen before each event, if it is long. The rows of a chart have a clock. */
export function waits(events: readonly Event[]): (number | undefined)[] {
  let last = 0;
  return events.map((event) => {
    if (!("at" in event) || event.event === "column" || event.event === "end") return undefined;
    const wait = event.at - last;
    last = event.at;
    return wait < LONG || isChart(event) ? undefined : wait;
  });
}

/** Where each step ends: so many events are shown then. Columns come with what follows them. */
export function steps(events: readonly Event[]): number[] {
  const ends = events.flatMap(({ event }, i) => event === "column" || event === "end" ? [] : i + 1);
  if (ends.length > 0) ends[ends.length - 1] = events.length;
  return [0, ...ends];
}

const ENDS: Record<DatagramEvent["fate"], string> = {
  arrived: "",
  lost: " It is lost.",
  unheard: " Nobody hears it.",
  nobody: " Nobody is there.",
};

/** What happened, in sentences, for whoever does not look at the picture. */
export function inWords(events: readonly Event[]): string[] {
  const names = events.flatMap((event) => event.event === "column" ? event.name : []);
  const waited = waits(events);
  return events.flatMap((event, i) => {
    const wait = waited[i];
    const before = wait === undefined ? "" : `Nothing is seen for ${time(wait)}. `;
    if (event.event === "column") {
      const { name, address, open } = event;
      return open
        ? `${name} is at ${where(address)}.`
        : `${name}: no socket is at ${where(address)}.`;
    }
    if (event.event === "note" || event.event === "printed" || event.event === "failed") {
      return before + event.text;
    }
    if (event.event === "end") return [];
    const { at, from, to, text, size, label, fate } = event;
    const what = label ?? (size === 0 ? "an empty datagram" : `“${short(text)}” (${bytes(size)})`);
    const end = ENDS[fate];
    return `${before}After ${time(at)}: ${names[from]} sends ${what} to ${names[to]}.${end}`;
  });
}

function short(text: string): string {
  const letters = [...text];
  return letters.length > 60 ? `${letters.slice(0, 59).join("")}…` : text;
}
