import { assert, assertEquals } from "@std/assert";
import { colourViolations, violations, violationsButColours } from "./axe.ts";
import { browser, open, reading } from "./helpers.ts";

const DOC = /^\/\*\*\n[^]*?^ \*\/\n|^\/\*\* .* \*\/\n/gm;

Deno.test("the pages", async (t) => {
  const { folder, book, names } = await reading();
  await using chromium = await browser();

  await t.step(
    "are one for each lesson, file of lib/ and document, and the whole book",
    async () => {
      for (const { name } of Deno.readDirSync(new URL("lessons", folder))) {
        assert(names.includes(name.replace(".ts", ".html")), name);
      }
      for (const { name } of Deno.readDirSync(new URL("lib", folder))) {
        assert(names.includes(`lib-${name.replace(".ts", ".html")}`), name);
      }
      for (const { name } of Deno.readDirSync(new URL("docs", folder))) {
        if (!name.endsWith(".md")) continue;
        assert(names.includes(`docs-${name.replace(".md", ".html")}`), name);
      }
      for (const name of ["index.html", "readme.html", "book.html"]) {
        assert(
          names.includes(name),
          name,
        );
      }
      await Promise.all(names.map(async (name) => {
        const response = await fetch(book.address + name);
        assertEquals(response.status, 200, name);
        await response.body?.cancel();
      }));
    },
  );

  await t.step("are whole and readable at 1,280 and 390 pixels, light and dark", async () => {
    await using opened = await open(chromium, book.address);
    const { page, complaints } = opened;
    const see = async (name: string, width: number, theme: string, check = colourViolations) => {
      await page.setViewport({ width, height: 900 });
      await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: theme }]);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth);
      assertEquals(wide, width, `${name} is wider than the window`);
      const where = `${width}, ${theme}`;
      const known = looks.get(where) ?? new Set();
      assertEquals(await check(page, known), [], `axe, in ${name}, ${where}`);
      looks.set(where, known);
    };
    const looks = new Map<string, Set<string>>();
    for (const name of names) {
      await opened.go(book.address + name);
      await page.waitForSelector(".theme:not([hidden])");
      // What is folded is read, too.
      await page.evaluate(() => {
        for (const details of document.querySelectorAll("details")) details.open = true;
      });
      // The whole book has the texts of the other pages once more.
      await see(name, 1280, "light", name === "book.html" ? violationsButColours : violations);
      await see(name, 1280, "dark");
      await see(name, 390, "dark");
      await see(name, 390, "light");
      assertEquals(await violationsButColours(page), [], `axe, in ${name}, 390`);
      assertEquals(complaints, [], name);
    }
  });

  await t.step("are so with a search, help, a run and a result", async () => {
    await using opened = await open(chromium, `${book.address}04_echo.html`);
    const { page } = opened;
    const see = async (what: string) => {
      for (const value of ["light", "dark"]) {
        await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value }]);
        assertEquals(await violations(page), [], `axe, with ${what}, ${value}`);
      }
    };
    await page.waitForSelector(".theme:not([hidden])");
    await page.keyboard.press("?");
    await see("help");
    await page.keyboard.press("Escape");
    await page.click(".search-open");
    await page.waitForSelector("dialog.search[open]");
    await page.keyboard.type("bind");
    await page.waitForSelector("#found a");
    await see("a search");
    await page.keyboard.press("Escape");
    await page.click(".run");
    await page.waitForFunction(() =>
      document.querySelector(".status")!.textContent!.endsWith("just now")
    );
    await page.click(".step-back");
    await page.click('[data-exercise="countingServer"] .check');
    await page.waitForFunction(() =>
      document.querySelector(".result .state")?.textContent === "not started"
    );
    await see("a run at a step, and a result");
  });

  await t.step("show the commands, what they print, and the layout of a message", async () => {
    await using opened = await open(chromium, `${book.address}01_send.html`);
    const shown = await opened.page.evaluate(() => {
      const texts = (selector: string) =>
        [...document.querySelectorAll(selector)].map((one) => one.textContent!.trim());
      return {
        commands: texts(".commands dt"),
        prints: texts(".commands + .after pre"),
        headings: texts("article h2"),
        drawn: texts("section > h2 + .after pre"),
      };
    });
    assertEquals(shown.commands, [
      "$deno task lesson1",
      "$deno task lesson1 send",
      "$deno task lesson1 send --message Hello",
    ]);
    assertEquals(shown.prints, ["Sent 5 bytes to 127.0.0.1:8080."]);
    assert(shown.headings.indexOf("The header") < shown.headings.indexOf("The code"));
    assert(shown.drawn[0]!.includes("│ source port │"), shown.drawn.join());
  });

  await t.step("show the code as it stands in the files", async () => {
    // On paper nothing can be scrolled: so wide is A4 within its margins.
    await using opened = await open(chromium, book.address, { width: 673 });
    for (const name of names.filter((name) => /^\d\d_/.test(name))) {
      const path = `lessons/${name.replace(".html", ".ts")}`;
      const page = await Deno.readTextFile(new URL(path, folder));
      // Of the file that runs the page, the book shows the play.
      const runs = await Deno.readTextFile(new URL(`cli/${path}`, folder));
      const [play = ""] = runs.match(/^export async function play[^]*?^}/m) ?? [];
      const text = page.replace(/^\/\*\n \*(?: .*)?\n[^]*$/m, "") + play;
      await opened.go(book.address + name);
      const shown = await opened.page.evaluate(() =>
        [...document.querySelectorAll("article .code pre:not(.example), .imports pre")]
          .filter((pre) => !pre.closest("[data-exercises]")).map((pre) => pre.textContent!)
      );
      // Every line of code is there, and in its order; doc comments are prose.
      const code = text.replaceAll(DOC, "");
      const lines = (text: string) =>
        text.split("\n").map((line) => line.trim()).filter((line) => line);
      const found = lines(shown.join("\n").replaceAll(DOC, ""));
      assertEquals([...found].sort(), [...lines(code)].sort(), name);
      const stars = await opened.page.$$eval(
        ".note",
        (all) => all.map((one) => one.textContent!).filter((text) => /\*\w/.test(text)),
      );
      assertEquals(stars, [], `${name} shows the stars of an emphasis`);
      const bare = await opened.page.evaluate(() =>
        [...document.querySelectorAll("article :is(p, li)")].filter((one) =>
          !one.closest(".note, a")
        ).flatMap((one) => {
          const text = one.cloneNode(true) as Element;
          text.querySelectorAll("a, ul, ol, pre").forEach((inside) => inside.remove());
          // A command that names one is a command.
          text.querySelectorAll("code").forEach((inside) =>
            inside.textContent!.includes(" ") && inside.remove()
          );
          return text.textContent!.match(/\b(docs\/[\w-]+\.md|lib\/\w+\.ts)/g) ?? [];
        })
      );
      assertEquals(bare, [], `${name} names files without a link`);
      await opened.page.emulateMediaType("print");
      const cut = await opened.page.evaluate(() => {
        document.querySelectorAll("details").forEach((one) => one.open = true);
        return [...document.querySelectorAll<HTMLElement>("main :is(pre, .code, .commands, code)")]
          .filter((one) =>
            one.checkVisibility() &&
            (one.scrollWidth > one.clientWidth + 1 && getComputedStyle(one).display !== "inline" ||
              one.getBoundingClientRect().right > innerWidth)
          ).map((one) => one.textContent!.slice(0, 200));
      });
      assertEquals(cut, [], `${name} is cut on paper`);
      await opened.page.emulateMediaType("screen");
    }
  });

  await t.step("say which of their functions the picture shows", async () => {
    for (const name of names.filter((name) => /^\d\d_/.test(name))) {
      const text = await (await fetch(book.address + name)).text();
      const [, said = ""] = text.match(/draws the picture\. (.*?)<\/p>/s) ?? [];
      const shown = [...said.matchAll(/href="#(\w+)"/g)].map(([, id]) => id!);
      assert(shown.length > 0, name);
      for (const id of shown) assert(text.includes(` id="${id}"`), `${name}: ${id}`);
    }
    const page = await (await fetch(`${book.address}04_echo.html`)).text();
    assert(
      /It uses .*greeting.*, .*serve.* and .*askFor.*\n? *from this page, so a change/.test(page),
    );
  });

  await t.step("list what helps, the background and the library beside the lessons", async () => {
    const text = await (await fetch(book.address)).text();
    const [, help = "", background = "", library = ""] = text.split(
      /<h2 id="(?:help|background|library)">/,
    );
    const names = (part: string) =>
      [...part.slice(0, part.indexOf("</section>")).matchAll(/href="([\w-]+)\.html"/g)]
        .map(([, name]) => name!);
    assertEquals(names(help).sort(), [
      "docs-glossary",
      "docs-it-does-not-arrive",
      "docs-questions",
    ]);
    assert(names(background).includes("docs-behind-a-router"), background);
    assertEquals(names(library)[0], "lib-udp");
    assert(names(library).every((name) => name.startsWith("lib-")), library);
  });

  await t.step("lead to nothing that is not there", async () => {
    const ids = new Map<string, Set<string>>();
    const links: [string, string][] = [];
    for (const name of names) {
      const text = await (await fetch(book.address + name)).text();
      const all = [...text.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id!);
      assertEquals(
        all.length,
        new Set(all).size,
        `an id stands twice in ${name}: ${all.filter((id, i) => all.indexOf(id) !== i)}`,
      );
      ids.set(name, new Set(all));
      for (const [, href] of text.matchAll(/<a [^>]*href="([^"]+)"/g)) links.push([name, href!]);
    }
    for (const [from, href] of links) {
      if (/^(https?|vscode):/.test(href)) continue;
      const [name, id] = href.split("#");
      const page = name || from;
      if (id) assert(ids.get(page)?.has(decodeURIComponent(id)), `${from} leads to ${href}`);
      else if (page.endsWith(".html")) assert(ids.has(page), `${from} leads to ${href}`);
    }
  });

  await t.step("need no script to be read", async () => {
    await using opened = await open(chromium, `${book.address}04_echo.html`, { script: false });
    const { page } = opened;
    const buttons = await page.$$eval(
      "button",
      (all) => all.filter((one) => one.checkVisibility()).length,
    );
    assertEquals(buttons, 0);
    assert(await page.$eval("#serve pre", (one) => one.checkVisibility()));
    const copy = await page.$eval("#serve a.copy", (one) => (one as HTMLAnchorElement).href);
    assert((await (await fetch(copy)).text()).includes("export async function serve("));
  });

  await t.step("are selected without the prose", async () => {
    await using opened = await open(chromium, `${book.address}01_send.html`);
    const text = await opened.page.evaluate(() => {
      const pres = document.querySelectorAll("#sendMessage .code pre:not(.example)");
      getSelection()!.setBaseAndExtent(
        pres[0]!,
        0,
        pres[pres.length - 1]!,
        pres[pres.length - 1]!.childNodes.length,
      );
      return getSelection()!.toString();
    });
    const file = await Deno.readTextFile(new URL("lessons/01_send.ts", folder));
    const code = file.match(/^export async function sendMessage[^]*?^}/m)![0];
    const squeezed = (text: string) =>
      text.split("\n").map((line) => line.trimEnd()).filter((line) => line).join("\n");
    assertEquals(squeezed(text), squeezed(code));
  });

  await t.step("print without what is for the screen", async () => {
    await using opened = await open(chromium, `${book.address}04_echo.html`, { theme: "dark" });
    const { page } = opened;
    await page.emulateMediaType("print");
    const seen = await page.evaluate(() => ({
      hidden: [".top", ".run", ".player", ".words", ".copy", ".hints", ".check", ".change", ".turn"]
        .filter((name) => document.querySelector(name)!.checkVisibility()),
      programs: document.querySelector(".programs pre")!.checkVisibility(),
      paper: getComputedStyle(document.body).backgroundColor,
      comment: document.querySelector(".noted .comment")!.getBoundingClientRect().height > 0,
      picture: document.querySelector("svg.wide")!.checkVisibility(),
    }));
    assertEquals(seen, {
      hidden: [],
      programs: true,
      paper: "rgb(255, 255, 255)",
      comment: true,
      picture: true,
    });
    assert((await page.pdf()).length > 10_000);
  });
  assertEquals(book.errors(), "");
});
