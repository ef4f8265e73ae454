/**
 * What Copy puts on the clipboard: a program for each function, and for each role.
 *
 * @module
 */
import type { Role } from "../cli/lesson.ts";
import { copy } from "./code/copy.ts";
import { evaluate } from "./code/evaluate.ts";
import { isNode, type Item, type Source } from "./code/parse.ts";
import { labeller, type LessonFile, parts, type Project, type RoleText } from "./project.ts";

/** A program that one can copy. */
export interface Copy {
  /** Of the function. */
  readonly name: string;
  /** Its file: `04_echo.serve.txt`. */
  readonly file: string;
  /** All of it. */
  readonly text: string;
  /** How to run it in an empty folder. */
  readonly command: string;
  /** What one sees of it then, in a sentence. */
  readonly does: string;
}

/** The names and files of what can be copied, and how many lines that are, where it is known. */
export type Copyable = Pick<Copy, "name" | "file"> & { readonly lines?: number };

/** What can be copied from a lesson: its play, and what its page exports. */
export function lessonCopyables({ name, source }: LessonFile): Copyable[] {
  const items = copyablesOf(source);
  return [copyable(name, "play"), ...items.map((item) => copyable(name, item.names[0]!))];
}

/** What can be copied from a file of lib/. */
export function libraryCopyables(source: Source): Copyable[] {
  return copyablesOf(source).map(({ names }) => copyable(pageName(source.path), names[0]!));
}

/** `lib/udp.ts` is on the page `lib-udp`. */
export function pageName(path: string): string {
  return path.replace("/", "-").replace(/\.\w+$/, "");
}

/** How many lines a text has. */
export function linesOf(text: string): number {
  return text.trimEnd().split("\n").length;
}

/** The programs that can be copied from a lesson. */
export function lessonCopies(project: Project, file: LessonFile): Copy[] {
  const { path, source, program: runs, task, name } = file;
  const allowed = flags(task);
  const { play: [play], roles } = parts(file);
  const items = copyablesOf(source).map((item) => {
    const role = roles.find(({ run }) => item.names.includes(run ?? ""));
    const tail = role ? program(callTail(project, file, role)) : shown(item);
    return made(project, path, name, item.names[0]!, tail, allowed, item);
  });
  const drawn = playTail(labeller(runs));
  return [made(project, runs.path, name, "play", drawn, allowed, play), ...items];
}

function playTail(label: string | undefined): Tail {
  return {
    does: "It draws the picture.",
    text: `import { Diagram } from "../diagram.ts";
import { drawing } from "../drawing.ts";

const diagram = new Diagram(drawing(console.log)${label ? `, ${label}` : ""});
await play(diagram);
diagram.end();`,
  };
}

/** Calls a role's function as the file does that runs it, with the defaults of its options. */
function callTail(project: Project, file: LessonFile, role: RoleText): string {
  const { source, lesson, program: { path } } = file;
  const { host = "127.0.0.1", port } = lesson;
  const said = evaluate(project, path, role.node) as Partial<Role>;
  const options = (typeof said.options === "object" ? said.options : {}) as
    & Role["options"]
    & object;
  const call = role.text.match(
    /\brun: \([^)]*\) => (?:\{\n([^]*?)\n\s*\},?\s*\}$|([^]*?),?\s*\}$)/,
  );
  const [, body, expression] = call ?? [];
  const lines = (body ?? `return ${expression}`).replace(/^\s+/gm, "").trim();
  const given = lines.replace(
    /\boptions\.(\w+)\("(\w+)"[^)]*\)/g,
    (_, kind: string, option: string) => {
      const given = options[option]?.default;
      return value(kind, option, kind === "has" ? given : given ?? exampleOf(source, role, option));
    },
  ).replace(/^if \((false|!true)\) (\{\n[^]*?^\}|.*)\n/gm, ""); // an option that is not given
  const uses = (name: string) => new RegExp(`\\b${name}\\b`).test(given);
  const address = `{ hostname: ${JSON.stringify(host)}, port: ${port} }`;
  return [
    ...uses("lines") ? ['import { lines } from "../cli/lines.ts";'] : [],
    ...importsOf(project.source(path).text, uses),
    "",
    ...uses("lines") || uses("signal") ? [STOP] : [],
    ...["local", "remote"].filter(uses).map((name) => {
      // A role that does not listen binds any port of this machine.
      const own = name === "local" && !said.listens;
      return `const ${name} = ${own ? '{ hostname: "127.0.0.1", port: 0 }' : address};`;
    }),
    ...["stdin", "stdout"].filter(uses).map((name) => `const { ${name} } = Deno;`),
    given
      .replace(/\blines\(("[^"]*")\)/, "lines($1, stop.signal, () => stop.abort())")
      .replace(/\bsignal\b/g, "stop.signal").replaceAll("stop.stop.", "stop.")
      .replace(/\breturn\b/, "await").replace(/(?<![;}])$/, ";"),
  ].join("\n");
}

/** What a page gives an option where it says how to run the role: `--file hello.txt`. */
function exampleOf({ doc }: Source, { word }: RoleText, option: string): string | undefined {
  return doc.match(new RegExp(`\\blesson\\d+ ${word} .*--${option} (\\S+)`))?.[1];
}

/** What a file in cli/lessons/ imports beside its page, where that is used: as a page would import it. */
function importsOf(text: string, uses: (name: string) => boolean): string[] {
  const imports: string[] = [];
  for (const [, names = "", from = ""] of text.matchAll(/^import \{([^}]*)\} from "([^"]+)";$/gm)) {
    const used = names.split(",").map((name) => name.trim()).filter((name) => name && uses(name));
    if (used.length === 0 || from.startsWith("../../lessons/")) continue;
    const path = from.startsWith("../../") ? from.slice("../".length) : `../cli/${from.slice(3)}`;
    imports.push(`import { ${used.join(", ")} } from "${path}";`);
  }
  return imports;
}

/** What an option is, as code. */
function value(kind: string, name: string, text: string | undefined): string {
  if (kind === "flag") return String(name === "simple"); // a copy runs the page's own code
  if (kind === "has") return String(text !== undefined);
  if (kind === "seconds") return `${1000 * Number(text ?? 1)}`;
  if (kind === "number" || kind === "share") return text ?? "0";
  if (kind === "address") {
    const [, hostname, port] = (text ?? "127.0.0.1:9999").match(/^(.+):(\d+)$/)!;
    return `{ hostname: "${hostname}", port: ${port} }`;
  }
  if (text !== undefined) return JSON.stringify(text);
  throw new Error(`The page says no value for --${name}.`);
}

/** The programs that can be copied from a file of lib/. */
export function libraryCopies(project: Project, source: Source): Copy[] {
  const { path } = source;
  return copyablesOf(source).map((item) =>
    made(project, path, pageName(path), item.names[0]!, shown(item), flags(), item)
  );
}

function copyablesOf({ items }: Source): Item[] {
  return items.filter((item) => isCode(item) && item.exported);
}

function copyable(page: string, name: string): Copyable {
  return { name, file: `${page}.${name}.txt` };
}

/** The example in a doc comment, if it is one to run. */
export function example({ doc }: Item): string {
  return doc.match(/^```ts\n([^]*?)^```/m)?.[1]?.trim() ?? "";
}

/** What stands at the end of a copy, and what it does. */
interface Tail {
  readonly text: string;
  readonly does: string;
}

const DEFINES = "It only defines";

/** The example, which says so if nothing else is seen of it. */
function shown(item: Item): Tail {
  const text = example(item);
  const name = item.names[0]!;
  if (!text) {
    return { text, does: `${DEFINES} ${name}, and prints nothing: call it from your code.` };
  }
  if (text.includes("console.log(")) return { text, does: "It ends with an example." };
  return {
    text: `${text}\nconsole.log("It works.");`,
    does: 'It ends with an example, which says "It works."',
  };
}

/** A role, as a program that says in a sentence what is wrong, as it does in the workbook. */
function program(text: string): Tail {
  const at = text.search(/^(?!import )(?=.)/m);
  const body = text.slice(at).trim().replaceAll(/^(?=.)/gm, "  ");
  return {
    text: `${text.slice(0, at)}if (Deno.args.length > 0) {
  console.error("This program takes no options: change what stands at its end.");
  Deno.exit(2);
}
try {
${body}
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  Deno.exit(1);
}`,
    does: "It takes no options: change host and port at its end.",
  };
}

/** Whether it does anything: an interface alone is nothing to run. */
function isCode({ node, names }: Item): boolean {
  const declared = isNode(node.declaration) ? node.declaration : node;
  return names.length > 0 && /^(Function|Class)Declaration$/.test(declared.type);
}

function made(
  project: Project,
  path: string,
  page: string,
  name: string,
  { text: tail, does }: Tail,
  flags: string,
  item?: Item,
): Copy {
  const command = `npx -y deno@2 run ${flags} ${name}.ts`;
  const body = copy(project, path, [...item?.names ?? []], tail);
  const run = does.startsWith(DEFINES) ? "Run that with:" : "Run it with:";
  const head = `${name} of ${path}, with all that it needs.\n// ${does} ${run}\n//   ${command}`;
  return {
    ...copyable(page, name),
    text: `// ${head}\n\n${body}`,
    command,
    does: `${does} ${run}`,
  };
}

/** What a program needs that uses the network as the task does: in quotes where a shell would read [::1] as a pattern. */
function flags(task = "deno run --allow-net=127.0.0.1,localhost "): string {
  const allowed = task.split(" ").filter((word) => word.startsWith("--allow-"));
  const quoted = allowed.map((word) => /[[*?]/.test(word) ? `"${word}"` : word);
  return ["--unstable-net", ...quoted].join(" ");
}

const STOP = `const stop = new AbortController();
Deno.addSignalListener("SIGINT", () => stop.abort());
// What has something to say at its end says it first.
stop.signal.addEventListener("abort", () => setTimeout(() => Deno.exit(0)));
`;
