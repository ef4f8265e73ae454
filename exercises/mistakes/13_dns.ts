import type { Mistake } from "./mistake.ts";

/** What people get wrong in exercise 13. */
export const MISTAKES: Mistake[] = [
  {
    mistake: "only the first address is returned",
    from: "return records.map(",
    to: "return records.slice(0, 1).map(",
    fails: ["answerOf: finds the addresses of the answer"],
  },
  {
    mistake: "an alias is taken for an address",
    from: "message.records.filter((record) => record.type === type)",
    to: "message.records",
    fails: ["answerOf: leaves out the records of other types"],
  },
  {
    mistake: "an answer without records is ignored",
    from: "if (!message?.isAnswer ||",
    to: "if (!message?.isAnswer || message.records.length === 0 ||",
    fails: ["answerOf: an answer without records is an answer, too"],
  },
  {
    mistake: "the number is not compared",
    from: " || message.id !== id",
    to: "",
    fails: ["answerOf: a forged answer with another number is ignored"],
  },
  {
    mistake: "only one byte of the number is compared",
    from: "message.id !== id",
    to: "message.id % 256 !== id % 256",
    fails: ["answerOf: a forged answer with another number is ignored"],
  },
  {
    mistake: "the sender is not compared",
    from: "if (!sameAddress(from, server)) return undefined;",
    to: "",
    fails: ["answerOf: a forged answer from another sender is ignored"],
  },
  {
    mistake: "only the port of the sender is compared",
    from: "!sameAddress(from, server)",
    to: "from.port !== server.port",
    fails: ["answerOf: a forged answer from another sender is ignored"],
  },
  {
    mistake: "only the host of the sender is compared",
    from: "!sameAddress(from, server)",
    to: "from.hostname !== server.hostname",
    fails: ["answerOf: a forged answer from another sender is ignored"],
  },
  {
    mistake: "the question is not compared",
    from: "if (name.toLowerCase() !== question.name.toLowerCase()) return undefined;",
    to: "name;",
    fails: ["answerOf: the answer to another question is ignored"],
  },
  {
    mistake: "only the name of the question is compared",
    from: "if (type !== question.type) return undefined;",
    to: "",
    fails: ["answerOf: the answer to another question is ignored"],
  },
  {
    mistake: "names are compared as they are",
    from: "name.toLowerCase() !== question.name.toLowerCase()",
    to: "name !== question.name",
    fails: ["answerOf: capital letters are the same as small ones"],
  },
  {
    mistake: "only one of the names is made small",
    from: "name.toLowerCase() !== question.name.toLowerCase()",
    to: "name.toLowerCase() !== question.name",
    fails: ["answerOf: capital letters are the same as small ones"],
  },
  {
    mistake: "a question is taken for an answer",
    from: "!message?.isAnswer",
    to: "!message",
    fails: ["answerOf: a question is not an answer"],
  },
  {
    mistake: "bytes that are not a message are not expected",
    from: "const message = tryDecode(data);\n  if (!message?.isAnswer",
    to: "const message = tryDecode(data)!;\n  if (!message.isAnswer",
    fails: ["answerOf: bytes that are not a DNS message are ignored"],
  },
  {
    mistake: "nothing is kept",
    from: "kept.set(key, { records, found: now() });",
    to: "kept.set(key, { records: [{ ...records[0]!, ttl: 0 }], found: now() });",
    fails: ["cached: asks once, and then remembers the answer"],
  },
  {
    mistake: "the question object is the key",
    from: "const key = `${question.type} ${question.name.toLowerCase()}`;",
    to: "const key = question as unknown as string;",
    fails: ["cached: asks once, and then remembers the answer"],
  },
  {
    mistake: "milliseconds are taken for seconds",
    from: "(now() - known.found) / 1000",
    to: "now() - known.found",
    fails: ["cached: asks again when the time is over, and not before"],
  },
  {
    mistake: "it is kept without end",
    from: "age < ttl",
    to: "age >= 0 * ttl",
    fails: [
      "cached: asks again when the time is over, and not before",
      "cached: the shortest TTL counts",
    ],
  },
  {
    mistake: "it is kept a moment too long",
    from: "age < ttl",
    to: "age <= ttl",
    fails: [
      "cached: asks again when the time is over, and not before",
      "cached: an answer that must not be kept is not kept",
    ],
  },
  {
    mistake: "the last second is not used",
    from: "age < ttl",
    to: "Math.floor(ttl - age) > 0",
    fails: [
      "cached: asks again when the time is over, and not before",
      "cached: returns the seconds that are left",
    ],
  },
  {
    mistake: "the time begins with the question",
    from: "const records = await ask(question);\n    if (records.length === 0) return records;\n" +
      "    kept.set(key, { records, found: now() });",
    to: "const found = now();\n    const records = await ask(question);\n" +
      "    if (records.length === 0) return records;\n    kept.set(key, { records, found });",
    fails: ["cached: the time begins when the answer is there"],
  },
  {
    mistake: "the longest TTL counts",
    from: "known.records.every(",
    to: "known.records.some(",
    fails: ["cached: the shortest TTL counts"],
  },
  {
    mistake: "the TTL stays what it was",
    from: "ttl: Math.floor(record.ttl - age)",
    to: "ttl: record.ttl",
    fails: ["cached: returns the seconds that are left"],
  },
  {
    mistake: "parts of a second are left in",
    from: "Math.floor(record.ttl - age)",
    to: "record.ttl - age",
    fails: ["cached: returns the seconds that are left"],
  },
  {
    mistake: "the seconds are rounded up",
    from: "Math.floor(record.ttl - age)",
    to: "Math.ceil(record.ttl - age)",
    fails: ["cached: returns the seconds that are left"],
  },
  {
    mistake: "capitals make another name",
    from: "question.name.toLowerCase()}`;",
    to: "question.name}`;",
    fails: ["cached: capital letters are the same, and another type is another question"],
  },
  {
    mistake: "the type is forgotten",
    from: "const key = `${question.type} ${question.name.toLowerCase()}`;",
    to: "const key = question.name.toLowerCase();",
    fails: ["cached: capital letters are the same, and another type is another question"],
  },
  {
    mistake: "an answer without records is kept",
    from: "if (records.length === 0) return records;",
    to: "",
    fails: ["cached: an answer that must not be kept is not kept"],
  },
  {
    mistake: "a failure becomes an empty answer",
    from: "await ask(question);",
    to: "await ask(question).catch(() => []);",
    fails: ["cached: a failure is thrown, and not kept"],
  },
  {
    mistake: "there is no limit",
    from: "if (kept.size > 100 && first !== undefined) kept.delete(first);",
    to: "first;",
    fails: ["cached: keeps 100 answers, and not one more"],
  },
  {
    mistake: "99 are kept",
    from: "kept.size > 100",
    to: "kept.size > 99",
    fails: ["cached: keeps 100 answers, and not one more"],
  },
  {
    mistake: "all are forgotten when there are too many",
    from: "kept.delete(first);",
    to: "kept.clear();",
    fails: ["cached: keeps 100 answers, and not one more"],
  },
  {
    mistake: "one that is found again stays at the front",
    from: "kept.delete(key);",
    to: "",
    fails: ["cached: keeps 100 answers, and not one more"],
  },
];
