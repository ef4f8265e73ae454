/**
 * Sends and receives speech over RTP. The microphone of the speaker may stall. The listener tells
 * what became of each datagram. It needs udp.ts, clock.ts, jitter.ts and rtp.ts beside it.
 *
 * @module
 */
import { type Clock, sleep, systemClock } from "./clock.ts";
import type { JitterBuffer } from "./jitter.ts";
import { encode, type Packet, PCMU, tryDecode } from "./rtp.ts";
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
  const schedule = new Schedule(clock);
  let sent = 0;

  for await (const payload of sound) {
    const pause = await schedule.wait();
    timestamp += Math.round(pause * 8);

    const marker = pause > 0 || sent === 0; // the first one, and the first after a pause
    await socket.send(encode({ marker, sequence, timestamp, source, payload }), to);
    sent++;
    sequence++; // encode() takes its last 16 bits, and the last 32 of the timestamp: they wrap
    timestamp += payload.length;
    schedule.sent(payload.length / 8);
  }
  return sent;
}

/** Knows when each part of the sound has to be sent. Times are in milliseconds. */
class Schedule {
  readonly #clock: Clock;
  /** The time of the next part. */
  #due = NaN;
  /** The time when the sound was asked for the next part. */
  #asked = NaN;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Waits for the time of a part. Returns how long the pause before it was, or 0 for none. */
  async wait(): Promise<number> {
    const now = this.#clock.now();
    if (Number.isNaN(this.#due)) this.#due = now; // the first part

    // If a microphone stalls, its clock goes on, and so does the timestamp (RFC
    // 3550, 5.1). Otherwise each later part would come too late for the listener.
    const late = now - this.#due;
    const hadToWait = now - this.#asked > 1;
    if ((hadToWait && late > MOST_LATE) || late > MOST_HELD_UP) {
      this.#due = now;
      return late;
    }

    // Sleep until the time of this part. To sleep 20 ms each time would take 21 ms,
    // and the listener would run out of sound.
    if (late < 0) await sleep(-late, this.#clock);
    return 0;
  }

  /** A part of this length was sent. */
  sent(milliseconds: number): void {
    this.#due += milliseconds;
    this.#asked = this.#clock.now();
  }
}

/**
 * Yields the sound of the speaker, each part at the time that the buffer says. Silence is in the
 * place of a part that is missing. It goes on until the socket is closed. If you leave the loop, it
 * closes the socket.
 *
 * The first speaker is heard until it is silent for a second. There is no other limit: a speaker
 * that never stops keeps all others out.
 */
export async function* hear(
  socket: Socket,
  buffer: JitterBuffer,
  tell: Tell = () => {},
  clock: Clock = systemClock,
): AsyncGenerator<Uint8Array> {
  const listener = new Listener(socket, buffer, tell, clock);
  const receiving = listener.receive();
  receiving.catch(() => {}); // an error ends the loop, and is thrown after it

  try {
    while (listener.open) {
      // Sleep even for 0 ms, so that datagrams that have come are taken first.
      await sleep(Math.min(20, buffer.due - clock.now()), clock);
      if (clock.now() < buffer.due) continue;

      const sound = buffer.take();
      if (buffer.silent > 0) tell("gap", listener.speaker.from);
      yield sound;
      if (buffer.due === Infinity) tell("end", listener.speaker.from);
    }
    await receiving;
  } finally {
    socket.close(); // otherwise the listener would go on to take datagrams
  }
}

/** Puts the datagrams of one speaker into the buffer. */
class Listener {
  open = true;
  speaker: { from: Address; source: number };

  constructor(
    readonly socket: Socket,
    readonly buffer: JitterBuffer,
    readonly tell: Tell,
    readonly clock: Clock,
  ) {
    this.speaker = { from: socket.address, source: 0 }; // nobody yet
  }

  /** Receives until the socket is closed. */
  async receive(): Promise<void> {
    try {
      for await (const { data, from } of this.socket) this.#take(tryDecode(data), from);
    } finally {
      this.open = false;
    }
  }

  #take(packet: Packet | undefined, from: Address): void {
    const { buffer, tell } = this;
    const isSound = packet?.type === PCMU && packet.payload.length > 0;
    if (isSound && buffer.due === Infinity) {
      this.speaker = { from, source: packet.source };
      tell("begin", from);
    }

    // The first speaker is heard until it is silent. A second one at the same time
    // would be noise.
    const isOurs = packet?.source === this.speaker.source && sameAddress(from, this.speaker.from);
    if (!isOurs || !isSound) tell("other", from);
    if (!isOurs || (buffer.due === Infinity && !isSound)) return;

    // A datagram with another kind of sound, such as the noise of a pause, has a
    // number, too. It is not lost.
    const payload = isSound ? packet.payload : NO_SOUND;
    const fit = buffer.put({ ...packet, payload }, this.clock.now());
    if (fit !== "kept") tell(fit, from);
  }
}
