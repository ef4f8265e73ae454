/**
 * What takes its time: the real programs, with a peer that is silent, dead or slow, or on a bad network.
 * `deno task patience`. The simulated clocks of tests/lib/transfer_test.ts show the same in no time.
 *
 * @module
 */
import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { dice, relay } from "../../lib/relay.ts";
import { sendFile } from "../../lib/transfer.ts";
import { bind } from "../../lib/udp.ts";
import { bytes, here, later, until } from "../helpers.ts";
import { freePort, lesson, Program, runLesson } from "../program.ts";

/** So many bytes that are not all alike. */
function content(size: number): Uint8Array<ArrayBuffer> {
  const random = dice(size);
  return Uint8Array.from({ length: size }, () => random() * 256);
}

Deno.test("lesson 10: a slow reader of the output holds the sender back, and neither keeps the file", async () => {
  const size = 100_000_000;
  const port = freePort();
  const command = `"${Deno.execPath()}" task -q lesson10 receive --port ${port}`;
  await using receiver = new Program("sh", ["-c", `${command} | (sleep 2; cksum) >&2`]);
  await until(() => receiver.stderr.includes("Bind UDP"));
  let read = 0;
  const chunk = content(32_768);
  const parts = function* () {
    for (; read < size; read += chunk.length) yield chunk.subarray(0, size - read);
  };
  const before = Deno.memoryUsage().rss;
  const sending = sendFile(bind(), parts(), here(port), { window: 4 });
  await later(1000);
  assert(read > 0 && read < 20_000_000, `${read} bytes were taken although nobody reads them.`);
  await sending;
  const grown = (Deno.memoryUsage().rss - before) / 1e6;
  assert(grown < 60, `It has grown by ${grown} MB.`);
  await receiver.end();
  assertMatch(receiver.stderr, /\nReceived 100,000,000 bytes in /);
  assertMatch(receiver.stderr, /^\d+ 100000000$/m);
});

Deno.test("lesson 10: a sender that is killed is missed by the receiver, in seconds: half a file is 1", async () => {
  const port = freePort();
  await using receiver = lesson(10, "receive", "--port", port);
  await until(() => receiver.stderr.includes("Bind UDP"));
  const [socket, abort] = [bind(), new AbortController()];
  const endless = async function* () {
    yield bytes("half of it");
    await new Promise<void>((resolve) => abort.signal.addEventListener("abort", () => resolve()));
  };
  const sending = sendFile(socket, endless(), here(port));
  await receiver.prints(/half of it/);
  socket.close(); // without a word
  await assertRejects(() => sending, Error);
  abort.abort();
  const { code, stderr } = await receiver.end();
  assertMatch(stderr, /The sender fell silent after 10 bytes: this is not the whole file\.\n$/);
  assertEquals(code, 1);
});

Deno.test("lesson 10: without a receiver, the sender says so in seconds and ends with 1", async () => {
  using silent = bind();
  const args = ["send", "--port", silent.address.port];
  const { code, stdout, stderr } = await runLesson(10, args, "Hi");
  assertEquals(stderr, "Nobody answered. Is there a receiver, and was it started?\n");
  assertEquals([code, stdout], [1, ""]);
});

Deno.test("lesson 9: without a receiver, the sender gives up after 8 times and ends with 1", async () => {
  using silent = bind();
  const { code, stdout, stderr } = await runLesson(
    9,
    ["send", "--port", silent.address.port],
    "Hi",
  );
  assertEquals(
    stderr,
    "Part 0 was sent 8 times, and no ACK came. Perhaps it arrived, perhaps not. " +
      `Is a receiver running at 127.0.0.1:${silent.address.port}?\n`,
  );
  assertEquals([code, stdout], [1, ""]);
});

Deno.test("lesson 14: get says where nobody answers", async () => {
  const port = freePort();
  const { code, stdout, stderr } = await runLesson(14, ["get", "--port", port, "--file", "a"]);
  assertEquals(stderr, `127.0.0.1:${port} is silent. Is there a TFTP server?\n`);
  assertEquals([code, stdout], [1, ""]);
});

Deno.test("lesson 14: get says what came in the place of an answer", async () => {
  const answers: Record<string, string> = {
    "Hello!": "6 bytes, which are not a TFTP message. Is this a TFTP server?",
    "\0\x04\0\x07":
      "ACK 7, which does not answer RRQ a blksize 1428 tsize 0. Is this a TFTP server?",
  };
  await Promise.all(
    Object.entries(answers).map(async ([answer, told]) => {
      using server = bind();
      const answering = (async () => {
        for await (const { from } of server) await server.send(answer, from);
      })();
      const { port } = server.address;
      const { code, stdout, stderr } = await runLesson(14, ["get", "--port", port, "--file", "a"]);
      assertEquals(stderr, `127.0.0.1:${port} sent ${told}\n`);
      assertEquals([code, stdout], [1, ""]);
      server.close();
      await answering;
    }),
  );
});

Deno.test("lesson 14: through lesson 8's relay, at 30 % loss each way, all arrives", async () => {
  const folder = await Deno.makeTempDir();
  const data = content(10_000);
  await Deno.writeFile(`${folder}/file`, data);
  const allow = [`--allow-read=${folder}`, `--allow-write=${folder}`, "--allow-net=127.0.0.1"];
  const args = ["server", "--port", "0", "--folder", folder, "--writable"];
  await using server = new Program(Deno.execPath(), [
    ...["run", "--no-prompt", ...allow, "lessons/14_tftp.ts", ...args],
  ]);
  const to = here(Number((await server.prints(/Bind UDP on (\d+)/))[1]));
  using middle = bind();
  let lost = 0;
  const relaying = relay(middle, to, (path) => {
    const random = dice(path + 1);
    return () => random() < 0.3 ? (lost++, []) : [0];
  });
  const port = String(middle.address.port);
  const get =
    `"${Deno.execPath()}" task -q lesson14 get --port ${port} --file file > "${folder}/got"`;
  const [got, put] = await Promise.all([
    new Program("sh", ["-c", get]).end(),
    runLesson(14, ["put", "--port", port, "--file", "left"], data),
  ]);
  assertEquals([got.code, put.code], [0, 0], got.stderr + put.stderr);
  assertEquals(await Deno.readFile(`${folder}/got`), data);
  assertEquals(await Deno.readFile(`${folder}/left`), data);
  assert(lost > 10, `${lost} were lost.`);
  middle.close();
  await relaying;
  await Deno.remove(folder, { recursive: true });
});
