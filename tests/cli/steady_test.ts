import { assertEquals } from "@std/assert";
import { steadyClock } from "../../cli/steady.ts";

Deno.test("steady: the clock stands still while the program is stopped, and then goes on", () => {
  let time = 5000;
  const clock = steadyClock({ now: () => time, after: () => () => {} });
  const read = (later: number) => {
    time += later;
    return clock.now();
  };
  assertEquals([read(0), read(3), read(7), read(60_000), read(1)], [0, 3, 10, 20, 21]);
});
