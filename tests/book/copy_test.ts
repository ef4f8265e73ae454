import { assert, assertEquals } from "@std/assert";
import type { Page } from "puppeteer-core";
import { allowCopying, browser, open, reading, until } from "./helpers.ts";

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

/** What a command lets a program do. */
function permissions(command: string): string[] {
  return command.replaceAll('"', "").split(" ").filter((word) => word.startsWith("--allow-"));
}

const clipboard = (page: Page) => page.evaluate(() => navigator.clipboard.readText());

/** Waits until the page says so. */
const said = (page: Page, text: string) =>
  page.waitForFunction(
    (text) => document.querySelector(".toast")?.textContent?.includes(text),
    { polling: "mutation" },
    text,
  );

interface Press {
  readonly selector: string;
  /** Which one of several. */
  readonly index?: number;
  /** What the page says then. */
  readonly says: string;
}

/**
 * Presses one after the other what a mouse would hit there. Returns what each has copied, and the command that
 * the page shows. All of it is done in the page: from here each press takes twenty times as long.
 */
function press(page: Page, all: Press[]): Promise<{ copied: string; command: string }[]> {
  return page.evaluate(async (all) => {
    const toast = document.querySelector(".toast")!;
    const said = (text: string) =>
      new Promise<void>((resolve, reject) => {
        const see = () => toast.textContent!.includes(text) && resolve();
        new MutationObserver(see).observe(toast, { childList: true });
        setTimeout(() => reject(new Error(`The page does not say: ${text}`)), 60_000);
        see();
      });
    const results = [];
    for (const { selector, index = 0, says } of all) {
      const one = document.querySelectorAll(selector)[index]!;
      one.scrollIntoView({ block: "center", behavior: "instant" });
      const { left, top, width, height } = one.getClientRects()[0]!;
      const hit = document.elementFromPoint(left + width / 2, top + height / 2) as HTMLElement;
      if (!one.contains(hit)) throw new Error(`${hit.outerHTML} covers ${one.outerHTML}`);
      hit.click();
      await said(says);
      const command = toast.querySelector("code")?.textContent ?? "";
      results.push({ copied: await navigator.clipboard.readText(), command });
    }
    return results;
  }, all);
}

Deno.test("what is copied", async (t) => {
  const { folder, book, names } = await reading();
  await using chromium = await browser();
  await allowCopying(chromium, book.address);
  const empty = await Deno.makeTempDir();
  const failures: string[] = [];
  const programs: { file: string; command: string; isRole: boolean; says: string }[] = [];

  /** Of a page, each function's program and its command, which a test below runs. */
  const copyPrograms = async (page: Page, name: string, wanted: string[]) => {
    const there = await page.$$eval("a.copy[data-copy]", (all) =>
      all.map((one) => ({
        name: (one as HTMLElement).dataset.copy!,
        lines: Number(one.querySelector(".lines")?.textContent.match(/\d+/)?.[0]),
      })).filter(({ name }) => name));
    assertEquals(there.map(({ name }) => name).sort(), [...wanted].sort(), name);
    const all = await press(
      page,
      there.flatMap(({ name }) => [
        { selector: `a.copy[data-copy="${name}"]`, says: `Copied ${name} as a program` },
        { selector: ".toast button", says: "Copied: npx" },
      ]),
    );
    for (const [i, { name: one, lines }] of there.entries()) {
      const { copied: text, command } = all[2 * i]!;
      assertEquals(all[2 * i + 1]!.copied, command);
      assert(!/[[*?]/.test(command.replaceAll(/"[^"]*"/g, "")), `zsh would not take ${command}`);
      assert(text.split("\n").slice(0, 3).some((line) => line === `//   ${command}`), text);
      assertEquals(lines, text.trimEnd().split("\n").length, "as many lines as it said");
      assert(!/"your \w+"/.test(text), `an option has no example: ${text}`);
      const isRole = text.includes('"This program takes no options');
      const saved = await fetch(`${book.address}${name.replace(".html", "")}.${one}.txt`);
      assertEquals(await saved.text(), text);
      const file = `${name.replace(".html", "")}_${one}.ts`;
      await Deno.writeTextFile(`${empty}/${file}`, text);
      // What prints nothing would look broken: it says that it works, or that it only defines something.
      const says = text.includes(' which says "It works."') ? "It works." : "";
      if (!says) assert(isRole || /only defines|\bconsole\.log\(|the picture/.test(text), text);
      programs.push({ file, command: command.replace(` ${one}.ts`, ` ${file}`), isRole, says });
    }
    return there.length;
  };

  /** Of a page, its own lines: beside the first ones, or beside all. */
  const copyLines = async (page: Page, most: number, source: string, name: string) => {
    const selector = ".declaration button.copy, .programs button.copy";
    const seen = await page.$$eval(selector, (all) =>
      all.map((one) => {
        const own = [...one.closest("figure")!.querySelectorAll("pre:not(.example)")];
        return own.map((pre) => pre.textContent).join("").trimEnd().split("\n");
      }));
    const some = seen.slice(0, most);
    const says = (lines: string[]) =>
      lines.length === 1 ? "Copied line." : `${lines.length} lines.`;
    const all = await press(
      page,
      some.map((lines, index) => ({ selector, index, says: says(lines) })),
    );
    const lines = new Set(source.split("\n"));
    for (const [i, { copied }] of all.entries()) {
      const own = copied.trimEnd().split("\n");
      assertEquals(own, some[i], "what is seen");
      for (const line of own) assert(lines.has(line), `${name}: ${line}`);
    }
    return seen.length;
  };

  await t.step("is a program for each function, and its own lines", async () => {
    await using opened = await open(chromium, book.address);
    const { page, complaints } = opened;
    const { tasks } = JSON.parse(await Deno.readTextFile(new URL("deno.json", folder)));
    for (const name of names.filter((name) => /^(\d\d_|lib-)/.test(name))) {
      await opened.go(book.address + name);
      await page.waitForSelector(".theme:not([hidden])");
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
      const functions = code.matchAll(/^export (?:async )?(?:function\*?|class) (\w+)/gm);
      const wanted = [...functions].map(([, one]) => one!);
      if (runs) wanted.push("play");
      const there = await copyPrograms(page, name, wanted);
      const base = name.replace(".html", "");
      const task = tasks[`lesson${parseInt(name)}`]?.command ?? "--allow-net=127.0.0.1,localhost";
      for (const { file, command } of programs.filter(({ file }) => file.startsWith(`${base}_`))) {
        assertEquals(permissions(command), permissions(task), `${file}: as much as the lesson may`);
      }
      if (/^ {2}label\b/m.test(runs)) {
        const play = await Deno.readTextFile(`${empty}/${base}_play.ts`);
        assert(
          play.includes("new Diagram(drawing(console.log), "),
          `names in the picture: ${play}`,
        );
      }
      const most = runs ? Infinity : 3; // those of lib/ are all alike
      const buttons = await copyLines(page, most, code + runs, name);
      assert(buttons >= there - 1, name);
      assertEquals(complaints, []);
    }
    assert(programs.length > 30);
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
    await page.keyboard.down("Shift");
    await page.keyboard.press("Tab");
    await page.keyboard.up("Shift");
    assertEquals(await focused(), link, "Shift Tab goes back to where one was");
    await page.keyboard.press("Enter");
    await until(async () => await page.$(".toast button") !== null, "the toast again");
    await page.keyboard.press("Tab");
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
    // Roles come first, and many at once: they wait for others, and nobody is there.
    const open = programs.toSorted((a, b) => Number(a.isRole) - Number(b.isRole));
    await Promise.all(Array.from({ length: 6 }, async () => {
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
