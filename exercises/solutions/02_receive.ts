/**
 * One way to solve exercise 2.
 *
 * @module
 */
import { type Address, sameAddress, type Socket } from "../../lib/udp.ts";

/** One signal for all the waits, so that the time counts for all of them together. */
export async function receiveSome(
  socket: Socket,
  count: number,
  milliseconds: number,
): Promise<string[]> {
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

/** The signal is made once: strangers cannot make the wait longer. */
export async function askOnly(
  socket: Socket,
  question: string,
  to: Address,
  milliseconds: number,
): Promise<string | undefined> {
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
