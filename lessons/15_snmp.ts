/**
 * # Lesson 15: SNMP
 *
 * How busy is a router? How much ink does a printer have? The Simple Network Management Protocol
 * (SNMP, since 1988) is for such questions. A program in the device answers: the *agent*. The
 * program that asks is the *manager*.
 *
 * Each value has an *OID* (object identifier): its place in a tree of numbers that all devices
 * share. The device's name has the OID 1.3.6.1.2.1.1.5.0, which we write as sysName.0. The 0 at
 * its end means that a device has only one name. A printer with two trays tells how full each one
 * is: the OID for the first tray ends in 1, and the one for the second tray in 2. The values of an
 * agent are its *MIB* (management information base).
 *
 * ## You learn
 * - how to recognize an answer by its sender and its random number
 * - how to *walk* through all values of a device without knowing their OIDs
 * - what an agent sends if its answer would be too long: the error tooBig
 * - why the password protects little: everyone on the way can read it
 *
 * ## A message
 *
 * Everything in a message is an element of three parts: its type (a byte), its length (usually a
 * byte), and its content. The content can be elements again, so a message is a tree. This is a
 * question for sysName.0 with the number 4711. The bytes are in hexadecimal:
 *
 *     30 27                                  SEQUENCE of 39 bytes: the message
 *     ├─ 02 01   01                          INTEGER 1: the version, called 2c
 *     ├─ 04 06   70 75 62 6c 69 63           OCTET STRING "public": the password
 *     └─ a0 1a                               GET of 26 bytes: what the manager wants
 *        ├─ 02 02   12 67                    INTEGER 4711: the number of the question
 *        ├─ 02 01   00                       INTEGER 0: no error
 *        ├─ 02 01   00                       INTEGER 0: which value the error is about
 *        └─ 30 0e                            SEQUENCE: the list of bindings
 *           └─ 30 0c                         SEQUENCE: a binding, which is an OID and its value
 *              ├─ 06 08   2b 06 01 02 …      OBJECT IDENTIFIER 1.3.6.1.2.1.1.5.0
 *              └─ 05 00                      NULL: the value is what we ask for
 *
 * The byte 2b is 43, which is 40 × 1 + 3: the first two numbers of an OID share a byte. An answer
 * has the same form and the same number. It has the type a2, RESPONSE, and a value in the place of
 * NULL.
 *
 * The password is called the *community*. Version 3 of SNMP can encrypt messages. Many devices
 * still speak version 2c, which is shown here.
 *
 * ## Run
 *
 *     deno task lesson15          show the lesson as a diagram
 *     deno task lesson15 agent    in one terminal: tell about this machine on port 1161
 *     deno task lesson15 get      in a second terminal: ask for one value, sysDescr.0
 *     deno task lesson15 walk     ask for all values below system, which is 1.3.6.1.2.1.1
 *
 * `get` prints a line such as `sysDescr.0 = linux x86_64, Deno 2.9.6`. `walk` prints seven lines.
 * The agent prints these lines for `get`, where 53011 stands for the manager's port:
 *
 *     GET sysDescr.0
 *     Received from 127.0.0.1:53011.
 *
 * SNMP itself has port 161, but a program often needs to be root to bind that.
 *
 * @module
 */
import { type Known, machine } from "../lib/machine.ts";
import { LARGEST, reply, tooBig } from "../lib/mib.ts";
import {
  type Binding,
  compareOids,
  encode,
  isWithin,
  type Message,
  request,
  tryDecode,
} from "../lib/snmp.ts";
import { errorName, line, nameOf, summary } from "../lib/snmp_names.ts";
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
import { receiveUntil } from "./02_receive.ts";
import { serve } from "./04_echo.ts";

/** The questions of a manager that only reads. `questionFor` says what each one asks. */
export type Question = "GET" | "GETNEXT" | "GETBULK";

/** How many values a GETBULK asks for at once. Net-SNMP's snmpbulkwalk asks for 10, too. */
const STEPS = 10;

/** How many times to ask. Net-SNMP's snmpget asks six times, too, and waits for one second each. */
const TRIES = 6;

/**
 * Makes a question about an OID. A GET asks for its value. A GETNEXT asks for the first OID that
 * comes after it, and for the value there. A GETBULK takes several such steps at once.
 */
export function questionFor(type: Question, oid: string, community = "public"): Message {
  // The number of the question is random, so an attacker has to guess it. It
  // must not come from Math.random() (lesson 13).
  const random = crypto.getRandomValues(new Uint32Array(1)); // one number of 32 bits

  // SNMP's numbers have a sign, and ours are never negative. So we use only 31 of
  // the bits.
  const id = random[0]! >>> 1;

  // The tree at the top of this page has three numbers inside GET. The third
  // one is `index`. A GETBULK says there how many steps to take. Other
  // questions have 0.
  const index = type === "GETBULK" ? STEPS : 0;

  // request() makes a message of these values: an object with the parts of the
  // tree, such as `id`, `index` and `bindings`. encode() turns it into bytes
  // later, before it is sent.
  return request(type, [oid], { id, community, index });
}

/** Checks whether a datagram is the answer to this question about one OID. */
export function isSnmpAnswer(
  { data, from }: Datagram,
  asked: Message,
  agent: Address,
): boolean {
  // Any program can send to our port, so the sender has to be the agent.
  if (!sameAddress(from, agent)) return false;

  // tryDecode() makes a message of the bytes. It returns undefined if they are
  // not an SNMP message.
  const message = tryDecode(data);
  if (message?.type !== "RESPONSE") return false;

  // An attacker who forges the agent's address has to guess the number.
  if (message.id !== asked.id) return false;

  // An error, such as tooBig, is an answer, too. Its values do not matter.
  if (message.error !== 0) return true;

  // The answer to a GETBULK has at most one value for each step (`index`).
  const values = message.bindings.length;
  if (asked.type === "GETBULK") return values >= 1 && values <= asked.index;

  // The answer to a GET or a GETNEXT has one value.
  if (values !== 1) return false;

  // A GETNEXT asks for an OID that we do not know. So any OID fits.
  if (asked.type === "GETNEXT") return true;

  // A GET asks for one OID, and the answer has to name the same one.
  return message.bindings[0]!.oid === asked.bindings[0]!.oid;
}

/** How long to wait for an answer, and how many times to ask. */
export interface Patience {
  milliseconds: number;
  tries?: number;
}

/**
 * Asks until an answer comes, at most six times if you do not give another number. Returns
 * `undefined` if it does not come.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { machine } from "../lib/machine.ts";
 * import { bind } from "../lib/udp.ts";
 * import { serve } from "./04_echo.ts";
 *
 * using agent = bind();
 * using manager = bind();
 * const known = machine(); // this machine's values
 * serve(agent, (data) => answerManager(data, known));
 *
 * const asked = questionFor("GET", "1.3.6.1.2.1.1.7.0"); // sysServices.0
 * const answer = await askAgent(manager, asked, agent.address, { milliseconds: 1000 });
 *
 * // 72 stands for a computer that is not a router.
 * assertEquals(answer?.bindings[0]?.value, { type: "INTEGER", value: 72 });
 * ```
 */
export async function askAgent(
  socket: Socket,
  asked: Message,
  agent: Address,
  { milliseconds, tries = TRIES }: Patience,
): Promise<Message | undefined> {
  for (let attempt = 1; attempt <= tries; attempt++) {
    // encode() returns the bytes of the question. Each try sends the same ones.
    // So a late answer to the first try has the right number, and counts, too.
    // Asking again does no harm, because reading a value changes nothing.
    await socket.send(encode(asked), agent);

    const answer = await receiveUntil(socket, milliseconds, (datagram) => {
      return isSnmpAnswer(datagram, asked, agent);
    });
    if (answer) return tryDecode(answer.data);
  }

  return undefined;
}

/**
 * Walks: yields all values below an OID, one after the other. `next` asks with GETNEXT or GETBULK
 * for the values after an OID.
 */
export async function* valuesBelow(
  root: string,
  next: (after: string) => Promise<Message>,
): AsyncGenerator<Binding> {
  let after = root;

  while (true) {
    const { bindings } = await next(after);

    // Without a value, `after` stays the same, and this loop never ends.
    if (bindings.length === 0) {
      throw new Error("The agent answers without a value. This walk would never end.");
    }

    for (const { oid, value } of bindings) {
      // The walk ends outside of root, or at the end of the agent's tree. There,
      // the agent sends endOfMibView in the place of a value.
      if (value.type === "endOfMibView" || !isWithin(oid, root)) return;

      // A faulty agent could send us round in a circle. compareOids() returns 0
      // for the same OID, and less than 0 for an OID that comes before `after`.
      if (compareOids(oid, after) <= 0) {
        throw new Error("The agent goes back in its tree. This walk would never end.");
      }

      yield { oid, value };
      after = oid;
    }
  }
}

/**
 * Returns the bytes of the agent's answer, or `undefined` for a datagram that gets no answer.
 *
 * `mib` has the agent's values, sorted by OID. `counts` has three numbers: how many datagrams came,
 * how many had a wrong community, and how many were not SNMP. A manager can ask for these, too.
 */
export function answerManager(
  data: Uint8Array,
  { mib, counts }: Known,
  community = "public",
): Uint8Array | undefined {
  counts.heard++;

  // RFC 3417 asks an agent to accept 484 bytes, and recommends 1,472: more would
  // be split on Ethernet (lesson 7). LARGEST is 1,472. It is our choice to accept
  // no more.
  if (data.length > LARGEST) return undefined;

  const asked = tryDecode(data);
  if (!asked) {
    counts.nonsense++;
    return undefined;
  }

  // Do not answer an answer (lesson 4). These four types are questions. A SET asks
  // the agent to change a value. Its answer is an error, because our values cannot
  // be changed.
  const isQuestion = ["GET", "GETNEXT", "GETBULK", "SET"].includes(asked.type);
  if (!isQuestion) return undefined;

  // A wrong community gets no answer. Somebody who guesses should not even learn
  // that an agent is here.
  if (asked.community !== community) {
    counts.wrong++;
    return undefined;
  }

  // Our answers are at most four times as long as the question, against
  // amplification attacks (lesson 13).
  const most = Math.min(4 * data.length, LARGEST);

  // reply() looks the values up, and returns the answer as a message. It takes
  // as many steps of a GETBULK as fit into `most` bytes.
  const answer = encode(reply(mib, asked, most));
  if (answer.length <= most) return answer;

  // Other answers can be too long. Then we send the error tooBig, without
  // values. Net-SNMP's agent snmpd sends nothing.
  return encode(tooBig(asked));
}

/** `deno task lesson15 agent` runs this: answers until the program is stopped. */
export async function agent(at: Address, community: string, print = console.log): Promise<void> {
  using socket = bind(at);
  const { hostname, port } = socket.address;
  print(`Bind UDP on ${port}... (at ${hostname}, Ctrl-C stops)`);

  const known = machine(); // this machine's values, and the counts, which are 0

  // serve() calls this function with the bytes of each datagram (lesson 4).
  const replyTo = (data: Uint8Array) => {
    print(described(data, community));
    return answerManager(data, known, community);
  };
  await serve(socket, replyTo, print);
}

/** Describes a datagram in a few words, such as "GET sysDescr.0". */
function described(data: Uint8Array, community: string): string {
  // This datagram gets no answer. So we do not read it: to read 10,000 values
  // would keep the agent busy.
  if (data.length > LARGEST) return `not read, over ${LARGEST} bytes`;

  // summary() returns such words for all bytes. printable() makes them safe, and
  // cuts them after 40 characters. So the line fits into 80 columns.
  const words = printable(summary(data), 40);

  const message = tryDecode(data);
  if (message && message.community !== community) return `${words}, wrong community`;
  return words;
}

/** An agent to ask, and how to ask it. */
export interface Target {
  address: Address;
  community: string;
  /** How long to wait for each try. */
  seconds: number;
}

/** Returns an agent's answer. Throws an error if none comes, or if the answer is an error. */
export async function valuesOf(
  socket: Socket,
  asked: Message,
  { address, seconds }: Target,
  tries = TRIES,
): Promise<Message> {
  const milliseconds = 1000 * seconds;
  const answer = await askAgent(socket, asked, address, { milliseconds, tries });
  const shown = formatAddress(address);

  if (!answer) {
    throw new Error(
      `No answer from ${shown}. Is an agent there, and is the community right? ` +
        "An agent does not answer a wrong one.",
    );
  }

  // errorName() returns "tooBig" for error 1, for example.
  if (answer.error !== 0) throw new Error(`${shown} refuses: ${errorName(answer.error)}.`);
  return answer;
}

/**
 * `deno task lesson15 get` runs this: asks for one value and prints it.
 *
 * The command gives its own `open`, for a socket that remembers what arrives. If no answer comes,
 * the command says what came instead.
 */
export async function get(
  oid: string,
  to: Target,
  print = console.log,
  open = () => bind({ hostname: localFor(to.address) }),
): Promise<void> {
  using socket = open();
  const answer = await valuesOf(socket, questionFor("GET", oid, to.community), to);
  const value = answer.bindings[0]!.value; // the answer to a GET has one

  // nameOf() returns the name of an OID, such as "sysName.7".
  const missing = `${formatAddress(to.address)} has no ${nameOf(oid)}`;

  // noSuchObject means that the agent has no value of this kind.
  if (value.type === "noSuchObject") throw new Error(`${missing}: noSuchObject.`);

  // noSuchInstance means that it has others of this kind: sysName.0, but not
  // sysName.7.
  if (value.type === "noSuchInstance") {
    throw new Error(`${missing}: noSuchInstance. Try it with .0 at its end, or walk.`);
  }

  // line() returns "sysName.0 = vm", for example. The text is safe to print.
  print(line({ oid, value }));
}

/** `deno task lesson15 walk` runs this: prints all values below an OID. */
export async function walk(
  root: string,
  to: Target,
  print = console.log,
  open = () => bind({ hostname: localFor(to.address) }), // as in get()
): Promise<void> {
  using socket = open();
  let found = 0;

  const next = (after: string) => {
    // After the first answer we know that the agent exists. So a missing answer
    // was probably lost, and we try more times before we give up.
    const tries = found === 0 ? TRIES : 20;
    return valuesOf(socket, questionFor("GETBULK", after, to.community), to, tries);
  };

  for await (const binding of valuesBelow(root, next)) {
    print(line(binding));
    found++;
  }

  if (found === 0) {
    const who = formatAddress(to.address);
    throw new Error(`${who} has nothing below ${nameOf(root)}. For one value, use get.`);
  }
}

/*
 * ## Try next
 *
 * 1. Run the agent, then `deno task lesson15 walk --oid 1.3`. You should see all values of this
 *    agent: 13 lines on Linux and macOS.
 * 2. Run `deno task lesson15 get --oid sysDescr.7`, and then `--oid 1.3.9`. You should see
 *    `noSuchInstance` first: the agent knows other values of this kind. Then you should see
 *    `noSuchObject`.
 * 3. Run `deno task lesson15 get --community secret`. After 6 seconds, you should see `No answer`.
 *    The agent prints `wrong community` six times.
 * 4. With Net-SNMP, run `snmpget -v2c -c public 127.0.0.1:1161 1.3.6.1.2.1.1.5.0`. You should see
 *    the name of your machine. Leave out `-v2c`: you should see a timeout. Today, snmpget speaks
 *    version 3 if you do not say which. The agent prints `a message of SNMP's version 3`.
 *    docs/real-programs.md has more of that kind.
 * 5. Run the agent, then a relay that loses three of ten datagrams each way (lesson 8):
 *    `deno task lesson8 relay --to 127.0.0.1:1161 --drop 0.3`
 *    Then run `deno task lesson15 walk --port 8888`. You should see all seven lines. It may take
 *    some seconds.
 */

if (import.meta.main) import("../cli/lessons/15_snmp.ts").then(({ main }) => main());
