/**
 * One way to solve exercise 14: TFTP.
 *
 * @module
 */
import { type Message, understood } from "../../lib/tftp.ts";

/** A server's answer to a request to write: a message, or `undefined` for no answer at all. */
export type Answer = Message | undefined;

/**
 * A datagram has come to a TFTP server's known port. The server takes new files, and nothing else; `taken`
 * says whether there is already one of that name. Return what it answers to a request to write:
 *
 * - `ACK 0`, or `OACK` with the block size where one from 8 to 65464 was asked for, in digits only (a larger
 *   number is a wish, too: agree to 65464). Other options are left out, as if nobody had asked for them.
 * - error 6 where the name is taken.
 * - error 2 where the name is more than a name: where it is empty, begins with a dot, or has a `/` or `\` in it.
 * - error 2 to a request to read: nothing is given away here.
 *
 * The texts of errors are up to you. Whatever is no request gets no answer, above all no error.
 *
 * `deno doc lib/tftp.ts` shows the fields of its types.
 */
export function answerToRequest(data: Uint8Array, taken: (name: string) => boolean): Answer {
  const request = understood(data);
  if (request?.type !== "RRQ" && request?.type !== "WRQ") return undefined;
  const { type, file, options } = request;
  if (type === "RRQ") return { type: "ERROR", code: 2, text: "Nothing can be read here" };
  if (/^(\.|$)|[/\\]/.test(file)) return { type: "ERROR", code: 2, text: "Only plain names" };
  if (taken(file)) return { type: "ERROR", code: 6, text: "File exists" };
  const size = /^\d+$/.test(options.blksize ?? "") ? Number(options.blksize) : 0;
  if (size < 8) return { type: "ACK", block: 0 };
  return { type: "OACK", options: { blksize: `${Math.min(size, 65_464)}` } };
}

/** What a receiver does with a block: the number to acknowledge, or `undefined` for no ACK now. */
export type OnBlock = (number: number, data: Uint8Array) => number | undefined;

/**
 * One block in each round trip is slow on a long way. With the option `windowsize` (RFC 7440) the sender has
 * so many blocks under way, and waits for one ACK after them. Return the receiver's part: a function that is
 * called for every block that comes, writes what is due, and says what to acknowledge.
 *
 * - `write` gets each block once, and in order: block 1 is the first, and after 65,535 comes 0.
 * - The last block of each window is acknowledged, and so is the end of the file: a block of less than `size`
 *   bytes. A window begins after each ACK.
 * - When a block comes too early, one before it was lost. What is there in order is acknowledged, so that the
 *   sender goes on from there, and the early block is not kept. It is acknowledged once: what still comes of
 *   the old window gets no ACK, or the sender would begin again and again.
 * - When the last block that was written comes again, its ACK was lost: it is acknowledged again. Older
 *   blocks get none, nor does anything after the end of the file.
 */
export function windowed(
  windowsize: number,
  size: number,
  write: (data: Uint8Array) => void,
): OnBlock {
  let [last, unanswered, told, ended] = [0, 0, false, false];
  const acknowledge = () => {
    unanswered = 0;
    return last;
  };
  return (number, data) => {
    const ahead = (number - last) & 0xffff; // in a circle: what is half of it ahead is old
    if (ahead === 0) return acknowledge();
    if (ended || ahead >= 0x8000) return undefined;
    if (ahead > 1) {
      if (told) return undefined;
      told = true;
      return acknowledge();
    }
    write(data);
    last = number;
    told = false;
    unanswered++;
    ended = data.length < size;
    return unanswered === windowsize || ended ? acknowledge() : undefined;
  };
}
