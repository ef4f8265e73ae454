import type { Mistake } from "./mistake.ts";

/** What people get wrong in exercise 15. */
export const MISTAKES: Mistake[] = [
  {
    mistake: "the OID itself is found",
    from: "if (!comesBefore(after, oid)) continue;",
    to: "if (comesBefore(oid, after)) continue;",
    fails: ["nextOid: finds the next OID", "nextOid: returns undefined after the last OID"],
  },
  {
    mistake: "the first one in the list is taken",
    from: "if (first === undefined || comesBefore(oid, first)) first = oid;",
    to: "first ??= oid;",
    fails: ["nextOid: the list is not sorted, and does not change"],
  },
  {
    mistake: "the list is sorted, and not a copy",
    from:
      "  for (const oid of oids) {\n    if (!comesBefore(after, oid)) continue;\n    if (first " +
      "=== undefined || comesBefore(oid, first)) first = oid;\n  }\n  return first;",
    to: "  oids.sort((a, b) => comesBefore(a, b) ? -1 : 1);\n  first = oids.find((oid) => " +
      "comesBefore(after, oid));\n  return first;",
    fails: ["nextOid: the list is not sorted, and does not change"],
  },
  {
    mistake: "text is compared",
    from: "    if (left[i] !== right[i]) return left[i]! < right[i]!;",
    to: "    if (left[i] !== right[i]) return a < b;",
    fails: ["nextOid: compares numbers, not text"],
  },
  {
    mistake: "the last number decides",
    from: "    if (left[i] !== right[i]) return left[i]! < right[i]!;",
    to: "    if (left[i] !== right[i]) return left.at(-1)! < right.at(-1)!;",
    fails: ["nextOid: the first number that differs decides"],
  },
  {
    mistake: "the shorter one always comes first",
    from: "    if (left[i] !== right[i]) return left[i]! < right[i]!;",
    to:
      "    if (left.length !== right.length) return left.length < right.length;\n    if (left[i] " +
      "!== right[i]) return left[i]! < right[i]!;",
    fails: ["nextOid: the first number that differs decides"],
  },
  {
    mistake: "an OID is taken for one number",
    from: "    if (left[i] !== right[i]) return left[i]! < right[i]!;",
    to: "    if (left[i] !== right[i]) return parseFloat(a) < parseFloat(b);",
    fails: ["nextOid: finds the next OID"],
  },
  {
    mistake: "the longer one comes first",
    from: "return left.length < right.length;",
    to: "return left.length > right.length;",
    fails: ["nextOid: an OID that begins with another comes after it"],
  },
  {
    mistake: "two OIDs are the same if one begins with the other",
    from: "return left.length < right.length;",
    to: "return false;",
    fails: [
      "nextOid: an OID that begins with another comes after it",
      "nextOid: the OID need not be in the list",
    ],
  },
  {
    mistake: "the place of the OID in the list is looked for",
    from:
      "  for (const oid of oids) {\n    if (!comesBefore(after, oid)) continue;\n    if (first " +
      "=== undefined || comesBefore(oid, first)) first = oid;\n  }\n  return first;",
    to: "  const sorted = [...oids].sort((a, b) => comesBefore(a, b) ? -1 : 1);\n  first = " +
      "sorted[sorted.indexOf(after) + 1];\n  return sorted.includes(after) ? first : undefined;",
    fails: ["nextOid: the OID need not be in the list"],
  },
  {
    mistake: "after the last one comes the first",
    from: "  return first;",
    to: "  return first ?? oids[0];",
    fails: ["nextOid: returns undefined after the last OID"],
  },
  {
    mistake: "the numbers become numbers of 32 bits with a sign",
    from: "    if (left[i] !== right[i]) return left[i]! < right[i]!;",
    to: "    if (left[i] !== right[i]) return (left[i]! | 0) < (right[i]! | 0);",
    fails: ["nextOid: compares large numbers"],
  },
  {
    mistake: "the agents are asked one after the other",
    from: "      sent.add(one);\n",
    to: "      sent.add(one);\n      await receiveUntil(socket, 500, () => true);\n",
    fails: ["askAll: asks all agents before it waits"],
  },
  {
    mistake: "the values are in the order of the answers",
    from: "if (answer.error === 0) one.value = answer",
    to: "if (answer.error === 0) asked[agents.length - waiting.size]!.value = answer",
    fails: ["askAll: returns the values in the order of the agents"],
  },
  {
    mistake: "all questions are one question",
    from: "const asked: Asked[] = agents.map((agent) => ({ agent, question: " +
      'questionFor("GET", oid) }));',
    to: 'const question = questionFor("GET", oid);\n' +
      "  const asked: Asked[] = agents.map((agent) => ({ agent, question }));",
    fails: ["askAll: each question has a number of its own"],
  },
  {
    mistake: "it asks again",
    from: "      sent.add(one);\n    } catch",
    to: "      await socket.send(encode(one.question), one.agent);\n" +
      "      sent.add(one);\n    } catch",
    fails: ["askAll: asks each agent once, with the OID and the community public"],
  },
  {
    mistake: "a missing answer is an error",
    from: "  return asked.map(({ value }) => value);",
    to: '  if (waiting.size > 0) throw new Error("No answer.");\n' +
      "  return asked.map(({ value }) => value);",
    fails: ["askAll: returns undefined for an agent that does not answer"],
  },
  {
    mistake: "it always waits until the time is over",
    from: "    return waiting.size === 0;\n  });",
    to: "    return false;\n  });",
    fails: ["askAll: returns at once when all have answered"],
  },
  {
    mistake: "every answer counts, whoever sent it",
    from: "isSnmpAnswer(datagram, one.question, one.agent)",
    to: "isSnmpAnswer(datagram, one.question, datagram.from)",
    fails: ["askAll: ignores what is not the answer"],
  },
  {
    mistake: "the number is not compared",
    from: "isSnmpAnswer(datagram, one.question, ",
    to: "isSnmpAnswer(datagram, { ...one.question, id: tryDecode(datagram.data)?.id ?? 0 }, ",
    fails: ["askAll: ignores what is not the answer"],
  },
  {
    mistake: "an error is waited for without end",
    from: "      waiting.delete(one);",
    to: "      if (answer.error === 0) waiting.delete(one);",
    fails: [
      "askAll: an answer that is an error has no value",
      "askAll: ignores the values of an error",
    ],
  },
  {
    mistake: "an error's value is taken",
    from: "if (answer.error === 0) one.value = answer.bindings[0]!.value;",
    to: "if (answer.bindings[0]) one.value = answer.bindings[0].value;",
    fails: ["askAll: ignores the values of an error"],
  },
  {
    mistake: "a send that fails ends it",
    from: "      // Only this agent is not asked.",
    to: "      return new Set();",
    fails: ["askAll: goes on if a question cannot be sent"],
  },
  {
    mistake: "it waits for an agent that was not asked",
    from: "      // Only this agent is not asked.",
    to: "      sent.add(one);",
    fails: ["askAll: goes on if a question cannot be sent"],
  },
  {
    mistake: "it waits although nobody was asked",
    from: "  if (waiting.size === 0) return agents.map(() => undefined);\n",
    to: "",
    fails: ["askAll: without agents, it returns an empty list at once"],
  },
];
