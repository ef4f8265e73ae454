import { assert, assertEquals } from "@std/assert";
import { type Book, project, serve } from "./helpers.ts";

const LESSON = "lessons/04_echo.ts";
const EXERCISE = "exercises/04_echo.ts";

interface Version {
  text: string;
  of: string;
  kept?: string[];
  fault?: { line: number; said: string };
}

/** Asks as a page of the book does. */
async function ask(book: Book, path: string, sent?: unknown) {
  const origin = book.address.slice(0, -1);
  const body = typeof sent === "string" ? sent : JSON.stringify(sent);
  const response = await fetch(
    book.address + path,
    sent === undefined ? {} : { method: "POST", headers: { origin }, body },
  );
  return { status: response.status, said: await response.text() };
}

async function version(book: Book, path: string, sent?: unknown): Promise<Version> {
  const { status, said } = await ask(book, path, sent);
  assertEquals(status, 200, said);
  return JSON.parse(said);
}

/** The files of a folder, by their names. */
function names(folder: URL, room: string): string[] {
  return [...Deno.readDirSync(new URL(room, folder))].map(({ name }) => name).sort();
}

Deno.test("a file that is saved in a page", async (t) => {
  using folder = await project();
  await using book = await serve(folder);
  const at = (path: string) => new URL(path, folder);
  const read = (path: string) => Deno.readTextFileSync(at(path));
  const shipped = read(LESSON);

  await t.step("says in which line a backquote lacks its pair, whichever it is", async () => {
    let { of } = await version(book, `file/${LESSON}`);
    const lines = shipped.split("\n");
    let number = 0;
    for (const [i, line] of lines.entries()) {
      if (/^\s*(\*|\/)/.test(line)) continue; // a comment
      for (const { index } of line.matchAll(/`/g)) {
        const broken = line.slice(0, index) + line.slice(index + 1);
        const text = lines.with(i, broken).join("\n");
        const saved = await version(book, `save/${LESSON}`, { text, of });
        assert(saved.fault?.said.endsWith(` in line ${i + 1}?`), `${broken}: ${saved.fault?.said}`);
        of = saved.of;
        number++;
      }
    }
    assert(number > 9, `${number} backquotes`);
    await version(book, `save/${LESSON}`, { text: shipped, of });
  });

  await t.step("is the one on the disk, in one step, with what is wrong in it", async () => {
    const { text, of } = await version(book, `file/${LESSON}`);
    assertEquals(text, shipped);
    await Deno.chmod(at(LESSON), 0o640);
    const saved = await version(book, `save/${LESSON}`, { text: `${text}let a = \`;\n`, of });
    assertEquals(read(LESSON), `${text}let a = \`;\n`);
    const line = text.split("\n").length;
    const said = `Unterminated template. Does a backquote (\`) lack its pair in line ${line}?`;
    assertEquals(saved.fault, { line, said });
    // What stands beside such a mistake is not its cause.
    const rubbish = await version(book, `save/${LESSON}`, { text: "§% rubbish `\n", of: saved.of });
    assertEquals(rubbish.fault, { line: 1, said: "Unexpected character '§'." });
    assertEquals(Deno.statSync(at(LESSON)).mode! & 0o777, 0o640);
    assert(!names(folder, "lessons").some((name) => name.endsWith(".draft")));
    const mended = await version(book, `save/${LESSON}`, { text: shipped, of: rubbish.of });
    assertEquals([mended.fault, mended.of], [undefined, of]);
  });

  await t.step("does not overwrite what was saved meanwhile, unless that is kept", async () => {
    const { of } = await version(book, `file/${EXERCISE}`);
    await Deno.writeTextFile(at(EXERCISE), "// Of another editor.\n");
    const mine = { text: "// Mine.\n", of };
    const { status, said } = await ask(book, `save/${EXERCISE}`, mine);
    assertEquals([status, said], [409, "The file has changed on the disk.\n"]);
    assertEquals(read(EXERCISE), "// Of another editor.\n");
    const other = await version(book, `file/${EXERCISE}`);
    const saved = await version(book, `save/${EXERCISE}`, { ...mine, of: other.of, keep: true });
    assertEquals(saved.kept, ["exercises/04_echo.mine1.txt"]);
    assertEquals(read(EXERCISE), mine.text);
    assertEquals(read("exercises/04_echo.mine1.txt"), "// Of another editor.\n");
    const kept = await version(book, `keep/${EXERCISE}`, { text: "// A third.\n", of: "" });
    assertEquals([kept.text, kept.kept], [mine.text, ["exercises/04_echo.mine2.txt"]]);
    assertEquals(read("exercises/04_echo.mine2.txt"), "// A third.\n");
  });

  await t.step("is put back as it was shipped, and one's own is kept", async () => {
    const exercise = await version(book, `reset/${EXERCISE}`, { text: "// Typed.\n", of: "" });
    assert(exercise.text.includes("return todo();"));
    assertEquals(exercise.kept!.map(read), ["// Typed.\n", "// Mine.\n"]);
    const { of } = await version(book, `file/${LESSON}`);
    await version(book, `save/${LESSON}`, { text: "// Mine.\n", of });
    const lesson = await version(book, `reset/${LESSON}`, { text: "// Mine.\n", of: "" });
    assertEquals([lesson.text, lesson.kept!.map(read)], [shipped, ["// Mine.\n"]]);
    assertEquals(read(LESSON), shipped);
    const again = await version(book, `reset/${LESSON}`, { text: shipped, of: "" });
    assertEquals(again.kept, undefined);
    await Deno.remove(at(LESSON));
    assertEquals((await version(book, `reset/${LESSON}`, { text: "", of: "" })).text, shipped);
  });

  await t.step("is one that is gone: then it is there again", async () => {
    await Deno.remove(at(EXERCISE));
    const { text, of } = await version(book, `file/${EXERCISE}`);
    assertEquals(text, "");
    await version(book, `save/${EXERCISE}`, { text: "// Back.\n", of });
    assertEquals(read(EXERCISE), "// Back.\n");
  });

  await t.step(
    "is told its types: shipped lessons have no fault, and a fault has its line",
    async () => {
      for (const { name } of Deno.readDirSync(at("lessons/"))) {
        const path = `types/${parseInt(name)}`;
        assertEquals(await ask(book, path, {}), { status: 200, said: "[]\n" }, name);
      }
      await Deno.writeTextFile(at(LESSON), `${shipped}const wrong: number = "text";\n`);
      const line = shipped.split("\n").length;
      const said = `${LESSON}:${line}:7: Type 'string' is not assignable to type 'number'.`;
      assertEquals((await ask(book, "types/4", {})).said, `${JSON.stringify([said])}\n`);
      const both = await Promise.all([ask(book, "types/4", {}), ask(book, "types/4", {})]);
      for (const answer of both) {
        assertEquals(answer, { status: 200, said: `${JSON.stringify([said])}\n` });
      }
      assertEquals((await ask(book, "types/99", {})).status, 404);
      await Deno.writeTextFile(at(LESSON), shipped);
    },
  );

  await t.step("keeps the ends of its lines", async () => {
    await Deno.writeTextFile(at(EXERCISE), "// One.\r\n// Two.\r\n");
    const { text, of } = await version(book, `file/${EXERCISE}`);
    assertEquals(text, "// One.\n// Two.\n");
    await version(book, `save/${EXERCISE}`, { text: "// One.\n// 2.\n", of });
    assertEquals(read(EXERCISE), "// One.\r\n// 2.\r\n");
  });

  await t.step("is saved by one of two books at once, and the other one is told", async () => {
    await using other = await serve(folder);
    let { of } = await version(book, `file/${LESSON}`);
    for (let round = 0; round < 10; round++) {
      const texts = [0, 1, 2, 3].map((n) => `${shipped}// Round ${round}, number ${n}.\n`);
      const answers = await Promise.all(
        texts.map((text, i) => ask(i % 2 ? book : other, `save/${LESSON}`, { text, of })),
      );
      assertEquals(answers.map(({ status }) => status).sort(), [200, 409, 409, 409]);
      const saved = texts[answers.findIndex(({ status }) => status === 200)];
      assertEquals(read(LESSON), saved);
      of = (await version(book, `file/${LESSON}`)).of;
    }
    await version(book, `save/${LESSON}`, { text: shipped, of });
  });

  await t.step("is one of the list, and no other", async () => {
    await Deno.writeTextFile(at("secret.ts"), "secret");
    await Deno.symlink("../secret.ts", at("lessons/98_link.ts"));
    await Deno.symlink("../secret.ts", at("exercises/98_link.ts"));
    await Deno.remove(at("exercises/05_chat.ts"));
    await Deno.symlink("../secret.ts", at("exercises/05_chat.ts"));
    const before = names(folder, "lessons").join();
    const paths = [
      "lessons/98_link.ts",
      "lessons/99_new.ts",
      "lessons/..%2fsecret.ts",
      "lessons/../secret.ts",
      "lessons/04_echo.ts%00",
      "lessons/04_echo",
      "lessons/%2e%2e/secret.ts",
      "lessons//secret.ts",
      "exercises/05_chat.ts",
      "exercises/98_link.ts",
      "exercises/todo.ts",
      "exercises/checks/04_echo_test.ts",
      "exercises/solutions/04_echo.ts",
      "cli/lessons/04_echo.ts",
      "lib/udp.ts",
      "docs/questions.md",
      "deno.json",
      "__proto__",
    ];
    for (const path of paths) {
      for (const act of ["save", "keep", "reset"]) {
        const { status } = await ask(book, `${act}/${path}`, { text: "evil", of: "" });
        assertEquals(status, 404, `${act} ${path}`);
      }
      const { status, said } = await ask(book, `file/${path}`);
      assertEquals(status, 404, path);
      assert(!said.includes("secret"), path);
    }
    assertEquals(read("secret.ts"), "secret");
    assertEquals(names(folder, "lessons").join(), before);
  });

  await t.step("is a text, and not too long", async () => {
    const { of } = await version(book, `file/${LESSON}`);
    const refused = async (sent: unknown, wanted: number) => {
      for (const act of ["save", "keep", "reset"]) {
        assertEquals((await ask(book, `${act}/${LESSON}`, sent)).status, wanted, act);
      }
    };
    for (
      const sent of ["", "{", "null", "[]", "3", '"text"', { of }, { text: 3, of }, { text: "" }]
    ) {
      await refused(sent, 400);
    }
    await refused(`{"of":"${of}","text":"\\ud800"}`, 400);
    await refused({ text: "x".repeat(100_001), of }, 413);
    await refused({ text: "你".repeat(33_334), of }, 413);
    await refused(`{"text":"${"x".repeat(2_000_000)}`, 413);
    assertEquals(read(LESSON), shipped);
    const longest = "\u0001".repeat(100_000);
    const saved = await version(book, `save/${LESSON}`, { text: longest, of });
    await version(book, `save/${LESSON}`, { text: shipped, of: saved.of });
  });

  await t.step("is asked for by a page of this book", async () => {
    const { of } = await version(book, `file/${LESSON}`);
    const origin = book.address.slice(0, -1);
    const body = JSON.stringify({ text: "evil", of, keep: true });
    for (
      const headers of [
        {},
        { origin: "null" },
        { origin: "http://evil.example" },
        { origin, "sec-fetch-site": "cross-site" },
        { origin, "sec-fetch-site": "same-site" },
      ] as Record<string, string>[]
    ) {
      for (const act of ["save", "keep", "reset"]) {
        const response = await fetch(`${book.address}${act}/${LESSON}`, {
          method: "POST",
          headers,
          body,
        });
        await response.body?.cancel();
        assertEquals(response.status, 403, JSON.stringify(headers));
      }
    }
    for (const site of ["cross-site", "same-site", "none"]) {
      const headers = { "sec-fetch-site": site };
      const response = await fetch(`${book.address}file/${LESSON}`, { headers });
      await response.body?.cancel();
      assertEquals(response.status, 403, site);
    }
    for (const act of ["save", "keep", "reset"]) {
      assertEquals((await ask(book, `${act}/${LESSON}`)).status, 404, `GET ${act}`);
    }
    assertEquals(read(LESSON), shipped);
  });

  await t.step("is put back as git's last commit has it", async () => {
    const git = async (...args: string[]) => {
      const who = [
        "-c",
        "user.name=a",
        "-c",
        "user.email=a@b.example",
        "-c",
        "core.autocrlf=false",
      ];
      const command = new Deno.Command("git", { args: [...who, ...args], cwd: folder });
      const { code, stderr } = await command.output();
      assertEquals(code, 0, new TextDecoder().decode(stderr));
    };
    const commit = async (text: string) => {
      await Deno.writeTextFile(at(LESSON), text);
      await git("add", LESSON);
      await git("commit", "-qm", "A lesson");
    };
    await git("init", "-q");
    await commit("// The first commit.\n");
    await commit("// The last commit.\n");
    await Deno.writeTextFile(at(LESSON), "// Added, and not committed.\n");
    await git("add", LESSON);
    const { text } = await version(book, `reset/${LESSON}`, { text: "", of: "" });
    assertEquals(text, "// The last commit.\n");
    await Deno.writeTextFile(at(LESSON), shipped);
    await Deno.remove(at(".git"), { recursive: true });
  });

  await t.step("cannot be written: that is said in a sentence", async () => {
    const { of } = await version(book, `file/${LESSON}`);
    await Deno.remove(at("book/.recorded/lock"));
    await Deno.mkdir(at("book/.recorded/lock"));
    const { status, said } = await ask(book, `save/${LESSON}`, { text: "// Mine.\n", of });
    assertEquals(status, 500);
    assert(/^The file could not be written: [^/]+\.\n$/.test(said), said);
    assertEquals(read(LESSON), shipped);
  });
});
