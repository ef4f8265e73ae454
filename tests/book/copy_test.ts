import { assert, assertEquals } from "@std/assert";
import type { Page } from "puppeteer-core";
import { allowCopying, browser, open, pages, project, serve, until } from "./helpers.ts";

/** What a program that cannot run says: not what a lesson says of its network. */
const BROKEN =
  /SyntaxError|ReferenceError|TypeError|of undefined|NotCapable|is not defined|not found|not a dependency|prompt/i;

/** Runs it until it ends, or for some seconds: a server, or a chat, goes on. Returns what is wrong. */
async function wrong(
  folder: string,
  { command, isRole, says }: { command: string; isRole: boolean; says: string },
): Promise<string> {
  const [npx, yes, deno, verb, ...args] = command.replaceAll('"', "").split(" "); // as a shell reads it
  assertEquals([npx, yes, deno], ["npx", "-y", "deno@2"]); // for whoever has no Deno: here is one
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

const clipboard = (page: Page) => page.evaluate(() => navigator.clipboard.readText());

/** Waits until the page says so. */
const said = (page: Page, text: string) =>
  page.waitForFunction(
    (text) => document.querySelector(".toast")?.textContent?.includes(text),
    {},
    text,
  );

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
        await said(page, `Copied ${one} as a program`);
        const text = await clipboard(page);
        const command = await page.$eval(".toast code", (code) => code.textContent!);
        await page.click(".toast button");
        await said(page, "Copied: npx");
        assertEquals(await clipboard(page), command);
        assert(!/[[*?]/.test(command.replaceAll(/"[^"]*"/g, "")), `zsh would not take ${command}`);
        assert(text.split("\n").slice(0, 3).some((line) => line === `//   ${command}`), text);
        const shown = await page.$eval(
          `a.copy[data-copy="${one}"] .lines`,
          (one) => Number(one.textContent!.match(/\d+/)![0]),
        );
        assertEquals(shown, text.trimEnd().split("\n").length, "as many lines as it said");
        assert(!/"your \w+"/.test(text), `an option has no example: ${text}`);
        const isRole = text.includes('"This program takes no options');
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
      const buttons = await page.$$(".declaration button.copy, .programs button.copy");
      assert(buttons.length >= there.length - 1, name);
      if (!runs) buttons.splice(3); // they are all alike
      const lines = new Set(source.split("\n"));
      for (const button of buttons) {
        const seen = await button.evaluate((one) => {
          const own = [...one.closest("figure")!.querySelectorAll("pre:not(.example)")];
          return { lines: own.map((pre) => pre.textContent).join("").trimEnd().split("\n") };
        });
        await button.click();
        await said(page, seen.lines.length === 1 ? "Copied line." : `${seen.lines.length} lines.`);
        const copied = (await clipboard(page)).trimEnd().split("\n");
        assertEquals(copied, seen.lines, "what is seen");
        for (const line of copied) assert(lines.has(line), `${name}: ${line}`);
      }
      assertEquals(complaints, []);
    }
    assert(copied > 30);
  });

  await t.step("is, of a document, what is seen of its code", async () => {
    await using opened = await open(chromium, `${book.address}readme.html`);
    const { page } = opened;
    await page.waitForSelector(".block .copy");
    const blocks = await page.$$(".block");
    assert(blocks.length > 3);
    for (const block of blocks) {
      const text = await block.$eval("pre", (one) => one.textContent!);
      await (await block.$("button"))!.focus();
      await page.keyboard.press("Enter");
      await said(page, "Copied ");
      await until(async () => await clipboard(page) === text.trimEnd(), `the copy of ${text}`);
    }
  });

  await t.step("is told at once: Tab goes there and back, and Esc closes it", async () => {
    await using opened = await open(chromium, `${book.address}04_echo.html`);
    const { page } = opened;
    await page.waitForSelector(".theme:not([hidden])");
    const focused = () => page.evaluate(() => document.activeElement!.textContent!.trim());
    await page.focus('a.copy[data-copy="serve"]');
    const link = await focused();
    await page.keyboard.press("Enter");
    await said(page, "Copied serve as a program");
    await page.keyboard.press("Tab");
    assertEquals(await focused(), "Copy the command");
    await page.keyboard.press("Tab");
    const next = await focused();
    assert(next !== link && next !== "Copy the command" && next !== "", next);
    await page.focus('a.copy[data-copy="serve"]');
    await page.keyboard.press("Enter");
    await said(page, "Copied serve as a program");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await said(page, "Copied: npx");
    assertEquals(await focused(), link, "the focus is where it was");
    await page.keyboard.press("Escape");
    assertEquals(await page.$eval(".toast", (one) => one.textContent), "");
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
    await page.click(".commands button.copy");
    await said(page, "does not let a page copy. Here it is to select: deno task lesson4");
    await page.click("h1");
    assertEquals(await page.$eval(".toast", (one) => one.textContent), "");
    await page.click('a.copy[data-copy="serve"]');
    await said(page, "does not let a page copy. Open the program");
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
