/**
 * Measures the book: how soon it is there, how soon its pages are, how much they weigh, how soon Run shows
 * its first arrow, how soon a change is seen, and how long the files take. A figure is the middle one of several; beside it, its limit.
 *
 * @module
 */
import { chromium, command, open, pages, project, serve } from "./helpers.ts";

function middle(all: number[]): number {
  return all.toSorted((a, b) => a - b)[Math.floor(all.length / 2)]!;
}

function tell(what: string, value: number, unit: string, limit: number): void {
  const verdict = value <= limit ? "" : "   over its limit";
  console.log(
    `${what.padEnd(46)} ${value.toFixed(1).padStart(8)} ${unit}   (at most ${limit})${verdict}`,
  );
}

async function packed(body: Uint8Array<ArrayBuffer>): Promise<number> {
  const stream = new Blob([body]).stream().pipeThrough(new CompressionStream("gzip"));
  return (await new Response(stream).arrayBuffer()).byteLength;
}

using folder = await project();
await (await serve(folder))[Symbol.asyncDispose](); // the caches are warm from here on

const starts: number[] = [];
for (let i = 0; i < 9; i++) {
  const begin = performance.now();
  const book = await serve(folder);
  starts.push(performance.now() - begin);
  await book[Symbol.asyncDispose]();
}
tell("start, until its address is there", middle(starts), "ms", 200);

await using book = await serve(folder);
const names = await pages(book.address);
let missing = true;
while (missing) { // until all is recorded
  const texts = await Promise.all(
    names.map(async (name) => await (await fetch(book.address + name)).text()),
  );
  missing = texts.some((text) => text.includes("Not recorded yet"));
}
const bytes: number[] = [];
for (let i = 0; i < 5; i++) {
  for (const name of names) {
    const begin = performance.now();
    const response = await fetch(book.address + name);
    bytes.push(performance.now() - begin);
    await response.body?.cancel();
  }
}
tell("first byte of a page", middle(bytes), "ms", 10);
tell("the slowest of them, of 5 each", Math.max(...bytes), "ms", 100);

const weigh = async (name: string) =>
  await packed(await (await fetch(book.address + name)).bytes());
const shared = await weigh("book.css") + await weigh("book.js") + await weigh("theme.js");
let fonts = 0;
for (const name of ["serif", "bold", "mono"]) {
  fonts += (await (await fetch(`${book.address}${name}.woff2`)).bytes()).length;
}
const lessons = await Promise.all(names.filter((name) => /^\d\d_/.test(name)).map(weigh));
tell("style and script, compressed", shared / 1000, "KB", 20);
tell("a lesson's page, the heaviest", Math.max(...lessons) / 1000, "KB", 19.9);
tell("all of these with fonts", (Math.max(...lessons) + shared + fonts) / 1000, "KB", 110);

{
  await using browser = await chromium();
  const arrows: number[] = [];
  for (let i = 0; i < 9; i++) {
    await using opened = await open(browser, `${book.address}04_echo.html`, { still: false });
    arrows.push(
      await opened.page.evaluate(async () => {
        const shown = new Promise<void>((resolve) => {
          new MutationObserver(() => document.querySelector(".new.d") && resolve())
            .observe(document.querySelector(".picture")!, { childList: true });
        });
        const begin = performance.now();
        document.querySelector<HTMLElement>(".run")!.click();
        await shown;
        return performance.now() - begin;
      }),
    );
  }
  tell("from Run to the first arrow of lesson 4", middle(arrows), "ms", 200);

  const lesson = new URL("lessons/04_echo.ts", folder);
  const shipped = await Deno.readTextFile(lesson);
  const changes: number[] = [];
  const edits: number[] = [];
  for (let i = 0; i < 5; i++) {
    await using opened = await open(browser, `${book.address}04_echo.html`);
    const { page } = opened;
    await page.setCacheEnabled(false);
    const begin = performance.now();
    await Deno.writeTextFile(lesson, `${shipped}\n/** New. */\nexport const fresh${i} = 1;\n`);
    await page.waitForSelector(`#fresh${i}`);
    changes.push(performance.now() - begin);
    await Deno.writeTextFile(lesson, shipped);
    await page.waitForFunction((id) => !document.querySelector(id), {}, `#fresh${i}`);
    edits.push(
      await page.evaluate(async () => {
        const begin = performance.now();
        document.querySelector<HTMLElement>(".change:not([hidden])")!.click();
        while (!document.activeElement!.matches(".host")) await new Promise(requestAnimationFrame);
        return performance.now() - begin;
      }),
    );
  }
  tell("from a change on disk to the open page", middle(changes), "ms", 300);
  tell("from Edit to the editor, not yet loaded", middle(edits), "ms", 300);
}

await Deno.remove(new URL("book/.recorded", folder), { recursive: true });
const begin = performance.now();
await command(folder, "--build", "site").output();
const built = performance.now() - begin;
tell("all of it as files, recorded anew: a lesson", built / lessons.length, "ms", 300);
