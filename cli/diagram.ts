/**
 * Draws what sockets do, while they do it: a column for each socket, an arrow for each datagram.
 *
 * An arrow is drawn when its datagram arrives, so the picture shows what happened, not what was meant to.
 *
 * @module
 */

import { bold, cyan, dim, green, magenta, yellow } from "@std/fmt/colors";
import stringWidth from "string-width";
import { count, printable, wrapped } from "../lib/text.ts";
import {
  type Address,
  type Datagram,
  formatAddress,
  sameAddress,
  type Socket,
} from "../lib/udp.ts";
import { watch } from "./watch.ts";

interface Column {
  name: string;
  address: Address;
  /** False for an address where no socket is. */
  open: boolean;
}

interface Flight {
  from: Column;
  to: Address;
  data: Uint8Array;
  arrivals: number;
}

const WIDTH = 79;
const MARGIN = 10;
const COLORS = [cyan, green, magenta, yellow];

/** A sequence diagram that grows downwards. It writes whole lines, so it reads well in a file too. */
export class Diagram {
  readonly #columns: Column[] = [];
  readonly #flights: Flight[] = [];
  #headed = 0;

  /** Gives the socket a column, and draws what it sends and receives. */
  watch(name: string, socket: Socket): Socket {
    const column = this.#add({ name, address: socket.address, open: true });
    return watch(socket, {
      sending: (data, to) => {
        const flight = { from: column, to, data: data.slice(), arrivals: 0 };
        this.#flights.push(flight);
        const target = this.#columns.find(({ open, address }) => !open && sameAddress(address, to));
        if (target) this.#draw(flight, target);
        return () => this.#flights.splice(this.#flights.indexOf(flight), 1);
      },
      received: (datagram) => this.#arrive(column, datagram),
    });
  }

  /** A column for an address where no socket is, to show what is sent there all the same. */
  nobody(name: string, address: Address): void {
    this.#add({ name, address, open: false });
  }

  /** A remark at this point in time. */
  note(text: string): void {
    this.#head();
    for (const line of wrapped(text, WIDTH - 3)) console.log(`   ${line}`);
  }

  /** Draws what was sent but never received, then ends the columns. */
  end(): void {
    for (const flight of this.#flights) {
      const target = this.#columns.find(({ open, address }) =>
        open && sameAddress(address, flight.to)
      );
      if (target && flight.arrivals === 0) this.#draw(flight, target, "lost");
    }
    this.#head();
    console.log(this.#row().join("").trimEnd());
  }

  #add(column: Column): Column {
    this.#columns.push(column);
    return column;
  }

  #arrive(to: Column, { data, from }: Datagram): void {
    const flights = this.#flights.filter((flight) =>
      flight.from.address.port === from.port && flight.to.port === to.address.port &&
      sameBytes(flight.data, data)
    );
    const flight = flights.find(({ arrivals }) => arrivals === 0) ?? flights.at(-1);
    if (flight) {
      flight.arrivals++;
      this.#draw(flight, to);
    } else {
      this.note(`${to.name} received ${label(data, 30)} from ${formatAddress(from)}.`);
    }
  }

  #center(column: Column): number {
    const gaps = Math.max(1, this.#columns.length - 1);
    return MARGIN + Math.round(this.#columns.indexOf(column) * (WIDTH - 1 - 2 * MARGIN) / gaps);
  }

  #color(column: Column): (text: string) => string {
    return COLORS[this.#columns.indexOf(column) % COLORS.length]!;
  }

  /** The columns' names, once for every change of them. */
  #head(): void {
    if (this.#headed === this.#columns.length) return;
    this.#headed = this.#columns.length;
    const line = (text: (column: Column) => string, paint: (text: string) => string) => {
      let plain = "";
      let painted = "";
      for (const column of this.#columns) {
        const start = this.#center(column) - Math.floor(stringWidth(text(column)) / 2);
        const gap = " ".repeat(Math.max(0, start - stringWidth(plain)));
        plain += gap + text(column);
        painted += gap + paint(this.#color(column)(text(column)));
      }
      console.log(painted);
    };
    console.log();
    line(({ name }) => name, bold);
    line(({ address }) => formatAddress(address), (text) => text);
    console.log(this.#row().join("").trimEnd());
  }

  /** A row of single characters with the columns' lines in it. */
  #row(): string[] {
    const row = Array<string>(WIDTH).fill(" ");
    for (const column of this.#columns) if (column.open) row[this.#center(column)] = "│";
    return row;
  }

  #draw({ from, data }: Flight, to: Column, lost?: "lost"): void {
    this.#head();
    const start = this.#center(from);
    const end = this.#center(to);
    const [left, right] = start < end ? [start, end] : [end, start];
    const paint = this.#color(from);

    const above = this.#row();
    const text = label(data, right - left - 1);
    const width = stringWidth(text);
    const at = left + 1 + Math.floor((right - left - 1 - width) / 2);
    console.log(
      above.slice(0, at).join("") + paint(text) + above.slice(at + width).join("").trimEnd(),
    );

    const row = this.#row();
    const arrived = to.open && !lost;
    for (let i = left + 1; i < right; i++) {
      row[i] = !arrived ? "╌" : row[i] === "│" ? "┼" : "─";
    }
    if (start < end) [row[start], row[end - 1]] = ["├", arrived ? "▶" : "▷"];
    else [row[start], row[end + 1]] = ["┤", arrived ? "◀" : "◁"];
    if (!arrived) row[end] = "?";
    console.log(
      row.slice(0, left).join("") + paint(row.slice(left, right + 1).join("")) +
        row.slice(right + 1).join("").trimEnd(),
    );
    if (lost) this.note(dim("This one was sent, but nobody received it."));
  }
}

/** `"Hello" 5 bytes`, with the text cut so that the whole fits into so many columns. */
function label(data: Uint8Array, width: number): string {
  const size = count(data.length, "byte");
  if (data.length === 0) return `(empty) ${size}`;
  const room = width - size.length - 3;
  const start = data.subarray(0, 32 * width); // more would never fit
  let shown = "";
  let cut = "";
  for (const { segment } of new Intl.Segmenter().segment(printable(start))) {
    if (stringWidth(shown + segment) > room) return `"${cut}…" ${size}`;
    shown += segment;
    if (stringWidth(shown) < room) cut = shown;
  }
  return start.length < data.length ? `"${cut}…" ${size}` : `"${shown}" ${size}`;
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
