import type { Mistake } from "./mistake.ts";

const ABANDONED = `await Promise.race([
        socket.receive(),
        new Promise<never>((_, reject) =>
          signal.addEventListener("abort", () => reject(signal.reason))
        ),
      ])`;

const AGAIN = `const again = async (fits: Parameters<typeof receiveUntil>[2]) => {
    while (true) {
      const one = await receiveUntil(socket, milliseconds, () => true);
      if (!one || fits(one)) return one;
    }
  };
  const reply = await again((`;

/** What people get wrong in exercise 2. */
export const MISTAKES: Mistake[] = [
  {
    mistake: "it waits for the end of the time, with all that comes",
    from: "while (texts.length < count)",
    to: "while (true)",
    fails: [
      "receiveSome: returns the texts in order, as soon as there are enough",
      "receiveSome: receives no more than count datagrams",
    ],
  },
  {
    mistake: "the last one comes first",
    from: "texts.push(",
    to: "texts.unshift(",
    fails: ["receiveSome: returns the texts in order, as soon as there are enough"],
  },
  {
    mistake: "one too many is taken, and dropped",
    from: "while (texts.length < count) {",
    to: "while (texts.length < count || await socket.receive({ signal })) {",
    fails: ["receiveSome: receives no more than count datagrams"],
  },
  {
    mistake: "the end of the time is an error",
    from: "if (!signal.aborted) throw error;",
    to: "throw error;",
    fails: ["receiveSome: returns what came when the time is up"],
  },
  {
    mistake: "the receive is left behind, and takes the next datagram with it",
    from: "await socket.receive({ signal });\n      texts",
    to: `${ABANDONED};\n      texts`,
    fails: ["receiveSome: does not lose what comes later"],
  },
  {
    mistake: "every text has the whole time",
    from: "await socket.receive({ signal });\n      texts",
    to: "await socket.receive({ signal: AbortSignal.timeout(milliseconds) });\n      texts",
    fails: ["receiveSome: waits at most this time for all of them together"],
  },
  {
    mistake: "every failure is taken for the end of the time",
    from: "if (!signal.aborted) throw error;",
    to: "",
    fails: ["receiveSome: lets every other error through"],
  },
  {
    mistake: "the number stays before the text",
    from: ".slice(number.length)",
    to: "",
    fails: ["askNumbered: returns the reply without its number"],
  },
  {
    mistake: "every number has one digit",
    from: ".slice(number.length)",
    to: ".slice(2)",
    fails: ["askNumbered: returns the reply without its number"],
  },
  {
    mistake: "the number is not compared",
    from: " && text.startsWith(number)",
    to: " && text !== undefined",
    fails: ["askNumbered: ignores a late reply, which has another number"],
  },
  {
    mistake: "70 is taken for 7",
    from: "text.startsWith(number)",
    to: "text.startsWith(number.trim())",
    fails: ["askNumbered: ignores a late reply, which has another number"],
  },
  {
    mistake: "the number may stand anywhere",
    from: "text.startsWith(number)",
    to: "text.includes(number)",
    fails: ["askNumbered: ignores a late reply, which has another number"],
  },
  {
    mistake: "every sender is believed",
    from: "sameAddress(from, to) &&",
    to: "from &&",
    fails: ["askNumbered: ignores a stranger"],
  },
  {
    mistake: "only the host is compared",
    from: "sameAddress(from, to) &&",
    to: "from.hostname === to.hostname &&",
    fails: ["askNumbered: ignores a stranger"],
  },
  {
    mistake: "only the port is compared",
    from: "sameAddress(from, to) &&",
    to: "from.port === to.port &&",
    fails: ["askNumbered: ignores a stranger"],
  },
  {
    mistake: "no reply is an error",
    from: "if (!reply) return undefined;",
    to: 'if (!reply) throw new Error("No reply");',
    fails: ["askNumbered: returns undefined if no reply comes in time"],
  },
  {
    mistake: "each datagram begins the wait again",
    from: "const reply = await receiveUntil(socket, milliseconds, (",
    to: AGAIN,
    fails: ["askNumbered: strangers do not make the wait longer"],
  },
  {
    mistake: "every error is taken for no reply",
    from: "  });\n  if (!reply)",
    to: "  }).catch(() => undefined);\n  if (!reply)",
    fails: ["askNumbered: lets every error through"],
  },
  {
    mistake: "a question that cannot be sent has no reply",
    from: "await socket.send(question, to);",
    to: "try {\n    await socket.send(question, to);\n  } catch {\n    return undefined;\n  }",
    fails: ["askNumbered: lets every error through"],
  },
];
