/**
 * # Lesson 15: SNMP
 *
 * How busy is that router? How much ink has that printer? Since 1988 one asks by SNMP: in the device an agent
 * answers; a manager asks a thousand of them from one socket. What one can ask for has a number in one tree for
 * the whole world, its OID: 1.3.6.1.2.1.1.5.0 is sysName.0, the device's name (.0: it has only one of these).
 *
 * ## You learn
 * - An answer comes from the agent that was asked, with the question's random number.
 * - Loss: ask again, six times in all. To read twice does no harm, and so a late answer is as good.
 * - Size: an answer is one datagram, or the error tooBig. To read a whole branch you walk: GETNEXT
 *   asks for the first OID after a given one, then for the one after that, and so on. GETBULK takes
 *   several such steps at a time. It gets as many of them as fit into one answer. (Not all agents
 *   keep to this: Net-SNMP's snmpd says nothing at all where tooBig is due.)
 * - Strangers get silence: no answer does not mean that nobody is there. But their password, the community,
 *   travels as it is, for everyone to read. (Version 3 of SNMP encrypts; this is 2c, which is still common.)
 *
 * ## Run
 *
 *     deno task lesson15                         watch it happen
 *     deno task lesson15 agent                   tell about this machine, on port 1161 (SNMP has 161)
 *     deno task lesson15 get --oid sysName.0     ask for one value
 *     deno task lesson15 walk                    ask for all of a branch (--oid 1.3 is the whole tree)
 *
 * ## Try next
 * - `snmpwalk -v2c -c public 127.0.0.1:1161 1.3` asks your agent, too. What happens with `-c secret`?
 * - `get --oid sysDescr.7`, and `get --oid 1.3.9`: what is the difference?
 * - `deno task lesson8 relay --to 127.0.0.1:1161 --drop 0.3`, then `walk --port 8888`. Is anything missing?
 *
 * @module
 */
import { gathered } from "../cli/gather.ts";
import type { Diagram, Given, Lesson } from "../cli/lesson.ts";
import { run } from "../cli/run.ts";
import type { Known } from "../cli/snmp.ts";
import { COMMUNITY, getRole, label, machine, oidNamed, remark, walkRole } from "../cli/snmp.ts";
import { LARGEST, reply, tooBig } from "../lib/mib.ts";
import * as snmp from "../lib/snmp.ts";
import { type Address, bind, type Datagram, sameAddress, type Socket } from "../lib/udp.ts";
import { receiveWithin } from "./02_receive.ts";
import { serve } from "./04_echo.ts";

/**
 * The agent's answer; `undefined` to what is no question (lesson 4), and to one with another community: who
 * guesses shall not learn that somebody is here.
 */
export function answerManager(data: Uint8Array, { mib, counts }: Known, community = "public") {
  counts.heard++;
  // RFC 3417 asks an agent to accept 484 bytes, and recommends 1,472. To accept no more than that
  // is our choice.
  if (data.length > LARGEST) return undefined;
  const asked = snmp.understood(data);
  if (!asked) counts.nonsense++;
  if (!asked || !["GET", "GETNEXT", "GETBULK", "SET"].includes(asked.type)) return undefined;
  if (asked.community !== community) counts.wrong++;
  if (asked.community !== community) return undefined;
  // An attacker can put a victim's address on his questions: then the victim gets the answers. So
  // no answer is more than four times as long as its question. And none is so long that Ethernet
  // has to split it.
  const most = Math.min(4 * data.length, LARGEST);
  const answer = snmp.encode(reply(mib, asked, most));
  return answer.length <= most ? answer : snmp.encode(tooBig(asked));
}

/**
 * Asks until an answer comes: six times, as snmpget does. Anything else that comes is not taken,
 * and `ignored` is told: if no answer comes, it is the only hint why.
 */
export async function askAgent(
  socket: Socket,
  asked: snmp.Message,
  agent: Address,
  milliseconds: number,
  { tries = 6, ignored = (_: Datagram) => {} } = {},
): Promise<snmp.Message | undefined> {
  for (; tries > 0; tries--) {
    await socket.send(snmp.encode(asked), agent);
    const end = performance.now() + milliseconds;
    for (let left = milliseconds; left > 0; left = end - performance.now()) {
      const heard = await receiveWithin(socket, left);
      if (!heard) continue;
      const answer = snmp.answerIn(heard.data, asked); // to the first try or the last: both are true
      if (answer && sameAddress(heard.from, agent)) return answer;
      ignored(heard);
    }
  }
}

/** All that is below `root`: asks what comes after it, and after that, until something else comes. */
export async function* walk(
  root: string,
  ask: (after: string, tries?: number) => Promise<snmp.Message>,
): AsyncGenerator<snmp.Binding> {
  for (let after = root, tries = 6;; tries = 20) { // who has answered once is there: be patient
    const { bindings } = await ask(after, tries);
    if (bindings.length === 0) {
      throw new Error("The agent answers without a value: this walk would never end.");
    }
    for (const { oid, value } of bindings) {
      if (value.type === "endOfMibView" || !snmp.isWithin(oid, root)) return;
      if (snmp.compareOids(oid, after) <= 0) {
        throw new Error("The agent goes back in its tree: this walk would never end.");
      }
      yield { oid, value };
      after = oid;
    }
  }
}

/** A question, one with the wrong community, and a walk. */
export async function play(diagram: Diagram): Promise<void> {
  using manager = diagram.watch("manager", bind());
  using agent = diagram.watch("agent", bind());
  const known = machine();
  let seen: Uint8Array | undefined;
  serve(agent, (data) => answerManager(seen = data, known));
  const ask = (type: snmp.Type, oid: string, community = "public", wait = 1000, tries = 6) =>
    askAgent(manager, snmp.request(type, [oid], { community }), agent.address, wait, { tries });
  await ask("GET", oidNamed("sysDescr.0"));
  const shown = new TextDecoder("latin1").decode(seen).replace(/[^ -~]/g, ".");
  diagram.note(`What everyone on the way can read: ${shown}`);
  await ask("GET", oidNamed("sysName.0"), "secret", 300, 1);
  diagram.note('Silence: the community was "secret". The agent might as well be down.');
  await ask("GET", oidNamed("snmpInBadCommunityNames.0"));
  diagram.note("But it has counted. Now a walk: what else has it counted?");
  const next = async (oid: string) => (await ask("GETNEXT", oid))!;
  let found = 0;
  for await (const _ of walk(oidNamed("snmp"), next)) found++;
  diagram.note(`What comes next is not below snmp: so the walk ends, with ${found} values.`);
  diagram.note("The manager knew none of their OIDs before.");
}

async function agent({ local, options, signal, console }: Given): Promise<void> {
  using socket = bind(local);
  using log = gathered(signal, console);
  const known = machine();
  const { hostname, port } = socket.address;
  console.log(`Bind UDP on ${port}... (at ${hostname}, Ctrl-C stops)`);
  let [heard, before] = [new Uint8Array() as Uint8Array, 0];
  await serve(socket, (data) => {
    [heard, before] = [data, known.counts.wrong];
    return answerManager(data, known, options.text("community"));
  }, (line) => log(remark(line, heard, known.counts.wrong > before)));
}

export const lesson: Lesson = {
  part: 3,
  title: "SNMP",
  about: "SNMP: ask a device how it is, with a password that all can read.",
  port: 1161,
  play,
  label,
  roles: {
    agent: {
      about: "tell about this machine",
      options: COMMUNITY,
      listens: true,
      answers: true,
      run: agent,
    },
    get: getRole({ askAgent, walk }),
    walk: walkRole({ askAgent, walk }),
  },
  tryNext: ["deno task lesson15 agent", "deno task lesson15 walk"],
};

if (import.meta.main) await run(lesson);
