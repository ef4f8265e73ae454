/**
 * SNMP in a terminal: the variables of this machine, their names, and what is shown of messages.
 *
 * @module
 */
import { isOid } from "../lib/ber.ts";
import { LARGEST, type Mib } from "../lib/mib.ts";
import {
  beginning,
  type Binding,
  compareOids,
  ERRORS,
  hasNumber,
  isException,
  isWithin,
  type Message,
  octets,
  request,
  type Type,
  understood,
  type Value,
  whyNoAnswer,
} from "../lib/snmp.ts";
import { count, printable } from "../lib/text.ts";
import {
  type Address,
  bind,
  type Datagram,
  formatAddress,
  sameAddress,
  type Socket,
} from "../lib/udp.ts";
import { gathered } from "./gather.ts";
import { type Given, type Option, type Options, type Role, UsageError } from "./lesson.ts";

/** The names of some objects, which MIBs give them: RFC 3418, and UCD-SNMP-MIB for the load. */
const OIDS: Record<string, string> = {
  system: "1.3.6.1.2.1.1",
  sysDescr: "1.3.6.1.2.1.1.1",
  sysObjectID: "1.3.6.1.2.1.1.2",
  sysUpTime: "1.3.6.1.2.1.1.3",
  sysContact: "1.3.6.1.2.1.1.4",
  sysName: "1.3.6.1.2.1.1.5",
  sysLocation: "1.3.6.1.2.1.1.6",
  sysServices: "1.3.6.1.2.1.1.7",
  snmp: "1.3.6.1.2.1.11",
  snmpInPkts: "1.3.6.1.2.1.11.1",
  snmpInBadCommunityNames: "1.3.6.1.2.1.11.4",
  snmpInASNParseErrs: "1.3.6.1.2.1.11.6",
  laLoad: "1.3.6.1.4.1.2021.10.1.3",
};
const NAMES = Object.entries(OIDS).sort(([, a], [, b]) => compareOids(b, a)); // the longer ones first

/** What an agent counts. */
export interface Counts {
  /** Datagrams that came. */
  heard: number;
  /** Those with a wrong community. */
  wrong: number;
  /** Those that are no SNMP. */
  nonsense: number;
}

/** What an agent knows. */
export interface Known {
  mib: Mib;
  counts: Counts;
}

/** What this program may tell of this machine (with `--allow-sys=hostname,loadavg`), and will have counted. */
export function machine(): Known {
  const start = performance.now();
  const counts = { heard: 0, wrong: 0, nonsense: 0 };
  const { os, arch } = Deno.build;
  const name = Deno.hostname();
  const counter = (read: () => number) => (): Value => ({
    type: "Counter32",
    value: read() % 2 ** 32, // it goes on at 0
  });
  const ticks = () => Math.floor((performance.now() - start) / 10) % 2 ** 32;
  const values: Record<string, () => Value> = {
    "sysDescr.0": () => octets(`${os} ${arch}, Deno ${Deno.version.deno}`),
    "sysObjectID.0": () => ({ type: "OBJECT IDENTIFIER", value: "0.0" }), // no maker gave it one
    "sysUpTime.0": () => ({ type: "TimeTicks", value: ticks() }), // of the agent, not of the machine
    "sysContact.0": () => octets(""),
    "sysName.0": () => octets(name),
    "sysLocation.0": () => octets(""),
    "sysServices.0": () => ({ type: "INTEGER", value: 72 }), // a host: layers 4 and 7
    "snmpInPkts.0": counter(() => counts.heard),
    "snmpInBadCommunityNames.0": counter(() => counts.wrong),
    "snmpInASNParseErrs.0": counter(() => counts.nonsense),
  };
  for (const i of os === "windows" ? [] : [0, 1, 2]) { // of the last minute, of 5, and of 15
    values[`laLoad.${i + 1}`] = () => octets(Deno.loadavg()[i]!.toFixed(2));
  }
  const mib = Object.entries(values)
    .map(([name, read]) => ({ oid: oidNamed(name), read }))
    .sort((a, b) => compareOids(a.oid, b.oid));
  return { mib, counts };
}

/** The OID of one of the names above, such as `sysDescr.0`. */
export function oidNamed(name: string): string {
  const oid = known(name);
  if (!oid) throw new RangeError(`${name} is not known here.`);
  return oid;
}

/** The OID of a name, or that was given as it is; `undefined` if it is neither. */
function known(text: string): string | undefined {
  const [name = "", ...rest] = text.split(".");
  const oid = [Object.hasOwn(OIDS, name) ? OIDS[name] : name, ...rest].join(".").replace(/^\./, "");
  return isOid(oid) ? oid : undefined;
}

/** `sysDescr.0`, or the OID if it has no name here. */
export function nameOf(oid: string): string {
  const [name, known] = NAMES.find(([, known]) => isWithin(oid, known)) ?? [];
  const isGroup = name === "system" || name === "snmp";
  if (!name || isGroup && oid !== known) return oid;
  return name + oid.slice(known!.length);
}

/** A value as text that is safe to print. What is no text is shown in hexadecimal digits. */
export function shownValue(value: Value): string {
  switch (value.type) {
    case "OCTET STRING":
      if (value.value.length === 0) return '""';
      return isText(value.value) ? printable(value.value) : hex(value.value);
    case "Opaque":
      return hex(value.value);
    case "TimeTicks":
      return `${(value.value / 100).toFixed(2)} s`;
    case "unknown": {
      const bytes = hex(value.value) || "no bytes";
      return `${bytes} (not readable, tag 0x${value.tag.toString(16).padStart(2, "0")})`;
    }
    default:
      return "value" in value ? `${value.value}` : value.type;
  }
}

function isText(bytes: Uint8Array): boolean {
  const text = new TextDecoder().decode(bytes);
  return !/[^\P{Cc}\r\n\t]|\ufffd/u.test(text);
}

function hex(bytes: Uint8Array): string {
  const [start, rest] = [bytes.subarray(0, 100), bytes.length - 100];
  const digits = [...start].map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
  return rest > 0 ? `${digits}… (${count(bytes.length, "byte")})` : digits;
}

/** A variable in a line: `sysUpTime.0 = 42.11 s`. */
export function line({ oid, value }: Binding): string {
  return `${nameOf(oid)} = ${shownValue(value)}`;
}

/** What the picture shows of a message: `GET sysDescr.0`, `sysDescr.0 = …`, or the name of an error. */
export function label(data: Uint8Array): string {
  const message = understood(data);
  if (!message) return unreadable(data);
  const { type, error, bindings } = message;
  const [first, ...more] = bindings;
  if (type === "RESPONSE" && error !== 0) return errorName(error);
  const what = !first ? "nothing" : type === "RESPONSE" ? line(first) : nameOf(first.oid);
  const text = more.length > 0 ? `${what} and ${more.length} more` : what;
  return type === "RESPONSE" ? text : `${type} ${text}`;
}

/** What to call a datagram that cannot be read as a message of version 1 or 2c. */
function unreadable(data: Uint8Array): string {
  const { version } = beginning(data);
  if (version === undefined) return "no SNMP message";
  if (version === 3n) return "a message of SNMP's version 3";
  return "an SNMP message that cannot be read";
}

/** A line of `serve`'s log, with what was asked, and the true reason for silence. */
export function remark(line: string, data: Uint8Array, wrong: boolean): string {
  const [, who, none = ""] = line.match(/^(Received from \S+)\.( It gets no reply\.)?$/) ?? [];
  if (!who) return line;
  let why = none;
  if (wrong) why = " A wrong community: no answer.";
  if (data.length > LARGEST) why = ` More than ${count(LARGEST, "byte")}: no answer.`;
  return `${who}: ${printable(label(data), 100)}.${why}`;
}

/** What an agent takes, and whoever asks as well. */
export const COMMUNITY: Record<string, Option> = {
  community: { value: "NAME", about: "the password, for all to read", default: "public" },
};

/** How a manager asks, which is in the lesson. */
export interface Steps {
  askAgent(
    socket: Socket,
    asked: Message,
    agent: Address,
    milliseconds: number,
    options?: { tries?: number; ignored?: (heard: Datagram) => void },
  ): Promise<Message | undefined>;
  walk(
    root: string,
    ask: (after: string, tries?: number) => Promise<Message>,
  ): AsyncIterable<Binding>;
}

/** How many steps a walk takes at a time, as snmpbulkwalk does. */
const STEPS = 10;

/** The role that asks for one thing. */
export function getRole(steps: Steps): Role {
  const run = async ({ local, remote, options, console }: Given) => {
    using socket = bind(local);
    const oid = oidOf(options);
    const ask = asking(steps, socket, remote, options);
    const { bindings } = await ask("GET", oid);
    const { value } = bindings[0]!;
    if (isException(value)) {
      const [next] = (await ask("GETNEXT", oid)).bindings;
      const below = next && next.oid !== oid && isWithin(next.oid, oid);
      const others = value.type !== "noSuchInstance"
        ? ""
        : below
        ? ` Do you mean ${nameOf(next.oid)}?`
        : " But it has others of this kind: walk.";
      throw new Error(`${formatAddress(remote)} has no ${nameOf(oid)}: ${value.type}.${others}`);
    }
    console.log(line(bindings[0]!));
  };
  return { about: "ask for one value", options: optionsFor("sysDescr.0"), run };
}

/** The role that asks for all that is below an OID. */
export function walkRole(steps: Steps): Role {
  const run = async ({ local, remote, options, signal, console }: Given) => {
    using socket = bind(local);
    using log = gathered(signal, console);
    const root = oidOf(options);
    const ask = asking(steps, socket, remote, options);
    let found = 0;
    for await (const binding of steps.walk(root, (oid, tries) => ask("GETBULK", oid, tries))) {
      log(line(binding));
      found++;
    }
    if (found > 0) return;
    throw new Error(`${formatAddress(remote)} has nothing below ${nameOf(root)}. One value: get.`);
  };
  return { about: "ask for all that is below", options: optionsFor("system"), run };
}

function asking(steps: Steps, socket: Socket, agent: Address, options: Options) {
  const [community, wait] = [options.text("community"), options.seconds("timeout")];
  const called = formatAddress(agent);
  return async (type: Type, oid: string, tries?: number) => {
    const asked = request(type, [oid], { community, index: type === "GETBULK" ? STEPS : 0 });
    let came: Datagram | undefined;
    const ignored = (heard: Datagram) => {
      // Of all that came, tell what is most likely meant to be the answer.
      if (!came || likeness(heard, asked, agent) > likeness(came, asked, agent)) came = heard;
    };
    const answer = await steps.askAgent(socket, asked, agent, wait, {
      ignored,
      ...(tries !== undefined && { tries }),
    });
    if (!answer && came) throw new Error(whyNotTaken(came, asked, agent));
    if (!answer) {
      throw new Error(
        `No answer from ${called}. Is an agent there, and is the community right? A wrong one gets silence.`,
      );
    }
    if (answer.error !== 0) throw new Error(`${called} refuses: ${errorName(answer.error)}.`);
    return answer;
  };
}

/** How much a datagram is like the answer: it has the number, and it comes from the agent. */
function likeness({ data, from }: Datagram, asked: Message, agent: Address): number {
  return (hasNumber(data, asked) ? 2 : 0) + (sameAddress(from, agent) ? 1 : 0);
}

/** Says what came, from whom, and why it is not taken for the answer. */
export function whyNotTaken({ data, from }: Datagram, asked: Message, agent: Address): string {
  const [sender, wanted] = [formatAddress(from), formatAddress(agent)];
  const why = whyNoAnswer(data, asked);
  if (sameAddress(from, agent)) return `What came from ${sender} was not taken: ${why}.`;
  if (why === undefined) {
    return `The answer came from ${sender}, but ${wanted} was asked, so it was not taken. ` +
      "If that is the same device, ask it there.";
  }
  return `What came from ${sender} was not taken: ${wanted} was asked.`;
}

function optionsFor(oid: string): Record<string, Option> {
  const about = "what to ask for, by numbers or by name";
  return {
    oid: { value: "OID", about, default: oid },
    ...COMMUNITY,
    timeout: { value: "SECONDS", about: "how long to wait for each try", default: "1" },
  };
}

function oidOf(options: Options): string {
  const text = options.text("oid");
  const oid = known(text);
  if (oid) return oid;
  throw new UsageError(
    `--oid ${
      printable(text)
    } is not known: it must be two numbers or more with dots between them, ` +
      `such as 1.3.6.1.2.1.1.5.0, or a name that is known here: ${Object.keys(OIDS).join(", ")}.`,
  );
}

function errorName(error: number): string {
  return ERRORS[error] ?? `error ${error}`;
}
