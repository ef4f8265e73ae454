/**
 * One way to solve exercise 2: receive.
 *
 * @module
 */
import { type Address, sameAddress, type Socket } from "../../lib/udp.ts";

/**
 * Receive `count` datagrams and return their texts, in order. But wait no longer than `milliseconds`,
 * for all of them together: then return those that came.
 *
 * What comes later must not get lost: the next `socket.receive()` gets it. Any failure other than the
 * end of the time is not yours to hide: let it be thrown.
 */
export async function receiveSome(
  socket: Socket,
  count: number,
  milliseconds: number,
): Promise<string[]> {
  // One signal for all the waits: so the time is for all of them together.
  const signal = AbortSignal.timeout(milliseconds);
  const texts: string[] = [];
  try {
    while (texts.length < count) {
      const { data } = await socket.receive({ signal });
      texts.push(new TextDecoder().decode(data));
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  return texts;
}

/**
 * Send a question and return the text of the answer, or `undefined` if none came in time.
 *
 * Anyone may send to your port. Only an answer from the address that you asked counts. Any failure
 * other than the end of the time is thrown.
 */
export async function askOnly(
  socket: Socket,
  question: string,
  to: Address,
  milliseconds: number,
): Promise<string | undefined> {
  // The signal is made once: strangers cannot make the wait longer.
  const signal = AbortSignal.timeout(milliseconds);
  await socket.send(question, to);
  try {
    while (true) {
      const { data, from } = await socket.receive({ signal });
      if (sameAddress(from, to)) return new TextDecoder().decode(data);
    }
  } catch (error) {
    if (signal.aborted) return undefined;
    throw error;
  }
}
