/**
 * What the checks say when something is not as it should be.
 *
 * @module
 */
import { bind, type Socket } from "../../lib/udp.ts";

/** Something the learner's code did not do. The message says what was sent, what came, what should have. */
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
  failing.reject(error);
}

addEventListener("unhandledrejection", (event) => fail(event, event.reason));
addEventListener("error", (event) => fail(event, event.error));

Deno.test.beforeEach(() => {
  failing = Promise.withResolvers();
  failing.promise.catch(() => {});
});

Deno.test.afterEach(async () => {
  await new Promise((done) => setTimeout(done)); // time to fail for what was not awaited
  await Promise.race([failing.promise, undefined]);
});

/** Waits for what the learner's code should bring about, but not for ever. */
export async function within<T>(
  promise: Promise<T>,
  story: string,
  milliseconds = 500,
): Promise<T> {
  let timer;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Wrong(`${story}\nIt was not so within ${milliseconds} ms.`)),
      milliseconds,
    );
  });
  try {
    return await Promise.race([promise, failing.promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** The text of the next datagram, and who sent it. */
export async function hear(socket: Socket, story: string) {
  const { data, from } = await within(socket.receive(), story);
  return { text: text(data), from };
}

/** Sends a text and waits for the answer. */
export async function ask(
  socket: Socket,
  question: string,
  to: Socket,
  who = "I",
): Promise<string> {
  await socket.send(question, to.address);
  return (await hear(socket, `${who} sent ${shown(question)} and waited for an answer.`)).text;
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

/** Whether nothing has come. What was sent on loopback is there at once, so a moment is enough. */
export async function silent(socket: Socket, story: string): Promise<void> {
  let datagram;
  try {
    datagram = await socket.receive({ signal: AbortSignal.timeout(30) });
  } catch {
    return;
  }
  throw new Wrong(`${story}\nBut this came: ${shown(text(datagram.data))}`);
}

/** A port on 127.0.0.1, and so many after it, that nobody has. */
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
