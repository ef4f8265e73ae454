/**
 * The events of a play. Times are milliseconds since the play began. Columns have numbers, in the
 * order in which they were added.
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
    /** False for an address without a socket. */
    open: boolean;
  }
  | {
    event: "datagram";
    at: number;
    /** The time when it was sent. */
    sent: number;
    from: number;
    to: number;
    /** Its text, safe to print. A long text is cut. */
    text: string;
    /** Its size in bytes. */
    size: number;
    /** A label to show in place of text and size. Only some lessons have labels. */
    label?: string;
    /** `unheard`: the socket did not receive it. `nobody`: that address has no socket. */
    fate: "arrived" | "lost" | "unheard" | "nobody";
  }
  | { event: "note"; at: number; text: string }
  | { event: "end"; at: number };

/** An {@linkcode Event} that is a datagram. */
export type DatagramEvent = Extract<Event, { event: "datagram" }>;
