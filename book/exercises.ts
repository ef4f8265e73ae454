/**
 * The exercises, as the pages show them: the task, the learner's code as it is now, the hints.
 *
 * @module
 */
import { paint, type Piece } from "./code/paint.ts";
import { parse } from "./code/parse.ts";
import type { Project } from "./project.ts";
import { hints, type Page, pages } from "../exercises/runner/pages.ts";
import { type ExerciseProgress, progress } from "../exercises/runner/progress.ts";
import { exercises } from "../exercises/runner/shipped.ts";

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
}

/** The exercises' page of a lesson, if it has one. */
export function pageOf(number: number): Page | undefined {
  return pages().find((page) => page.number === number);
}

/** The exercises of a page. The tasks are those of the solution, whatever has become of the learner's file. */
export async function exercisesOf(project: Project, page: Page): Promise<Exercise[]> {
  const all = await hints(page);
  const codes = codesOf(project, page);
  const { items } = project.source(page.solution);
  const imports = importsOf(project, page);
  return exercises(page).map((name) => {
    const task = items.find(({ names }) => names.includes(name))?.doc ?? "";
    return { name, task, hints: all[name] ?? [], code: codes[name]!, imports };
  });
}

/** The learner's code for each exercise of a page: all of the file where one cannot be found in it. */
export function codesOf(project: Project, page: Page): Record<string, Code> {
  const { file } = page;
  const text = textOf(project, file);
  let read: (name: string) => Code | undefined = () => undefined;
  try {
    const source = parse(file, text);
    read = (name) => {
      const item = source.items.find(({ names }) => names.includes(name));
      return item && { file, line: item.line, pieces: paint(source, item.code, item.end) };
    };
  } catch {
    // It is no TypeScript at the moment: then as it stands.
  }
  const whole = { file, line: 1, pieces: [["", text.trimEnd()]] as const };
  return Object.fromEntries(exercises(page).map((name) => [name, read(name) ?? whole]));
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

/** How far the learner is, by the numbers of the pages. */
export async function standing(): Promise<Map<number, readonly ExerciseProgress[]>> {
  return new Map((await progress()).map(({ page, exercises }) => [page.number, exercises]));
}

function textOf(project: Project, file: string): string {
  try {
    return project.text(file);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    return "// This file is not there.";
  }
}
