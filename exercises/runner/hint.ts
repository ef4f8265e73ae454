/**
 * Shows one hint for an exercise: the next one each time.
 *
 * @module
 */
import { bold } from "@std/fmt/colors";
import { checked } from "./checked.ts";
import { hints, type Page } from "./pages.ts";
import { hintsShown, keepHintsShown, progressIn, progressOf } from "./progress.ts";
import { indented, unfinished, waiting } from "./report.ts";

/** Shows a hint for the exercise with this name or, without one, for the one that comes next. */
export async function hint(page: Page, wanted?: string): Promise<number> {
  const { number, file, solution } = page;
  console.log(`Exercise ${number}: ${file}`);
  let { exercises } = await progressOf(page);
  if (exercises.some(({ state }) => state === "unknown")) {
    const { results } = await waiting("Looking at what is done...", checked(page));
    exercises = progressIn(page, results).exercises;
  }
  const open = unfinished(exercises).map(({ exercise }) => exercise);
  const exercise = wanted ?? open[0];
  if (exercise === undefined) {
    console.log(`All of it is done: no hint needed. Another way to do it: ${solution}`);
    return 0;
  }
  await show(page, exercise, open.find((name) => name !== exercise));
  return 0;
}

/** Shows the next hint for an exercise. `other` is another one that is not done. */
async function show(page: Page, exercise: string, other: string | undefined): Promise<void> {
  const all = (await hints(page))[exercise]!;
  const next = Math.min(hintsShown(page, exercise), all.length - 1);
  console.log(`\n${bold(exercise)}, hint ${next + 1} of ${all.length}:`);
  console.log(indented(all[next]!, "  "));
  const unsaved = keepHintsShown(page, [exercise], next + 1);
  if (next + 1 === all.length) {
    console.log(
      "\nThat was the last one. Still stuck? Read the lesson once more, or look at " +
        "exercises/solutions/.",
    );
  }
  if (other) console.log(`\nFor the other one: deno task exercise ${page.number} --hint ${other}`);
  if (unsaved) {
    const all = `${unsaved} All hints are in exercises/hints/${page.name}.ts.`;
    console.log(`\n${indented(all, "")}`);
  }
}
