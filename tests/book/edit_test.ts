import { assert, assertEquals } from "@std/assert";
import type { Page } from "puppeteer-core";
import { browser, open, project, serve, until } from "./helpers.ts";

const textOf = (page: Page, selector: string) =>
  page.$eval(selector, (one) => one.textContent ?? "");

Deno.test("an open page", async (t) => {
  using folder = await project();
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
    await page.$eval("details.words", (one) => (one as HTMLDetailsElement).open = true);
    await page.focus(".words summary");
    await page.evaluate(() => Object.assign(globalThis, { stays: true }));
    await Deno.writeTextFile(
      lesson,
      shipped.replace("export async function askFor", "/** New. */\nexport const fresh = 1;\n\n$&"),
    );
    await until(() => page.$("#fresh").then((one) => one !== null), "the new declaration");
    assertEquals(await textOf(page, "#fresh .prose p"), "New.");
    const kept = await page.evaluate(() => ({
      open: document.querySelector<HTMLDetailsElement>("details.words")!.open,
      focused: document.activeElement?.matches(".words summary"),
      stays: "stays" in globalThis,
    }));
    assertEquals(kept, { open: true, focused: true, stays: true });
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
