import { assert, assertEquals } from "@std/assert";
import { allowCopying, browser, open, pages, project, serve } from "./helpers.ts";

/** What a program that cannot run says: not what a lesson says of its network. */
const BROKEN =
  /SyntaxError|ReferenceError|TypeError|of undefined|NotCapable|is not defined|not found|not a dependency|prompt/i;

/** Runs it until it ends, or for some seconds: a server, or a chat, goes on. Returns what is wrong. */
async function wrong(
  folder: string,
  { command, isRole, says }: { command: string; isRole: boolean; says: string },
): Promise<string> {
  const [, verb, ...args] = command.replaceAll('"', "").split(" "); // as a shell reads it
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
  const fine = isRole ? !BROKEN.test(output) : code === 0 && !stopped && output.includes(says);
  return fine ? "" : `${output}\nexit code ${code}`;
}

Deno.test("what is copied", async (t) => {
  using folder = await project();
  await using book = await serve(folder);
  await using chromium = await browser();
  await allowCopying(chromium, book.address);
  const empty = await Deno.makeTempDir();
  const failures: string[] = [];
  let copied = 0;
  const programs: { file: string; command: string; isRole: boolean; says: string }[] = [];

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
      const code = await Deno.readTextFile(new URL(path, folder));
      // A lesson's play is in the file that runs its page. A file of lib/ has none.
      const runs = await Deno.readTextFile(new URL(`cli/${path}`, folder)).catch(() => "");
      const source = code + runs;
      const functions = code.matchAll(/^export (?:async )?(?:function\*?|class) (\w+)/gm);
      const wanted = [...functions].map(([, one]) => one!);
      if (runs) wanted.push("play");
      const there = await page.$$eval(
        "a.copy",
        (all) => all.map((one) => (one as HTMLElement).dataset.copy!).filter((one) => one),
      );
      assertEquals([...there].sort(), [...wanted].sort(), name);
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
        assert(!/[[*?]/.test(command.replaceAll(/"[^"]*"/g, "")), `zsh would not take ${command}`);
        assert(text.split("\n").slice(0, 3).some((line) => line === `//   ${command}`), text);
        const lines = await page.evaluate(() => navigator.clipboard.readText());
        const isRole = text.includes('"This program takes no options');
        assert(source.includes(lines.trim()), `${one}: ${lines}`);
        const saved = await (await fetch(`${book.address}${name.replace(".html", "")}.${one}.txt`))
          .text();
        assertEquals(saved, text);
        const file = `${name.replace(".html", "")}_${one}.ts`;
        await Deno.writeTextFile(`${empty}/${file}`, text);
        // What prints nothing would look broken: it says that it works, or that it only defines something.
        const says = text.includes(' which says "It works."') ? "It works." : "";
        if (!says) assert(isRole || /only defines|\bconsole\.log\(|the picture/.test(text), text);
        programs.push({ file, command: command.replace(` ${one}.ts`, ` ${file}`), isRole, says });
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
        const output = await wrong(empty, program);
        if (output) failures.push(`${program.command}\n${output}`);
      }
    }));
    assertEquals(failures, []);
  });

  await t.step("says in a sentence what is wrong with a role", async () => {
    const run = async (...args: string[]) => {
      const { code, stderr } = await new Deno.Command(Deno.execPath(), {
        args: ["run", "--unstable-net", "--allow-net=127.0.0.1", "04_echo_server.ts", ...args],
        cwd: empty,
        env: { NO_COLOR: "1" },
      }).output();
      return [code, new TextDecoder().decode(stderr)];
    };
    assertEquals(await run("--port", "1"), [
      2,
      "This program takes no options: change what stands at its end.\n",
    ]);
    const file = `${empty}/04_echo_server.ts`;
    const text = await Deno.readTextFile(file);
    await Deno.writeTextFile(
      file,
      text.replace('"127.0.0.1", port: 9999', '"127.0.0.9", port: 9999'),
    );
    const [code, said] = await run();
    assertEquals(code, 1);
    assert(/^[^\n]*127\.0\.0\.9[^\n]*\n$/.test(`${said}`), `${said}`);
  });

  await t.step("can be read where the browser lets no page copy", async () => {
    await using opened = await open(chromium, `${book.address}04_echo.html`);
    const { page, complaints } = opened;
    await page.waitForSelector(".theme:not([hidden])");
    await page.evaluate(() =>
      Object.assign(navigator.clipboard, { writeText: () => Promise.reject(new Error("no")) })
    );
    const said = (text: string) =>
      page.waitForFunction(
        (text) => document.querySelector(".toast")!.textContent!.includes(text),
        {},
        text,
      );
    await page.click(".commands button.copy");
    await said("does not let a page copy. Here it is to select: deno task lesson4");
    await page.click("h1");
    assertEquals(await page.$eval(".toast", (one) => one.textContent), "");
    await page.click('a.copy[data-copy="serve"]');
    await said("does not let a page copy. Open the program");
    await Promise.all([page.waitForNavigation(), page.click(".toast a")]);
    assert(page.url().endsWith("04_echo.serve.txt"), page.url());
    assertEquals(complaints, []);
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
