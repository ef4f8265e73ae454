/**
 * What each task may do: no more than it needs. A task that needs more gets it in two places, deno.json and
 * here, and so nobody widens one by mistake.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import config from "../deno.json" with { type: "json" };

/** This machine, to send from and to: 127.0.0.1, other addresses of loopback, and IPv6's. */
const LOOPBACK = "--allow-net=127.0.0.0/8,[::1],localhost";
const GROUPS = "239.255.0.0/16";

/** What the tests use beyond loopback: addresses that are refused or unreachable, and groups. */
const TESTED = ["127.0.0.0/8", "0.0.0.0", "[::1]", "[::]", "localhost", "192.0.2.99", GROUPS];
const ALL_BUT_NET = ["--allow-run", "--allow-read", "--allow-write", "--allow-env", "--allow-sys"];

const TASKS: Record<string, string[]> = {
  lessons: ["--allow-read=."],
  lesson1: ["--allow-net=127.0.0.1,[::1],localhost"],
  lesson2: ["--allow-net=127.0.0.1,[::1],localhost"],
  lesson3: ["--allow-net=127.0.0.0/8,0.0.0.0:0,[::1],localhost"], // its play binds all addresses
  lesson4: [LOOPBACK],
  lesson5: [LOOPBACK],
  lesson6: ["--allow-net=127.0.0.0/8,localhost", "--allow-sys=networkInterfaces"], // to broadcast
  lesson7: [LOOPBACK],
  lesson8: [LOOPBACK],
  lesson9: [LOOPBACK],
  lesson10: [LOOPBACK],
  lesson11: [LOOPBACK],
  // In lessons 12, 14 and 15, Windows binds all addresses to hear a group. To name them is another thing:
  // cli/permissions.ts has Deno ask for that.
  lesson12: [`--allow-net=127.0.0.1,0.0.0.0,${GROUPS}`],
  lesson13: [LOOPBACK],
  lesson14: [LOOPBACK, "--allow-read=files", "--allow-write=files"], // the folder that it serves
  lesson15: [LOOPBACK, "--allow-sys=hostname,loadavg"], // what its agent tells
  lesson16: [
    "--allow-net=127.0.0.0/8,0.0.0.0,224.0.0.9,localhost",
    "--allow-sys=networkInterfaces",
  ],
  lesson17: [`--allow-net=127.0.0.0/8,0.0.0.0,[::1],localhost,${GROUPS}`],
  lesson18: [LOOPBACK],
  lesson19: [LOOPBACK],
  lesson20: [LOOPBACK, "--allow-read=files", "--allow-write=files"],
  exercise: ["--allow-read=.", "--allow-write=exercises", "--allow-run"],
  book: [
    ...["--allow-net=127.0.0.1", "--allow-read=.", "--allow-write=.", "--allow-run"],
    "--allow-env=DISPLAY,WAYLAND_DISPLAY",
  ],
  test: [`--allow-net=${[...TESTED, "224.0.0.9"].join(",")}`, ...ALL_BUT_NET],
  "test:exercises": [
    ...["--allow-read", "--allow-write", "--allow-run", "--allow-env", "--allow-net=127.0.0.1"],
  ],
  dgram: ["--allow-read", "--allow-run"],
  windows: ["--allow-read", "--allow-run", "--allow-env", "--allow-sys=uid"],
  patience: ["-P"],
  peers: ["-P"],
  "test:book": ["--allow-all"],
  fuzz: [
    "--allow-net=127.0.0.1,239.255.77.77",
    "--allow-run",
    "--allow-read=.",
    "--allow-env",
    "-P",
  ],
  flood: ["--allow-net=127.0.0.1", "--allow-run", "--allow-read=.", "--allow-env"],
  cost: ["-P"],
  soak: ["--allow-net=127.0.0.1", "--allow-run=ls", "--allow-env=SOAK_SECONDS"],
  network: [
    `--allow-net=127.0.0.0/8,0.0.0.0,${GROUPS},224.0.0.9`,
    ...["--allow-run", "--allow-read", "--allow-env"],
    "--allow-sys=hostname,loadavg,networkInterfaces",
  ],
  bench: ["--allow-net=127.0.0.1"],
  "bench:relay": ["--allow-net=127.0.0.1", "--allow-run"],
  "bench:versions": ["--allow-net=127.0.0.1", "--allow-run", "--allow-read"],
  "bench:wild": [
    `--allow-net=127.0.0.1,${GROUPS}`,
    ...["--allow-run", "--allow-read", "--allow-write", "--allow-env"],
  ],
  "bench:peers": ["--allow-run", "--allow-read", "--allow-write"],
  "bench:book": ["--allow-net=127.0.0.1", ...ALL_BUT_NET],
  "bench:transfer": [
    ...["--allow-net=127.0.0.1", "--allow-run", "--allow-read", "--allow-env=BENCH_SECONDS"],
  ],
};

/** The flags of a command that let it do something, whatever their order: `--allow-run`, `-A`, `-P`. */
function permissions(command: string): string[] {
  const flags = command.split(/\s+/).filter((word) =>
    /^(--allow-|--permission-set|-[A-Z])/.test(word)
  );
  return flags.sort();
}

Deno.test("tasks: each may do what it needs, and no more", () => {
  const tasks: Record<string, { command: string }> = config.tasks;
  for (const [name, { command }] of Object.entries(tasks)) {
    const needed = (TASKS[name] ?? []).toSorted();
    const message = `The task ${name} has other permissions in deno.json than in this test.`;
    assertEquals(permissions(command), needed, message);
  }
  const gone = Object.keys(TASKS).filter((name) => !(name in tasks));
  assertEquals(gone, [], "Remove these from this test: deno.json has no such tasks.");
});

Deno.test("tasks: what the tests of -P may do is what deno task test may do", () => {
  const { net, ...others } = config.test.permissions;
  assertEquals(TASKS.test![0], `--allow-net=${net.join(",")}`);
  assertEquals(Object.keys(others).map((name) => `--allow-${name}`), ALL_BUT_NET);
});

Deno.test("tasks: every permission is found in a command, however it is written", () => {
  const command =
    "X=1 deno run --frozen -A --allow-write -W=. --allow-net=[::1] a.ts && deno test -P b.ts";
  assertEquals(permissions(command), ["--allow-net=[::1]", "--allow-write", "-A", "-P", "-W=."]);
});

Deno.test("tasks: a lesson never has a permission for everything", () => {
  for (const [name, { command }] of Object.entries(config.tasks)) {
    if (!/^lesson\d/.test(name)) continue;
    for (const flag of permissions(command)) {
      assert(/^--allow-(net|read|write|sys)=./.test(flag), `${name}: ${flag}`);
    }
  }
});

Deno.test("tasks: the tests, the exercises, the contents and the book leave deno.lock as it is", () => {
  for (const [name, { command }] of Object.entries(config.tasks)) {
    const checked = /^(lessons|exercise|book)$/.test(name) || /\bdeno test\b/.test(command);
    const runs = command.match(/\bdeno (run|test)\b/g) ?? [];
    if (checked) assertEquals(command.match(/ --frozen /g)?.length, runs.length, name);
  }
});
