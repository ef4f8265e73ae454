/** What `deno task exercise 13 --hint` shows: from a first push to nearly the solution. */
export const HINTS: Record<string, string[]> = {
  answerOf: [
    "`isDnsAnswer` in lesson 13 checks four things: the sender, that the message is an " +
    "answer, its number, and its question.",
    "`tryDecode()` of lib/dns.ts returns a message, or undefined if the bytes are not one. A " +
    "message has `isAnswer`, `id`, `question` and `records`. `sameAddress` of lib/udp.ts " +
    "compares senders.",
    "When all four are right, filter `message.records` by their type and map each to its " +
    "`data`. A record of another type may stand first: a CNAME. Compare both names in small " +
    "letters.",
  ],
  cached: [
    "Keep a Map from the question to its records and the time when they were found. Two " +
    "question objects are never equal, so they cannot be its keys. What else can be?",
    "`${type} ${name.toLowerCase()}` is a good key. The age in seconds is `(now() - found) / " +
    "1000`. It has to be smaller than every ttl. Call now() after `await ask(…)`, because the " +
    "answer may take a while.",
    "A Map keeps the order in which its keys were added, so `kept.keys()` begins with the " +
    "oldest. A key that is set again keeps its place. So delete an answer whose time is over " +
    "before you ask again.",
  ],
};
