import { assert, assertEquals } from "@std/assert";
import { violations } from "./axe.ts";
import { browser, open, reading, until } from "./helpers.ts";

/** The text of a page that is prose: no code, no picture, no link and no heading. */
function prose(html: string): string {
  return html.slice(html.indexOf("<main"), html.indexOf("</main>"))
    .replaceAll(/<(script|pre|svg|code|a|h\d)\b[^]*?<\/\1>/g, "")
    .replaceAll(/<div class="note[^]*?<\/div>/g, "") // what stands beside code is its comments
    .replaceAll(/<[^>]*>/g, "");
}

Deno.test("the way through the book", async (t) => {
  const { book, names } = await reading();
  await using chromium = await browser();
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

  await t.step("says what happens to those who do not see it", () => {
    const lesson = texts.get("04_echo.html")!;
    const said = ['class="status"', 'class="result"', 'class="toast"', 'class="faults"'];
    for (const one of [...said, 'class="none"', 'id="trouble"']) {
      assert(lesson.includes(` ${one} role="status"`), one);
    }
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

  await t.step("marks in a document's list where one is, and keeps that in sight", async () => {
    await using opened = await open(chromium, `${book.address}docs-glossary.html`);
    const { page } = opened;
    const marked = () =>
      page.evaluate(() => {
        const links = [...document.querySelectorAll<HTMLAnchorElement>(".inside [aria-current]")];
        return links.map((link) => {
          const { top, bottom } = link.getBoundingClientRect();
          return [link.hash, top >= 0 && bottom <= innerHeight];
        });
      });
    const titles = await page.$$eval(".text h2", (all) => all.map(({ id }) => id));
    const middle = titles[Math.floor(titles.length / 2)]!;
    await page.evaluate((id) => document.getElementById(id)!.scrollIntoView(), middle);
    await until(async () => (await marked())[0]?.[0] === `#${middle}`, "the mark");
    assertEquals(await marked(), [[`#${middle}`, true]]);
  });

  await t.step("has on a phone what a thumb can press, and Copy at the right", async () => {
    await using opened = await open(chromium, `${book.address}04_echo.html`, { width: 390 });
    const { page } = opened;
    await page.waitForSelector(".change:not([hidden])");
    const seen = await page.$eval(".exercise figcaption", (one) => {
      const [edit, copy] = [".change", ".copy"].map((name) =>
        one.querySelector(name)!.getBoundingClientRect()
      );
      return { high: edit!.height >= 40, right: copy!.right > 300, top: copy!.top < edit!.bottom };
    });
    assertEquals(seen, { high: true, right: true, top: true });
    const pictures = await page.$$eval(
      ".picture svg",
      (all) => all.map((one) => [one.classList[0], one.checkVisibility()]),
    );
    assertEquals(pictures, [["wide", false], ["narrow", true]]);
    const high = await page.$eval(
      ".exercise figcaption",
      (one) => one.getBoundingClientRect().height,
    );
    assert(high < 60, "Edit and Copy stand in one line");
    await page.setViewport({ width: 390, height: 844, hasTouch: true, isMobile: true });
    const links = await page.$$eval("a.edit", (all) => all.filter((one) => one.checkVisibility()));
    assertEquals(links, [], "a phone has no other editor");
    await page.setViewport({ width: 390, height: 844 });
    await page.goto(`${book.address}01_send.html`);
    const lines = await page.$$eval(
      ".commands .opt",
      (all) => all.map((one) => one.getClientRects().length),
    );
    assertEquals([...new Set(lines)], [1], "An option has one line.");
  });

  await t.step("has a link at each heading", async () => {
    await using opened = await open(chromium, book.address);
    const { page } = opened;
    for (const name of ["04_echo.html", "docs-questions.html", "lib-udp.html", "index.html"]) {
      await opened.go(book.address + name);
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
    await opened.go(`${book.address}04_echo.html`);
    await page.waitForSelector("#serve h3 a");
    await page.focus("#serve h3 a");
    await page.keyboard.press("Enter");
    assertEquals(page.url(), `${book.address}04_echo.html#serve`);
  });

  await t.step("leads from a lesson's title to its parts, by keys, too", async () => {
    for (const width of [1280, 390]) {
      await using opened = await open(chromium, `${book.address}11_congestion.html`, { width });
      const { page } = opened;
      await page.waitForSelector(".theme:not([hidden])");
      const tops = await page.$$eval(
        ".parts a",
        (all) => all.map((one) => [one.hash, one.getBoundingClientRect().bottom < innerHeight]),
      );
      const hashes = ["#the-code", "#in-your-terminal", "#your-turn"];
      assertEquals(tops, hashes.map((hash) => [hash, true]));
      for (const [key, hash] of [["e", "#your-turn"], ["c", "#the-code"]] as const) {
        await page.keyboard.press(key);
        await until(() => page.url().endsWith(hash), hash);
        const place = () => page.$eval(hash, (one) => one.getBoundingClientRect().top);
        await until(async () => await place() < 300, "the place");
      }
    }
  });

  await t.step("has no blank lines in code that its file does not have", async () => {
    await using opened = await open(chromium, book.address);
    for (const name of names.filter((name) => /^(\d\d_|lib-)/.test(name))) {
      await opened.go(book.address + name);
      const holes = await opened.page.evaluate(() =>
        [...document.querySelectorAll(".declaration .code > pre:has(+ pre:not(.example))")]
          .flatMap((pre) => {
            const code = pre.cloneNode(true) as Element;
            code.querySelector(".comment")?.remove(); // it stands beside the code
            const lines = code.textContent.replace(/\n$/, "").split("\n").length;
            const high = pre.getBoundingClientRect().height;
            const hole = high / parseFloat(getComputedStyle(pre).lineHeight) - lines;
            return hole < 1.5 ? [] : [`${hole} lines after: ${code.textContent}`];
          })
      );
      assertEquals(holes, [], name);
    }
  });

  await t.step("shows a type that an exercise uses", () => {
    const [, exercise = ""] = texts.get("11_congestion.html")!
      .split('data-exercise="unfairSenders"');
    assert(
      exercise.replaceAll(/<[^>]*>/g, "").includes("export interface Entry {\n  sender: string;"),
    );
  });

  await t.step("leads from a comment to the page that it names", () => {
    const [, link] = texts.get("01_send.html")!.match(/does not show it \((.*?)\)/)!;
    assertEquals(link, '<a href="docs-icmp-errors.html">docs/icmp-errors.md</a>');
    for (const [name, html] of texts) {
      const notes = html.match(/<div class="note[^]*?<\/div>/g)?.join("") ?? "";
      const bare = notes.replaceAll(/<a [^]*?<\/a>/g, "").match(/\b(docs|lib)\/[\w-]+\.(md|ts)\b/g);
      assertEquals(bare, null, name);
    }
  });

  await t.step("has no line of code that wraps at 1,280 pixels", async () => {
    await using opened = await open(chromium, book.address);
    for (const name of names.filter((name) => /^(\d\d_|lib-udp)/.test(name))) {
      await opened.go(book.address + name);
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

  await t.step("has a name of its own for each place that a page leads to", () => {
    for (const [name, html] of texts) {
      const places = new Map<string, string>();
      for (const [, attributes, inside] of html.matchAll(/<a\b([^>]*)>([^]*?)<\/a>/g)) {
        const [, to = ""] = attributes!.match(/href="([^"]*)"/)!;
        const href = to.startsWith("#") ? name + to : to;
        const called = inside!.replaceAll(/<[^>]*>/g, "").replaceAll(/\s+/g, " ").trim();
        assert(called, `${name}: a link to ${href} has no name`);
        const other = places.get(called.toLowerCase()) ?? href;
        assertEquals(href, other, `${name}: "${called}" leads to two places`);
        places.set(called.toLowerCase(), href);
      }
    }
  });

  await t.step("goes on where there is no page: with the contents, and the search", async () => {
    await using opened = await open(chromium, `${book.address}05_cat.html`);
    const { page } = opened;
    await page.waitForSelector("button.start:not([hidden])");
    assertEquals(await page.$eval("h1", (one) => one.textContent), "There is no such page");
    const links = await page.$$eval(".missing a", (all) => all.map((one) => one.pathname.slice(1)));
    assert(links.includes("05_chat.html") && links.includes("docs-questions.html"), `${links}`);
    await page.click("button.start");
    await page.waitForSelector("dialog.search[open]");
    const { status, body } = await fetch(`${book.address}05_cat.html`);
    await body?.cancel();
    assertEquals(status, 404);
    const wanted = { accept: "text/html" };
    const told = await fetch(`${book.address}05_cat.html`, { headers: wanted });
    assertEquals([told.status, (await told.text()).includes("</html>")], [404, true]);
  });

  await t.step("is seen where the system has chosen the colours", async () => {
    for (const name of ["04_echo.html", "docs-questions.html", "05_cat.html"]) {
      await using opened = await open(chromium, book.address + name);
      const { page } = opened;
      const session = await page.createCDPSession();
      const features = [{ name: "forced-colors", value: "active" }];
      await session.send("Emulation.setEmulatedMedia", { features });
      assert(await page.evaluate(() => matchMedia("(forced-colors: active)").matches));
      await page.waitForSelector(".theme:not([hidden])");
      await page.evaluate(() => document.querySelector<HTMLDetailsElement>(".menu")!.open = true);
      for (const width of [1280, 390]) {
        await page.setViewport({ width, height: 900 });
        assertEquals(await violations(page), [], `axe, in ${name}, ${width}, forced colours`);
      }
      const current = await page.$$eval(
        ".menu [aria-current]",
        (all) => all.map((one) => getComputedStyle(one).outlineStyle),
      );
      assert(current.every((style) => style === "solid"), `${current}`);
      if (name !== "04_echo.html") continue;
      const scheme = await page.$eval(".picture", (one) => {
        document.documentElement.dataset.theme = "dark"; // a choice of before
        const [name, way] = [one.querySelector(".name")!, one.querySelector(".way")!];
        const colours = [getComputedStyle(name).fill, getComputedStyle(way).stroke];
        delete document.documentElement.dataset.theme;
        return [...colours, getComputedStyle(name).fill, getComputedStyle(way).stroke];
      });
      assertEquals(scheme.slice(0, 2), scheme.slice(2), "the system's choice, not the page's");
      const borders = await page.$$eval(
        ".run, .check, .commands, .code pre",
        (all) => all.map((one) => getComputedStyle(one).borderTopStyle),
      );
      assert(borders.length > 5 && borders.every((style) => style !== "none"), `${borders}`);
    }
  });

  await t.step("weighs little: the menu, the picture and the fonts, too", async () => {
    const weight = async (bytes: Uint8Array<ArrayBuffer>) => {
      const packed = new Blob([bytes]).stream().pipeThrough(new CompressionStream("gzip"));
      return (await new Response(packed).bytes()).length / 1000;
    };
    let heaviest = 0;
    for (const [name, html] of texts) {
      if (name === "book.html") continue;
      const kilobytes = await weight(new TextEncoder().encode(html));
      assert(kilobytes <= 19.9, `${name}: ${kilobytes} KB`);
      heaviest = Math.max(heaviest, kilobytes);
    }
    await using opened = await open(chromium, `${book.address}16_rip.html`);
    const loaded = await opened.page.evaluate(async () => {
      await document.fonts.ready;
      return performance.getEntriesByType("resource").map(({ name }) => name)
        .filter((name) => !name.includes("/changes/")); // that tells what happens later
    });
    assert(loaded.length < 7, `${loaded}`);
    let all = heaviest;
    for (const name of loaded) {
      const bytes = await (await fetch(name)).bytes();
      all += name.endsWith(".woff2") ? bytes.length / 1000 : await weight(bytes);
    }
    assert(all <= 110, `${all} KB`);
    // What a browser has is not sent again.
    for (const name of ["book.js", "16_rip.html"]) {
      const { headers, body } = await fetch(book.address + name);
      await body?.cancel();
      const known = { "if-none-match": headers.get("etag") ?? "" };
      const again = await fetch(book.address + name, { headers: known });
      assertEquals([again.status, await again.text()], [304, ""], name);
      assertEquals(headers.get("cache-control"), "no-cache", "but asked for each time");
    }
  });
});
