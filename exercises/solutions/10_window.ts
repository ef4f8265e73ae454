/**
 * One way to solve exercise 10: window.
 *
 * @module
 */
import { receiveUntil } from "../../lessons/02_receive.ts";
import { type Address, sameAddress, type Socket } from "../../lib/udp.ts";

/** What a selective ACK says. */
export interface SelectiveAck {
  /** All parts below this number have arrived, and this one has not. */
  lowest: number;
  /** The parts above `lowest` that have arrived, in ascending order. */
  held: number[];
}

/**
 * Rebuild the selective ACKs from a trace. `arrived` has the numbers of the parts in the order in
 * which they arrived at the receiver. Some may be missing, and some may come twice.
 *
 * After each arrival, the receiver sends an ACK. Return all of these ACKs, in order.
 */
export function selectiveAcks(arrived: number[]): SelectiveAck[] {
  const acks: SelectiveAck[] = [];
  const early = new Set<number>(); // the parts above `lowest` that have arrived
  let lowest = 0;

  for (const number of arrived) {
    if (number >= lowest) early.add(number);

    // A part that fills a gap makes the parts behind it complete, too.
    while (early.has(lowest)) {
      early.delete(lowest);
      lowest++;
    }

    const held = [...early].sort((a, b) => a - b);
    acks.push({ lowest, held });
  }
  return acks;
}

/**
 * Send these texts, and end when all of them are acknowledged. Never send more than the receiver
 * has room for.
 *
 * Text 3 is sent as `PART 3 ` and the text. The first one is text 0. `ACK 3 ROOM 2` says two
 * things: all texts up to 3 have arrived, and the receiver has room for 2 texts after that one.
 * Then you may send the texts 4 and 5, and no others. Before the first ACK, there is room for one
 * text.
 *
 * An ACK says something new if one of its two numbers differs from the ACK before. If no such ACK
 * comes for 100 ms, go back as in lesson 10: send again from the lowest text without an ACK, in
 * order, as far as there is room. With room 0, send only the lowest one. It asks the receiver
 * whether there is room now, because the ACK that said so may be lost. Unlike lesson 10, never give
 * up.
 *
 * Ignore an ACK from another sender, an ACK that acknowledges less than an earlier one, and an ACK
 * for a text that you have never sent. If the socket fails, let the error through.
 */
export async function sendWithin(socket: Socket, texts: string[], to: Address): Promise<void> {
  const window: Window = { lowest: 0, next: 0, sent: 0, room: 1 };

  while (window.lowest < texts.length) {
    await fill(window, socket, texts, to);
    if (await nextAck(window, socket, to)) continue;

    // Go back. With room 0, one text asks the receiver whether there is room now.
    window.next = window.lowest;
    window.room = Math.max(window.room, 1);
  }
}

/** What the sender knows. */
interface Window {
  /** The lowest text without an ACK. */
  lowest: number;
  /** The text to send next. */
  next: number;
  /** All texts below this number were sent at least once. */
  sent: number;
  /** So many texts from `lowest` on may be sent. */
  room: number;
}

/** Sends as many texts as there is room for. */
async function fill(window: Window, socket: Socket, texts: string[], to: Address): Promise<void> {
  while (window.next < texts.length && window.next < window.lowest + window.room) {
    await socket.send(`PART ${window.next} ${texts[window.next]}`, to);
    window.next++;
  }
  window.sent = Math.max(window.sent, window.next);
}

/** Waits for an ACK that says something new. Returns whether one came within 100 ms. */
async function nextAck(window: Window, socket: Socket, to: Address): Promise<boolean> {
  const ack = await receiveUntil(socket, 100, ({ data, from }) => {
    return sameAddress(from, to) && takeAck(window, new TextDecoder().decode(data));
  });
  return ack !== undefined;
}

/** Takes an ACK into the window. Returns whether it says something new. */
function takeAck(window: Window, text: string): boolean {
  const ack = text.match(/^ACK (\d{1,9}) ROOM (\d{1,9})$/); // the two numbers are its groups
  if (!ack) return false;

  const lowest = Number(ack[1]) + 1; // the lowest text without an ACK, says this one
  const room = Number(ack[2]);
  if (lowest < window.lowest || lowest > window.sent) return false;

  const isNew = lowest > window.lowest || room !== window.room;
  window.lowest = lowest;
  window.room = room;
  window.next = Math.max(window.next, lowest);
  return isNew;
}
