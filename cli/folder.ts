/**
 * The lessons there are: the folder is the list.
 *
 * @module
 */
import type { Lesson } from "./lesson.ts";
import { inProject } from "./source.ts";

/** A lesson and where it stands. */
export interface LessonFile {
  /** 4 */
  number: number;
  /** The base name of all that belongs to it: `04_echo` */
  name: string;
  /** What its file in cli/lessons/ exports. */
  lesson: Lesson;
}

/**
 * All lessons, by their numbers. Takes the permission to read the folder: importing them does
 * nothing.
 */
export async function lessons(folder: URL = inProject("lessons/")): Promise<LessonFile[]> {
  const names = [...Deno.readDirSync(folder)].flatMap(({ name }) =>
    name.match(/^(\d\d_\w+)\.ts$/)?.[1] ?? []
  );
  if (names.length === 0) {
    throw new Error("There are no lessons in lessons/. To restore them: git checkout lessons");
  }
  return await Promise.all(
    names.sort().map(async (name) => {
      const { lesson } = await import(new URL(`../cli/lessons/${name}.ts`, folder).href);
      return { number: parseInt(name), name, lesson };
    }),
  );
}
