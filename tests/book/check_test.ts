import { assert, assertEquals } from "@std/assert";
import type { Page } from "puppeteer-core";
import { browser, open, project, serve, until } from "./helpers.ts";

const state = (page: Page, name: string) =>
  page.$eval(
    `[data-exercise="${name}"] .result`,
    (one) => one.querySelector(".state")?.textContent ?? "",
  );

Deno.test("an exercise", async (t) => {
  using folder = await project({ runs: [] });
  await using book = await serve(folder);
  await using chromium = await browser();
  const file = new URL("exercises/04_echo.ts", folder);
  const shipped = await Deno.readTextFile(file);
  const solution = (await Deno.readTextFile(new URL("exercises/solutions/04_echo.ts", folder)))
    .replaceAll('"../../lib', '"../lib');
  await using opened = await open(chromium, `${book.address}04_echo.html`);
  const { page, complaints } = opened;

  await t.step("shows its task, its hints one by one, and a link to the editor", async () => {
    const hints = await page.$$eval(
      '[data-exercise="countingServer"] details',
      (all) => all.map((one) => one.open),
    );
    assertEquals(hints, [false, false, false]);
    for (const [name, word] of [["countingServer", "Map"], ["stoppableServer", "QUIT"]]) {
      const hints = await page.$eval(`[data-exercise="${name}"] .hints`, (one) => one.textContent!);
      assert(hints.includes(word!), `the hints of ${name}: ${hints}`);
    }
    const edit = await page.$eval(
      '[data-exercise="countingServer"] a.edit',
      (one) => one.getAttribute("href")!,
    );
    const line = shipped.split("\n").findIndex((line) => line.includes("function countingServer")) +
      1;
    assertEquals(
      await page.$eval("a.edit", (one) => one.getAttribute("title")),
      "VS Code; others: --editor",
    );
    const imports = await page.$eval(".turn-yours .imports", (one) => one.textContent!);
    assert(imports.includes('import { todo } from "./todo.ts";'), imports);
    assertEquals(edit, `vscode://file${folder.pathname}exercises/04_echo.ts:${line}`);
  });

  await t.step("is checked, and again at every save", async () => {
    await page.$eval('[data-exercise="stoppableServer"] .result', (one) => {
      const wrong = () => one.querySelector(".wrong") && Object.assign(globalThis, { wrong: true });
      new MutationObserver(wrong).observe(one, { childList: true, subtree: true });
    });
    await page.click('[data-exercise="countingServer"] .check');
    await until(
      async () => await state(page, "countingServer") === "not started",
      "the first check",
    );
    assertEquals(await state(page, "stoppableServer"), "not started");

    const wrong = shipped.replace(
      "  return todo();",
      '  for await (const { from } of socket) { console.log("asked by", from.hostname, "\\n.".repeat(11)); await socket.send("1", from); }',
    );
    await Deno.writeTextFile(file, wrong);
    await until(
      async () => await state(page, "countingServer") === "not yet",
      "a check of what was saved",
    );
    const shown = await page.$eval('[data-exercise="countingServer"]', (one) => ({
      code: one.querySelector("figure code")!.textContent!,
      wrong: one.querySelectorAll("li.wrong").length,
      text: one.querySelector(".result")!.textContent!,
    }));
    assert(shown.code.includes('"asked by"'), shown.code);
    assert(shown.wrong > 0, shown.text);
    await page.emulateMediaType("print");
    const yours = await page.$$eval(
      ".exercise",
      (all) => all.map((one) => one.querySelector(".yours")?.checkVisibility() ?? false),
    );
    assertEquals(yours, [true, false], "paper says whose code it is");
    await page.emulateMediaType("screen");
    const seen = await page.evaluate(() => "wrong" in globalThis);
    assert(!seen, "The exercise that nobody has begun shows nothing wrong.");
    assertEquals(await page.$$eval(".solution", (all) => all.length), 0);
    assert(shown.text.includes("asked by 127.0.0.1"), shown.text);
    assert(/\n… and \d+ more lines/.test(shown.text), shown.text);

    await Deno.writeTextFile(file, solution);
    await until(async () => await state(page, "countingServer") === "done", "the solution");
    await until(async () => await state(page, "stoppableServer") === "done", "the other one");
    const solutions = await page.$$eval(
      ".solution pre",
      (all) => all.map((one) => one.textContent!),
    );
    assertEquals(solutions.length, 2);
    assert(solutions[0]!.startsWith("export async function countingServer("), solutions[0]);
    assert(solution.includes(solutions[0]!), solutions[0]);
    assertEquals(complaints, []);
  });

  await t.step("says what is done, at once and in the menu, and what comes next", async () => {
    const seen = () =>
      page.evaluate(() => ({
        marks: [...document.querySelectorAll(".mark")].map((one) => one.checkVisibility()),
        tick: getComputedStyle(document.querySelector(".lessons .done a")!, "::after").content,
        ticked: [...document.querySelectorAll(".lessons .done")].map((one) => one.textContent),
        next: [...document.querySelectorAll(".onward a")].map((one) =>
          `${one.textContent} ${one.getAttribute("href")}`
        ),
      }));
    const done = {
      marks: [true, true],
      tick: '"✓" / "done"',
      ticked: ["4 Echo server"],
      next: ["stoppableServer #stoppableServer", "lesson 5 Chat 05_chat.html"],
    };
    assertEquals(await seen(), done);
    await using later = await open(chromium, `${book.address}04_echo.html`);
    assertEquals(await later.page.$$eval(".mark:not([hidden])", (all) => all.length), 2);
    const other = await (await fetch(`${book.address}docs-questions.html`)).text();
    assert(other.includes('<li class="done"><a href="04_echo.html"'), "every page has the tick");
  });

  await t.step(
    "shows each case as it ends, and does not wait for those that never do",
    async () => {
      await Deno.writeTextFile(
        file,
        solution.replace("let reply:", "while (text) ;\n    let reply:"),
      );
      await until(
        async () =>
          await state(page, "countingServer") === "Checking…" &&
          await page.$$eval('[data-exercise="countingServer"] li', (all) => all.length) > 1,
        "cases of the one, while the other one runs",
      );
      assertEquals(await state(page, "stoppableServer"), "Checking…");
      await until(async () => await state(page, "stoppableServer") === "not yet", "the end");
      assertEquals(await state(page, "countingServer"), "done");
    },
  );

  await t.step("that does not compile says where, and text stays text", async () => {
    await Deno.writeTextFile(
      file,
      shipped.replace(
        "  return todo();",
        '  const text: number = "<img src=x>";\n  return todo();',
      ),
    );
    const result = () =>
      page.$eval('[data-exercise="countingServer"] .result', (one) => one.textContent!);
    await until(async () => (await result()).includes("does not compile"), "the compiler");
    assert(/04_echo\.ts:\d+:\d+/.test(await result()), await result());
    await Deno.writeTextFile(file, "}} this is no program <img src=x>");
    await until(
      async () => /not a module|expected|does not compile/i.test(await result()),
      "the compiler",
    );
    assertEquals(await page.$$eval(".exercise img", (all) => all.length), 0);
    // The editor has said it in these words, too.
    await until(async () => (await result()).includes("Unexpected token."), "the book's own words");
    await Deno.writeTextFile(file, shipped.replace("  return todo();", "  return `;"));
    const code = (name: string) =>
      page.$eval(`[data-exercise="${name}"] .code pre`, (one) => one.textContent!);
    await until(async () => (await code("countingServer")).includes("`;"), "the broken code");
    for (const [name, other] of [["countingServer", "stop"], ["stoppableServer", "count"]]) {
      const lines = await code(name!);
      assert(lines.startsWith(`export async function ${name}(`), lines);
      assert(lines.trimEnd().endsWith("}") && !lines.includes(other!), lines);
    }
  });

  await t.step("says in a sentence that its result could not be saved", async () => {
    const kept = new URL("exercises/.progress", folder);
    // A check that is under way may make the folder again.
    const isFile = async () => {
      await Deno.remove(kept, { recursive: true }).catch(() => {});
      const writing = Deno.writeTextFile(kept, "a file, in the place of the folder");
      return await writing.then(() => true, () => false);
    };
    await until(isFile, "a file in the place of the folder");
    await Deno.writeTextFile(file, solution);
    await until(async () => await state(page, "stoppableServer") === "done", "the solution again");
    // A check that began before the save says nothing of it: the next one does.
    const said = () =>
      page.$eval(
        '[data-exercise="stoppableServer"] .result',
        (one) => one.lastElementChild?.textContent ?? "",
      );
    const sentence = "The result could not be saved in exercises/.progress: ";
    await until(async () => (await said()).startsWith(sentence), sentence);
    await Deno.remove(kept);
    await Deno.writeTextFile(file, shipped);
    await until(async () => await state(page, "stoppableServer") === "not started", "no solution");
  });

  await t.step("is watched until somebody presses again", async () => {
    const button = '[data-exercise="countingServer"] .check';
    const pressed = () => page.$eval(button, (one) => one.ariaPressed);
    assertEquals(await pressed(), "true");
    await page.click(button);
    await until(async () => await pressed() === "false", "the end of it");
    await page.click(button);
    await until(async () => await pressed() === "true", "its beginning");
  });

  await t.step("counts among what is done, as long as it is as it was", async () => {
    await Deno.writeTextFile(file, solution);
    await until(async () => await state(page, "stoppableServer") === "done", "the solution again");
    const standing = async () => {
      const text = await (await fetch(book.address)).text();
      return text.match(/04_echo\.html"><span class="number">[^]*?<\/a>/)![0].match(
        /class="progress">([^<]*)/,
      )?.[1];
    };
    await until(async () => await standing() === "✓ done", "the tick");
    const text = await (await fetch(book.address)).text();
    assert(text.includes('<a class="start" href="01_send.html">Go on with lesson 1</a>'));
    await page.goto(book.address);
    await Deno.writeTextFile(file, shipped);
    assertEquals(await standing(), "");
    await page.goto(`${book.address}05_chat.html`);
    assertEquals(await page.$$eval(".lessons .done", (all) => all.length), 0);
  });

  await t.step("is not checked any more when the page is gone", async () => {
    const kept = new URL("exercises/.progress/04_echo.json", folder);
    const before = await Deno.readTextFile(kept);
    await Deno.writeTextFile(file, solution.replace("count", "count "));
    await new Promise((resolve) => setTimeout(resolve, 1500));
    assertEquals(await Deno.readTextFile(kept), before);
  });

  await t.step("says that the book has ended, and what to do", async () => {
    await page.goto(`${book.address}04_echo.html`);
    await page.waitForSelector(".check:not([hidden])");
    await page.click('[data-exercise="countingServer"] .check');
    await until(async () => await state(page, "countingServer") === "Checking…", "a check");
    book.process.kill("SIGINT");
    await book.process.status;
    const said = "The book has stopped. Start it again: deno task book.";
    await until(async () => await state(page, "countingServer") === said, said);
  });
});

/** How many programs run a check in this folder (Linux). */
async function checking(folder: URL): Promise<number> {
  const path = decodeURIComponent(folder.pathname).replace(/\/$/, "");
  let number = 0;
  for await (const { name } of Deno.readDir("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    try {
      if (await Deno.readLink(`/proc/${name}/cwd`) !== path) continue;
      const words = await Deno.readTextFile(`/proc/${name}/cmdline`);
      if (words.includes("exercises/checks/")) number++;
    } catch {
      // It has ended meanwhile.
    }
  }
  return number;
}

Deno.test("a check ends when nobody looks any more, and then it has no result", async () => {
  using folder = await project({ runs: [] });
  await using book = await serve(folder);
  const page = new URL("exercises/04_echo.ts", folder);
  const text = await Deno.readTextFile(page);
  await Deno.writeTextFile(page, text.replace("\n  return todo();", "\n  for (;;);"));
  const headers = { origin: book.address.slice(0, -1) };
  const check = () => fetch(`${book.address}check/4`, { method: "POST", headers });
  const all = await Promise.all([check(), check(), check(), check()]);
  await until(async () => await checking(folder) > 0, "a check");
  for (const response of all) await response.body!.cancel();
  await until(async () => {
    const response = await check();
    await response.body!.cancel();
    return response.ok;
  }, "the end of one of the four");
  const kept = new URL("exercises/.progress/04_echo.json", folder);
  assertEquals(await Deno.stat(kept).catch(() => "none"), "none");
});
