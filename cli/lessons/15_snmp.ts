/**
 * How lesson 15 runs: its play, its roles, and their options.
 *
 * @module
 */
import { serve } from "../../lessons/04_echo.ts";
import {
  agent,
  answerManager,
  askAgent,
  get,
  type Question,
  questionFor,
  type Target,
  valuesBelow,
  valuesOf,
  walk,
} from "../../lessons/15_snmp.ts";
import { sleep } from "../../lib/clock.ts";
import { machine } from "../../lib/machine.ts";
import type { Message } from "../../lib/snmp.ts";
import { oidNamed, summary } from "../../lib/snmp_names.ts";
import { bind } from "../../lib/udp.ts";
import { gathered } from "../gather.ts";
import type { Diagram, Lesson } from "../lesson.ts";
import { run } from "../run.ts";
import { ASKING, COMMUNITY, explained, OID, oidOption } from "../snmp.ts";

/** Plays a question, one with a wrong community, and two walks. */
export async function play(diagram: Diagram): Promise<void> {
  using manager = diagram.watch("manager", bind());
  using agent = diagram.watch("agent", bind());
  const known = machine();
  let seen = new Uint8Array();
  serve(agent, (data) => {
    seen = data.slice();
    return answerManager(data, known);
  });
  const to: Target = { address: agent.address, community: "public", seconds: 1 };
  const ask: Ask = (type, oid) => valuesOf(manager, questionFor(type, oid), to);

  await ask("GET", oidNamed("sysDescr.0"));
  diagram.note(`What everyone on the way can read of the question: ${readable(seen)}`);

  const wrong = questionFor("GET", oidNamed("sysName.0"), "secret");
  await askAgent(manager, wrong, agent.address, { milliseconds: 300, tries: 1 });
  // On a busy machine, the agent may still have to read the question.
  for (let waits = 0; waits < 500 && known.counts.wrong === 0; waits++) await sleep(10);
  diagram.note('No answer: the community "secret" is wrong. It looks as if the agent were down.');
  await ask("GET", oidNamed("snmpInBadCommunityNames.0"));
  diagram.note("But the agent has counted the wrong community. What else has it counted?");

  await walkTwice(diagram, ask);
}

/** Asks the agent, and returns its answer. */
type Ask = (type: Question, oid: string) => Promise<Message>;

/** Walks all below snmp: with GETNEXT, and then with GETBULK. */
async function walkTwice(diagram: Diagram, ask: Ask): Promise<void> {
  const found = await countBelow("snmp", (oid) => ask("GETNEXT", oid));
  diagram.note(`The last answer has no value below snmp. So the walk ends, with ${found} values.`);
  diagram.note("The manager knew none of their OIDs before. Now the same walk with GETBULK:");

  const again = await countBelow("snmp", (oid) => ask("GETBULK", oid));
  if (again === found) {
    diagram.note("One GETBULK took several steps, so one answer brought all of these OIDs.");
  }
}

/** Returns how many values a walk finds below the OID with this name. */
async function countBelow(name: string, ask: (oid: string) => Promise<Message>): Promise<number> {
  let found = 0;
  for await (const _ of valuesBelow(oidNamed(name), ask)) found++;
  return found;
}

/** Returns the letters in these bytes, and a dot for each other byte. */
function readable(bytes: Uint8Array): string {
  const text = new TextDecoder("latin1").decode(bytes);
  return text.replace(/[^ -~]/g, "."); // from the space to ~ are the visible characters of ASCII
}

/** What the workbook has to know of lesson 15. */
export const lesson: Lesson = {
  part: 3,
  title: "SNMP",
  about: "Ask a device for its values, with a password that all can read.",
  port: 1161,
  play,
  label: summary,
  roles: {
    agent: {
      about: "tell about this machine",
      options: COMMUNITY,
      listens: true,
      answers: true,
      run: ({ local, options, signal, console }) => {
        const log = gathered(signal, console);
        return agent(local, options.text("community"), log).finally(() => log[Symbol.dispose]());
      },
    },
    get: {
      about: "ask for one value",
      options: { oid: { ...OID, default: "sysDescr.0" }, ...ASKING },
      run: ({ remote, options, console }) => {
        const oid = oidOption(options.text("oid"));
        const seconds = options.seconds("timeout") / 1000;
        const target = { address: remote, community: options.text("community"), seconds };
        return explained(remote, (open) => get(oid, target, console.log, open));
      },
    },
    walk: {
      about: "ask for all values below an OID",
      options: { oid: { ...OID, default: "system" }, ...ASKING },
      run: ({ remote, options, signal, console }) => {
        const root = oidOption(options.text("oid"));
        const seconds = options.seconds("timeout") / 1000;
        const target = { address: remote, community: options.text("community"), seconds };
        const log = gathered(signal, console);
        return explained(remote, (open) => walk(root, target, log, open))
          .finally(() => log[Symbol.dispose]());
      },
    },
  },
  tryNext: ["deno task lesson15 agent", "deno task lesson15 walk"],
};

/** Runs it in this terminal. */
export const main = (): Promise<never> => run(lesson);
