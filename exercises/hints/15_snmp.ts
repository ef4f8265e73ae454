/** From a push in the right direction to nearly there: `deno task exercise 15 --hint`, again and again. */
export const HINTS: Record<string, string[]> = {
  nextOid: [
    "First write a function that says whether one OID comes before another one. Then go through the list, " +
    "and keep the first one of those that come after.",
    '"1.3.10".split(".").map(Number) is [1, 3, 10]. Go along both lists until the numbers differ: the ' +
    "smaller one comes first. If one list ends before that, it is the shorter one that comes first.",
    "let first; for each oid: if after comes before oid, and there is no first yet or oid comes before first, " +
    "it is the first. Or [...oids].sort(...).find(...), with a function that subtracts the numbers.",
  ],
  bulk: [
    "Take one name first: a loop that calls valueAfter(mib, oid), keeps what it found, and goes on with its oid. " +
    "How often may the loop run at most?",
    "Several names: names.map((oid) => valueAfter(mib, oid)) is one step of all of them. The names of the next " +
    "step are the oids of what was found. The first asked.error names are cut off before: slice helps.",
    "for (let step = 1; step <= asked.index && rest.length > 0 && found.length < most; step++): one step of " +
    "all, push them, break if every one is endOfMibView. In the end, found.slice(0, most).",
  ],
};
