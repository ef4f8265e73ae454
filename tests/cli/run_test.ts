import { assert, assertEquals, assertMatch } from "@std/assert";
import { bind } from "../../lib/udp.ts";
import { Program } from "../program.ts";

/** What `run` makes of a lesson with these parts, a program of its own. */
async function ran(parts: string, ...args: string[]) {
  const lesson =
    `{ part: 1, title: "x", about: "X.", port: 9, roles: {}, tryNext: ["", ""], ${parts} }`;
  const code = `
    import { run } from "./cli/run.ts";
    import { bind } from "./lib/udp.ts";
    Deno.args.push(...${JSON.stringify(args)});
    await run(${lesson});`;
  await using program = new Program(Deno.execPath(), ["eval", "--unstable-net", code]);
  return await program.end();
}

const throws = (error: string) => `play() { throw ${error} }`;

Deno.test("run: an error is told without what a terminal would obey, and not without an end", async () => {
  const [unsafe, long] = await Promise.all([
    ran(throws('new Error("no \\x1b[2J good\\u202e")')),
    ran(throws('new Error("x".repeat(100_000))')),
  ]);
  assertMatch(unsafe.stderr, /^no \\x1b\[2J good\\u\{202e\}\n$/);
  assert(long.stderr.length < 1100, long.stderr);
  assertEquals([unsafe.code, long.code], [1, 1]);
});

Deno.test("run: what is thrown and no error is told, too, and never a stack", async () => {
  const { code, stderr } = await ran(throws('"enough"'));
  assertEquals([code, stderr], [1, "enough\n"]);
});

Deno.test("run: what Deno does not allow is told without a flag, which no task takes", async () => {
  const { code, stderr } = await ran(
    `async play() {
      Deno.permissions.revokeSync({ name: "net" });
      await using socket = bind();
    }`,
  );
  assertEquals(code, 1);
  assertMatch(stderr, /^Cannot bind 127\.0\.0\.1:0: .*answer y when Deno asks\.\n$/);
});

Deno.test("run: an option that is an address is looked up, and so is what Deno has to allow", async () => {
  const role = `roles: { go: { about: "x",
    options: { at: { value: "HOST:PORT", about: "x", address: true }, fast: { about: "x" } },
    run: async ({ options }) => console.log(JSON.stringify(
      [options.has("at") && options.address("at"), options.flag("fast")])) } }`;
  const [given, none, wrong] = await Promise.all([
    ran(role, "go", "--at", "localhost:5", "--fast"),
    ran(role, "go"),
    ran(role, "go", "--at", "localhost"),
  ]);
  assertEquals(JSON.parse(given.stdout), [{ hostname: "127.0.0.1", port: 5 }, true]);
  assertEquals(JSON.parse(none.stdout), [false, false]);
  assertMatch(wrong.stderr, /^--at localhost is not an address: it must be HOST:PORT/);
  assertEquals([given.code, none.code, wrong.code], [0, 0, 2]);
});

Deno.test({
  name: "run: a role that writes data to standard output has its last words elsewhere",
  ignore: Deno.build.os === "windows",
  async fn() {
    const role = `roles: { go: { about: "x", writes: true,
      run: async ({ signal }) => { Deno.kill(Deno.pid, "SIGINT"); await new Promise(() => {}); } } }`;
    const { code, stdout, stderr } = await ran(role, "go");
    assertEquals([code, stdout], [0, ""]);
    assertMatch(stderr, /^Stopped\. Sent 0 datagrams/);
  },
});

Deno.test("run: a role gets what to bind, where to send, and its options", async () => {
  using _socket = bind();
  const role = (more: string) =>
    `roles: { go: { about: "x", ${more} options: { name: { value: "N", about: "x", default: "d" } },
      run: async ({ local, remote, options }) => console.log(JSON.stringify(
        [local, remote, options.text("name")])) } }`;
  const [sends, listens, far, six] = await Promise.all([
    ran(role(""), "go"),
    ran(role("listens: true,"), "go", "--host", "127.0.0.1", "--port", "5", "--name", "n"),
    ran(role(""), "go", "--host", "10.0.0.1"),
    ran(role(""), "go", "--host", "[::1]"),
  ]);
  const here = (port: number) => ({ hostname: "127.0.0.1", port });
  assertEquals(JSON.parse(sends.stdout), [here(0), here(9), "d"]);
  assertEquals(JSON.parse(listens.stdout), [here(5), here(5), "n"]);
  assertEquals(JSON.parse(far.stdout).slice(0, 2), [
    { hostname: "0.0.0.0", port: 0 },
    { hostname: "10.0.0.1", port: 9 },
  ]);
  assertEquals(JSON.parse(six.stdout).slice(0, 2), [
    { hostname: "::1", port: 0 },
    { hostname: "::1", port: 9 },
  ]);
});
