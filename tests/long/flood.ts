/**
 * A sender that is faster than the reader. What the reader's buffer in the kernel cannot hold is
 * dropped there, and counted: Linux shows the count. lib/udp.ts must not lose a single one more.
 * `deno task flood`
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { bind, type Datagram, type Socket } from "../../lib/udp.ts";
import { later, until, within } from "../helpers.ts";
import { runChild } from "../program.ts";

const DATAGRAMS = 20_000;
const LAST = "the last one";
const PATIENCE = 10_000;

flood("for await", async (socket, heard) => {
  for await (const datagram of socket) heard(datagram);
});

flood("a receive at a time, each with a limit", async (socket, heard) => {
  while (true) heard(await socket.receive({ signal: AbortSignal.timeout(PATIENCE) }));
});

flood("three receives at once", async (socket, heard) => {
  const reader = async () => {
    while (true) heard(await socket.receive());
  };
  await Promise.all([reader(), reader(), reader()]);
});

flood("receives that are given up all the time", async (socket, heard) => {
  while (true) {
    const giveUp = new AbortController();
    const waiting = socket.receive({ signal: giveUp.signal }).then(heard, (error) => {
      if (!giveUp.signal.aborted) throw error;
    });
    giveUp.abort();
    await waiting;
    await later(0); // what is read now has nobody to go to
    heard(await socket.receive());
  }
});

/** Declares the test of one way to read, which goes on until the socket is closed. */
function flood(
  name: string,
  read: (socket: Socket, heard: (datagram: Datagram) => void) => Promise<void>,
): void {
  Deno.test({
    name: `${name}: what was sent is what was received and what the kernel dropped`,
    ignore: Deno.build.os !== "linux",
    async fn() {
      using reader = bind();
      const numbers: number[] = [];
      const last = Promise.withResolvers<void>();
      const reading = read(reader, ({ data }) => {
        const text = new TextDecoder().decode(data);
        if (text === LAST) return last.resolve();
        numbers.push(Number(text));
        work();
      }).catch((error) => {
        if (!(error instanceof Deno.errors.Interrupted)) last.reject(error);
      });

      // Lesson 1 is the sender, a process of its own. It prints a line for each datagram that it sent.
      const lines = Array.from({ length: DATAGRAMS }, (_, number) => `${number}\n`).join("");
      const { stdout } = await runChild(1, ["send", "--port", reader.address.port], lines);
      const sent = stdout.match(/^Sent /gm)?.length;
      assertEquals(sent, DATAGRAMS);
      await until(() => kernel(reader).waiting === 0, "The reader does not come to an end.");
      using sender = bind();
      await sender.send(LAST, reader.address); // nothing waits, so this one is not dropped
      await within(PATIENCE, last.promise, "The last one was lost.");

      const { drops } = kernel(reader);
      console.log(`${sent} sent = ${numbers.length} received + ${drops} dropped by the kernel`);
      assert(drops > 0, "The sender was not faster than the reader: nothing was tested.");
      assertEquals(numbers.length + drops, sent);
      assert(numbers.every((number, i) => i === 0 || number > numbers[i - 1]!), "out of order");

      reader.close();
      await reading;
    },
  });
}
if (Deno.build.os !== "linux") console.log("Ignored: only Linux shows what its kernel dropped.");

/** What the kernel says about a socket: how many bytes wait in its buffer, how many datagrams it dropped. */
function kernel({ address }: Socket): { waiting: number; drops: number } {
  // Deno reads nothing in /proc without --allow-all, so another program does.
  const { stdout } = new Deno.Command("cat", { args: ["/proc/net/udp"] }).outputSync();
  const port = address.port.toString(16).toUpperCase().padStart(4, "0");
  for (const line of new TextDecoder().decode(stdout).split("\n")) {
    // sl local_address rem_address st tx_queue:rx_queue tr:tm->when retrnsmt uid timeout inode ref pointer drops
    const fields = line.trim().split(/\s+/);
    if (fields[1] !== `0100007F:${port}`) continue;
    return { waiting: parseInt(fields[4]!.split(":")[1]!, 16), drops: Number(fields.at(-1)) };
  }
  throw new Error(`The kernel has no socket on port ${address.port}.`);
}

/** What makes the reader slow: a fifth of a millisecond for each datagram, in which nothing else runs. */
function work(): void {
  const end = performance.now() + 0.2;
  while (performance.now() < end);
}
