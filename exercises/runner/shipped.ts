/**
 * A page as it is shipped: made from its solution, so that no task is written down twice.
 *
 * @module
 */
import { inProject, readText } from "../../cli/source.ts";
import type { Page } from "./pages.ts";

// What a solution exports is its exercises, and what `deno fmt` has formatted ends with a brace of
// its own.
const EXERCISE = /^(export (?:async )?function\*? (\w+)\([^]*?\{\n)[^]*?\n\}$/gm;

/** The names of the exercises on a page, in their order. */
export function exercises({ solution }: Page): string[] {
  const names = [...readText(inProject(solution)).matchAll(EXERCISE)].map(([, , name]) => name!);
  if (names.length === 0) {
    throw new Error(`There is no exercise in ${solution}: it must export a function for each.`);
  }
  return names;
}

/** The text of the page before anybody wrote on it: the tasks of its solution, without the code. */
export function shipped({ number, name, solution }: Page): string {
  const source = readText(inProject(solution));
  const title = source.match(/exercise \d+: (.*)\.$/m)?.[1];
  if (title === undefined) throw new Error(`${solution} does not begin with its title.`);
  return `\
/**
 * # Exercise ${number}: ${title}
 *
 * Replace each \`return todo();\` with code of your own. Check it as often as you like:
 *
 *     deno task exercise ${number}            what works, and what does not
 *     deno task exercise ${number} --watch    the same again at every save
 *     deno task exercise ${number} --hint     when you are stuck
 *
 * Lesson ${number} has what you need: lessons/${name}.ts.
 *
 * @module
 */
${importsOf(source)}
import { todo } from "./todo.ts";

${tasksOf(source)}
`;
}

/** Returns the imports of a solution, as its page needs them. */
function importsOf(source: string): string {
  const imports = [...source.matchAll(/^import [^;]*;$/gm)].map(([text]) => text);
  return imports.join("\n").replaceAll('"../../', '"../');
}

/** Returns what a solution exports: types, and functions without their code. */
function tasksOf(source: string): string {
  const declarations = source.split(/\n\n(?=\S)/).slice(1); // each with its doc comment
  const tasks = declarations.filter((text) => /^export /m.test(text)).join("\n\n");
  return tasks.trimEnd().replace(EXERCISE, "$1  return todo();\n}");
}
