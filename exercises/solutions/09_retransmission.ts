/**
 * One way to solve exercise 9: retransmission.
 *
 * @module
 */
import { type Address, sameAddress, type Socket } from "../../lib/udp.ts";

/** A part that was sent, and acknowledged. Times are milliseconds. */
export interface Part {
  /** When it was sent, each time. */
  sent: number[];
  /** When its ACK came. */
  acked: number;
}

/**
 * How long to wait for the next ACK, after all that these parts tell, in the order of their ACKs
 * (RFC 6298). Before anything is measured, that is 1000 ms.
 *
 * The first round trip R makes the mean R and the variation R / 2. With each later one, first the
 * variation becomes 3/4 of itself and 1/4 of how far R is from the mean; then the mean becomes 7/8 of
 * itself and 1/8 of R. The timeout is the mean and four times the variation, but at least the mean and
 * 100 ms.
 *
 * Of a part that was sent twice, nobody knows which of the two its ACK is for. So it measures nothing:
 * that is Karn's algorithm.
 */
export function timeoutAfter(parts: Part[]): number {
  let mean: number | undefined;
  let variation = 0;
  for (const { sent, acked } of parts) {
    if (sent.length !== 1) continue; // Karn
    const trip = acked - sent[0]!;
    if (mean === undefined) {
      mean = trip;
      variation = trip / 2;
    } else {
      variation = variation * 3 / 4 + Math.abs(trip - mean) / 4; // from the mean as it was
      mean = mean * 7 / 8 + trip / 8;
    }
  }
  return mean === undefined ? 1000 : mean + Math.max(4 * variation, 100);
}

/**
 * Send these texts, and end when all of them are acknowledged. The receiver keeps nothing that comes too
 * early: so what follows a lost one has to be sent again, too. That is go-back-N.
 *
 * Text 3 is sent as `3 ` and the text; the first one is text 0. `ACK 3` means: everything up to 3 is here.
 * Never send a text whose number is not below the lowest one without an ACK plus `window`.
 *
 * When no ACK that tells something new comes for 100 ms, go back: send again from the lowest one without
 * an ACK, in order. An ACK that tells nothing new is no reason to send anything, nor is a stranger's.
 * And an ACK for a text that you have not sent yet is a lie: it acknowledges nothing, not even the rest.
 */
export async function goBackN(
  socket: Socket,
  texts: string[],
  to: Address,
  window: number,
): Promise<void> {
  let [lowest, next] = [0, 0];
  while (lowest < texts.length) {
    for (; next < Math.min(lowest + window, texts.length); next++) {
      await socket.send(`${next} ${texts[next]}`, to);
    }
    const signal = AbortSignal.timeout(100); // one for all that comes: a stranger must not keep us waiting
    try {
      const before = lowest;
      while (lowest === before) {
        const { data, from } = await socket.receive({ signal });
        const acked = Number(new TextDecoder().decode(data).match(/^ACK (\d+)$/)?.[1]);
        if (sameAddress(from, to) && acked >= lowest && acked < next) lowest = acked + 1;
      }
    } catch (error) {
      if (!signal.aborted) throw error;
      next = lowest;
    }
  }
}
