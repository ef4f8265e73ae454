/**
 * Lesson 15 and the programs that people use: snmpget, snmpgetnext and snmpwalk ask our agent, and our get and
 * walk ask snmpd.
 *
 * @module
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { serve } from "../../lessons/04_echo.ts";
import { forecast } from "../../cli/lessons/08_loss.ts";
import { answerManager, askAgent, valuesBelow } from "../../lessons/15_snmp.ts";
import { machine } from "../../lib/machine.ts";
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
  const agent = lesson(15, "agent", "--port", 0);
  return [agent, Number((await agent.prints(/Bind UDP on (\d+)/))[1])];
}

/** What our walk finds: in steps of GETNEXT, or of as many at a time with GETBULK. */
async function* walked(socket: Socket, port: number, root: string, steps = 10, wait = 2000) {
  const type = steps > 1 ? "GETBULK" : "GETNEXT";
  let tries = 6;
  yield* valuesBelow(root, async (after) => {
    const asked = snmp.request(type, [after], { index: steps > 1 ? steps : 0 });
    const answer = await askAgent(socket, asked, here(port), { milliseconds: wait, tries });
    assert(answer?.error === 0, "It has not answered.");
    tries = 20;
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

/** What snmpbulkwalk finds, in fewer steps than snmpwalk. */
async function theirs(port: number, root: string): Promise<Map<string, string>> {
  const { said } = await ask("snmpbulkwalk", port, [root], { options: [...PLAIN, "-Ox", "-Cr50"] });
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
  "lesson 15: snmpget, snmpgetnext and snmpwalk ask our agent, in v2c and in v1",
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
        says("snmpbulkget", [SYSTEM], { options: [...PLAIN, "-Cr2"] }),
      ]),
      [
        descr,
        `.${SYSTEM}.7.0 = INTEGER: 72\n.${SYSTEM}.2.0 = OID: .0.0`,
        `.${SYSTEM}.1.7 = No Such Instance currently exists at this OID`,
        ".1.3.9 = No Such Object available on this agent at this OID",
        descr,
        `${descr}\n.${SYSTEM}.7.0 = INTEGER: 72`,
        ".2.0 = No more variables left in this MIB View (It is past the end of the MIB tree)",
        `${descr}\n.${SYSTEM}.2.0 = OID: .0.0`,
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

peers("lesson 15: snmpset is refused, and a wrong community gets silence", "snmpset", async () => {
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
  "lesson 15: our get and our walk ask snmpd, and get silence with a wrong community",
  ["snmpd", "snmpget"],
  async () => {
    await using snmpd = await Snmpd.start();
    const { port } = snmpd;
    const ours = async (...args: string[]) => {
      const { code, stdout, stderr } = await runLesson(15, [
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
        [1, "", `${at} has no sysName.7: noSuchInstance. Try it with .0 at its end, or walk.\n`],
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

peers(
  "lesson 15: our walk finds what snmpbulkwalk finds in snmpd's whole tree",
  ["snmpd", "snmpget"],
  async () => {
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
  },
);

peers(
  "lesson 15: at 30 % loss each way, we still hear from snmpd",
  ["snmpd", "snmpget"],
  async () => {
    await using snmpd = await Snmpd.start();
    using socket = bind();
    using middle = bind();
    const relaying = relay(middle, here(snmpd.port), forecast({ drop: 0.3 }, 3));
    const asked = snmp.request("GET", [`${SYSTEM}.5.0`]);
    const answer = await askAgent(socket, asked, middle.address, { milliseconds: 50, tries: 20 });
    assertEquals(answer?.bindings[0]?.oid, `${SYSTEM}.5.0`);
    const found = await all(socket, middle.address.port, SYSTEM, 10, 50);
    assertEquals([...found.keys()], [...(await theirs(snmpd.port, SYSTEM)).keys()]);
    middle.close();
    const { toServer, toClients } = await relaying;
    assert(toServer.dropped > 0 && toClients.dropped > 0, "Nothing was lost.");
  },
);

peers(
  "lesson 15: at 30 % loss each way, snmpwalk still hears from our agent",
  "snmpwalk",
  async () => {
    using agent = bind();
    using middle = bind();
    const known = machine();
    const serving = serve(agent, (data) => answerManager(data, known));
    const relaying = relay(middle, agent.address, forecast({ drop: 0.3 }, 1));
    const options = [...PLAIN, "-t", "0.1", "-r", "100"];
    const { code, said } = await ask("snmpwalk", middle.address.port, [SYSTEM], { options });
    assertEquals([code, said.trim().split("\n").length], [0, 7]);
    middle.close();
    agent.close();
    const { toServer, toClients } = await relaying;
    assert(toServer.dropped > 0 && toClients.dropped > 0, "Nothing was lost.");
    await serving;
  },
);

/** Values that break the rules, as bytes with tag and length, and what Net-SNMP prints. */
const ODD: Record<string, string> = {
  "4104b39961ed": "Counter32: 3013173741",
  "4101ff": "Counter32: 255",
  "4204ffffffff": "Gauge32: 4294967295",
  "4304ffffffff": "4294967295",
  "4608ffffffffffffffff": "Counter64: 18446744073709551615",
  "4600": "Counter64: 0",
  "0205000000ffff": "INTEGER: 65535",
  "020500ffffffff": "INTEGER: 4294967295",
  "06032b8001": "OID: .1.3.1",
  "050100": "NULL",
  "800100": "No Such Object available on this agent at this OID",
  "4704ffffffff": "4294967295",
};

/** A device that answers each GET and GETNEXT with this value, and zeros behind the message. */
function oddDevice(value: string): Socket {
  const device = bind();
  serve(device, (data) => {
    const asked = snmp.tryDecode(data);
    if (asked?.type !== "GET" && asked?.type !== "GETNEXT") return undefined;
    const [tag, , ...content] = Uint8Array.fromHex(value);
    const unknown = { type: "unknown", tag: tag!, value: new Uint8Array(content) } as const;
    const { oid } = asked.bindings[0]!;
    const answer = snmp.encode(snmp.responseTo(asked, [{ oid, value: unknown }]));
    return new Uint8Array([...answer, 0, 0, 0]);
  });
  return device;
}

peers("lesson 15: our get reads the odd values that snmpget reads", "snmpget", async () => {
  const oid = `${SYSTEM}.5.0`;
  await Promise.all(
    Object.entries(ODD).map(async ([value, text]) => {
      using device = oddDevice(value);
      const { port } = device.address;
      const { said } = await ask("snmpget", port, [oid], { options: PLAIN });
      assertEquals(said.trim(), `.${oid} = ${text}`, value);
      const { code, stdout, stderr } = await runLesson(15, ["get", "--port", port, "--oid", oid]);
      if (text.startsWith("No Such")) {
        assertEquals([code, stdout], [1, ""]);
        assertMatch(stderr, /has no sysName\.0: noSuchObject\.\n$/);
        return;
      }
      const plain = text.replace(/^.*: \.?/, "");
      const ours = value.startsWith("43") ? `${Number(plain) / 100} s` : plain; // a time
      assertEquals([code, stdout, stderr], [0, `sysName.0 = ${ours}\n`, ""], value);
    }),
  );
});

peers(
  "lesson 15: our agent and snmpd take the same steps for a GETBULK",
  ["snmpd", "snmpget"],
  async () => {
    await using snmpd = await Snmpd.start();
    const [agent, port] = await agentAndPort();
    await using _ = agent;
    const names = async (to: number, ...options: string[]) => {
      const oids = [1, 3, 4].map((column) => `${SYSTEM}.${column}`);
      const { code, said } = await ask("snmpbulkget", to, oids, {
        options: [...PLAIN, ...options],
      });
      assertEquals(code, 0, said);
      return [...said.matchAll(/^\.([\d.]+) = /gm)].map(([, oid]) => oid!.slice(SYSTEM.length + 1));
    };
    const expected: Record<string, string[]> = {
      "1 2": ["1.0", "3.0", "4.0", "4.0", "5.0"],
      "1 0": ["1.0"],
      "0 0": [],
      "0 1": ["1.0", "3.0", "4.0"],
      "2 2": ["1.0", "3.0", "4.0", "5.0"],
      "3 5": ["1.0", "3.0", "4.0"],
    };
    await Promise.all(
      Object.entries(expected).map(async ([numbers, oids]) => {
        const [once, steps] = numbers.split(" ");
        const options = [`-Cn${once}`, `-Cr${steps}`];
        assertEquals(await names(snmpd.port, ...options), oids, `snmpd ${numbers}`);
        assertEquals(await names(port, ...options), oids, `ours ${numbers}`);
      }),
    );
  },
);

peers("lesson 15: snmpbulkwalk walks our whole tree", "snmpbulkwalk", async () => {
  const [agent, port] = await agentAndPort();
  await using _ = agent;
  const lines = async (program: string, ...options: string[]) => {
    const { code, said } = await ask(program, port, ["1.3"], { options: [...PLAIN, ...options] });
    assertEquals(code, 0, said);
    return [...said.matchAll(/^(\.[\d.]+) = /gm)].map(([, oid]) => oid);
  };
  const [one, ten, many] = await Promise.all([
    lines("snmpwalk"),
    lines("snmpbulkwalk"),
    lines("snmpbulkwalk", "-Cr200"),
  ]);
  assert(one.length > 10, `${one.length} values`);
  assertEquals([ten, many], [one, one]);
});
