import { assert, assertEquals } from "@std/assert";
import { browser, open, pages, project, serve } from "./helpers.ts";

/** The text of a page that is prose: no code, no picture, no link and no heading. */
function prose(html: string): string {
  return html.slice(html.indexOf("<main"), html.indexOf("</main>"))
    .replaceAll(/<(script|pre|svg|code|a|h\d)\b[^]*?<\/\1>/g, "")
    .replaceAll(/<div class="note[^]*?<\/div>/g, "") // what stands beside code is its comments
    .replaceAll(/<[^>]*>/g, "");
}

Deno.test("the way through the book", async (t) => {
  using folder = await project();
  await using book = await serve(folder);
  await using chromium = await browser();
  const names = await pages(book.address);
  const texts = new Map<string, string>();
  for (const name of names) {
    texts.set(name, await (await fetch(book.address + name)).text());
  }

  await t.step("leads to each RFC and CVE that a page names, and to no invented host", () => {
    const hrefs = new Set<string>();
    for (const [name, html] of texts) {
      const bare = prose(html).match(/\b(RFC\s\d+|CVE-\d+-\d+)/g) ?? [];
      assertEquals(bare, [], `${name} names them without a link`);
      for (const [, href] of html.matchAll(/href="(https?:[^"]+)"/g)) hrefs.add(href!);
    }
    for (const number of [768, 1350, 2347, 9000, 9001]) {
      assert(hrefs.has(`https://www.rfc-editor.org/rfc/rfc${number}`), `${number}`);
    }
    assert(hrefs.has("https://www.cve.org/CVERecord?id=CVE-2024-2169"));
    for (const href of hrefs) {
      const { hostname } = new URL(href);
      assert(!/(^|\.)(test|example|invalid|localhost)$/.test(hostname), href);
    }
  });

  await t.step("has no element whose id is empty", () => {
    for (const [name, html] of texts) assert(!html.includes(' id=""'), name);
  });

  await t.step("shows a document's title above its list, on a phone, too", async () => {
    for (const width of [1280, 390]) {
      await using opened = await open(chromium, `${book.address}docs-questions.html`, { width });
      const tops = await opened.page.evaluate(() =>
        ["h1", ".inside", ".text h2"].map((one) =>
          document.querySelector(one)!.getBoundingClientRect().top
        )
      );
      if (width === 390) assertEquals(tops, tops.toSorted((a, b) => a - b));
      assert(tops[0]! < 200, `the title is at ${tops}`);
      const first = await opened.page.evaluate(() =>
        document.querySelector("main :is(h1, nav)")!.tagName
      );
      assertEquals(first, "H1", "who listens hears it first, too");
    }
  });

  await t.step("has a link at each heading", async () => {
    for (const name of ["04_echo.html", "docs-questions.html", "lib-udp.html", "index.html"]) {
      await using opened = await open(chromium, book.address + name);
      const { page } = opened;
      await page.waitForSelector(".theme:not([hidden])");
      const wrong = await page.evaluate(() =>
        [...document.querySelectorAll("main :is(h2, h3, h4)")].filter((one) => {
          const id = one.id || one.closest(".declaration")?.id;
          const link = one.querySelector("a");
          return id && (link?.hash !== `#${id}` || link.textContent !== one.textContent);
        }).map((one) => one.outerHTML)
      );
      assertEquals(wrong, [], name);
      assert(await page.$("main h2 a.here"), name);
    }
    await using opened = await open(chromium, `${book.address}04_echo.html`);
    await opened.page.waitForSelector("#serve h3 a");
    await opened.page.focus("#serve h3 a");
    await opened.page.keyboard.press("Enter");
    assertEquals(opened.page.url(), `${book.address}04_echo.html#serve`);
  });

  await t.step("has no line of code that wraps at 1,280 pixels", async () => {
    for (const name of names.filter((name) => /^(\d\d_|lib-udp)/.test(name))) {
      await using opened = await open(chromium, book.address + name);
      const wide = await opened.page.evaluate(() => {
        for (const details of document.querySelectorAll("details")) details.open = true;
        return [...document.querySelectorAll<HTMLElement>("pre")].filter((pre) => {
          const { whiteSpace } = getComputedStyle(pre);
          pre.style.whiteSpace = "pre";
          return whiteSpace !== "pre" && pre.scrollWidth > pre.clientWidth;
        }).map(({ textContent }) => textContent.slice(0, 200));
      });
      assertEquals(wide, [], name);
    }
  });
});
