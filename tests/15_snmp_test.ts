import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { receiveWithin } from "../lessons/02_receive.ts";
import { serve } from "../lessons/04_echo.ts";
import { forecast } from "../cli/lessons/08_loss.ts";
import { explained } from "../cli/snmp.ts";
import {
  answerManager,
  askAgent,
  isSnmpAnswer,
  questionFor,
  valuesBelow,
} from "../lessons/15_snmp.ts";
import { machine } from "../lib/machine.ts";
import { relay } from "../lib/relay.ts";
import * as snmp from "../lib/snmp.ts";
import { nameOf, oidNamed, shownValue, summary } from "../lib/snmp_names.ts";
import { bind, type Datagram, formatAddress, MAX_BYTES, type Socket } from "../lib/udp.ts";
import { bytes, flooded, here, PATIENCE, soon, within } from "./helpers.ts";
import { NO_TERMINAL, unless } from "./only.ts";
import { eventually, freePort, inTerminal, lesson, runLesson, type Running } from "./program.ts";
import { waits } from "./waits.ts";

const NAME = oidNamed("sysName.0");
const SYSTEM = oidNamed("system");
const DESCR = `${Deno.build.os} ${Deno.build.arch}, Deno ${Deno.version.deno}`;
/** Those of the group system, in their order. */
const GROUP = ["Descr", "ObjectID", "UpTime", "Contact", "Name", "Location", "Services"]
  .map((word) => `sys${word}.0`);

/** What an agent of this machine says to a question. */
function answered(asked: snmp.Message, known = machine(), community?: string) {
  const answer = answerManager(snmp.encode(asked), known, community);
  return answer && snmp.decode(answer);
}

function get(name: string, parts: Partial<snmp.Message> = {}, known = machine()) {
  return answered(snmp.request("GET", [oidNamed(name)], parts), known)?.bindings[0]?.value;
}

/** An answer to the question in this datagram. */
function answerTo({ data }: Datagram, value: snmp.Value, oid = NAME): Uint8Array {
  return snmp.encode(snmp.responseTo(snmp.decode(data), [{ oid, value }]));
}

/** A question that waits for its answer, and what the agent got of it. */
async function asking(client: Socket, agent: Socket, asked = snmp.request("GET", [NAME])) {
  const answer = askAgent(client, asked, agent.address, { milliseconds: 5000 });
  return { answer, question: await agent.receive({ signal: soon() }) };
}

async function portOf(program: Running): Promise<number> {
  return Number((await program.prints(/Bind UDP on (\d+)/))[1]);
}

Deno.test("lesson 15: the agent tells about this machine, and invents nothing", () => {
  assertEquals(get("sysDescr.0"), snmp.octets(DESCR));
  assertEquals(get("sysName.0"), snmp.octets(Deno.hostname()));
  assertEquals(get("sysServices.0"), { type: "INTEGER", value: 72 });
  const known = machine();
  const upTime = get("sysUpTime.0", {}, known);
  assert(upTime?.type === "TimeTicks" && upTime.value < 100, "It has begun just now.");
  if (Deno.build.os !== "windows") {
    const load = get("laLoad.1", {}, known);
    assert(load?.type === "OCTET STRING");
    assertMatch(new TextDecoder().decode(load.value), /^\d+\.\d\d$/);
  }
});

Deno.test("lesson 15: the agent counts what it hears, a wrong community, and what is no SNMP", () => {
  const known = machine();
  get("sysName.0", { community: "secret" }, known);
  for (const nonsense of [bytes("Hello"), bytes("")]) answerManager(nonsense, known);
  assertEquals(known.counts, { heard: 3, wrong: 1, nonsense: 2 });
  const counted = (name: string) => get(name, {}, known);
  assertEquals(counted("snmpInPkts.0"), { type: "Counter32", value: 4 });
  assertEquals(counted("snmpInBadCommunityNames.0"), { type: "Counter32", value: 1 });
  assertEquals(counted("snmpInASNParseErrs.0"), { type: "Counter32", value: 2 });
  known.counts.heard = 2 ** 32 + 4;
  assertEquals(counted("snmpInPkts.0"), { type: "Counter32", value: 5 });
});

Deno.test("lesson 15: a wrong community gets silence, and an answer is no question", () => {
  const asked = snmp.request("GET", [NAME]);
  for (const community of ["secret", "", "Public", "public "]) {
    assertEquals(get("sysName.0", { community }), undefined);
  }
  assertEquals(answered(asked, machine(), "secret"), undefined);
  const mine = snmp.request("GET", [NAME], { community: "secret" });
  assertEquals(answered(mine, machine(), "secret")?.error, 0);
  for (const type of ["RESPONSE", "TRAP", "INFORM", "REPORT"] as const) {
    assertEquals(answered({ ...asked, type }), undefined, type);
  }
  const encoded = snmp.encode(asked);
  for (const other of [bytes(""), bytes("Hello"), encoded.subarray(0, -1), new Uint8Array(9999)]) {
    assertEquals(answerManager(other, machine()), undefined);
  }
});

Deno.test("lesson 15: nothing can be set", () => {
  const known = machine();
  const bindings = [{ oid: NAME, value: snmp.octets("mine now") }];
  const set = { ...snmp.request("SET", []), bindings };
  assertEquals(snmp.ERRORS[answered(set, known)!.error], "notWritable");
  assertEquals(snmp.ERRORS[answered({ ...set, version: 0 }, known)!.error], "noSuchName");
  assertEquals(get("sysName.0", {}, known), snmp.octets(Deno.hostname()));
});

Deno.test("lesson 15: no answer has more than four times the bytes of its question", () => {
  const known = machine();
  let refused = 0;
  for (const oids of [["1.3"], [NAME], Array(9).fill("1.3"), Array(99).fill("1.3"), []]) {
    for (const type of ["GET", "GETNEXT", "GETBULK", "SET"] as const) {
      for (const version of [0, 1] as const) {
        if (type === "GETBULK" && version === 0) continue;
        const asked = snmp.encode(snmp.request(type, oids, { version, index: 10 }));
        const answer = answerManager(asked, known)!;
        assert(answer.length <= 4 * asked.length, `${type} ${oids.length}: ${answer.length}`);
        const { error } = snmp.decode(answer);
        if (error === 1) refused++;
        if (oids.length === 1) assert(error !== 1, `One value fits: ${type}, v${version}`);
      }
    }
  }
  assert(refused > 0, "No answer was too long.");
  const long = snmp.encode(snmp.request("GETNEXT", Array(220).fill("1.3")));
  assertEquals(answerManager(long, known), undefined, "A question has 1,472 bytes at most.");
  const padded = new Uint8Array(1473); // with zeros behind it, as some devices send them
  padded.set(snmp.encode(snmp.request("GET", [NAME])));
  assertEquals(answerManager(padded, known), undefined);
  assert(answerManager(padded.subarray(1), known) === undefined && known.counts.nonsense === 1);
  assert(answerManager(padded.subarray(0, 1472), known));
  assertEquals(known.counts.nonsense, 1);
});

Deno.test("lesson 15: no answer has more than 1,472 bytes, a GETBULK's least of all", () => {
  const known = machine();
  let longest = 0;
  for (let names = 1; names <= 200; names += 9) {
    const asked = snmp.encode(snmp.request("GETBULK", Array(names).fill("1.3"), { index: 99 }));
    const answer = answerManager(asked, known)!;
    const { error, bindings } = snmp.decode(answer);
    assertEquals(error, 0);
    assert(bindings.length > 0, `${names}`);
    assert(answer.length <= Math.min(4 * asked.length, 1472), `${answer.length}`);
    longest = Math.max(longest, answer.length);
  }
  assert(longest > 1400, `${longest}`);
});

Deno.test("lesson 15: a GETBULK takes as many steps as are asked for, and fit", () => {
  const known = machine();
  const bulk = (names: string[], once: number, steps: number) => {
    const asked = snmp.request("GETBULK", names, { error: once, index: steps });
    return answered(asked, known)!.bindings.map(({ oid }) => nameOf(oid));
  };
  const names = [oidNamed("sysDescr"), oidNamed("sysLocation"), oidNamed("sysContact")];
  const row = ["sysDescr.0", "sysLocation.0", "sysContact.0"];
  assertEquals(bulk(names, 1, 2), [...row, "sysServices.0", "sysName.0"]);
  assertEquals(bulk(names, 1, 0), ["sysDescr.0"]);
  assertEquals(bulk(names, 0, 1), row);
  const all = bulk([SYSTEM], 0, 99);
  assert(all.length > 1, "It takes several steps.");
  assertEquals(all, GROUP.slice(0, all.length));
});

Deno.test("lesson 15: an answer has the right number, is about the right name, and is the agent's", async () => {
  using agent = bind();
  using stranger = bind();
  using client = bind();
  const { answer, question } = await asking(client, agent);
  const { data, from } = question;
  const forged = answerTo(question, snmp.octets("forged"));
  await stranger.send(forged, from); // it knows all, but it is not who was asked
  const asked = snmp.decode(data);
  for (let bit = 0; bit < 32; bit++) {
    const guess = snmp.responseTo({ ...asked, id: asked.id ^ 1 << bit }, []);
    await agent.send(snmp.encode({ ...guess, error: 5 }), from);
  }
  await agent.send(answerTo(question, snmp.octets("forged"), oidNamed("sysDescr.0")), from);
  await agent.send(data, from); // the question itself
  for (const nonsense of ["", "Hello"]) await agent.send(nonsense, from);
  await agent.send(new Uint8Array(MAX_BYTES), from);
  await agent.send(answerTo(question, snmp.octets("true")), from);
  assertEquals((await answer)?.bindings, [{ oid: NAME, value: snmp.octets("true") }]);
});

waits(
  "lesson 15: it asks six times with the same number, and a late answer is as good",
  async () => {
    using agent = bind();
    using client = bind();
    const asked = snmp.request("GET", [NAME]);
    const silent = askAgent(client, asked, agent.address, { milliseconds: 20 });
    for (let tries = 1; tries <= 6; tries++) {
      assertEquals(snmp.decode((await agent.receive({ signal: soon() })).data), asked);
    }
    assertEquals(await silent, undefined);
    assertEquals(await receiveWithin(agent, 40), undefined);

    const answer = askAgent(client, asked, agent.address, { milliseconds: 100 });
    const first = await agent.receive({ signal: soon() });
    await agent.receive({ signal: soon() });
    await agent.send(answerTo(first, snmp.octets("late")), first.from);
    assertEquals((await answer)?.bindings[0]?.value, snmp.octets("late"));
  },
);

Deno.test("lesson 15: each question has a random number of its own, of 31 bits, and a GETBULK ten steps", () => {
  const ids = new Set<number>();
  for (let i = 0; i < 1000; i++) {
    const asked = questionFor("GET", NAME);
    assert(asked.id >= 0 && asked.id < 2 ** 31);
    ids.add(asked.id);
  }
  assert(ids.size > 990, `${ids.size} different numbers`);
  for (const half of [0, 1]) assert([...ids].some((id) => id >>> 30 === half), "All are small.");
  assertEquals(questionFor("GET", NAME, "secret").community, "secret");
  const steps = (["GET", "GETNEXT", "GETBULK"] as const).map((type) =>
    questionFor(type, NAME).index
  );
  assertEquals(steps, [0, 0, 10]);
});

Deno.test("lesson 15: an answer has one value, a GETBULK's has one to ten, and an error has none", () => {
  const from = here(1161);
  const fits = (asked: snmp.Message, values: number, error = 0, oid = NAME) => {
    const bindings = Array(values).fill({ oid, value: snmp.octets("vm") });
    const data = snmp.encode(snmp.responseTo(asked, bindings, error));
    const fit = isSnmpAnswer({ data, from }, asked, from);
    // The grown-up one of lib/snmp.ts says the same.
    assertEquals(fit, snmp.answerIn(data, asked) !== undefined, `${asked.type} ${values} ${error}`);
    return fit;
  };
  const counts = [0, 1, 2, 10, 11];
  const which = (type: "GET" | "GETNEXT" | "GETBULK", error = 0) => {
    return counts.filter((count) => fits(questionFor(type, NAME), count, error));
  };
  assertEquals([which("GET"), which("GETNEXT"), which("GETBULK")], [[1], [1], [1, 2, 10]]);
  assertEquals([which("GET", 1), which("GETBULK", 5)], [counts, counts]);
  assertEquals(fits(questionFor("GET", NAME), 1, 0, SYSTEM), false);
  assertEquals(fits(questionFor("GETNEXT", NAME), 1, 0, SYSTEM), true);
});

Deno.test("lesson 15: a walk asks an agent that has answered once more than six times", async () => {
  using agent = bind();
  const args = ["--port", agent.address.port, "--oid", "system", "--timeout", 0.02];
  await using program = lesson(15, "walk", ...args);
  const first = await agent.receive({ signal: soon() });
  await agent.send(answerTo(first, snmp.octets("vm")), first.from);
  let next = await agent.receive({ signal: soon() });
  while (snmp.decode(next.data).id === snmp.decode(first.data).id) {
    next = await agent.receive({ signal: soon() });
  }
  for (let tries = 2; tries <= 8; tries++) await agent.receive({ signal: soon() });
  await agent.send(answerTo(next, { type: "endOfMibView" }), next.from);
  const { code, stdout, stderr } = await program.end();
  assertEquals([code, stdout, stderr], [0, "sysName.0 = vm\n", ""]);
});

Deno.test("lesson 15: what comes all the time, and is no answer, does not keep it waiting", async () => {
  using agent = bind();
  using client = bind();
  const asked = snmp.request("GET", [NAME]);
  const asking = within(
    PATIENCE,
    askAgent(client, asked, agent.address, { milliseconds: 200, tries: 1 }),
  );
  const { from } = await agent.receive({ signal: soon() });
  assertEquals(await flooded(agent, from, asking), undefined);
});

Deno.test("lesson 15: it does not take a failure for a missing answer", async () => {
  using agent = bind();
  const client = bind();
  const { answer } = await asking(client, agent);
  client.close();
  await assertRejects(() => answer, Deno.errors.Interrupted);
});

/** What a walk finds in answers that are made up: for each question, the names and types of one. */
async function walked(root: string, answers: [string, snmp.Value["type"]?][][]) {
  const asked: string[] = [];
  const found: string[] = [];
  const ask = (after: string) => {
    asked.push(after);
    const bindings = answers[asked.length - 1]!.map(([oid, type = "NULL"]) => ({
      oid,
      value: { type } as snmp.Value,
    }));
    return Promise.resolve(snmp.responseTo(snmp.request("GETNEXT", []), bindings));
  };
  for await (const { oid } of valuesBelow(root, ask)) found.push(oid);
  return { asked, found };
}

Deno.test("lesson 15: a walk asks for what comes next, until it is outside, or at the end", async () => {
  const { asked, found } = await walked("1.3", [[["1.3.9"], ["1.3.10"]], [["1.3.10.1"]], [[
    "1.4",
  ]]]);
  assertEquals(found, ["1.3.9", "1.3.10", "1.3.10.1"]);
  assertEquals(asked, ["1.3", "1.3.10", "1.3.10.1"]);
  const end = await walked("1.3", [[["1.3.1"], ["1.3.1", "endOfMibView"]]]);
  assertEquals(end.found, ["1.3.1"]);
  assertEquals((await walked("1.3", [[["1.30"]]])).found, []);
});

Deno.test("lesson 15: a walk through what goes back, or stays, ends", async () => {
  for (const next of ["1.3.1", "1.3.0", "1.3"]) {
    await assertRejects(
      () => walked("1.3", [[["1.3.1"]], [[next]]]),
      Error,
      "goes back in its tree",
    );
  }
});

Deno.test("lesson 15: a walk that is answered without a value ends", async () => {
  await assertRejects(() => walked("1.3", [[["1.3.1"]], []]), Error, "answers without a value");
});

Deno.test("lesson 15: where a network loses three of ten each way, get and walk come through", async () => {
  using agent = bind();
  const known = machine();
  const serving = serve(agent, (data) => answerManager(data, known));
  using middle = bind();
  using client = bind();
  const relaying = relay(middle, agent.address, forecast({ drop: 0.3 }, 2));
  const patient = { tries: 20 }; // on a busy machine an answer may be late, and the dice fall otherwise
  const ask = async (oid: string) =>
    (await askAgent(client, snmp.request("GETNEXT", [oid]), middle.address, {
      ...patient,
      milliseconds: 50,
    }))!;
  const asked = snmp.request("GET", [NAME]);
  const answer = await askAgent(client, asked, middle.address, { ...patient, milliseconds: 50 });
  assertEquals(answer?.bindings[0]?.value, snmp.octets(Deno.hostname()));
  const names: string[] = [];
  for await (const { oid } of valuesBelow(SYSTEM, ask)) names.push(nameOf(oid));
  assertEquals(names, GROUP);
  middle.close();
  agent.close();
  const { toServer, toClients } = await relaying;
  assert(toServer.dropped > 0 && toClients.dropped > 0, "Nothing was lost.");
  await serving;
});

Deno.test("lesson 15: what is shown of values is safe, and short", () => {
  const shown = (value: Uint8Array) => shownValue({ type: "OCTET STRING", value });
  assertEquals(shown(bytes("a printer")), "a printer");
  assertEquals(shown(bytes("two\nlines")), "two\\nlines");
  assertEquals(shown(bytes("")), '""');
  assertEquals(shown(bytes("\x1b[2J")), "1b 5b 32 4a");
  assertEquals(shown(new Uint8Array([0, 255, 16])), "00 ff 10");
  assertMatch(shown(new Uint8Array(60_000)), /^00( 00){99}… \(60,000 bytes\)$/);
  assertMatch(shown(bytes("x".repeat(60_000))), /^x{300}… \(60,000 bytes\)$/);
  assertEquals(shown(bytes("\u202e")), "\\u{202e}");
  assertEquals(shownValue({ type: "TimeTicks", value: 4211 }), "42.11 s");
  assertEquals(shownValue({ type: "Counter64", value: 2n ** 64n - 1n }), "18446744073709551615");
  assertEquals(shownValue({ type: "Opaque", value: bytes("A") }), "41");
  assertEquals(shownValue({ type: "noSuchObject" }), "noSuchObject");
  const unknown = (tag: number, ...bytes: number[]) =>
    shownValue({ type: "unknown", tag, value: new Uint8Array(bytes) });
  assertEquals(unknown(0x40, 127, 0, 1), "7f 00 01 (not readable, tag 0x40)");
  assertEquals(unknown(0x02), "no bytes (not readable, tag 0x02)");
  assertMatch(unknown(0x83, ...Array(9999).fill(7)), /^07( 07){99}… \(9,999 bytes\) \(not read/);
});

Deno.test("lesson 15: names of OIDs, and labels of messages", () => {
  assertEquals(oidNamed("sysName.0"), "1.3.6.1.2.1.1.5.0");
  assertEquals(oidNamed(".1.3.6"), "1.3.6");
  assertEquals(nameOf("1.3.6.1.2.1.1.5.0"), "sysName.0");
  assertEquals(nameOf("1.3.6.1.2.1.1.55.0"), "1.3.6.1.2.1.1.55.0");
  assertEquals(nameOf("1.3.6.1.2.1.1"), "system");
  const asked = snmp.request("GET", [NAME]);
  const said = (message: snmp.Message) => summary(snmp.encode(message));
  const bindings = [{ oid: NAME, value: snmp.octets("vm") }];
  assertEquals(said(asked), "GET sysName.0");
  assertEquals(said(snmp.request("GETNEXT", ["1.3", "1.4"])), "GETNEXT 1.3 and 1 more");
  assertEquals(said(snmp.responseTo(asked, bindings)), "sysName.0 = vm");
  assertEquals(said(snmp.responseTo(asked, bindings, 2)), "noSuchName");
  assertEquals(said(snmp.responseTo(asked, [], 99)), "error 99");
  assertEquals(said(snmp.responseTo(asked, [])), "nothing");
  assertEquals(summary(bytes("Hello")), "not an SNMP message");
  const encoded = snmp.encode(asked);
  assertEquals(summary(encoded.slice().fill(3, 4, 5)), "a message of SNMP's version 3");
  assertEquals(summary(encoded.subarray(0, -1)), "an SNMP message that cannot be read");
});

/**
 * What get or walk says when it is sent this by the agent that it asked, the first `byOther` of them by somebody
 * else. AGENT and OTHER stand for their addresses.
 */
async function saidOf(
  answers: (asked: snmp.Message) => Uint8Array[],
  { byOther = 0, role = "get" } = {},
) {
  using agent = bind();
  using other = bind();
  const args = ["--port", agent.address.port, "--oid", "sysName.0", "--timeout", 0.3];
  await using program = lesson(15, role, ...args);
  const { data, from } = await agent.receive({ signal: soon() });
  for (const [i, answer] of answers(snmp.decode(data)).entries()) {
    await (i < byOther ? other : agent).send(answer, from);
  }
  const { code, stdout, stderr } = await program.end();
  const said = stderr.replaceAll(formatAddress(agent.address), "AGENT")
    .replaceAll(formatAddress(other.address), "OTHER");
  return [code, stdout, said];
}

waits(
  "lesson 15: what comes in the place of an answer is told: from whom, and why it is not taken",
  async () => {
    const right = (asked: snmp.Message) =>
      snmp.encode(snmp.responseTo(asked, [{ oid: NAME, value: snmp.octets("vm") }]));
    const cut = (asked: snmp.Message) => right(asked).subarray(0, -1);
    const unreadable =
      "What came from AGENT was not taken: it has the right number, but it cannot " +
      "be read (An element is longer than what it is in).\n";
    const said = await Promise.all([
      saidOf((asked) => [cut(asked)]),
      saidOf(() => [bytes("\x1b[2J")]),
      saidOf((asked) => [snmp.encode(snmp.responseTo(asked, []))], { role: "walk" }),
      // Of several, the one that is most like an answer.
      saidOf((asked) => [right({ ...asked, id: 5 }), cut(asked), bytes("Hello")]),
      saidOf((asked) => [right(asked)], { byOther: 1 }),
      saidOf(() => [bytes("Hello")], { byOther: 1 }),
      saidOf(() => [bytes("Hello"), bytes("Hi")], { byOther: 1 }),
    ]);
    assertEquals(
      said,
      [
        unreadable,
        "What came from AGENT was not taken: it is not an SNMP message.\n",
        "What came from AGENT was not taken: it has the right number, but 0 values instead of 1 to 10.\n",
        unreadable,
        "The answer came from OTHER, but AGENT was asked, so it was not taken. If that is the same " +
        "device, ask it there.\n",
        "What came from OTHER was not taken: AGENT was asked.\n",
        "What came from AGENT was not taken: it is not an SNMP message.\n",
      ].map((stderr) => [1, "", stderr]),
    );
  },
);

Deno.test("lesson 15: a device with odd values is read, as far as it can be", async () => {
  using agent = bind();
  await using program = lesson(15, "walk", "--port", agent.address.port, "--oid", "1.3.6.1");
  const { data, from } = await agent.receive({ signal: soon() });
  const octets = (value: string) => Uint8Array.fromHex(value);
  const odd = (i: number, tag: number, value: string): snmp.Binding => ({
    oid: `1.3.6.1.${i}`,
    value: { type: "unknown", tag, value: octets(value) },
  });
  const bindings = [
    odd(1, 0x41, "b39961ed"),
    odd(2, 0x06, ""),
    odd(3, 0x40, "7f0001"),
    odd(4, 0x83, ""),
    { oid: "1.4", value: { type: "NULL" } as const },
  ];
  await agent.send(snmp.encode(snmp.responseTo(snmp.decode(data), bindings)), from);
  const { code, stdout, stderr } = await program.end();
  assertEquals(stdout.split("\n"), [
    "1.3.6.1.1 = 3013173741",
    "1.3.6.1.2 = 0.0",
    "1.3.6.1.3 = 7f 00 01 (not readable, tag 0x40)",
    "1.3.6.1.4 = no bytes (not readable, tag 0x83)",
    "",
  ]);
  assertEquals([code, stderr], [0, ""]);
});

Deno.test("lesson 15: agent, get and walk, each as a program", async () => {
  await using agent = lesson(15, "agent", "--port", 0);
  const port = await portOf(agent);
  const ask = async (...args: string[]) => {
    const [role, ...rest] = args;
    const { code, stdout, stderr } = await runLesson(15, [role!, "--port", port, ...rest]);
    return [code, stdout, stderr];
  };
  const at = `127.0.0.1:${port}`;
  const [all, ...rest] = await Promise.all([
    ask("walk"),
    ask("get"),
    ask("get", "--oid", "1.3.6.1.2.1.1.5.0"),
    ask("get", "--oid", "sysName.7"),
    ask("get", "--oid", "sysName"),
    ask("get", "--oid", "1.3.9"),
    ask("walk", "--oid", "1.4"),
    ask("get", "--community", "secret", "--timeout", "0.01"),
  ]);
  assertEquals([all![0], all![2]], [0, ""]);
  const lines = String(all![1]).trimEnd().split("\n");
  assertEquals(lines.map((line) => line.split(" = ")[0]), GROUP);
  const others = "noSuchInstance. Try it with .0 at its end, or walk.";
  assertEquals(rest, [
    [0, `sysDescr.0 = ${DESCR}\n`, ""],
    [0, `sysName.0 = ${Deno.hostname()}\n`, ""],
    [1, "", `${at} has no sysName.7: ${others}\n`],
    [1, "", `${at} has no sysName: ${others}\n`],
    [1, "", `${at} has no 1.3.9: noSuchObject.\n`],
    [1, "", `${at} has nothing below 1.4. For one value, use get.\n`],
    [
      1,
      "",
      `No answer from ${at}. Is an agent there, and is the community right? An agent does not answer a wrong one.\n`,
    ],
  ]);
  await agent.prints(
    /GET sysDescr\.0, wrong community\nReceived from 127\.0\.0\.1:\d+\. It gets no reply\.\n/,
  );
  await agent.prints(/GET sysDescr\.0\nReceived from 127\.0\.0\.1:\d+\.\n/);
});

Deno.test("lesson 15: the agent has a community of its own, answers questions only, and goes on", async () => {
  await using agent = lesson(15, "agent", "--port", 0, "--community", "mine");
  const to = here(await portOf(agent));
  using client = bind();
  const asked = snmp.request("GET", [NAME], { community: "mine" });
  const answer = snmp.encode(snmp.responseTo(asked, []));
  const wrong = snmp.encode({ ...asked, community: "public" });
  for (const other of [answer, wrong, "", "Hello", new Uint8Array(MAX_BYTES)]) {
    await client.send(other, to);
  }
  assertEquals((await askAgent(client, asked, to, { milliseconds: 5000 }))?.error, 0);
  assertEquals(await receiveWithin(client, 20), undefined);
  await agent.prints(
    /(not an SNMP message\nReceived from 127\.0\.0\.1:\d+\. It gets no reply\.\n){2}/,
  );
  await agent.prints(
    /not read, over 1472 bytes\nReceived from \S+ It gets no reply\.\n/,
  );
  if (Deno.build.os === "windows") return;
  agent.signal("SIGINT");
  const { code, stdout, stderr } = await agent.end();
  assertMatch(
    stdout,
    /\nStopped\. Sent 1 datagram \(\d+ bytes\), received 6 \([\d,]+ bytes\)\.\n$/,
  );
  assertEquals([code, stderr], [0, ""]);
});

Deno.test("lesson 15: a line of the agent fits into 80 columns, however long the question is", async () => {
  await using agent = lesson(15, "agent", "--port", 0);
  const to = here(await portOf(agent));
  using client = bind();
  const long = `1.3${".4294967295".repeat(30)}`;
  const community = "x".repeat(100);
  const value = { oid: NAME, value: snmp.octets("long ".repeat(60)) };
  const questions = [
    snmp.request("GET", [long], { community }),
    snmp.request("GETBULK", Array(20).fill(long), { community }),
    snmp.responseTo(snmp.request("GET", [NAME], { community }), [value]),
  ];
  for (const question of questions) await client.send(snmp.encode(question), to);
  await agent.prints(/(\nReceived from .*[^]*){3}/);
  const lines = agent.stdout.split("\n");
  assertEquals(lines.filter((line) => line.endsWith(", wrong community")).length, 2);
  assertEquals(lines.filter((line) => line.endsWith(", over 1472 bytes")).length, 1);
  for (const line of lines) assert(line.length < 80, line);
});

Deno.test("lesson 15: what an agent makes up is printed safely, and its errors are told", async () => {
  using agent = bind();
  const says = async (
    role: string,
    oid: string,
    reply: (asked: snmp.Message) => snmp.Message,
  ) => {
    await using program = lesson(15, role, "--port", agent.address.port, "--oid", oid);
    const { data, from } = await agent.receive({ signal: soon() });
    await agent.send(snmp.encode(reply(snmp.decode(data))), from);
    const { code, stdout, stderr } = await program.end();
    return [code, stdout, stderr];
  };
  const at = `127.0.0.1:${agent.address.port}`;
  const evil = { oid: NAME, value: snmp.octets("\u202eevil\u2028") };
  const line = "sysName.0 = \\u{202e}evil\\u{2028}\n";
  assertEquals(await says("get", "sysName.0", (asked) => snmp.responseTo(asked, [evil])), [
    ...[0, line, ""],
  ]);
  assertEquals(await says("get", "sysName.0", (asked) => snmp.responseTo(asked, [], 5)), [
    ...[1, "", `${at} refuses: genErr.\n`],
  ]);
  const back = { oid: oidNamed("sysDescr.0"), value: snmp.octets("") };
  assertEquals(await says("walk", "system", (asked) => snmp.responseTo(asked, [evil, back])), [
    ...[1, line, "The agent goes back in its tree. This walk would never end.\n"],
  ]);
});

Deno.test("lesson 15: a busy port ends the agent with 1 and advice", async () => {
  using busy = await eventually(() => bind({ port: freePort() }));
  const { code, stdout, stderr } = await runLesson(15, ["agent", "--port", busy.address.port]);
  assertEquals([code, stdout], [1, ""]);
  assertMatch(stderr, /this port is taken\. Stop the program that has it, or choose another/);
});

Deno.test("lesson 15: wrong options end with 2, and a sentence that says what is right", async () => {
  const wrong: [string[], RegExp][] = [
    [
      ["get", "--oid", "sysNoName"],
      /^--oid sysNoName is not known\. It must be two numbers or more/,
    ],
    [["get", "--oid", "1"], /^--oid 1 is not known/],
    [["walk", "--oid", "\x1b[2J"], /^--oid \\x1b\[2J is not known/],
    [["walk", "--timeout", "0"], /^--timeout 0 is not a time/],
    [["get", "--port", "0"], /^--port 0 is not a port/],
  ];
  await Promise.all(wrong.map(async ([args, sentence]) => {
    const { code, stdout, stderr } = await runLesson(15, args);
    assertMatch(stderr, sentence);
    assertEquals([code, stdout], [2, ""], args.join(" "));
  }));
});

Deno.test("lesson 15: Ctrl-C ends a get while it waits", async () => {
  using silent = bind();
  await using client = lesson(15, "get", "--port", silent.address.port, "--timeout", 60);
  await silent.receive({ signal: soon() });
  client.signal("SIGINT");
  const { code, stdout } = await client.end();
  assertMatch(stdout, /^Stopped\. Sent 1 datagram \(\d+ bytes\), received 0 \(0 bytes\)\.\n$/);
  assertEquals(code, 0);
});

waits(
  "lesson 15: played, it shows the community, the silence, what was counted, and a walk",
  async () => {
    const { code, stdout, stderr } = await runLesson(15);
    assertEquals([code, stderr], [0, ""]);
    assertMatch(stdout, /manager +agent\n( +127\.0\.0\.1:\d+){2}\n/);
    assertMatch(stdout, /GET sysDescr\.0 .*\n.*▶│\n.*sysDescr\.0 = .*\n.*◀/);
    assertMatch(stdout, /can read of the question:\s+\S*public/);
    assertMatch(
      stdout,
      /GET sysName\.0 .*\n.*▶│\n +No answer: [^]*snmpInBadCommunityNames\.0 = 1 /,
    );
    // These are there on every system, and the next answer, which is none of them, ends the walk.
    const walk = stdout.slice(stdout.indexOf("GETNEXT snmp "));
    const answers = [...walk.matchAll(/(\w+)(?:\.\d+)? = (\w+)/g)].map(([, name]) => name);
    assertEquals(answers.slice(0, 3), [
      "snmpInPkts",
      "snmpInBadCommunityNames",
      "snmpInASNParseErrs",
    ]);
    assertEquals(answers.length, 5); // the fourth ends the walk, the fifth is the GETBULK's
    assertMatch(walk, /GETBULK snmp [^]*▶│\n.*snmpInPkts\.0 = \d+ and \d more/);
    assertMatch(
      walk,
      /One GETBULK took several steps, so one answer brought all of\s+these\s+OIDs\./,
    );
    assertMatch(walk, /snmpInPkts\.0 = [1-9]\d* /);
    assertMatch(walk, /So the walk ends, with 3\s+values\./);
    assert(!stdout.includes("✗"));
    for (const line of stdout.split("\n")) assert(line.length <= 80, line);
  },
);

waits("lesson 15: --json tells the same, with labels", async () => {
  const { code, stdout } = await runLesson(15, ["--json"]);
  assertEquals(code, 0);
  const events = stdout.trimEnd().split("\n").map((line) => JSON.parse(line));
  const labels = events.filter(({ event }) => event === "datagram").map(({ label }) => label);
  assertEquals(labels.slice(0, 5), [
    ...["GET sysDescr.0", `sysDescr.0 = ${DESCR}`, "GET sysName.0"],
    ...["GET snmpInBadCommunityNames.0", "snmpInBadCommunityNames.0 = 1"],
  ]);
});

waits(unless(NO_TERMINAL, "lesson 15: in a terminal of 80 columns"), async () => {
  await using played = inTerminal("lesson15");
  await played.prints(/all of\s+these\s+OIDs/);
  assertEquals((await played.end()).code, 0);
});

Deno.test("lesson 15: what came for an earlier question is not told as the reason of a later silence", async () => {
  using agent = bind();
  const asking = explained(agent.address, async (open) => {
    using socket = open();
    for (const answer of ["nonsense", undefined]) {
      await socket.send(snmp.encode(snmp.request("GET", ["1.3"])), agent.address);
      if (answer) await agent.send(answer, (await agent.receive({ signal: soon() })).from);
      if (answer) await socket.receive({ signal: soon() });
    }
    throw new Error("No answer.");
  });
  await assertRejects(() => asking, Error, "No answer.");
});
