/**
 * Functions for the checks: they wait, compare, and say what is not as it should be.
 *
 * @module
 */
import { cpuUsage } from "node:process";
import { type Address, bind, type Datagram, Socket } from "../../lib/udp.ts";
import { clock, isWanted, tell, thrown } from "../runner/witness.ts";

/** Reports a fault of the learner's code: what was sent, what came, and what should have come. */
export class Wrong extends Error {
  override name = "Wrong";
}

/** Fails with the story of what happened, unless both are the same. */
export function same(got: unknown, expected: unknown, story: string): void {
  const [left, right] = [shown(got), shown(expected)];
  if (left !== right) throw new Wrong(`${story}\nexpected: ${right}\ngot:      ${left}`);
}

let failing = Promise.withResolvers<never>();

/** An error that nobody awaits ends every wait here, and fails the running case. */
function fail(event: Event, error: unknown): void {
  event.preventDefault(); // without this, it would end all checks
  // The checks close their sockets. A receive() that still waits fails then, and that is fine.
  if (error instanceof Deno.errors.Interrupted) return;
  if (!running) tell({ lost: thrown(error) });
  failing.reject(error);
}

addEventListener("unhandledrejection", (event) => fail(event, event.reason));
addEventListener("error", (event) => fail(event, event.error));

let running = false;

/**
 * A case: `test("sendLong: no character is cut in two", async () => …)`. It begins with the
 * exercise. `only` is the one system that has what the case needs: on others, the case is left out.
 */
export function test(
  name: string,
  code: () => void | Promise<void>,
  only?: typeof Deno.build.os,
): void {
  if (!isWanted(name) || only && only !== Deno.build.os) return;
  tell({ planned: name });
  Deno.test(name, async () => {
    running = true;
    try {
      for (let tries = 1; !await passes(name, code, tries === TRIES); tries++);
    } finally {
      running = false;
    }
  });
}

/** How often a case is tried if the machine is busy. */
const TRIES = 5;

/** Tries a case. Returns false if it has to be tried once more. Throws an error if it failed. */
async function passes(
  name: string,
  code: () => void | Promise<void>,
  last: boolean,
): Promise<boolean> {
  failing = Promise.withResolvers();
  failing.promise.catch(() => {});
  using time = clock();
  tell({ begins: name });
  try {
    await code();
    await new Promise((done) => setTimeout(done)); // so that a promise that nobody awaits can fail
    await Promise.race([failing.promise, undefined]);
    tell({ ends: name });
    return true;
  } catch (error) {
    // On a busy machine, a timer of correct code may come late, and then a datagram is late.
    if (time.wasLate() && !last && (error as Error)?.name !== "NotStarted") return false;
    tell({ ends: name, thrown: thrown(error) });
    throw error;
  }
}

/** Waits until the learner's code is done. Fails after a time limit. */
export async function done<T>(code: Promise<T>, story: string, milliseconds = 400): Promise<T> {
  return await within(code, milliseconds, `${story}\nAfter ${milliseconds} ms it had not ended.`);
}

async function within<T>(wait: Promise<T>, milliseconds: number, story: string): Promise<T> {
  const late = Promise.withResolvers<never>();
  const stop = after(milliseconds, () => late.reject(new Wrong(story)));
  try {
    return await Promise.race([wait, failing.promise, late.promise]);
  } finally {
    stop();
  }
}

/** How long a turn is, in milliseconds. */
const TURN = 10;

/**
 * Calls back after so many milliseconds in which this process could work, unless what it
 * returns is called before. It counts turns: while other programs have the processor, time
 * passes, but the learner's code has no turn.
 */
function after(milliseconds: number, callBack: () => void): () => void {
  let turns = Math.ceil(milliseconds / TURN);
  const timer = setInterval(() => {
    if (--turns > 0) return;
    clearInterval(timer);
    callBack();
  }, TURN);
  return () => clearInterval(timer);
}

/** Waits for so many milliseconds in which this process could work. */
export async function pause(milliseconds: number): Promise<void> {
  await new Promise<void>((resolve) => after(milliseconds, resolve));
}

/** How many milliseconds the processor worked for this: other programs do not count. */
export function worked(work: () => void): number {
  const before = cpuUsage();
  work();
  const { user, system } = cpuUsage(before);
  return (user + system) / 1000;
}

/** Checks that the learner's code throws such an error, and does not hide it. */
export async function throws(
  code: () => unknown,
  // deno-lint-ignore no-explicit-any
  errorClass: new (...args: any[]) => Error,
  story: string,
): Promise<void> {
  try {
    await done((async () => await code())(), story);
  } catch (error) {
    if (error instanceof errorClass) return;
    throw error;
  }
  throw new Wrong(`${story} Your code caught it. Let it through.`);
}

/** The next datagram. */
export async function next(socket: Socket, story: string): Promise<Datagram> {
  return await within(socket.receive(), 400, `${story}\nNothing came within 400 ms.`);
}

/** The text of the next datagram, and who sent it. */
export async function hear(socket: Socket, story: string) {
  const { data, from } = await next(socket, story);
  return { text: text(data), from };
}

/** The texts of all datagrams that come: waits for that many, and then a moment for more. */
export async function all(socket: Socket, count: number): Promise<string[]> {
  const texts: string[] = [];
  while (true) {
    // On loopback, a datagram arrives at once.
    const enough = new AbortController();
    const stop = after(texts.length < count ? 300 : 30, () => enough.abort());
    const { signal } = enough;
    try {
      const { data } = await Promise.race([socket.receive({ signal }), failing.promise]);
      texts.push(text(data));
    } catch (error) {
      if (error === signal.reason) return texts;
      throw error;
    } finally {
      stop();
    }
  }
}

/** Sends a text and waits for the answer. */
export async function ask(
  socket: Socket,
  question: string,
  to: Socket,
  who = "I",
): Promise<string> {
  await socket.send(question, to.address);
  return (await hear(socket, `${who} sent ${shown(question)} and waited for the reply.`)).text;
}

/**
 * Opens a socket whose first `receive` returns this text, as if it came from that sender. A sender
 * with port 0 is hard to make in another way.
 */
export function forged(text: string, from: Address): Socket {
  const real = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
  let first = true;
  return new Socket({
    addr: real.addr,
    receive: async (buffer: Uint8Array<ArrayBuffer>) => {
      if (!first) return await real.receive(buffer);
      first = false;
      const { written } = new TextEncoder().encodeInto(text, buffer);
      return [buffer.subarray(0, written), { transport: "udp", ...from }];
    },
    send: real.send.bind(real),
    close: () => real.close(),
  } as unknown as Deno.DatagramConn);
}

/** Makes every send of this socket to that address fail. */
export function noWayBack(socket: Socket, unlucky: Address): void {
  const send = socket.send;
  socket.send = function (data, to) {
    if (to.port !== unlucky.port) return send.call(socket, data, to);
    return Promise.reject(new Deno.errors.NetworkUnreachable("No way back"));
  };
}

/** Returns bytes as text. Fails if they are not whole characters. */
export function text(data: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(data);
  } catch {
    throw new Wrong(
      `A datagram held part of a character, which nobody can read: bytes ${[...data].join(" ")}.`,
    );
  }
}

/**
 * Opens a socket with the same port at 127.0.0.2, so that only the host is another one. Returns
 * `undefined` if the system does not have this address. Linux has it.
 */
export function twin({ address: { port } }: Socket): Socket | undefined {
  try {
    return bind({ hostname: "127.0.0.2", port });
  } catch {
    return undefined;
  }
}

/** Returns the first of so many neighbouring ports of 127.0.0.1 that are free. */
export function freeRange(length: number): number {
  while (true) {
    const first = 10_000 + Math.floor(Math.random() * 20_000);
    try {
      for (let port = first; port < first + length; port++) bind({ port }).close();
      return first;
    } catch {
      // One of them is taken. Try others.
    }
  }
}

function shown(value: unknown): string {
  return value === undefined ? "nothing (undefined)" : JSON.stringify(value);
}
