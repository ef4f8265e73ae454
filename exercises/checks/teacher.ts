/**
 * What the checks say when something is not as it should be.
 *
 * @module
 */
import { cpuUsage } from "node:process";
import { type Address, bind, type Datagram, Socket } from "../../lib/udp.ts";
import { clock, isWanted, tell, thrown } from "../runner/witness.ts";

/**
 * Something the learner's code did not do. The message says what was sent, what came, what should
 * have.
 */
export class Wrong extends Error {
  override name = "Wrong";
}

/** Fails with the story of what happened, unless both are the same. */
export function same(got: unknown, expected: unknown, story: string): void {
  const [left, right] = [shown(got), shown(expected)];
  if (left !== right) throw new Wrong(`${story}\nexpected: ${right}\ngot:      ${left}`);
}

let failing = Promise.withResolvers<never>();

/** What fails where nobody awaits it ends every wait here, and fails the check that is running. */
function fail(event: Event, error: unknown): void {
  event.preventDefault(); // without this, it would end all checks
  // The checks close the sockets: what still waits at one is told so, and there is no harm in that.
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

/** How often a case is tried where the machine is busy. */
const TRIES = 5;

/** Tries a case. Returns false if it is to be tried once more; throws if it failed. */
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
    await new Promise((done) => setTimeout(done)); // time to fail for what was not awaited
    await Promise.race([failing.promise, undefined]);
    tell({ ends: name });
    return true;
  } catch (error) {
    // On a busy machine a timer of the right code may come late, and then a datagram does.
    if (time.wasLate() && !last && (error as Error)?.name !== "NotStarted") return false;
    tell({ ends: name, thrown: thrown(error) });
    throw error;
  }
}

/** Waits until the learner's code is done, but not for ever. */
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
    // What was sent on loopback is there at once.
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
 * A socket on whose first `receive` comes this text, as if from that sender. Nothing in UDP proves
 * who sent what; and some senders, such as one with port 0, are hard to make otherwise.
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

/** From now on, what this socket sends to that address fails. */
export function noWayBack(socket: Socket, unlucky: Address): void {
  const send = socket.send;
  socket.send = function (data, to) {
    if (to.port !== unlucky.port) return send.call(socket, data, to);
    return Promise.reject(new Deno.errors.NetworkUnreachable("No way back"));
  };
}

/** Bytes as text. Throws where they are no whole characters. */
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
 * A socket with the same port at 127.0.0.2, which is this machine, too: only the host tells them
 * apart. `undefined` where the system has not got that address (Linux has).
 */
export function twin({ address: { port } }: Socket): Socket | undefined {
  try {
    return bind({ hostname: "127.0.0.2", port });
  } catch {
    return undefined;
  }
}

/** The first of this many ports on 127.0.0.1, one after the other, that nobody has. */
export function freeRange(length: number): number {
  while (true) {
    const first = 10_000 + Math.floor(Math.random() * 20_000);
    try {
      for (let port = first; port < first + length; port++) bind({ port }).close();
      return first;
    } catch {
      // somebody has one of them: try elsewhere
    }
  }
}

function shown(value: unknown): string {
  return value === undefined ? "nothing (undefined)" : JSON.stringify(value);
}
