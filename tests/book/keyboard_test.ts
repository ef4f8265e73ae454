import { assert, assertEquals } from "@std/assert";
import type { Page } from "puppeteer-core";
import { browser, open, project, serve, until } from "./helpers.ts";

const focused = (page: Page) =>
  page.evaluate(() => {
    const { activeElement: one } = document;
    return `${one?.tagName.toLowerCase()} ${one?.textContent?.trim().slice(0, 40) ?? ""}`;
  });

/** Keeps in the page whether a key turns it from now on: to leave it takes longer than to ask where it is. */
function watchTurns(): void {
  document.addEventListener("click", ({ target }) => {
    if ((target as Element).closest(".turn")) Object.assign(globalThis, { turned: true });
  });
}

const isTurned = (page: Page) => page.evaluate(() => "turned" in globalThis);

/** Whether one sees what has the focus. */
function isMarked(): boolean {
  const { outlineStyle, outlineWidth } = getComputedStyle(document.activeElement!);
  return outlineStyle !== "none" && parseFloat(outlineWidth) >= 2;
}

/** Waits for the page's script. A browser drops keys that come before it has painted a page. */
async function ready(page: Page): Promise<void> {
  await page.waitForFunction(() =>
    document.querySelector(".theme:not([hidden])") &&
    performance.getEntriesByName("first-contentful-paint").length > 0
  );
}

async function search(page: Page, text: string): Promise<string[]> {
  await ready(page);
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
        (one) => one.querySelector("#found a, .none:not(:empty)") !== null,
      ),
    "an answer",
  );
  return await page.$$eval(
    "#found a",
    (all) =>
      all.map((one) =>
        `${one.querySelector(".kind")!.textContent}: ${one.querySelector("b")!.textContent}`
      ),
  );
}

Deno.test("by keyboard", async (t) => {
  using folder = await project({ runs: [4] });
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
    const [bar, place] = await page.evaluate(() => [
      document.querySelector(".top")!.getBoundingClientRect().bottom,
      document.querySelector(":target")!.getBoundingClientRect().top,
    ]);
    assert(bar! <= place!, "The bar hides the place that was found.");
    // What is on the same page, too, is seen when it is found.
    await search(page, "receiveWithin");
    await page.keyboard.press("Enter");
    assert(!await page.$("dialog[open]"));
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
        return [...document.querySelectorAll("#found a")].indexOf(one as HTMLAnchorElement) +
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
    const chosenOne = await page.$("dialog.search input[aria-activedescendant]");
    assertEquals(chosenOne, null, "Nothing is chosen where nothing is found.");
    await page.keyboard.press("Escape");
  });

  await t.step("what is found are links, and on a phone its hit is seen", async () => {
    await page.setViewport({ width: 390, height: 844 });
    const words = ["retransmission", "router", "checksum"];
    for (const word of words) {
      await search(page, word);
      const found = await page.$$eval("#found a", (all) =>
        all.map((one) => {
          const mark = one.querySelector("mark");
          const line = one.querySelector("span:last-child")!.getBoundingClientRect();
          const { right = 0, width = 0 } = mark?.getBoundingClientRect() ?? {};
          return {
            href: one.getAttribute("href")!,
            seen: !mark || width > 0 && right < line.right,
          };
        }));
      assert(found.length > 2, word);
      for (const { href, seen } of found) assert(seen && /^[\w-]+\.html/.test(href), href);
      await page.keyboard.press("Escape");
    }
    await page.setViewport({ width: 1280, height: 900 });
    const targets: string[] = [];
    const listen = (target: { url(): string }) => targets.push(target.url());
    chromium.on("targetcreated", listen);
    await search(page, "receiveWithin");
    await page.keyboard.down("Control"); // as for any link: in another tab
    await page.keyboard.press("Enter");
    await page.keyboard.up("Control");
    await until(() => targets.length > 0, "another tab");
    chromium.off("targetcreated", listen);
    assertEquals(page.url(), `${book.address}04_echo.html`);
    for (const other of (await chromium.pages()).slice(1)) if (other !== page) await other.close();
    await page.bringToFront();
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
    await ready(page);
    await page.keyboard.press("?");
    assert(await page.$("dialog.help[open]"));
    await page.keyboard.press("Escape");
    assert(!await page.$("dialog[open]"));
    await page.keyboard.press("?");
    await page.mouse.click(5, 5); // beside it
    assert(!await page.$("dialog[open]"));
    await search(page, "what?");
    assert(!await page.$("dialog.help[open]"), "a question mark that is typed is no call for help");
    await page.keyboard.press("Escape");
  });

  await t.step("the menu has all lessons by name, and closes when one leaves it", async () => {
    await page.goto(`${book.address}04_echo.html`);
    await ready(page);
    const isOpen = () => page.$eval(".menu", (one) => (one as HTMLDetailsElement).open);
    await page.focus(".menu summary");
    assertEquals(await focused(page), "summary Lessons · 4 Echo server");
    await page.keyboard.press("Enter");
    const shown = await page.$$eval(
      ".lessons a",
      (all) => all.filter((one) => one.checkVisibility()).map((one) => one.textContent!),
    );
    const files = [...Deno.readDirSync(new URL("lessons", folder))];
    assertEquals(shown.length, files.length);
    assertEquals(shown.slice(0, 2), ["1 Send", "2 Receive"]);
    assertEquals(
      await page.$eval('.lessons [aria-current="page"]', (one) => one.textContent),
      "4 Echo server",
    );
    await page.keyboard.press("Tab");
    assertEquals(await focused(page), "a 1 Send");
    await page.keyboard.press("Escape");
    assertEquals([await isOpen(), await focused(page)], [
      false,
      "summary Lessons · 4 Echo server",
    ]);
    await page.keyboard.press("Enter");
    await page.click("h1");
    assertEquals(await isOpen(), false);
    // Where the window is too low for all of them, it shows where one is.
    await page.goto(`${book.address}20_quic.html`);
    await ready(page);
    await page.setViewport({ width: 390, height: 500 });
    await page.click(".menu summary");
    await page.waitForFunction(() => {
      const here = document.querySelector(".menu [aria-current]")!.getBoundingClientRect();
      return here.top > 0 && here.bottom <= innerHeight;
    });
    await page.setViewport({ width: 1280, height: 900 });
    await page.goto(`${book.address}04_echo.html`);
    await ready(page);
    await page.click(".menu summary");
    await page.focus(".search-open");
    assertEquals(await isOpen(), false);
    await page.click(".menu summary");
    for (let i = 0; i < 2; i++) await page.keyboard.press("Tab");
    await Promise.all([page.waitForNavigation(), page.keyboard.press("Enter")]);
    assertEquals(page.url(), `${book.address}02_receive.html`);
  });

  await t.step("the help has three pages, and the keys", async () => {
    await ready(page);
    await page.click(".menu + .menu summary");
    const shown = await page.$$eval(
      ".menu + .menu :is(a, button)",
      (all) => all.filter((one) => one.checkVisibility()).map((one) => one.textContent!),
    );
    assertEquals(shown, ["Questions", "It does not arrive", "Glossary", "Keys ?"]);
    await page.click(".keys-open");
    assert(await page.$("dialog.help[open]"));
    await page.keyboard.press("Escape");
  });

  await t.step("/ opens the search, but not where it is typed", async () => {
    await page.keyboard.press("/");
    await page.waitForFunction(() => document.activeElement?.matches("dialog.search input"));
    await page.keyboard.press("/");
    assertEquals(await page.$eval("dialog.search input", (one) => one.value), "/");
    await page.keyboard.press("Backspace");
    await page.keyboard.press("Escape");
    await page.keyboard.down("Meta"); // as ⌘ K
    await page.keyboard.press("k");
    await page.keyboard.up("Meta");
    assert(await page.$("dialog.search[open]"));
    await page.keyboard.press("Escape");
  });

  await t.step("arrow keys turn pages where somebody has asked for it", async () => {
    const ask = async () => {
      await ready(page);
      await page.keyboard.press("?");
      await page.focus(".turns");
      await page.keyboard.press("Space");
      await page.keyboard.press("Escape");
      await page.waitForSelector("dialog.help:not([open])");
    };
    const turn = async (key: "ArrowRight" | "ArrowLeft") => {
      await ready(page);
      await Promise.all([page.waitForNavigation(), page.keyboard.press(key)]);
      return page.url().replace(book.address, "");
    };
    await page.goto(`${book.address}02_receive.html`);
    await ask();
    assertEquals(await turn("ArrowRight"), "03_bind.html");
    assertEquals(await turn("ArrowLeft"), "02_receive.html");
    await ready(page);
    await page.evaluate(watchTurns);
    await page.focus(".exercise figure"); // which they scroll
    await page.keyboard.press("ArrowRight");
    assert(!await isTurned(page));
    await page.evaluate(() => (document.activeElement as HTMLElement).blur());
    await page.keyboard.down("Alt"); // with it, the key is the browser's
    await page.keyboard.press("ArrowRight");
    await page.keyboard.up("Alt");
    assert(!await isTurned(page));
    await ask();
  });

  await t.step("everything is reached with Tab, and arrow keys turn no page", async () => {
    await page.goto(`${book.address}04_echo.html`);
    await ready(page);
    await page.keyboard.press("Tab");
    assertEquals(await focused(page), "a Skip to the text");
    const reached = new Set<string>();
    for (let i = 0; i < 150; i++) {
      await page.keyboard.press("Tab");
      const one = await focused(page);
      reached.add(one);
      const isNone = one.startsWith("body ");
      if (i > 20 && isNone) break;
      assert(isNone || await page.evaluate(isMarked), `The focus is not seen: ${one}`);
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
    await page.evaluate(watchTurns);
    for (const key of ["ArrowRight", "ArrowLeft", "n", "p"] as const) {
      await page.keyboard.press(key);
    }
    assert(!await isTurned(page));
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
