/**
 * The code is plain: its functions are short, and its lines fit.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { inProject, readText } from "../cli/source.ts";

/** The rooms whose functions are short. cli/lessons has the plays. */
const ROOMS = ["lessons", "cli", "lib", "exercises/solutions", "exercises/runner"];

/** The paths of the TypeScript files in a folder, and in the folders inside it. */
function files(folder: string): string[] {
  return [...Deno.readDirSync(inProject(folder))].flatMap(({ name, isDirectory }) => {
    const path = `${folder}/${name}`;
    return isDirectory ? files(path) : name.endsWith(".ts") ? [path] : [];
  });
}

/** A function in a file: where it is, how many lines of code it has, and how many parameters. */
interface Found {
  line: number;
  lines: number;
  parameters: number;
}

/** Finds the functions of a file. Comments and empty lines are not counted. */
function functions(path: string, text: string): Found[] {
  const found: Found[] = [];
  const plugin: Deno.lint.Plugin = {
    name: "plain",
    rules: {
      functions: {
        create({ sourceCode }) {
          // Comments become empty lines, so every place in the text stays.
          let code = text;
          for (const { range: [start, end] } of sourceCode.getAllComments()) {
            const blank = code.slice(start, end).replaceAll(/./g, " ");
            code = code.slice(0, start) + blank + code.slice(end);
          }
          const look = ({ range: [start, end], params }: Deno.lint.ArrowFunctionExpression) => {
            const lines = code.slice(start, end).split("\n").filter((line) => line.trim()).length;
            const line = code.slice(0, start).split("\n").length;
            found.push({ line, lines, parameters: params.length });
          };
          return {
            FunctionDeclaration: (node) => look(node as never),
            FunctionExpression: (node) => look(node as never),
            ArrowFunctionExpression: look,
          };
        },
      },
    },
  };
  Deno.lint.runPlugin(plugin, path, text);
  return found;
}

Deno.test("plain: a function of a page, a play, a solution or a library has at most 25 lines and 4 parameters", () => {
  let all = 0;
  for (const path of ROOMS.flatMap(files)) {
    for (const { line, lines, parameters } of functions(path, readText(inProject(path)))) {
      assert(lines <= 25, `${path}:${line} has ${lines} lines. Make steps with names of it.`);
      assert(parameters <= 4, `${path}:${line} has ${parameters} parameters.`);
      all++;
    }
  }
  assert(all > 1000, `Only ${all} functions were found.`);
});

Deno.test("plain: comments and empty lines do not count, and every kind of function does", () => {
  const text = "class A {\n  go(a: 1, b: 2) {\n    // why\n\n    return () => a;\n  }\n}\n" +
    "function* f() {\n  /* two\n     lines */\n}\n";
  assertEquals(functions("a.ts", text), [
    { line: 2, lines: 3, parameters: 2 },
    { line: 5, lines: 1, parameters: 0 },
    { line: 8, lines: 2, parameters: 0 },
  ]);
});

Deno.test("plain: no line of lessons, cli, lib and exercises passes 100 columns", () => {
  // The exercise pages themselves are the learner's.
  const own = files("exercises").filter((path) => path.split("/").length > 2);
  const all = [...["lessons", "cli", "lib"].flatMap(files), ...own];
  const long = all.flatMap((path) => {
    const lines = readText(inProject(path)).split("\n");
    return lines.flatMap((line, i) => line.length > 100 ? [`${path}:${i + 1}`] : []);
  });
  assertEquals(long, []);
  assert(all.length > 100, `Only ${all.length} files were found.`);
});
