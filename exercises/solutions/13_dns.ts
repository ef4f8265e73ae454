/**
 * One way to solve exercise 13: DNS.
 *
 * @module
 */
import { type NameRecord, type Question, understood } from "../../lib/dns.ts";
import { type Address, type Datagram, sameAddress } from "../../lib/udp.ts";

/**
 * A datagram has come to a client, which had sent `question` with the number `id` to `server`. If this is
 * the answer to it, return the data of all its records of the type that was asked for, in their order: for
 * `A` these are addresses. There may be none.
 *
 * Everything else is `undefined`, and nothing is thrown: anyone may send anything, and forge an answer. The
 * answer comes from the server, has the number and the question, and is no question itself. Capitals mean
 * nothing in a name.
 *
 * `deno doc lib/dns.ts` shows the fields of its types.
 */
export function answerOf(
  { data, from }: Datagram,
  id: number,
  question: Question,
  server: Address,
): string[] | undefined {
  const message = understood(data);
  if (!message?.isAnswer || message.id !== id || !sameAddress(from, server)) return undefined;
  const { name, type } = message.question;
  if (name.toLowerCase() !== question.name.toLowerCase()) return undefined;
  if (type !== question.type) return undefined;
  return message.records.filter((record) => record.type === type).map((record) => record.data);
}

/** Finds the records for a question. */
export type Ask = (question: Question) => Promise<NameRecord[]>;

/**
 * Return a function that finds what `ask` finds, but does not ask again for what it still knows. A record
 * may be kept for `ttl` seconds from the moment when `ask` found it; as soon as one of an answer's records
 * may not be kept any longer, the whole answer is forgotten. `now` tells the time in milliseconds.
 *
 * What was kept is returned with the whole seconds that are left of each `ttl`, rounded down: whoever gets
 * it may keep it, too. Capitals mean nothing in a name. An answer without records is not kept, nor is a
 * failure: it is thrown. Keep 100 answers at most: for one more, forget the one that was found first.
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
      kept.delete(key); // so that the new one goes to the end of the Map
    }
    const records = await ask(question);
    if (records.length === 0) return records;
    kept.set(key, { records, found: now() });
    const [first] = kept.keys();
    if (kept.size > 100) kept.delete(first!);
    return records;
  };
}
