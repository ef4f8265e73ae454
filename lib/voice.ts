/**
 * Sends and receives speech over RTP. The microphone of the speaker may stall. The listener tells
 * what became of each datagram. Lesson 17 has a short form of both.
 *
 * @module
 */
import { type Clock, sleep, systemClock } from "./clock.ts";
import type { JitterBuffer } from "./jitter.ts";
import { encode, type Packet, PCMU, understood } from "./rtp.ts";
import { type Address, sameAddress, type Socket } from "./udp.ts";

/**
 * What happened to a talk. It began or ended. A part of it was silence (`gap`). A datagram came too
 * late, too early, or twice, or it does not belong to the talk (`other`).
 */
export type Heard = "begin" | "end" | "gap" | "late" | "early" | "double" | "other";

/** Is called when something happens, with the address of the sender. */
export type Tell = (heard: Heard, from: Address) => void;

const NO_SOUND = new Uint8Array();
/** Sound that comes more milliseconds late counts as after a pause. A listener can wait longer. */
const MOST_LATE = 40;
/** A program that was late by more milliseconds does not catch up: that would be a burst. */
const MOST_HELD_UP = 200;

const random = () => crypto.getRandomValues(new Uint32Array(1))[0]!; // hard to guess

/**
 * Sends parts of sound, each at its time. Returns how many datagrams were sent. The sound is mu-law
 * with 8 samples in a millisecond.
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
    // If a microphone stalls, its clock goes on, and so does the timestamp (RFC
    // 3550, 5.1). Otherwise each later part would come too late for the listener.
    const late = now - due;
    const waited = now - asked > 1;
    const pause = (waited && late > MOST_LATE) || late > MOST_HELD_UP;
    if (pause) {
      timestamp += Math.round(late * 8);
      due = now;
    }
    // Sleep until the time of this part. To sleep 20 ms each time would take 21 ms,
    // and the listener would run out of sound.
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

/**
 * Yields the sound of the speaker, each part at the time that the buffer says. Silence is in the
 * place of a part that is missing.
 */
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
      // The first speaker is heard until it is silent. A second one at the same time
      // would be noise.
      const ours = packet?.source === speaker.source && sameAddress(from, speaker.from);
      if (!ours || !isSound) tell("other", from);
      if (!ours || buffer.due === Infinity && !isSound) continue;
      // A datagram with another kind of sound, such as the noise of a pause, has a
      // number, too. It is not lost.
      const payload = isSound ? packet.payload : NO_SOUND;
      const fit = buffer.put({ ...packet, payload }, clock.now());
      if (fit !== "kept") tell(fit, from);
    }
  })().finally(() => open = false);
  receiving.catch(() => {}); // an error ends the loop, and is thrown there
  while (open) {
    // Sleep even for 0 ms, so that datagrams that have come are taken first.
    await sleep(Math.min(20, buffer.due - clock.now()), clock);
    if (clock.now() < buffer.due) continue;
    const sound = buffer.take();
    if (buffer.silent > 0) tell("gap", speaker.from);
    yield sound;
    if (buffer.due === Infinity) tell("end", speaker.from);
  }
  await receiving;
}
