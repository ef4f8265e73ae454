/**
 * What the tests of lesson 17 with other programs have in common: a sound, and a listener.
 *
 * @module
 */
import { melody } from "../../cli/voice.ts";
import { decode, encode } from "../../lib/mulaw.ts";
import { Program, type Running } from "../program.ts";

export const GROUP = "239.255.77.79";
export const SAMPLES = 4800; // 0.6 s

/** A sound that ffmpeg does not change when it decodes and encodes it: with one zero, not two. */
export const SOUND: Uint8Array = encode(decode(melody().subarray(0, SAMPLES)));

/** A folder with the sound in it, for as long as it is used. */
export async function folder(): Promise<{ path: string } & AsyncDisposable> {
  const path = await Deno.makeTempDir();
  await Deno.writeFile(`${path}/sound`, SOUND);
  return {
    path,
    [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }),
  };
}

/** `listen > file`: what it says on standard error is read as its output. */
export async function listenTo(
  file: string,
  ...args: (string | number)[]
): Promise<[Running, number]> {
  const task = `exec "$0" task -q lesson17 listen --buffer 1000 "$@" 2>&1 >"${file}"`;
  const program = new Program("sh", ["-c", task, Deno.execPath(), ...args.map(String)]);
  return [program, Number((await program.prints(/Bind UDP on (\d+)/))[1])];
}

/** Stops a listener when all of it was heard: a second after the last word. */
export async function heardAll(listener: Running): Promise<string> {
  await listener.prints(/datagrams? came/);
  listener.signal();
  return (await listener.end()).stdout;
}

/** Where the part stands in the whole. */
export function indexOf(whole: Uint8Array, part: Uint8Array): number {
  const latin = (bytes: Uint8Array) =>
    Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
  return latin(whole).indexOf(latin(part));
}

export const RAW: string[] = ["-f", "mulaw", "-ar", "8000", "-ac", "1"];
export const QUIET: string[] = ["-nostdin", "-loglevel", "error"];
