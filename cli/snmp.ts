/**
 * Lesson 15's options in a terminal, and why an answer was not taken.
 *
 * @module
 */
import { hasNumber, type Message, tryDecode, whyNoAnswer } from "../lib/snmp.ts";
import { oidFor, OIDS } from "../lib/snmp_names.ts";
import { printable } from "../lib/text.ts";
import {
  type Address,
  bind,
  type Datagram,
  formatAddress,
  localFor,
  sameAddress,
  type Socket,
} from "../lib/udp.ts";
import { type Option, UsageError } from "./lesson.ts";
import { watch, type Watcher } from "./watch.ts";

/** The option of every role. */
export const COMMUNITY: Record<string, Option> = {
  community: { value: "NAME", about: "the password, readable by all", default: "public" },
};

/** The options of a role that asks, beside what it asks for. */
export const ASKING: Record<string, Option> = {
  ...COMMUNITY,
  timeout: { value: "SECONDS", about: "how long to wait for each try", default: "1" },
};

/** What to ask for. Each role has a default of its own. */
export const OID: Option = { value: "OID", about: "what to ask for: numbers, or a name" };

/** Reads `--oid`: numbers with dots between them, or a name. */
export function oidOption(text: string): string {
  const oid = oidFor(text);
  if (oid) return oid;
  throw new UsageError(
    `--oid ${
      printable(text)
    } is not known. It must be two numbers or more with dots between them, ` +
      `such as 1.3.6.1.2.1.1.5.0, or one of these names: ${Object.keys(OIDS).join(", ")}.`,
  );
}

/**
 * Asks an agent. If no answer was taken, but something else came, it throws an error that says what
 * came, from whom, and why it was not taken.
 */
export async function explained(
  agent: Address,
  work: (open: () => Socket) => Promise<void>,
): Promise<void> {
  const seen = new Seen(agent);
  try {
    await work(() => watch(bind({ hostname: localFor(agent) }), seen));
  } catch (error) {
    const why = seen.came && whyNotTaken(seen.came, seen.asked!, agent);
    throw why ? new Error(why) : error;
  }
}

/** Remembers the last question, and the datagram that came nearest to an answer. */
class Seen implements Watcher {
  asked: Message | undefined;
  came: Datagram | undefined;

  constructor(readonly agent: Address) {}

  sending(data: Uint8Array): void {
    const next = tryDecode(data);
    if (next?.id !== this.asked?.id) this.came = undefined; // a new question, and not another try
    this.asked = next;
  }

  received(datagram: Datagram): void {
    const like = (one: Datagram) => likeness(one, this.asked!, this.agent);
    if (!this.came || like(datagram) > like(this.came)) this.came = datagram;
  }
}

/**
 * Returns how much a datagram is like the answer. Most of all it fits, or at least it has the
 * number.
 */
function likeness({ data, from }: Datagram, asked: Message, agent: Address): number {
  const fromAgent = sameAddress(from, agent) ? 1 : 0;
  if (!hasNumber(data, asked)) return fromAgent;
  return fromAgent + (whyNoAnswer(data, asked) === undefined ? 4 : 2);
}

/** Returns why a datagram was not taken for the answer, or `undefined` if it was. */
function whyNotTaken(
  { data, from }: Datagram,
  asked: Message,
  agent: Address,
): string | undefined {
  const [sender, wanted] = [formatAddress(from), formatAddress(agent)];
  const why = whyNoAnswer(data, asked);
  if (sameAddress(from, agent)) return why && `What came from ${sender} was not taken: ${why}.`;
  if (why === undefined) {
    return `The answer came from ${sender}, but ${wanted} was asked, so it was not taken. ` +
      "If that is the same device, ask it there.";
  }
  return `What came from ${sender} was not taken: ${wanted} was asked.`;
}
