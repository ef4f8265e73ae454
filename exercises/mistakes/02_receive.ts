import type { Mistake } from "./mistake.ts";

const ABANDONED = `await Promise.race([
        socket.receive(),
        new Promise<never>((_, reject) =>
          signal.addEventListener("abort", () => reject(signal.reason))
        ),
      ])`;

/** What people get wrong in exercise 2. */
export const MISTAKES: Mistake[] = [
  {
    mistake: "it waits for the end of the time, with all that comes",
    from: "while (texts.length < count)",
    to: "while (true)",
    fails: [
      "receiveSome: returns the texts, in order, as soon as there are enough",
      "receiveSome: takes no more than it was asked for",
    ],
  },
  {
    mistake: "the last one comes first",
    from: "texts.push(",
    to: "texts.unshift(",
    fails: ["receiveSome: returns the texts, in order, as soon as there are enough"],
  },
  {
    mistake: "one too many is taken, and dropped",
    from: "while (texts.length < count) {",
    to: "while (texts.length < count || await socket.receive({ signal })) {",
    fails: ["receiveSome: takes no more than it was asked for"],
  },
  {
    mistake: "the end of the time is an error",
    from: "if (!signal.aborted) throw error;",
    to: "throw error;",
    fails: ["receiveSome: when the time is up, returns what came"],
  },
  {
    mistake: "the receive is left behind, and takes the next datagram with it",
    from: "await socket.receive({ signal });\n      texts",
    to: `${ABANDONED};\n      texts`,
    fails: ["receiveSome: what comes after the time is not lost"],
  },
  {
    mistake: "every text has the whole time",
    from: "await socket.receive({ signal });\n      texts",
    to: "await socket.receive({ signal: AbortSignal.timeout(milliseconds) });\n      texts",
    fails: ["receiveSome: the time is for all of them together"],
  },
  {
    mistake: "every failure is taken for the end of the time",
    from: "if (!signal.aborted) throw error;",
    to: "",
    fails: ["receiveSome: a failure other than the end of the time is thrown"],
  },
  {
    mistake: "bytes are returned as numbers",
    from: "return new TextDecoder().decode(data);",
    to: "return String(data);",
    fails: ["askOnly: returns the answer of the one that was asked"],
  },
  {
    mistake: "whoever answers is believed",
    from: "if (sameAddress(from, to))",
    to: "if (from)",
    fails: ["askOnly: takes no answer from a stranger"],
  },
  {
    mistake: "only the host is compared",
    from: "if (sameAddress(from, to))",
    to: "if (from.hostname === to.hostname)",
    fails: ["askOnly: takes no answer from a stranger"],
  },
  {
    mistake: "only the port is compared",
    from: "if (sameAddress(from, to))",
    to: "if (from.port === to.port)",
    fails: ["askOnly: takes no answer from a stranger"],
  },
  {
    mistake: "no answer is an error",
    from: "if (signal.aborted) return undefined;",
    to: "",
    fails: ["askOnly: no answer in time is undefined"],
  },
  {
    mistake: "strangers start the wait again",
    from: "const { data, from } = await socket.receive({ signal });",
    to:
      "const { data, from } = await socket.receive({ signal: AbortSignal.timeout(milliseconds) });",
    fails: ["askOnly: strangers do not make the wait longer"],
  },
  {
    mistake: "every failure is taken for no answer",
    from: "if (signal.aborted) return undefined;\n    throw error;",
    to: "return undefined;",
    fails: ["askOnly: a failure other than the end of the time is thrown"],
  },
  {
    mistake: "a question that cannot be sent is no answer",
    from: "await socket.send(question, to);\n  try",
    to:
      "try {\n    await socket.send(question, to);\n  } catch {\n    return undefined;\n  }\n  try",
    fails: ["askOnly: a failure other than the end of the time is thrown"],
  },
];
