import type { Mib } from "../../lib/mib.ts";
import { request } from "../../lib/snmp.ts";
import { same, test, worked } from "./teacher.ts";
import { bulk, nextOid } from "../15_snmp.ts";

/** What the page finds, in a list that shall stay as it is. */
function finds(oids: string[], after: string, expected: string | undefined): void {
  const given = [...oids];
  const story = `I asked for what comes after ${after} in ${oids.join(", ")}.`;
  same(nextOid(given, after), expected, story);
}

test("nextOid: finds what comes next", () => {
  finds(["1.3.1", "1.3.2", "1.3.3"], "1.3.1", "1.3.2");
  finds(["1.3.1", "1.3.2", "1.3.3"], "1.3.2", "1.3.3");
});

test("nextOid: the list is in no order, and stays as it is", () => {
  finds(["1.3.4", "1.3.2", "1.3.3", "1.3.1"], "1.3.1", "1.3.2");
  finds(["1.3.2", "1.3.4", "1.3.3"], "1.3.2", "1.3.3");
  const oids = ["1.3.4", "1.3.2", "1.3.3"];
  nextOid(oids, "1.3.1");
  same(oids, ["1.3.4", "1.3.2", "1.3.3"], "I looked at my list afterwards.");
});

test("nextOid: compares numbers, not text", () => {
  finds(["1.3.10", "1.3.9"], "1.3.8", "1.3.9");
  finds(["1.3.10", "1.3.8"], "1.3.9", "1.3.10");
  finds(["1.3.100.1", "1.3.20.1"], "1.3.3.1", "1.3.20.1");
});

test("nextOid: the first number that differs decides", () => {
  finds(["1.4.1", "1.3.9"], "1.3.5", "1.3.9");
  finds(["2.0", "1.3.6.9.9.9"], "1.3.6.1", "1.3.6.9.9.9");
  finds(["1.3.1.5", "1.4.0"], "1.3.2", "1.4.0");
  finds(["1.4", "1.3.1.5"], "1.3", "1.3.1.5");
});

test("nextOid: what begins with a name comes after it, and before the next one", () => {
  finds(["1.4", "1.3.0", "1.3"], "1.3", "1.3.0");
  finds(["1.3.1.1", "1.3.1"], "1.3.0", "1.3.1");
  finds(["1.3"], "1.3.0", undefined);
});

test("nextOid: the name need not be there", () => {
  finds(["1.3.6.1.2.1.1.1.0", "1.3.6.1.2.1.1.2.0"], "1.3", "1.3.6.1.2.1.1.1.0");
});

test("nextOid: after the last one, there is none", () => {
  finds(["1.3.1", "1.3.2"], "1.3.2", undefined);
  finds([], "1.3", undefined);
});

test("nextOid: numbers may be large", () => {
  finds(["1.3.4294967295", "1.3.2147483648"], "1.3.2147483647", "1.3.2147483648");
});

/** Three objects in a tree, each with so many variables: 1.3.1.1, 1.3.1.2, 1.3.2.1, … */
function tree(...sizes: number[]): Mib {
  return sizes.flatMap((size, i) =>
    Array.from({ length: size }, (_, j) => ({
      oid: `1.3.${i + 1}.${j + 1}`,
      read: () => ({ type: "INTEGER", value: 10 * (i + 1) + j + 1 } as const),
    }))
  );
}

/** Asks the page, and compares the names and the values: `1.3.1.1=11`. */
function answers(
  mib: Mib,
  names: string[],
  { once = 0, steps = 1, most = 100 },
  ...expected: string[]
): void {
  const asked = request("GETBULK", names, { error: once, index: steps });
  const got = bulk(mib, asked, most).map(({ oid, value }) =>
    `${oid}=${"value" in value ? value.value : value.type}`
  );
  const tree = mib.map(({ oid }) => oid).join(" ") || "nothing";
  const what = names.join(" and ") || "nothing";
  const how = `error is ${once}, index is ${steps}, and most is ${most}`;
  same(got, expected, `There is ${tree}. I asked for ${what}: ${how}.`);
}

test("bulk: takes several steps", () => {
  answers(tree(4), ["1.3"], { steps: 3 }, "1.3.1.1=11", "1.3.1.2=12", "1.3.1.3=13");
  answers(tree(4), ["1.3.1.2"], { steps: 1 }, "1.3.1.3=13");
});

test("bulk: several names go step by step, together", () => {
  const expected = ["1.3.1.1=11", "1.3.2.1=21", "1.3.1.2=12", "1.3.2.2=22"];
  answers(tree(3, 3), ["1.3.1", "1.3.2"], { steps: 2 }, ...expected);
});

test("bulk: the first names come once", () => {
  const expected = ["1.3.1.1=11", "1.3.2.1=21", "1.3.2.2=22"];
  answers(tree(3, 3), ["1.3.1", "1.3.2"], { once: 1, steps: 2 }, ...expected);
  answers(tree(3), ["1.3", "1.3.1.2"], { once: 2, steps: 5 }, "1.3.1.1=11", "1.3.1.3=13");
  answers(tree(3), ["1.3", "1.3.1.2"], { once: 9, steps: 5 }, "1.3.1.1=11", "1.3.1.3=13");
});

test("bulk: who has come to the end says so in each step", () => {
  const end = "1.3.1.4=endOfMibView";
  const first = ["1.3.1.3=13", "1.3.1.1=11", "1.3.1.4=14", "1.3.1.2=12"];
  const expected = [...first, end, "1.3.1.3=13", end, "1.3.1.4=14"];
  answers(tree(4), ["1.3.1.2", "1.3"], { steps: 4 }, ...expected);
});

test("bulk: when all have come to the end, nothing follows", () => {
  answers(tree(2), ["1.3"], { steps: 9 }, "1.3.1.1=11", "1.3.1.2=12", "1.3.1.2=endOfMibView");
  answers(tree(1), ["1.9"], { once: 1, steps: 9 }, "1.9=endOfMibView");
  const end = ["1.9=endOfMibView", "1.8=endOfMibView"];
  const short = worked(() => answers(tree(2), ["1.9", "1.8"], { steps: 50_000 }, ...end)) < 1000;
  same(short, true, "I asked for 50,000 steps, where two are enough. Was it done within a second?");
});

test("bulk: never more than fit", () => {
  const expected = ["1.3.1.1=11", "1.3.2.1=21", "1.3.1.2=12"];
  answers(tree(9, 9), ["1.3.1", "1.3.2"], { steps: 9, most: 3 }, ...expected);
  answers(tree(9, 9), ["1.3", "1.3"], { once: 2, most: 1 }, "1.3.1.1=11");
});

test("bulk: steps that nobody will see are not taken", () => {
  let read = 0;
  const mib = tree(1000).map(({ oid, read: value }) => ({ oid, read: () => (read++, value()) }));
  const asked = request("GETBULK", ["1.3"], { index: 2 ** 31 - 1 });
  same(bulk(mib, asked, 10).length, 10, "I asked for 2,147,483,647 steps, 10 bindings at most.");
  same(read <= 20, true, "There are 1,000 variables, and 10 fit. Did you read 20 of them at most?");
});

test("bulk: no step, and numbers below 0", () => {
  const two = ["1.3.1.1=11", "1.3.1.2=12", "1.3.1.2=12", "1.3.1.3=13"];
  answers(tree(3), ["1.3"], { steps: 0 });
  answers(tree(3), ["1.3", "1.3.1.1"], { once: 1, steps: 0 }, "1.3.1.1=11");
  answers(tree(3), ["1.3", "1.3.1.1"], { once: -1, steps: 2 }, ...two);
  answers(tree(3), ["1.3"], { steps: -1 });
  answers(tree(3), [], { once: -5, steps: 3 });
});
