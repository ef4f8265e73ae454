/**
 * A DNS client that tells why it has no answer. It needs udp.ts, dns.ts and dns_tcp.ts beside it.
 *
 * @module
 */
import { answerIn, encodeQuestion, type Message, type Question, randomId } from "./dns.ts";
import { type Ignored, resolveTcp } from "./dns_tcp.ts";
import { type Address, bind, localFor, sameAddress, type Socket } from "./udp.ts";

/**
 * How many times to ask. If one datagram of ten is lost, all five tries fail once in 4,000 times.
 */
const TRIES = 5;

/**
 * Asks a name server, at most five times, each time with another number and from another port. A
 * truncated answer is asked for over TCP.
 *
 * Returns the answer, or `undefined` if none comes. Each try takes at most this number of
 * milliseconds, and so does TCP. `ignored` gets each datagram that is not the answer.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { bind } from "./udp.ts";
 *
 * using silent = bind();
 * const question = { name: "workbook.test", type: "A" };
 * assertEquals(await resolveName(question, silent.address, 10), undefined);
 * ```
 */
export async function resolveName(
  question: Question,
  server: Address,
  milliseconds: number,
  ignored: Ignored = () => {},
): Promise<Message | undefined> {
  for (let tries = 1; tries <= TRIES; tries++) {
    using socket = bind({ hostname: localFor(server) });
    const answer = await askOnce(socket, question, server, { milliseconds, ignored });
    if (answer?.truncated) {
      return await resolveTcp(question, server, milliseconds, ignored) ?? answer;
    }
    if (answer) return answer;
  }
  return undefined;
}

/**
 * Asks once. Returns the answer, or `undefined` if it does not come in time. `ignored` gets each
 * datagram that is not the answer.
 */
export async function askOnce(
  socket: Socket,
  question: Question,
  server: Address,
  { milliseconds, ignored = () => {} }: { milliseconds: number; ignored?: Ignored },
): Promise<Message | undefined> {
  const id = randomId();
  await socket.send(encodeQuestion(id, question), server);
  const signal = AbortSignal.timeout(milliseconds);

  try {
    while (true) {
      const heard = await socket.receive({ signal });
      const answer = answerIn(heard.data, id, question);
      if (answer && sameAddress(heard.from, server)) return answer;
      ignored(heard, id);
    }
  } catch (error) {
    if (signal.aborted) return undefined;
    throw error;
  }
}
