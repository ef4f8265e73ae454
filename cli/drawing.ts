/**
 * Draws the events of a lesson as text: a sequence diagram that grows downwards. It writes whole
 * lines, so it reads well in a file too.
 *
 * @module
 */
import { bold, cyan, dim, green, magenta, yellow } from "@std/fmt/colors";
import stringWidth from "string-width";
import { count } from "../lib/text.ts";
import { wrapped } from "./wrapped.ts";
import { type Address, formatAddress } from "../lib/udp.ts";
import type { DatagramEvent, Event } from "./events.ts";

const WIDTH = 79;
const MARGIN = 10;
const COLORS = [cyan, green, magenta, yellow];

interface Column {
  name: string;
  address: Address;
  open: boolean;
}

/** Returns a function that draws each event, line by line. */
export function drawing(print: (line: string) => void): (event: Event) => void {
  const picture = new Picture(print);
  return (event) => {
    if (event.event === "column") picture.columns.push(event);
    else if (event.event === "datagram") picture.arrow(event);
    else if (event.event === "note") picture.note(event.text);
    else picture.end();
  };
}

class Picture {
  readonly columns: Column[] = [];
  readonly #print: (line: string) => void;
  #headed = 0;

  constructor(print: (line: string) => void) {
    this.#print = print;
  }

  note(text: string): void {
    this.#head();
    for (const line of wrapped(text, WIDTH - 3)) this.#print(`   ${line}`);
  }

  end(): void {
    this.#head();
    this.#print(this.#row().join("").trimEnd());
  }

  arrow(datagram: DatagramEvent): void {
    this.#head();
    const { fate } = datagram;
    const [start, end] = [this.#center(datagram.from), this.#center(datagram.to)];
    const [left, right] = start < end ? [start, end] : [end, start];
    const paint = this.#color(datagram.from);

    const above = this.#row();
    const text = label(datagram, right - left - 1);
    const width = stringWidth(text);
    const at = left + 1 + Math.floor((right - left - 1 - width) / 2);
    this.#print(
      above.slice(0, at).join("") + paint(text) + above.slice(at + width).join("").trimEnd(),
    );

    const row = this.#row();
    const line = fate === "arrived" ? "─" : "╌";
    for (let i = left + 1; i < right; i++) row[i] = row[i] === "│" ? "┼" : line;
    putEnds(row, start, end, fate);
    this.#print(
      row.slice(0, left).join("") + paint(row.slice(left, right + 1).join("")) +
        row.slice(right + 1).join("").trimEnd(),
    );
    if (fate === "lost") this.note(dim("This one was lost: it was sent, and never received."));
  }

  #center(column: number): number {
    const gaps = Math.max(1, this.columns.length - 1);
    return MARGIN + Math.round(column * (WIDTH - 1 - 2 * MARGIN) / gaps);
  }

  #color(column: number): (text: string) => string {
    return COLORS[column % COLORS.length]!;
  }

  /** Prints the names of the columns, once after each change. */
  #head(): void {
    if (this.#headed === this.columns.length) return;
    this.#headed = this.columns.length;
    this.#print("");
    this.#heading(({ name }) => name, bold);
    const fits = this.#addressesFit();
    this.#heading(
      ({ address }) => fits ? formatAddress(address) : `port ${address.port}`,
      (text) => text,
    );
    this.#print(this.#row().join("").trimEnd());
  }

  /** Returns whether the addresses have a space between them. */
  #addressesFit(): boolean {
    const widths = this.columns.map(({ address }) => formatAddress(address).length);
    return widths.every((width, i) => {
      const room = this.#center(i) - this.#center(i - 1);
      return i === 0 || (width + widths[i - 1]!) / 2 <= room - 1;
    });
  }

  #heading(text: (column: Column) => string, paint: (text: string) => string): void {
    let plain = "";
    let painted = "";
    for (const [number, column] of this.columns.entries()) {
      const start = this.#center(number) - Math.floor(stringWidth(text(column)) / 2);
      const gap = " ".repeat(Math.max(0, start - stringWidth(plain)));
      plain += gap + text(column);
      painted += gap + paint(this.#color(number)(text(column)));
    }
    this.#print(painted);
  }

  /** Returns a row of single characters with the lines of the columns in it. */
  #row(): string[] {
    const row = Array<string>(WIDTH).fill(" ");
    for (const [number, { open }] of this.columns.entries()) {
      if (open) row[this.#center(number)] = "│";
    }
    return row;
  }
}

/** Puts the two ends of an arrow into a row. */
function putEnds(row: string[], start: number, end: number, fate: DatagramEvent["fate"]): void {
  const arrived = fate === "arrived";
  if (start < end) {
    row[start] = "├";
    row[end - 1] = arrived ? "▶" : "▷";
  } else {
    row[start] = "┤";
    row[end + 1] = arrived ? "◀" : "◁";
  }
  if (fate === "nobody") row[end] = "?";
  if (fate === "lost" || fate === "unheard") row[end + (start < end ? -1 : 1)] = "✗";
}

/** Returns a label such as `"Hello" 5 bytes`. A long text is cut, so that the label fits. */
function label({ label, text, size }: DatagramEvent, width: number): string {
  if (label !== undefined) return cut(label, width);
  const bytes = count(size, "byte");
  if (size === 0) return `(empty) ${bytes}`;
  return `"${cut(text, width - bytes.length - 3)}" ${bytes}`;
}

/** Returns the text. If it is too long, it is cut and ends with an ellipsis. */
function cut(text: string, width: number): string {
  if (stringWidth(text) <= width) return text;
  let shown = "";
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    if (stringWidth(shown + segment) >= width) break;
    shown += segment;
  }
  return `${shown}…`;
}
