/**
 * # Lesson 17: voice
 *
 * Sound cannot wait. What was said a second ago is of no use now: so nothing is acknowledged here, and
 * nothing sent again. RTP (RFC 3550), which telephones and browsers speak, gives each datagram a number and
 * a time. It repairs nothing: it lets the listener notice. (Part III, side by side: docs/who-uses-udp.md.)
 *
 * ## You learn
 * - No answers. A datagram belongs to a talk by its source's number, and to a place in it by its timestamp.
 * - Loss: what is missing is filled in, since there is no time to ask for it. Too late is as good as lost.
 * - Size: 20 ms in each, 160 bytes of mu-law (a byte for a sample). In a longer one the first would wait longer.
 * - Strangers are not mixed in. But who can see the datagrams can listen, too: SRTP encrypts them.
 *
 * ## Run
 *
 *     deno task lesson17                              watch it happen
 *     deno task lesson17 listen > heard.au            keep what comes to port 5004, until Ctrl-C
 *     deno task lesson17 listen | ffplay -nodisp -    hear it (ffplay comes with ffmpeg)
 *     deno task lesson17 speak                        a melody. Your own: speak < talk.wav
 *
 * ## Try next
 * - Put lesson 8 between: `deno task lesson8 relay --to 127.0.0.1:5004 --drop 0.05 --jitter 50`, and
 *   `speak --port 8888`, a few times. How many are too late with `listen --buffer 20`, and with 60? What does 60
 *   cost? (It counts from the first to come: if that one was late, 20 are enough.)
 * - With `--host 239.255.77.77` on both sides one speaks to all who joined (lesson 12): voice
 *   broadcasting.
 * - `ffmpeg -re -i talk.wav -ar 8000 -ac 1 -f rtp rtp://127.0.0.1:5004` speaks, too. Its datagrams
 *   have 185 or 186 bytes of sound at 44,100 Hz, up to 1,460 of other sound. The timestamp says where
 *   each one belongs. (Without `-re` it sends all at once, and the listener has room for 2 s.)
 *
 * @module
 */
import type { Diagram, Lesson } from "../cli/lesson.ts";
import { run } from "../cli/run.ts";
import { steadyClock } from "../cli/steady.ts";
import { cut, listenRole, melody, speakRole, type Tell, unlucky } from "../cli/voice.ts";
import { type Clock, sleep, systemClock } from "../lib/clock.ts";
import { JitterBuffer } from "../lib/jitter.ts";
import { SILENCE } from "../lib/mulaw.ts";
import { describe, encode, type Packet, PCMU, understood } from "../lib/rtp.ts";
import { type Address, bind, sameAddress, type Socket } from "../lib/udp.ts";
import { hearGroup } from "./12_multicast.ts";

const NO_SOUND = new Uint8Array();
/** Sound that comes so many ms late is after a pause: fewer than the listener's buffer has. */
const MOST_LATE = 40;
/** A program that was held up for longer does not make up for it: that would be a burst. */
const MOST_HELD_UP = 200;

const random = () => crypto.getRandomValues(new Uint32Array(1))[0]!; // hard to guess

/**
 * Sends parts of sound, mu-law of 8 samples a millisecond, each when it is time. Returns how many.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { cut, melody } from "../cli/voice.ts";
 * import { bind } from "../lib/udp.ts";
 * using speaker = bind(), listener = bind();
 * const sound = cut([melody().subarray(0, 320)]);
 * assertEquals(await speakTo(speaker, sound, listener.address), 2); // 20 ms in each
 * ```
 */
export async function speakTo(
  socket: Socket,
  sound: AsyncIterable<Uint8Array>,
  to: Address,
  options: Partial<Packet> & { clock?: Clock } = {},
): Promise<number> {
  const { clock = systemClock, source = random() } = options;
  let { sequence = random(), timestamp = random() } = options;
  let sent = 0;
  let due = NaN;
  let asked = NaN;
  for await (const payload of sound) {
    const now = clock.now();
    if (sent === 0) due = now;
    // A microphone that stalls has lost that time, but its clock goes on, and so does the timestamp
    // (RFC 3550, 5.1). Else each part from now on would come too late for the listener.
    const late = now - due;
    const waited = now - asked > 1;
    const pause = (waited && late > MOST_LATE) || late > MOST_HELD_UP;
    if (pause) {
      timestamp += Math.round(late * 8);
      due = now;
    }
    // By the clock: to sleep 20 ms each time takes 21. The listener would run out of sound.
    if (due > now) await sleep(due - now, clock);
    const marker = pause || sent === 0; // the first one, and the first after a pause
    await socket.send(encode({ marker, sequence, timestamp, source, payload }), to);
    sequence++; // encode() takes its last 16 bits, and the last 32 of the timestamp: they wrap
    timestamp += payload.length;
    due += payload.length / 8;
    sent++;
    asked = clock.now();
  }
  return sent;
}

/** The sound of who speaks, each part when lib/jitter.ts says so, or silence in its place. */
export async function* hear(
  socket: Socket,
  buffer: JitterBuffer,
  tell: Tell = () => {},
  clock: Clock = systemClock,
): AsyncGenerator<Uint8Array> {
  let [open, speaker] = [true, { from: socket.address, source: 0 }];
  const receiving = (async () => {
    for await (const { data, from } of socket) {
      const packet = understood(data);
      const isSound = packet?.type === PCMU && packet.payload.length > 0;
      if (isSound && buffer.due === Infinity) {
        speaker = { from, source: packet.source };
        tell("begin", from);
      }
      // Whoever speaks first is heard until it is silent. Another one in between would be noise.
      const ours = packet?.source === speaker.source && sameAddress(from, speaker.from);
      if (!ours || !isSound) tell("other", from);
      if (!ours || buffer.due === Infinity && !isSound) continue;
      // Another kind of sound, such as the noise of a pause, has a number, too: it is not lost.
      const payload = isSound ? packet.payload : NO_SOUND;
      const fit = buffer.put({ ...packet, payload }, clock.now());
      if (fit !== "kept") tell(fit, from);
    }
  })().finally(() => open = false);
  receiving.catch(() => {}); // an error ends the loop, and is thrown there
  while (open) {
    // Also for 0 ms: what has come is taken first.
    await sleep(Math.min(20, buffer.due - clock.now()), clock);
    if (clock.now() < buffer.due) continue;
    const sound = buffer.take();
    if (buffer.silent > 0) tell("gap", speaker.from);
    yield sound;
    if (buffer.due === Infinity) tell("end", speaker.from);
  }
  await receiving;
}

/** Five datagrams: the third is lost, the fourth is late. A stranger speaks in between. */
export async function play(diagram: Diagram): Promise<void> {
  const clock = steadyClock(); // a busy machine makes the play slower, and not another one
  const size = 1200; // 150 ms in each, so that you can watch it; usual are 20
  const fourthIsDue = Promise.withResolvers<void>();
  const late = Promise.withResolvers<void>();
  const other = Promise.withResolvers<void>();
  const fates = ["sent", "sent", "lost", fourthIsDue.promise, "sent"] as const;
  using speaker = unlucky(diagram, "speaker", fates);
  using listener = diagram.watch("listener", bind());
  using stranger = diagram.watch("stranger", bind());
  const sound = cut([melody().subarray(0, 5 * size)], size);
  const options = { sequence: 1, timestamp: 0, clock };
  const speaking = speakTo(speaker, sound, listener.address, options);
  const heard: string[] = [];
  const tell: Tell = (what) => {
    if (what === "gap") diagram.note(`RTP ${heard.length + 1} is due, and not there: silence.`);
    if (what === "gap" && heard.length === 3) fourthIsDue.resolve(); // now it may come
    if (what === "late") diagram.note("That is too late: its time is over.");
    if (what === "late") late.resolve();
    if (what === "other") diagram.note("Another source: it is not mixed in.");
    if (what === "other") other.resolve();
  };
  diagram.note("RTP 2 at 1200 (1200) is number 2, its time in samples, and how many it has.");
  diagram.note("The first one is heard 200 ms after it came: a later one may be late by so much.");
  for await (const part of hear(listener, new JitterBuffer(200, size), tell, clock)) {
    heard.push(part.every((sample) => sample === SILENCE) ? "silence" : `${heard.length + 1}`);
    if (heard.length === 1) await stranger.send(encode({ payload: part }), listener.address);
    if (heard.length === 5) break;
  }
  await Promise.all([speaking, late.promise, other.promise]); // all of it is in the picture
  diagram.note(`Heard: ${heard.join(", ")}. RTP repairs nothing: it lets the listener notice.`);
}

const steps = { speakTo, hear, hearGroup };

export const lesson: Lesson = {
  part: 3,
  title: "voice",
  about: "Voice: 50 datagrams a second, on time, and nothing again.",
  port: 5004,
  play,
  label: describe,
  roles: { speak: speakRole(steps), listen: listenRole(steps) },
  tryNext: ["deno task lesson17 listen > heard.au", "deno task lesson17 speak"],
};

if (import.meta.main) await run(lesson);
