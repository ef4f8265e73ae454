/**
 * How lesson 9 runs: its play, its roles, and their options.
 *
 * @module
 */
import {
  collect,
  deliver,
  receive,
  RoundTripTimer,
  send,
} from "../../lessons/09_retransmission.ts";
import type { Diagram, Lesson } from "../lesson.ts";
import { losing, says } from "../losing.ts";
import { run } from "../run.ts";

/** Plays three parts. The second one is lost, and then its ACK is lost. */
export async function play(diagram: Diagram): Promise<void> {
  using sender = losing(diagram, "sender", says("PART 1 world"));
  using receiver = losing(diagram, "receiver", says("ACK 1"));
  const collecting = Array.fromAsync(collect(receiver));
  const timer = new RoundTripTimer();
  const to = receiver.address;

  await deliver(sender, { number: 0, text: "Hello" }, to, timer);
  diagram.note(
    "Part 0 arrived, and so did its ACK. The sender measured the round trip. " +
      `From now on it waits ${Math.round(timer.timeout)} ms for an ACK, no longer 1000 ms.`,
  );

  const times = await deliver(sender, { number: 1, text: "world" }, to, timer);
  // At least three times. On a busy machine an ACK may come too late: then the
  // part is sent once more.
  diagram.note(`Part 1 was sent ${times} times. First the part was lost, then its ACK.`);
  diagram.note(
    "After each timeout, the sender waited twice as long. It measured nothing from this " +
      "ACK, because the ACK may answer any of the copies (Karn's algorithm).",
  );

  await deliver(sender, { number: 2, text: "again" }, to, timer);
  receiver.close();
  const texts = (await collecting).map(({ text }) => text).join(" ");
  diagram.note("Part 1 arrived more than once. The receiver kept only the first copy.");
  diagram.note(`It has received three texts, in order: ${texts}.`);
}

/** What the workbook has to know of lesson 9. */
export const lesson: Lesson = {
  part: 2,
  title: "retransmission",
  about: "Retransmission: numbers, ACKs and timeouts make a delivery reliable.",
  port: 9090,
  play,
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
