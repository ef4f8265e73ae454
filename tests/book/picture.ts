/**
 * Makes the README's picture, docs/book.png, from the book as it is:
 *
 *     deno run --config tests/book/deno.json -A tests/book/picture.ts
 *
 * @module
 */
import { browser, open, project, serve, until } from "./helpers.ts";

using folder = await project();
await using book = await serve(folder);
await until(
  async () => (await (await fetch(`${book.address}04_echo.html`)).text()).includes("<svg viewBox"),
  "a recording",
);
await using chromium = await browser();
await using opened = await open(chromium, `${book.address}04_echo.html`);
await opened.page.setViewport({ width: 1280, height: 800, deviceScaleFactor: 1.5 });
await opened.page.evaluate(() => document.fonts.ready.then(() => {}));
await opened.page.screenshot({ path: "docs/book.png", optimizeForSpeed: false });
