/**
 * How lesson 10 runs: its play, its roles, and their options.
 *
 * @module
 */
import { readAll } from "../../lessons/08_loss.ts";
import { readPart } from "../../lessons/09_retransmission.ts";
import { collectInOrder, GoBackN, missing } from "../../lessons/10_window.ts";
import { count, printable } from "../../lib/text.ts";
import { describe, receiveFile, sendFile, unpack } from "../../lib/transfer.ts";
import { type Knobs, type Numbers, usual } from "../knobs.ts";
import type { Diagram, Lesson } from "../lesson.ts";
import { losing, says } from "../losing.ts";
import { run } from "../run.ts";
import { cut, receiveRole, sendRole } from "../transfer.ts";

const KNOBS = {
  window: {
    about: "how many parts may be under way",
    least: 1,
    most: 32,
    default: 3,
    step: 1,
  },
  parts: {
    about: "how many parts there are",
    least: 3,
    most: 40,
    default: 5,
    step: 1,
  },
  lost: {
    about: "how many parts are lost once",
    least: 0,
    most: 5,
    default: 1,
    step: 1,
  },
  delay: { about: "delay of each datagram", least: 0, most: 25, default: 0, step: 5, unit: "ms" },
} satisfies Knobs;

/** As many texts as there may be parts. */
const TEXTS =
  ("all|of|this|comes|in order|because|the|receiver|takes|only|the|part|that|it|expects|" +
    "next|and|throws|away|every|other|one|until|the|sender|has|gone|back|to|it|and|sent|all|of|" +
    "them|again|one|after|the|other").split("|");

/** Plays go-back-N, and then a transfer with selective ACKs. Both lose some parts. */
export async function play(diagram: Diagram, numbers = usual(KNOBS)): Promise<void> {
  await playGoBackN(diagram, numbers);
  await playSelective(diagram, numbers);
}

async function playGoBackN(diagram: Diagram, numbers: Numbers<typeof KNOBS>): Promise<void> {
  const { window, parts, delay } = numbers;
  const lost = lostParts(2, numbers);
  const unlucky = firstCopies(lost, (data) => readPart(data)?.number);
  using sender = losing(diagram, "sender", unlucky, delay);
  using receiver = losing(diagram, "receiver", says("ACK 0"), delay);
  const collecting = Array.fromAsync(collectInOrder(receiver));
  diagram.note(
    window === 1
      ? "Go-back-N, with a window of 1: this is stop-and-wait."
      : `Go-back-N, with a window of ${window}: up to ${window} parts are under way at once.`,
  );

  const sending = new GoBackN(sender, TEXTS.slice(0, parts), receiver.address, window);
  const start = performance.now();
  await sending.run();
  const took = `${count(sending.datagrams, "datagram")} for ${parts} parts, and ${since(start)} ms`;
  if (delay > 0) await readAll(sender, 4 * delay); // the datagrams under way
  receiver.close();
  tellGoBackN(diagram, numbers, lost, `That took ${took}.`);
  diagram.note(`The receiver got all of it: ${(await collecting).join(" ")}.`);
}

/** Tells what the losses did to go-back-N, and what a selective ACK would have reported. */
function tellGoBackN(
  diagram: Diagram,
  { window, parts }: Numbers<typeof KNOBS>,
  lost: number[],
  took: string,
): void {
  diagram.note(
    window === 1
      ? "ACK 0 was lost. No later ACK was under way, so part 0 was sent again."
      : "ACK 0 was lost. That did no harm: ACK 1 says that part 0 has arrived, too.",
  );
  if (lost.length === 0) return diagram.note(`No part was lost. ${took}`);
  diagram.note(
    `${named(lost)} lost. The receiver keeps no part that comes too early, so a lost part and ` +
      `all parts that were sent after it were sent again. ${took}`,
  );

  const early = cameEarly(Math.min(parts, 2 + window), lost);
  if (early.length === 0) return;
  diagram.note(
    `If the receiver had kept ${listed(early)} and named ${early.length === 1 ? "it" : "them"} ` +
      `in its ACK, the ACK would report only ${listed(missing(2, early))} as missing.`,
  );
}

/** The parts below `end` that arrived while part 2 was missing. */
function cameEarly(end: number, lost: number[]): number[] {
  const numbers = Array.from({ length: end }, (_, number) => number);
  return numbers.filter((number) => number > 2 && !lost.includes(number));
}

async function playSelective(diagram: Diagram, numbers: Numbers<typeof KNOBS>): Promise<void> {
  diagram.note("Now the file transfer of this lesson's roles. Its ACKs are selective.");
  const { window, parts, delay } = numbers;
  const lost = lostParts(1, numbers);
  const unlucky = firstCopies(lost, (data) => {
    const message = unpack(data);
    return message?.kind === "part" ? message.number : undefined;
  });
  using sender = losing(diagram, "sender", unlucky, delay);
  using receiver = losing(diagram, "receiver", () => false, delay);
  const file = cut(new Uint8Array(5 * parts), 5);

  const start = performance.now();
  const sending = sendFile(sender, file, receiver.address, { window });
  const [{ resent }] = await Promise.all([sending, Array.fromAsync(receiveFile(receiver))]);
  const again = `${resent === 1 ? "1 datagram was" : `${resent} datagrams were`} sent again. ` +
    `The transfer took ${since(start)} ms.`;
  const kept = window > 1 ? " The receiver kept the parts after a lost one." : "";
  diagram.note(
    lost.length > 0 ? `${named(lost)} lost.${kept} ${again}` : `No part was lost. ${again}`,
  );
}

/** Returns how many milliseconds have passed. */
function since(start: number): number {
  return Math.round(performance.now() - start);
}

/** The parts that are lost: every second one from `first` on. */
function lostParts(first: number, { lost, parts }: Numbers<typeof KNOBS>): number[] {
  const numbers = Array.from({ length: lost }, (_, i) => first + 2 * i);
  return numbers.filter((number) => number < parts);
}

/** Returns what is true for the first copy of each of these parts. */
function firstCopies(
  parts: number[],
  numberOf: (data: Uint8Array) => number | undefined,
): (data: Uint8Array) => boolean {
  const left = new Set<number | undefined>(parts);
  return (data) => left.delete(numberOf(data));
}

/** `Part 2 was`, or `The parts 2, 4 were`. */
function named(parts: number[]): string {
  return parts.length === 1 ? `Part ${parts} was` : `The parts ${parts.join(", ")} were`;
}

/** `part 2`, or `the parts 2, 4, 6 to 9`. */
function listed(parts: number[]): string {
  if (parts.length === 1) return `part ${parts}`;
  const ranges: { from: number; to: number }[] = [];
  for (const part of parts) {
    const last = ranges.at(-1);
    if (last?.to === part - 1) last.to = part;
    else ranges.push({ from: part, to: part });
  }
  const words = ranges.map(({ from, to }) => {
    if (from === to) return `${from}`;
    return to === from + 1 ? `${from}, ${to}` : `${from} to ${to}`;
  });
  return `the parts ${words.join(", ")}`;
}

/** What the workbook has to know of lesson 10. */
export const lesson: Lesson = {
  part: 2,
  title: "window",
  about: "A window: many parts under way at once, and what to send again.",
  port: 9191,
  play,
  knobs: KNOBS,
  label: (data) => describe(data) ?? printable(data),
  roles: { send: sendRole, receive: receiveRole },
  tryNext: ["deno task lesson10 receive > copy", "deno task lesson10 send < README.md"],
};

/** Runs it in this terminal. */
export const main = (): Promise<never> => run(lesson);
