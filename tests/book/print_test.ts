import { assert, assertEquals } from "@std/assert";
import { getDocumentProxy } from "unpdf";
import { browser, open, reading } from "./helpers.ts";

/** The highest and the lowest line of each sheet of a PDF: empty, if there is none. */
async function endLines(pdf: Uint8Array): Promise<[highest: string, lowest: string][]> {
  const document = await getDocumentProxy(pdf);
  const lines: [string, string][] = [];
  for (let number = 1; number <= document.numPages; number++) {
    const { items } = await (await document.getPage(number)).getTextContent();
    const texts = items.filter((item) => "str" in item).filter(({ str }) => str.trim() !== "");
    const heights = texts.map(({ transform }) => transform[5]);
    const at = (height: number) => {
      const line = texts.filter(({ transform }) => Math.abs(transform[5] - height) < 2);
      return line.map(({ str }) => str).join("").trim();
    };
    lines.push([at(Math.max(...heights)), at(Math.min(...heights))]);
  }
  return lines;
}

Deno.test("on paper", async (t) => {
  const { book, names } = await reading();
  await using chromium = await browser();
  await using opened = await open(chromium, book.address);
  const { page } = opened;

  const print = async (name: string, format: "A4" | "letter") => {
    await opened.go(book.address + name);
    await page.waitForSelector(".theme:not([hidden])");
    const headings = await page.$$eval(
      "main :is(h2, h3, .code figcaption > :first-child)",
      (all) => all.map((one) => one.textContent!.trim()),
    );
    const lines = await endLines(await page.pdf({ format, timeout: 0 }));
    for (const [i, [, line]] of lines.entries()) {
      assert(line !== "", `${name}, ${format}: sheet ${i + 1} of ${lines.length} has no text`);
      assert(!headings.includes(line), `${name}: ${line} is cut from what it stands above`);
    }
    assertEquals(await page.$$eval(".picture .piece", (all) => all.length), 0);
    return lines;
  };

  for (const name of names.filter((name) => /^(\d\d_|readme)/.test(name))) {
    await t.step(`${name} has no empty sheet, and no heading alone`, async () => {
      await print(name, "A4");
    });
  }

  await t.step("a drawing is not cut, code may be, and one's own solution is named", async () => {
    await opened.go(`${book.address}01_send.html`);
    await page.emulateMediaType("print");
    const seen = await page.evaluate(() => {
      const breaks = (selector: string) =>
        getComputedStyle(document.querySelector(selector)!).breakInside;
      const yours = () =>
        [...document.querySelectorAll(".yours")].filter((one) => one.checkVisibility()).length;
      return [breaks("section > h2 + .after pre"), breaks(".code pre"), yours()];
    });
    assertEquals(seen, ["avoid", "auto", 0]);
    await page.emulateMediaType();
  });

  await t.step(
    "a picture that is higher than a sheet is printed in parts, on Letter too",
    async () => {
      await print("18_nat.html", "letter");
      await opened.go(`${book.address}18_nat.html`);
      await page.waitForSelector(".theme:not([hidden])");
      const shown = await page.evaluate(() => {
        dispatchEvent(new Event("beforeprint"));
        return [...document.querySelectorAll(".picture .piece")].map((one) => ({
          height: Number(one.getAttribute("height")),
          names: one.querySelectorAll(".h").length,
        }));
      });
      assert(shown.length > 2);
      for (const { height, names } of shown) assert(height <= 1000 && names === shown[0]!.names);
    },
  );

  await t.step(
    "a part of a picture has the names of its columns at the top of a sheet",
    async () => {
      await opened.go(`${book.address}11_congestion.html`);
      await page.waitForSelector(".theme:not([hidden])");
      const document = await getDocumentProxy(await page.pdf({ format: "legal", timeout: 0 }));
      const heads: [sheet: number, fromTop: number][] = [];
      for (let number = 1; number <= document.numPages; number++) {
        const sheet = await document.getPage(number);
        const { items } = await sheet.getTextContent();
        const [, , , height] = sheet.view;
        for (const item of items) {
          // Of a picture's names, this one stands nowhere else alone in its line.
          if ("str" in item && item.str === "receiver") {
            heads.push([
              number,
              1 - item.transform[5] / height!,
            ]);
          }
        }
      }
      assert(heads.length > 2, `${heads}`);
      assertEquals(new Set(heads.map(([sheet]) => sheet)).size, heads.length);
      for (const [sheet, fromTop] of heads.slice(1)) assert(fromTop < 0.1, `${sheet}: ${fromTop}`);
    },
  );

  await t.step("the whole book", async () => {
    const sheets = await print("book.html", "A4");
    assert(sheets.length > 100, `${sheets.length}`);
    // The first one stands on the sheet of the title, or on one of its own.
    const begins = sheets.filter(([highest]) => /^Lesson \d+ · Part/.test(highest)).length;
    const lessons = names.filter((name) => /^\d\d_/.test(name)).length;
    assert(begins >= lessons - 1, `${begins} of ${lessons} lessons begin on a sheet of their own`);
  });
});
