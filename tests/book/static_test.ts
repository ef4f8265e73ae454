import { assert, assertEquals } from "@std/assert";
import { browser, command, open, project } from "./helpers.ts";

Deno.test("the book as files", async (t) => {
  using folder = await project();
  const { code, stdout, stderr } = await command(folder, "--build", "site/deep").output();
  assertEquals(new TextDecoder().decode(stderr), "");
  assertEquals(code, 0);
  const said = new TextDecoder().decode(stdout);
  assert(
    /^Wrote \d+ files to site\/deep in [\d.]+ s\. Open site\/deep\/index\.html\n$/.test(said),
    said,
  );
  const site = new URL("site/deep/", folder);
  await using chromium = await browser();

  const walk = async (address: string) => {
    await using opened = await open(chromium, `${address}index.html`);
    const { page, complaints } = opened;
    await page.click(".start");
    await page.waitForFunction(() => location.href.includes("01_"));
    await page.waitForSelector(".run:not([hidden])");
    assertEquals(
      await page.$eval(".run", (one) => one.firstElementChild!.nextSibling!.textContent),
      "Play",
    );
    const before = await page.$eval(".picture", (one) => one.innerHTML);
    await page.click(".run");
    await page.waitForFunction(() =>
      /recorded/.test(document.querySelector(".status")!.textContent!) &&
      !document.querySelector(".diagram")!.hasAttribute("data-busy")
    );
    assertEquals(
      await page.$eval(".picture", (one) => one.innerHTML.replaceAll(/ width="\d+"/g, "")),
      before.replaceAll(/ width="\d+"/g, ""),
    );
    await page.click(".step-back");
    const shown = () => page.$$eval(".wide .e", (all) => all.length);
    const fewer = await shown();
    assert(/^Step \d+ of \d+: /.test(await page.$eval(".status", (one) => one.textContent!)));
    await page.click(".step-on");
    assertEquals(await shown(), fewer + 1);
    assertEquals(await page.$$eval(".check, .edit, .change, .editor", (all) => all.length), 0);
    await page.keyboard.down("Control");
    await page.keyboard.press("k");
    await page.keyboard.up("Control");
    await page.keyboard.type("formatAddress");
    await page.waitForSelector("#found a");
    await page.keyboard.press("Enter");
    await page.waitForFunction(() => location.href.includes("lib-udp.html#formatAddress"));
    await page.waitForSelector(".theme:not([hidden])");
    await page.waitForSelector('a.copy[data-copy="formatAddress"]');
    await page.evaluate(() =>
      Object.assign(navigator.clipboard, {
        writeText: (text: string) => Promise.resolve(Object.assign(globalThis, { copied: text })),
      })
    );
    await page.click('a.copy[data-copy="formatAddress"]');
    await page.waitForFunction(() =>
      document.querySelector(".toast")!.textContent!.includes("Copied")
    );
    assert(
      (await page.evaluate(() => (globalThis as unknown as { copied: string }).copied)).includes(
        "function formatAddress(",
      ),
    );
    assertEquals(complaints, []);
  };

  await t.step("reads, plays, finds and copies from a disk", async () => {
    await walk(site.href);
  });

  await t.step("does so in any folder of a host", async () => {
    const types: Record<string, string> = {
      html: "text/html",
      css: "text/css",
      js: "text/javascript",
      svg: "image/svg+xml",
      woff2: "font/woff2",
    };
    const server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen() {} },
      async (request) => {
        const { pathname } = new URL(request.url);
        const file = await Deno.readFile(new URL(`.${pathname.replace("/some/folder", "")}`, site))
          .catch(() => undefined);
        return file
          ? new Response(file, {
            headers: { "content-type": types[pathname.split(".").at(-1)!] ?? "text/plain" },
          })
          : new Response("", { status: 404 });
      },
    );
    await walk(`http://127.0.0.1:${server.addr.port}/some/folder/`);
    await server.shutdown();
  });

  await t.step("has no sliders, and says where they are", async () => {
    const text = await Deno.readTextFile(new URL("08_loss.html", site));
    assert(!text.includes('name="drop"'));
    assert(text.includes("<code>deno task lesson8 --drop 1</code>"));
  });

  await t.step("says on each page how exercises are done", async () => {
    for await (const { name } of Deno.readDir(site)) {
      if (!name.endsWith(".html")) continue;
      const text = await Deno.readTextFile(new URL(name, site));
      assert(text.includes("clone the project"), name);
      const [, number] = name.match(/^0?(\d+)_/) ?? [];
      if (number) assert(text.includes(`npx -y deno@2 task exercise ${number} --watch`), name);
    }
    assert(await Deno.stat(new URL("404.html", site)));
  });

  await t.step("takes the place of an earlier one, and of nothing else", async () => {
    const again = await command(folder, "--build", "site/deep").output();
    assertEquals(again.code, 0, new TextDecoder().decode(again.stderr));
    await Deno.writeTextFile(new URL("site/thesis.txt", folder), "all my work");
    const { code, stderr } = await command(folder, "--build", "site").output();
    assertEquals([code, new TextDecoder().decode(stderr)], [
      1,
      "site is not empty, and no book was written there before. " +
      "Nothing has been changed. Choose another folder, or empty this one.\n",
    ]);
    assertEquals([...Deno.readDirSync(new URL("site/", folder))].length, 2);
  });

  await t.step("asks before it writes elsewhere, and says so where it cannot ask", async () => {
    const elsewhere = await Deno.makeTempDir();
    const { code, stderr } = await command(folder, "--build", elsewhere).output();
    const said = new TextDecoder().decode(stderr);
    assertEquals(code, 1);
    assert(said.includes("outside of this project. In a terminal, Deno asks you."), said);
    assertEquals([...Deno.readDirSync(elsewhere)], []);
    await Deno.remove(elsewhere);
  });

  await t.step("has every file that its pages name", async () => {
    const there = new Set([...Deno.readDirSync(site)].map(({ name }) => name));
    for (const name of [...there].filter((name) => /\.(html|css)$/.test(name))) {
      const text = await Deno.readTextFile(new URL(name, site));
      for (const [, file] of text.matchAll(/(?:href="|src="|url\(")([\w.-]+)/g)) {
        if (!/^https?$/.test(file!)) assert(there.has(file!), `${name} names ${file}`);
      }
    }
  });

  await t.step("names no path of this machine", async () => {
    for await (const { name } of Deno.readDir(site)) {
      if (name.endsWith(".woff2")) continue;
      const text = await Deno.readTextFile(new URL(name, site));
      assert(
        !text.includes(decodeURIComponent(folder.pathname)) && !text.includes(folder.pathname),
        name,
      );
      assert(!text.includes("vscode:"), name);
    }
  });
});

Deno.test("deno task book says what is wrong", async (t) => {
  using folder = await project({ runs: [1] });
  const run = async (...args: string[]) => {
    const { code, stdout, stderr } = await command(folder, ...args).output();
    return { code, out: new TextDecoder().decode(stdout), err: new TextDecoder().decode(stderr) };
  };

  await t.step("a busy port", async () => {
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = listener.addr as Deno.NetAddr;
    const { code, err } = await run("--port", `${port}`);
    assertEquals(code, 1);
    assertEquals(
      err,
      `Another program is using port ${port}: perhaps this book, in another terminal. Choose another one: deno task book --port ${
        port + 1
      }\n`,
    );
  });

  for (
    const [args, said] of [
      [
        ["--port", "70000"],
        "--port 70000 is not a port: it must be a whole number from 0 to 65535.",
      ],
      [["--port", "x"], "--port x is not a port: it must be a whole number from 0 to 65535."],
      [["--editor", "ed"], "--editor ed is none of: vscode, vscodium, cursor, zed."],
      [["--build="], "--build needs a folder, such as: deno task book --build site"],
      [["--what"], 'The book does not take "--what".'],
      [["lesson4"], 'The book does not take "lesson4".'],
    ] as const
  ) {
    await t.step(args.join(" "), async () => {
      const { code, err } = await run(...args);
      assertEquals([code, err], [2, `${said}\nSee: deno task book --help\n`]);
    });
  }

  await t.step("lessons that cannot be recorded: their book would have no picture", async () => {
    const { code, err } = await run("--build", "site");
    assertEquals(code, 1);
    assert(/^Lesson 2 and 3 .* could not be recorded. Run it: deno task lesson2\n$/.test(err), err);
  });

  await t.step("a folder that cannot be written", async () => {
    await Deno.writeTextFile(new URL("file", folder), "");
    const { code, err } = await run("--build", "file/site");
    assertEquals(code, 1);
    assert(err.split("\n").length <= 3 && !err.includes(" at "), err);
  });

  await t.step("help", async () => {
    const { code, out } = await run("--help");
    assertEquals(code, 0);
    assert(out.split("\n").every((line) => line.length <= 80), out);
  });
});
