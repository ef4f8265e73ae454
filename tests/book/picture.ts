/**
 * Makes the README's picture, docs/book.png, from the book as it is:
 *
 *     deno run --config tests/book/deno.json -A tests/book/picture.ts
 *
 * @module
 */
import { chromium, open, project, serve, until } from "./helpers.ts";

using folder = await project();
await using book = await serve(folder);
await until(
  async () => (await (await fetch(`${book.address}04_echo.html`)).text()).includes("<svg viewBox"),
  "a recording",
);
await using browser = await chromium();
await using opened = await open(browser, `${book.address}04_echo.html`);
await opened.page.setViewport({ width: 1280, height: 800, deviceScaleFactor: 1.5 });
await opened.page.evaluate(() => document.fonts.ready.then(() => {}));
// The first recordings are made all at once, and slowly: a run of its own has no pauses but the play's.
for (let tries = 0; tries < 20; tries++) {
  await opened.page.click(".run");
  await opened.page.waitForFunction(() =>
    document.querySelector(".status")!.textContent!.endsWith("just now")
  );
  const text = await opened.page.$eval("svg.wide", (one) => one.textContent!);
  if (text.split("nothing to see").length <= 2) break;
  await new Promise((resolve) => setTimeout(resolve, 1000));
}
await opened.page.evaluate(() => (document.activeElement as HTMLElement).blur());
await opened.page.mouse.move(0, 0);
await opened.page.screenshot({ path: "docs/book.png", optimizeForSpeed: false });
