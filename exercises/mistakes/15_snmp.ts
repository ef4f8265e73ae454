import type { Mistake } from "./mistake.ts";

const LOOP = `  let first: string | undefined;
  for (const oid of oids) {
    if (comesBefore(after, oid) && (!first || comesBefore(oid, first))) first = oid;
  }
  return first;`;
const COMPARE = "return i < right.length && left[i]! < right[i]!;";

/** What people get wrong in exercise 15. */
export const MISTAKES: Mistake[] = [
  {
    mistake: "the name itself is found",
    from: "if (comesBefore(after, oid) &&",
    to: "if (!comesBefore(oid, after) &&",
    fails: ["nextOid: finds what comes next", "nextOid: after the last one, there is none"],
  },
  {
    mistake: "the first one in the list is taken",
    from: "(!first || comesBefore(oid, first))",
    to: "!first",
    fails: ["nextOid: the list is in no order, and stays as it is"],
  },
  {
    mistake: "the list is sorted, and not a copy",
    from: LOOP,
    to:
      "  return oids.sort((a, b) => comesBefore(a, b) ? -1 : 1).find((oid) => comesBefore(after, oid));",
    fails: ["nextOid: the list is in no order, and stays as it is"],
  },
  {
    mistake: "text is compared",
    from: COMPARE,
    to: "return a < b;",
    fails: ["nextOid: compares numbers, not text"],
  },
  {
    mistake: "the last number decides",
    from: COMPARE,
    to: "return left.at(-1)! < right.at(-1)!;",
    fails: ["nextOid: the first number that differs decides"],
  },
  {
    mistake: "the shorter one always comes first",
    from: COMPARE,
    to:
      "return left.length < right.length || left.length === right.length && left[i]! < right[i]!;",
    fails: ["nextOid: the first number that differs decides"],
  },
  {
    mistake: "an OID is taken for one number",
    from: COMPARE,
    to: "return parseFloat(a) < parseFloat(b);",
    fails: ["nextOid: finds what comes next"],
  },
  {
    mistake: "what is longer comes first",
    from: "if (i < 0) return left.length < right.length;",
    to: "if (i < 0) return left.length > right.length;",
    fails: ["nextOid: what begins with a name comes after it, and before the next one"],
  },
  {
    mistake: "what begins with a name is the same",
    from: "if (i < 0) return left.length < right.length;",
    to: "if (i < 0) return false;",
    fails: [
      "nextOid: what begins with a name comes after it, and before the next one",
      "nextOid: the name need not be there",
    ],
  },
  {
    mistake: "the place of the name in the list is looked for",
    from: LOOP,
    to: `  const sorted = [...oids].sort((a, b) => comesBefore(a, b) ? -1 : 1);
  return sorted[sorted.indexOf(after) + 1] === sorted[0] ? undefined : sorted[sorted.indexOf(after) + 1];`,
    fails: ["nextOid: the name need not be there"],
  },
  {
    mistake: "after the last one comes the first",
    from: "  return first;",
    to: "  return first ?? oids[0];",
    fails: ["nextOid: after the last one, there is none"],
  },
  {
    mistake: "bits are compared, of which there are 32 with a sign",
    from: COMPARE,
    to: "return i < right.length && (left[i]! | 0) < (right[i]! | 0);",
    fails: ["nextOid: numbers may be large"],
  },
  {
    mistake: "only one step is taken",
    from: "step <= asked.index",
    to: "step <= Math.min(1, asked.index)",
    fails: ["bulk: takes several steps", "bulk: several names go step by step, together"],
  },
  {
    mistake: "each step begins at the first name again",
    from: "rest = next.map(({ oid }) => oid);",
    to: "rest = [...rest];",
    fails: ["bulk: takes several steps"],
  },
  {
    mistake: "a step too many is taken",
    from: "step <= asked.index",
    to: "step <= asked.index + 1",
    fails: ["bulk: takes several steps", "bulk: no step, and numbers below 0"],
  },
  {
    mistake: "one name takes all its steps, and then the next one",
    from: "return found.slice(0, most);",
    to: "return found.sort((a, b) => a.oid < b.oid ? -1 : 1).slice(0, most);",
    fails: ["bulk: several names go step by step, together"],
  },
  {
    mistake: "all names take steps",
    from: "let rest = names.slice(once);",
    to: "let rest = names;",
    fails: ["bulk: the first names come once"],
  },
  {
    mistake: "the first names are left out",
    from: "const found = names.slice(0, once).map(",
    to: "const found = names.slice(0, 0).map(",
    fails: ["bulk: the first names come once", "bulk: no step, and numbers below 0"],
  },
  {
    mistake: "who has come to the end is left out",
    from: "rest = next.map(({ oid }) => oid);",
    to: 'rest = next.filter(({ value }) => value.type !== "endOfMibView").map(({ oid }) => oid);',
    fails: ["bulk: who has come to the end says so in each step"],
  },
  {
    mistake: "the first who has come to the end ends it for all",
    from: "next.every(",
    to: "next.some(",
    fails: ["bulk: who has come to the end says so in each step"],
  },
  {
    mistake: "the end is said again and again",
    from: 'if (next.every(({ value }) => value.type === "endOfMibView")) break;',
    to: 'if (next.every(({ value }) => value.type !== "endOfMibView")) rest = [];',
    fails: ["bulk: when all have come to the end, nothing follows"],
  },
  {
    mistake: "the end is not said",
    from:
      '    found.push(...next);\n    if (next.every(({ value }) => value.type === "endOfMibView")) break;',
    to:
      '    if (next.every(({ value }) => value.type === "endOfMibView")) break;\n    found.push(...next);',
    fails: ["bulk: when all have come to the end, nothing follows"],
  },
  {
    mistake: "a step is taken whole, whether it fits or not",
    from: "return found.slice(0, most);",
    to: "return found;",
    fails: ["bulk: never more than fit"],
  },
  {
    mistake: "what does not fit is cut off in the end only",
    from: " && found.length < most; step++",
    to: "; step++",
    fails: ["bulk: steps that nobody will see are not taken"],
  },
  {
    mistake: "numbers below 0 count from the end",
    from: "Math.max(0, asked.error)",
    to: "asked.error",
    fails: ["bulk: no step, and numbers below 0"],
  },
  {
    mistake: "at least one step is taken",
    from: "step <= asked.index",
    to: "step <= Math.max(1, asked.index)",
    fails: ["bulk: no step, and numbers below 0"],
  },
];
