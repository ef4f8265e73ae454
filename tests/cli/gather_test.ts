import { assertEquals } from "@std/assert";
import { gathered } from "../../cli/gather.ts";
import { later, printed, until } from "../helpers.ts";

Deno.test("log: lines that come together are printed together, in their order, and soon", async () => {
  const calls: string[] = [];
  const { log } = console;
  console.log = (text) => calls.push(text);
  try {
    using say = gathered(new AbortController().signal);
    for (const line of ["one", "two", "three"]) say(line);
    assertEquals(calls, []);
    await until(() => calls.length > 0);
    say("four");
    await until(() => calls.length > 1);
    await later(30);
    assertEquals(calls, ["one\ntwo\nthree", "four"]);
  } finally {
    console.log = log;
  }
});

Deno.test("log: at its end it prints the rest, and nothing twice", async () => {
  const lines = await printed(() => {
    using say = gathered(new AbortController().signal);
    say("one");
    say("two");
  });
  assertEquals(lines, ["one", "two"]);
});

Deno.test("log: at Ctrl-C it prints the rest, before anyone else says something", async () => {
  const interrupt = new AbortController();
  const lines = await printed(async () => {
    using say = gathered(interrupt.signal);
    interrupt.signal.addEventListener("abort", () => console.log("Stopped."));
    say("one");
    interrupt.abort();
    await later(30);
  });
  assertEquals(lines, ["one", "Stopped."]);
});
