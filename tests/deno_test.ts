/**
 * What Deno is told in deno.json about tests.
 *
 * @module
 */
import { assertEquals, assertMatch } from "@std/assert";
import config from "../deno.json" with { type: "json" };
import { type Ended, Program } from "./program.ts";

/** Runs Deno in the project's folder. */
function deno(...args: string[]): Promise<Ended> {
  return new Program(Deno.execPath(), args).end(5);
}

Deno.test("deno test: the permissions are those of deno task test", () => {
  const flags = config.tasks.test.command.match(/--allow-\S+/g)!.map((flag) => {
    const [name, values] = flag.slice("--allow-".length).split("=");
    return [name, values?.split(",") ?? true];
  });
  assertEquals(Object.fromEntries(flags), config.test.permissions as Record<string, unknown>);
});

Deno.test("deno test: typed alone it says to use -P, and with -P it tests", async () => {
  const file = "tests/lib/encoding_test.ts";
  const [alone, permitted] = await Promise.all([deno("test", file), deno("test", "-P", file)]);
  assertEquals([alone.code, alone.stdout], [1, ""]);
  assertMatch(alone.stderr, /Did you mean to run with `-P`/);
  assertEquals(permitted.code, 0, permitted.stderr);
  assertMatch(permitted.stdout, /ok \| [1-9]\d* passed \| 0 failed/);
});

Deno.test("deno test: what a test leaves open, fails it", async () => {
  const file = await Deno.makeTempFile({ suffix: "_test.ts" });
  try {
    await Deno.writeTextFile(file, 'Deno.test("leaves", () => void Deno.openSync("deno.json"));');
    const { code, stdout } = await deno("test", "-P", "--no-check", "--config=deno.json", file);
    assertEquals(code, 1, stdout);
    assertMatch(stdout, /Leaks detected/);
  } finally {
    await Deno.remove(file);
  }
});
