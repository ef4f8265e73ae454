/**
 * One way to solve exercise 9: retransmission.
 *
 * @module
 */
import { type Address, sameAddress, type Socket } from "../../lib/udp.ts";

/** A part that was delivered. Times are milliseconds. */
export interface Delivery {
  /** When it was sent, each time. */
  sent: number[];
  /** When its ACK came. */
  acked: number;
}

/**
 * Return the retransmission timeout after these deliveries, in milliseconds (RFC 6298). They are in
 * the order of their ACKs. Before anything is measured, the timeout is 1000 ms.
 *
 * - The first round trip R sets the mean to R and the variation to R / 2.
 * - Each later R first changes the variation: 3/4 of the old one, and 1/4 of the distance between R
 *   and the mean. Then it changes the mean: 7/8 of the old one, and 1/8 of R.
 * - The timeout is the mean plus 4 times the variation, but at least the mean plus 100 ms.
 *
 * If a part was sent more than once, nobody can tell which copy its ACK answers. So such a part
 * measures nothing (Karn's algorithm). Here it does not double the timeout either.
 */
export function timeoutAfter(deliveries: Delivery[]): number {
  let mean: number | undefined;
  let variation = 0;

  for (const { sent, acked } of deliveries) {
    if (sent.length !== 1) continue; // Karn's algorithm
    const trip = acked - sent[0]!;

    if (mean === undefined) {
      mean = trip;
      variation = trip / 2;
    } else {
      // The variation needs the mean as it was before this round trip.
      variation = variation * 3 / 4 + Math.abs(trip - mean) / 4;
      mean = mean * 7 / 8 + trip / 8;
    }
  }

  if (mean === undefined) return 1000;
  return mean + Math.max(4 * variation, 100);
}

/**
 * Receive the parts of one sender, and return their texts in order when the sending has ended.
 *
 * The messages are those of lesson 9, `PART 0 Hello` and `ACK 0`, and a new one. `END 3` says that
 * the sender has only the parts 0 to 2. Acknowledge it with `ACK 3`.
 *
 * Your last ACK may be lost. Then the sender sends its `END` again, and you have to be there. So
 * stay after `END`, and acknowledge what comes again. Return when no message has come from the
 * sender for `quiet` milliseconds. Before `END`, wait without a limit.
 *
 * Acknowledge a duplicate again, but keep its text once. Ignore a `PART` above the next number, an
 * `END` with another number than the next, and a new `PART` after `END`.
 *
 * The sender is the first address from which `PART 0` or `END 0` comes. Ignore everybody else, and
 * datagrams from port 0: no ACK can be sent there. If the socket fails, let the error through.
 */
export async function collectAll(socket: Socket, quiet: number): Promise<string[]> {
  const texts: string[] = [];
  let sender: Address | undefined;
  let limit: AbortSignal | undefined; // there is one as soon as END has come

  try {
    while (true) {
      const { data, from } = await socket.receive(limit ? { signal: limit } : {});
      if (!mayBe(sender, from)) continue;

      const message = new TextDecoder().decode(data);
      const part = message.match(/^PART (\d{1,9}) ([^]*)$/);
      const end = message.match(/^END (\d{1,9})$/);
      const number = Number(part?.[1] ?? end?.[1] ?? Infinity); // another message has no number

      // It is too early, or it is another message.
      if (number > texts.length) continue;
      if (part && limit && number === texts.length) continue; // a new part after END
      if (end && number < texts.length) continue; // an END below a part that we have
      sender ??= from;

      if (part && number === texts.length) texts.push(part[2]!);
      await socket.send(`ACK ${number}`, from);

      // Whatever comes again starts the quiet time again.
      if (end || limit) limit = AbortSignal.timeout(quiet);
    }
  } catch (error) {
    if (limit?.aborted) return texts;
    throw error;
  }
}

/** Checks whether a datagram may come from the sender. Until there is one, it can be anyone. */
function mayBe(sender: Address | undefined, from: Address): boolean {
  if (from.port === 0) return false; // nothing can be sent to port 0
  return sender === undefined || sameAddress(from, sender);
}
