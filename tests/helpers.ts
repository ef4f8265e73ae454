/**
 * What many tests need.
 *
 * @module
 */
import { assert } from "@std/assert";
import type { Address, Socket } from "../lib/udp.ts";

/** A limit for what hangs, and none for a slow machine, in milliseconds. */
export const PATIENCE = 60_000;

/** Bytes as text. */
export function text(data: Uint8Array | undefined): string {
  return new TextDecoder().decode(data);
}

/** Text as bytes. */
export function bytes(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

/** Gives up when a test has waited long enough for what comes at once on loopback. */
export function soon(): AbortSignal {
  return AbortSignal.timeout(PATIENCE);
}

/** So many milliseconds later. */
export async function later(milliseconds: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** What the promise brings, if it comes in so many milliseconds; else throws `what`. */
export async function within<T>(
  milliseconds: number,
  promise: Promise<T>,
  what: string | (() => string) = "It did not come in time.",
): Promise<T> {
  let timer;
  const late = new Promise<never>((_, reject) => {
    const error = () => reject(new Error(typeof what === "string" ? what : what()));
    timer = setTimeout(error, Math.max(0, milliseconds));
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Waits until it has happened, looking every few milliseconds. */
export async function until(happened: () => boolean, what = "It did not happen."): Promise<void> {
  const deadline = Date.now() + PATIENCE;
  while (!happened()) {
    assert(Date.now() < deadline, what);
    await later(10);
  }
}

/** From now on, counts those who listen to the signal. Returns what tells how many there are. */
export function listeners(signal: AbortSignal): () => number {
  let count = 0;
  const { addEventListener, removeEventListener } = signal;
  signal.addEventListener = (...args: Parameters<typeof addEventListener>) => {
    count++;
    addEventListener.apply(signal, args);
  };
  signal.removeEventListener = (...args: Parameters<typeof removeEventListener>) => {
    count--;
    removeEventListener.apply(signal, args);
  };
  return () => count;
}

/** What the work brings, while this socket sends what is no answer, as fast as it can. */
export async function flooded<T>(socket: Socket, to: Address, work: Promise<T>): Promise<T> {
  let flooding = true;
  const flood = (async () => {
    while (flooding) await socket.send("no answer", to);
  })();
  try {
    return await work;
  } finally {
    flooding = false;
    await flood;
  }
}

/**
 * Does the work for each of them, and for so many at a time: for a third of that on Windows, where Wine takes
 * three times as long. Throws what failed first when all have ended.
 */
export async function someAtATime<T>(
  count: number,
  all: Iterable<T>,
  work: (one: T) => Promise<unknown>,
): Promise<void> {
  const each = Iterator.from(all);
  const length = Deno.build.os === "windows" ? Math.ceil(count / 3) : count;
  const workers = Array.from({ length }, async () => {
    for (const one of each) await work(one);
  });
  await Promise.allSettled(workers);
  await Promise.all(workers);
}

/** Text with its special characters quoted, for a pattern. */
export function quoted(text: string | number): string {
  return String(text).replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

/** `127.0.0.1` at this port. */
export function here(port: number): Address {
  return { hostname: "127.0.0.1", port };
}
