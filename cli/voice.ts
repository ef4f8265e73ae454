/**
 * The roles of lesson 17: sound from standard input, and to standard output.
 *
 * @module
 */
import {
  auHead,
  monoSamples,
  NoSound,
  readHead,
  Resampler,
  sampleBytes,
  type Sound,
} from "../lib/audio.ts";
import { JitterBuffer } from "../lib/jitter.ts";
import * as mulaw from "../lib/mulaw.ts";
import { count } from "../lib/text.ts";
import { type Address, bind, formatAddress, isMulticast, type Socket } from "../lib/udp.ts";
import { hear, speakTo, type Tell } from "../lib/voice.ts";
import type { Diagram, Option, Role } from "./lesson.ts";
import { isClosed } from "./output.ts";
import type { Terminal } from "./terminal.ts";

const MULAW = { encoding: "mulaw", rate: mulaw.RATE, channels: 1 } as const;
const [PART, PARTS_A_SECOND] = [160, 50];

const ON: Option = {
  value: "ADDRESS",
  about: "this machine's address, if --host is a group",
  default: "127.0.0.1",
  own: true,
};

const BUFFER: Option = { value: "MS", about: "how late a datagram may come", default: "60" };

/** A role that sends the sound of standard input. */
export const speakRole: Role = {
  about: "send standard input, or a melody",
  options: { interface: ON },
  async run({ local, remote, console, stdin }) {
    using socket = bind(local);
    let parts = 0;
    async function* counted() {
      for await (const part of cut(await sound(stdin, console))) {
        if (parts++ === 0) console.log(`Speaking to ${formatAddress(remote)}... (Ctrl-C stops)`);
        yield part;
      }
    }
    try {
      const sent = await speakTo(socket, counted(), remote);
      const seconds = (sent / PARTS_A_SECOND).toFixed(1);
      console.log(`Spoke for ${seconds} s: ${count(sent, "datagram")}.`);
    } catch (error) {
      if (!(error instanceof NoSound)) throw error;
      throw new Error(`${error.message} Convert it: ffmpeg -i FILE -ar 8000 -ac 1 talk.wav`);
    }
  },
};

/** A role that writes what it hears to standard output, as .au. `hearGroup` is lesson 12's. */
export const listenRole = (
  hearGroup: (group: Address, on: string | number) => Promise<Socket>,
): Role => ({
  about: "write what is heard to standard output",
  listens: true,
  writes: true,
  options: { buffer: BUFFER, interface: ON },
  async run({ local, options, signal, console, stdout }) {
    const buffer = new JitterBuffer(options.number("buffer", 0, 1000));
    const on = options.text("interface");
    using socket = isMulticast(local.hostname)
      ? await hearGroup(local, /^\d+$/.test(on) ? Number(on) : on)
      : bind(local);
    const log = logged(buffer, console);
    signal.addEventListener("abort", log.end);
    const write = output(stdout);
    const { hostname, port } = socket.address;
    console.error(`Bind UDP on ${port}... (at ${hostname}, Ctrl-C stops)`);
    if (!write) console.error("A terminal plays no sound: add > heard.au, or | ffplay -nodisp -");
    if (write && !await write(auHead(MULAW))) return;
    for await (const part of hear(socket, buffer, log)) {
      if (write && !await write(part)) return log.end(); // nobody listens any more
    }
  },
});

/**
 * Prints who speaks, and at the end how much of it was heard. About the datagrams of strangers, it
 * prints at most one line per second.
 */
function logged(buffer: JitterBuffer, console: Terminal["console"]): Tell & { end(): void } {
  let told = -Infinity;
  let speaking = false;
  const end = () => {
    if (speaking) console.error(sums(buffer));
    speaking = false;
  };
  const tell: Tell = (heard, from) => {
    if (heard === "begin") console.error(`${formatAddress(from)} speaks.`);
    if (heard === "begin") speaking = true;
    if (heard === "end") end();
    if (heard !== "other" || performance.now() < told + 1000) return;
    told = performance.now();
    console.error(`${formatAddress(from)} is not heard: no mu-law in RTP, or another one speaks.`);
  };
  return Object.assign(tell, { end });
}

/** Returns what became of a talk, in sentences. */
export function sums(buffer: JitterBuffer): string {
  const { came, lost, late, early, doubled, missing, paused } = buffer;
  const number = (value: number) => value.toLocaleString("en");
  const milliseconds = (samples: number) => `${number(Math.round(samples / 8))} ms`;
  const fates = [
    `${number(lost)} ${lost === 1 ? "was" : "were"} lost`,
    `${number(late)} came too late`,
  ];
  if (early > 0) fates.push(`${number(early)} found no room in the buffer`);
  if (doubled > 0) fates.push(`${number(doubled)} came twice`);
  const sentences = [`${count(came, "datagram")} came.`, `${fates.join(", ")}.`];
  if (missing > 0) sentences.push(`${milliseconds(missing)} of the sound are silence instead.`);
  if (paused > 0) sentences.push(`The speaker paused for ${milliseconds(paused)}.`);
  if (lost + early + missing === 0) sentences.push("Nothing is missing.");
  return sentences.join(" ");
}

/**
 * Returns a function that writes to standard output, or `undefined` for a terminal. The function
 * resolves to false if the reader has gone away.
 */
function output(
  stdout: Terminal["stdout"],
): ((bytes: Uint8Array) => Promise<boolean>) | undefined {
  if (stdout.isTerminal()) return undefined;
  return async (bytes) => {
    try {
      for (let at = 0; at < bytes.length;) at += await stdout.write(bytes.subarray(at));
      return true;
    } catch (error) {
      if (isClosed(error)) return false;
      throw new Error(`What was heard cannot be written: ${(error as Error).message}.`);
    }
  };
}

/** Returns the sound of standard input as mu-law. Without any sound, it returns a melody. */
async function sound(
  stdin: Terminal["stdin"],
  console: Terminal["console"],
): Promise<AsyncIterable<Uint8Array>> {
  const ours = (async function* () {
    yield melody();
  })();
  if (stdin.isTerminal()) return ours;
  const sounds = inMulaw(stdin.readable, () => {
    console.error("This has no head, as .au and WAV have: it is taken for bare mu-law.");
  })[Symbol.asyncIterator]();
  const first = await sounds.next();
  if (first.done) return ours;
  return (async function* () {
    yield first.value;
    yield* { [Symbol.asyncIterator]: () => sounds };
  })();
}

/**
 * Yields the sound of a file, or of a pipe that never ends, as mu-law. Calls `bare` for sound
 * without a head. Throws {@linkcode NoSound}.
 */
export async function* inMulaw(
  chunks: AsyncIterable<Uint8Array>,
  bare: () => void = () => {},
): AsyncGenerator<Uint8Array> {
  const reader = new SoundReader(bare);
  for await (const chunk of chunks) {
    const ready = reader.take(chunk, false);
    if (ready) yield ready;
    if (reader.isOver) return; // the rest is not sound
  }
  const ready = reader.take(new Uint8Array(), true);
  if (ready) yield ready;
}

/** Reads a sound piece by piece: first its head, then its samples. */
class SoundReader {
  readonly #bare: () => void;
  #head: ReturnType<typeof readHead>;
  #convert: (bytes: Uint8Array) => Uint8Array = (bytes) => bytes;
  #rest = new Uint8Array();
  #left = Infinity;

  constructor(bare: () => void) {
    this.#bare = bare;
  }

  /** Whether all samples were read. */
  get isOver(): boolean {
    return this.#head !== undefined && this.#left < frameBytes(this.#head);
  }

  /** Returns the samples that are whole now, as mu-law. `complete` says that this is the end. */
  take(bytes: Uint8Array, complete: boolean): Uint8Array | undefined {
    this.#rest = joined(this.#rest, bytes);
    if (!this.#head) this.#readHead(complete);
    if (!this.#head) return undefined;

    const size = Math.min(this.#rest.length, this.#left);
    const ready = this.#rest.subarray(0, size - size % frameBytes(this.#head));
    this.#rest = this.#rest.slice(ready.length);
    this.#left -= ready.length;
    return ready.length > 0 ? this.#convert(ready) : undefined;
  }

  #readHead(complete: boolean): void {
    if (this.#rest.length === 0) return;
    this.#head = readHead(this.#rest, complete);
    if (!this.#head) return;
    if (this.#head.start === 0) this.#bare();
    this.#rest = this.#rest.slice(this.#head.start);
    this.#left = this.#head.length;
    this.#convert = converter(this.#head);
  }
}

/** Returns how many bytes a frame has: one sample of each channel. */
function frameBytes(sound: Sound): number {
  return sampleBytes(sound) * sound.channels;
}

function converter(sound: Sound): (bytes: Uint8Array) => Uint8Array {
  const { encoding, rate, channels } = sound;
  if (encoding === "mulaw" && rate === mulaw.RATE && channels === 1) return (bytes) => bytes;
  const resampler = new Resampler(rate, mulaw.RATE);
  return (bytes) => mulaw.encode(resampler.convert(monoSamples(bytes, sound, mulaw.fromMulaw)));
}

function joined(one: Uint8Array, two: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(one.length + two.length);
  both.set(one);
  both.set(two, one.length);
  return both;
}

/**
 * Cuts a sound into parts of `size` bytes. 160 bytes of mu-law are 20 ms. The last part is filled
 * up with silence.
 */
export async function* cut(
  sound: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  size = PART,
): AsyncGenerator<Uint8Array> {
  let rest = new Uint8Array();
  for await (const bytes of sound) {
    const all = rest.length > 0 ? joined(rest, bytes) : bytes;
    let at = 0;
    for (; at + size <= all.length; at += size) yield all.slice(at, at + size);
    rest = all.slice(at);
  }
  if (rest.length === 0) return;
  const last = new Uint8Array(size).fill(mulaw.SILENCE);
  last.set(rest);
  yield last;
}

/** A melody: half tones above the A of 220 Hz, and the length of each in eighths. */
const TONES = [3, 7, 10, 15, 14, 10, 12, 8, 7, 5, 3];
const EIGHTHS = [1, 1, 1, 2, 1, 2, 1, 1, 1, 2, 4];
const EIGHTH = 0.18 * mulaw.RATE;

/** Returns the melody as mu-law. It takes three seconds. */
export function melody(): Uint8Array {
  return mulaw.encode(TONES.flatMap((tone, note) => {
    const length = Math.round(EIGHTHS[note]! * EIGHTH);
    return Array.from({ length }, (_, i) => {
      const turns = 2 * Math.PI * 220 * 2 ** (tone / 12) * i / mulaw.RATE;
      const edge = Math.min(1, i / 80, (length - i) / 80); // without it, each tone clicks
      const loudness = 9000 * edge * Math.exp(-3 * i / mulaw.RATE);
      return loudness * (Math.sin(turns) + 0.4 * Math.sin(2 * turns) + 0.2 * Math.sin(3 * turns));
    });
  }));
}

/**
 * Opens a socket that treats each datagram as the next entry of `fates` says: it sends the datagram
 * at once, loses it, or holds it back until the promise resolves.
 */
export function unlucky(
  diagram: Diagram,
  name: string,
  fates: readonly ("sent" | "lost" | Promise<void>)[],
): Socket {
  const socket = diagram.watch(name, bind());
  const { send } = socket;
  let sent = 0;
  socket.send = async (data, to) => {
    const bytes = typeof data === "string" ? new TextEncoder().encode(data) : data.slice();
    const fate = fates[sent++];
    if (fate === "lost") diagram.lost(bytes, socket.address, to);
    else if (fate === "sent") await send.call(socket, bytes, to);
    else fate?.then(() => send.call(socket, bytes, to)).catch(() => {}); // its sender is not told
    return bytes.length;
  };
  return socket;
}
