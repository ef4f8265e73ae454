/**
 * Reads and writes the heads of two kinds of sound files, .au (Sun, NeXT) and WAV, and reads their
 * samples. A head says of what kind the samples are. A file may come through a pipe. Then its head
 * often does not say how long it is.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 * const sound = { encoding: "mulaw", rate: 8000, channels: 1 } as const;
 * const head = auHead(sound); // its length is left open
 * assertEquals(readHead(head), { ...sound, start: 28, length: Infinity });
 * ```
 *
 * @module
 */

/**
 * How a sample is written: as a byte of mu-law (`mulaw`), as a byte from 0 to 255 (`u8`), or as 16
 * bits with a sign. `s16le` has the low byte first, `s16be` the high byte.
 */
export type SampleEncoding = "mulaw" | "u8" | "s16le" | "s16be";

/** A kind of sound. */
export interface Sound {
  /** How a sample is written. */
  encoding: SampleEncoding;
  /** How many samples a second has, in each channel. */
  rate: number;
  /** 1 is mono. 2 is stereo: the samples of left and right take turns. */
  channels: number;
}

/** The head of a file: what it says before its samples. */
export interface Head extends Sound {
  /** The position of the first sample, in bytes. */
  start: number;
  /** How many bytes the samples have. `Infinity` means that the head does not say it. */
  length: number;
}

/** Reports a file that cannot be read here: another kind of sound, or a head that is not right. */
export class NoSound extends Error {
  /** The name of the class, as with every error. */
  override name = "NoSound";
}

/** The longest head that is read, in bytes. Heads of usual files are much shorter. */
const MOST_HEAD = 65_536;
/** How files of the two kinds begin. */
const AU = ".snd";
const WAV = "RIFF";
/** How other kinds of files begin. Read as mu-law, they would be noise. */
const OTHERS = ["ID3", "OggS", "fLaC", "FORM", "RIFX", "RF64", "\x1aE\xdf\xa3"];

/** Returns how many bytes one sample of one channel has. */
export function sampleBytes({ encoding }: Sound): number {
  return encoding.startsWith("s16") ? 2 : 1;
}

/**
 * Reads the head from the first bytes of a file. Returns `undefined` if more bytes are needed.
 * `complete` says that these are all bytes of the file. A file without a head is taken for mu-law
 * with 8,000 samples a second.
 *
 * @throws {NoSound} The file cannot be read here.
 */
export function readHead(bytes: Uint8Array, complete = false): Head | undefined {
  const text = latin(bytes.subarray(0, 12));
  if (text.length < 12 && !complete) return undefined;
  const isMp4 = text.slice(4, 8) === "ftyp";
  if (isMp4 || OTHERS.some((name) => text.startsWith(name))) {
    throw new NoSound("It is neither WAV, nor .au, nor bare mu-law.");
  }
  const head = text.startsWith(AU) ? readAu(bytes) : text.startsWith(WAV) ? readWav(bytes) : RAW;
  if (head && head.start <= bytes.length) return { ...head };
  if (complete || bytes.length > MOST_HEAD) throw new NoSound("Its head is cut off, or too long.");
  return undefined;
}

const RAW: Head = { encoding: "mulaw", rate: 8000, channels: 1, start: 0, length: Infinity };

function readAu(bytes: Uint8Array): Head | undefined {
  if (bytes.length < 24) return undefined;
  const view = viewOf(bytes);
  const [start, length, encoding, rate, channels] = [4, 8, 12, 16, 20].map((at) =>
    view.getUint32(at)
  ) as [number, number, number, number, number];
  const known: Record<number, SampleEncoding> = { 1: "mulaw", 3: "s16be" };
  if (start < 24 || start > MOST_HEAD) throw new NoSound("Its head is of no possible length.");
  return checked({
    encoding: known[encoding],
    rate,
    channels,
    start,
    length: length === 0xffff_ffff ? Infinity : length,
  }, `.au encoding ${encoding}`);
}

function readWav(bytes: Uint8Array): Head | undefined {
  const view = viewOf(bytes);
  if (bytes.length < 12) return undefined;
  if (latin(bytes.subarray(8, 12)) !== "WAVE") throw new NoSound("It is RIFF, but no WAVE.");

  let format: WavFormat | undefined;
  for (let at = 12; at + 8 <= bytes.length;) {
    const name = latin(bytes.subarray(at, at + 4));
    const size = view.getUint32(at + 4, true);
    at += 8;
    if (name === "data") {
      if (!format) throw new NoSound("It does not say what its samples are.");
      // A program that writes to a pipe does not know the length yet. It writes 0,
      // 2^31 (espeak-ng), or the largest number.
      const open = size === 0 || size >= 0x7fff_0000;
      const length = open ? Infinity : size;
      return checked({ ...format, start: at, length }, `WAV format ${format.code}`);
    }
    if (name === "fmt ") {
      if (size < 16) throw new NoSound("It does not say what its samples are.");
      if (at + size > bytes.length) return undefined;
      format = readFormat(view, at, size);
    }
    at += size + (size & 1);
  }
  return undefined;
}

/** What a WAV file says of its samples. `code` is the number of their kind. */
interface WavFormat {
  code: number;
  encoding: SampleEncoding | undefined;
  rate: number;
  channels: number;
}

/** Reads the part of the head that is named `fmt `. It has `size` bytes from `at` on. */
function readFormat(view: DataView, at: number, size: number): WavFormat {
  let code = view.getUint16(at, true);
  if (code === 0xfffe && size >= 26) code = view.getUint16(at + 24, true); // "extensible"
  const bits = view.getUint16(at + 14, true);

  // The code and the number of bits name the kind of samples.
  const known: Record<string, SampleEncoding> = { "7 8": "mulaw", "1 8": "u8", "1 16": "s16le" };
  const encoding = known[`${code} ${bits}`];
  return {
    code,
    encoding,
    channels: view.getUint16(at + 2, true),
    rate: view.getUint32(at + 4, true),
  };
}

function checked(
  head: Omit<Head, "encoding"> & { encoding: SampleEncoding | undefined },
  what: string,
): Head {
  const { encoding, rate, channels, start, length } = head;
  if (!encoding) throw new NoSound(`This cannot read ${what}, only mu-law and 8 or 16 bits.`);
  if (rate < 1000 || rate > 384_000) throw new NoSound(`${rate} samples a second are not usual.`);
  if (channels < 1 || channels > 8) throw new NoSound(`${channels} channels are not usual.`);
  return { encoding, rate, channels, start, length };
}

/**
 * Returns the head of an .au file. `length` is the number of bytes of its samples. Without it, the
 * head says that the length is unknown.
 *
 * @throws {NoSound} There is no .au file with such samples.
 */
export function auHead({ encoding, rate, channels }: Sound, length = Infinity): Uint8Array {
  const code = { mulaw: 1, u8: 0, s16le: 0, s16be: 3 }[encoding];
  if (code === 0) throw new NoSound(`.au has no ${encoding}.`);
  const bytes = new Uint8Array(28); // the last four are a remark: it may be empty, but not missing
  const view = viewOf(bytes);
  bytes.set(ascii(AU));
  const size = Math.min(length, 0xffff_ffff);
  for (const [i, value] of [bytes.length, size, code, rate, channels].entries()) {
    view.setUint32(4 + 4 * i, value);
  }
  return bytes;
}

/**
 * Returns the head of a WAV file. `length` is the number of bytes of its samples. Without it, the
 * head has the largest number.
 *
 * @throws {NoSound} There is no WAV file with such samples.
 */
export function wavHead(sound: Sound, length = Infinity): Uint8Array {
  const { encoding, rate, channels } = sound;
  if (encoding === "s16be") throw new NoSound("WAV has the low byte first.");
  const width = sampleBytes(sound);
  const bytes = new Uint8Array(44);
  const view = viewOf(bytes);
  for (const [at, name] of [[0, WAV], [8, "WAVE"], [12, "fmt "], [36, "data"]] as const) {
    bytes.set(ascii(name), at);
  }
  view.setUint32(4, Math.min(36 + length, 0xffff_ffff), true);
  view.setUint32(16, 16, true);
  view.setUint16(20, encoding === "mulaw" ? 7 : 1, true);
  view.setUint16(22, channels, true);
  view.setUint32(24, rate, true);
  view.setUint32(28, rate * channels * width, true);
  view.setUint16(32, channels * width, true);
  view.setUint16(34, 8 * width, true);
  view.setUint32(40, Math.min(length, 0xffff_ffff), true);
  return bytes;
}

/** Changes how many samples a second has, one part of the sound after the other. */
export class Resampler {
  #sum = 0;
  #weight = 0;
  readonly #step: number;

  /**
   * `from` and `to` are samples per second.
   *
   * @throws {RangeError} One of them is not more than 0.
   */
  constructor(readonly from: number, readonly to: number) {
    this.#step = to / from;
    if (from > 0 && to > 0 && Number.isFinite(this.#step)) return;
    throw new RangeError(`There is no way from ${from} samples per second to ${to}.`);
  }

  /**
   * Returns the new samples for the next part. Each new sample is the mean of the old samples in
   * its time. So a tone that is too high for the new rate does little harm. Good converters, such
   * as sox, do better.
   */
  convert(samples: ArrayLike<number>): number[] {
    const made: number[] = [];
    for (let i = 0; i < samples.length; i++) {
      let left = this.#step; // the share of a new sample that this one fills
      while (left > 0) {
        const share = Math.min(left, 1 - this.#weight);
        this.#sum += share * samples[i]!;
        this.#weight += share;
        left -= share;
        if (this.#weight < 1 - 1e-9) break;
        made.push(this.#sum / this.#weight);
        this.#sum = this.#weight = 0;
        if (left < 1e-9) break;
      }
    }
    return made;
  }
}

/**
 * Returns the samples as mono, from -32,768 to 32,767: the mean of all channels. A frame has one
 * sample of each channel. Bytes at the end that are not a whole frame are left out. `fromMulaw`
 * makes a sample of a byte of mu-law.
 */
export function monoSamples(
  bytes: Uint8Array,
  sound: Sound,
  fromMulaw: (byte: number) => number,
): number[] {
  const { encoding, channels } = sound;
  const view = viewOf(bytes);
  const read = {
    mulaw: (at: number) => fromMulaw(view.getUint8(at)),
    u8: (at: number) => (view.getUint8(at) - 128) * 256,
    s16le: (at: number) => view.getInt16(at, true),
    s16be: (at: number) => view.getInt16(at),
  }[encoding];
  const width = sampleBytes(sound);
  const samples: number[] = [];
  for (let at = 0; at + width * channels <= bytes.length; at += width * channels) {
    let sum = 0;
    for (let channel = 0; channel < channels; channel++) sum += read(at + channel * width);
    samples.push(sum / channels);
  }
  return samples;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}

function latin(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}

function ascii(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
