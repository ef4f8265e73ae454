/**
 * DNS in a terminal: what a client's options ask for, and what is shown of its messages.
 *
 * @module
 */
import { isName, line, type Message, type Question, shown, TYPES, understood } from "../lib/dns.ts";
import { printable } from "../lib/text.ts";
import { type Option, type Options, UsageError } from "./lesson.ts";
import type { Terminal } from "./terminal.ts";

/** What a client takes. */
export const QUESTION: Record<string, Option> = {
  name: { value: "NAME", about: "what to ask for", default: "workbook.test" },
  type: { value: "TYPE", about: "A, AAAA, CNAME or TXT", default: "A" },
  timeout: { value: "SECONDS", about: "how long to wait for each try", default: "1" },
};

/** The question that they ask. */
export function questionOf(options: Options): Question {
  const name = options.text("name");
  const type = options.oneOf("type", TYPES.map((type) => type.toLowerCase())).toUpperCase();
  if (isName(name)) return { name: name.replace(/\.$/, ""), type };
  throw new UsageError(
    `--name ${printable(name)} is not a domain name: ` +
      "it must be labels of 1 to 63 plain characters with dots between them, such as workbook.test.",
  );
}

/** Prints the records. Throws where the answer is that there are none, and where none came. */
export function printAnswer(
  answer: Message | undefined,
  server: string,
  console: Terminal["console"],
): void {
  if (!answer) throw new Error(`Is there a name server at ${server}? It never answered.`);
  for (const record of answer.records) console.log(printable(line(record), 1000));
  if (answer.truncated) {
    throw new Error(`${server} has more than a datagram holds, and over TCP it does not answer.`);
  }
  if (answer.code === "NOERROR" && answer.records.length > 0) return;
  const why: Record<string, string> = {
    NXDOMAIN: "There is no such name",
    REFUSED: "It does not answer for this name",
    NOERROR: "The name is there, but it has no record of this type",
  };
  const { code } = answer;
  throw new Error(`${printable(shown(answer))}, says ${server}. ${why[code] ?? "It could not"}.`);
}

/** What the picture shows of a message. */
export function label(data: Uint8Array): string {
  const message = understood(data);
  return message ? printable(shown(message)) : "no DNS message";
}
