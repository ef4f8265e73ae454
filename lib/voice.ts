/**
 * A talk over RTP, as a program for people needs it: a speaker whose microphone may stall, and a
 * listener that says what became of each datagram. Lesson 17 has the short form of both.
 *
 * @module
 */
import { type Clock, sleep, systemClock } from "./clock.ts";
import type { JitterBuffer } from "./jitter.ts";
import { encode, type Packet, PCMU, understood } from "./rtp.ts";
import { type Address, sameAddress, type Socket } from "./udp.ts";

/**
 * What happened to a talk: it began, or ended; a part of it was silence; a datagram came too late,
 * too early, or twice; a datagram does not belong to it.
 */
export type Heard = "begin" | "end" | "gap" | "late" | "early" | "double" | "other";

/** Is told what happened, and the address of the datagram's sender. */
export type Tell = (heard: Heard, from: Address) => void;

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
 * import { bind } from "./udp.ts";
 *
 * using speaker = bind(), listener = bind();
 * async function* sound() {
 *   yield new Uint8Array(160); // 20 ms
 *   yield new Uint8Array(160);
 * }
 * assertEquals(await speakTo(speaker, sound(), listener.address), 2);
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
