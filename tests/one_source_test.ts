/**
 * A lesson says itself what it is. What has to stand in a second place is compared here, and where it
 * differs, the line to write is told.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { pathToFileURL } from "node:url";
import config from "../deno.json" with { type: "json" };
import { readCommand } from "../cli/args.ts";
import { inProject, readText } from "../cli/source.ts";
import { type Page, PAGES, SIDES } from "./lessons.ts";

const ROOT = new URL("../", import.meta.url);

/** The rooms whose files import each other, from below to above. */
const ROOMS = ["lib", "cli", "lessons", "cli/lessons", "exercises", "tests"];

/** The last line of a page starts it in a terminal. No data comes back from there. */
const START = (file: string) =>
  `\nif (import.meta.main) import("../cli/lessons/${file}").then(({ main }) => main());\n`;

const read = (path: string) => readText(inProject(path));
const source = ({ file }: Page) => read(`lessons/${file}`);

function exists(path: string): boolean {
  try {
    return Deno.statSync(new URL(path, ROOT)).isFile;
  } catch {
    return false;
  }
}

/** Every TypeScript file below this folder, by its path from the project's root. */
function files(folder: string, names = /(?<!\.d)\.ts$/): string[] {
  return [...Deno.readDirSync(new URL(folder, ROOT))].flatMap(({ name, isDirectory }) => {
    const path = `${folder}/${name}`;
    return isDirectory ? files(path, names) : names.test(name) ? [path] : [];
  });
}

/** What a file imports, and where it holds code as text, what that would import. */
function specifiers(path: string): string[] {
  const start = path.startsWith("lessons/") ? START(path.slice("lessons/".length)) : "";
  const code = read(path).replace(start, "").replace(/^ *(\*|\/\/|\/\*).*$/gm, ""); // no examples
  return [...code.matchAll(/(?:\bfrom|\bimport|\bimport\()\s*"([^"]+)"/g)].map(([, name]) => name!);
}

/** The files of the project among them, by their paths from its root. */
function imports(path: string): string[] {
  return specifiers(path).filter((name) => name.startsWith("."))
    .map((name) => new URL(name, new URL(path, ROOT)).href.slice(ROOT.href.length));
}

/** A file, what it imports, what that imports, and so on. */
function withImports(path: string, found = new Set<string>()): Set<string> {
  if (found.has(path)) return found;
  found.add(path);
  for (const other of imports(path)) withImports(other, found);
  return found;
}

const room = (path: string) => {
  const name = path.startsWith("cli/lessons/") ? "cli/lessons" : path.split("/")[0]!;
  return ROOMS.indexOf(name);
};

Deno.test("lessons: they are numbered from 1, without a gap", () => {
  assertEquals(PAGES.map(({ number }) => number), PAGES.map((_, i) => i + 1));
  for (const { file } of PAGES) assert(/^\d\d_\w+\.ts$/.test(file), `No name of a lesson: ${file}`);
});

Deno.test("lessons: each has its task in deno.json, with its file and what it is about", () => {
  const tasks: Record<string, { description?: string; command?: string }> = config.tasks;
  for (const { number, file, lesson } of PAGES) {
    const { description, command = "" } = tasks[`lesson${number}`] ?? {};
    assertEquals(description, lesson.about, `Write in deno.json: "description": "${lesson.about}"`);
    const [, path] = command.match(/^deno run (?:--(?:allow|v8-flags)\S+ )+(\S+)$/) ?? [];
    assertEquals(path, `lessons/${file}`, `Write in deno.json: deno run … lessons/${file}`);
  }
  const others = Object.keys(tasks).filter((name) =>
    /^lesson\d+$/.test(name) && !PAGES.some(({ number }) => name === `lesson${number}`)
  );
  assertEquals(others, [], "Remove these tasks from deno.json.");
});

Deno.test("lessons: each has its test and its exercise page, and nothing else has one", () => {
  const names = PAGES.map(({ file }) => file.replace(".ts", ""));
  for (const name of names) {
    for (const path of [`tests/${name}_test.ts`, `exercises/${name}.ts`]) {
      assert(exists(path), `Write ${path}.`);
    }
  }
  const others = [...files("tests"), ...files("exercises")].filter((path) => {
    const name = path.match(/^[^/]+\/(\d\d_\w+?)(_test)?\.ts$/)?.[1];
    return name !== undefined && !names.includes(name);
  });
  assertEquals(others, [], "These have no lesson.");
});

Deno.test("lessons: each has its row in the README, with its roles and port", () => {
  const rows = read("README.md").split("\n").filter((line) => line.startsWith("|"))
    .map((row) => row.split("|").map((cell) => cell.trim()));
  for (const { number, file, lesson } of PAGES) {
    const link = `[${lesson.title}](lessons/${file})`;
    const roles = Object.keys(lesson.roles).map((word) => `\`${word}\``).join(", ");
    const side = `${roles} (${lesson.port})`;
    const found = rows.some(([, first, second, ...rest]) =>
      first === String(number) && second === link && rest.includes(side)
    );
    assert(found, `Write in the README's table: | ${number} | ${link} | … | ${side} | … |`);
  }
});

Deno.test("lessons: every command that a lesson or the README names is one", () => {
  const comments = PAGES.map((page) => source(page).match(/^ \*.*$/gm)!.join("\n"));
  const texts = [read("README.md"), ...comments, ...PAGES.flatMap(({ lesson }) => lesson.tryNext)];
  let commands = 0;
  for (const text of texts) {
    for (const [whole, number, rest] of text.matchAll(/\btask lesson(\d+)([^`\n]*)/g)) {
      const page = PAGES.find((page) => page.number === Number(number));
      assert(page, `There is no lesson ${number}: ${whole}`);
      // What it does stands beside it; where its data comes from, or goes to, is the shell's.
      const [command = ""] = rest!.split(/ {3}|[,.:;)] | #|\.$| [<>|]/);
      const args = command.match(/"[^"]*"|[^\s"]+/g) ?? [];
      try {
        readCommand(page.lesson, args);
      } catch (error) {
        throw new Error(`${whole}: ${(error as Error).message}`);
      }
      commands++;
    }
  }
  assert(commands >= 4 * PAGES.length, `Only ${commands} commands were found.`);
});

Deno.test("lessons: the commands to try are of roles that there are", () => {
  for (const { file, lesson } of PAGES) {
    const commands = lesson.tryNext.filter((command) => command.startsWith("deno "));
    assert(commands.length > 0, file); // another one may be a program that people use
    for (const command of commands) {
      const pattern = /^deno task lesson(\d+) (\w+)( --\w+ \S+)*( [<>|] .*)?$/;
      const [, number, word] = command.match(pattern) ?? [];
      const side = SIDES.find(({ page, word: other }) =>
        page.number === Number(number) && word === other
      );
      assert(side, `${file}: ${command}`);
    }
  }
});

Deno.test("lessons: no two give one name to different things", () => {
  const owners = new Map<string, string>();
  for (const page of PAGES) {
    const names = source(page).matchAll(
      /^export (?:async )?(?:abstract )?(?:function\*?|const|let|class|interface|type|enum) (\w+)/gm,
    );
    for (const [, name = ""] of names) {
      if (["play", "lesson"].includes(name) || name in page.lesson.roles) continue;
      const owner = owners.get(name);
      assert(!owner, `${owner} and ${page.file} both export ${name}: find another name.`);
      owners.set(name, page.file);
    }
  }
  assert(owners.size > PAGES.length, "No names were found.");
});

Deno.test("imports: a page has its UDP from lib/ and earlier pages, and its last line starts it", () => {
  for (const { file } of PAGES) {
    assert(exists(`cli/lessons/${file}`), `Write cli/lessons/${file}.`);
    const path = `lessons/${file}`;
    assert(read(path).endsWith(START(file)), `The last line of ${path} has to be:${START(file)}`);
    for (const other of imports(path)) {
      assert(/^(lib|lessons)\//.test(other), `${path} must not import ${other}.`);
    }
    assert(imports(`cli/lessons/${file}`).includes(path), `cli/lessons/${file} runs its page.`);
  }
});

Deno.test("imports: lib knows no cli, cli no lessons, lessons no exercises; and lessons only earlier ones", () => {
  for (const path of ["lib", "cli", "lessons", "exercises"].flatMap((folder) => files(folder))) {
    for (const other of imports(path)) {
      assert(room(other) >= 0 && room(other) <= room(path), `${path} must not import ${other}.`);
      const earlier = !other.startsWith("lessons/") || !path.startsWith("lessons/") || other < path;
      assert(earlier, `${path} comes before ${other}, and must not import it.`);
    }
  }
  assertEquals(imports("lib/udp.ts"), [], "lib/udp.ts is copied alone.");
  assert(imports("cli/run.ts").includes("cli/lesson.ts"), "No imports were found.");
});

Deno.test("imports: a page needs only lessons/ and lib/, and lesson 13 one package", () => {
  for (const { number, file } of PAGES) {
    const needed = [...withImports(`lessons/${file}`)];
    const packages = needed.flatMap(specifiers).filter((name) => !/^(\.|node:)/.test(name));
    assertEquals(packages, number === 13 ? ["dns-packet"] : [], `lessons/${file}`);
  }
  assert(
    read("lib/dns.ts").includes("`deno add npm:dns-packet`"),
    "lib/dns.ts says how to get it.",
  );
});

Deno.test("imports: a file of lib/ says which others have to be beside it", () => {
  for (const path of files("lib")) {
    const needed = imports(path).map((other) => other.slice("lib/".length));
    const doc = read(path).split("@module")[0]!.replaceAll("\n *", "").split("```")[0]!;
    const [, said = ""] = doc.match(/\b[Ii]t needs ((?:\w+\.ts(?:, | and )?)+) beside it\b/) ?? [];
    const names = said.match(/\w+\.ts/g) ?? [];
    const all = [...new Set(needed)].sort();
    assertEquals(names.sort(), all, `${path} has to say: It needs ${all.join(", ")} beside it.`);
  }
});

Deno.test("lib: a file stands alone, so it names no lesson, and the workbook only in names of DNS", () => {
  for (const path of files("lib")) {
    const named = read(path).match(/\blessons?\b.*|\bworkbook\b(?!\.(test|example)).*/gi) ?? [];
    const other = named.filter((line) => !line.startsWith("WORKBOOK"));
    assertEquals(other, [], `${path} must not name it.`);
  }
});

Deno.test("imports: a page copied with what it imports works in an empty folder", async (t) => {
  const folder = await Deno.makeTempDir();
  try {
    for (const { file } of PAGES) {
      await t.step(file, async () => {
        const own = pathToFileURL(`${folder}/${file}/`);
        for (const path of withImports(`lessons/${file}`)) {
          await Deno.mkdir(new URL("./", new URL(path, own)), { recursive: true });
          await Deno.copyFile(new URL(path, ROOT), new URL(path, own));
        }
        // What imports this page is no program that was started: the last line does nothing.
        const copy = await import(new URL(`lessons/${file}`, own).href);
        const page = await import(new URL(`lessons/${file}`, ROOT).href);
        assertEquals(Object.keys(copy), Object.keys(page));
      });
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("files: the project's own are read with readText, which takes \\r\\n", () => {
  const own = ["exercises/runner", "cli", "book"].flatMap((folder) => files(folder, /\.tsx?$/));
  for (const path of own.filter((path) => path !== "cli/source.ts")) {
    for (const line of read(path).split("\n")) {
      const text = /\breadTextFile(Sync)?\(/.test(line) && !line.includes("JSON.parse(");
      assert(!text, `${path} must use readText of cli/source.ts:\n${line}`);
    }
  }
  assert(own.some((path) => read(path).includes("readText(")), "No readers were found.");
});

Deno.test("imports: no circles", () => {
  const done = new Set<string>();
  const visit = (path: string, above: string[]): void => {
    assert(!above.includes(path), `A circle: ${[...above, path].join(" > ")}`);
    if (done.has(path)) return;
    for (const other of imports(path).filter(exists)) visit(other, [...above, path]);
    done.add(path);
  };
  for (
    const path of ["lib", "cli", "lessons", "exercises", "tests"].flatMap((folder) => files(folder))
  ) {
    visit(path, []);
  }
  assert(done.size > 20, "No imports were found.");
});

Deno.test("one source: lesson 4 names the lessons that use its loop", () => {
  const uses = PAGES.filter((page) =>
    /^import \{[^}]*\bserve\b[^}]*\}.*"\.\/04/m.test(source(page))
  );
  const numbers = uses.map(({ number }) => number);
  const list = `${numbers.slice(0, -1).join(", ")} and ${numbers.at(-1)}`;
  const page = read("lessons/04_echo.ts").replaceAll("\n * ", " ");
  assert(page.includes(` Lessons ${list} use this loop`), `Write: Lessons ${list} use …`);
});
