import { assert, assertEquals, assertMatch } from "@std/assert";
import type { Given, Lesson, Role } from "../../cli/lesson.ts";
import { bind } from "../../lib/udp.ts";
import { bytes, here } from "../helpers.ts";
import { type Ended, ownLesson, Program, type Running } from "../program.ts";

/** Starts a lesson with these parts. */
function started(parts: Partial<Lesson>, ...args: string[]): Running {
  const play = () => Promise.resolve();
  const lesson: Lesson = {
    ...{ part: 1, title: "x", about: "X.", port: 9, play, roles: {}, tryNext: ["", ""] },
    ...parts,
  };
  return ownLesson(lesson, ...args);
}

/** What becomes of it. */
async function ran(parts: Partial<Lesson>, ...args: string[]): Promise<Ended> {
  await using program = started(parts, ...args);
  return await program.end();
}

/** A lesson that ends so. */
const throws = (error: unknown) => ({ play: () => Promise.reject(error) });

Deno.test("run: an error is told without what a terminal would obey, and not without an end", async () => {
  const unsafe = await ran(throws(new Error("no \x1b[2J good\u202e")));
  const long = await ran(throws(new Error("x".repeat(100_000))));
  assertMatch(unsafe.stderr, /^no \\x1b\[2J good\\u\{202e\}\n$/);
  assert(long.stderr.length < 1100, long.stderr);
  assertEquals([unsafe.code, long.code], [1, 1]);
});

Deno.test("run: what is thrown and no error is told, too, and never a stack", async () => {
  const { code, stderr } = await ran(throws("enough"));
  assertEquals([code, stderr], [1, "enough\n"]);
});

Deno.test("run: what Deno does not allow is told without a flag, which no task takes", async () => {
  const code = `
    import { run } from "./cli/run.ts";
    import { bind } from "./lib/udp.ts";
    const play = async () => {
      Deno.permissions.revokeSync({ name: "net" });
      await using socket = bind();
    };
    await run({ part: 1, title: "x", about: "X.", port: 9, roles: {}, tryNext: ["", ""], play });`;
  await using program = new Program(Deno.execPath(), ["eval", "--unstable-net", code]);
  const ended = await program.end();
  assertEquals(ended.code, 1);
  assertMatch(ended.stderr, /^Cannot bind 127\.0\.0\.1:0: .*answer y when Deno asks\.\n$/);
});

Deno.test("run: an option that is an address is looked up, and so is what Deno has to allow", async () => {
  const go: Role = {
    about: "x",
    options: { at: { value: "HOST:PORT", about: "x", address: true }, fast: { about: "x" } },
    run: ({ options, console }) => {
      const at = options.has("at") && options.address("at");
      return Promise.resolve(console.log(JSON.stringify([at, options.flag("fast")])));
    },
  };
  const given = await ran({ roles: { go } }, "go", "--at", "localhost:5", "--fast");
  const none = await ran({ roles: { go } }, "go");
  const wrong = await ran({ roles: { go } }, "go", "--at", "localhost");
  assertEquals(JSON.parse(given.stdout), [here(5), true]);
  assertEquals(JSON.parse(none.stdout), [false, false]);
  assertMatch(wrong.stderr, /^--at localhost is not an address: it must be HOST:PORT/);
  assertEquals([given.code, none.code, wrong.code], [0, 0, 2]);
});

Deno.test("run: a role that writes data to standard output has its last words elsewhere", async () => {
  const run = async ({ stdout, signal }: Given) => {
    await stdout.write(bytes("data"));
    await new Promise((ended) => signal.addEventListener("abort", ended));
  };
  await using program = started({ roles: { go: { about: "x", writes: true, run } } }, "go");
  await program.prints(/data/);
  program.signal();
  const { code, stdout, stderr } = await program.end();
  assertEquals([code, stdout], [0, "data"]);
  assertMatch(stderr, /^Stopped\. Sent 0 datagrams/);
});

Deno.test("run: a role gets what to bind, where to send, and its options", async () => {
  using _socket = bind();
  const role = (parts: Partial<Role>): { roles: Record<string, Role> } => ({
    roles: {
      go: {
        about: "x",
        options: { name: { value: "N", about: "x", default: "d" } },
        run: ({ local, remote, options, console }) =>
          Promise.resolve(console.log(JSON.stringify([local, remote, options.text("name")]))),
        ...parts,
      },
    },
  });
  const given = async (parts: Partial<Role>, ...args: string[]) =>
    JSON.parse((await ran(role(parts), "go", ...args)).stdout);
  assertEquals(await given({}), [here(0), here(9), "d"]);
  assertEquals(
    await given({ listens: true }, "--host", "127.0.0.1", "--port", "5", "--name", "n"),
    [here(5), here(5), "n"],
  );
  assertEquals(await given({}, "--host", "192.0.2.99"), [
    { hostname: "0.0.0.0", port: 0 },
    { hostname: "192.0.2.99", port: 9 },
    "d",
  ]);
  assertEquals(await given({}, "--host", "[::1]"), [
    { hostname: "::1", port: 0 },
    { hostname: "::1", port: 9 },
    "d",
  ]);
});
