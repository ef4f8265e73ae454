import {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { Diagram } from "../cli/diagram.ts";
import type { Event } from "../cli/events.ts";
import { play } from "../cli/lessons/12_multicast.ts";
import { bindGroup, hearGroup, say, sayOne } from "../lessons/12_multicast.ts";
import { bind, MAX_BYTES } from "../lib/udp.ts";
import { quoted, soon, text } from "./helpers.ts";
import { NO_127_0_0_2, NOT_LINUX, unless } from "./only.ts";
import { eventually, freePort, lesson, runChild, runLesson, type Running } from "./program.ts";
import { waits } from "./waits.ts";

const GROUP = "239.255.77.77";
const HERE = "127.0.0.1";

/** Where a listener is bound: Windows binds no group's address. */
const OWN = Deno.build.os === "windows" ? "0.0.0.0" : GROUP;

/** Declares a test of what Linux does: elsewhere, other sockets hear a group. */
function onLinux(name: string, fn: () => Promise<void>): void {
  Deno.test({ ...unless(NOT_LINUX, `lesson 12: ${name}`), fn });
}

/** Declares a test of what Linux and Windows do. */
function withGroups(name: string, fn: () => Promise<void>): void {
  const missing = Deno.build.os === "darwin" ? "not tried on macOS" : "";
  Deno.test({ ...unless(missing, `lesson 12: ${name}`), fn });
}

/** Starts a listener, and waits until it has joined. */
async function listener(port: number, ...args: string[]): Promise<Running> {
  const program = lesson(12, "listen", "--port", port, ...args);
  await program.prints(/^Bind UDP on \S+:\d+\.\.\. \(interface \S+, Ctrl-C stops\)\n/);
  return program;
}

/** What it says to the group at this port. */
async function said(port: number, message: string, ...args: string[]) {
  return await runLesson(12, ["say", "--port", port, "--message", message, ...args]);
}

onLinux("bindGroup binds the group's address, and shares the port", async () => {
  using one = bindGroup({ hostname: GROUP, port: 0 });
  using two = bindGroup(one.address);
  assertEquals([one.address.hostname, two.address], [GROUP, one.address]);
  using sender = bind();
  await sender.send("nobody has joined at this port", one.address); // and so nothing is checked but this
});

onLinux("hearGroup hears the group from then on, and no other group", async () => {
  using one = await hearGroup({ hostname: GROUP, port: 0 }, HERE);
  const { port } = one.address;
  using two = await hearGroup({ hostname: "239.255.77.78", port }, HERE);
  using sender = bind();
  await sender.send("to the other", two.address);
  await sender.send("to this one", one.address);
  assertEquals(text((await one.receive({ signal: soon() })).data), "to this one");
  assertEquals(text((await two.receive({ signal: soon() })).data), "to the other");
});

onLinux("hearGroup, where it cannot join, throws and leaves no socket open", async () => {
  const port = freePort();
  const hear = () => hearGroup({ hostname: GROUP, port }, "192.0.2.99");
  await assertRejects(hear, Error, "no such network interface");
  await eventually(() => bind({ hostname: GROUP, port }).close()); // it is not shared
  // The sanitizer of this test would tell of an open socket, too.
});

withGroups("two listeners at one port hear what is said once", async () => {
  const port = freePort();
  await using one = await listener(port);
  await using two = await listener(port);
  const { code, stdout, stderr } = await said(port, "Hello");
  assertEquals(stderr, "");
  assertEquals(stdout, `Sent 5 bytes to ${GROUP}:${port}.\n`);
  assertEquals(code, 0);
  for (const program of [one, two]) await program.prints(/^127\.0\.0\.1:\d+ sent 5 bytes: Hello$/m);
  for (const program of [one, two]) {
    program.signal("SIGINT");
    const { code, stdout } = await program.end();
    assertEquals(
      stdout.replace(/:\d+ sent/, " sent"),
      `Bind UDP on ${OWN}:${port}... (interface 127.0.0.1, Ctrl-C stops)\n` +
        "127.0.0.1 sent 5 bytes: Hello\n" +
        "Stopped. Sent 0 datagrams (0 bytes), received 1 (5 bytes).\n",
    );
    assertEquals(code, 0);
  }
});

withGroups("each line that is typed is said, up to an empty one", async () => {
  using member = await hearGroup({ hostname: GROUP, port: 0 }, HERE);
  const { port } = member.address;
  const input = "Hello\n你好\n\nnot this\n";
  const { code, stdout, stderr } = await runLesson(12, ["say", "--port", port], input);
  const to = `to ${GROUP}:${port}.\n`;
  assertEquals([code, stdout, stderr], [0, `Sent 5 bytes ${to}Sent 6 bytes ${to}`, ""]);
  for (const line of ["Hello", "你好"]) {
    const { data, from } = await member.receive({ signal: soon() });
    assertEquals([text(data), from.hostname], [line, HERE]);
  }
  const empty = await runLesson(12, ["say", "--port", port, "--message="]);
  assertStringIncludes(empty.stdout, `Sent 0 bytes ${to}`);
  assertEquals((await member.receive({ signal: soon() })).data.length, 0);
});

Deno.test({
  ...unless(NO_127_0_0_2, "lesson 12: what is said leaves by the address that was named"),
  async fn() {
    using listener = bind(); // of no group: every system lets 127.0.0.2 send to it
    async function* typed() {
      yield "Hello";
    }
    await say(typed(), listener.address, "127.0.0.2", () => {});
    await sayOne("Hello", listener.address, "127.0.0.2", () => {});
    for (let times = 1; times <= 2; times++) {
      const { from } = await listener.receive({ signal: soon() });
      assertEquals(from.hostname, "127.0.0.2");
    }
  },
});

withGroups("to say something where nobody listens succeeds", async () => {
  const { code, stdout, stderr } = await said(freePort(), "Hello");
  assertEquals([code, stderr], [0, ""]);
  assertMatch(stdout, /^Sent 5 bytes to 239\.255\.77\.77:\d+\.\n$/);
});

onLinux("the listener hears its own group, and not another at the same port", async () => {
  await using program = await listener(0);
  const port = Number(program.stdout.match(/:(\d+)\.\.\./)![1]);
  using other = await hearGroup({ hostname: "239.255.77.78", port }, HERE);
  using sender = bind();
  await sender.send("to the other", other.address);
  await other.receive({ signal: soon() });
  await sender.send("to this one", { hostname: GROUP, port });
  await program.prints(/sent 11 bytes: to this one\n/);
  assert(!program.stdout.includes("to the other"));

  await using second = await listener(port, "--host", "239.255.77.78");
  await said(port, "Hi", "--host", "239.255.77.78");
  await second.prints(/sent 2 bytes: Hi\n/);
  assert(!program.stdout.includes("Hi"));
});

withGroups("nothing, and as much as possible, and what a terminal would obey", async () => {
  await using program = await listener(0);
  const port = Number(program.stdout.match(/:(\d+)\.\.\./)![1]);
  using sender = bind();
  for (const data of ["", new Uint8Array(MAX_BYTES).fill(65), "\x1b[2Jgone\n"]) {
    await sender.send(data, { hostname: GROUP, port });
  }
  await program.prints(/sent 0 bytes: \n.*sent 65,507 bytes: A{300}… \(65,507 bytes\)\n/);
  await program.prints(/sent 9 bytes: \\x1b\[2Jgone\\n\n/);
});

onLinux("a port that another program does not share is told as busy", async () => {
  using taken = bind({ hostname: GROUP });
  const { code, stderr } = await runLesson(12, ["listen", "--port", taken.address.port]);
  assertMatch(stderr, /^Cannot bind 239\.255\.77\.77:\d+: this port is taken\. .*\n$/);
  assertEquals(code, 1);
});

Deno.test("lesson 12: what is no group is told, with the limits, by both roles: 2", async () => {
  for (const role of ["listen", "say"]) {
    for (const host of ["127.0.0.1", "240.0.0.1"]) {
      const { code, stdout, stderr } = await runLesson(12, [role, "--host", host], "Hello\n");
      assertEquals(
        stderr,
        `--host ${host} is not a multicast address: those of IPv4 are 224.0.0.0 to 239.255.255.255, ` +
          "those of IPv6 begin with ff.\nSee: deno task lesson12 --help\n",
      );
      assertEquals([code, stdout], [2, ""]);
    }
  }
});

Deno.test("lesson 12: an interface that this machine has not got is told as that: 1", async () => {
  const wrong: [string, RegExp][] = [
    ["192.0.2.99", /^Cannot join 239\.255\.77\.77 on interface 192\.0\.2\.99: this machine has no/],
    ["lo", /^Interface "lo" is not a network interface\. For an IPv4 group it must be an address/],
    ["2", /^Interface 2 is not a network interface\. For an IPv4 group it must be an address/],
  ];
  for (const [value, words] of wrong) {
    const args = ["listen", "--port", 0, "--interface", value];
    const { code, stdout, stderr } = await runLesson(12, args);
    assertMatch(stderr, words);
    assertEquals([code, stdout], [1, ""]);
  }
  const empty = await runLesson(12, ["listen", "--interface", ""]);
  assertEquals([empty.code, empty.stderr.split("\n")[0]], [2, "--interface needs a value."]);
});

Deno.test("lesson 12: to say something takes an address of the group's version of IP: 2", async () => {
  const says = async (args: (string | number)[], version: number, rest: string) => {
    const { code, stdout, stderr } = await runLesson(12, ["say", "--message", "Hello", ...args]);
    const what = `--interface ${args[1]} is not an IPv${version} address.`;
    const network = "Give the one that this machine has on that network";
    assertEquals(stderr, `${what} ${network}, ${rest}\nSee: deno task lesson12 --help\n`);
    assertEquals([code, stdout], [2, ""]);
  };
  for (const value of ["lo", "0", "::1", "fe80::1%eth0"]) {
    await says(["--interface", value], 4, "such as 192.168.1.7.");
  }
  for (const value of ["0", "192.168.1.7"]) {
    const rest = "or leave it out: then the system picks.";
    await says(["--interface", value, "--host", "ff12::77%eth0"], 6, rest);
  }
});

Deno.test("lesson 12: what is said leaves from the interface's address, and so Deno asks for it", async () => {
  const args = ["say", "--message", "Hello", "--interface", "127.0.0.9"];
  const { code, stdout, stderr } = await runChild(12, args);
  assertMatch(
    stderr,
    /^Deno lets this program use this machine only, and has to ask for 127\.0\.0\.9\. /,
  );
  assertEquals([code, stdout], [1, ""]);
});

Deno.test("lesson 12: to a group of IPv6 the interface of 127.0.0.1 is no way", async () => {
  const six = ["--host", "ff15::77", "--port", freePort()];
  const { code, stderr } = await runChild(12, ["say", "--message", "Hello", ...six]);
  assertMatch(stderr, /^Deno lets this program .* has to ask for \[::\] and \[ff15::77\]\. /);
  assertEquals(code, 1);
});

waits(
  unless(NOT_LINUX, "lesson 12: played: who hears what, and that leaving takes the last one"),
  async () => {
    const { code, stdout, stderr } = await runLesson(12);
    assertEquals([code, stderr], [0, ""]);
    assertMatch(stdout, /red +sender +blue +open\n/);
    const notes = stdout.match(/^ {3}[A-Z].*/gm)!.map((note) => note.trim());
    assertEquals(notes, [
      "No socket received it: red has not joined its group yet.",
      "Red and blue join, each its own group. The sender does not join.",
      "Open is bound to 0.0.0.0: it receives what others here have joined.",
      "A fifth socket at 127.0.0.1 has joined red's group, and receives nothing.",
      "Red has left and still receives: the fifth keeps the machine in the group.",
      "No socket received it: the last one has left the group.",
    ]);
  },
);

waits(
  unless(
    NOT_LINUX,
    "lesson 12: played: a datagram for each who hears it, and those that nobody heard",
  ),
  async () => {
    const events: Event[] = [];
    await play(new Diagram((event) => events.push(event)));
    const names = events.flatMap((event) => event.event === "column" ? [event.name] : []);
    const seen = events.flatMap((event) =>
      event.event === "datagram" ? [`${event.text} > ${names[event.to]} ${event.fate}`] : []
    );
    assertEquals(seen.toSorted(), [
      "Anyone? > red unheard",
      "Bye! > red unheard",
      "Bye? > open arrived",
      "Bye? > red arrived",
      "Hi, blue > blue arrived",
      "Hi, blue > open arrived",
      "Hi, red > open arrived",
      "Hi, red > red arrived",
    ]);
    assertEquals([seen[0], seen.at(-1)], ["Anyone? > red unheard", "Bye! > red unheard"]);
  },
);

waits(
  unless(
    NOT_LINUX,
    "lesson 12: played while somebody else is in its groups' range, and at once, it is the same",
  ),
  async () => {
    await using other = await listener(0);
    const plays = await Promise.all(Array.from({ length: 3 }, () => runLesson(12, ["--json"])));
    for (const { stdout } of plays) {
      assertEquals(stdout.match(/"fate":"arrived"/g)?.length, 6);
      assertEquals(stdout.match(/"fate":"unheard"/g)?.length, 2);
    }
    assertMatch(other.stdout, new RegExp(`^Bind UDP on ${quoted(GROUP)}:\\d+.*\n$`));
  },
);
