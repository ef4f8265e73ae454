import { assertEquals, assertMatch } from "@std/assert";
import { lesson, NO_HOST, Program, runChild, runLesson } from "../program.ts";

/** A lesson with more permissions than its task has. */
function run(file: string, ...args: string[]): Program {
  const flags = ["run", "--unstable-net", "--allow-net", "--no-prompt"];
  return new Program(Deno.execPath(), [...flags, `lessons/${file}`, ...args]);
}

Deno.test("a host that does not resolve: 1, and the name", async () => {
  await using program = run("01_send.ts", "send", "--host", NO_HOST, "--message", "x");
  const { code, stdout, stderr } = await program.end();
  assertMatch(stderr, new RegExp(`^[^\n]*\\b${NO_HOST}\\b[^\n]*\n$`)); // no more than that line
  assertEquals([code, stdout], [1, ""]);
});

Deno.test("an address of another machine cannot be bound: 1, and what can", async () => {
  await using program = run("03_bind.ts", "bind", "--host", "192.0.2.99");
  const { code, stderr } = await program.end();
  assertMatch(
    stderr,
    /^Cannot bind 192\.0\.2\.99:7781: this machine has no such address\. Use 127/,
  );
  assertEquals(code, 1);
});

Deno.test("a missing permission, for a name or an address: 1, and what to do", async () => {
  const [name, address] = await Promise.all([
    runLesson(1, ["send", "--host", NO_HOST, "--message", "x"]),
    runChild(4, ["client", "--host", "192.0.2.99"]),
  ]);
  assertMatch(name.stderr, /^[^\n]*\bx{64}\.invalid\b[^\n]*\n$/);
  assertEquals(
    address.stderr,
    "Deno lets this program use this machine only, and has to ask for 0.0.0.0 and 192.0.2.99. " +
      "Run it in a terminal, and answer y.\n",
  );
  assertEquals([name.code, address.code], [1, 1]);
  assertEquals(address.stdout, ""); // nobody is there to be asked
});

Deno.test("localhost will do, and an IPv4 address in IPv6 clothes, wherever an address will", async () => {
  await using server = lesson(4, "server", "--host", "localhost", "--port", 0);
  const port = (await server.prints(/Bind UDP on (\d+)/))[1]!;
  for (const host of ["localhost", "::ffff:127.0.0.1"]) {
    const { stdout } = await runLesson(4, ["client", "--host", host, "--port", port]);
    assertEquals(stdout, "Hello, Michael!\nHello, Tracy!\nHello, Sarah!\n");
  }
});
