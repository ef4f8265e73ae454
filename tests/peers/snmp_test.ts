/**
 * Lesson 13 and the programs that people use: snmpget, snmpgetnext and snmpwalk ask our agent, and our get and
 * walk ask snmpd.
 *
 * @module
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { serve } from "../../lessons/04_echo.ts";
import { forecast } from "../../lessons/08_loss.ts";
import { machine } from "../../cli/snmp.ts";
import { answerManager, askAgent, walk } from "../../lessons/13_snmp.ts";
import { relay } from "../../lib/relay.ts";
import * as snmp from "../../lib/snmp.ts";
import { bind, type Socket } from "../../lib/udp.ts";
import { here } from "../helpers.ts";
import { peers } from "../peers.ts";
import { lesson, runLesson, type Running } from "../program.ts";
import { ask, Snmpd } from "../snmpd.ts";

const SYSTEM = "1.3.6.1.2.1.1";
const DESCR = `${Deno.build.os} ${Deno.build.arch}, Deno ${Deno.version.deno}`;
/** Names as numbers, no hints, times as numbers: `.1.3.6.1.2.1.1.7.0 = INTEGER: 72`. */
const PLAIN = ["-On", "-Oe", "-Ot"];

/** Our agent, and its port. */
async function agentAndPort(): Promise<[Running, number]> {
  const agent = lesson(13, "agent", "--port", 0);
  return [agent, Number((await agent.prints(/Bind UDP on (\d+)/))[1])];
}

/** What our walk finds: in steps of GETNEXT, or of as many at a time with GETBULK. */
async function* walked(socket: Socket, port: number, root: string, steps = 10, wait = 2000) {
  const type = steps > 1 ? "GETBULK" : "GETNEXT";
  yield* walk(root, async (after, tries) => {
    const asked = snmp.request(type, [after], { index: steps > 1 ? steps : 0 });
    const answer = await askAgent(socket, asked, here(port), wait, tries);
    assert(answer?.error === 0, "It has not answered.");
    return answer;
  });
}

async function all(...args: Parameters<typeof walked>): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for await (const { oid, value } of walked(...args)) found.set(oid, asTheyWrite(value));
  return found;
}

/** A value as snmpwalk writes it, with `-Ox` and {@linkcode PLAIN}. */
function asTheyWrite(value: snmp.Value): string {
  const hex = (bytes: Uint8Array) =>
    [...bytes].map((byte) => byte.toString(16).padStart(2, "0").toUpperCase()).join(" ");
  switch (value.type) {
    case "OCTET STRING":
      return value.value.length > 0 ? `Hex-STRING: ${hex(value.value)}` : '""';
    case "OBJECT IDENTIFIER":
      return `OID: .${value.value}`;
    case "TimeTicks":
      return `${value.value}`;
    case "Opaque":
      return "Opaque"; // it says what is in there
    default:
      return "value" in value ? `${value.type}: ${value.value}` : value.type;
  }
}

/** What snmpwalk finds. */
async function theirs(port: number, root: string): Promise<Map<string, string>> {
  const { said } = await ask("snmpwalk", port, [root], { options: [...PLAIN, "-Ox"] });
  const found = new Map<string, string>();
  for (const entry of said.split(/\n(?=\.\d)/)) {
    const [, oid, value = ""] = entry.match(/^\.([\d.]+) = ([^]*)$/) ?? [];
    assert(oid, entry);
    if (value.startsWith("No more variables")) continue;
    const text = value.replace(/\s+/g, " ").trim();
    found.set(oid, /^Opaque/i.test(text) ? "Opaque" : text);
  }
  return found;
}

peers(
  "lesson 13: snmpget, snmpgetnext and snmpwalk ask our agent, in v2c and in v1",
  "snmpget",
  async () => {
    const [agent, port] = await agentAndPort();
    await using _ = agent;
    const says = async (program: string, oids: string[], rest = {}) =>
      (await ask(program, port, oids, { options: PLAIN, ...rest })).said.trim();
    const descr = `.${SYSTEM}.1.0 = STRING: "${DESCR}"`;
    assertEquals(
      await Promise.all([
        says("snmpget", [`${SYSTEM}.1.0`]),
        says("snmpget", [`${SYSTEM}.7.0`, `${SYSTEM}.2.0`]),
        says("snmpget", [`${SYSTEM}.1.7`]),
        says("snmpget", ["1.3.9"]),
        says("snmpgetnext", [SYSTEM]),
        says("snmpgetnext", [`${SYSTEM}.1`, `${SYSTEM}.6.0`], { version: "1" }),
        says("snmpgetnext", ["2.0"]),
        says("snmpbulkget", [SYSTEM]),
      ]),
      [
        descr,
        `.${SYSTEM}.7.0 = INTEGER: 72\n.${SYSTEM}.2.0 = OID: .0.0`,
        `.${SYSTEM}.1.7 = No Such Instance currently exists at this OID`,
        ".1.3.9 = No Such Object available on this agent at this OID",
        descr,
        `${descr}\n.${SYSTEM}.7.0 = INTEGER: 72`,
        ".2.0 = No more variables left in this MIB View (It is past the end of the MIB tree)",
        descr,
      ],
    );
    assertMatch(await says("snmpget", [`${SYSTEM}.1.7`], { version: "1" }), /\(noSuchName\)/);
    const lines = async (program: string, version = "2c") => {
      const said = await says(program, [SYSTEM], { version });
      return said.replace(/(\.3\.0 = )\d+/, "$1…").split("\n");
    };
    const [first, ...others] = await Promise.all([
      lines("snmpwalk"),
      lines("snmpwalk", "1"),
      lines("snmpbulkwalk"),
    ]);
    assertEquals(first!.length, 7);
    assertEquals(first![0], descr);
    assertEquals(first![4], `.${SYSTEM}.5.0 = STRING: "${Deno.hostname()}"`);
    for (const other of others) assertEquals(other, first);
  },
);

peers("lesson 13: snmpset is refused, and a wrong community gets silence", "snmpset", async () => {
  const [agent, port] = await agentAndPort();
  await using _ = agent;
  const set = await ask("snmpset", port, [`${SYSTEM}.5.0`, "s", "mine"]);
  assertMatch(set.said, /notWritable/);
  const options = ["-t", "0.3", "-r", "0"];
  const wrong = await ask("snmpget", port, [`${SYSTEM}.1.0`], { community: "secret", options });
  assertMatch(wrong.said, /^Timeout: No Response/);
  const three = ["-v3", "-u", "me", "-l", "noAuthNoPriv"]; // v3 begins with a question of its own
  const v3 = await ask("snmpget", port, [`${SYSTEM}.1.0`], { options: [...three, ...options] });
  assertMatch(v3.said, /Timeout/);
  assertEquals([set.code > 0, wrong.code, v3.code], [true, 1, 1]);
});

peers(
  "lesson 13: our get and our walk ask snmpd, and get silence with a wrong community",
  "snmpd",
  async () => {
    await using snmpd = await Snmpd.start();
    const { port } = snmpd;
    const ours = async (...args: string[]) => {
      const { code, stdout, stderr } = await runLesson(13, [
        args[0]!,
        "--port",
        port,
        ...args.slice(1),
      ]);
      return [code, stdout, stderr];
    };
    const theirName = (await ask("snmpget", port, [`${SYSTEM}.5.0`])).said.match(/"(.*)"/)![1];
    const at = `127.0.0.1:${port}`;
    assertEquals(
      await Promise.all([
        ours("get", "--oid", "sysName.0"),
        ours("get", "--oid", "sysName.7"),
        ours("get", "--oid", "1.3.9"),
      ]),
      [
        [0, `sysName.0 = ${theirName}\n`, ""],
        [1, "", `${at} has no sysName.7: noSuchInstance. But it has others of this kind: walk.\n`],
        [1, "", `${at} has no 1.3.9: noSuchObject.\n`],
      ],
    );
    const [code, stdout] = await ours("walk");
    assertEquals(code, 0);
    assertEquals(String(stdout).trimEnd().split("\n").length, (await theirs(port, SYSTEM)).size);
    const [wrong, , said] = await ours("get", "--community", "secret", "--timeout", "0.05");
    assertEquals(wrong, 1);
    assertMatch(String(said), /^No answer from 127\.0\.0\.1:\d+\. Is an agent there/);
  },
);

peers("lesson 13: our walk finds what snmpwalk finds in snmpd's whole tree", "snmpd", async () => {
  await using snmpd = await Snmpd.start();
  using socket = bind();
  const { port } = snmpd;
  const before = await theirs(port, "1.3");
  const inSteps = await all(socket, port, "1.3");
  const oneByOne = await all(socket, port, "1.3.6.1.6", 1);
  const after = await theirs(port, "1.3");
  assert(before.size > 1000, `${before.size} values`);
  let [same, moving] = [0, 0];
  for (const [oid, value] of before) {
    if (!after.has(oid)) continue; // such as a program that has ended
    const ours = inSteps.get(oid);
    assert(ours !== undefined, `Missing: ${oid} = ${value}`);
    if (value !== after.get(oid)) continue; // a counter, a clock
    ours === value ? same++ : moving++; // it went there and back
  }
  assert(moving < before.size / 100, `${moving} of ${before.size} have another value.`);
  assert(same > before.size * 0.8, `${same} of ${before.size} did not change.`);
  for (const [oid, value] of oneByOne) {
    assert(inSteps.has(oid), oid);
    if (before.get(oid) === after.get(oid)) assertEquals(value, inSteps.get(oid), oid);
  }
  assert(oneByOne.size > 10, `${oneByOne.size} values`);
});

peers("lesson 13: at 30 % loss each way, we still hear from snmpd", "snmpd", async () => {
  await using snmpd = await Snmpd.start();
  using socket = bind();
  using middle = bind();
  const relaying = relay(middle, here(snmpd.port), forecast({ drop: 0.3 }, 3));
  const asked = snmp.request("GET", [`${SYSTEM}.5.0`]);
  const answer = await askAgent(socket, asked, middle.address, 50);
  assertEquals(answer?.bindings[0]?.oid, `${SYSTEM}.5.0`);
  const found = await all(socket, middle.address.port, SYSTEM, 10, 50);
  assertEquals([...found.keys()], [...(await theirs(snmpd.port, SYSTEM)).keys()]);
  middle.close();
  const { toServer, toClients } = await relaying;
  assert(toServer.dropped > 0 && toClients.dropped > 0, "Nothing was lost.");
});

peers(
  "lesson 13: at 30 % loss each way, snmpwalk still hears from our agent",
  "snmpwalk",
  async () => {
    using agent = bind();
    using middle = bind();
    const known = machine();
    const serving = serve(agent, (data) => answerManager(data, known));
    const relaying = relay(middle, agent.address, forecast({ drop: 0.3 }, 1));
    const options = [...PLAIN, "-t", "0.05", "-r", "20"];
    const { code, said } = await ask("snmpwalk", middle.address.port, [SYSTEM], { options });
    assertEquals([code, said.trim().split("\n").length], [0, 7]);
    middle.close();
    agent.close();
    const { toServer, toClients } = await relaying;
    assert(toServer.dropped > 0 && toClients.dropped > 0, "Nothing was lost.");
    await serving;
  },
);
