/**
 * The exercises, as the pages show them: the task, the learner's code as it is now, the hints.
 *
 * @module
 */
import { paint, type Piece } from "./code/paint.ts";
import { constant, evaluate } from "./code/evaluate.ts";
import { isNode, type Item, parse, type Source } from "./code/parse.ts";
import type { Trouble } from "./code/trouble.ts";
import type { Project } from "./project.ts";
import { type Page, pages } from "../exercises/runner/pages.ts";
import { type ExerciseProgress, progressOf } from "../exercises/runner/progress.ts";

/** An exercise. */
export interface Exercise {
  readonly name: string;
  /** The task, as markdown. */
  readonly task: string;
  readonly hints: readonly string[];
  /** The learner's code. */
  readonly code: Code;
  /** What the learner's page imports. */
  readonly imports: readonly Piece[];
}

/** The code of an exercise, as it stands in the learner's file now. */
export interface Code {
  /** From the project's folder. */
  readonly file: string;
  readonly line: number;
  readonly pieces: readonly Piece[];
  /** Whether somebody has written some of it. */
  readonly begun: boolean;
}

/** The exercises' page of a lesson, if it has one. */
export function pageOf(number: number): Page | undefined {
  return allPages().find((page) => page.number === number);
}

let known: Page[] = [];

/** The exercises' page with this file. */
export function pageWith(file: string): Page | undefined {
  return allPages().find((page) => page.file === file);
}

/** All pages. One whose solution is gone stays, as long as the book runs. */
function allPages(): Page[] {
  try {
    const now = pages();
    const isThere = (page: Page) => now.some(({ name }) => name === page.name);
    known = [...known.filter((page) => !isThere(page)), ...now];
  } catch (error) {
    if (known.length === 0) throw error;
  }
  return known;
}

/** The exercises of a page. The tasks are those of the solution, whatever has become of the learner's file. */
export function exercisesOf(project: Project, page: Page): Exercise[] {
  const all = hintsOf(project, page);
  const codes = codesOf(project, page);
  const { items } = project.source(page.solution);
  const imports = importsOf(project, page);
  return names(project, page).map((name) => {
    const task = items.find(({ names }) => names.includes(name))?.doc ?? "";
    return { name, task, hints: all[name] ?? [], code: codes[name]!, imports };
  });
}

/** What is wrong with the files of a page, the learner's first. */
export function troublesOf(project: Project, page: Page): Trouble[] {
  return [page.file, page.solution, hintsFile(page)].flatMap((path) => project.trouble(path) ?? []);
}

/** The names of the exercises: what the solution exports. */
function names(project: Project, { solution }: Page): string[] {
  return project.source(solution).items.filter(({ node, exported }) =>
    exported && (node.declaration as { type?: string } | null)?.type === "FunctionDeclaration"
  ).flatMap(({ names }) => names);
}

function hintsFile({ name }: Page): string {
  return `exercises/hints/${name}.ts`;
}

/** The hints for each exercise of a page: read, not run. */
function hintsOf(project: Project, page: Page): Record<string, string[]> {
  const path = hintsFile(page);
  const said = evaluate(project, path, constant(project, path, "HINTS")?.node);
  const all = typeof said === "object" && said !== null ? Object.entries(said) : [];
  return Object.fromEntries(
    all.filter(([, hints]) => Array.isArray(hints)).map((
      [name, hints],
    ) => [name, hints.filter((hint: unknown) => typeof hint === "string")]),
  );
}

/** The learner's code for each exercise of a page: all of the file where one is not found in it. */
export function codesOf(project: Project, page: Page): Record<string, Code> {
  const { file } = page;
  const text = textOf(project, file);
  let read = (name: string): Code | undefined => linesOf(file, text, name);
  try {
    const source = parse(file, text);
    read = (name) => {
      const item = source.items.find(({ names }) => names.includes(name));
      return item &&
        codeOf(file, item.line, [
          ...typesOf(source, item),
          ...paint(source, item.code, item.end),
        ]);
    };
  } catch {
    // It is no TypeScript at the moment: then its lines as they stand.
  }
  const whole = codeOf(file, 1, [["", text.trimEnd()]]);
  return Object.fromEntries(names(project, page).map((name) => [name, read(name) ?? whole]));
}

function codeOf(file: string, line: number, pieces: readonly Piece[]): Code {
  const text = pieces.map(([, text]) => text).join("");
  return { file, line, pieces, begun: !text.includes("todo()") };
}

/** The types that the file declares for an exercise: it cannot be read without them. */
function typesOf(source: Source, { code, end }: Item): Piece[] {
  const own = source.text.slice(code, end);
  const types = source.items.filter(({ node, names: [name] }) => {
    const declared = isNode(node.declaration) ? node.declaration : node;
    return /^TS(Interface|TypeAlias)/.test(declared.type) && new RegExp(`\\b${name}\\b`).test(own);
  });
  return types.flatMap((type) => [
    ...paint(source, type.start, type.end),
    ["", "\n\n"] as const,
  ]);
}

/** The lines of an exercise in a file that cannot be read: up to the next doc comment or export. */
function linesOf(file: string, text: string, name: string): Code | undefined {
  const begin = text.search(new RegExp(`^export .*\\b${name}\\b`, "m"));
  if (begin < 0) return undefined;
  const [own = ""] = text.slice(begin).split(/\n(?=\/\*\*|export )/);
  const line = text.slice(0, begin).split("\n").length;
  return codeOf(file, line, [["", own.trimEnd()]]);
}

function importsOf(project: Project, { file }: Page): readonly Piece[] {
  try {
    const source = parse(file, textOf(project, file));
    const items = source.items.filter(({ node }) => node.type === "ImportDeclaration");
    return items.length > 0 ? paint(source, items[0]!.start, items.at(-1)!.end) : [];
  } catch {
    return [];
  }
}

/** One solution of an exercise, with the declarations of its file that it uses: for those who have done it. */
export function solutionOf(project: Project, page: Page, name: string): readonly Piece[] {
  const source = project.source(page.solution);
  const shown = source.items.filter(({ names }) => names.includes(name));
  const others = source.items.filter(({ names, exported }) => names.length > 0 && !exported);
  for (const one of shown) { // it grows meanwhile
    const text = source.text.slice(one.code, one.end);
    const used = others.filter(({ names }) =>
      names.some((name) => new RegExp(`\\b${name}\\b`).test(text))
    );
    shown.push(...used.filter((item) => !shown.includes(item)));
  }
  return source.items.filter((item) => shown.includes(item)).flatMap((item, i): Piece[] => [
    ...i > 0 ? [["", "\n\n"] as const] : [],
    ...paint(source, item.names.includes(name) ? item.code : item.start, item.end),
  ]);
}

type Standing = readonly ExerciseProgress[];

const stood = new Map<string, { stamp: string; standing: Standing | undefined }>();

/** How far the learner is, by the numbers of the pages. What cannot be read now is left out. */
export async function standing(project: Project): Promise<Map<number, Standing>> {
  const found = new Map<number, Standing>();
  for (const page of allPages()) {
    const { name, number, file, check, solution } = page;
    const files = [file, check, solution, `exercises/.progress/${name}.json`];
    const stamp = files.map((path) => project.stamp(path)).join();
    let known = stood.get(name);
    if (known?.stamp !== stamp) {
      const progress = await progressOf(page).catch(() => undefined);
      known = { stamp, standing: progress?.exercises };
      stood.set(name, known);
    }
    if (known.standing) found.set(number, known.standing);
  }
  return found;
}

/** The learner's file: where it cannot be read, what is wrong with it. */
function textOf(project: Project, file: string): string {
  try {
    return project.text(file);
  } catch (error) {
    return `// ${(error as Error).message}`;
  }
}
