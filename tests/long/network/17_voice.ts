import { assertEquals, assertMatch } from "@std/assert";
import { type Host, network } from "../hosts.ts";

const GROUP = ["--host", "239.255.77.77"];
const RUN = ["run", "--no-prompt", "--allow-net", "lessons/17_voice.ts"];

/** A lesson's listener whose sound goes nowhere: what it says is its output. */
async function listener(host: Host, ...args: string[]) {
  const task = 'exec "$0" "$@" 2>&1 >/dev/null';
  const program = host.start("sh", "-c", task, Deno.execPath(), ...RUN, "listen", ...args);
  await program.prints(/Bind UDP on 5004/);
  return program;
}

network(
  "lesson 17: voice broadcasting: one speaks, and two hosts hear all of it",
  async ([one, two, three]) => {
    await using a = await listener(two, ...GROUP, "--interface", two.address, "--buffer", "300");
    await using b = await listener(
      three,
      ...GROUP,
      "--interface",
      three.address,
      "--buffer",
      "300",
    );
    await using c = await listener(three, "--host", three.address); // in no group
    await using speaker = one.lesson(17, "speak", ...GROUP, "--interface", one.address);
    await speaker.endInput(); // the melody
    const { stdout } = await speaker.end();
    const [, sent] = stdout.match(/: (\d+) datagrams\./)!;
    for (const program of [a, b]) {
      const [, from] = await program.prints(/(\S+):\d+ speaks\./);
      assertEquals(from, one.address);
      await program.prints(
        new RegExp(`\n${sent} datagrams came\\. 0 were lost, 0 came too late\\.`),
      );
    }
    c.signal("SIGINT");
    assertMatch((await c.end()).stdout, /received 0 \(0 bytes\)\.\n$/);
  },
);

network("lesson 17: without --interface a group stays on its host", async ([one, two]) => {
  await using far = await listener(two, ...GROUP, "--interface", two.address);
  await using near = await listener(one, ...GROUP);
  await using speaker = one.lesson(17, "speak", ...GROUP);
  await speaker.endInput();
  await near.prints(/127\.0\.0\.1:\d+ speaks\./);
  far.signal("SIGINT");
  assertMatch((await far.end()).stdout, /received 0 \(0 bytes\)\.\n$/);
});

network(
  "lesson 17: from one host to another, without a word about an interface",
  async ([one, two]) => {
    await using hearing = await listener(two, "--host", two.address);
    await using speaker = one.lesson(17, "speak", "--host", two.address);
    await speaker.endInput();
    const [, from] = await hearing.prints(/(\S+):\d+ speaks\./);
    assertEquals(from, one.address);
  },
);
