/**
 * How lesson 17 runs: its play. Its roles are in cli/voice.ts.
 *
 * @module
 */
import { hearGroup } from "../../lessons/12_multicast.ts";
import { PlayBuffer, playTalk, receiveTalk, sendTalk } from "../../lessons/17_voice.ts";
import { type Clock, sleep } from "../../lib/clock.ts";
import { describe, encode } from "../../lib/rtp.ts";
import { type Address, bind, type Socket } from "../../lib/udp.ts";
import { type Knobs, usual } from "../knobs.ts";
import type { Diagram, Lesson } from "../lesson.ts";
import { run } from "../run.ts";
import { steadyClock } from "../steady.ts";
import { listenRole, melody, speakRole, unlucky } from "../voice.ts";

/** 150 ms of sound are in each datagram, so that you can watch. Usually they are 20. */
const SIZE = 1200;

const KNOBS = {
  buffer: {
    about: "how late a datagram may come",
    least: 0,
    most: 600,
    default: 200,
    step: 20,
    unit: "ms",
  },
  delay: {
    about: "how late the fourth datagram comes",
    least: 0,
    most: 600,
    default: 300,
    step: 20,
    unit: "ms",
  },
} satisfies Knobs;

/** What the listener remarks, and how often. */
type Remarks = Record<"late" | "stranger", number>;

/**
 * Plays five datagrams. The third is lost, the fourth is late, and a stranger speaks in between.
 */
export async function play(diagram: Diagram, { buffer, delay } = usual(KNOBS)): Promise<void> {
  const clock = steadyClock(); // a busy machine makes the play slower, and not another one
  const fourth = sleep(3 * SIZE / 8 + delay, clock); // it is due after three parts of sound
  using speaker = unlucky(diagram, "speaker", ["sent", "sent", "lost", fourth, "sent"]);
  using listener = diagram.watch("listener", bind());
  using stranger = diagram.watch("stranger", bind());
  diagram.note('"RTP 2 at 1200 (1200)" is datagram 2: 1200 samples, from sample 1200 on.');
  diagram.note(
    `Playing begins ${buffer} ms after datagram 1 came. Others may be ${buffer} ms late.`,
  );

  const played = new PlayBuffer(buffer, SIZE);
  const remarks: Remarks = { late: 0, stranger: 0 };
  receiveTalk(listener, played, (what) => remark(diagram, what, remarks), clock);
  const speaking = sendTalk(speaker, firstParts(5), listener.address, clock);

  const heard = await listen(diagram, played, clock, () => disturb(stranger, listener.address));
  await Promise.all([speaking, fourth]);
  const silent = heard.filter((part) => part === "silence").length;
  const late = silent - 1; // all but the one that was lost
  while (remarks.late < late || remarks.stranger < 1) await sleep(10, clock);
  diagram.note(`Heard: ${heard.join(", ")}. RTP does not repair a loss.`);
}

/** Plays five parts, and returns what was heard: `1`, `2`, `silence` … */
async function listen(
  diagram: Diagram,
  buffer: PlayBuffer,
  clock: Clock,
  disturb: () => Promise<void>,
): Promise<string[]> {
  const heard: string[] = [];
  for await (const part of playTalk(buffer, clock)) {
    const number = heard.length + 1;
    heard.push(part ? `${number}` : "silence");
    if (!part) diagram.note(`It is time to play RTP ${number}, but it has not come: silence.`);
    if (number === 1) await disturb();
    if (number === 5) break;
  }
  return heard;
}

function remark(diagram: Diagram, what: keyof Remarks, remarks: Remarks): void {
  diagram.note(
    what === "late"
      ? "It comes too late to be played."
      : "It comes from another source, so it is not played.",
  );
  remarks[what]++;
}

/** Somebody else sends sound to the listener. */
async function disturb(stranger: Socket, listener: Address): Promise<void> {
  await stranger.send(encode({ source: 1, payload: new Uint8Array(SIZE) }), listener);
}

/** The beginning of the melody, in so many parts. */
function firstParts(count: number): Uint8Array[] {
  const sound = melody();
  const parts: Uint8Array[] = [];
  for (let i = 0; i < count; i++) parts.push(sound.subarray(i * SIZE, (i + 1) * SIZE));
  return parts;
}

/** What the workbook has to know of lesson 17. */
export const lesson: Lesson = {
  part: 3,
  title: "voice",
  about: "Voice: on time or not at all.",
  port: 5004,
  play,
  knobs: KNOBS,
  label: describe,
  roles: { speak: speakRole, listen: listenRole(hearGroup) },
  tryNext: ["deno task lesson17 listen > heard.au", "deno task lesson17 speak"],
};

/** Runs it in this terminal. */
export const main = (): Promise<never> => run(lesson);
