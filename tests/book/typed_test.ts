import { assert, assertEquals } from "@std/assert";
import type { Page } from "puppeteer-core";
import { browser, open, project, serve, started, until } from "./helpers.ts";

const EDIT = "[data-exercise=countingServer] .change";
const LESSON = ".own .change";

const shownIn = (page: Page) =>
  page.$eval(".host", (one) => one.shadowRoot!.querySelector(".cm-content")!.textContent!);
const said = (page: Page) => page.$eval(".editing .state", (one) => one.textContent!);

/** Opens the editor as somebody does who clicks so many times. */
async function edit(page: Page, clicks: number, what = EDIT): Promise<void> {
  await page.waitForSelector(`${what}:not([hidden])`);
  await page.$eval(what, (one, clicks) => {
    for (let i = 0; i < clicks; i++) (one as HTMLElement).click();
  }, clicks);
  await page.waitForFunction(() => document.activeElement?.matches(".host"));
}

async function button(page: Page, number: number): Promise<void> {
  await page.click(`.editing .buttons > button:nth-of-type(${number})`);
}

/** A browser that keeps nothing refuses each use of what it could keep. */
function keepNothing(): void {
  const refuse = () => {
    throw new DOMException("Access is denied.", "SecurityError");
  };
  Object.defineProperty(globalThis, "localStorage", { get: refuse });
  LockManager.prototype.query = async () => await refuse();
  LockManager.prototype.request = async () => await refuse();
}

/** The answers to Reset and to Keep come when `answer` is called. */
function waitForAnswers(): void {
  const original = fetch;
  globalThis.fetch = async (...asked) => {
    const response = await original(...asked);
    if (!/^(reset|keep)\//.test(`${asked[0]}`)) return response;
    await new Promise<void>((resolve) => Object.assign(globalThis, { answer: resolve }));
    return response;
  };
}

const answer = (page: Page) =>
  page.waitForFunction(() => {
    const { answer } = globalThis as unknown as { answer?: () => void };
    answer?.();
    return answer !== undefined;
  });

Deno.test("what is typed", async (t) => {
  using folder = await project({ runs: [] });
  await using book = await serve(folder);
  await using chromium = await browser();
  const address = `${book.address}04_echo.html`;
  const exercise = new URL("exercises/04_echo.ts", folder);
  const shipped = await Deno.readTextFile(exercise);

  await t.step("has one editor, also for whoever presses Edit twice", async () => {
    await using opened = await open(chromium, address);
    const { page, complaints } = opened;
    await edit(page, 2);
    const places = await page.evaluate(async () => {
      const { held = [], pending = [] } = await navigator.locks.query();
      return [...held, ...pending].length;
    });
    assertEquals(places, 1);
    assertEquals(complaints, []);
  });

  await t.step(
    "is in a file that may change elsewhere, also where the page stays as it is",
    async () => {
      await using opened = await open(chromium, address);
      const { page } = opened;
      await edit(page, 1);
      await Deno.writeTextFile(exercise, shipped.replace("as often as", "no less than"));
      const news = "The file has changed on the disk. This is the new version.";
      await until(async () => await said(page) === news, "the news");
      await Deno.writeTextFile(exercise, shipped);
    },
  );

  await t.step("is saved where the browser keeps nothing, and it says so before", async () => {
    await using opened = await open(chromium, address);
    const { page, complaints } = opened;
    await page.evaluateOnNewDocument(keepNothing);
    await opened.go(address);
    await edit(page, 1);
    await page.keyboard.type("// Typed.\n");
    assertEquals(await said(page), "Not saved yet, and this browser cannot keep it.");
    await button(page, 1);
    await until(async () => (await said(page)).startsWith("Saved."), "the save");
    assert((await Deno.readTextFile(exercise)).includes("// Typed."));
    assertEquals(complaints, []);
    await Deno.writeTextFile(exercise, shipped);
  });

  await t.step("is not checked while too many pages are: a sentence says what to do", async () => {
    const headers = { origin: new URL(address).origin };
    const check = () => fetch(`${book.address}check/1`, { method: "POST", headers });
    const others = await Promise.all([check(), check(), check(), check()]);
    assertEquals(others.map(({ status }) => status), [200, 200, 200, 200]);
    await using opened = await open(chromium, address);
    const { page } = opened;
    await edit(page, 1);
    await page.keyboard.type("// Typed.\n");
    await button(page, 1);
    const result = () => page.$eval("[data-exercise] .result", (one) => one.textContent!);
    const many = "Too many pages are being checked: end one in another tab.";
    await until(async () => await result() === many, "the sentence");
    assertEquals(await page.$eval(".editing .verdict", (one) => one.textContent), "");
    for (const { body } of others) await body!.cancel();
    await Deno.writeTextFile(exercise, shipped);
  });

  await t.step("while Reset is under way stays in the editor, and is not saved yet", async () => {
    await using opened = await open(chromium, address);
    const { page, complaints } = opened;
    await page.evaluateOnNewDocument(waitForAnswers);
    await opened.go(address);
    await edit(page, 1);
    await page.keyboard.type("// Before.\n");
    await button(page, 2);
    await page.$eval(
      ".host",
      (one) => one.shadowRoot!.querySelector<HTMLElement>(".cm-content")!.focus(),
    );
    await page.keyboard.type("// After.\n");
    await answer(page);
    await until(async () => (await said(page)).includes("Yours is kept in "), "the answer");
    assert((await shownIn(page)).includes("// Before.// After."));
    assertEquals(
      await said(page),
      "Not saved yet. Yours is kept in exercises/04_echo.mine1.txt.",
    );
    assertEquals(await Deno.readTextFile(exercise), shipped);
    await button(page, 1);
    await until(async () => (await said(page)).startsWith("Saved."), "the save");
    assertEquals(complaints, []);
  });

  /** The type checks that run. They stand still, so that they do not end by themselves. */
  const checks = async () => {
    const found = await started(folder, " lessons/04_echo.ts");
    for (const { id } of found) Deno.kill(id, "SIGSTOP");
    return found.length;
  };
  // A check is given up after 60 seconds.
  const isOver = () => until(async () => await checks() === 0, "the end of the checks", 30_000);

  await t.step(
    "in a lesson is not checked for its types any more, if the page is left",
    async () => {
      await using opened = await open(chromium, address);
      await edit(opened.page, 1, LESSON);
      await button(opened.page, 1);
      await until(async () => await checks() === 1, "the check of the types");
      await opened.go(`${book.address}05_chat.html`);
      await isOver();
    },
  );

  await t.step("in a lesson while others are checked: a sentence says so", async () => {
    const headers = { origin: book.address.slice(0, -1) };
    const others = await Promise.all(Array.from({ length: 4 }, () => {
      return fetch(`${book.address}types/4`, { method: "POST", headers });
    }));
    assertEquals(others.map(({ status }) => status), [200, 200, 200, 200]);
    await until(async () => await checks() === 4, "the checks");
    await using opened = await open(chromium, address);
    const { page } = opened;
    await edit(page, 1, LESSON);
    await button(page, 1);
    const verdict = () => page.$eval(".editing .verdict", (one) => one.textContent!);
    const sentence = "Its types were not checked: too many lessons are being checked.";
    await until(async () => await verdict() === sentence, "the sentence");
    for (const { body } of others) await body!.cancel();
    await isOver();
    await button(page, 1);
    await until(async () => await verdict() === "", "a check of the types");
  });
});
