/**
 * DNS in a terminal: the client's options, and the text that it prints.
 *
 * @module
 */
import {
  decode,
  formatMessage,
  formatRecord,
  headerOf,
  isName,
  isReferral,
  isSameQuestion,
  type Message,
  type Question,
  tryDecode,
  TYPES,
} from "../lib/dns.ts";
import { resolveName } from "../lib/resolver.ts";
import { count, printable } from "../lib/text.ts";
import { type Address, type Datagram, formatAddress, sameAddress } from "../lib/udp.ts";
import { type Option, UsageError } from "./lesson.ts";
import type { Terminal } from "./terminal.ts";

/** The types that `--type` takes, in small letters. */
export const TYPE_NAMES: string[] = TYPES.map((type) => type.toLowerCase());

/** The options of the client. */
export const QUESTION: Record<string, Option> = {
  name: { value: "NAME", about: "what to ask for", default: "workbook.test" },
  type: { value: "TYPE", about: "A, AAAA, CNAME, TXT, NS or SOA", default: "A" },
  timeout: { value: "SECONDS", about: "how long to wait for each try", default: "1" },
  simple: { about: "ask with the code of the lesson's page" },
};

/** Returns the question for these options. Throws a {@linkcode UsageError} for a wrong name. */
export function questionOf(name: string, type: string): Question {
  const withoutLastDot = name.replace(/\.$/, "");
  if (isName(name)) return { name: withoutLastDot, type: type.toUpperCase() };
  throw new UsageError(
    `--name ${printable(name)} is not a domain name: ` +
      "it must be labels of 1 to 63 plain characters with dots between them, " +
      "such as workbook.test. " +
      "Another character is \\ and three digits: \\032 is a space.",
  );
}

/**
 * Asks a name server and prints the records of its answer. Throws an error for people if it gets no
 * answer, or one without records.
 */
export async function printName(
  question: Question,
  server: Address,
  milliseconds: number,
  console: Terminal["console"],
): Promise<void> {
  const ignored = new NotAnswers(question, server);
  const answer = await resolveName(question, server, milliseconds, ignored.add);
  printAnswer(answer, ignored, console);
}

function printAnswer(
  answer: Message | undefined,
  ignored: NotAnswers,
  console: Terminal["console"],
): void {
  const server = formatAddress(ignored.server);
  if (!answer) throw new Error(noAnswer(ignored));
  for (const record of answer.records) console.log(printable(formatRecord(record), 1000));
  if (answer.truncated) {
    const more = `${server} has more than a datagram holds, and over TCP`;
    throw new Error(
      ignored.any ? `${more} its answer did not come. ${ignored}` : `${more} it does not answer.`,
    );
  }
  if (isReferral(answer)) throw new Error(referral(answer, server));
  if (answer.code === "NOERROR" && answer.records.length > 0) return;
  const why = WHY[answer.code] ?? "It could not";
  throw new Error(`${printable(formatMessage(answer))}, says ${server}. ${why}.`);
}

function noAnswer(ignored: NotAnswers): string {
  const { name, type } = ignored.question;
  if (ignored.any) return `Nothing that came answers ${type} ${printable(name)}. ${ignored}`;
  return `Is there a name server at ${formatAddress(ignored.server)}? It never answered.`;
}

const WHY: Record<string, string> = {
  NOERROR: "The name is there, but it has no record of this type",
  FORMERR: "It could not read the question",
  NXDOMAIN: "There is no such name",
  NOTIMP: "It does not do what was asked",
  REFUSED: "It does not answer for this name",
  NOTAUTH: "It does not have this zone",
};

/** Returns the sentence for a referral: the server only names servers that know more. */
function referral({ question, authority }: Message, server: string): string {
  const { name, type } = question;
  const servers = authority.filter(({ type }) => type === "NS");
  const names = servers.map(({ data }) => data).join(", ");
  const zone = servers[0]!.name === "." ? "the root" : servers[0]!.name;
  return `${server} does not have ${type} ${printable(name)}. It refers to the name servers of ` +
    `${printable(zone)}: ${printable(names, 1000)}. Ask one of them with --host.`;
}

/** How many different remarks are kept. A stranger may send any number of datagrams. */
const REMARKS = 3;

/** Collects the datagrams that are not the answer, and the reasons. */
class NotAnswers {
  readonly #remarks = new Map<string, number>();

  /** Takes the question, and the server that was asked. */
  constructor(readonly question: Question, readonly server: Address) {}

  /** Whether anything came. */
  get any(): boolean {
    return this.#remarks.size > 0;
  }

  /** Remembers why this datagram is not the answer to the question with that number. */
  readonly add = (heard: Datagram, id: number): void => {
    const remark = this.#remark(heard, id);
    const times = this.#remarks.get(remark);
    if (times === undefined && this.#remarks.size >= REMARKS) return;
    this.#remarks.set(remark, (times ?? 0) + 1);
  };

  /** Returns the remarks as sentences. */
  toString(): string {
    const sentences = [...this.#remarks].map(([remark, times]) =>
      times === 1 ? `${remark}.` : `${remark} (${times} times).`
    );
    return sentences.join(" ");
  }

  #remark({ data, from }: Datagram, id: number): string {
    const sender = formatAddress(from);
    const size = count(data.length, "byte");
    if (!sameAddress(from, this.server)) {
      return `${sender} sent ${size}, but ${formatAddress(this.server)} was asked`;
    }
    const message = tryDecode(data);
    const header = headerOf(data);
    if (message && !message.isAnswer) return `${sender} sent a question, not an answer`;
    if (message && message.id !== id) return `${sender} sent an answer with another number`;
    if (!header?.isAnswer || header.id !== id) {
      return `${sender} sent ${size} that ${data.length === 1 ? "is" : "are"} not a DNS message`;
    }
    if (header.counts[0] === 0) return `${sender} sent an answer without the question`;
    if (!message) return `${sender} sent an answer that is damaged. ${whyDamaged(data)}`;
    if (!isSameQuestion(message.question, this.question)) {
      const { name, type } = message.question;
      return `${sender} sent the answer to another question, ${printable(`${type} ${name}`)}`;
    }
    return `${sender} says over TCP, too, that there is more`;
  }
}

/** Returns the reason why this message cannot be read. */
function whyDamaged(data: Uint8Array): string {
  try {
    decode(data);
    return "";
  } catch (error) {
    return (error as Error).message.replace(/\.$/, "");
  }
}

/** Returns the text that the diagram shows for a datagram. */
export function label(data: Uint8Array): string {
  const message = tryDecode(data);
  if (message) return printable(formatMessage(message));
  const header = headerOf(data);
  return header?.isAnswer && header.counts[0] === 0 ? header.code : "not a DNS message";
}
