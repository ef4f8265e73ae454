import { assertEquals } from "@std/assert";
import { gathered } from "../../cli/gather.ts";
import { later, until } from "../helpers.ts";

/** A console that keeps what it is told to print. */
function recording() {
  const calls: string[] = [];
  return { calls, log: (text: string) => void calls.push(text), error: () => {} };
}

Deno.test("log: lines that come together are printed together, in their order, and soon", async () => {
  const console = recording();
  const { calls } = console;
  using say = gathered(new AbortController().signal, console);
  for (const line of ["one", "two", "three"]) say(line);
  assertEquals(calls, []);
  await until(() => calls.length > 0);
  say("four");
  await until(() => calls.length > 1);
  await later(30);
  assertEquals(calls, ["one\ntwo\nthree", "four"]);
});

Deno.test("log: at its end it prints the rest, and nothing twice", () => {
  const console = recording();
  {
    using say = gathered(new AbortController().signal, console);
    say("one");
    say("two");
  }
  assertEquals(console.calls, ["one\ntwo"]);
});

Deno.test("log: at Ctrl-C it prints the rest, before anyone else says something", async () => {
  const console = recording();
  const interrupt = new AbortController();
  using say = gathered(interrupt.signal, console);
  interrupt.signal.addEventListener("abort", () => console.log("Stopped."));
  say("one");
  interrupt.abort();
  await later(30);
  assertEquals(console.calls, ["one", "Stopped."]);
});
