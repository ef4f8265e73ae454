/**
 * Watches the sockets of a play, and reports what they really do as events: a column for each
 * socket, and each datagram when it arrives.
 *
 * @module
 */
import { printable } from "../lib/text.ts";
import {
  type Address,
  type Datagram,
  formatAddress,
  sameAddress,
  type Socket,
} from "../lib/udp.ts";
import type { DatagramEvent, Event } from "./events.ts";
import { onOpen, watch, type Watcher, watchSends } from "./watch.ts";

/** A column of the diagram: a name, and its sockets. */
interface Column {
  number: number;
  name: string;
  /** The addresses of all its sockets. The first one is shown. */
  addresses: Address[];
  open: boolean;
}

/** A datagram that was sent, and how often it arrived. */
interface Flight {
  column: Column;
  from: Address;
  to: Address;
  data: Uint8Array;
  sent: number;
  arrivals: number;
}

/** A datagram that was lost. Those that were sent `before` it come first in the diagram, too. */
interface Loss {
  before: Flight[];
  tell(): void;
}

/** The diagram of a conversation. It calls a function with each event, such as one that draws. */
export class Diagram {
  #tell: (event: Event) => void;
  readonly #label: ((data: Uint8Array) => string) | undefined;
  readonly #columns: Column[] = [];
  readonly #flights: Flight[] = [];
  readonly #losses: Loss[] = [];
  readonly #start = performance.now();

  /** `tell` gets the events. `label` returns what to show of a datagram in place of its text. */
  constructor(tell: (event: Event) => void, label?: (data: Uint8Array) => string) {
    this.#tell = tell;
    this.#label = label;
  }

  /** Puts the socket into the column of this name, and reports what it sends and receives. */
  watch(name: string, socket: Socket): Socket {
    return watch(socket, this.#watcher(name, socket.address));
  }

  /** Does some work, and reports what its new sockets send. Their column has this name. */
  async watchOpened<T>(name: string, work: () => Promise<T>): Promise<T> {
    const end = onOpen((conn) => {
      watchSends(conn, this.#watcher(name, conn.addr as Deno.NetAddr));
    });
    try {
      return await work();
    } finally {
      end();
    }
  }

  #watcher(name: string, address: Address): Watcher {
    const column = this.#columnFor(name, address);
    return {
      sending: (data, to) => {
        const sent = this.#now();
        const nobody = this.#columnAt(to, false);
        const arrivals = nobody ? 1 : 0;
        const flight = { column, from: address, to, data: data.slice(), sent, arrivals };
        if (nobody) this.#datagram(flight, nobody, "nobody");
        this.#flights.push(flight);
        return () => this.#flights.splice(this.#flights.indexOf(flight), 1);
      },
      received: (datagram) => this.#arrive(column, address, datagram),
    };
  }

  /** Adds a column for an address without a socket, to show what is sent there. */
  nobody(name: string, address: Address): void {
    this.#add(name, address, false);
  }

  /** Reports a datagram that the caller has lost on its way from one watched socket to another. */
  lost(data: Uint8Array, from: Address, to: Address): void {
    const [source, target] = [this.#columnAt(from, true), this.#columnAt(to, true)];
    if (!source || !target) return;
    const flight = { column: source, data: data.slice(), sent: this.#now() };
    // What went to another socket of that column may never be read: that one may be closed.
    const before = this.#flights.filter((other) =>
      other.column === source && sameAddress(other.to, to)
    );
    const tell = () => this.#datagram(flight, target, "lost");
    this.#losses.push({ before, tell });
    this.#tellLosses();
  }

  /** Adds a remark at this point in time. */
  note(text: string): void {
    this.#tell({ event: "note", at: this.#now(), text });
  }

  /** Reports the datagrams that nobody has received, and adds a remark that says why. */
  unheard(remark: string): void {
    this.#tellLost("unheard");
    this.note(remark);
  }

  /** Reports the datagrams that were never received as lost, and ends the diagram. */
  end(): void {
    this.#tellLost("lost");
    this.#tell({ event: "end", at: this.#now() });
    this.#tell = () => {}; // on a slow machine, a datagram may arrive after the end
  }

  #tellLost(fate: "lost" | "unheard"): void {
    for (const flight of this.#flights) {
      const target = this.#columnAt(flight.to, true);
      if (flight.arrivals > 0 || !target) continue;
      flight.arrivals++;
      this.#datagram(flight, target, fate);
      this.#tellLosses();
    }
    this.#tellLosses();
  }

  /** Reports the lost datagrams for which none that was sent before is still under way. */
  #tellLosses(): void {
    const flies = (flight: Flight) => flight.arrivals === 0 && this.#flights.includes(flight);
    while (this.#losses[0] && !this.#losses[0].before.some(flies)) this.#losses.shift()!.tell();
  }

  #now(): number {
    return Math.round((performance.now() - this.#start) * 10) / 10;
  }

  #add(name: string, address: Address, open: boolean): Column {
    const column = { number: this.#columns.length, name, addresses: [address], open };
    this.#columns.push(column);
    this.#tell({ event: "column", at: this.#now(), name, address, open });
    return column;
  }

  #columnFor(name: string, address: Address): Column {
    const column = this.#columns.find((column) => column.open && column.name === name);
    column?.addresses.push(address);
    return column ?? this.#add(name, address, true);
  }

  #columnAt(wanted: Address, wantedOpen: boolean): Column | undefined {
    return this.#columns.find(({ open, addresses }) =>
      open === wantedOpen && addresses.some((address) => sameAddress(address, wanted))
    );
  }

  #arrive(to: Column, own: Address, { data, from }: Datagram): void {
    const flights = this.#flights.filter((flight) =>
      flight.from.port === from.port && flight.to.port === own.port && sameBytes(flight.data, data)
    );
    const flight = flights.find(({ arrivals }) => arrivals === 0) ?? flights.at(-1);
    if (flight) {
      flight.arrivals++;
      this.#datagram(flight, to, "arrived");
      this.#tellLosses();
    } else {
      this.note(`${to.name} received "${printable(data, 30)}" from ${formatAddress(from)}.`);
    }
  }

  #datagram(
    { column, data, sent }: Pick<Flight, "column" | "data" | "sent">,
    to: Column,
    fate: DatagramEvent["fate"],
  ): void {
    this.#tell({
      event: "datagram",
      at: this.#now(),
      sent,
      from: column.number,
      to: to.number,
      text: printable(data, 200),
      size: data.length,
      ...(this.#label && { label: this.#label(data) }),
      fate,
    });
  }
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
