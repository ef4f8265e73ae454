/**
 * What happens while a lesson plays, as it is told to whoever draws it. Times are milliseconds
 * since the lesson began; a column is named by its number, in the order in which the columns came.
 *
 * It imports nothing, so that a page in a browser can read it, too.
 *
 * @module
 */

/** Something that happened. */
export type Event =
  | {
    event: "column";
    at: number;
    name: string;
    address: { hostname: string; port: number };
    /** False for an address where no socket is. */
    open: boolean;
  }
  | {
    event: "datagram";
    at: number;
    /** When it left. */
    sent: number;
    from: number;
    to: number;
    /** Its text, safe to print and cut where it is long. */
    text: string;
    /** Its bytes. */
    size: number;
    /** What to show in the place of text and size, where the lesson says so. */
    label?: string;
    /**
     * `unheard`: it got there, but nobody listened. `nobody`: there is no socket at that address.
     */
    fate: "arrived" | "lost" | "unheard" | "nobody";
  }
  | { event: "note"; at: number; text: string }
  | { event: "end"; at: number };

/** An {@linkcode Event} that is a datagram. */
export type DatagramEvent = Extract<Event, { event: "datagram" }>;
