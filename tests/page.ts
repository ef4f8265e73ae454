/**
 * A lesson by its number: its files are loaded when a test asks for it, and not before.
 *
 * @module
 */
import type { Lesson } from "../cli/lesson.ts";

/** A lesson, and where it stands. */
export interface Page {
  /** Its number: 4. */
  number: number;
  /** Its file, without the folder: `04_echo.ts`. */
  file: string;
  /** What it exports. */
  exports: Record<string, unknown>;
  /** What its file in cli/lessons/ says of it. */
  lesson: Lesson;
}

const folder = new URL("../lessons/", import.meta.url);

/** The lessons' files, in their order. */
export const FILES: string[] = [...Deno.readDirSync(folder)].map(({ name }) => name).sort();

if (FILES.length === 0) throw new Error("There are no lessons in lessons/.");

/** Loads a lesson. */
export async function page(file: string): Promise<Page> {
  const exports = await import(new URL(file, folder).href);
  const { lesson } = await import(new URL(`../cli/lessons/${file}`, folder).href);
  return { number: parseInt(file), file, exports, lesson };
}
