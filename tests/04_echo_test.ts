import { assert, assertEquals, assertMatch } from "@std/assert";
import { ask, greeting, serve } from "../lessons/04_echo.ts";
import { bind } from "../lib/udp.ts";
import { lesson, runLesson } from "./program.ts";

Deno.test("lesson 4: Ctrl-C ends", async () => {
  await using server = lesson(4, "server", "--port", 0);
  await server.prints(/Bind UDP on (\d+)\.\.\./);
  server.signal();
  const { code, stdout, stderr } = await server.end();
  assertEquals(stderr, "");
  assertEquals(code, 0);
  assertMatch(stdout, /Stopped. Sent 0/);
});
