import { assert, assertEquals } from "@std/assert";
import type { HTTPRequest, Page } from "puppeteer-core";
import { violations } from "./axe.ts";
import { browser, open, project, serve, until } from "./helpers.ts";

const textOf = (page: Page, selector: string) =>
  page.$eval(selector, (one) => one.textContent ?? "");

Deno.test("an open page", async (t) => {
  using folder = await project({ runs: [4] });
  await using book = await serve(folder);
  await using chromium = await browser();
  const lesson = new URL("lessons/04_echo.ts", folder);
  const shipped = await Deno.readTextFile(lesson);
  await until(
    async () =>
      (await (await fetch(`${book.address}04_echo.html`)).text()).includes('<svg viewBox="0 0 838'),
    "a recording",
  );
  await using opened = await open(chromium, `${book.address}04_echo.html`);
  const { page, complaints } = opened;

  await t.step("follows its lesson's file, and keeps what its reader has opened", async () => {
    await page.$$eval(
      "details:is(.words, .hints *)",
      (all) => all.forEach((one) => (one as HTMLDetailsElement).open = true),
    );
    await page.focus(".words summary");
    await page.evaluate(() => Object.assign(globalThis, { stays: true }));
    await Deno.writeTextFile(
      lesson,
      shipped.replace("export async function askFor", "/** New. */\nexport const fresh = 1;\n\n$&"),
    );
    await until(() => page.$("#fresh").then((one) => one !== null), "the new declaration");
    assertEquals(await textOf(page, "#fresh .prose p"), "New.");
    const kept = await page.evaluate(() => ({
      open: [...document.querySelectorAll("details:is(.words, .hints *)")]
        .every((one) => (one as HTMLDetailsElement).open),
      hidden: document.querySelectorAll("main button[hidden]").length,
      focused: document.activeElement?.matches(".words summary"),
      stays: "stays" in globalThis,
    }));
    assertEquals(kept, { open: true, hidden: 0, focused: true, stays: true });
    assert(await page.$eval("#serve a.copy", (one) => one.checkVisibility()));
  });

  await t.step(
    "says where its file is broken, keeps its text and picture, and forgets it when it is mended",
    async () => {
      await Deno.writeTextFile(lesson, `${shipped}\nconst missing = \`a backquote;\n`);
      await until(async () => (await textOf(page, "#trouble")) !== "", "the fault");
      const line = shipped.split("\n").length + 1;
      const said = await textOf(page, "#trouble");
      assert(said.startsWith(`lessons/04_echo.ts:${line}:`), said);
      const edit = await page.$eval("#trouble .change", (one) => (one as HTMLElement).dataset.line);
      assertEquals(edit, `${line}`, "Edit leads to the line");
      assert(await page.$("#serve"));
      assert(await page.$(".picture svg"));
      await Deno.writeTextFile(lesson, shipped);
      await until(async () => (await textOf(page, "#trouble")) === "", "the end of the fault");
      assertEquals(await page.$("#fresh"), null);
    },
  );

  await t.step("shows the new picture of a lesson that has changed", async () => {
    const runs = new URL("cli/lessons/04_echo.ts", folder);
    const text = await Deno.readTextFile(runs);
    await Deno.writeTextFile(runs, text.replaceAll("Michael", "Maria"));
    await until(async () => (await textOf(page, ".picture")).includes("“Maria”"), "the picture");
    await Deno.writeTextFile(runs, text);
    await until(async () => (await textOf(page, ".picture")).includes("“Michael”"), "the old one");
    // One that comes while the old one is played is shown after it.
    await page.select(".speed", "1500");
    await page.click(".play");
    const kept = new URL("book/.recorded/04_echo.json", folder);
    await Deno.writeTextFile(runs, text.replaceAll("Michael", "Maria"));
    await until(async () => (await Deno.readTextFile(kept)).includes("Maria"), "the recording");
    assert(!(await textOf(page, ".picture")).includes("“Maria”"), "it is played to its end");
    await page.select(".speed", "0");
    await until(async () => (await textOf(page, ".picture")).includes("“Maria”"), "the picture");
    // And of one that runs on what has changed.
    const library = new URL("lib/udp.ts", folder);
    const before = await Deno.readTextFile(kept);
    await Deno.writeTextFile(library, `${await Deno.readTextFile(library)}\n`);
    await until(async () => await Deno.readTextFile(kept) !== before, "another recording");
  });

  await t.step("that nobody sees asks for no changes, until somebody does", async () => {
    const followed: string[] = [];
    const isFollowing = (request: HTTPRequest) => request.url().includes("/changes/");
    page.on("requestfailed", (request) => isFollowing(request) && followed.push("ends"));
    page.on("request", (request) => isFollowing(request) && followed.push("begins"));
    for (const [i, state] of ["hidden", "visible"].entries()) {
      await page.evaluate((state) => {
        Object.defineProperty(document, "visibilityState", { value: state, configurable: true });
        document.dispatchEvent(new Event("visibilitychange"));
      }, state);
      await until(() => followed.length > i, state);
    }
    assertEquals(followed, ["ends", "begins"]);
  });

  await t.step(
    "follows an exercise and a document, and the book's end makes no noise",
    async () => {
      const exercise = new URL("exercises/04_echo.ts", folder);
      const mine = (await Deno.readTextFile(exercise)).replace(
        "\n  return todo();",
        "\n  // Mine.$&",
      );
      await Deno.writeTextFile(exercise, mine);
      await until(
        async () => (await textOf(page, "[data-exercise=countingServer] .code")).includes("Mine."),
        "the exercise",
      );
      await page.goto(`${book.address}docs-questions.html`);
      const document = new URL("docs/questions.md", folder);
      await Deno.writeTextFile(
        document,
        `${await Deno.readTextFile(document)}\n## A new one?\n\nYes.\n`,
      );
      await until(() => page.$("#a-new-one").then((one) => one !== null), "the document");
      assertEquals(complaints, []);
    },
  );
});

/** What the editor shows, as far as it is in sight. */
const shownIn = (page: Page) =>
  page.$eval(".host", (one) => one.shadowRoot!.querySelector(".cm-content")!.textContent!);
const verdict = (page: Page) => page.$eval(".editing .verdict", (one) => one.textContent!);
const said = (page: Page) => page.$eval(".editing .state", (one) => one.textContent!);

/** Whether lines of the editor are wider than it is: then letters hide behind the line numbers. */
const isTooNarrow = (page: Page) =>
  page.$eval(".host", (one) => {
    const scroller = one.shadowRoot!.querySelector(".cm-scroller")!;
    return scroller.scrollWidth > scroller.clientWidth;
  });

async function press(
  page: Page,
  ...keys: ("Control" | "s" | "f" | "z" | "Home" | "End")[]
): Promise<void> {
  for (const key of keys.slice(0, -1)) await page.keyboard.down(key);
  await page.keyboard.press(keys.at(-1)!);
  for (const key of keys.slice(0, -1)) await page.keyboard.up(key);
}

/** Goes to the editor that is open, where its cursor is. */
async function focusEditor(page: Page): Promise<void> {
  await page.$eval(
    ".host",
    (one) => one.shadowRoot!.querySelector<HTMLElement>(".cm-content")!.focus(),
  );
}

/** Presses the first Edit of this part of a page, and waits until it can be typed. */
async function edit(page: Page, part: string): Promise<void> {
  await page.waitForSelector(`${part} .change:not([hidden])`);
  await page.$eval(`${part} .change`, (one) => (one as HTMLElement).focus());
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => document.activeElement?.matches(".host"));
}

/** Whether the page's head leaves the whole editor in sight, and the editor the line that one changes. */
function isInSight(): boolean {
  const head = document.querySelector("header")!.getBoundingClientRect().bottom;
  const editor = document.querySelector(".editing")!.getBoundingClientRect();
  const lines = [...document.querySelector(".host")!.shadowRoot!.querySelectorAll(".cm-line")];
  const line = lines.find((one) => one.textContent!.includes("countingServer("));
  const { top, bottom } = line!.getBoundingClientRect();
  return head <= editor.top && Math.floor(editor.bottom) <= innerHeight && editor.top < top &&
    bottom < editor.bottom;
}

const focused = (page: Page) =>
  page.evaluate(() => document.activeElement!.textContent!.trim().slice(0, 40));

Deno.test("the editor in the page", async (t) => {
  using folder = await project({ runs: [4] });
  await using book = await serve(folder);
  await using chromium = await browser();
  const lesson = new URL("lessons/04_echo.ts", folder);
  const exercise = new URL("exercises/04_echo.ts", folder);
  const page4 = await Deno.readTextFile(lesson);
  const exercise4 = await Deno.readTextFile(exercise);
  const task = "[data-exercise=countingServer]";
  await using opened = await open(chromium, `${book.address}04_echo.html`);
  const { page, complaints } = opened;
  const asked: string[] = [];
  page.on("request", (request) => asked.push(request.url().slice(book.address.length)));
  let questions = 0;
  page.on("dialog", async (dialog) => {
    questions++;
    await dialog.accept();
  });

  await t.step("comes at the first Edit, at the line, and is left with Esc and Tab", async () => {
    await page.waitForSelector(".own .change:not([hidden])");
    assertEquals(asked.filter((name) => name.includes("editor")), []);
    await page.hover(".own .change");
    await until(() => asked.includes("editor.js"), "the editor, for whoever comes to its button");
    assertEquals(await page.$(".editing"), null);
    await edit(page, task);
    assertEquals(asked.filter((name) => name.includes("editor")).length, 1);
    await until(() => page.evaluate(isInSight), "the task and its line below the page's head");
    const described = await page.$eval(".host", (one) => {
      const content = one.shadowRoot!.querySelector(".cm-content")!;
      return [content.ariaLabel, content.getAttribute("aria-description")];
    });
    assertEquals(described, ["exercises/04_echo.ts", "Esc, then Tab, leaves the editor."]);
    await page.keyboard.type("// First.\n");
    assert((await shownIn(page)).includes("// First.export async function countingServer"));
    await page.keyboard.press("Tab");
    assert((await shownIn(page)).includes("  export async function countingServer"));
    await page.keyboard.press("?"); // is typed, and calls no help
    await page.keyboard.press("Backspace");
    assert(!await page.$("dialog[open]"));
    assert(!await isTooNarrow(page));
    await press(page, "Control", "f");
    await page.keyboard.type("stoppableServer");
    await page.keyboard.press("Enter");
    await page.keyboard.press("Escape");
    await page.keyboard.press("Delete"); // what was found is selected
    assert((await shownIn(page)).includes("async function ("), "the one that was found is gone");
    await press(page, "Control", "z");
    await press(page, "Home"); // and no selection that the next step would replace
    await page.keyboard.press("Escape");
    assertEquals(await said(page), "Tab leaves the editor now.");
    await page.keyboard.press("Tab");
    assertEquals(await focused(page), "Save");
    assertEquals(await said(page), "Not saved yet.");
  });

  await t.step(
    "saves an exercise, which is checked then, with what is wrong at its line",
    async () => {
      await focusEditor(page);
      await page.keyboard.type("const wrong: number = 'text';\n");
      await press(page, "Control", "s");
      await until(async () => (await Deno.readTextFile(exercise)).includes("'text'"), "the save");
      const line =
        (await Deno.readTextFile(exercise)).split("\n").findIndex((line) =>
          line.includes("'text'")
        ) + 1;
      await until(() => page.$(`${task} .check[aria-pressed=true]`).then(Boolean), "the check");
      await until(async () => (await shownIn(page)).includes("is not assignable"), "the compiler");
      const fault = await page.$eval(".host", (one) => {
        const fault = one.shadowRoot!.querySelector(".cm-fault");
        return [fault?.textContent, fault?.nextElementSibling?.className];
      });
      assert(fault[0]!.includes("'text'") && fault[1] === "cm-said", fault.join());
      const times = (await shownIn(page)).split("is not assignable").length - 1;
      assertEquals(times, 1, "one fault is told once, though the page has two exercises");
      assert(line > 20);
      assert((await verdict(page)).startsWith(`Line ${line}: Type 'string' is not assignable`));
      await edit(page, "[data-exercise=stoppableServer]"); // the editor goes there
      assertEquals(await verdict(page), "");
      await edit(page, task);
      await page.click(".editing .buttons > button:nth-of-type(2)");
      await until(async () => (await said(page)).startsWith("This is the file as it was"), "Reset");
      assertEquals(await Deno.readTextFile(exercise), exercise4);
      assert((await said(page)).includes("Yours is kept in exercises/04_echo.mine1.txt."));
      await until(async () => !(await shownIn(page)).includes("is not assignable"), "no fault");
      await page.click(".editing .buttons > button:nth-of-type(3)");
      assertEquals(await focused(page), "Edit countingServer");
      assertEquals(await page.$(".host"), null);
    },
  );

  await t.step("leads to the first case of an exercise that does not work", async () => {
    await edit(page, task);
    const always1 =
      'for await (const one of socket) { if (one.data.length === 5) await socket.send("1", one.from); }';
    await Deno.writeTextFile(exercise, exercise4.replace("  return todo();", always1));
    await until(async () => (await verdict(page)).includes("work. Not yet: "), "the verdict");
    assert(/^[1-9] of [1-9] work\./.test(await verdict(page)), await verdict(page));
    assert(!(await verdict(page)).includes("stoppableServer"), "nobody has begun it");
    const first = await textOf(page, `${task} .wrong`);
    const name = await textOf(page, ".editing .verdict button");
    assert(first.startsWith(`Wrong: ${name}`), first);
    await page.setViewport({ width: 1280, height: 500 }); // the editor fills it
    await page.click(".editing .verdict button");
    const isSeen = () => {
      const { top, bottom } = document.activeElement!.getBoundingClientRect();
      const buttons = document.querySelector(".editing .buttons")!.getBoundingClientRect();
      const head = document.querySelector("header")!.getBoundingClientRect().bottom;
      return document.activeElement!.matches(".wrong") && head <= top && bottom <= innerHeight &&
        (buttons.bottom <= top || bottom <= buttons.top);
    };
    await until(() => page.evaluate(isSeen), "the case, in sight, with the focus");
    await page.setViewport({ width: 1280, height: 900 });
    // The file has another exercise, which may be the one that somebody writes.
    const last = /return todo\(\);(?![^]*todo\()/;
    await Deno.writeTextFile(exercise, exercise4.replace(last, "socket.close();"));
    const both = "There is nothing to check yet. stoppableServer: not yet.";
    await until(async () => await verdict(page) === both, "the other one");
    await Deno.writeTextFile(exercise, exercise4);
    await until(async () => await verdict(page) === "There is nothing to check yet.", "the start");
    await page.click(".editing .buttons > button:nth-of-type(3)");
  });

  await t.step("changes a lesson: its page, its run and its picture", async () => {
    await page.waitForSelector(".picture svg"); // of the lesson as it was
    await edit(page, ".own");
    await page.keyboard.type("const broken = `;\n");
    await press(page, "Control", "s");
    await until(async () => (await said(page)).startsWith("Saved. Line "), "the save");
    await until(async () => (await textOf(page, "#trouble")) !== "", "the fault above the page");
    for (let i = 0; i < 18; i++) await page.keyboard.press("Backspace");
    await page.keyboard.type("const wrong: number = 'text';\n");
    await press(page, "Control", "s");
    await until(async () => (await shownIn(page)).includes("is not assignable"), "the compiler");
    assert(/^Line \d+: Type 'string' is not assignable/.test(await verdict(page)));
    for (let i = 0; i < 30; i++) await page.keyboard.press("Backspace");
    assertEquals(await verdict(page), "");
    await press(page, "Control", "s");
    await until(async () => (await Deno.readTextFile(lesson)) === page4, "the save");
    await until(async () => (await textOf(page, "#trouble")) === "", "no fault");
    await until(async () => await said(page) === "Saved. The picture is new.", "the new picture");
    assert((await textOf(page, ".status")).endsWith("run again after a change"));
    await page.click(".editing .state a");
    await until(() => page.$eval(".diagram", (one) => one.getBoundingClientRect().top > 0), "it");
    await focusEditor(page);
    await press(page, "Control", "s");
    await until(async () => await said(page) === "Saved.", "nothing new, and nothing to run");
    // What runs, but not to its end, has no new picture.
    await edit(page, ".own");
    await page.keyboard.type('queueMicrotask(() => { throw new Error("Halfway"); });\n');
    await press(page, "Control", "s");
    const failed = "Saved. It failed: the page says why.";
    await until(async () => await said(page) === failed, "the end of the run");
    assertEquals(
      await page.$eval(".editing .state a", (one) => (one as HTMLAnchorElement).hash),
      "#trouble",
    );
    await page.click(".editing .buttons > button:nth-of-type(2)");
    await until(async () => (await said(page)).startsWith("This is the file as it was"), "Reset");
    await edit(page, ".own");
    // Run takes what is typed: it is saved first.
    await page.keyboard.type("// Typed.\n");
    await page.click(".run");
    await until(async () => (await textOf(page, ".status")).endsWith("just now"), "a run");
    assertEquals(
      await Deno.readTextFile(lesson),
      page4.replace(/^const REPLY/m, "// Typed.\n$&"), // the editor opens where the code begins
    );
    await Deno.writeTextFile(lesson, page4.replaceAll("Hello, ${", "Good day, ${"));
    await until(async () => (await said(page)).includes("This is the new version."), "the change");
    await until(async () => (await textOf(page, ".picture")).includes("Good day, "), "a picture");
    await page.click(".editing .buttons > button:nth-of-type(2)");
    await until(async () => (await said(page)).startsWith("This is the file as it was"), "Reset");
    assertEquals(await Deno.readTextFile(lesson), page4);
    await until(async () => (await textOf(page, ".picture")).includes("Hello, "), "the old one");
    await until(async () => (await said(page)).includes("The picture is new."), "a word of it");
    assert(await page.evaluate(() => document.activeElement!.matches(".host")), "Ctrl Z works");
    // A run that hangs shows no new picture, and ends when the lesson is another one.
    const ended: string[] = [];
    page.on("requestfailed", (one) => one.url().endsWith("/run/4") && ended.push(one.url()));
    const loops = page4.replace("  return `Hello", '  if (name === "Sarah") while (true) ;\n$&');
    await Deno.writeTextFile(lesson, loops);
    await until(async () => (await said(page)).includes("This is the new version."), "the change");
    await focusEditor(page);
    await page.keyboard.type("// Mine.\n");
    await press(page, "Control", "s");
    await until(async () => (await said(page)).startsWith("Saved."), "the save");
    await page.click(".run");
    await until(async () => (await textOf(page, ".status")) === "Running…", "a run");
    await until(async () => (await textOf(page, ".picture")).includes("Hello, Michael"), "a reply");
    assert(!(await said(page)).includes("new."), await said(page));
    await page.click(".editing .buttons > button:nth-of-type(2)");
    await until(() => ended.length === 1, "the end of the old run");
    await until(async () => (await said(page)).includes("The picture is new."), "the new one");
    assertEquals(complaints, []);
  });

  await t.step(
    "has no fault for axe, in light, dark and forced colours, also on a phone",
    async () => {
      await page.keyboard.press("Escape");
      await page.evaluate(() => scrollTo(0, 0));
      const client = await page.createCDPSession();
      const see = async (name: string, value: string, width: number) => {
        await page.setViewport({ width, height: 900 });
        await client.send("Emulation.setEmulatedMedia", { features: [{ name, value }] });
        assertEquals(await violations(page), [], `axe: ${value}, ${width}`);
        assertEquals(await page.evaluate(() => document.documentElement.scrollWidth), width);
      };
      await page.setViewport({ width: 390, height: 700 });
      await edit(page, ".own");
      await page.keyboard.type("const broken = `;\n");
      await press(page, "Control", "s");
      await until(async () => (await said(page)).startsWith("Saved. Line "), "the save");
      const isSaid = () =>
        page.$eval(".editing .state", (one) => one.getBoundingClientRect().bottom <= innerHeight);
      await until(isSaid, "what is said of it, in sight on a phone");
      await press(page, "Control", "f");
      for (const width of [390, 1280]) {
        await see("prefers-color-scheme", "light", width);
        await see("prefers-color-scheme", "dark", width);
        await see("forced-colors", "active", width);
        assert(!await isTooNarrow(page), `${width}`);
      }
      await page.keyboard.press("Escape");
      await client.send("Emulation.setEmulatedMedia", { features: [] });
      // The line beside Save leads to its place.
      const line = parseInt((await textOf(page, ".editing .state button")).slice(5));
      await page.click(".editing .state button");
      await page.keyboard.type("// Here.");
      await press(page, "Control", "s");
      const begin = async () =>
        (await Deno.readTextFile(lesson)).split("\n")[line - 1]!.slice(0, 8);
      await until(async () => await begin() === "// Here.", "the text in the line of the fault");
      await page.click(".editing .buttons > button:nth-of-type(2)");
      await until(async () => (await said(page)).startsWith("This is the file as it was"), "Reset");
      await page.click(".editing .buttons > button:nth-of-type(3)");
    },
  );

  await t.step("keeps what was typed over a reload, and asks before it overwrites", async () => {
    await edit(page, task);
    await page.keyboard.type("// Typed.\n");
    assertEquals(questions, 0);
    await page.reload();
    assertEquals(questions, 1, "the browser asks before the page is left");
    assertEquals(await Deno.readTextFile(exercise), exercise4);
    await page.waitForSelector(`${task} .kept`);
    assertEquals(await textOf(page, `${task} .kept`), " What you typed is not saved yet. ");
    assertEquals(await page.$$eval(".own .kept", (all) => all.length), 0);
    await edit(page, task);
    assert((await shownIn(page)).includes("// Typed."));
    assertEquals(await said(page), "This is what you typed here before, and did not save.");
    await Deno.writeTextFile(exercise, `// Elsewhere.\n${exercise4}`);
    await until(async () => (await said(page)).startsWith("The file has changed"), "the news");
    await page.setViewport({ width: 1280, height: 600 }); // the editor is higher than the window
    await press(page, "Control", "s");
    await until(async () => await focused(page) === "Keep mine", "the question");
    const isClear = await page.$eval(".question button", (one) => {
      document.querySelector(".editing")!.scrollIntoView();
      const { x, y, width, height } = one.getBoundingClientRect();
      return document.elementFromPoint(x + width / 2, y + height / 2) === one;
    });
    assert(isClear, "nothing hides the answers");
    await page.setViewport({ width: 1280, height: 900 });
    assertEquals(await violations(page), []);
    await page.keyboard.press("Enter");
    await until(async () => (await said(page)).startsWith("Saved."), "the save");
    assert((await said(page)).includes("The other version is kept in exercises/04_echo.mine"));
    assert((await Deno.readTextFile(exercise)).includes("// Typed."));
    assertEquals(await page.$(".kept"), null);
  });

  await t.step("that was closed asks, too, if the file has changed since one typed", async () => {
    await page.keyboard.type("// Closed.\n");
    await page.click(".editing .buttons > button:nth-of-type(3)");
    const told = "What you typed is not saved. It is kept in this browser: press Edit.";
    assertEquals(await textOf(page, ".toast"), told);
    const mine = await Deno.readTextFile(exercise);
    await Deno.writeTextFile(exercise, `// Meanwhile.\n${mine}`);
    await edit(page, task);
    assert((await shownIn(page)).includes("// Closed."));
    await press(page, "Control", "s");
    await until(async () => await focused(page) === "Keep mine", "the question");
    assert((await Deno.readTextFile(exercise)).startsWith("// Meanwhile."));
    await page.keyboard.press("Enter");
    await until(async () => (await said(page)).startsWith("Saved."), "the save");
  });

  await t.step("in two tabs loses nothing of either", async () => {
    await using second = await open(chromium, `${book.address}04_echo.html`);
    const other = second.page;
    await page.bringToFront();
    await page.keyboard.type("// Of the first.\n");
    await until(() => other.$(`${task} .kept`).then(Boolean), "a sentence in the other tab");
    await other.bringToFront();
    await edit(other, task);
    assert(!(await shownIn(other)).includes("// Of the first."));
    await other.keyboard.type("// Of the second.\n");
    await press(other, "Control", "s");
    await until(async () => (await said(other)).startsWith("Saved."), "the second's save");
    await page.bringToFront();
    await focusEditor(page);
    await press(page, "Control", "s");
    await until(async () => await focused(page) === "Keep mine", "the question");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await until(async () => (await shownIn(page)).includes("// Of the second."), "the other one");
    const [, kept] = (await said(page)).match(/is kept in (\S+\.txt)\./)!;
    assert((await Deno.readTextFile(new URL(kept!, folder))).includes("// Of the first."));
  });

  await t.step("says that its file is gone, and makes it again", async () => {
    const question = () => textOf(page, ".question");
    const before = await Deno.readTextFile(exercise);
    await Deno.remove(exercise);
    await until(async () => (await question()).startsWith("The file is gone"), "the first news");
    await Deno.writeTextFile(exercise, before);
    await until(async () => (await question()) === "", "no question about what is back");
    await focusEditor(page);
    await page.keyboard.type("// Mine.\n");
    await Deno.remove(exercise);
    await until(async () => (await question()).startsWith("The file is gone"), "the news");
    assert((await shownIn(page)).includes("// Mine."));
    await page.focus(".question button");
    await page.keyboard.press("Enter");
    await until(async () => (await said(page)).startsWith("Saved."), "the save");
    assert((await Deno.readTextFile(exercise)).includes("// Mine."));
    assertEquals(await question(), "");
    // The page has heard of the new file, too, before that is gone.
    await until(async () => !(await textOf(page, ".faults")).includes("not there"), "the page");
    await Deno.remove(exercise);
    await until(async () => (await question()).startsWith("The file is gone"), "the news again");
    await page.focus(".question button:last-child");
    await page.keyboard.press("Enter");
    await until(async () => (await said(page)).startsWith("This is the file as it was"), "Reset");
    assertEquals(await Deno.readTextFile(exercise), exercise4);
  });

  await t.step("is reset, whatever was pasted into it", async () => {
    await focusEditor(page);
    await page.keyboard.sendCharacter(`// ${"Long. ".repeat(20_000)}\n`);
    await press(page, "Control", "s");
    await until(async () => (await said(page)).startsWith("A file may have 100,000"), "a no");
    await page.click(".editing .buttons > button:nth-of-type(2)");
    await until(async () => (await said(page)).startsWith("This is the file as it was"), "Reset");
    assert((await said(page)).includes("too long to keep"));
    assert(!(await shownIn(page)).includes("// Long."));
  });

  await t.step("keeps what was typed when the book ends, and notices that it is back", async () => {
    // A browser says of itself that a save was refused.
    assertEquals(complaints.filter((one) => !/409|413/.test(one)), []);
    await focusEditor(page);
    await page.keyboard.type("// At the end.\n");
    book.process.kill("SIGINT");
    await book.process.status;
    await press(page, "Control", "s");
    await until(async () => (await said(page)).startsWith("The book has stopped."), "a sentence");
    const texts = await page.evaluate(() => Object.values<string>({ ...localStorage }));
    const kept = texts.filter((text) => text.includes("// At the end."));
    assertEquals(kept.length, 1);
    // Of several, the next editor takes the newest.
    const { at } = JSON.parse(kept[0]!);
    assert(Math.abs(Date.now() - at) < 3_600_000, `it was typed at ${at}`);
    await page.click(".search-open");
    await until(async () => (await textOf(page, ".none")).startsWith("The book has"), "the search");
    await page.keyboard.press("Escape");
    const state = () => textOf(page, `${task} .result .state`);
    await until(async () => (await state()).startsWith("The book has stopped"), "no check");
    await using _again = await serve(folder, "--port", `${book.port}`);
    await until(async () => await said(page) === "The book runs again. Not saved yet.", "the news");
    await until(async () => await state() === "not started", "the check");
  });
});
