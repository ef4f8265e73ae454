/**
 * A minute of work for lesson 4's echo: 200 clients who ask, give up, hang up and come back. At the
 * end the process holds what it held at the beginning. `deno task soak`; SOAK_SECONDS gives another
 * length.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { askFor, greeting, serve } from "../../lessons/04_echo.ts";
import { forecast } from "../../cli/lessons/08_loss.ts";
import { type Counts, relay } from "../../lib/relay.ts";
import { receiveFile, sendFile } from "../../lib/transfer.ts";
import { type Address, bind } from "../../lib/udp.ts";
import { later } from "../helpers.ts";

const SECONDS = Number(Deno.env.get("SOAK_SECONDS") ?? 60);
const CLIENTS = 200;
/** How long a client waits for an answer, in milliseconds. */
const WAIT = 700;
/**
 * How much more there may be than before: a file or two, 2 MB in the collected
 * heap with its buffers, and 200 MB in the process, which gives memory back to the system when it
 * likes. In a minute there are 70,000 sockets with a buffer of 64 KB each: 4,500 MB, if they were kept.
 * Timers and sockets that are left open are found by the test runner itself.
 */
const TOLERANCE = { files: 2, heap: 2, process: 200 };

Deno.test(`${CLIENTS} clients for ${SECONDS} s: files, timers and memory end where they began`, async () => {
  await work(Math.min(3, SECONDS)); // so that what is loaded and compiled once is there
  const before = await held();
  console.log(`Before: ${told(before)}`);
  const { asked, answered, gaveUp, hungUp } = await work(SECONDS, (text) => console.log(text));
  const after = await held();
  console.log(`After:  ${told(after)}`);

  assert(asked > CLIENTS && gaveUp > 0 && hungUp > 0, "Too little happened.");
  // On loopback nothing is lost, but for what a server that is replaced had not read yet.
  assert(answered >= 0.9 * (asked - gaveUp - hungUp), `${answered} of ${asked} were answered.`);
  assertEquals(after.sockets, before.sockets);
  assert(after.files - before.files <= TOLERANCE.files, `Open files:${after.names.join()}`);
  assert(after.heap - before.heap < TOLERANCE.heap, "The heap has grown.");
  assert(after.process - before.process < TOLERANCE.process, "The process has grown.");
});

Deno.test(`lesson 8, relay: ${CLIENTS} clients for ${SECONDS} s: all that are silent are forgotten`, async () => {
  await weather(Math.min(3, SECONDS));
  const before = await held();
  console.log(`Before: ${told(before)}`);
  const { toServer, toClients } = await weather(SECONDS);
  const after = await held();
  console.log(`After:  ${told(after)}\n${JSON.stringify({ toServer, toClients })}`);

  assert(
    toServer.came > CLIENTS && toServer.dropped > 0 && toClients.delayed > 0,
    "Too little happened.",
  );
  for (const { came, went, dropped, doubled, unsent } of [toServer, toClients]) {
    assertEquals(came + doubled, went + dropped + unsent);
  }
  assertEquals(after.sockets, before.sockets);
  assert(after.files - before.files <= TOLERANCE.files, `Open files:${after.names.join()}`);
  assert(after.heap - before.heap < TOLERANCE.heap, "The heap has grown.");
  assert(after.process - before.process < TOLERANCE.process, "The process has grown.");
});

/** Lets clients ask through a relay in bad weather for so long. */
async function weather(seconds: number): Promise<Counts> {
  const end = Date.now() + seconds * 1000;
  const server = bind();
  const serving = serve(server, greeting);
  const middle = bind();
  const fates = forecast({ drop: 0.1, duplicate: 0.1, delay: 1, jitter: 10 }, 1);
  const options = { silence: 500, clients: CLIENTS / 2 };
  const relaying = relay(middle, server.address, fates, options);
  const count = { asked: 0, answered: 0, gaveUp: 0, hungUp: 0 };
  await Promise.all(Array.from({ length: CLIENTS }, async () => {
    while (Date.now() < end) await visit(middle.address, end, count);
  }));
  console.log(JSON.stringify(count));
  middle.close();
  server.close();
  await serving;
  return await relaying;
}

Deno.test(`lesson 10: one transfer after the other for ${SECONDS} s, in bad weather, and nothing is left`, async () => {
  await transfers(Math.min(3, SECONDS));
  const before = await held();
  console.log(`Before: ${told(before)}`);
  const { whole, broken, bytes } = await transfers(SECONDS);
  const after = await held();
  console.log(`After:  ${told(after)}\n${whole} whole, ${broken} broken off, ${bytes} bytes`);
  assert(whole > SECONDS && broken > SECONDS / 5, "Too little happened.");
  assertEquals(after.sockets, before.sockets);
  assert(after.files - before.files <= TOLERANCE.files, `Open files:${after.names.join()}`);
  assert(after.heap - before.heap < TOLERANCE.heap, "The heap has grown.");
  assert(after.process - before.process < TOLERANCE.process, "The process has grown.");
});

/** Files of any size through a relay; one in five is broken off by its receiver. */
async function transfers(seconds: number) {
  const count = { whole: 0, broken: 0, bytes: 0 };
  const end = Date.now() + seconds * 1000;
  const one = async (seed: number) => {
    for (let turn = seed; Date.now() < end; turn += 8) {
      const [receiver, middle] = [bind(), bind()];
      const fates = forecast({ drop: 0.05, duplicate: 0.05, delay: 1, jitter: 5 }, turn);
      const relaying = relay(middle, receiver.address, fates);
      const parts = Array.from({ length: turn % 300 }, (_, i) => new Uint8Array(1000).fill(i));
      const sending = sendFile(bind(), parts, middle.address).then(() => true, () => false);
      let left = turn % 5 === 0 ? parts.length / 2 : Infinity;
      let number = 0;
      for await (const part of receiveFile(receiver)) {
        assert(part.every((byte) => byte === (number & 255)));
        number++;
        count.bytes += part.length;
        if (--left <= 0) break;
      }
      if (number === parts.length) {
        await sending; // it may not know that all has arrived: the relay may lose the last word
        count.whole++;
      } else {
        assertEquals(await sending, false);
        count.broken++;
      }
      middle.close();
      await relaying;
    }
  };
  await Promise.all(Array.from({ length: 8 }, (_, seed) => one(seed)));
  return count;
}

/** Lets the clients ask for so long. */
async function work(seconds: number, report: (text: string) => void = () => {}) {
  const count = { asked: 0, answered: 0, gaveUp: 0, hungUp: 0 };
  const end = Date.now() + seconds * 1000;
  let server = bind();
  let serving = serve(server, greeting);
  const { address } = server;

  const clients = Array.from({ length: CLIENTS }, async () => {
    while (Date.now() < end) await visit(address, end, count);
  });
  const progress = setInterval(() => report(JSON.stringify(count)), 10_000);
  const asking = Promise.all(clients);
  while (Date.now() < end) {
    // The server is replaced now and then, as if somebody had started it again.
    await Promise.race([asking, later(1000)]);
    server.close();
    await serving;
    server = bind(address);
    serving = serve(server, greeting);
  }
  await asking;
  clearInterval(progress);
  server.close();
  await serving;
  report(JSON.stringify(count));
  return count;
}

/** A client with a socket of its own asks a few times, and in the end leaves in one of three ways. */
async function visit(
  server: Address,
  end: number,
  count: Record<string, number>,
): Promise<void> {
  using socket = bind();
  const questions = 1 + Math.floor(Math.random() * 20);
  for (let question = 0; question < questions && Date.now() < end; question++) {
    const name = `client ${socket.address.port}, question ${question}`;
    count.asked!++;
    const answer = await askFor(socket, name, server, WAIT);
    if (answer === `Hello, ${name}!`) count.answered!++;
  }
  const way = Math.random();
  if (way < 0.3) { // it gives up, before the answer or with it
    const giveUp = new AbortController();
    count.asked!++;
    await socket.send("I am in a hurry", server);
    setTimeout(() => giveUp.abort(), Math.random() * 5);
    await socket.receive({ signal: giveUp.signal }).catch(() => {});
    count.gaveUp!++;
  } else if (way < 0.6) { // it hangs up, in the middle of a question
    count.asked!++;
    const asking = askFor(socket, "Never mind", server, WAIT).catch(() => {});
    if (Math.random() < 0.5) await socket.send("Bye", server);
    socket.close();
    await asking;
    count.hungUp!++;
  }
}

/** What the process holds, when the time limits of the last questions are over and all is collected. */
async function held() {
  await later(WAIT + 500);
  for (let i = 0; i < 3; i++) (globalThis as unknown as { gc(): void }).gc();
  const { heapUsed, external, rss } = Deno.memoryUsage();
  const megabytes = (bytes: number) => Math.round(bytes / 100_000) / 10;
  return { ...open(), heap: megabytes(heapUsed + external), process: megabytes(rss) };
}

function told({ files, sockets, heap, process }: Awaited<ReturnType<typeof held>>): string {
  return `${files} files open, ${sockets} of them sockets, ${heap} MB in the heap, ${process} MB in the process`;
}

/** How many files are open, and how many of them are sockets, where the system tells. */
function open() {
  if (Deno.build.os !== "linux") return { files: 0, sockets: 0, names: [] };
  // Deno reads nothing in /proc without --allow-all, so another program does.
  const { stdout } = new Deno.Command("ls", { args: ["-l", `/proc/${Deno.pid}/fd`] }).outputSync();
  const all = new TextDecoder().decode(stdout).match(/ -> .*/g) ?? [];
  // Deno opens and closes its own caches, three files each, when it likes. And the pipes are those of
  // the test's own output, and of `ls`, which may look before Deno has closed its ends of them.
  const links = all.filter((to) => !/_cache_v\d+(-wal|-shm)?$|pipe:/.test(to));
  const sockets = links.filter((to) => to.includes("socket:")).length;
  return { files: links.length, sockets, names: links };
}
