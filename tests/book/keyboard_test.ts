import { assert, assertEquals } from "@std/assert";
import type { Page } from "puppeteer-core";
import { browser, open, project, serve, until } from "./helpers.ts";

const focused = (page: Page) =>
  page.evaluate(() => {
    const { activeElement: one } = document;
    return `${one?.tagName.toLowerCase()} ${one?.textContent?.trim().slice(0, 40) ?? ""}`;
  });

async function search(page: Page, text: string): Promise<string[]> {
  await page.waitForSelector(".theme:not([hidden])"); // the script is there
  await page.keyboard.down("Control");
  await page.keyboard.press("k");
  await page.keyboard.up("Control");
  await page.waitForSelector("dialog.search[open]");
  await page.waitForFunction(() => document.activeElement?.matches("dialog.search input"));
  await page.keyboard.type(text);
  await until(
    async () =>
      await page.$eval(
        "dialog.search",
        (one) => one.querySelector("li, .none:not(:empty)") !== null,
      ),
    "an answer",
  );
  return await page.$$eval(
    "dialog.search li",
    (all) =>
      all.map((one) =>
        `${one.querySelector(".kind")!.textContent}: ${one.querySelector("b")!.textContent}`
      ),
  );
}

Deno.test("by keyboard", async (t) => {
  using folder = await project();
  await Deno.writeTextFile(
    new URL("docs/questions.md", folder),
    `# Questions

What people ask.

## 1. Why does my zeppelin send succeed when nobody is there?

The system took the bytes: that is all it says. Nobody reports what became of them.

Lesson 1 shows it with \`sendMessage\`: [lessons/01_send.ts](../lessons/01_send.ts).

    deno task lesson1

## 2. May a zeppelin answer an answer?

No: two servers would never stop. Answer questions only.

Lesson 4: \`deno task lesson4\`
`,
  );
  await using book = await serve(folder);
  await using chromium = await browser();
  await using opened = await open(chromium, `${book.address}04_echo.html`);
  const { page, complaints } = opened;

  await t.step("search finds functions, prose, documents, and goes there", async () => {
    const found = await search(page, "receiveWithin");
    assertEquals(found[0], "Lesson 2: receiveWithin");
    await page.keyboard.press("Enter");
    await page.waitForFunction(() => location.href.endsWith("02_receive.html#receiveWithin"));
    await page.waitForFunction(() => {
      const target = document.querySelector(":target");
      return target && target.getBoundingClientRect().top < 300;
    });
    assert((await search(page, "firewall")).some((one) => one.startsWith("It does not arrive")));
    await page.keyboard.press("Escape");
    assert(!await page.$("dialog[open]"));
  });

  await t.step("search is chosen from with the arrow keys, and says what it chose", async () => {
    await page.goto(`${book.address}04_echo.html`);
    const found = await search(page, "bind");
    assert(found.length > 2);
    const chosen = () =>
      page.evaluate(() => {
        const input = document.querySelector("dialog.search input")!;
        const one = document.getElementById(input.getAttribute("aria-activedescendant")!);
        return [...document.querySelectorAll("dialog.search li")].indexOf(one as HTMLLIElement) +
          (one?.getAttribute("aria-selected") === "true" ? 0 : 100);
      });
    assertEquals(await chosen(), 0);
    await page.keyboard.press("ArrowDown");
    assertEquals(await chosen(), 1);
    await page.keyboard.press("ArrowUp");
    await page.keyboard.press("ArrowUp");
    assertEquals(await chosen(), found.length - 1);
    await page.keyboard.press("Escape");
    assertEquals(await search(page, " xyzzy"), []);
    await page.keyboard.press("Escape");
  });

  await t.step("a question leads to its answer, and that to its place in a lesson", async () => {
    const found = await search(page, "why did my zepelin send succed?");
    assertEquals(found[0], "Questions: Why does my zeppelin send succeed when nobody is there?");
    await page.keyboard.press("Enter");
    await until(
      () => page.url().includes("docs-questions.html#1-why-does-my-zeppelin-send-"),
      "the answer",
    );
    await page.waitForSelector(":target ~ p a");
    assertEquals(
      await page.$eval(":target ~ p a", (one) => one.getAttribute("href")),
      "01_send.html",
    );
    assertEquals(
      (await search(page, "zeppelin answer"))[0],
      "Questions: May a zeppelin answer an answer?",
    );
    await page.keyboard.press("Enter");
    await until(
      () => page.url().includes("docs-questions.html#2-may-a-zeppelin-"),
      "the other answer",
    );
    await page.goto(`${book.address}04_echo.html`);
  });

  await t.step("help comes with ?, and goes with Escape", async () => {
    await page.waitForSelector(".theme:not([hidden])");
    await page.keyboard.press("?");
    assert(await page.$("dialog.help[open]"));
    await page.keyboard.press("Escape");
    assert(!await page.$("dialog[open]"));
    await search(page, "what?");
    assert(!await page.$("dialog.help[open]"), "a question mark that is typed is no call for help");
    await page.keyboard.press("Escape");
  });

  await t.step("everything is reached with Tab, and arrow keys turn no page", async () => {
    await page.goto(`${book.address}04_echo.html`);
    await page.keyboard.press("Tab");
    assertEquals(await focused(page), "a Skip to the text");
    const reached = new Set<string>();
    for (let i = 0; i < 150; i++) {
      await page.keyboard.press("Tab");
      reached.add(await focused(page));
      if (i > 20 && await focused(page) === "body ") break;
    }
    const words = [...reached].join("\n");
    for (
      const wanted of [
        "button Run",
        "a Copy serve",
        "summary In words",
        "summary A hint",
        "button Check",
        "a open in your editor",
        "a Lesson 5",
        "button Search",
      ]
    ) {
      assert(words.includes(wanted), `${wanted} is not among\n${words}`);
    }
    const before = page.url();
    for (const key of ["ArrowRight", "ArrowLeft", "n", "p"] as const) {
      await page.keyboard.press(key);
    }
    assertEquals(page.url(), before);
    await page.focus(".run");
    await page.keyboard.press("Enter");
    await page.waitForFunction(() =>
      document.querySelector(".status")!.textContent!.endsWith("just now")
    );
  });

  await t.step("light or dark is chosen, and stays", async () => {
    const paper = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const light = await paper();
    await page.focus(".theme");
    await page.keyboard.press("Enter");
    const dark = await paper();
    assert(light !== dark);
    await page.goto(`${book.address}index.html`);
    assertEquals(await paper(), dark);
  });
  assertEquals(complaints, []);
});
