/**
 * The exercise pages. The list of them is the folder: every `exercises/NN_name.ts` that has
 * a solution.
 *
 * @module
 */
import { inProject, readText } from "../../cli/source.ts";

/** A page: the learner's file, and what belongs to it in the folders beside it. */
export interface Page {
  /** 4 */
  readonly number: number;
  /** The base name of all its files: `04_echo` */
  readonly name: string;
  /** The learner's file, from the project's folder: `exercises/04_echo.ts` */
  readonly file: string;
  /** `exercises/solutions/04_echo.ts` */
  readonly solution: string;
  /** `exercises/checks/04_echo_test.ts` */
  readonly check: string;
}

const SOLUTIONS = "exercises/solutions";

/**
 * All pages, by their numbers. A page counts even if the learner has removed the file: its
 * solution is there.
 */
export function pages(folder: URL = inProject(SOLUTIONS)): Page[] {
  const all = [...Deno.readDirSync(folder)]
    .flatMap(({ name }) => {
      const [, base, number] = name.match(/^((\d\d)_\w+)\.ts$/) ?? [];
      return base === undefined ? [] : page(Number(number), base);
    })
    .sort((a, b) => a.number - b.number);
  if (all.length === 0) {
    throw new Error(
      `There are no exercises in ${SOLUTIONS}. To restore them: git checkout ${SOLUTIONS}`,
    );
  }
  return all;
}

function page(number: number, name: string): Page {
  return {
    number,
    name,
    file: `exercises/${name}.ts`,
    solution: `${SOLUTIONS}/${name}.ts`,
    check: `exercises/checks/${name}_test.ts`,
  };
}

/** Returns the text of one of a page's files, as it is now. It is empty if the file is missing. */
export function textOf(file: string): string {
  try {
    return readText(inProject(file));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  }
}

/** The hints for each exercise of a page, from `exercises/hints/`: the next one says more. */
export async function hints({ name }: Page): Promise<Record<string, string[]>> {
  return (await import(`../hints/${name}.ts`)).HINTS;
}
