import { assert, assertEquals, assertMatch } from "@std/assert";
import { network, succeeds } from "../hosts.ts";

network(
  "lesson 10: 10 MB arrive byte for byte where a fifth is lost each way, ten times",
  async ([one, two]) => {
    for (const [host, way] of [[one, "sport"], [two, "dport"]] as const) {
      await host.nft(`table inet door {
    counter lost {}
    chain input {
      type filter hook input priority 0
      udp ${way} 9191 numgen random mod 100 < 20 counter name lost drop
    }
  }`);
    }
    const folder = (await succeeds("mktemp", "-d")).stdout.trim();
    const lesson10 = `"${Deno.execPath()}" run --no-prompt --allow-net lessons/10_window.ts`;
    try {
      await succeeds("sh", "-c", `head -c 10000000 /dev/urandom > ${folder}/file`);
      for (let turn = 0; turn < 10; turn++) {
        const start = performance.now();
        await using receiver = two.start(
          "sh",
          "-c",
          `${lesson10} receive --host 0.0.0.0 > ${folder}/copy`,
        );
        const sent = await one.start(
          "sh",
          "-c",
          `${lesson10} send --host ${two.address} --window 32 < ${folder}/file`,
        ).end();
        console.log(`${Math.round(performance.now() - start)} ms: ${sent.stdout.trim()}`);
        assertEquals([sent.code, sent.stderr], [0, ""]);
        const received = await receiver.end();
        assertMatch(received.stderr, /Received 10,000,000 bytes in /);
        assertEquals(received.code, 0);
        await succeeds("cmp", `${folder}/file`, `${folder}/copy`);
      }
      for (const host of [one, two]) assert((await host.counters()).lost! > 1000);
    } finally {
      await succeeds("rm", "-r", folder);
    }
  },
);

network(
  "lesson 10: a cable that is pulled for three seconds ends nothing, and for good it ends both",
  async ([one, two]) => {
    await using receiver = two.lesson(10, "receive", "--host", "0.0.0.0");
    await using sender = one.lesson(10, "send", "--host", two.address);
    await sender.type("before\n");
    await receiver.prints(/before\n/);
    await one.ip("link", "set", "eth0", "down");
    await sender.type("meanwhile\n");
    await new Promise((resolve) => setTimeout(resolve, 3000));
    await one.ip("link", "set", "eth0", "up");
    await receiver.prints(/before\nmeanwhile\n/);
    await one.ip("link", "set", "eth0", "down");
    await sender.type("never\n");
    const [sent, received] = await Promise.all([sender.end(), receiver.end()]);
    assertMatch(sent.stderr, /^The receiver fell silent: not all of the file is known to have arr/);
    assertMatch(
      received.stderr,
      /The sender fell silent after 17 bytes: this is not the whole file/,
    );
    assertEquals([sent.code, received.code], [1, 1]);
  },
);
