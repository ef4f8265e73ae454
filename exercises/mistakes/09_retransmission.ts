import type { Mistake } from "./mistake.ts";

/** What people get wrong in exercise 9. */
export const MISTAKES: Mistake[] = [
  {
    mistake: "nothing measured is no time at all",
    from: "mean === undefined ? 1000 :",
    to: "mean === undefined ? 0 :",
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
    from:
      "variation = variation * 3 / 4 + Math.abs(trip - mean) / 4; // from the mean as it was\n      mean = mean * 7 / 8 + trip / 8;",
    to:
      "mean = mean * 7 / 8 + trip / 8;\n      variation = variation * 3 / 4 + Math.abs(trip - mean) / 4;",
    fails: ["timeoutAfter: each later one changes the variation first, and then the mean"],
  },
  {
    mistake: "there is no floor",
    from: "Math.max(4 * variation, 100)",
    to: "4 * variation",
    fails: ["timeoutAfter: it is never less than the mean and 100 ms"],
  },
  {
    mistake: "what was sent twice is measured from the first time",
    from: "if (sent.length !== 1) continue; // Karn",
    to: "",
    fails: ["timeoutAfter: a part that was sent twice measures nothing"],
  },
  {
    mistake: "what was sent twice is measured from the last time",
    from: "if (sent.length !== 1) continue; // Karn\n    const trip = acked - sent[0]!;",
    to: "const trip = acked - sent.at(-1)!;",
    fails: ["timeoutAfter: a part that was sent twice measures nothing"],
  },
  {
    mistake: "all are sent at once",
    from: "next < Math.min(lowest + window, texts.length)",
    to: "next < texts.length",
    fails: ["goBackN: sends as many as the window holds, then waits"],
  },
  {
    mistake: "the window is one too large",
    from: "Math.min(lowest + window, texts.length)",
    to: "Math.min(lowest + window + 1, texts.length)",
    fails: ["goBackN: sends as many as the window holds, then waits"],
  },
  {
    mistake: "it waits for an ACK even if nothing was sent",
    from: "while (lowest < texts.length) {",
    to: "while (lowest < Math.max(texts.length, 1)) {",
    fails: ["goBackN: no texts are no work"],
  },
  {
    mistake: "an ACK is for its own number only, and the rest wait for theirs",
    from: "acked >= lowest && acked < next) lowest = acked + 1;",
    to: "acked === lowest) lowest++;",
    fails: ["goBackN: an ACK tells of all that came before it, too"],
  },
  {
    mistake: "the last ACK is one too early",
    from: "while (lowest < texts.length) {",
    to: "while (lowest < texts.length - 1) {",
    fails: [
      "goBackN: an ACK moves the window, and the ACK of the last one ends it",
    ],
  },
  {
    mistake: "only the lowest one is sent again",
    from: "next = lowest;",
    to: "await socket.send(`${lowest} ${texts[lowest]}`, to);",
    fails: [
      "goBackN: after 100 ms without an ACK it sends again from the lowest one, in order",
    ],
  },
  {
    mistake: "all are sent again from the first one",
    from: "next = lowest;",
    to: "next = lowest = 0;",
    fails: [
      "goBackN: after 100 ms without an ACK it sends again from the lowest one, in order",
      "goBackN: an ACK that tells nothing new is no reason to send",
    ],
  },
  {
    mistake: "it goes back at the first ACK that tells nothing new",
    from: "acked >= lowest && acked < next) lowest = acked + 1;",
    to:
      "acked < next) {\n          if (acked < lowest) next = lowest;\n          lowest = acked + 1;\n          break;\n        }",
    fails: ["goBackN: an ACK that tells nothing new is no reason to send"],
  },
  {
    mistake: "an ACK is believed whether its text was sent or not",
    from: " && acked < next) lowest",
    to: ") lowest",
    fails: ["goBackN: an ACK for what was not sent yet acknowledges nothing"],
  },
  {
    mistake: "anybody's ACK is believed",
    from: "sameAddress(from, to) && ",
    to: "from && ",
    fails: ["goBackN: an ACK from a stranger is none, and keeps nobody waiting"],
  },
  {
    mistake: "each datagram begins the wait again",
    from: "const { data, from } = await socket.receive({ signal });",
    to: "const { data, from } = await socket.receive({ signal: AbortSignal.timeout(100) });",
    fails: ["goBackN: an ACK from a stranger is none, and keeps nobody waiting"],
  },
  {
    mistake: "a failure ends it, and nobody is told",
    from: "if (!signal.aborted) throw error;",
    to: "if (!signal.aborted && error) return;",
    fails: ["goBackN: a failure is not taken for a missing ACK"],
  },
];
