import type { Mistake } from "./mistake.ts";

/** What people get wrong in exercise 9. */
export const MISTAKES: Mistake[] = [
  {
    mistake: "nothing measured is no time at all",
    from: "if (mean === undefined) return 1000;",
    to: "if (mean === undefined) return 0;",
    fails: [
      "timeoutAfter: before anything is measured it is 1000 ms",
      "timeoutAfter: a part that was sent twice measures nothing",
    ],
  },
  {
    mistake: "the first variation is 0",
    from: "variation = trip / 2;",
    to: "variation = 0;",
    fails: [
      "timeoutAfter: the first round trip counts, and its half four times",
      "timeoutAfter: each later one changes the variation first, and then the mean",
      "timeoutAfter: a part that was sent twice measures nothing",
    ],
  },
  {
    mistake: "the variation is taken from the new mean",
    from: "variation = variation * 3 / 4 + Math.abs(trip - mean) / 4;\n" +
      "      mean = mean * 7 / 8 + trip / 8;",
    to: "mean = mean * 7 / 8 + trip / 8;\n" +
      "      variation = variation * 3 / 4 + Math.abs(trip - mean) / 4;",
    fails: ["timeoutAfter: each later one changes the variation first, and then the mean"],
  },
  {
    mistake: "there is no floor",
    from: "Math.max(4 * variation, 100)",
    to: "4 * variation",
    fails: ["timeoutAfter: it is never less than the mean and 100 ms"],
  },
  {
    mistake: "a part that was sent twice is measured from the first time",
    from: "if (sent.length !== 1) continue; // Karn's algorithm",
    to: "",
    fails: ["timeoutAfter: a part that was sent twice measures nothing"],
  },
  {
    mistake: "a part that was sent twice is measured from the last time",
    from:
      "if (sent.length !== 1) continue; // Karn's algorithm\n    const trip = acked - sent[0]!;",
    to: "const trip = acked - sent.at(-1)!;",
    fails: ["timeoutAfter: a part that was sent twice measures nothing"],
  },
  {
    mistake: "END is not acknowledged",
    from: "await socket.send(`ACK ${number}`, from);",
    to: "if (part) await socket.send(`ACK ${number}`, from);",
    fails: [
      "collectAll: acknowledges each part and the END, and returns the texts in order",
      "collectAll: an END without a part ends it, too",
    ],
  },
  {
    mistake: "the text ends at a line break, and is never empty",
    from: "/^PART (\\d{1,9}) ([^]*)$/",
    to: "/^PART (\\d{1,9}) (.+)$/",
    fails: ["collectAll: an empty text, and one with line breaks, are texts"],
  },
  {
    mistake: "a duplicate is not acknowledged",
    from: "if (number > texts.length) continue;",
    to: "if (number !== texts.length) continue;",
    fails: [
      "collectAll: acknowledges a duplicate again, and keeps its text once",
      "collectAll: stays after END, and acknowledges what comes again",
    ],
  },
  {
    mistake: "a duplicate is kept, too",
    from: "if (part && number === texts.length) texts.push(part[2]!);",
    to: "if (part) texts.push(part[2]!);",
    fails: ["collectAll: acknowledges a duplicate again, and keeps its text once"],
  },
  {
    mistake: "a part is taken whatever its number is",
    from: "if (number > texts.length) continue;",
    to: "if (number === Infinity) continue;",
    fails: ["collectAll: ignores a PART or END with a wrong number, and everything else"],
  },
  {
    mistake: "an END with a small number is acknowledged, too",
    from: "if (end && number < texts.length) continue;",
    to: "",
    fails: ["collectAll: ignores a PART or END with a wrong number, and everything else"],
  },
  {
    mistake: "a new part is taken after END",
    from: "if (part && limit && number === texts.length) continue;",
    to: "",
    fails: ["collectAll: ignores a PART or END with a wrong number, and everything else"],
  },
  {
    mistake: "the quiet time counts before END, too",
    from: "await socket.receive(limit ? { signal: limit } : {});",
    to: "await socket.receive({ signal: limit ??= AbortSignal.timeout(quiet) });",
    fails: ["collectAll: before END it waits without a limit"],
  },
  {
    mistake: "it ends at END",
    from: "if (end || limit) limit = AbortSignal.timeout(quiet);",
    to: "if (end) return texts;",
    fails: ["collectAll: stays after END, and acknowledges what comes again"],
  },
  {
    mistake: "the quiet time begins once",
    from: "if (end || limit) limit = AbortSignal.timeout(quiet);",
    to: "if (end) limit ??= AbortSignal.timeout(quiet);",
    fails: ["collectAll: a message from the sender starts the quiet time again"],
  },
  {
    mistake: "anybody's parts are taken",
    from: "return sender === undefined || sameAddress(from, sender);",
    to: "return sender === undefined || from !== undefined;",
    fails: ["collectAll: takes nothing from a second sender, who does not keep it waiting"],
  },
  {
    mistake: "a failure ends it, and nobody is told",
    from: "if (limit?.aborted) return texts;",
    to: "if (limit) return texts;",
    fails: ["collectAll: a failure is not an end"],
  },
  {
    mistake: "port 0 is a sender like any other",
    from: "  if (from.port === 0) return false; // nothing can be sent to port 0\n",
    to: "",
    fails: ["collectAll: ignores a datagram from port 0"],
  },
];
