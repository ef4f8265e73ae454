/**
 * # Lesson 17: voice
 *
 * Sound cannot wait. A word that arrives a second too late is useless, so nothing is acknowledged
 * here and nothing is sent again. Telephones and browsers send sound with RTP (RFC 3550). RTP does
 * not repair a loss. It gives each datagram a number and a time, so that the listener notices the
 * loss and plays silence instead.
 *
 * Datagrams do not arrive as evenly as they were sent: one takes 20 ms, the next one 50. This is
 * called *jitter*. A listener holds the datagrams back for a moment, in a *jitter buffer*. Then one
 * that is a little late is still in time.
 *
 * ## You learn
 * - how a speaker sends sound evenly, by the clock
 * - how a jitter buffer works, and what it costs
 * - how to tell a loss from a pause: a number is missing, or the time jumps
 *
 * ## Run
 *
 *     deno task lesson17                              show the lesson as a diagram
 *     deno task lesson17 listen > heard.au            in one terminal: keep what arrives
 *     deno task lesson17 speak                        in a second one: send a melody to port 5004
 *     deno task lesson17 listen | ffplay -nodisp -    hear it (ffplay comes with ffmpeg)
 *
 * `speak < talk.wav` sends a recording of yours. At the end, the listener says what became of the
 * datagrams: `153 datagrams came. 0 were lost, 0 came too late. Nothing is missing.`
 *
 * ## The header
 *
 * RTP puts twelve bytes in front of the sound. This is a datagram of 20 ms:
 *
 *     ┌──────┬─────────┬──────────┬───────────┬───────────┬──────────────────┐
 *     │ 0x80 │ M, type │ sequence │ timestamp │ source    │ 160 bytes: sound │
 *     └──────┴─────────┴──────────┴───────────┴───────────┴──────────────────┘
 *       1      1         2          4           4 bytes
 *
 * - The first two bits of 0x80 are the version, 2. M, the marker, is one bit: it is 1 for the first
 *   datagram after a pause.
 * - The type says what kind of sound follows. 0 is mu-law: 8,000 samples a second, a byte for each.
 * - The *sequence number* counts datagrams. After 65,535 comes 0.
 * - The *timestamp* counts samples. It says where the sound belongs: 160 more are 20 ms later.
 * - The source is a random number. It tells this speaker from others.
 *
 * @module
 */
import { type Clock, sleep, systemClock } from "../lib/clock.ts";
import { encode, type Packet, PCMU, tryDecode } from "../lib/rtp.ts";
import { type Address, sameAddress, type Socket } from "../lib/udp.ts";

/** Samples in a millisecond, and so also bytes of mu-law. */
const RATE = 8;

/** The most that a jitter buffer takes in advance: the samples of 2 seconds. */
const MOST_AHEAD = 2000 * RATE;

/**
 * Sends each part of the sound at the moment when it would be spoken.
 *
 * `clock` tells the time and waits. The diagram uses a clock of its own, so that a busy machine
 * does not change what you see.
 */
export async function sendTalk(
  socket: Socket,
  parts: Iterable<Uint8Array>,
  to: Address,
  clock: Clock = systemClock,
): Promise<void> {
  const source = crypto.getRandomValues(new Uint32Array(1))[0]!;
  const start = clock.now();
  let sequence = 1;
  let timestamp = 0;

  for (const payload of parts) {
    // Wait until this part is due. If we slept for 20 ms after each part, each
    // would take a little longer than that. After a while, the listener would
    // have nothing to play.
    const due = start + timestamp / RATE;
    await sleep(due - clock.now(), clock); // returns at once if the time is over
    await socket.send(encode({ sequence, timestamp, source, payload }), to);

    sequence++; // encode() takes the last 16 bits of it, so 0 follows 65,535
    timestamp += payload.length;
  }
}

/**
 * Holds datagrams back, so that one that is a little late is still in time. Every part of the sound
 * has `size` samples.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const buffer = new PlayBuffer(50, 2); // playing begins after 50 ms, two samples at a time
 * buffer.put({ timestamp: 10, payload: new Uint8Array([1, 2]) }, 1000); // it came at 1000 ms
 * buffer.put({ timestamp: 14, payload: new Uint8Array([5, 6]) }, 1001);
 * assertEquals(buffer.due, 1050);
 * assertEquals(buffer.take(), new Uint8Array([1, 2]));
 * assertEquals(buffer.take(), undefined); // 12 has not come
 * assertEquals(buffer.take(), new Uint8Array([5, 6]));
 * ```
 */
export class PlayBuffer {
  /** When the next part has to be played, in milliseconds. */
  due = Infinity;
  #next = 0;
  readonly #parts = new Map<number, Uint8Array>(); // by their timestamps

  /** Playing begins `delay` milliseconds after the first datagram has come. */
  constructor(readonly delay: number, readonly size: number) {}

  /**
   * Takes a datagram that came `now`. Returns false if it cannot be played. Usually it is too late.
   */
  put({ timestamp, payload }: Pick<Packet, "timestamp" | "payload">, now: number): boolean {
    if (this.due === Infinity) {
      this.due = now + this.delay;
      this.#next = timestamp;
    }

    // The time of this part is over: it was played as silence.
    if (timestamp < this.#next) return false;

    // A sender could fill our memory with parts for the far future.
    if (timestamp > this.#next + MOST_AHEAD) return false;

    // take() moves on by `size` samples. It would never find a part that begins
    // between two of its steps, and never delete it.
    if ((timestamp - this.#next) % this.size !== 0) return false;

    this.#parts.set(timestamp, payload);
    return true;
  }

  /** Returns the part to play now, or `undefined` if it has not come. Moves on to the next part. */
  take(): Uint8Array | undefined {
    const part = this.#parts.get(this.#next);
    this.#parts.delete(this.#next);
    this.#next += this.size;
    this.due += this.size / RATE;
    return part;
  }
}

/** Puts what one speaker sends into the buffer, until the socket is closed. */
export async function receiveTalk(
  socket: Socket,
  buffer: PlayBuffer,
  remark: (what: "late" | "stranger") => void,
  clock: Clock = systemClock,
): Promise<void> {
  let speaker: { from: Address; source: number } | undefined;

  for await (const { data, from } of socket) {
    const packet = tryDecode(data); // undefined if it is not RTP
    if (packet === undefined || packet.type !== PCMU) continue; // PCMU is mu-law

    // The first speaker is heard. Two at a time would be noise. This is not
    // protection: an attacker can forge the address, and anyone on the way can
    // listen. SRTP encrypts.
    speaker ??= { from, source: packet.source };
    if (!sameAddress(from, speaker.from) || packet.source !== speaker.source) {
      remark("stranger");
      continue;
    }

    const isKept = buffer.put(packet, clock.now());
    if (!isKept) remark("late"); // we do not tell the rare other reasons apart
  }
}

/**
 * Yields the sound part by part, each when it is due, and `undefined` for a part that is missing.
 */
export async function* playTalk(
  buffer: PlayBuffer,
  clock: Clock = systemClock,
): AsyncGenerator<Uint8Array | undefined> {
  while (true) {
    // Nothing is due before the first datagram has come. So look again after
    // 20 ms at the latest.
    await sleep(Math.min(20, buffer.due - clock.now()), clock);
    if (clock.now() >= buffer.due) yield buffer.take();
  }
}

/**
 * Compares two datagrams that came one after the other, in the order of their numbers. Returns how
 * many between them were lost, and for how many milliseconds the speaker paused. You hear silence
 * in both cases, but only a loss says that the network is bad.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const payload = new Uint8Array(160); // 20 ms
 * const first = { sequence: 7, timestamp: 0, payload };
 * // One is lost: its number is missing, and its 160 samples.
 * assertEquals(lostOrPaused(first, { sequence: 9, timestamp: 320 }), { lost: 1, paused: 0 });
 * // A pause: no number is missing, but the timestamp has gone on by 800 samples.
 * assertEquals(lostOrPaused(first, { sequence: 8, timestamp: 960 }), { lost: 0, paused: 100 });
 * ```
 */
export function lostOrPaused(
  first: Pick<Packet, "sequence" | "timestamp" | "payload">,
  second: Pick<Packet, "sequence" | "timestamp">,
): { lost: number; paused: number } {
  const lost = (second.sequence - first.sequence - 1) & 0xffff; // after 65,535 comes 0

  // We take it that each lost datagram had as many samples as the first one.
  const spoken = (1 + lost) * first.payload.length;

  // A timestamp wraps, too, after 32 bits. `>>> 0` takes the last 32 bits.
  const passed = (second.timestamp - first.timestamp) >>> 0;
  return { lost, paused: (passed - spoken) / RATE };
}

/*
 * ## What the programs do beyond this page
 *
 * `speak` and `listen` run lib/voice.ts, lib/jitter.ts and lib/reception.ts. There, the sequence
 * number and the timestamp begin at random, and both may wrap around to 0. The listener takes
 * datagrams of every size. A microphone that stalls makes a pause, with the marker set. The
 * listener hears the next speaker when the first one is silent. It counts how many datagrams were
 * lost, came too late or came twice, and how long the speaker paused.
 *
 * ## Try next
 *
 * 1. Run `deno task lesson17 --buffer 320`. You should see that datagram 4 is played, because it
 *    comes only 300 ms late. But all of it is played 120 ms later than before: that is the price.
 * 2. Make the network worse. Run `deno task lesson17 listen --buffer 60 > heard.au`, then
 *    `deno task lesson8 relay --to 127.0.0.1:5004 --drop 0.05 --jitter 50` (lesson 8), then
 *    `deno task lesson17 speak --port 8888`. At the end you should see that a few were lost, and
 *    that almost none came too late. There are 20 ms of silence for each of these.
 * 3. Do the same with `listen --buffer 10 > heard.au`. You should see that many more came too late.
 *    A longer buffer saves them, but the listener hears everything later: that is its price.
 * 4. Run `listen --host 239.255.77.77 > heard.au` in two terminals, and `speak --host
 *    239.255.77.77` in a third one. You should see in both that the speaker is heard: this is voice
 *    broadcasting, with the multicast of lesson 12.
 * 5. Run `ffmpeg -re -i talk.wav -ar 8000 -ac 1 -f rtp rtp://127.0.0.1:5004` as the speaker. You
 *    should see `Nothing is missing.` Its datagrams are longer than ours, often 185 to 372 bytes of
 *    sound: the timestamp says where each one belongs. From other files it sends up to 1,460 bytes
 *    (docs/real-programs.md).
 */

if (import.meta.main) import("../cli/lessons/17_voice.ts").then(({ main }) => main());
