/**
 * DNS in a terminal: what a client's options ask for, and what is shown of its messages.
 *
 * @module
 */
import {
  decode,
  headerOf,
  isName,
  isReferral,
  isSameQuestion,
  line,
  type Message,
  type Question,
  shown,
  TYPES,
  understood,
} from "../lib/dns.ts";
import { count, printable } from "../lib/text.ts";
import { type Address, type Datagram, formatAddress, sameAddress } from "../lib/udp.ts";
import { type Option, type Options, UsageError } from "./lesson.ts";
import type { Terminal } from "./terminal.ts";

/** What a client takes. */
export const QUESTION: Record<string, Option> = {
  name: { value: "NAME", about: "what to ask for", default: "workbook.test" },
  type: { value: "TYPE", about: "A, AAAA, CNAME, TXT, NS or SOA", default: "A" },
  timeout: { value: "SECONDS", about: "how long to wait for each try", default: "1" },
};

/** The question that they ask. */
export function questionOf(options: Options): Question {
  const name = options.text("name");
  const type = options.oneOf("type", TYPES.map((type) => type.toLowerCase())).toUpperCase();
  if (isName(name)) return { name: name.replace(/\.$/, ""), type };
  throw new UsageError(
    `--name ${printable(name)} is not a domain name: ` +
      "it must be labels of 1 to 63 plain characters with dots between them, such as workbook.test. " +
      "Another character is \\ and three digits: \\032 is a space.",
  );
}

/** Prints the records. Throws where the answer is that there are none, and where none came. */
export function printAnswer(
  answer: Message | undefined,
  ignored: NotAnswers,
  console: Terminal["console"],
): void {
  const server = formatAddress(ignored.server);
  if (!answer) {
    const { name, type } = ignored.question;
    throw new Error(
      ignored.any
        ? `Nothing that came answers ${type} ${printable(name)}. ${ignored}`
        : `Is there a name server at ${server}? It never answered.`,
    );
  }
  for (const record of answer.records) console.log(printable(line(record), 1000));
  if (answer.truncated) {
    const more = `${server} has more than a datagram holds, and over TCP`;
    throw new Error(
      ignored.any ? `${more} its answer did not come. ${ignored}` : `${more} it does not answer.`,
    );
  }
  if (isReferral(answer)) throw new Error(referral(answer, server));
  if (answer.code === "NOERROR" && answer.records.length > 0) return;
  const why = WHY[answer.code] ?? "It could not";
  throw new Error(`${printable(shown(answer))}, says ${server}. ${why}.`);
}

const WHY: Record<string, string> = {
  NOERROR: "The name is there, but it has no record of this type",
  FORMERR: "It could not read the question",
  NXDOMAIN: "There is no such name",
  NOTIMP: "It does not do what was asked",
  REFUSED: "It does not answer for this name",
  NOTAUTH: "It does not have this zone",
};

/** What a server says that knows only who knows more. */
function referral({ question, authority }: Message, server: string): string {
  const { name, type } = question;
  const servers = authority.filter(({ type }) => type === "NS");
  const names = servers.map(({ data }) => data).join(", ");
  const zone = servers[0]!.name === "." ? "the root" : servers[0]!.name;
  return `${server} does not have ${type} ${printable(name)}. It refers to the name servers of ` +
    `${printable(zone)}: ${printable(names, 1000)}. Ask one of them with --host.`;
}

/** How many different remarks are kept: a stranger may send as many as he likes. */
const REMARKS = 3;

/** What came to a client that is not the answer to its question, and why it is not. */
export class NotAnswers {
  readonly #remarks = new Map<string, number>();

  /** What was asked, and who was asked. */
  constructor(readonly question: Question, readonly server: Address) {}

  /** Whether there was anything. */
  get any(): boolean {
    return this.#remarks.size > 0;
  }

  /** Keeps why this is not the answer to the question with that number. */
  readonly add = (heard: Datagram, id: number): void => {
    const remark = this.#remark(heard, id);
    const times = this.#remarks.get(remark);
    if (times === undefined && this.#remarks.size >= REMARKS) return;
    this.#remarks.set(remark, (times ?? 0) + 1);
  };

  /** All of it, in sentences. */
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
    const message = understood(data);
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

/** Why this cannot be read. */
function whyDamaged(data: Uint8Array): string {
  try {
    decode(data);
    return "";
  } catch (error) {
    return (error as Error).message.replace(/\.$/, "");
  }
}

/** What the picture shows of a message. */
export function label(data: Uint8Array): string {
  const message = understood(data);
  if (message) return printable(shown(message));
  const header = headerOf(data);
  return header?.isAnswer && header.counts[0] === 0 ? header.code : "no DNS message";
}
