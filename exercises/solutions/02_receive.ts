/**
 * One way to solve exercise 2: receive.
 *
 * @module
 */
import { receiveUntil } from "../../lessons/02_receive.ts";
import { type Address, sameAddress, type Socket } from "../../lib/udp.ts";

/**
 * Receive `count` datagrams and return their texts, in order. Wait at most `milliseconds` for all
 * of them together. If the time runs out, return the texts that came.
 *
 * A datagram that comes later must not be lost: the next `socket.receive()` gets it. The end of
 * the time is not an error here. Let every other error through.
 */
export async function receiveSome(
  socket: Socket,
  count: number,
  milliseconds: number,
): Promise<string[]> {
  // The time is for all datagrams together, so there is one signal.
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
 * Send a question and return the reply to it, or `undefined` if none comes in time.
 *
 * A question begins with a number and a space, as in `7 Is it dark?`. The other side puts the same
 * number and a space before its reply, as in `7 Yes!`. Return the text after them: `Yes!`. A reply
 * with another number is a late one, to an earlier question. It does not count.
 *
 * Any program can send to your port. Only a datagram from the address that you asked counts. Let
 * every error through.
 */
export async function askNumbered(
  socket: Socket,
  question: string,
  to: Address,
  milliseconds: number,
): Promise<string | undefined> {
  const number = question.slice(0, question.indexOf(" ") + 1); // with its space
  await socket.send(question, to);

  const reply = await receiveUntil(socket, milliseconds, ({ data, from }) => {
    const text = new TextDecoder().decode(data);
    return sameAddress(from, to) && text.startsWith(number);
  });
  if (!reply) return undefined;

  return new TextDecoder().decode(reply.data).slice(number.length);
}
