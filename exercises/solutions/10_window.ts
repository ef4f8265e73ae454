/**
 * One way to solve exercise 10: window.
 *
 * @module
 */
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
 * Return the ACK that the receiver sends after each of them, so as many as there are arrivals.
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
 * An ACK says something new if it acknowledges more, or if it acknowledges the same and has another
 * room. If none comes for 100 ms, go back as in lesson 10: send again from the lowest text without
 * an ACK, in order, as far as there is room. With room 0, send only the lowest one. It asks the
 * receiver whether there is room now, because the ACK that said so may be lost.
 *
 * Ignore an ACK from another sender, an ACK that acknowledges less than an earlier one, and an ACK
 * for a text that you have not sent yet. A failure of the socket is thrown.
 */
export async function sendWithin(socket: Socket, texts: string[], to: Address): Promise<void> {
  let lowest = 0; // the lowest text without an ACK
  let next = 0; // the text to send next
  let sent = 0; // the texts below this number were sent
  let room = 1; // so many texts from `lowest` on may be sent

  while (lowest < texts.length) {
    while (next < texts.length && next < lowest + room) {
      await socket.send(`PART ${next} ${texts[next]}`, to);
      next++;
    }
    sent = Math.max(sent, next);

    const signal = AbortSignal.timeout(100); // one for all datagrams that come now
    try {
      let news = false;
      while (!news) {
        const { data, from } = await socket.receive({ signal });
        const ack = new TextDecoder().decode(data).match(/^ACK (\d{1,9}) ROOM (\d{1,9})$/);
        if (!ack || !sameAddress(from, to)) continue;

        const after = Number(ack[1]) + 1; // the lowest text without an ACK, says this one
        const has = Number(ack[2]);
        if (after < lowest || after > sent) continue;

        news = after > lowest || has !== room;
        lowest = after;
        room = has;
        next = Math.max(next, lowest);
      }
    } catch (error) {
      if (!signal.aborted) throw error;
      next = lowest;
      room = Math.max(room, 1);
    }
  }
}
