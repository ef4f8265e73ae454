import { assert, assertEquals } from "@std/assert";
import type { Page } from "puppeteer-core";
import { linesOf } from "../../book/server/lines.ts";
import { browser, change, open, project, serve, until } from "./helpers.ts";

/** The lessons that run in this folder, whoever started them (Linux). */
async function started(folder: URL): Promise<string[]> {
  const path = decodeURIComponent(folder.pathname).replace(/\/$/, "");
  const found: string[] = [];
  for await (const { name } of Deno.readDir("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    try {
      if (await Deno.readLink(`/proc/${name}/cwd`) !== path) continue;
      const words = (await Deno.readTextFile(`/proc/${name}/cmdline`)).replaceAll("\0", " ");
      if (words.includes(" lessons/")) found.push(words);
    } catch {
      // It has ended meanwhile.
    }
  }
  return found;
}

async function run(page: Page, number = "4"): Promise<void> {
  await page.click(`.diagram[data-lesson="${number}"] .run`);
  await page.waitForFunction(() => !document.querySelector<HTMLButtonElement>(".run")!.disabled, {
    timeout: 30_000,
  });
}

const FOREVER = "await new Promise((resolve) => setTimeout(resolve, 60_000));";

Deno.test("a run", async (t) => {
  using folder = await project();
  await using book = await serve(folder);
  await using chromium = await browser();

  await t.step(
    "is shown with an arrow for each datagram, a remark for each note, and in words",
    async () => {
      for (const { name } of Deno.readDirSync(new URL("lessons", folder))) {
        const number = `${parseInt(name)}`;
        await using opened = await open(chromium, `${book.address}${name.replace(".ts", ".html")}`);
        const { page, complaints } = opened;
        await page.evaluate(() => {
          const original = fetch;
          globalThis.fetch = async (...wanted) => {
            const response = await original(...wanted);
            const isRun = `${wanted[0]}`.startsWith("run/");
            if (isRun) Object.assign(globalThis, { told: response.clone().text() });
            return response;
          };
        });
        await run(page, number);
        const told = await page.evaluate(() =>
          (globalThis as unknown as { told: Promise<string> }).told
        );
        const events = told.trim().split("\n").map((line) => JSON.parse(line));
        const all = (wanted: string) => events.filter(({ event }) => event === wanted);
        assertEquals(events.at(-1).event, "end", name);
        assert(all("datagram").length > 0, name);
        for (const size of ["wide", "narrow"]) {
          const drawn = await page.evaluate((size) => ({
            arrows: document.querySelectorAll(`.picture .${size} .d`).length,
            notes: document.querySelectorAll(`.picture .${size} .n`).length,
            columns: [...document.querySelectorAll(`.picture .${size} .h .name`)].map((one) =>
              one.textContent
            ),
            lost: document.querySelectorAll(`.picture .${size} .lost`).length,
            unheard: document.querySelectorAll(`.picture .${size} .unheard`).length,
            nobody: document.querySelectorAll(`.picture .${size} .d.nobody`).length,
          }), size);
          const fate = (wanted: string) =>
            all("datagram").filter(({ fate }) => fate === wanted).length;
          assertEquals(drawn, {
            arrows: all("datagram").length,
            notes: all("note").length,
            columns: all("column").map(({ name }) => name),
            lost: fate("lost"),
            unheard: fate("unheard"),
            nobody: fate("nobody"),
          }, `${name}, ${size}`);
        }
        const words = await page.$$eval(".words li", (all) => all.map((one) => one.textContent));
        assertEquals(words.length, events.length - 1);
        const status = await page.$eval(".status", (one) => one.textContent!);
        const count = all("datagram").length;
        assert(
          status.startsWith(`${count} datagram${count === 1 ? "" : "s"} in `) &&
            status.endsWith("just now"),
          status,
        );
        assertEquals(complaints, []);
      }
    },
  );

  await t.step(
    "is slowed down, with the real times beside it, and not for those who want no motion",
    async () => {
      for (const still of [false, true]) {
        await using opened = await open(chromium, `${book.address}04_echo.html`, { still });
        const { page } = opened;
        await page.waitForSelector(".picture svg");
        const begin = performance.now();
        await page.click(".run");
        await page.waitForFunction(() =>
          document.querySelector(".status")!.textContent!.startsWith("Running")
        );
        if (!still) {
          await page.waitForSelector(".wide .new.d");
          const seen = await page.$$eval(".wide .d", (all) => all.length);
          assert(seen < 7, `${seen} arrows at once`);
        }
        await page.waitForFunction(() =>
          document.querySelector(".status")!.textContent!.endsWith("just now")
        );
        const took = performance.now() - begin;
        assert(still ? took < 3000 : took > 3000, `${took} ms`);
        const times = await page.$$eval(".wide .ms", (all) => all.map((one) => one.textContent!));
        assert(times.every((time) => /^[\d.]+ m?s$/.test(time)), times.join());
      }
    },
  );

  await t.step("shows what the lesson prints, and text as text", async () => {
    const evil =
      `<img src=x onerror="document.title='evil'"></text><script>document.title='evil'</script>`;
    await change(
      folder,
      "01_send",
      `
      console.log(${JSON.stringify(evil)});
      console.error("\\x1b[2Jcareful");
      diagram.note(${JSON.stringify(evil)});
      { using a = diagram.watch(${JSON.stringify(evil.slice(0, 30))}, bind()); await a.send(${
        JSON.stringify(evil)
      }, a.address); await a.receive(); }
    `,
    );
    await using opened = await open(chromium, `${book.address}01_send.html`);
    const { page, complaints } = opened;
    await run(page, "1");
    const printed = await page.$$eval(
      ".wide .printed",
      (all) => all.map((one) => one.textContent!),
    );
    assertEquals(printed.length, 2);
    assert(
      printed.some((line) => line.includes("onerror=")) && printed.includes("\\x1b[2Jcareful"),
      printed.join("\n"),
    );
    assertEquals(await page.$$eval(".diagram img, .diagram script", (all) => all.length), 0);
    assert(await page.title() !== "evil");
    // What is recorded is written into the page by the server.
    await until(
      async () =>
        (await (await fetch(`${book.address}01_send.html`)).text()).match(
          /<svg viewBox[^]*onerror[^]*<details class="words">/,
        ) !== null,
      "a recording of the change",
    );
    await page.reload();
    assertEquals(await page.$$eval(".diagram img, .diagram script", (all) => all.length), 0);
    assert(await page.title() !== "evil");
    assertEquals(complaints, []);
  });

  await t.step("that fails says so", async () => {
    await change(folder, "03_bind", 'throw new Error("This lesson is broken.");');
    await using opened = await open(chromium, `${book.address}03_bind.html`);
    await run(opened.page, "3");
    assertEquals(
      await opened.page.$eval(".status", (one) => one.textContent),
      "It failed, with exit code 1.",
    );
    assert(
      (await opened.page.$$eval(".wide .printed", (all) => all.map((one) => one.textContent)))
        .includes("This lesson is broken."),
    );
  });

  await t.step("tells no more than 1,000 lines", async () => {
    await change(folder, "05_chat", 'for (;;) console.log("again");');
    await using opened = await open(chromium, `${book.address}05_chat.html`);
    await run(opened.page, "5");
    assertEquals(
      await opened.page.$eval(".status", (one) => one.textContent),
      "It told more than 1000 lines, and was stopped.",
    );
    assertEquals(await opened.page.$$eval(".wide .printed", (all) => all.length), 1000);
    await until(async () => (await started(folder)).length === 0, "the end of the program");
  });

  await t.step("ends when the page goes away", async () => {
    const number = async () =>
      (await started(folder)).filter((line) => line.includes("04_echo")).length;
    await using opened = await open(chromium, `${book.address}04_echo.html`);
    await change(folder, "04_echo", FOREVER);
    await until(async () => await number() === 1, "the run that is recorded");
    await opened.page.click(".run");
    await until(async () => await number() === 2, "a program that runs");
    await opened.page.goto(`${book.address}index.html`);
    await until(async () => await number() < 2, "its end, sooner than at its limit", 8000);
  });

  await t.step("ends with the book", async () => {
    await using opened = await open(chromium, `${book.address}04_echo.html`);
    await opened.page.click(".run");
    await until(
      async () => (await started(folder)).some((line) => line.includes("04_echo")),
      "a program that runs",
    );
    book.process.kill("SIGINT");
    assertEquals((await book.process.status).code, 0);
    assertEquals(await started(folder), []);
  });
});

Deno.test("a run is stopped after 15 seconds", async () => {
  using folder = await project();
  await change(folder, "01_send", FOREVER);
  await using book = await serve(folder);
  const response = await fetch(`${book.address}run/1`, {
    method: "POST",
    headers: { origin: book.address.slice(0, -1) },
  });
  const events = (await response.text()).trim().split("\n").map((line) => JSON.parse(line));
  assertEquals(events, [{ event: "failed", text: "It did not end within 15 s, and was stopped." }]);
});

Deno.test("a line that a run prints is cut, also one that never ends", async () => {
  const chunk = new TextEncoder().encode("x".repeat(600));
  const chunks = [...Array(10).fill(chunk), new TextEncoder().encode("\nshort\n"), chunk, chunk];
  const lines = await Array.fromAsync(linesOf(ReadableStream.from(chunks), 1000));
  assertEquals(lines, ["x".repeat(1000), "short", "x".repeat(1000)]);
});
