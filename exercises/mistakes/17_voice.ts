import type { Mistake } from "./mistake.ts";

/** What people get wrong in exercise 17. */
export const MISTAKES: Mistake[] = [
  {
    mistake: "the timestamps are taken for milliseconds",
    from: "| 0) / 8",
    to: "| 0)",
    fails: ["jitter: if all datagrams are on time, it is 0"],
  },
  {
    mistake: "the first one is compared with nothing",
    from: "const before = arrivals[i - 1];\n    if (!before) continue;",
    to: "const before = arrivals[i - 1] ?? { timestamp: 0, at: 0 };",
    fails: ["jitter: with one datagram, or without any, it is 0"],
  },
  {
    mistake: "a difference counts as it is",
    from: "(difference - estimate) / 16;",
    to: "difference - estimate;",
    fails: ["jitter: a datagram that is 16 ms late adds 1 ms"],
  },
  {
    mistake: "what is early takes away what is late",
    from: "Math.abs(at - before.at - spoken)",
    to: "at - before.at - spoken",
    fails: ["jitter: too early counts like too late"],
  },
  {
    mistake: "the differences are added up",
    from: "(difference - estimate) / 16;",
    to: "difference / 16;",
    fails: ["jitter: each difference moves it by a sixteenth of the way"],
  },
  {
    mistake: "there are 20 ms between two, whatever was lost",
    from: "((timestamp - before.timestamp) | 0) / 8",
    to: "timestamp && 20",
    fails: [
      "jitter: a lost datagram does not change it",
      "jitter: a datagram need not have 20 ms of sound",
    ],
  },
  {
    mistake: "a timestamp is thought to be later than the one before",
    from: "| 0) / 8",
    to: ">>> 0) / 8",
    fails: ["jitter: a datagram that was overtaken has an earlier timestamp"],
  },
  {
    mistake: "timestamps only grow",
    from: "((timestamp - before.timestamp) | 0)",
    to: "(timestamp - before.timestamp)",
    fails: ["jitter: timestamps wrap around to 0"],
  },
  {
    mistake: "20 ms are missing, always",
    from: "new Int16Array(length)",
    to: "new Int16Array(length && 160)",
    fails: ["conceal: returns as many samples as are missing"],
  },
  {
    mistake: "the last 20 ms come again",
    from: "const period = periodOf(before);",
    to: "const period = periodOf(before) && 160;",
    fails: ["conceal: a tone goes on"],
  },
  {
    mistake: "the gap begins with the last sample, and goes back",
    from: "before[start + i % period]",
    to: "before[before.length - 1 - i % period]",
    fails: ["conceal: a tone goes on", "conceal: a voice goes on, with its overtones"],
  },
  {
    mistake: "voices are thought to be higher than they are",
    from: "candidate <= 160",
    to: "candidate <= 60",
    fails: ["conceal: a voice goes on, with its overtones"],
  },
  {
    mistake: "most like is thought to be where the product is largest: where it was loud",
    from: "difference += Math.abs(before[i]! - before[i - candidate]!);",
    to: "difference -= before[i]! * before[i - candidate]!;",
    fails: ["conceal: a tone that fades goes on as loud as it was at its end"],
  },
  {
    mistake: "just enough is thought to be too little",
    from: "before.length < 320",
    to: "before.length <= 320",
    fails: ["conceal: the last 320 samples are enough"],
  },
  {
    mistake: "it goes on for ever",
    from: "Math.min(1, Math.max(0, 1 - (i - 80) / 400))",
    to: "1",
    fails: ["conceal: after 10 ms it fades evenly, and after 60 ms there is silence"],
  },
  {
    mistake: "it gets softer from the beginning",
    from: "1 - (i - 80) / 400",
    to: "1 - i / 480",
    fails: ["conceal: after 10 ms it fades evenly, and after 60 ms there is silence"],
  },
  {
    mistake: "past the end it gets louder again, upside down",
    from: "Math.min(1, Math.max(0, 1 - (i - 80) / 400))",
    to: "Math.min(1, 1 - (i - 80) / 400)",
    fails: ["conceal: after 10 ms it fades evenly, and after 60 ms there is silence"],
  },
  {
    mistake: "some noise is to comfort the listener",
    from: "return Math.round(",
    to: "return i % 7 + Math.round(",
    fails: ["conceal: silence stays silence"],
  },
  {
    mistake: "there is always enough before",
    from: "if (before.length < 320) return gap;",
    to: "",
    fails: ["conceal: with fewer than 320 samples before the gap, there is silence"],
  },
  {
    mistake: "the edge before the gap is made softer, too",
    from: "const start = before.length - period;",
    to: "const start = before.length - period;\n  before[start + 5] = 0;",
    fails: ["conceal: the samples before the gap do not change"],
  },
];
