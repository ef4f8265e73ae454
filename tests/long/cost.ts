/**
 * What sockets and waits cost: many of them, and a limit.
 *
 * @module
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import * as dns from "../../lib/dns.ts";
import * as tftp from "../../lib/tftp.ts";
import { pointers } from "../nonsense.ts";
import { Program } from "../program.ts";

/** How long this takes, in milliseconds: it is done again and again for half a second. */
function each(work: () => unknown): number {
  const start = performance.now();
  let times = 0;
  while (performance.now() < start + 500) {
    work();
    times++;
  }
  return (performance.now() - start) / times;
}

Deno.test("a long TFTP request: ten times the bytes are read in ten times the time", () => {
  const zeros = new Uint8Array(65_000);
  zeros[1] = 1;
  const [some, many] = [6_500, 65_000].map((length) => {
    return each(() => tftp.tryDecode(zeros.subarray(0, length)));
  });
  assert(many! / some! < 35, `${many! / some!} times as long`); // 100 were quadratic
});

Deno.test("a long DNS message of pointers: ten times the bytes are read in ten times the time", () => {
  const [some, many] = [1_600, 16_000].map((length) => {
    const bytes = pointers(length);
    return each(() => dns.decode(bytes));
  });
  assert(many! / some! < 35, `${many! / some!} times as long`); // 100 were quadratic
});

/** What a program of its own prints: nobody else's garbage is in its numbers. */
async function measured(body: string, ...flags: string[]): Promise<number> {
  const run = ["run", "--no-prompt", "--unstable-net", "--allow-net=127.0.0.1", ...flags];
  await using program = new Program(Deno.execPath(), [...run, "--ext=ts", "-"]);
  await program.type(`import { bind } from "./lib/udp.ts";\n${body}\nDeno.exit();`);
  const { stdout, stderr } = await program.end();
  assertEquals(stderr, "");
  assertMatch(stdout, /^[\d.e+-]+\n$/);
  return Number(stdout);
}

Deno.test("a socket that never receives has no receive buffer", async () => {
  const bytes = await measured(`
    const before = Deno.memoryUsage().external;
    const sockets = Array.from({ length: 200 }, () => bind());
    for (const socket of sockets) await socket.send("Hello", sockets[0]!.address);
    console.log((Deno.memoryUsage().external - before) / sockets.length);`);
  assert(bytes < 10_000, `${bytes} bytes each`);
});

Deno.test("a socket that waits for its first datagram takes up no receive buffer", async () => {
  const bytes = await measured(`
    const sockets = Array.from({ length: 500 }, () => bind());
    const before = Deno.memoryUsage().rss;
    for (const socket of sockets) socket.receive().catch(() => {});
    await new Promise((resolve) => setTimeout(resolve, 100));
    console.log(Math.max(0, (Deno.memoryUsage().rss - before) / sockets.length));`);
  assert(bytes < 30_000, `${bytes} bytes each`); // 6,000; a plain buffer would take up 65,535
});

Deno.test("receives that time out leave nothing behind, alone or behind one that waits", async () => {
  const flag = "--v8-flags=--expose-gc";
  for (const first of ["", "socket.receive().catch(() => {});"]) {
    const bytes = await measured(
      `
      using socket = bind();
      ${first}
      const some = async () => {
        for (let i = 0; i < 20_000; i++) {
          const giveUp = new AbortController();
          const receiving = socket.receive({ signal: giveUp.signal }).catch(() => {});
          giveUp.abort();
          await receiving;
        }
        await new Promise((resolve) => setTimeout(resolve));
        gc();
        return Deno.memoryUsage().heapUsed;
      };
      await some();
      const before = await some();
      console.log(Math.max(0, (await some() - before) / 20_000));`,
      flag,
    );
    assert(bytes < 20, `${bytes} bytes each`);
  }
});

/** Milliseconds, the least of three: the machine may do other things as well. */
async function least(body: string): Promise<number> {
  const times = [];
  for (let i = 0; i < 3; i++) times.push(await measured(body));
  return Math.min(...times);
}

Deno.test("100,000 receives end at once when their socket is closed", async () => {
  const time = await least(`
    const socket = bind();
    const waiting = Array.from({ length: 100_000 }, () => socket.receive());
    const start = performance.now();
    socket.close();
    await Promise.allSettled(waiting);
    console.log(performance.now() - start);`);
  assert(time < 1000, `${time} ms`); // 50 on a quiet machine; 2,600 if each looks for the next one
});

Deno.test("ten times as many receives with a signal each are aborted in ten times the time", async () => {
  const aborting = (count: number, order: string) => `
    using socket = bind();
    const all = Array.from({ length: ${count} }, () => new AbortController());
    const waiting = all.map(({ signal }) => socket.receive({ signal }).catch(() => {}));
    const start = performance.now();
    for (const one of all${order}) { one.abort(); if (one === all[0]) await null; }
    await Promise.all(waiting);
    console.log(performance.now() - start);`;
  for (const order of ["", ".reverse()"]) {
    const [some, many] = [10_000, 100_000].map((count) => least(aborting(count, order)));
    const ratio = await many! / await some!;
    assert(ratio < 35, `${ratio} times as long`); // 100 were quadratic
  }
});
