import type { Mistake } from "./mistake.ts";

const STAYS = "bursts: a good state stays good while the random number is not below begin";
const BAD = "bursts: the datagram that turns it bad is lost, and the ones after it, too";
const GOOD = "bursts: the datagram that turns it good again passes, and the ones after it, too";
const LIMITS = "bursts: a chance of 0 never happens, and one of 1 always";
const OWN = "bursts: each path has a state of its own";
const LONG = "bursts: in the long run, losses and the length of bursts are as the chances say";

/** What people get wrong in exercise 8. */
export const MISTAKES: Mistake[] = [
  {
    mistake: "the numbers are counted from 0",
    from: "lost: highest - came.size",
    to: "lost: highest + 1 - came.size",
    fails: ["judge: all arrived, once and in order", "judge: nothing arrived"],
  },
  {
    mistake: "the highest of no numbers is minus infinity",
    from: "return { lost: highest - came.size",
    to: "return { lost: Math.max(...numbers) - came.size",
    fails: ["judge: nothing arrived"],
  },
  {
    mistake: "they are counted from the first that arrived",
    from: "lost: highest - came.size",
    to: "lost: numbers.length === 0 ? 0 : highest - Math.min(...numbers) + 1 - came.size",
    fails: ["judge: some are lost, and the first ones, too"],
  },
  {
    mistake: "a gap counts as one",
    from: "highest = Math.max(highest, number);",
    to: "highest = Math.max(highest, Math.min(number, highest + 2));",
    fails: ["judge: some are lost, and the first ones, too"],
  },
  {
    mistake: "copies count in the place of lost numbers",
    from: "lost: highest - came.size",
    to: "lost: Math.max(0, highest - numbers.length)",
    fails: ["judge: everything at once"],
  },
  {
    mistake: "only a copy that follows at once is counted",
    from: "if (came.has(number)) doubled++;",
    to: "if (number === highest) doubled++;",
    fails: ["judge: a number that arrives three times is doubled twice"],
  },
  {
    mistake: "each number is doubled once at most",
    from: "if (came.has(number)) doubled++;",
    to: "if (came.has(number)) doubled = new Set(numbers.filter((n, i) => numbers.indexOf(n) < " +
      "i)).size;",
    fails: ["judge: a number that arrives three times is doubled twice"],
  },
  {
    mistake: "any number lower than the one before it counts as overtaken",
    from: "for (const number of numbers) {\n    if (came.has(number)) doubled++;\n    else if " +
      "(number < highest) overtaken++;",
    to:
      "for (const [i, number] of numbers.entries()) {\n    if (came.has(number)) doubled++;\n    " +
      "else if (number < (numbers[i - 1] ?? 0)) overtaken++;",
    fails: ["judge: a number that was overtaken is not lost"],
  },
  {
    mistake: "what was overtaken counts as lost, too",
    from: "lost: highest - came.size",
    to: "lost: highest - came.size + overtaken",
    fails: ["judge: a number that was overtaken is not lost"],
  },
  {
    mistake: "a copy is overtaken, too",
    from: "else if (number < highest) overtaken++;",
    to: "if (number < highest) overtaken++;",
    fails: ["judge: the copy of an overtaken number is not overtaken again"],
  },
  {
    mistake: "it looks for each missing number",
    from: "return { lost: highest - came.size",
    to: "let missing = 0;\n  for (let n = 1; n <= highest; n++) if (!came.has(n)) missing++;\n  " +
      "return { lost: missing",
    fails: ["judge: a very high number takes no longer"],
  },
  {
    mistake: "the chance of the good state counts in the bad one",
    from: "(bad ? end : begin)",
    to: "begin",
    fails: [GOOD, LONG],
  },
  {
    mistake: "begin and end are mixed up",
    from: "(bad ? end : begin)",
    to: "(bad ? begin : end)",
    fails: [STAYS, GOOD, LONG],
  },
  {
    mistake: "the random number decides for this datagram only",
    from: "if (random() < (bad ? end : begin)) bad = !bad;",
    to: "bad = random() < begin;",
    fails: [BAD, LONG],
  },
  {
    mistake: "it decides before it draws the random number",
    from: "if (random() < (bad ? end : begin)) bad = !bad;\n    return bad ? [] : [0];",
    to: "const before = bad;\n    if (random() < (bad ? end : begin)) bad = !bad;\n    return " +
      "before ? [] : [0];",
    fails: [BAD, GOOD],
  },
  {
    mistake: "it begins bad",
    from: "let bad = false;",
    to: "let bad = true;",
    fails: [STAYS, OWN],
  },
  {
    mistake: "a chance of 0 happens when the random number is 0",
    from: "random() < (bad",
    to: "random() <= (bad",
    fails: [LIMITS],
  },
  {
    mistake: "all have one state",
    from:
      "export function bursts(begin: number, end: number, random: () => number): Fate {\n  let " +
      "bad = false;",
    to: "let bad = false;\nexport function bursts(begin: number, end: number, random: () => " +
      "number): Fate {",
    fails: [OWN],
  },
  {
    mistake: "random is called twice for each datagram",
    from: "if (random() < (bad ? end : begin)) bad = !bad;",
    to: "if (random() < (bad ? end : begin)) bad = !bad;\n    random();",
    fails: [STAYS, BAD],
  },
  {
    mistake: "the random number is not used",
    from: "if (random() <",
    to: "random;\n    if (0.5 <",
    fails: [BAD, GOOD],
  },
];
