import { assert, assertEquals } from "@std/assert";
import { project, serve } from "./helpers.ts";

/**
 * What a lesson might print: in a script element it must not end the script, or begin a
 * comment.
 */
const NASTY = 'One <b>, </script ><script>alert("1")</script>, <!-- and \u2028.';

/** Makes every file of the book, with a run of each lesson that prints {@linkcode NASTY}. */
const MAKE_ALL = `
import { Project } from "./project.ts";
import { Site } from "./site.tsx";

const site = new Site(new Project(new URL("../", import.meta.url)), {
  live: false,
  recording: () => ({ events: ${JSON.stringify([{ event: "printed", text: NASTY }])} }),
  recorded: () => 0,
});
for (const [name, make] of site.files()) {
  const { type, body } = await make();
  console.log(JSON.stringify({ name, type, text: typeof body === "string" ? body : "" }));
}
`;

interface Made {
  readonly name: string;
  readonly type: string;
  /** Empty for a font. */
  readonly text: string;
}

/** Makes every page, and again when lesson 4 has another picture. Tells which were made again. */
const MAKE_AGAIN = `
import { Project } from "./project.ts";
import { Site } from "./site.tsx";

let made = [];
let version = 0;
const recordings = new Map();
const site = new Site(new Project(new URL("../", import.meta.url)), {
  live: true,
  recording: ({ number }) => recordings.get(number),
  recorded: () => version,
  editor: (path) => made.push(path) && path,
});
const pages = [...site.files().keys()].filter((name) => name.endsWith(".html"));
for (const name of pages) await site.files().get(name)();
made = [];
version++;
recordings.set(4, { events: [{ event: "printed", text: "A new run." }] });
const fresh = [];
for (const name of pages) {
  const { body } = await site.files().get(name)();
  if (body.includes("A new run.")) fresh.push(name);
}
console.log(JSON.stringify({ fresh, made: [...new Set(made)] }));
`;

/** Makes every file of the book of a folder, as it is written with --build. */
async function makeAll(folder: URL, script = MAKE_ALL) {
  await Deno.writeTextFile(new URL("book/make_all.ts", folder), script);
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--frozen", "--allow-read=.", "book/make_all.ts"],
    cwd: folder,
    env: { NO_COLOR: "1" },
  }).output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

async function made(folder: URL): Promise<Made[]> {
  const { code, stdout, stderr } = await makeAll(folder);
  assertEquals(code, 0, stderr);
  return stdout.trim().split("\n").map((line) => JSON.parse(line));
}

/** The names of the exercises of each lesson, by its number: as the learner's pages have them. */
function exercises(folder: URL): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const { name } of Deno.readDirSync(new URL("exercises", folder))) {
    const [, number] = name.match(/^(\d\d)_\w+\.ts$/) ?? [];
    if (!number) continue;
    const text = Deno.readTextFileSync(new URL(`exercises/${name}`, folder));
    const names = [...text.matchAll(/^export (?:async )?function\*? (\w+)/gm)];
    found.set(`${Number(number)}`, names.map(([, name]) => name!));
  }
  return found;
}

/** What a browser has to be told of a file, by the end of its name. */
const TYPES: Record<string, string> = {
  html: "text/html; charset=utf-8",
  css: "text/css; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  txt: "text/plain; charset=utf-8",
  svg: "image/svg+xml",
  woff2: "font/woff2",
};

const typeOf = (name: string) => TYPES[name.split(".").at(-1)!];

/** What links and other markdown become, as HTML. */
async function rendered(folder: URL, ...markdown: string[]): Promise<string[]> {
  const program = 'import { html } from "./markdown.ts";\n' +
    `console.log(JSON.stringify(${JSON.stringify(markdown)}.map((text) => html(text))));\n`;
  await Deno.writeTextFile(new URL("book/render.ts", folder), program);
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--frozen", "--allow-read=.", "book/render.ts"],
    cwd: folder,
  }).output();
  return JSON.parse(new TextDecoder().decode(stdout));
}

Deno.test("an option is not broken after its hyphens", async () => {
  using folder = await project();
  const [option, others] = await rendered(folder, "`a --no-b c`", "`a - b---c -d`");
  assertEquals(option, '<p><code>a <span class="opt">--no</span>-b c</code></p>\n');
  assertEquals(others, "<p><code>a - b---c -d</code></p>\n");
});

Deno.test("what looks like HTML in a text is shown as it stands, and code has its colours", async () => {
  using folder = await project();
  const [inline, block, code, typescript] = await rendered(
    folder,
    "a <b onclick=c>d</b> & e",
    "<script>alert(1)</script>",
    "```sh\na <b> & c\n```",
    "```ts\nif (a < 1) await b(`c`); // d\n```",
  );
  assertEquals(inline, "<p>a &lt;b onclick=c&gt;d&lt;/b&gt; &amp; e</p>\n");
  assertEquals(block, "&lt;script&gt;alert(1)&lt;/script&gt;");
  assertEquals(code, '<pre tabindex="0"><code>a &lt;b&gt; &amp; c</code></pre>\n');
  assertEquals(
    typescript,
    '<pre tabindex="0"><code><i class="k">if </i>(a &lt; <i class="n">1</i>) ' +
      '<i class="k">await </i><i class="f">b</i>(<i class="s">`c`</i>); <i class="c">// d</i>' +
      "</code></pre>\n",
  );
});

/** Writes a function beside its comments. */
const BESIDE = `
import { Declaration } from "./pages/code.tsx";
import { parse } from "./code/parse.ts";

const lines = "  f();\\n".repeat(9);
const text = "function f() {\\n" + lines + "  // One\\n  // and two.\\n" + lines +
  "  // Three.\\n\\n  // Four.\\n" + lines + "  /* Five. */\\n  // Six.\\n" + lines + "}\\n";
const source = parse("a.ts", text);
console.log(String(await <Declaration source={source} items={source.items} />));
`;

Deno.test("comments stand together beside the code, but not over an empty line or after a block", async () => {
  using folder = await project();
  await Deno.writeTextFile(new URL("book/render.tsx", folder), BESIDE);
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--frozen", "--allow-read=.", "book/render.tsx"],
    cwd: folder,
  }).output();
  const html = new TextDecoder().decode(stdout);
  const found = [...html.matchAll(/<span class="comment">(.*?)<\/span>/gs)].map(([, one]) => {
    return one!.replaceAll(/<[^>]*>/g, "").replaceAll(/\s+/g, " ").trim();
  });
  assertEquals(found, ["// One // and two.", "// Three.", "/* Five. */"]);
});

Deno.test("a link in a text leads to a web page or within the page, and runs nothing", async () => {
  using folder = await project();
  const [web, within, script, data, file] = await rendered(
    folder,
    "[a](https://udp.example/?a&b)",
    "[a](#b)",
    "[a](javascript:alert(1))",
    "[a](data:text/html,b)",
    "[a](file:///b)",
  );
  assertEquals(web, '<p><a href="https://udp.example/?a&amp;b">a</a></p>\n');
  assertEquals(within, '<p><a href="#b">a</a></p>\n');
  for (const other of [script, data, file]) {
    assertEquals(other, '<p><span class="file">a</span></p>\n');
  }
});

Deno.test("every file of the book", async (t) => {
  using folder = await project();
  const all = await made(folder);
  const lessons = exercises(folder);
  assert(lessons.size > 0);

  await t.step("says what it is", async () => {
    for (const { name, type } of all) assertEquals(type, typeOf(name), name);
    await using book = await serve(folder);
    for (const name of [...all.map(({ name }) => name), "checks.js"]) {
      const response = await fetch(book.address + name);
      await response.body?.cancel();
      assertEquals([response.status, response.headers.get("content-type")], [200, typeOf(name)]);
    }
  });

  await t.step("holds what a lesson printed as data, not as a part of the page", () => {
    let scripts = 0;
    for (const { name, text } of all.filter(({ name }) => name.endsWith(".html"))) {
      assert(!text.includes("<b>, <") && !text.includes("<!--"), name);
      const inside = text.matchAll(/<script type="application\/json">([^]*?)<\/script>/g);
      for (const [, json] of inside) {
        assert(!json!.includes("<"), `${name}: ${json}`);
        assertEquals(JSON.parse(json!), [{ event: "printed", text: NASTY }], name);
        scripts++;
      }
    }
    // The cover, each lesson, and all of them on one page.
    assertEquals(scripts, 1 + 2 * lessons.size);
  });

  const { text: search } = all.find(({ name }) => name === "search.js")!;
  const entries: { title: string; on: string; href: string; text: string }[] = JSON.parse(
    search.slice(search.lastIndexOf("book.found(") + "book.found(".length, search.lastIndexOf(")")),
  );

  await t.step("is found: what the library exports, and nothing else of it", () => {
    const library = entries.filter(({ on }) => on.startsWith("lib/"));
    assert(library.some(({ title }) => title === "bind"));
    for (const { title, on } of library) {
      const code = Deno.readTextFileSync(new URL(on, folder));
      const exported = new RegExp(`^export .*\\b${title.split(", ")[0]}\\b`, "m");
      assert(exported.test(code), `${title} of ${on}`);
    }
  });

  await t.step("is found: every exercise of every lesson", () => {
    for (const [number, names] of lessons) {
      const own = entries.filter(({ on }) => on === `Exercise ${number}`);
      assertEquals(own.map(({ title }) => title), names, `exercise ${number}`);
      for (const { title, href, text } of own) {
        assert(href.startsWith(number.padStart(2, "0")) && href.endsWith(`.html#${title}`), href);
        assert(text.length > 40, `${title} has no task: ${text}`);
      }
    }
  });

  await t.step("is the same from a checkout where lines end with \\r\\n", async () => {
    using crlf = await project({ end: "\r\n" });
    const there = await made(crlf);
    assertEquals(there.map(({ name }) => name), all.map(({ name }) => name));
    for (const [i, { name, text }] of there.entries()) assert(text === all[i]!.text, name);
  });

  await t.step("is missed: a book without lessons is an error, and no empty book", async () => {
    for (const missing of ["lessons", "docs", "exercises/solutions"]) {
      using without = await project();
      await Deno.remove(new URL(missing, without), { recursive: true });
      await Deno.mkdir(new URL(missing, without));
      const { code, stderr } = await makeAll(without);
      assertEquals(code, 1);
      assert(
        stderr.includes(` To restore`) && stderr.includes(`: git checkout ${missing}`),
        stderr,
      );
    }
  });
});

Deno.test("another picture of a lesson makes no other page again", async () => {
  using folder = await project();
  const { stdout, stderr } = await makeAll(folder, MAKE_AGAIN);
  assertEquals(stderr, "");
  const { fresh, made } = JSON.parse(stdout);
  assertEquals(fresh, ["index.html", "04_echo.html", "book.html"]);
  assertEquals(made, ["lessons/04_echo.ts", "exercises/04_echo.ts"]);
});

Deno.test("a program that is copied has the permissions that its task has now", async () => {
  using folder = await project({ runs: [4] });
  await using book = await serve(folder);
  const copied = async () => await (await fetch(`${book.address}04_echo.serve.txt`)).text();
  const settings = new URL("deno.json", folder);
  const text = await Deno.readTextFile(settings);
  assert(!(await copied()).includes("192.0.2.7"));
  await Deno.writeTextFile(settings, text.replace(",localhost lessons/04", ",192.0.2.7$&"));
  assert((await copied()).includes("192.0.2.7"));
});
