/**
 * Lesson 15's walk through snmpd's whole tree, beside snmpwalk's and snmpbulkwalk's: each a program that is
 * started, and its output read. In turns, so that a busy moment of the machine does not hit one of them
 * alone. `deno task bench:wild snmp.ts`
 *
 * @module
 */
import { askAgent, valuesBelow } from "../../../lessons/15_snmp.ts";
import { request } from "../../../lib/snmp.ts";
import { bind } from "../../../lib/udp.ts";
import { here } from "../../helpers.ts";
import { installed } from "../../peers.ts";
import { Program } from "../../program.ts";
import { ask, Snmpd } from "../../snmpd.ts";

export const title =
  "SNMP: a walk through snmpd's whole tree, in seconds, and as a share of snmpwalk's";

const TURNS = 5;
const ROOT = "1.3";

export async function measure(): Promise<string[]> {
  for (const program of ["snmpd", "snmpwalk", "snmpbulkwalk"]) {
    if (!installed(program)) return [`${program} is not installed: see .ci/install`];
  }
  await using snmpd = await Snmpd.start();
  const { port } = snmpd;
  const theirs = (program: string) => async () => {
    const { said } = await ask(program, port, [ROOT], { options: ["-On"] });
    return said.match(/^\.\d\S+ = (?!No more variables)/gm)!.length;
  };
  const task = async () => {
    const args = ["run", "--unstable-net", "--allow-net=127.0.0.1", "lessons/15_snmp.ts", "walk"];
    const on = ["--port", `${port}`, "--oid", ROOT];
    await using program = new Program(Deno.execPath(), [...args, ...on]);
    return (await program.end()).stdout.match(/^\d\.[\d.]+ = |^\w+\.\d+ = /gm)!.length;
  };
  const alone = (steps: number) => async () => {
    using socket = bind();
    let found = 0;
    const step = async (after: string) => {
      const type = steps > 1 ? "GETBULK" : "GETNEXT";
      const asked = request(type, [after], { index: steps > 1 ? steps : 0 });
      return (await askAgent(socket, asked, here(port), { milliseconds: 1000 }))!;
    };
    for await (const _ of valuesBelow(ROOT, step)) found++;
    return found;
  };
  const walks = [
    { name: "snmpwalk (GETNEXT)", run: theirs("snmpwalk"), times: [] as number[], found: 0 },
    { name: "snmpbulkwalk (GETBULK, 10)", run: theirs("snmpbulkwalk"), times: [], found: 0 },
    { name: "lesson 15, walk (GETBULK, 10)", run: task, times: [], found: 0 },
    { name: "  the same without Deno's start", run: alone(10), times: [], found: 0 },
    { name: "  the same with GETNEXT", run: alone(1), times: [], found: 0 },
  ];
  for (let turn = 0; turn < TURNS; turn++) {
    for (const walk of walks) {
      const start = performance.now();
      walk.found = await walk.run();
      walk.times.push((performance.now() - start) / 1000);
    }
  }
  const median = (times: number[]) => times.toSorted((a, b) => a - b)[times.length >> 1]!;
  const first = median(walks[0]!.times);
  return walks.map(({ name, times, found }) => {
    const cells = [median(times).toFixed(2), (median(times) / first).toFixed(2), `${found} values`];
    return `${name.padEnd(32)} ${cells.join("   ")}`;
  });
}
