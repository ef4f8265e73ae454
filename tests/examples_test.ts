/**
 * The examples in comments and in the README: each runs as a program, and Deno checks its types. They share
 * one isolate. `deno test --doc` makes one for each of them, which takes most of its time.
 *
 * @module
 */
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { inProject, readText } from "../cli/source.ts";
import { NO_QUIC, unless } from "./only.ts";
import { Program } from "./program.ts";

const ROOMS = ["lib/", "cli/", "cli/lessons/", "lessons/"];

const FILES = [
  ...ROOMS.flatMap((room) =>
    [...Deno.readDirSync(inProject(room))].filter(({ isFile }) => isFile)
      .map(({ name }) => `${room}${name}`)
  ).sort(),
  "README.md",
];

interface Example {
  file: string;
  /** The line on which it begins. */
  line: number;
  program: string;
}

/** The examples in a file's text. */
function examples(file: string, source: string): Example[] {
  // In a comment, each line begins with an asterisk.
  const blocks = source.matchAll(/^( *\* |)```ts\n([^]*?)^\1```$/gm);
  return [...blocks].map(({ 1: margin, 2: block, index }) => {
    const line = source.slice(0, index).split("\n").length + 1;
    const program = margin ? block!.replace(/^ *\* ?/gm, "") : block!;
    return { file, line, program };
  });
}

/** Runs an example. Its error names the file and the line. */
async function run(example: Example): Promise<void> {
  const program = await asModule(example);
  const url = URL.createObjectURL(new Blob([program], { type: "application/typescript" }));
  try {
    const module = await import(url);
    await module.default();
  } catch (error) {
    throw new Error((error as Error).stack!.replaceAll(url, example.file));
  } finally {
    URL.revokeObjectURL(url);
  }
}

/** Makes a module of an example, which exports it as a function. Its lines have the file's numbers. */
async function asModule({ file, line, program }: Example): Promise<string> {
  const statement = /^import [^;]+;$/gm;
  const imports: string[] = program.match(statement) ?? [];
  // What the file itself exports need not be imported.
  const own = file.endsWith(".ts") ? Object.keys(await import(inProject(file).href)) : [];
  const used = own.filter((name) => new RegExp(`\\b${name}\\b`).test(program));
  if (used.length > 0) imports.push(`import { ${used.join(", ")} } from "${inProject(file)}";`);
  // Its own address is none that another file's could be relative to.
  const head = imports.join(" ").replaceAll("\n", " ")
    .replace(/"\.\.?\/[^"]+"/g, (path) => `"${new URL(path.slice(1, -1), inProject(file))}"`);
  const body = program.replace(statement, (lines) => lines.replace(/[^\n]/g, ""));
  return `${head} export default async () => {${"\n".repeat(line - 1)}${body}}`;
}

const ALL = FILES.flatMap((file) => examples(file, readText(inProject(file))));
for (const example of ALL) {
  const missing = example.file === "lessons/20_quic.ts" ? NO_QUIC : "";
  const name = `example: ${example.file}:${example.line}`;
  Deno.test(unless(missing, name), () => run(example));
}

Deno.test("example: every program in a comment is found, and the README's", () => {
  for (const file of FILES) {
    const fences = readText(inProject(file)).match(/^ *\* ```.*$/gm) ?? [];
    const marks = fences.filter((_, i) => i % 2 === 0).map((fence) => fence.replace(/^ *\* /, ""));
    assertEquals(marks, marks.map(() => "```ts"), file);
    const found = ALL.filter((example) => example.file === file);
    if (file.endsWith(".ts")) assertEquals(found.length, marks.length, file);
  }
  for (const room of [...ROOMS, "README.md"]) {
    assert(ALL.some(({ file }) => file.startsWith(room)) || room.startsWith("cli"), room);
  }
});

Deno.test("example: a wrong one fails, and names its file and line", async () => {
  const source =
    "/**\n * ```ts\n * import { bind } from './udp.ts';\n * if (1 + 1 !== 3) throw new Error('no');\n * ```\n */";
  const [example] = examples("lib/text.ts", source.replaceAll("'", '"'));
  const { message } = await assertRejects(() => run(example!), Error);
  assertStringIncludes(message, "Error: no\n    at Module.default (lib/text.ts:4:24)");
});

Deno.test("example: the types of all are right, and those of the programs in docs/", async () => {
  const pages = [...Deno.readDirSync(inProject("docs/"))].filter(({ name }) =>
    name.endsWith(".md")
  );
  const files = [...FILES, ...pages.map(({ name }) => `docs/${name}`)];
  const args = ["check", "--quiet", "--frozen", "--doc-only", ...files];
  const { code, stderr } = await new Program(Deno.execPath(), args).end(5);
  assertEquals(code, 0, stderr);
});
