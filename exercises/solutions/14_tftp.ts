/**
 * One way to solve exercise 14: TFTP.
 *
 * @module
 */
import { type Message, tryDecode } from "../../lib/tftp.ts";

/** The answer of a server: a message, or `undefined` for no answer. */
export type Answer = Message | undefined;

/**
 * A datagram has come to the known port of a TFTP server. The server accepts new files, and gives
 * no files away. `taken` tells whether it has a file of this name already. Return the answer:
 *
 * - to anything that is not a request: `undefined`. In particular, an error gets no answer.
 * - to a request to read: error 2.
 * - to a request to write with a name that is not a plain file name: error 2. A plain name is not
 *   empty, does not begin with a dot, and contains neither `/` nor `\`.
 * - to a request to write with a name that is taken: error 6.
 * - to any other request to write: `ACK 0`. If the client asks for a block size that is allowed,
 *   `OACK` with this size and no other option.
 *
 * The client asks for a block size with the option `blksize`: `request.options.blksize` is its
 * text. It is allowed if it consists of digits only and is at least 8. If it is more than 65464,
 * agree to 65464. `OACK` (option ACK) is the message for this:
 *
 *     { type: "OACK", options: { blksize: "1428" } }
 *
 * The texts of the errors are up to you. `deno doc lib/tftp.ts` shows the fields of its types.
 */
export function answerToRequest(data: Uint8Array, taken: (name: string) => boolean): Answer {
  const request = tryDecode(data);
  if (request?.type !== "RRQ" && request?.type !== "WRQ") return undefined;

  const { type, file, options } = request;
  if (type === "RRQ") return { type: "ERROR", code: 2, text: "Nothing can be read here" };

  const isPlain = file !== "" && !file.startsWith(".") && !/[/\\]/.test(file);
  if (!isPlain) return { type: "ERROR", code: 2, text: "Only plain names" };
  if (taken(file)) return { type: "ERROR", code: 6, text: "File exists" };

  const wanted = options.blksize ?? "";
  const size = /^\d+$/.test(wanted) ? Number(wanted) : 0; // digits only
  if (size < 8) return { type: "ACK", block: 0 };
  return { type: "OACK", options: { blksize: `${Math.min(size, 65_464)}` } };
}

/** Takes a block. Returns the number to acknowledge, or `undefined` for no ACK now. */
export type OnBlock = (number: number, data: Uint8Array) => number | undefined;

/**
 * One block per round trip is slow if the round trip is long. With the option `windowsize` (RFC
 * 7440) the sender sends this many blocks, a window, and then waits for one ACK. Return the
 * receiver's part: a function that is called for each block, writes blocks, and returns what to
 * acknowledge.
 *
 * - `write` gets each block once, in the right order. Block 1 is the first. After 65,535 comes 0.
 * - Acknowledge the last block of each window. A window begins after each ACK.
 * - Acknowledge the last block of the file at once. It has fewer than `size` bytes.
 * - A block that is 2 to 32,767 numbers ahead of the last block that you wrote is early. One that
 *   is further ahead is old.
 * - If a block comes early, one before it was lost. Do not write the early block. Acknowledge the
 *   last block that you wrote, or 0, so that the sender goes on from there. Do this once: ignore
 *   further early blocks until the missing one has come. Otherwise the sender would send the window
 *   again for each of them.
 * - If the last block that you wrote comes again, your ACK was lost: acknowledge it again. Ignore
 *   older blocks, and all other blocks after the last one of the file.
 */
export function windowed(
  windowsize: number,
  size: number,
  write: (data: Uint8Array) => void,
): OnBlock {
  const state: State = { last: 0, unanswered: 0, reported: false, ended: false };

  return (number, data) => {
    // Numbers go round in a circle of 65,536. More than half of it ahead is old.
    const ahead = (number - state.last) & 0xffff;
    if (ahead === 0) return acknowledge(state); // our ACK was lost
    if (state.ended || ahead >= 0x8000) return undefined;
    if (ahead > 1) return reportGap(state);

    write(data);
    state.last = number;
    state.unanswered++;
    state.reported = false;
    state.ended = data.length < size;
    const windowEnds = state.unanswered === windowsize || state.ended;
    return windowEnds ? acknowledge(state) : undefined;
  };
}

/** What the receiver remembers between two blocks. */
interface State {
  /** The last block that was written. */
  last: number;
  /** How many blocks were written since the last ACK. */
  unanswered: number;
  /** Whether the gap before an early block was acknowledged already. */
  reported: boolean;
  /** Whether the last block of the file was written. */
  ended: boolean;
}

/** Begins a new window. Returns the number to acknowledge. */
function acknowledge(state: State): number {
  state.unanswered = 0;
  return state.last;
}

/** Acknowledges the last block before a gap, but only once for each gap. */
function reportGap(state: State): number | undefined {
  if (state.reported) return undefined;
  state.reported = true;
  return acknowledge(state);
}
