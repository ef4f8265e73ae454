import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { receiveUntil, receiveWithin, replyOnce, sendAndReceive } from "../lessons/02_receive.ts";
import { bind } from "../lib/udp.ts";
import { later, soon, text } from "./helpers.ts";
import { lesson, runLesson } from "./program.ts";
import { waits } from "./waits.ts";

Deno.test("lesson 2: the reply finds the ephemeral port", async () => {
  using friend = bind();
  using asker = bind();
  const replying = replyOnce(friend, "Fine!");
  const reply = await sendAndReceive(asker, "How are you?", friend.address, 5000);
  assertEquals(text(reply?.data), "Fine!");
  assertEquals(reply?.from, friend.address);
  await replying;
});

Deno.test("lesson 2: when no reply comes, waiting ends in time and takes nothing with it", async () => {
  using friend = bind();
  using asker = bind();
  assertEquals(await sendAndReceive(asker, "Hello?", friend.address, 20), undefined);
  const { from } = await friend.receive({ signal: soon() });
  await friend.send("late", from);
  assertEquals(text((await receiveWithin(asker, 5000))?.data), "late");
});

Deno.test("lesson 2: what does not fit is passed over, and does not make the wait longer", async () => {
  using friend = bind();
  using stranger = bind();
  using asker = bind();
  const asking = sendAndReceive(asker, "How are you?", friend.address, 5000);
  const { from } = await friend.receive({ signal: soon() });
  await stranger.send("Me first!", from);
  await friend.send("", from); // an empty reply is a reply
  assertEquals((await asking)?.from, friend.address);
  assertEquals((await asking)?.data.length, 0);

  const never = receiveUntil(asker, 100, () => false);
  const waiting = { is: true };
  never.finally(() => waiting.is = false);
  while (waiting.is) {
    await stranger.send("Again!", asker.address);
    await later(10);
  }
  assertEquals(await never, undefined);
});

Deno.test("lesson 2: a socket that fails is not taken for silence", async () => {
  const asker = bind();
  const waiting = receiveWithin(asker, 5000);
  asker.close();
  await assertRejects(() => waiting, Deno.errors.Interrupted);
});

Deno.test("lesson 2: receive sends, waits, and prints who replied what", async () => {
  using friend = bind();
  const { port } = friend.address;
  await using program = lesson(2, "receive", "--port", port, "--message", "Hi there");
  const { data, from } = await friend.receive({ signal: soon() });
  assertEquals(text(data), "Hi there");
  await friend.send("Fine \x1b[31mred\u202e", from);
  const { code, stdout, stderr } = await program.end();
  assertEquals(stderr, "");
  assertEquals(
    stdout,
    `Sending to 127.0.0.1:${port} from port ${from.port}.\nWaiting for a reply, at most 10 s...\n` +
      `Received from 127.0.0.1:${port}: Fine \\x1b[31mred\\u{202e}\n`,
  );
  assertEquals(code, 0);
});

Deno.test("lesson 2: its own port is another one at every run", async () => {
  using friend = bind();
  const run = async () => {
    await using program = lesson(2, "receive", "--port", friend.address.port);
    const { data, from } = await friend.receive({ signal: soon() });
    assertEquals(text(data), "Hello");
    await friend.send("Hi", from);
    await program.end();
    return from.port;
  };
  const ports = [await run(), await run(), await run()];
  assert(new Set(ports).size > 1, `always the same: ${ports}`);
});

Deno.test("lesson 2: without a reply it ends with 1 and says how long it waited", async () => {
  using silent = bind();
  const { port } = silent.address;
  const { code, stderr } = await runLesson(2, ["receive", "--port", port, "--timeout", 0.2]);
  assertEquals(
    stderr,
    `No reply from 127.0.0.1:${port} within 0.2 s. Is a program listening there?\n`,
  );
  assertEquals(code, 1);
});

Deno.test("lesson 2: a time that is no time is refused", async () => {
  for (const time of ["soon", "0", "-1", "1e9"]) {
    const { code, stderr } = await runLesson(2, ["receive", `--timeout=${time}`]);
    assertMatch(
      stderr,
      new RegExp(`--timeout ${time} is not a time: it must be a number of seconds`),
    );
    assertEquals(code, 2);
  }
});

waits("lesson 2: played, it shows a reply, and a question without one", async () => {
  const { code, stdout, stderr } = await runLesson(2);
  assertEquals(stderr, "");
  assertEquals(code, 0);
  const asker = stdout.match(/asker +friend\n +127\.0\.0\.1:(\d+) /)?.[1];
  assertMatch(stdout, new RegExp(`The system picked port ${asker} for the asker`));
  assertMatch(
    stdout,
    /"How are you\?" 12 bytes +│\n +├─+▶│\n +│ +"Fine, thanks!" 13 bytes +│\n +│◀─+┤/,
  );
  assertMatch(stdout, /"Is it cold\?" 11 bytes +│\n +├─+▶│\n +No reply\./);
  // The late reply to that question is taken for the one to the next.
  assertMatch(
    stdout,
    /"Is it dark\?" 11 bytes +│\n +├─+▶│\n +│ +"Yes!" 4 bytes +│\n +│◀─+┤\n +The late "Yes!" was about the cold\. /,
  );
});
