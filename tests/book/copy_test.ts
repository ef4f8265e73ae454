import { assert, assertEquals } from "@std/assert";
import { allowCopying, browser, open, pages, project, serve } from "./helpers.ts";

/** What a program that cannot run says: not what a lesson says of its network. */
const BROKEN =
  /SyntaxError|ReferenceError|TypeError|NotCapable|is not defined|not found|not a dependency|prompt/i;

/** Runs it until it ends, or for some seconds: a server, or a chat, goes on. Returns what is wrong. */
async function wrong(folder: string, command: string, isRole: boolean): Promise<string> {
  const [, verb, ...args] = command.split(" ");
  const child = new Deno.Command(Deno.execPath(), {
    args: [verb!, "--no-prompt", ...args],
    cwd: folder,
    env: { NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  let output = "";
  let stopped = false;
  const stop = () => {
    stopped = true;
    try {
      child.kill("SIGKILL");
    } catch {
      // It has ended.
    }
  };
  const read = async (stream: ReadableStream<Uint8Array<ArrayBuffer>>) => {
    for await (const text of stream.pipeThrough(new TextDecoderStream())) {
      output += text;
      if (isRole && /^Bind UDP on/m.test(output)) stop();
    }
  };
  const timer = setTimeout(stop, isRole ? 15_000 : 60_000);
  const [{ code }] = await Promise.all([child.status, read(child.stdout), read(child.stderr)]);
  clearTimeout(timer);
  // A role talks to nobody here, and may say so.
  const fine = isRole ? !BROKEN.test(output) : code === 0 && !stopped;
  return fine ? "" : `${output}\nexit code ${code}`;
}

/** The roles of a lesson, as its help has them. */
async function roles(folder: URL, path: string): Promise<string[]> {
  if (!path.startsWith("lessons/")) return [];
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", path, "--help"],
    cwd: folder,
    env: { NO_COLOR: "1" },
  }).output();
  const usage = new TextDecoder().decode(stdout).split("\n\n")[1]!;
  return [...usage.matchAll(/^ +deno task lesson\d+ (\w+) \[options\]/gm)].map(([, word]) => word!);
}

Deno.test("what is copied", async (t) => {
  using folder = await project();
  await using book = await serve(folder);
  await using chromium = await browser();
  await allowCopying(chromium, book.address);
  const empty = await Deno.makeTempDir();
  const failures: string[] = [];
  let copied = 0;
  const programs: { file: string; command: string; isRole: boolean }[] = [];

  await t.step("is a program for each function, and its own lines", async () => {
    for (const name of (await pages(book.address)).filter((name) => /^(\d\d_|lib-)/.test(name))) {
      await using opened = await open(chromium, book.address + name);
      const { page, complaints } = opened;
      await page.evaluate(() =>
        document.querySelectorAll("details").forEach((one) => one.open = true)
      );
      const path = name.replace("lib-", "lib/").replace(/^(?=\d)/, "lessons/").replace(
        ".html",
        ".ts",
      );
      const source = await Deno.readTextFile(new URL(path, folder));
      const wanted = [...source.matchAll(/^export (?:async )?(?:function\*?|class) (\w+)/gm)].map((
        [, one],
      ) => one!);
      const own = await roles(folder, path);
      const there = await page.$$eval(
        "a.copy",
        (all) => all.map((one) => (one as HTMLElement).dataset.copy!).filter((one) => one),
      );
      for (const one of wanted) assert(there.includes(one), `${name}: ${one}`);
      assertEquals(there.length, wanted.length + own.length, `${name}: ${there}`);
      assertEquals(there.length, new Set(there).size);
      for (const one of there) {
        await page.click(`a.copy[data-copy="${one}"]`);
        await page.waitForFunction(
          (one) => document.querySelector(".toast")?.textContent?.includes(`Copied ${one},`),
          {},
          one,
        );
        const text = await page.evaluate(() => navigator.clipboard.readText());
        const command = await page.$eval(".toast code", (code) => code.textContent!);
        await page.click(".toast button");
        await page.waitForFunction(() =>
          document.querySelector(".toast")?.textContent?.includes("alone")
        );
        const lines = await page.evaluate(() => navigator.clipboard.readText());
        const isRole = !wanted.includes(one);
        if (!isRole) assert(source.includes(lines.trim()), `${one}: ${lines}`);
        const saved = await (await fetch(`${book.address}${name.replace(".html", "")}.${one}.txt`))
          .text();
        assertEquals(saved, text);
        const file = `${name.replace(".html", "")}_${one}.ts`;
        await Deno.writeTextFile(`${empty}/${file}`, text);
        programs.push({ file, command: command.replace(` ${one}.ts`, ` ${file}`), isRole });
        copied++;
      }
      assertEquals(complaints, []);
    }
    assert(copied > 30);
  });

  await t.step("runs in an empty folder, with the command that comes with it", async () => {
    const open = [...programs];
    await Promise.all(Array.from({ length: 2 }, async () => {
      for (let program; (program = open.pop());) {
        const output = await wrong(empty, program.command, program.isRole);
        if (output) failures.push(`${program.command}\n${output}`);
      }
    }));
    assertEquals(failures, []);
  });

  await t.step("has no wrong types", async () => {
    const { code, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["check", "--unstable-net", ...programs.map(({ file }) => file)],
      cwd: empty,
    }).output();
    assertEquals(code, 0, new TextDecoder().decode(stderr));
  });
  await Deno.remove(empty, { recursive: true });
});
