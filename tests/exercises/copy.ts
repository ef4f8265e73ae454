/**
 * A copy of the project, for a learner who may break it.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { pathToFileURL } from "node:url";
import { inProject, readText } from "../../cli/source.ts";
import { type Page, pages } from "../../exercises/runner/pages.ts";
import { shipped } from "../../exercises/runner/shipped.ts";
import { Program } from "../program.ts";

/** The pages of the project. */
export const PAGES: Page[] = pages();

/** What belongs to a page, from the project's folder. */
export const [FIRST, SECOND, , , FIFTH] = PAGES as [Page, Page, Page, Page, Page];

/** A copy of what the exercises need, with every page as it is shipped. */
export class Copy implements AsyncDisposable {
  readonly #folder = Deno.makeTempDirSync({ prefix: "udp workbook " });

  constructor() {
    for (const name of ["deno.json", "deno.lock", "cli", "lib", "lessons", "exercises"]) {
      copy(name, this.path(name));
    }
    for (const page of PAGES) this.write(page.file, shipped(page));
    for (const name of this.files()) {
      if (name.includes("mine") || name.startsWith(".")) {
        Deno.removeSync(this.path(`exercises/${name}`), { recursive: true });
      }
    }
  }

  /** Where a file of the project is in this copy. */
  path(file: string): string {
    return `${this.#folder}/${file}`;
  }

  /** The same as a URL. */
  url(file: string): URL {
    return pathToFileURL(this.path(file));
  }

  read(file: string): string {
    return Deno.readTextFileSync(this.path(file));
  }

  write(file: string, text: string): void {
    Deno.writeTextFileSync(this.path(file), text);
  }

  /** Writes a page more, called `name`, and the check of it. Returns the name of the check's file. */
  writeMore(
    page: Page,
    name: string,
    text: string,
    check = readText(inProject(page.check)),
  ): string {
    const file = `exercises/checks/${name}_test.ts`;
    this.write(`exercises/${name}.ts`, text);
    this.write(file, check.replaceAll(`"../${page.name}.ts"`, `"../${name}.ts"`));
    return file;
  }

  remove(file: string): void {
    Deno.removeSync(this.path(file), { recursive: true });
  }

  /** What is in the exercises' folder. */
  files(): string[] {
    return [...Deno.readDirSync(this.path("exercises"))].map(({ name }) => name).sort();
  }

  /** Starts Deno in this copy. */
  deno(args: string[], env: Record<string, string> = {}): Program {
    return new Program(Deno.execPath(), args, { cwd: this.#folder, env });
  }

  /** Runs Deno in this copy, for as long as it takes. */
  async output(args: string[]): Promise<string> {
    const command = new Deno.Command(Deno.execPath(), {
      args,
      cwd: this.#folder,
      env: { NO_COLOR: "1" },
    });
    const { stdout, stderr } = await command.output();
    return new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  }

  /** Starts `deno task exercise …`. */
  start(...args: (string | number)[]): Program {
    return this.deno(["task", "-q", "exercise", ...args.map(String)]);
  }

  /** Runs `deno task exercise …` to its end. */
  async run(...args: (string | number)[]) {
    return await this.start(...args).end();
  }

  /** The process ids of the `deno test` that run in this folder. */
  async checks(): Promise<number[]> {
    // One find looks at all processes: to ask for each of them takes longer than a check.
    const find = 'for p in $(find /proc/[0-9]*/cwd -maxdepth 0 -lname "$0"); do p=${p%/cwd}; ' +
      "tr '\\0' ' ' <$p/cmdline | grep -q '^[^ ]* test ' && echo ${p#/proc/}; done";
    const shell = new Deno.Command("sh", { args: ["-c", find, this.#folder], stderr: "null" });
    const { stdout } = await shell.output();
    return new TextDecoder().decode(stdout).split("\n").filter(Boolean).map(Number);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.#folder, { recursive: true });
  }
}

/** The pages that were written to an {@linkcode Uncompiled}, by their texts. */
const uncompiled = new Map<string, Page>();

/**
 * A copy where a check does not ask the compiler, which takes four times as long as all the rest of it. For
 * pages that compile: {@linkcode testCompiler} sees that they do. A check has more time to begin there, for
 * all these tests make the machine busy.
 */
export class Uncompiled extends Copy {
  constructor() {
    super();
    const compile = "export const compile = (): Promise<string[]> => Promise.resolve([]);\n";
    super.write("exercises/runner/compile.ts", compile);
    const runner = this.read("exercises/runner/check.ts").split("start: 20_000,");
    assertEquals(runner.length, 2);
    super.write("exercises/runner/check.ts", runner.join("start: 50_000,"));
  }

  override write(file: string, text: string): void {
    super.write(file, text);
    const page = PAGES.find((page) => page.file === file);
    if (page && text !== shipped(page)) uncompiled.set(text, page);
  }
}

/** Declares the last test of a file. The compiler is asked once about all pages that it was not asked about. */
export function testCompiler(): void {
  Deno.test("the compiler has nothing against the pages that were checked without it", async () => {
    await using copy = new Copy();
    const checks = [...uncompiled].map(([text, page], i) =>
      copy.writeMore(page, `${page.name}_uncompiled${i}`, text)
    );
    if (checks.length > 0) assertEquals(await copy.output(["check", "--quiet", ...checks]), "");
  });
}

function copy(from: string, to: string): void {
  if (Deno.statSync(from).isFile) return Deno.copyFileSync(from, to);
  Deno.mkdirSync(to);
  for (const { name } of Deno.readDirSync(from)) copy(`${from}/${name}`, `${to}/${name}`);
}

/** The solution of a page, as a learner would have written it on the page. */
export function solved({ solution }: Page): string {
  return readText(inProject(solution)).replaceAll('"../../', '"../');
}

/** A page where one exercise has another body. */
export function withBody(page: Page, exercise: string, body: string): string {
  const source = shipped(page);
  const start = source.indexOf(`function ${exercise}(`);
  return source.slice(0, start) + source.slice(start).replace("return todo();", () => body);
}

/** The line in which the first exercise of a page is to be written. */
export function lineOfTodo(page: string): number {
  return page.slice(0, page.indexOf("\n  return todo();") + 1).split("\n").length;
}

/** The names of the cases of a page's check. */
export function cases({ check }: Page): string[] {
  const names = [...readText(inProject(check)).matchAll(/^test\("(.*)", /gm)];
  if (names.length === 0) throw new Error(`There are no cases in ${check}.`);
  return names.map(([, name]) => name!);
}
