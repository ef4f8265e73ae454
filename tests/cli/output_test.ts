import { assertEquals } from "@std/assert";
import config from "../../deno.json" with { type: "json" };
import { output } from "../../cli/output.ts";
import { here, later, text } from "../helpers.ts";
import { bind } from "../../lib/udp.ts";
import { freePort, Program } from "../program.ts";

/** Collects what is written, at most 3 bytes each time, and fails as often as this says. */
function stream(...failures: Error[]) {
  const written: number[] = [];
  const writeSync = (bytes: Uint8Array) => {
    const failure = failures.shift();
    if (failure) throw failure;
    written.push(...bytes.subarray(0, 3));
    return Math.min(3, bytes.length);
  };
  return { writeSync, written: () => text(new Uint8Array(written)) };
}

Deno.test("output: lines are whole, also where a pipe takes some bytes at a time", () => {
  const out = stream(new Deno.errors.WouldBlock("Resource temporarily unavailable"));
  const { log } = output(() => {}, out);
  log("Grüße");
  log();
  log("100 %d");
  assertEquals(out.written(), "Grüße\n\n100 %d\n");
});

Deno.test("output: several values, objects and bytes are printed as Deno prints them", async () => {
  const code = `
    import { endWithReader } from "${new URL("../../cli/output.ts", import.meta.url)}";
    function print() {
      console.log("one", "Ann", 5);
      console.log({ a: "x", deep: { b: [1, undefined, null, 5n] } }, new Map([["k", Symbol("s")]]));
      console.log(new TextEncoder().encode("Michael"));
      console.log(new Uint8Array(1000));
      console.log("%s has %d bytes", "Ann", 3, true);
      console.log("100 %");
      console.log("100 %s");
      console.log();
      console.log(undefined, null, Object.create(null), class A {}, () => {}, -0, "it's");
      console.log(Array(9).fill({ text: "a long text, so that this takes several lines" }));
    }
    print();
    console.log("---");
    endWithReader();
    print();
  `;
  await using program = new Program(Deno.execPath(), ["eval", code]);
  const { stdout, stderr } = await program.end();
  const [deno, own] = stdout.split("---\n");
  assertEquals([own, stderr], [deno, ""]);
});

Deno.test("output: a reader who goes away is told of once, whatever the system calls it", () => {
  for (
    const error of [
      new Deno.errors.BrokenPipe("Broken pipe (os error 32)"),
      new Error("Pipe not connected. (os error 233)"),
      new Error("The pipe is being closed. (os error 232)"),
    ]
  ) {
    let gone = 0;
    const { log } = output(() => gone++, stream(error));
    log("one");
    log("two");
    assertEquals(gone, 1);
  }
});

Deno.test("output: a disk that is full is no reader who goes away", () => {
  let gone = 0;
  const { log } = output(() => gone++, stream(new Error("No space left on device (os error 28)")));
  log("one");
  assertEquals(gone, 0);
});

/** Starts a task, whose reader may go away. */
function start(task: keyof typeof config.tasks, ...args: string[]): Program {
  const [, ...command] = config.tasks[task].command.split(" ");
  return new Program(Deno.execPath(), [...command, ...args]);
}

Deno.test("output: a program whose reader goes away ends with 0, and says nothing of it", async () => {
  const ended = [["lessons"], ["lesson1"], ["exercise", "--help"], ["lesson4", "--help"]] as const;
  await Promise.all(ended.map(async ([task, ...args]) => {
    await using program = start(task, ...args);
    await program.leave(); // before it has written anything
    const { code, stderr } = await program.end();
    assertEquals([code, stderr], [0, ""], task);
  }));
});

Deno.test("output: a server whose reader goes away ends at the next line, as with Ctrl-C", async () => {
  const port = freePort();
  await using server = start("lesson4", "server", "--port", `${port}`);
  await server.prints(/^Bind UDP on/);
  await server.leave();
  using client = bind();
  let running = true;
  const ended = server.end().finally(() => running = false);
  while (running) {
    await client.send("Michael", here(port)).catch(() => {});
    await later(10);
  }
  const { code, stderr } = await ended;
  assertEquals([code, stderr], [0, ""]);
});
