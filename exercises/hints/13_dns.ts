/** From a push in the right direction to nearly there: `deno task exercise 13 --hint`, again and again. */
export const HINTS: Record<string, string[]> = {
  answerOf: [
    "Read what askName in lesson 13 lets count, and how: the sender, the number, the question, and that it " +
    "is an answer.",
    "understood() of lib/dns.ts makes a message of bytes, or undefined of what is none. It has isAnswer, id, " +
    "question and records. sameAddress of lib/udp.ts compares senders.",
    "If message?.isAnswer, message.id === id, sameAddress(from, server) and both questions are the same in " +
    "small letters, then message.records.filter(of that type).map(to their data). Otherwise undefined.",
  ],
  cached: [
    "A Map from the question to its records and the time when they were found. Two question objects are " +
    "never equal: what could be the key?",
    "`${type} ${name.toLowerCase()}` is a good key. The age in seconds is (now() - found) / 1000. If it is " +
    "smaller than every ttl, return the records with Math.floor(ttl - age). Take now() after the await.",
    "A Map keeps the order in which its keys came: kept.keys() has the oldest first. But a key that is set " +
    "again stays where it was: so delete an answer whose time is over, before you ask.",
  ],
};
