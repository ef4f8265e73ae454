import { assert, assertEquals } from "@std/assert";
import type { Page } from "puppeteer-core";
import { objects, STOPPED } from "../../book/browser/dom.ts";
import { type Event, inWords, sum } from "../../book/diagram/events.ts";
import { NARROW, picture, WIDE, written } from "../../book/diagram/picture.ts";
import { linesOf } from "../../book/server/lines.ts";
import { violations } from "./axe.ts";
import {
  browser,
  change,
  open,
  project,
  reading,
  recorded,
  serve,
  started,
  until,
} from "./helpers.ts";

async function run(page: Page, number = "4"): Promise<void> {
  await page.click(`.diagram[data-lesson="${number}"] .run`);
  await over(page);
}

/** Waits until nothing runs, and nothing is played. */
async function over(page: Page): Promise<void> {
  await page.waitForSelector(".diagram:not([data-busy])");
}

/** What the picture's own element is that has the focus, and what it says. */
function focused(page: Page): Promise<string> {
  return page.evaluate(() => {
    const { className, textContent } = document.activeElement!;
    return `${className} ${textContent!.trim()}`;
  });
}

function status(page: Page): Promise<string> {
  return page.$eval(".status", (one) => one.textContent!);
}

/** The wide picture, without what moves. */
function drawn(page: Page): Promise<string> {
  return page.$eval(".picture .wide", (one) => one.outerHTML.replaceAll(" new", ""));
}

const FOREVER = "await new Promise((resolve) => setTimeout(resolve, 60_000));";

Deno.test("a run", async (t) => {
  const { folder, book } = await reading();
  await using chromium = await browser();

  await t.step(
    "is shown with an arrow for each datagram, a remark for each note, and in words",
    async () => {
      await using opened = await open(chromium, book.address);
      const { page, complaints } = opened;
      await page.evaluateOnNewDocument(() => {
        const original = fetch;
        globalThis.fetch = async (...wanted) => {
          const response = await original(...wanted);
          const isRun = `${wanted[0]}`.startsWith("run/");
          if (isRun) Object.assign(globalThis, { told: response.clone().text() });
          return response;
        };
      });
      for (const { name } of Deno.readDirSync(new URL("lessons", folder))) {
        const number = `${parseInt(name)}`;
        await opened.go(`${book.address}${name.replace(".ts", ".html")}`);
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

  await t.step("shows waits as gaps, and each transfer of TFTP as a column", async () => {
    await using nine = await open(chromium, `${book.address}09_retransmission.html`);
    await run(nine.page, "9");
    const waits = await nine.page.$$eval(
      ".wide .wait",
      (all) => all.map((one) => one.textContent!),
    );
    assert(waits.length >= 2, waits.join());
    for (const text of waits) assert(/^nothing to see for [\d.]+ m?s$/.test(text), text);
    const lines = await nine.page.$$eval(
      ".wide .l:first-child line",
      (all) => all.map((one) => [one.getAttribute("y1"), one.getAttribute("y2")].map(Number)),
    );
    assertEquals(lines.length, waits.length + 1);
    lines.slice(1).forEach(([y1], i) => assert(y1! - lines[i]![1]! > 20, "The line has no gap."));
    const words = await nine.page.$$eval(".words li", (all) => all.map((one) => one.textContent!));
    assertEquals(words.filter((text) => text.startsWith("Nothing is seen")).length, waits.length);

    await using fourteen = await open(chromium, `${book.address}14_tftp.html`);
    await run(fourteen.page, "14");
    assertEquals(
      await fourteen.page.$$eval(".wide .h .name", (all) => all.map((one) => one.textContent)),
      ["client", "stranger", "server", "transfer 1", "transfer 2"],
    );
  });

  await t.step("is stepped through, forward and back, and played again", async () => {
    await using opened = await open(chromium, `${book.address}04_echo.html`);
    const { page, complaints } = opened;
    const runs: string[] = [];
    page.on("request", (request) => request.url().includes("/run/") && runs.push(request.url()));

    // First what was recorded: no run is needed.
    await page.waitForSelector(".player:not([hidden])");
    assertEquals(await page.$eval(".step-on", (one) => one.ariaDisabled), "true");
    await page.focus(".step-back");
    await page.keyboard.press("Enter");
    await page.waitForFunction(() =>
      document.querySelector(".status")!.textContent!.startsWith("Step")
    );
    assertEquals(runs, []);
    await run(page);
    assertEquals(runs.length, 1);

    const last = await page.$eval(".position", (one) => Number((one as HTMLInputElement).max));
    const arrows = () => page.$$eval(".wide .e", (all) => all.length);
    assertEquals(await arrows(), last);
    const seen = new Map([[last, await drawn(page)]]);
    await page.focus(".step-back");
    for (let step = last - 1; step >= 0; step--) {
      await page.keyboard.press("Enter");
      assert((await status(page)).startsWith(`Step ${step} of ${last}`), await status(page));
      assertEquals(
        [await arrows(), await page.$$eval("[aria-current=step]", (all) => all.length)],
        [
          step,
          step > 0 ? 1 : 0,
        ],
      );
      seen.set(step, await drawn(page));
    }
    assertEquals(await status(page), `Step 0 of ${last}`);
    await page.keyboard.press("Enter");
    assertEquals([await arrows(), await focused(page)], [0, "step-back "]);
    assertEquals(await page.$eval(".step-back", (one) => one.ariaDisabled), "true");
    await page.focus(".step-on");
    for (let step = 1; step <= last; step++) {
      await page.keyboard.press("Enter");
      assertEquals(await drawn(page), seen.get(step), `step ${step}, there and back`);
    }
    assert((await status(page)).endsWith("just now"), await status(page));

    await page.focus(".position");
    await page.keyboard.press("Home");
    assertEquals(await arrows(), 0);
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("ArrowRight");
    assertEquals(await drawn(page), seen.get(2));
    assertEquals(await page.$eval(".position", (one) => one.ariaValueText), `2 of ${last}`);
    const words = await page.$eval('.words [aria-current="step"]', (one) => one.textContent!);
    assert((await status(page)).endsWith(`: ${words}`), await status(page));

    // On from there, and then all of it again: the run is the same one.
    await page.select(".speed", "150");
    await page.focus(".play");
    assert((await focused(page)).endsWith("Go on"));
    await page.keyboard.press("Enter");
    assert((await focused(page)).endsWith("Pause"));
    await over(page);
    assert((await focused(page)).endsWith("Replay"));
    await page.keyboard.press("Enter");
    await page.waitForFunction(
      (last) => {
        const shown = document.querySelectorAll(".wide .e").length;
        return shown > 0 && shown < last;
      },
      {},
      last,
    );
    await page.keyboard.press("Enter");
    await over(page);
    const paused = await arrows();
    assert(paused < last, `${paused} of ${last}`);
    // Who steps while it goes on stays at that step.
    await page.keyboard.press("Enter");
    await page.$eval(".step-back", (one) => (one as HTMLElement).click());
    await over(page);
    assert(await arrows() < last, "A step is a pause.");
    await page.select(".speed", "0");
    await page.keyboard.press("Enter");
    await over(page);
    assertEquals([await drawn(page), runs.length], [seen.get(last), 1]);
    assertEquals(complaints, []);
  });

  await t.step("is stopped, keeps what came and the focus, and the program ends", async () => {
    await using opened = await open(chromium, `${book.address}09_retransmission.html`);
    const { page, complaints } = opened;
    await page.waitForSelector(".knobs:not([hidden])");
    await page.focus('.knob input[name="lost"]');
    await page.keyboard.press("End"); // 8 copies: that takes 9 seconds
    for (let times = 0; times < 2; times++) {
      await page.focus(".run");
      await page.keyboard.press("Enter");
      assertEquals(await focused(page), "run Stop lesson 9, retransmission");
      await until(
        async () => (await started(folder)).some(({ words }) => words.includes(" --lost=8")),
        "a program that runs with the knob's number",
      );
      // Until then, the picture is the one before.
      await until(async () => (await status(page)).startsWith("Running"), "a new picture");
      await page.waitForSelector(".wide .lost");
      await page.keyboard.press("Enter");
      await over(page);
      assertEquals(await focused(page), "run Run lesson 9, retransmission");
      assertEquals(await status(page), "Stopped.");
      assert(await page.$(".wide .lost"), "What came is still there.");
      await until(async () => (await started(folder)).length === 0, "the end of the program", 5000);
    }
    assertEquals(complaints, []);
  });

  await t.step("is begun again as soon as it is stopped, also many times", async () => {
    await using opened = await open(chromium, `${book.address}04_echo.html`);
    const { page, complaints } = opened;
    await page.waitForSelector(".picture svg");
    await page.evaluate(async () => {
      const button = document.querySelector<HTMLElement>(".run")!;
      const stands = async (is: () => boolean) => {
        while (!is()) await new Promise((resolve) => setTimeout(resolve));
      };
      const status = () => document.querySelector(".status")!.textContent!;
      for (let times = 0; times < 10; times++) {
        button.click();
        await stands(() => /^(Starting|Running|This)/.test(status()));
        if (status().startsWith("This")) return; // it was refused: the browser complains of that
        button.click();
        await stands(() => status() === "Stopped.");
      }
    });
    assertEquals(complaints, []);
    await run(page);
    assert((await status(page)).endsWith("just now"), await status(page));
  });

  await t.step(
    "in two tabs is told, and stopped in the other one if somebody wants that",
    async () => {
      const address = `${book.address}09_retransmission.html`;
      await using other = await open(chromium, address);
      await other.page.waitForSelector(".knobs:not([hidden])");
      await other.page.focus('.knob input[name="lost"]');
      await other.page.keyboard.press("End");
      await other.page.click(".run");
      await until(async () => (await status(other.page)).startsWith("Running"), "the first run");
      await using opened = await open(chromium, address);
      const { page, complaints } = opened;
      await page.waitForSelector(".picture svg");
      const before = await drawn(page);
      await run(page, "9");
      assertEquals(
        await status(page),
        "This lesson is running in another tab. Stop it there, and run it here",
      );
      assertEquals([await drawn(page), complaints.length], [before, 1]); // the browser's own, of the status
      await page.click(".status button");
      await over(page);
      assert((await status(page)).endsWith("just now"), await status(page));
      assertEquals(await focused(page), "run Run lesson 9, retransmission");
      await over(other.page);
      assertEquals(await status(other.page), "It was stopped, since it runs in another tab now.");
      assertEquals(complaints.length, 1);
    },
  );

  await t.step("has the numbers of its sliders, as the command beside it says", async () => {
    await using opened = await open(chromium, `${book.address}08_loss.html`);
    const { page, complaints } = opened;
    await page.waitForSelector(".knobs:not([hidden])");
    const task = () => page.$eval(".task", (one) => one.textContent);
    const shown = () => page.$$eval(".knob output", (all) => all.map((one) => one.textContent));
    assertEquals(await shown(), ["20 %", "20 %", "20 ms", "200 ms", "40"]);
    const spoken = () => page.$$eval(".knob input", (all) => all.map((one) => one.ariaValueText));
    assertEquals(await spoken(), await shown());
    const recordedThen = await status(page);
    assert(recordedThen.endsWith("recorded from a real run"), recordedThen);
    await page.focus('.knob input[name="drop"]');
    await page.keyboard.press("End");
    assertEquals(await task(), "deno task lesson8 --drop 1");
    assertEquals((await spoken())[0], "100 %");
    assertEquals(await status(page), "Run, to see it with --drop 1.");
    await page.keyboard.press("Home");
    for (let times = 0; times < 4; times++) await page.keyboard.press("ArrowRight");
    assertEquals(await task(), "deno task lesson8");
    assertEquals(await status(page), recordedThen);
    await page.keyboard.press("End");
    await run(page, "8");
    assertEquals(await page.$$eval(".wide .lost", (all) => all.length), 5);
    assert((await status(page)).endsWith("just now"), await status(page));
    await page.focus('.knob input[name="drop"]');
    await page.keyboard.press("Home");
    await page.focus('.knob input[name="delay"]');
    await page.keyboard.press("ArrowRight");
    assertEquals(await task(), "deno task lesson8 --drop 0 --delay 30");
    await run(page, "8");
    assertEquals(await page.$$eval(".wide .lost", (all) => all.length), 0);
    await page.click(".usual");
    assertEquals([await task(), await shown()], [
      "deno task lesson8",
      ["20 %", "20 %", "20 ms", "200 ms", "40"],
    ]);
    assertEquals(await status(page), "Run, to see it with the usual numbers.");
    assertEquals(complaints, []);
  });

  await t.step("is not stopped by the second click of a double-click", async () => {
    await using opened = await open(chromium, `${book.address}04_echo.html`);
    const { page } = opened;
    await page.waitForSelector(".picture svg");
    await page.click(".run", { count: 2, delay: 500 }); // as slow as a person may be
    await over(page);
    assert((await status(page)).endsWith("just now"), await status(page));
    await page.select(".speed", "150");
    await page.reload();
    await page.waitForSelector(".picture svg");
    const speed = await page.$eval(".speed", (one) => (one as HTMLSelectElement).value);
    assertEquals(speed, "150", "this tab remembers it");
    await page.click(".play", { count: 2 });
    assertEquals(
      await page.$eval(".play .word", (one) => one.textContent),
      "Pause",
      "it is played",
    );
    await page.select(".speed", "0");
    await over(page);
    await page.$eval(".run", (run) => {
      for (let times = 0; times < 2; times++) {
        run.dispatchEvent(new MouseEvent("click", { detail: 1 }));
      }
    });
    await over(page);
    assert((await status(page)).endsWith("just now"), await status(page));
  });

  await t.step(
    "is slowed down, with the real times beside it, and not for those who want no motion",
    async () => {
      for (const still of [false, true]) {
        await using opened = await open(chromium, `${book.address}04_echo.html`, { still });
        const { page } = opened;
        await page.waitForSelector(".picture svg");
        await page.evaluate(() => {
          const seen = { slow: 0, stepped: 0 };
          Object.assign(globalThis, { seen });
          new MutationObserver(() => {
            const status = document.querySelector(".status")!.textContent!;
            if (document.querySelector(".new")) seen.slow++;
            if (status.startsWith("Drawn step by step")) seen.stepped++;
          }).observe(document.querySelector(".diagram")!, { childList: true, subtree: true });
        });
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
        const { slow, stepped } = await page.evaluate(() =>
          (globalThis as unknown as { seen: { slow: number; stepped: number } }).seen
        );
        assertEquals([slow > 0, stepped > 0], [!still, !still]);
        const speed = await page.$eval(".speed", (one) => (one as HTMLSelectElement).value);
        assertEquals(speed === "0", still);
        assert(still || took > 3000, `${took} ms`);
        const times = await page.$$eval(".wide .ms", (all) => all.map((one) => one.textContent!));
        assert(times.every((time) => /^[\d.]+ m?s$/.test(time)), times.join());
      }
    },
  );

  await t.step(
    "is followed down the page, and nobody who has left it is brought back",
    async () => {
      await using opened = await open(chromium, `${book.address}04_echo.html`, { still: false });
      const { page } = opened;
      await page.setViewport({ width: 1280, height: 500 });
      await page.waitForSelector(".picture svg");
      await page.select(".speed", "150");
      await run(page);
      const isSeen = () =>
        page.evaluate(() => {
          const { top, bottom } = [...document.querySelectorAll(".wide .e")].at(-1)!
            .getBoundingClientRect();
          const controls = document.querySelector(".player")!.getBoundingClientRect();
          return top > 0 && bottom <= controls.top;
        });
      assert(await isSeen(), "The last event is in sight.");
      // So are Stop, and what is said of the run: below the top of the page, and above the picture.
      for (const width of [390, 1280]) {
        await page.setViewport({ width, height: 490 });
        await run(page);
        const stuck = await page.evaluate(() => {
          const [page, bar] = [".top", ".bar"].map((one) =>
            document.querySelector(one)!.getBoundingClientRect()
          );
          const { left, top } = document.querySelector(".run .word")!.getBoundingClientRect();
          const hit = document.elementFromPoint(left + 3, top + 3);
          return [Math.round(bar!.top - page!.bottom), hit?.closest(".run")?.textContent];
        });
        assertEquals(stuck[1], "Run lesson 4, echo server");
        assert(Math.abs(Number(stuck[0])) <= 2, `${stuck[0]} pixels below the top of the page`);
      }
      await page.setViewport({ width: 1280, height: 500 });
      await page.evaluate(() => scrollTo(0, 0));
      await page.click(".run");
      await page.waitForSelector(".wide .new.d");
      await page.evaluate(() => scrollTo(0, document.body.scrollHeight));
      // What one sees stays where it is, also if the words above the picture take another line.
      const seen = () => page.$eval(".foot", (one) => one.getBoundingClientRect().bottom);
      const left = await seen();
      await over(page);
      assert(Math.abs(await seen() - left) < 2, `from ${left} to ${await seen()}`);
    },
  );
});

Deno.test("a run of a lesson that somebody has changed", async (t) => {
  using folder = await project({ runs: [1, 2, 3, 4, 5, 6, 12] });
  await using book = await serve(folder);
  await using chromium = await browser();
  await recorded(folder, book, "12_multicast"); // the last test needs its picture
  await change(folder, "06_broadcast", FOREVER);
  const endless = fetch(`${book.address}run/6`, {
    method: "POST",
    headers: { origin: book.address.slice(0, -1) },
  });

  await t.step("has another picture when a function of its page does something else", async () => {
    const file = new URL("lessons/01_send.ts", folder);
    const text = await Deno.readTextFile(file);
    await Deno.writeTextFile(file, text.replace(".send(text, to)", ".send(text.repeat(2), to)"));
    await using opened = await open(chromium, `${book.address}01_send.html`);
    await run(opened.page, "1");
    const sent = await opened.page.$$eval(
      ".wide .d .t",
      (all) => all.map((one) => one.textContent),
    );
    assertEquals(sent.slice(0, 2), ["“HelloHello”10 bytes", "“HelloHello”10 bytes"]);
    await Deno.writeTextFile(file, text);
  });

  await t.step("shows what the lesson prints, and text as text", async () => {
    const evil =
      `<img src=x onerror="document.title='evil'"></text><script>document.title='evil'</script>`;
    await change(
      folder,
      "01_send",
      `
      // ${evil}
      console.log(${JSON.stringify(evil)});
      console.log("\\x1b[2J" + "x".repeat(2000));
      console.error("\\x1b[2Jcareful");
      diagram.note(${JSON.stringify(evil)});
      { using a = diagram.watch(${JSON.stringify(evil.slice(0, 30))}, bind()); await a.send(${
        JSON.stringify(evil)
      }, a.address); await a.receive(); }
    `,
    );
    // What is recorded is written into the page by the server.
    await until(
      async () =>
        (await (await fetch(`${book.address}01_send.html`)).text()).match(
          /<svg viewBox[^]*onerror[^]*<details class="words">/,
        ) !== null,
      "a recording of the change",
    );
    await using opened = await open(chromium, `${book.address}01_send.html`);
    const { page, complaints } = opened;
    const notes = await page.$$eval(".note", (all) => all.map((one) => one.textContent!));
    assert(notes.some((note) => note.includes("onerror=")), "a comment beside the code");
    await run(page, "1");
    const printed = await page.$$eval(
      ".wide .printed",
      (all) => all.map((one) => one.textContent!),
    );
    assertEquals(printed.length, 2);
    assert(printed[0]!.includes("onerror="), printed[0]);
    assert(printed[1]!.startsWith("\\x1b[2Jxxx") && printed[1]!.length < 600, printed[1]);
    assertEquals(await page.$eval(".said", (one) => one.textContent), "\\x1b[2Jcareful\n");
    assertEquals(await page.$$eval("main img, main script", (all) => all.length), 0);
    assert(await page.title() !== "evil");
    await page.reload();
    assertEquals(await page.$$eval("main img, main script", (all) => all.length), 0);
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
    const said = await opened.page.$eval(".said", (one) => one.textContent);
    assertEquals(said, "This lesson is broken.\n");
  });

  await t.step("that fails halfway is not called the last one that worked", async () => {
    await recorded(folder, book, "05_chat");
    await using opened = await open(chromium, `${book.address}05_chat.html`);
    const { page } = opened;
    await change(
      folder,
      "05_chat",
      `{ using a = diagram.watch("a", bind()); await a.send("Hi", a.address); await a.receive(); }
      queueMicrotask(() => { throw new Error("Halfway"); });`,
    );
    await page.waitForSelector("#trouble .of-picture");
    const isSaid = () => page.$eval("#trouble .of-picture", (one) => one.checkVisibility());
    assert(await isSaid());
    await run(page, "5");
    assertEquals(await page.$$eval(".wide .d", (all) => all.length), 1);
    assertEquals([await isSaid(), await status(page)], [false, "It failed, with exit code 1."]);
  });

  await t.step("of a broken lesson shows the compiler's words, and keeps the picture", async () => {
    await using opened = await open(chromium, `${book.address}02_receive.html`);
    const { page } = opened;
    await page.waitForSelector(".picture svg");
    const before = await drawn(page);
    const file = new URL("lessons/02_receive.ts", folder);
    const text = await Deno.readTextFile(file);
    await Deno.writeTextFile(file, `const broken = "a", = "b";\n${text}`);
    await run(page, "2");
    assertEquals(await status(page), "It failed, with exit code 1.");
    assertEquals(await drawn(page), before);
    const said = await page.$eval(".said", (one) => one.textContent!);
    assert(/ lessons\/02_receive\.ts:1:\d/.test(said) && /\n +\| +~/.test(said), said);
    assertEquals(await violations(page), []);
    await Deno.writeTextFile(file, "");
    await run(page, "2");
    assertEquals(await status(page), "It ended too early: there is no whole picture.");
    await Deno.writeTextFile(file, text);
    await run(page, "2");
    assertEquals(await page.$(".said"), null);
    assert((await status(page)).endsWith("just now"), await status(page));
  });

  await t.step("tells no more than 1,000 lines", async () => {
    await change(folder, "05_chat", `console.log("again\\n".repeat(1001)); ${FOREVER}`);
    await using opened = await open(chromium, `${book.address}05_chat.html`);
    await run(opened.page, "5");
    assertEquals(
      await opened.page.$eval(".status", (one) => one.textContent),
      "It told more than 1000 lines, and was stopped.",
    );
    assertEquals(await opened.page.$$eval(".wide .printed", (all) => all.length), 1000);
    await until(
      async () => !(await started(folder)).some(({ words }) => words.includes("05_chat")),
      "the end of the program",
    );
  });

  await t.step("is stopped after 15 seconds", async () => {
    const events = (await (await endless).text()).trim().split("\n");
    const said = "It did not end within 15 s, and was stopped.";
    assertEquals(events.map((line) => JSON.parse(line)), [{ event: "failed", text: said }]);
  });

  await t.step("ends when the page goes away", async () => {
    const number = async () =>
      (await started(folder)).filter(({ words }) => words.includes("04_echo")).length;
    await using opened = await open(chromium, `${book.address}04_echo.html`);
    await change(folder, "04_echo", FOREVER);
    await until(async () => await number() === 1, "the run that is recorded");
    await opened.page.click(".run");
    await until(async () => await number() === 2, "a program that runs");
    await opened.page.goto(`${book.address}index.html`);
    await until(async () => await number() < 2, "its end, sooner than at its limit", 8000);
  });

  const there = await open(chromium, `${book.address}12_multicast.html`);

  await t.step("ends with the book", async () => {
    await using opened = await open(chromium, `${book.address}04_echo.html`);
    await opened.page.click(".run");
    await until(
      async () => (await started(folder)).some(({ words }) => words.includes("04_echo")),
      "a program that runs",
    );
    await Deno.writeTextFile(new URL("exercises/checks/02_receive_test.ts", folder), FOREVER);
    const headers = { origin: book.address.slice(0, -1) };
    const check = await fetch(`${book.address}check/2`, { method: "POST", headers });
    await until(async () => (await started(folder, "exercises/checks/")).length > 0, "a check");
    book.process.kill("SIGINT");
    assertEquals((await book.process.status).code, 0);
    await check.body?.cancel().catch(() => {});
    assertEquals(await started(folder), []);
    assertEquals(await started(folder, "exercises/checks/"), []);
    await over(opened.page);
    assertEquals(await status(opened.page), STOPPED);
  });

  await t.step("without a book keeps the picture, and says once what to do", async () => {
    const { page } = there;
    const before = await drawn(page);
    await run(page, "12");
    assertEquals(await status(page), STOPPED);
    await page.evaluate(() => {
      new MutationObserver((all) => Object.assign(globalThis, { said: all })).observe(
        document.querySelector(".status")!,
        { childList: true, characterData: true, subtree: true },
      );
    });
    await run(page, "12");
    await run(page, "12");
    assertEquals(await page.evaluate(() => "said" in globalThis), false);
    assertEquals([await status(page), await drawn(page)], [STOPPED, before]);
    assertEquals(await focused(page), "run Run lesson 12, multicast");
    await page.close();
  });
});

Deno.test("a chart has its bars below each other, also where two stand in two lines", () => {
  const bar = (name: string) => `${name}  5 █████···················`.replaceAll(" ", "\u00a0");
  const text = `0.1 s  ${bar("A")}  ${bar("B")}`;
  const told = { event: "note", at: 100, text } as const;
  const lines = written(picture([told], { width: NARROW })).match(/(?<=<text[^>]*>)[^<]+/g)!;
  assertEquals(lines.map((line) => line.search(/[AB]/)), [7, 7]);
  const datagram = { event: "datagram", at: 3, sent: 1, from: 0, to: 1, size: 1 } as const;
  const events: Event[] = [{ ...datagram, text: "1", fate: "arrived" }, told, { ...told, at: 600 }];
  assertEquals(sum(events), "1 datagram in 3.0 ms, and a chart of 500 ms");
});

Deno.test("a line that a run prints is cut, also one that never ends", async () => {
  const chunk = new TextEncoder().encode("x".repeat(600));
  const chunks = [...Array(10).fill(chunk), new TextEncoder().encode("\nshort\n"), chunk, chunk];
  const lines = await Array.fromAsync(linesOf(ReadableStream.from(chunks), 1000));
  assertEquals(lines, ["x".repeat(1000), "short", "x".repeat(1000)]);
});

Deno.test("the picture and the words say who sends, to whom, when, and what becomes of it", () => {
  const column = { event: "column", at: 0, open: true } as const;
  const sent = { event: "datagram", sent: 1, text: "你".repeat(61), size: 183 } as const;
  const events: Event[] = [
    { ...column, name: "client", address: { hostname: "::1", port: 5000 } },
    { ...column, name: "server", address: { hostname: "127.0.0.1", port: 9999 } },
    { ...sent, at: 3.61, from: 0, to: 1, fate: "arrived" },
    { ...sent, at: 15.2, from: 1, to: 0, fate: "lost" },
    { ...sent, at: 20, from: 0, to: 1, fate: "unheard" },
    { ...sent, at: 1234, from: 0, to: 1, fate: "nobody" },
  ];
  const what = `“${"你".repeat(59)}…” (183 bytes)`;
  assertEquals(inWords(events), [
    "client is at [::1]:5000.",
    "server is at 127.0.0.1:9999.",
    `After 3.6 ms: client sends ${what} to server.`,
    `After 15 ms: server sends ${what} to client. It is lost.`,
    `After 20 ms: client sends ${what} to server. Nobody hears it.`,
    `Nothing is seen for 1.2 s. After 1.2 s: client sends ${what} to server. Nobody is there.`,
  ]);

  const wide = written(picture(events, { width: WIDE }));
  const found = (text: string, pattern: RegExp) =>
    [...text.matchAll(pattern)].map(([, one]) => one!);
  assertEquals(found(wide, /class="at"[^>]*>([^<]*)/g), ["[::1]:5000", "127.0.0.1:9999"]);
  assertEquals(found(wide, /class="ms">([^<]*)/g), ["3.6 ms", "15 ms", "20 ms", "1.2 s"]);
  const [client, server] = found(wide, /<circle cx="(\d+)"/g).map(Number);
  const ways = [...wide.matchAll(/class="way" d="M(\d+) \d+H(\d+)"/g)]
    .map(([, begin, end]) => [Number(begin), Number(end) > Number(begin)]);
  assertEquals(ways, [[client, true], [server, false], [client, true], [client, true]]);
  // So wide a letter takes two places: the label ends before its arrow does.
  for (const label of found(wide, /class="t"[^>]*>([^<]*)/g)) assert(label.length < 25, label);

  const narrow = written(picture(events, { width: NARROW }));
  const sizes = ["183 bytes, 3.6 ms", "183 bytes, 15 ms", "183 bytes, 20 ms", "183 bytes, 1.2 s"];
  assertEquals(found(narrow, /class="size">([^<]*)/g), sizes);
});

Deno.test("what a stream of objects says is whole, wherever it is cut", async () => {
  const bytes = new TextEncoder().encode('{"text":"你好"}\n\n{"text":"é"}\n');
  const chunks = ReadableStream.from([...bytes].map((byte) => Uint8Array.of(byte)));
  assertEquals(await Array.fromAsync(objects(chunks)), [{ text: "你好" }, { text: "é" }]);
});
