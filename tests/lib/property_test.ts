/**
 * The contract of lib/udp.ts, in orders that nobody would think of: fast-check makes them up. When one
 * of them fails, it prints the seed and the shortest list of steps that still fails.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { bind, type Datagram, type Socket } from "../../lib/udp.ts";
import { PATIENCE, soon } from "../helpers.ts";
import { tries } from "../nonsense.ts";

type Step =
  | { do: "send"; from: 0 | 1; size: number }
  | { do: "receive"; how: Call["how"] }
  | { do: "abort"; which: number }
  | { do: "let time pass" }
  | { do: "close" };

const send = fc.record({
  do: fc.constant("send" as const),
  from: fc.constantFrom(0 as const, 1 as const),
  size: fc.integer({ min: 4, max: 1000 }),
});
const receive = fc.record({
  do: fc.constant("receive" as const),
  how: fc.constantFrom("plain" as const, "abortable" as const, "iterate" as const),
});
const abort = fc.record({ do: fc.constant("abort" as const), which: fc.nat(9) });
const pass = fc.constant({ do: "let time pass" as const });
const close = fc.constant({ do: "close" as const });
const open = fc.array<Step>(fc.oneof(send, receive, abort, pass), { maxLength: 40 });
const closing = fc.tuple(open, close, open).map((parts) => parts.flat() as Step[]);

/** One call that waits for a datagram, and how it ended. */
interface Call {
  how: "plain" | "abortable" | "iterate";
  abort?: AbortController;
  ended: Promise<void>;
  datagram?: Datagram;
  /** The iterator said that it is done. */
  done?: boolean;
  error?: Error;
}

Deno.test("any steps on an open socket: every datagram is received once, in order, by who called first", async () => {
  await fc.assert(
    fc.asyncProperty(open, async (steps) => {
      await using run = await play(steps);
      const { socket, calls } = run;
      const received = () => calls.filter(({ datagram }) => datagram).length;
      // Those who still wait give up; what is left goes to those who come now.
      for (const call of calls) call.abort?.abort();
      await pause();
      while (received() + calls.filter(pending).length < run.sent) {
        calls.push(call(socket, "plain"));
      }
      const answered = calls.filter((call) => !call.error).slice(0, run.sent);
      await Promise.all(answered.map(({ ended }) => ended));
      assertEquals(received(), run.sent);
      checkOrder(run);
      assert(calls.every(({ error, abort }) => !error || error === abort?.signal.reason));
    }),
    { numRuns: tries(100), timeout: PATIENCE },
  );
});

Deno.test("any steps with a close among them: everybody who waits is told, and order holds until then", async () => {
  await fc.assert(
    fc.asyncProperty(closing, async (steps) => {
      await using run = await play(steps);
      await Promise.all(run.calls.map(({ ended }) => ended));
      checkOrder(run);
      const { Interrupted, BadResource } = Deno.errors;
      for (const { how, error, abort } of run.calls) {
        const closed = error instanceof Interrupted || error instanceof BadResource;
        const told = closed && how !== "iterate"; // a loop just ends
        assert(!error || told || error === abort?.signal.reason, `${how}: ${error}`);
      }
    }),
    { numRuns: tries(100), timeout: PATIENCE },
  );
});

Deno.test("any bytes to any port: they arrive as they were sent, or a RangeError says why not", async () => {
  using alice = bind();
  using bob = bind();
  const bytes = fc.uint8Array({ maxLength: 3000 });
  const port = fc.oneof(fc.constant(bob.address.port), fc.integer(), fc.double());
  await fc.assert(
    fc.asyncProperty(bytes, port, async (data, port) => {
      const right = Number.isInteger(port) && port >= 1 && port <= 65_535;
      if (right && port !== bob.address.port) return; // not ours: leave it alone
      try {
        await alice.send(data, { ...bob.address, port });
      } catch (error) {
        return assert(error instanceof RangeError && !right);
      }
      assert(right);
      const heard = await bob.receive({ signal: soon() });
      assertEquals(heard.data, data);
      assertEquals(heard.from, alice.address);
    }),
    { numRuns: tries(100), timeout: PATIENCE },
  );
});

/** Does the steps, one after the other. */
async function play(steps: Step[]) {
  const socket = bind();
  const senders = [bind(), bind()];
  const from: number[] = [];
  const calls: Call[] = [];
  let closed = false;
  for (const step of steps) {
    if (step.do === "send") {
      await senders[step.from]!.send(message(from.length, step.size), socket.address);
      if (!closed) from.push(senders[step.from]!.address.port);
    } else if (step.do === "receive") {
      calls.push(call(socket, step.how));
    } else if (step.do === "abort") {
      const waiting = calls.filter((call) => call.abort && pending(call));
      const one = waiting[step.which % waiting.length];
      one?.abort?.abort();
      await one?.ended; // at once: with a datagram that had come already, or without
    } else if (step.do === "close") {
      socket.close();
      closed = true;
    } else {
      await pause();
    }
  }
  const close = async () => {
    for (const one of [socket, ...senders]) one.close();
    await Promise.all(calls.map(({ ended }) => ended));
  };
  return { socket, calls, from, sent: from.length, [Symbol.asyncDispose]: close };
}

/** Waits for a datagram in one of the three ways, and notes how that ended. */
function call(socket: Socket, how: Call["how"]): Call {
  const call: Call = { how, ended: Promise.resolve() };
  const wait = async () => {
    if (how === "iterate") {
      const { done, value } = await socket[Symbol.asyncIterator]().next();
      if (done) call.done = true;
      else call.datagram = value;
    } else if (how === "abortable") {
      call.abort = new AbortController();
      call.datagram = await socket.receive({ signal: call.abort.signal });
    } else {
      call.datagram = await socket.receive();
    }
  };
  call.ended = wait().catch((error) => call.error = error);
  return call;
}

function pending({ datagram, error, done }: Call): boolean {
  return !datagram && !error && !done;
}

/** The first datagram to the first call that got one, the second to the second, and all as they were sent. */
function checkOrder({ calls, from }: { calls: Call[]; from: number[] }): void {
  const datagrams = calls.flatMap(({ datagram }) => datagram ?? []);
  datagrams.forEach(({ data, from: { port } }, number) => {
    assertEquals(new DataView(data.buffer).getUint32(0), number);
    assertEquals(data, message(number, data.length));
    assertEquals(data.buffer.byteLength, data.length);
    assertEquals(port, from[number]);
  });
}

/** A datagram that says which one it is, in its first four bytes and in all others. */
function message(number: number, size: number): Uint8Array {
  const bytes = new Uint8Array(size).fill(number);
  new DataView(bytes.buffer).setUint32(0, number);
  return bytes;
}

/** Lets the event loop go round, so that what can happen does. */
function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}
