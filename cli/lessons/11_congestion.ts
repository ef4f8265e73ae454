/**
 * How lesson 11 runs: its play, its roles, and their options.
 *
 * @module
 */
import { receiveWithin } from "../../lessons/02_receive.ts";
import { serve } from "../../lessons/04_echo.ts";
import {
  acknowledge,
  line,
  newSender,
  numberAfter,
  receive,
  send,
  type Sender,
  sendUntil,
} from "../../lessons/11_congestion.ts";
import { sleep } from "../../lib/clock.ts";
import { relay } from "../../lib/relay.ts";
import { count, printable } from "../../lib/text.ts";
import { bind } from "../../lib/udp.ts";
import { type Knobs, type Numbers, usual } from "../knobs.ts";
import type { Diagram, Lesson } from "../lesson.ts";
import { run } from "../run.ts";
import { steadyClock } from "../steady.ts";

const KNOBS = {
  window: {
    about: "A's window, when it is fixed",
    least: 1,
    most: 60,
    default: 40,
    step: 1,
  },
  queue: {
    about: "how many may wait for the shared line",
    least: 0,
    most: 60,
    default: 10,
    step: 1,
  },
  rate: {
    about: "how many it carries in a second",
    least: 50,
    most: 800,
    default: 400,
    step: 50,
  },
} satisfies Knobs;

/**
 * Plays a line whose queue is full. Then two senders share a line, and then one of them does not.
 */
export async function play(diagram: Diagram, numbers = usual(KNOBS)): Promise<void> {
  await overflow(diagram);

  diagram.note(`Now A and B share another line: ${numbers.queue} can wait in its queue.`);
  diagram.note("A bar is a window: how many datagrams may be under way.");
  diagram.note("A bar of more than 28 ends with an arrow.");
  const [a, b] = [newSender(), newSender()];
  await share(diagram, [a, b], 0, numbers);
  tellShares(diagram, a, b, 0);
  tellLosses(diagram, a, b);

  diagram.note(`Again. Now A joins later, and its window is always ${numbers.window}.`);
  const [greedy, fair] = [newSender(numbers.window), newSender()];
  const alone = await share(diagram, [greedy, fair], 500, numbers);
  tellShares(diagram, greedy, fair, alone);
  tellGreed(diagram, greedy, fair);
}

/** Tells why the windows of two fair senders are as they are. */
function tellLosses(diagram: Diagram, a: Sender, b: Sender): void {
  if (a.lost > 0 && b.lost > 0) {
    diagram.note("Both double at first, and halve at a loss. Only losses told them to share.");
    return;
  }
  const who = a.lost > 0 ? "Only A" : b.lost > 0 ? "Only B" : "Neither of them";
  diagram.note(`Both double at first. ${who} had a loss, and only a loss makes a sender slower.`);
}

/** Tells what a fixed window lost, and what the other sender did. */
function tellGreed(diagram: Diagram, greedy: Sender, fair: Sender): void {
  const lost = percent(greedy.lost, greedy.lost + greedy.delivered);
  const slower = fair.lost > 0 ? "B halved its window." : "B had no loss, and did not slow down.";
  diagram.note(`A lost ${lost} % of what it sent, and did not slow down. ${slower}`);
}

/** Sends six datagrams at once to a line with room for fewer. */
async function overflow(diagram: Diagram): Promise<void> {
  using sender = diagram.watch("sender", bind());
  using middle = diagram.watch("line", bind());
  using receiver = diagram.watch("receiver", bind());
  const [sent, queue] = [6, 3];
  let lost = 0;

  // A datagram of 1,000 bytes takes 50 ms here.
  relay(middle, receiver.address, () => () => [0], {
    line: { rate: 20_000, queue },
    clock: steadyClock(), // a busy machine makes the line slower, and loses no more
    open: (options) => diagram.watch("line", bind(options)),
    lost(data, from, to) {
      lost++;
      diagram.lost(data, from, to);
    },
  });
  for (let number = 1; number <= sent; number++) {
    await sender.send(`DATA ${number} `.padEnd(1000, "."), middle.address);
  }

  let received = 0;
  while (received + lost < sent) if (await receiveWithin(receiver, 1000)) received++;
  diagram.note(`The line sends one datagram, and ${queue} more can wait in its queue.`);
  diagram.note(`${sent} came at once: ${lost} are lost.`);
}

/**
 * Two senders share a line, and A joins after so many milliseconds. Draws both windows ten times a
 * second. Returns how many datagrams of B had arrived when A joined.
 */
async function share(
  diagram: Diagram,
  [a, b]: [Sender, Sender],
  joins: number,
  { rate, queue }: Numbers<typeof KNOBS>,
): Promise<number> {
  using first = bind(), second = bind(), middle = bind(), receiver = bind();
  const clock = steadyClock(); // a busy machine makes everything slower, and changes no share
  serve(receiver, acknowledge);
  relay(middle, receiver.address, () => () => [12], { line: { rate: 1000 * rate, queue }, clock });

  const tenths = joins === 0 ? 15 : 18;
  const isOver = () => clock.now() >= 100 * tenths;
  const join = async () => {
    await sleep(joins, clock);
    const alone = b.delivered;
    await sendUntil(first, middle.address, a, isOver);
    return alone;
  };
  const sending = Promise.all([join(), sendUntil(second, middle.address, b, isOver)]);
  for (let tenth = 1; tenth <= tenths; tenth++) {
    await sleep(100 * tenth - clock.now(), clock);
    diagram.note(`${(tenth / 10).toFixed(1)} s  ${column("A", a)}  ${column("B", b)}`);
  }
  return (await sending)[0];
}

/**
 * Returns the window as a number and a bar of always the same width: `A  4 ████······`. A bar that
 * is too long for it ends with an arrow. The spaces do not break, so that a narrow picture has A
 * and B in two lines.
 */
function column(name: string, { window, next }: Sender): string {
  const size = next === 1 ? 0 : Math.floor(window); // it has not joined yet
  const bar = size > 28 ? "█".repeat(27) + "▸" : "█".repeat(size).padEnd(28, "·");
  return `${name} ${`${size}`.padStart(2)} ${bar}`.replaceAll(" ", "\u00a0");
}

/** Says how much of what arrived came from each, without what B delivered when it was alone. */
function tellShares(diagram: Diagram, a: Sender, b: Sender, alone: number): void {
  const [ofA, ofB] = [a.delivered, b.delivered - alone];
  const shareA = percent(ofA, ofA + ofB);
  diagram.note(
    `A delivered ${ofA} datagrams, B ${ofB} in this time: ${shareA} % and ${100 - shareA} %.`,
  );
}

function percent(part: number, whole: number): number {
  return Math.round(100 * part / Math.max(1, whole));
}

/** `DATA 7 (1,000 bytes)`, without the dots. */
function label(data: Uint8Array): string {
  const number = numberAfter("DATA", data);
  return number === undefined ? printable(data) : `DATA ${number} (${count(data.length, "byte")})`;
}

/** What the workbook has to know of lesson 11. */
export const lesson: Lesson = {
  part: 2,
  title: "congestion",
  about: "Congestion: two senders share a full line.",
  port: 9292,
  play,
  knobs: KNOBS,
  label,
  roles: {
    send: {
      about: "send, and draw the window",
      options: {
        seconds: { value: "SECONDS", about: "how long to send", default: "10" },
        window: { value: "DATAGRAMS", about: "a fixed window, and not one that adapts" },
      },
      run: ({ remote, options, console }) => {
        const fixed = options.has("window") ? options.number("window", 1, 1000) : undefined;
        return send(remote, options.seconds("seconds") / 1000, newSender(fixed), console.log);
      },
    },
    receive: {
      about: "acknowledge what arrives",
      listens: true,
      answers: true,
      run: ({ local, console }) => receive(local, console.log),
    },
    line: {
      about: "pass on only so many bytes a second",
      listens: true,
      answers: true,
      options: {
        to: {
          value: "HOST:PORT",
          about: "the receiver, to pass them on to",
          default: "127.0.0.1:9293",
          address: true,
        },
        rate: { value: "BYTES", about: "how many it carries in a second", default: "100000" },
        queue: { value: "DATAGRAMS", about: "how many may wait", default: "10" },
        delay: { value: "MS", about: "how long each one travels", default: "50" },
      },
      run: ({ local, options, console }) => {
        const rate = options.number("rate", 1000, 1_000_000_000);
        const queue = options.number("queue", 0, 100_000);
        const delay = options.number("delay", 0, 60_000);
        return line(local, options.address("to"), { rate, queue, delay }, console.log);
      },
    },
  },
  tryNext: [
    "deno task lesson11 receive --port 9293",
    "deno task lesson11 line",
    "deno task lesson11 send",
  ],
};

/** Runs it in this terminal. */
export const main = (): Promise<never> => run(lesson);
