/**
 * Prints the contents of the workbook, and how far you are: `deno task lessons`.
 *
 * @module
 */
import { bold, dim, green, setColorEnabled, yellow } from "@std/fmt/colors";
import { type LessonFile, lessons } from "../../cli/folder.ts";
import { PARTS } from "../../cli/lesson.ts";
import { endWithReader } from "../../cli/output.ts";
import { wrapped } from "../../cli/wrapped.ts";
import { progress } from "./progress.ts";

type State = "done" | "begun" | "open";

/** Returns how far each lesson's exercises are. A page that has changed counts as begun. */
async function states(): Promise<Map<number, State>> {
  return new Map((await progress()).map(({ page, exercises }) => {
    const all = (wanted: string) => exercises.every(({ state }) => state === wanted);
    return [page.number, all("done") ? "done" : all("not started") ? "open" : "begun"];
  }));
}

async function contents(): Promise<void> {
  const marks = { done: green("✓"), begun: yellow("…"), open: dim("·") };
  const all = await lessons();
  const known = await states();
  const state = (number: number) => known.get(number) ?? "open";
  const width = Math.max(...all.map(({ lesson }) => lesson.title.length));

  console.log(bold("The UDP Workbook"));
  for (const [i, { roman, title, question }] of PARTS.entries()) {
    const part = all.filter(({ lesson }) => lesson.part === i + 1);
    if (part.length === 0) continue;
    console.log(`\n${bold(`${roman}. ${title}:`)} ${question}`);
    for (const one of part) printLesson(one, marks[state(one.number)], width);
  }
  console.log(
    `\nIts exercises: ${marks.done} done, ${marks.begun} begun, ${marks.open} not started`,
  );
  const next = all.find(({ number }) => state(number) !== "done")?.number;
  if (next === undefined) console.log("You have done them all.");
  else console.log(`Next: deno task lesson${next}, and then deno task exercise ${next}`);
}

/** Prints a lesson in a line or more. Titles are `width` columns wide. */
function printLesson({ number, lesson }: LessonFile, mark: string, width: number): void {
  const [first, ...rest] = wrapped(lesson.about, 80 - 10 - width);
  const title = lesson.title.padEnd(width);
  console.log(`  ${mark} ${`${number}`.padStart(2)}  ${title}  ${first}`);
  for (const line of rest) console.log(`${" ".repeat(10 + width)}${line}`);
}

if (import.meta.main) {
  endWithReader();
  setColorEnabled(Deno.stdout.isTerminal() && !Deno.noColor);
  await contents();
}
