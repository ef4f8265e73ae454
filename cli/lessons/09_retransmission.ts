/**
 * How lesson 9 runs: its play, its roles, and their options.
 *
 * @module
 */
import { readAll } from "../../lessons/08_loss.ts";
import {
  collect,
  deliver,
  receive,
  RoundTripTimer,
  send,
  TRIES,
} from "../../lessons/09_retransmission.ts";
import { count } from "../../lib/text.ts";
import { type Knobs, type Numbers, usual } from "../knobs.ts";
import type { Diagram, Lesson } from "../lesson.ts";
import { losing, says } from "../losing.ts";
import { run } from "../run.ts";

const KNOBS = {
  lost: {
    about: "copies of part 1 that are lost",
    least: 0,
    most: TRIES,
    default: 1,
    step: 1,
  },
  acks: { about: "ACKs of part 1 that are lost", least: 0, most: TRIES, default: 1, step: 1 },
  delay: { about: "delay of each datagram", least: 0, most: 30, default: 0, step: 5, unit: "ms" },
  timeout: {
    about: "the first timeout",
    least: 50,
    most: 1000,
    default: 1000,
    step: 50,
    unit: "ms",
  },
} satisfies Knobs;

/**
 * Plays three parts. Of the second one, some copies are lost, and then some of its ACKs. `timer`
 * decides how long the sender waits. A test gives one that is less patient.
 */
export async function play(
  diagram: Diagram,
  numbers = usual(KNOBS),
  timer = new RoundTripTimer(),
): Promise<void> {
  const { lost, acks, delay, timeout } = numbers;
  using sender = losing(diagram, "sender", says("PART 1 world", lost), delay);
  using receiver = losing(diagram, "receiver", says("ACK 1", acks), delay);
  const again: string[] = [];
  const collecting = Array.fromAsync(collect(receiver, (line) => again.push(line)));
  timer.timeout = timeout;
  const to = receiver.address;

  const first = await deliver(sender, { number: 0, text: "Hello" }, to, timer);
  tellFirst(diagram, first, timer, timeout);
  try {
    const second = await deliver(sender, { number: 1, text: "world" }, to, timer);
    tellSecond(diagram, second, numbers);
    await deliver(sender, { number: 2, text: "again" }, to, timer);
  } catch (error) {
    tellTruth(diagram, error as Error, lost);
  }

  if (delay > 0) await readAll(sender, 4 * delay); // the datagrams under way
  receiver.close();
  tellReceived(diagram, again.length, (await collecting).map(({ text }) => text));
}

/** Tells how many parts came again, and which texts the receiver has. */
function tellReceived(diagram: Diagram, again: number, texts: string[]): void {
  if (again > 0) {
    const parts = count(again, "part");
    diagram.note(`${parts} came again. The receiver kept only the first copy of each.`);
  }
  diagram.note(`It has received ${count(texts.length, "text")}, in order: ${texts.join(" ")}.`);
}

/** Tells how the first part was delivered. On its way, nothing is lost. */
function tellFirst(
  diagram: Diagram,
  times: number,
  timer: RoundTripTimer,
  before: number,
): void {
  const now = Math.round(timer.timeout);
  diagram.note(
    times === 1
      ? "Part 0 arrived, and so did its ACK. The sender measured the round trip. " +
        `From now on it waits ${now} ms for an ACK. At first it was ${before} ms.`
      : `Part 0 was sent ${times} times, and nothing was lost: its ACK took longer than the ` +
        `timeout of ${before} ms. The sender waits ${now} ms now.`,
  );
}

/** Tells how the second part was delivered. */
function tellSecond(diagram: Diagram, times: number, { lost, acks }: Numbers): void {
  // On a busy machine an ACK may come too late: then the part is sent once more.
  diagram.note(
    `Part 1 was sent ${times === 1 ? "once" : `${times} times`}. ` +
      `The network lost ${lost} of these, and ${count(acks!, "ACK")}.`,
  );
  if (times === 1) return;
  diagram.note(
    "After each timeout, the sender waited twice as long, up to 2 s. It measured nothing from " +
      "this ACK, because the ACK may answer any of the copies (Karn's algorithm).",
  );
}

/** Tells what the sender says when it gives up, and what it cannot know. */
function tellTruth(diagram: Diagram, { message }: Error, lost: number): void {
  diagram.note(message);
  diagram.note(
    lost < TRIES
      ? "In truth, part 1 arrived, and its ACKs were lost. To the sender, that looks the same."
      : "In truth, part 1 never arrived. The sender would see the same if only its ACKs were lost.",
  );
}

/** What the workbook has to know of lesson 9. */
export const lesson: Lesson = {
  part: 2,
  title: "retransmission",
  about: "Retransmission: numbers, ACKs and timeouts make a delivery reliable.",
  port: 9090,
  play,
  knobs: KNOBS,
  roles: {
    send: {
      about: "send each line until its ACK comes",
      run: ({ remote, lines }) => {
        const typed = lines("Line (Ctrl-D to end): ");
        return send(typed, remote, typed.print);
      },
    },
    receive: {
      about: "print and acknowledge what arrives",
      listens: true,
      answers: true,
      run: ({ local, console }) => receive(local, console.log),
    },
  },
  tryNext: ["deno task lesson9 receive", "deno task lesson9 send"],
};

/** Runs it in this terminal. */
export const main = (): Promise<never> => run(lesson);
