import { assert, assertEquals } from "@std/assert";
import { type Book, pages, project, serve, until } from "./helpers.ts";

/** How a file is broken: what becomes of its text. `undefined`: the file is gone. */
const WAYS: Record<string, (text: string) => string | undefined> = {
  "a missing backquote": (text) => `${text}\nconst missing = \`a backquote;\n`,
  "an endless loop at import": (text) => `for (;;);\n${text}`,
  "an exception at import": (text) => `throw new Error("It is broken.");\n${text}`,
  "0 bytes": () => "",
  "a file that is gone": () => undefined,
};

/** Of these, the page of a TypeScript file or of a document says what is wrong with it. */
const SAID: Record<string, RegExp> = {
  "a missing backquote":
    /:(\d+):\d+<\/code> Unterminated template\. Does a backquote \(`\) lack its pair in line \1\?/,
  "0 bytes": /<\/code> The file is empty/,
  "a file that is gone": /<\/code> The file is not there/,
};

/** The files that a learner may break, each with the page that shows it. */
function shownFiles(folder: URL): [path: string, page: string][] {
  const list = (name: string, pattern: RegExp) =>
    [...Deno.readDirSync(new URL(name, folder))].map(({ name }) => name)
      .filter((name) => pattern.test(name)).sort();
  const ts = ["lessons", "cli/lessons", "exercises"].flatMap((room) =>
    list(room, /^\d\d_\w+\.ts$/).map((
      name,
    ): [string, string] => [`${room}/${name}`, name.replace(".ts", ".html")])
  );
  const docs = list("docs", /\.md$/).map((
    name,
  ): [string, string] => [`docs/${name}`, `docs-${name.replace(".md", ".html")}`]);
  return [...ts, ...docs, ["README.md", "readme.html"]];
}

async function write(file: URL, content: string | Uint8Array | undefined): Promise<void> {
  if (content === undefined) await Deno.remove(file);
  else if (typeof content === "string") await Deno.writeTextFile(file, content);
  else await Deno.writeFile(file, content);
}

/** On a busy machine, a run that is recorded may not end in time: its page says so. */
const LATE = /<div class="trouble"><p><code>[^<]*<\/code> It did not end within[^]*?<\/div>/g;

/** A page, without what runs and results change in it. */
async function get(book: Book, name: string): Promise<string> {
  const response = await fetch(book.address + name);
  const text = await response.text();
  assertEquals(response.status, 200, `${name}: ${text.slice(0, 200)}`);
  return text.replace(/ data-of="\w+"/, "").replaceAll(LATE, "")
    .replaceAll(/<figure class="diagram"[^]*?<\/figure>/g, "")
    .replaceAll(/<span class="progress">[^<]*/g, "");
}

/** The first line of an answer to Run or Check. */
async function first(book: Book, path: string): Promise<{ event: string }> {
  const headers = { origin: book.address.slice(0, -1) };
  const response = await fetch(book.address + path, { method: "POST", headers });
  assertEquals(response.status, 200, path);
  let text = "";
  for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    if (text.includes("\n")) break;
  }
  return JSON.parse(text.split("\n")[0]!);
}

/** Numbers from 0 to 1 that are the same at each run. */
function dice(seed: number): () => number {
  return () => {
    seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
    return seed / 2 ** 31;
  };
}

Deno.test("whatever is in a file, the book goes on", async (t) => {
  using folder = await project({ runs: [1, 4] });
  await using book = await serve(folder);
  let ended = false;
  book.process.status.then(() => ended = true);
  const names = await pages(book.address);
  const files = shownFiles(folder);
  const before = new Map<string, string>();
  for (const name of names) before.set(name, await get(book, name));
  /** That these pages are as they were. */
  const same = async (...names: string[]) => {
    for (const name of names) {
      const [now, then] = [await get(book, name), before.get(name)!];
      if (now === then) continue;
      const at = now.split("").findIndex((letter, i) => letter !== then[i]);
      throw new Error(`${name} is another one, at letter ${at}: ${now.slice(at, at + 1000)}`);
    }
  };
  const others = names.filter((name) => !["index.html", "book.html"].includes(name));

  for (const [way, make] of Object.entries(WAYS)) {
    await t.step(`${way}: its page says so, and no other page is another one`, async () => {
      for (const [i, [path, page]] of files.entries()) {
        const file = new URL(path, folder);
        const text = await Deno.readTextFile(file);
        await write(file, make(text));
        const shown = await get(book, page);
        const isText = path.endsWith(".md") && way.startsWith("a missing");
        if (SAID[way] && !isText) {
          const fault = new RegExp(`<code>${path}${SAID[way].source}`);
          assert(fault.test(shown), `${path}: ${shown.match(/<main[^]{0,400}/)}`);
        }
        assert(/<h1/.test(shown), `${page} has no title`);
        const other = others[(i * 7) % others.length]!;
        if (other !== page) await same(other);
        if (i === 3) {
          await get(book, "book.html");
          await get(book, "index.html");
          await get(book, "search.js");
          assertEquals((await first(book, "run/1")).event, "column");
          assertEquals((await first(book, "check/1")).event, "checking");
        }
        await Deno.writeTextFile(file, text);
      }
      await same(...names);
    });
  }

  await t.step("no file: a folder, bytes that are no text, one that is too long", async () => {
    const file = new URL("lessons/04_echo.ts", folder);
    const text = await Deno.readTextFile(file);
    const see = async (said: string, content?: string | Uint8Array) => {
      await Deno.remove(file);
      if (content === undefined) await Deno.mkdir(file);
      else await write(file, content);
      assert((await get(book, "04_echo.html")).includes(said), said);
      await same("05_chat.html");
      if (content === undefined) await Deno.remove(file);
      await Deno.writeTextFile(file, text);
    };
    await see("<code>lessons/04_echo.ts</code> This is a folder or a link, and no file.");
    const bytes = new TextEncoder().encode(text);
    bytes[text.indexOf("\n") + 3] = 0xff;
    await see("<code>lessons/04_echo.ts:2:3</code> This is not UTF-8. Save", bytes);
    for (const much of ["[", "`", "{", ";", "(\n", "/*", "//\n", "* ## ", "a.", "<a>", "!"]) {
      await see("lessons/04_echo.ts", much.repeat(99_000 / much.length));
    }
    await see("has more than 100,000 bytes", "x".repeat(100_001));
    await see("Is a } missing before this line?", `function open() {\n${text}`);
    await same("04_echo.html");
  });

  await t.step("what the pages look like: an older style sheet is better than none", async () => {
    const file = new URL("book/book.css", folder);
    const text = await Deno.readTextFile(file);
    const asked = async () => {
      const response = await fetch(`${book.address}book.css`);
      return [response.status, await response.text()];
    };
    const before = await asked();
    for (const content of ["", undefined]) {
      await write(file, content);
      assertEquals(await asked(), before);
      await Deno.writeTextFile(file, text);
    }
    assertEquals(before[0], 200);
  });

  await t.step("deno.json and what is kept of the last checks", async () => {
    const settings = new URL("deno.json", folder);
    const text = await Deno.readTextFile(settings);
    for (const broken of ["", "{", "[]", "null", '{"tasks":null,"imports":3}', text.slice(99)]) {
      await Deno.writeTextFile(settings, broken);
      await same("docs-questions.html");
      await get(book, "04_echo.html");
    }
    await Deno.writeTextFile(settings, '{\n  "tasks": {,}\n}');
    assert((await get(book, "04_echo.html")).includes("<code>deno.json:2:13</code> "));
    await Deno.writeTextFile(settings, text);
    const kept = new URL("exercises/.progress/", folder);
    await Deno.mkdir(kept, { recursive: true });
    for (const broken of ["", "null", "[]", '{"of":1,"results":[{}]}', "\u0000"]) {
      await Deno.writeTextFile(new URL("04_echo.json", kept), broken);
      await same("index.html");
    }
  });

  await t.step("200 random cuts in random files", async () => {
    const random = dice(20_261_130);
    const pick = <T>(all: readonly T[]) => all[Math.floor(random() * all.length)]!;
    const rooms = ["exercises/solutions", "exercises/hints", "exercises/checks"];
    const more = rooms.flatMap((room) =>
      [...Deno.readDirSync(new URL(room, folder))].map(({ name }) => `${room}/${name}`)
    );
    const all = [...files.map(([path]) => path), ...more, "deno.json"].sort();
    const whole = new Map<string, Uint8Array>();
    for (let i = 0; i < 200; i++) {
      const path = pick(all);
      const bytes = await Deno.readFile(new URL(path, folder));
      if (!whole.has(path)) whole.set(path, bytes);
      const [from = 0, to = 0] = [random(), random()].map((at) => Math.floor(at * bytes.length))
        .sort((a, b) => a - b);
      await write(
        new URL(path, folder),
        new Uint8Array([...bytes.subarray(0, from), ...bytes.subarray(to)]),
      );
      const own = path.match(/\d\d_\w+(?=_test\.ts|\.ts)/)?.[0].replace(/_test$/, "");
      await get(book, own ? `${own}.html` : "index.html");
      await get(book, pick(others));
    }
    for (const name of names) await get(book, name);
    for (const [path, bytes] of whole) await write(new URL(path, folder), bytes);
    await same(...names);
  });

  await t.step(
    "a fault that only a run shows is told with its place, until it is mended",
    async () => {
      const file = new URL("lessons/04_echo.ts", folder);
      const text = await Deno.readTextFile(file);
      await Deno.writeTextFile(file, `${text}\nthrow new Error("It is broken.");\n`);
      const line = text.split("\n").length + 1;
      const fault = `<code>lessons/04_echo.ts:${line}:7</code> Error: It is broken.`;
      // All that the cuts have changed is recorded again before.
      const isTold = async () => (await get(book, "04_echo.html")).includes(fault);
      await until(isTold, "the fault", 300_000);
      await same("05_chat.html");
      await Deno.writeTextFile(file, text);
      await same("04_echo.html");
    },
  );

  assertEquals(ended, false);
  assertEquals((await first(book, "run/4")).event, "column");
});

Deno.test("a book that begins with broken files shows them, and all other pages", async () => {
  using folder = await project({ runs: [1] });
  const broken = ["lessons/04_echo.ts", "cli/lessons/05_chat.ts", "exercises/06_broadcast.ts"];
  for (const path of broken) {
    await Deno.writeTextFile(new URL(path, folder), "const missing = `;\n// $& $' $1\n");
  }
  await Deno.remove(new URL("lessons/07_limits.ts", folder));
  const kept = new URL("book/.recorded/", folder);
  await Deno.mkdir(kept);
  const end = { event: "end", at: 1 };
  const note = { event: "note", at: 1, text: "Of another version." };
  const [damaged, older] = [{ of: "", events: [{ event: "note" }, end] }, {
    of: "",
    events: [note, end],
  }];
  await Deno.writeTextFile(new URL("02_receive.json", kept), JSON.stringify(damaged));
  await Deno.writeTextFile(new URL("01_send.json", kept), JSON.stringify(older));
  await using book = await serve(folder);
  for (const path of broken) {
    const page = await get(book, path.match(/\d\d_\w+/)![0] + ".html");
    assert(page.includes(`<code>${path}:1:18</code> Unterminated template.`), path);
  }
  const text = '<pre tabindex="0"><code>const missing = `;\n// $&amp; $&#39; $1\n</code>';
  assert((await get(book, "04_echo.html")).includes(text));
  assert(
    (await get(book, "07_limits.html")).includes("<code>lessons/07_limits.ts</code> The file"),
  );
  for (const name of await pages(book.address)) {
    assert(!(await get(book, name)).includes("This page cannot be shown now"), name);
  }
  const send = async () => await (await fetch(`${book.address}01_send.html`)).text();
  await until(async () => !(await send()).includes(note.text), "the picture of this version");
  assertEquals((await first(book, "run/1")).event, "column");
});
