/**
 * Draws the events of a lesson as a sequence diagram: a tree of SVG elements that the server writes as
 * text and the browser as elements.
 *
 * @module
 */
import type { DatagramEvent } from "../../cli/events.ts";
import { bytes, type Event, isChart, time, waits, where } from "./events.ts";

/** An SVG element. */
export interface Shape {
  readonly tag: string;
  readonly attributes: Readonly<Record<string, string | number>>;
  readonly inside: readonly (Shape | string)[];
}

/** How to draw it. */
export interface Frame {
  /** In pixels, at which its text has the size of the page's. */
  readonly width: number;
  /** How high it is at least. */
  readonly height?: number;
  /** Columns that are known already, though their events are still to be shown. */
  readonly ahead?: readonly Event[];
}

/** Wide enough for 100 columns of code, and for a phone. */
export const WIDE = 838;
export const NARROW = 358;

type Column = Extract<Event, { event: "column" }>;

const MONO = 0.6; // of the size of its letters, each letter of JetBrains Mono is wide
const ROW = 50;
const LINE = 21;

/** The picture of these events. Each is a group with class `e`, in their order. */
export function picture(events: readonly Event[], frame: Frame): Shape {
  const { width } = frame;
  const narrow = width < 600;
  const columns = (frame.ahead ?? events).filter((event): event is Column =>
    event.event === "column"
  );
  const left = narrow ? 0 : 68;
  const right = narrow ? 0 : 20;
  const room = (width - left - right) / Math.max(1, columns.length);
  const x = (column: number) => Math.round(left + room * (column + 0.5));
  const top = narrow ? 66 : 62;

  let y = top - 4;
  let known = 0;
  let remarked = false;
  const begins: number[] = [];
  const breaks: Break[] = [];
  const groups: Shape[] = [];
  const waited = waits(events);
  for (const [i, event] of events.entries()) {
    const wait = waited[i];
    if (wait !== undefined) {
      const begin = y + (remarked ? 2 : narrow ? 24 : 14);
      breaks.push({ begin, end: begin + BREAK });
      groups.push(pause(wait, begin, (left + width - right) / 2));
      y = begin + BREAK - 14;
      remarked = false;
    }
    if (event.event === "column") {
      begins[known++] = y;
    } else if (event.event === "datagram") {
      y += ROW;
      groups.push(arrow(event, { y, x, narrow, width, left }));
    } else if (event.event !== "end") {
      const chart = isChart(event);
      const size = (narrow ? 14 : 15) - (chart ? 2 : 0);
      const indent = narrow ? 4 : left;
      const space = (width - indent - (narrow ? 8 : right + 16)) / size;
      const lines = chart
        ? below(wrapped(event.text, space / MONO, columnsOf))
        : wrapped(event.text, space, estimate);
      y += chart && remarked ? 0 : remarked ? 10 : narrow ? 32 : 26;
      groups.push(remark(lines, chart ? "note chart" : event.event, { y, indent, size }));
      y += lines.length * LINE;
    }
    remarked = !["column", "datagram"].includes(event.event) ||
      remarked && event.event === "column";
  }
  const height = Math.max(y + 34, frame.height ?? 0);
  const heads = columns.map((column, i) => head(column, { x: x(i), narrow, room, number: i }));
  const lives = columns.map(({ open }, i) => {
    const begin = begins[i] ?? y;
    return shape("g", { class: `l c${i % 4}${open ? "" : " nobody"}` }, [
      ...life(x(i), begin, height - 10, breaks),
      shape("circle", { cx: x(i), cy: begin, r: 4 }),
    ]);
  });
  return shape("svg", {
    viewBox: `0 0 ${width} ${height}`,
    width,
    height,
    class: narrow ? "narrow" : "wide",
    "aria-hidden": "true",
    focusable: "false",
  }, [...lives, ...heads, ...groups]);
}

/** A wait: no life line goes through it. */
interface Break {
  begin: number;
  end: number;
}

const BREAK = 26;

/** A column's line, in the pieces that its breaks leave, with a stroke at each end of a break. */
function life(x: number, begin: number, end: number, breaks: readonly Break[]): Shape[] {
  const own = breaks.filter((one) => one.begin > begin);
  const from = [begin, ...own.map((one) => one.end)];
  const to = [...own.map((one) => one.begin), end];
  const strokes = own.flatMap((one) => [one.begin, one.end]).map((y) => `M${x - 5} ${y + 2}l10 -4`);
  return [
    ...from.map((y1, i) => shape("line", { x1: x, x2: x, y1, y2: to[i]! })),
    ...strokes.map((d) => shape("path", { d })),
  ];
}

/** How long a wait was: `nothing to see for 120 ms`. */
function pause(wait: number, y: number, x: number): Shape {
  const text = `nothing to see for ${time(wait)}`;
  return shape("g", { class: "wait" }, [shape("text", { x: round(x), y: y + 18 }, [text])]);
}

interface Place {
  y: number;
  x: (column: number) => number;
  narrow: boolean;
  width: number;
  left: number;
}

function head(
  { name, address }: Column,
  { x, narrow, room, number }: { x: number; narrow: boolean; room: number; number: number },
): Shape {
  const [host, port] = where(address).split(/:(?=\d+$)/);
  const size = narrow ? Math.min(15, room / (name.length * 0.52)) : 16;
  const small = Math.min(12, (room - 6) / (host!.length * MONO));
  const text = narrow
    ? [line(host!, x, 40, small), line(`:${port}`, x, 55, small)]
    : [line(where(address), x, 44, Math.min(12, (room - 8) / (where(address).length * MONO)))];
  return shape("g", { class: `h c${number % 4}` }, [
    shape("text", { x, y: narrow ? 22 : 24, class: "name", "font-size": round(size) }, [name]),
    ...text,
  ]);
}

function line(text: string, x: number, y: number, size: number): Shape {
  return shape("text", { x, y, class: "at", "font-size": round(size) }, [text]);
}

function arrow(event: DatagramEvent, { y, x, narrow, width, left }: Place): Shape {
  const { from, to, fate, at } = event;
  const begin = x(from);
  const reach = from === to ? begin + 40 : x(to);
  const way = reach >= begin ? 1 : -1;
  const cross = fate === "lost" || fate === "unheard";
  const end = Math.round(cross ? begin + (reach - begin) * 0.7 : reach);
  const path = from === to
    ? `M${begin} ${y}h36v10H${begin + 8}`
    : `M${begin} ${y}H${end - (cross ? 0 : way * 7)}`;
  const tip = from === to ? begin : end;
  const tipY = from === to ? y + 10 : y;
  const back = from === to ? 8 : -way * 9;
  const mark = cross
    ? shape("path", { class: "x", d: `M${end - 5} ${y - 5}l10 10m0 -10l-10 10` })
    : shape("path", { class: "tip", d: `M${tip} ${tipY}l${back} -4.5v9z` });

  const middle = (begin + reach) / 2;
  const size = narrow ? 12 : 12.5;
  const space = narrow ? width - 8 : Math.max(Math.abs(reach - begin) - 12, 150);
  const label = words(event, space / (size * MONO), narrow);
  const wide = columnsOf(label.text + (narrow ? "" : `  ${label.size}`)) * size * MONO;
  const center = Math.min(Math.max(middle, left + wide / 2 + 4), width - wide / 2 - 4);
  return shape("g", { class: `e d c${from % 4} ${fate}` }, [
    ...(narrow ? [] : [shape("text", { x: 52, y: y + 4, class: "ms" }, [time(at)])]),
    shape("text", { x: round(center), y: y - 10, class: "t", "font-size": size }, [
      label.text,
      ...(label.size && !narrow ? [shape("tspan", { dx: 8, class: "size" }, [label.size])] : []),
    ]),
    shape("path", { class: "way", d: path, pathLength: 1 }),
    mark,
    ...(narrow
      ? [
        shape("text", {
          x: round(Math.min(Math.max(middle, 52), width - 52)),
          y: y + 16,
          class: "size",
        }, [
          [label.size, time(at)].filter((text) => text).join(", "),
        ]),
      ]
      : []),
  ]);
}

function words({ text, size, label }: DatagramEvent, room: number, narrow: boolean) {
  if (label !== undefined) return { text: cut(label, room), size: "" };
  if (size === 0) return { text: "(empty)", size: bytes(0) };
  const count = bytes(size);
  return { text: `“${cut(text, room - 2 - (narrow ? 0 : count.length))}”`, size: count };
}

function remark(
  lines: string[],
  kind: string,
  { y, indent, size }: { y: number; indent: number; size: number },
): Shape {
  return shape("g", { class: `e n ${kind}` }, [
    ...lines.map((text, i) =>
      shape("text", { x: indent, y: y + 10 + i * LINE, "font-size": size }, [text])
    ),
  ]);
}

function shape(
  tag: string,
  attributes: Record<string, string | number>,
  inside: (Shape | string)[] = [],
): Shape {
  return { tag, attributes, inside };
}

function round(number: number): number {
  return Math.round(number * 10) / 10;
}

/** How many letters of a text with letters of one width a text is wide. */
function columnsOf(text: string): number {
  return [...text].reduce((sum, letter) => sum + (isWide(letter) ? 2 : 1), 0);
}

function isWide(letter: string): boolean {
  return /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60]|\p{Emoji_Presentation}/u
    .test(letter);
}

function cut(text: string, room: number): string {
  if (columnsOf(text) <= room) return text;
  let shown = "";
  for (const letter of text) {
    if (columnsOf(shown + letter) >= room) break;
    shown += letter;
  }
  return `${shown}…`;
}

/** Text in lines of a width, by what `extent` says of a text. */
function wrapped(text: string, width: number, extent: (text: string) => number): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    const longer = last === undefined ? word : `${last} ${word}`;
    if (last !== undefined && extent(longer) > width) lines.push(word);
    else lines[Math.max(0, lines.length - 1)] = longer;
  }
  return lines;
}

/** A chart's further lines begin below its first bar: spaces that do not break hold a bar together. */
function below([first = "", ...more]: string[]): string[] {
  const begin = Math.max(0, first.search(/[^ ]+\u00a0/));
  return [first, ...more.map((line) => " ".repeat(begin) + line.trimStart())];
}

/** How wide a text is, in its letters' height: what each letter takes is an estimate. */
function estimate(text: string): number {
  let sum = 0;
  for (const letter of text) {
    sum += isWide(letter)
      ? 1
      : /[ilj.,:;'|!() I]/.test(letter)
      ? 0.29
      : /[mwMW@]/.test(letter)
      ? 0.83
      : /[A-Z]/.test(letter)
      ? 0.65
      : /[frt“”"]/.test(letter)
      ? 0.39
      : 0.54;
  }
  return sum;
}

/** The picture as the text of a page. */
export function written({ tag, attributes, inside }: Shape): string {
  const all = Object.entries(attributes).map(([name, value]) =>
    ` ${name}="${escaped(`${value}`)}"`
  );
  const content = inside.map((one) => typeof one === "string" ? escaped(one) : written(one)).join(
    "",
  );
  return `<${tag}${all.join("")}>${content}</${tag}>`;
}

function escaped(text: string): string {
  const signs: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
  return text.replace(/[&<>"]/g, (sign) => signs[sign]!);
}
