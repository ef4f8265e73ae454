import { assert, assertEquals, assertMatch } from "@std/assert";
import { NO_SIGNALS, NO_TERMINAL, unless } from "../only.ts";
import { child, CTRL_C, freePort, lesson, Program } from "../program.ts";
import { waits } from "../waits.ts";

waits("Ctrl-C and SIGTERM end every role with 0 and one line", async () => {
  const port = freePort();
  const waiting: [number, string[], RegExp][] = [
    [2, ["receive", "--port", `${port}`], /Waiting for a reply/],
    [4, ["client", "--port", `${port}`], /No reply for Michael/],
    [6, ["client", "--port", `${port}`, "--timeout", "60"], /Collecting replies/],
  ];
  await Promise.all(waiting.map(async ([number, args, line], index) => {
    await using program = lesson(number, ...args);
    await program.prints(line);
    program.signal(index === 0 ? "SIGTERM" : "SIGINT");
    const { code, stdout, stderr } = await program.end();
    assertEquals([code, stderr], [0, ""]);
    assertMatch(
      stdout,
      /\nStopped\. Sent \d+ datagrams? \(\d+ bytes\), received 0 \(0 bytes\)\.\n$/,
    );
  }));
});

waits(unless(NO_SIGNALS, "Ctrl-C ends a lesson that plays itself, as a task"), async () => {
  // This play takes 7 s, so it has not ended when the signal comes.
  const slow = ["--window", "1", "--parts", "40", "--lost", "5", "--delay", "25"];
  await using program = new Program(Deno.execPath(), ["task", "-q", "lesson10", ...slow]);
  await program.prints(/PART 0/);
  program.signal("SIGINT");
  const { code, stdout, stderr } = await program.end();
  assertEquals([code, stderr], [0, ""]);
  assertMatch(stdout, /\nStopped\./);
});

waits(
  unless(NO_SIGNALS, "SIGTERM ends a process as Ctrl-C does: with 0 and one line"),
  async () => {
    await using program = child(2, "receive", "--port", freePort());
    await program.prints(/Waiting for a reply/);
    program.signal("SIGTERM");
    const { code, stdout, stderr } = await program.end();
    assertEquals([code, stderr], [0, ""]);
    assertMatch(stdout, /\nStopped\. Sent \d datagrams? .*\n$/);
  },
);

waits(unless(NO_TERMINAL, "Ctrl-Z stops no program: the terminal would be lost"), async () => {
  // set -m: Ctrl-Z stops nothing but what a shell has started as a job.
  const job = (task: string) => {
    const command = `set -m; "${Deno.execPath()}" task -q ${task} --port ${freePort()}`;
    return new Program("script", ["-qec", command, "/dev/null"]);
  };
  await using server = job("lesson4 server");
  await using typing = job("lesson1 send");
  await server.prints(/Bind UDP/);
  await typing.prints(/Message/);
  for (const program of [server, typing]) {
    await program.type("\x1ahalf");
    await program.prints(/half/);
    await program.type("\x03");
    const { code, stdout } = await program.end();
    assertMatch(stdout, /\r\nStopped\. Sent 0 datagrams/);
    assert(CTRL_C.includes(code), `${code}`);
  }
  assert(!typing.stdout.includes("^C")); // keys still came one by one: the terminal did not echo this
});
