import type { Mistake } from "./mistake.ts";

/** What people get wrong in exercise 17. */
export const MISTAKES: Mistake[] = [
  {
    mistake: "the timestamps are taken for milliseconds",
    from: "| 0) / 8",
    to: "| 0)",
    fails: ["jitter: on time, it is 0"],
  },
  {
    mistake: "the first one is compared with nothing",
    from: "const before = arrivals[i - 1];\n    if (!before) continue;",
    to: "const before = arrivals[i - 1] ?? { timestamp: 0, at: 0 };",
    fails: ["jitter: of none and of one, it is 0"],
  },
  {
    mistake: "a difference counts as it is",
    from: "(difference - estimate) / 16;",
    to: "difference - estimate;",
    fails: ["jitter: what is 16 ms late counts 1 ms"],
  },
  {
    mistake: "what is early takes away what is late",
    from: "Math.abs(at - before.at - spoken)",
    to: "at - before.at - spoken",
    fails: ["jitter: too early counts as too late does"],
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
    fails: ["jitter: what is lost makes no jitter", "jitter: it goes by the samples, not by 20 ms"],
  },
  {
    mistake: "a timestamp is thought to be later than the one before",
    from: "| 0) / 8",
    to: ">>> 0) / 8",
    fails: ["jitter: one that was overtaken has the earlier timestamp"],
  },
  {
    mistake: "timestamps only grow",
    from: "((timestamp - before.timestamp) | 0)",
    to: "(timestamp - before.timestamp)",
    fails: ["jitter: timestamps wrap"],
  },
  {
    mistake: "20 ms are missing, always",
    from: "new Int16Array(length)",
    to: "new Int16Array(length && 160)",
    fails: ["conceal: as many samples as are missing"],
  },
  {
    mistake: "the last 20 ms come again",
    from: "const start = before.length - period;",
    to: "period = 160;\n  const start = before.length - period;",
    fails: ["conceal: a tone goes on"],
  },
  {
    mistake: "the gap begins with the last sample, and goes back",
    from: "before[start + i % period]",
    to: "before[before.length - 1 - i % period]",
    fails: ["conceal: a tone goes on", "conceal: so does a voice, with its overtones"],
  },
  {
    mistake: "voices are thought to be higher than they are",
    from: "candidate <= 160",
    to: "candidate <= 60",
    fails: ["conceal: so does a voice, with its overtones"],
  },
  {
    mistake: "most like is thought to be where the product is largest: where it was loud",
    from: "difference += Math.abs(before[i]! - before[i - candidate]!);",
    to: "difference -= before[i]! * before[i - candidate]!;",
    fails: ["conceal: a tone that fades goes on as it was last, not as it was before"],
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
    fails: ["conceal: after 10 ms it gets softer, evenly, and after 60 ms there is silence"],
  },
  {
    mistake: "it gets softer from the beginning",
    from: "1 - (i - 80) / 400",
    to: "1 - i / 480",
    fails: ["conceal: after 10 ms it gets softer, evenly, and after 60 ms there is silence"],
  },
  {
    mistake: "past the end it gets louder again, upside down",
    from: "Math.min(1, Math.max(0, 1 - (i - 80) / 400))",
    to: "Math.min(1, 1 - (i - 80) / 400)",
    fails: ["conceal: after 10 ms it gets softer, evenly, and after 60 ms there is silence"],
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
    fails: ["conceal: with too little before, there is silence"],
  },
  {
    mistake: "the edge before the gap is made softer, too",
    from: "const start = before.length - period;",
    to: "const start = before.length - period;\n  before[start + 5] = 0;",
    fails: ["conceal: what was before stays as it is"],
  },
];
