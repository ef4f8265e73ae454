/**
 * One way to solve exercise 13: DNS.
 *
 * @module
 */
import { type NameRecord, type Question, tryDecode } from "../../lib/dns.ts";
import { type Address, type Datagram, sameAddress } from "../../lib/udp.ts";

/**
 * A client has sent `question` with the number `id` to `server`. Now a datagram has come. If it is
 * the answer, return the data of all its records that have the type of the question, in their
 * order. For type `A`, the data is an address. An answer may also have no records.
 *
 * Return `undefined` for any other datagram, and throw nothing: anybody may send any bytes. The
 * answer comes from the server. It is marked as an answer, and it has the number and the question.
 * Capital and small letters in a name are the same.
 *
 * `deno doc lib/dns.ts` shows the fields of its types.
 */
export function answerOf(
  { data, from }: Datagram,
  id: number,
  question: Question,
  server: Address,
): string[] | undefined {
  if (!sameAddress(from, server)) return undefined;

  const message = tryDecode(data);
  if (!message?.isAnswer || message.id !== id) return undefined;

  const { name, type } = message.question;
  if (name.toLowerCase() !== question.name.toLowerCase()) return undefined;
  if (type !== question.type) return undefined;

  const records = message.records.filter((record) => record.type === type);
  return records.map((record) => record.data);
}

/** Finds the records for a question. */
export type Ask = (question: Question) => Promise<NameRecord[]>;

/**
 * Return a function that finds the same records as `ask`, but remembers them and does not ask again
 * too early. `now` returns the time in milliseconds.
 *
 * - A record may be kept for `ttl` seconds, from the moment when `ask` returned it. When the time
 *   of one record of an answer is over, forget the whole answer.
 * - Return a remembered answer with the seconds that are left in each `ttl`, rounded down.
 * - Capital and small letters in a name are the same. Another type is another question.
 * - Do not remember an answer without records. If `ask` throws, throw the same, and remember
 *   nothing.
 * - Remember at most 100 answers. Before you add one more, forget the one that was found first.
 */
export function cached(ask: Ask, now: () => number): Ask {
  const kept = new Map<string, { records: NameRecord[]; found: number }>();

  return async (question) => {
    const key = `${question.type} ${question.name.toLowerCase()}`;
    const known = kept.get(key);
    if (known) {
      const age = (now() - known.found) / 1000;
      if (known.records.every(({ ttl }) => age < ttl)) {
        return known.records.map((record) => ({ ...record, ttl: Math.floor(record.ttl - age) }));
      }

      // A Map keeps the place of a key that is set again. Delete it, so that the
      // new answer goes to the end.
      kept.delete(key);
    }

    const records = await ask(question);
    if (records.length === 0) return records;
    kept.set(key, { records, found: now() });

    const first = kept.keys().next().value;
    if (kept.size > 100 && first !== undefined) kept.delete(first);
    return records;
  };
}
