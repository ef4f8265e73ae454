import type { Mistake } from "./mistake.ts";

const LOSS = "windows: after a loss it is half, and then grows by one";
const EACH = "windows: each loss halves the window, and half of an odd one is rounded down";
const LEAST = "windows: it is at least 2 after a loss";
const SILENCE = "windows: after silence it is 1, doubles to the threshold, and then grows by one";
const STOPS = "windows: doubling stops at the threshold";
const DOUBLE = "windows: without a loss, they double";
const FIRST = "windows: the first one is 1, and there are as many as asked";
const BEFORE = "windows: silence counts before a loss";

const SLOW = "unfairSenders: a sender that does not halve after a loss is unfair";
const HALVES = "unfairSenders: a sender that halves after each loss is fair";
const MORE = "unfairSenders: a sender that lost nothing may send more";
const ODD = "unfairSenders: half of an odd number is rounded up";
const TWO = "unfairSenders: 2 datagrams are always fair";
const ITSELF = "unfairSenders: each sender is compared with itself";
const ONCE = "unfairSenders: each name once, in the order in which the log shows it";
const LAST = "unfairSenders: the last entry of a sender, and an empty log, say nothing";
const LATER =
  "unfairSenders: a sender that was unfair once is in the list, even if it halves later";
const NEXT = "unfairSenders: only the next round trip after a loss counts";

/** What people get wrong in exercise 11. */
export const MISTAKES: Mistake[] = [
  {
    mistake: "the window is kept when it has changed already",
    from: "    all.push(window);\n    const half",
    to: "    if (trip > 0) all.push(window);\n    const half",
    fails: [FIRST, DOUBLE],
  },
  {
    mistake: "slow start grows by one",
    from: "Math.min(2 * window, threshold)",
    to: "window + 1",
    fails: [DOUBLE, SILENCE],
  },
  {
    mistake: "a window as large as the room is too large",
    from: "window > room",
    to: "window >= room",
    fails: ["windows: a window as large as the room loses nothing"],
  },
  {
    mistake: "it doubles again after a loss",
    from: "      threshold = half;\n      window = half;",
    to: "      window = half;",
    fails: [LOSS, EACH],
  },
  {
    mistake: "half is rounded up",
    from: "Math.floor(window / 2)",
    to: "Math.ceil(window / 2)",
    fails: [EACH],
  },
  {
    mistake: "half of 3 is 1",
    from: "Math.max(2, Math.floor(window / 2))",
    to: "Math.floor(window / 2)",
    fails: [LEAST],
  },
  {
    mistake: "silence is a loss",
    from: "      threshold = half;\n      window = 1;",
    to: "      threshold = half;\n      window = half;",
    fails: [SILENCE, STOPS],
  },
  {
    mistake: "silence leaves the threshold as it is",
    from: "      threshold = half;\n      window = 1;",
    to: "      window = 1;",
    fails: [SILENCE, STOPS],
  },
  {
    mistake: "doubling passes the threshold",
    from: "Math.min(2 * window, threshold)",
    to: "2 * window",
    fails: [STOPS],
  },
  {
    mistake: "a loss counts before silence",
    from: "if (silent.includes(trip)) {",
    to: "if (silent.includes(trip) && window <= room) {",
    fails: [BEFORE],
  },
  {
    mistake: "silent round trips are counted from 1",
    from: "silent.includes(trip)",
    to: "silent.includes(trip + 1)",
    fails: [SILENCE, STOPS],
  },
  {
    mistake: "any slowing down is enough",
    from: "const allowed = Math.max(2, Math.ceil(before.sent / 2));",
    to: "const allowed = before.sent - 1;",
    fails: [SLOW, ODD],
  },
  {
    mistake: "half as many are too many",
    from: "entry.sent > allowed",
    to: "entry.sent >= allowed",
    fails: [HALVES, ODD],
  },
  {
    mistake: "nobody may send more",
    from: "!before || before.lost === 0",
    to: "!before",
    fails: [MORE],
  },
  {
    mistake: "half is rounded down",
    from: "Math.ceil(before.sent / 2)",
    to: "Math.floor(before.sent / 2)",
    fails: [ODD],
  },
  {
    mistake: "who sends 2 has to send 1",
    from: "Math.max(2, Math.ceil(before.sent / 2))",
    to: "Math.ceil(before.sent / 2)",
    fails: [TWO],
  },
  {
    mistake: "an entry is compared with the line above it",
    from: "last.get(entry.sender);\n    last.set(entry.sender, entry);",
    to: 'last.get("");\n    last.set("", entry);',
    fails: [ITSELF],
  },
  {
    mistake: "a name is returned for each loss",
    from: "const unfair = new Set<string>();",
    to:
      "const unfair = Object.assign([] as string[], { add: (name: string) => unfair.push(name) });",
    fails: [ONCE],
  },
  {
    mistake: "names are sorted",
    from: "return [...unfair];",
    to: "return [...unfair].sort();",
    fails: [ONCE],
  },
  {
    mistake: "who loses datagrams is unfair",
    from: "if (!before ||",
    to: "if (entry.lost > 0) unfair.add(entry.sender);\n    if (!before ||",
    fails: [HALVES, LAST],
  },
  {
    mistake: "who halves later is forgiven",
    from: "if (entry.sent > allowed) unfair.add(entry.sender);",
    to:
      "if (entry.sent > allowed) unfair.add(entry.sender);\n    else unfair.delete(entry.sender);",
    fails: [LATER],
  },
  {
    mistake: "the last loss counts for good",
    from: "last.set(entry.sender, entry);",
    to: "if (entry.lost > 0 || !before?.lost) last.set(entry.sender, entry);",
    fails: [NEXT],
  },
];
