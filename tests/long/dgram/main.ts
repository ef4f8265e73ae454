/**
 * Runs the programs of docs/npm.md, one for each way in which `node:dgram` differs in Deno, and compares
 * what they print with the page. `deno task dgram`
 *
 * It ends with 1 where Deno behaves otherwise: then the page is to be changed.
 *
 * @module
 */
import { inProject, readText } from "../../../cli/source.ts";

const FOLDER = new URL("./", import.meta.url);

/** What the page says of a cause: what the program prints in each runtime. */
interface Cause {
  number: number;
  title: string;
  printed: Record<string, string>;
}

const page = readText(inProject("docs/npm.md"));
const causes = [...page.matchAll(/^### (\d+)\. (.*)$([^]*?)^```text\n([^]*?)^```$/gm)].map(causeOf);
const programs = new Map([...Deno.readDirSync(FOLDER)].map(({ name }) => [parseInt(name), name]));
programs.delete(NaN);
if (causes.length === 0 || causes.length !== programs.size) {
  throw new Error(
    `docs/npm.md has ${causes.length} causes, and there are ${programs.size} programs.`,
  );
}

const runtimes: Record<string, string[]> = {
  Deno: [Deno.execPath(), "run", "-A", "--no-config", "-q"],
};
const node = nodeVersion();
if (node) runtimes["Node.js"] = ["node"];
let changed = 0;
console.log(`Deno ${Deno.version.deno}, ${node ?? "and Node.js is not installed: it is left out"}`);
for (const cause of causes) {
  console.log(`${cause.number}. ${cause.title}`);
  for (const [name, command] of Object.entries(runtimes)) {
    const printed = output(command, programs.get(cause.number)!);
    const expected = cause.printed[name]!;
    const same = printed === expected;
    console.log(`   ${name.padEnd(8)} ${same ? "as docs/npm.md says" : "CHANGED"}`);
    if (same) continue;
    console.log(`   It printed:\n${printed}   The page says:\n${expected}`);
    if (name === "Deno") changed++;
  }
}
if (changed > 0) console.error(`Deno behaves otherwise for ${changed} of ${causes.length} causes.`);
Deno.exit(changed > 0 ? 1 : 0);

/** Reads a heading and its block. A line without a name in front goes on with the runtime before. */
function causeOf([, number, title, , block]: RegExpMatchArray): Cause {
  const printed: Record<string, string> = {};
  let name = "";
  for (const line of block!.trimEnd().split("\n")) {
    name = line.slice(0, 10).trim() || name;
    printed[name] = `${printed[name] ?? ""}${line.slice(10)}\n`;
  }
  return { number: Number(number), title: title!, printed };
}

/** Returns what the program prints. */
function output([program, ...args]: string[], file: string): string {
  const path = new URL(file, FOLDER);
  const { stdout, stderr } = new Deno.Command(program!, {
    args: [...args, decodeURIComponent(path.pathname).replace(/^\/(?=\w:)/, "")],
    env: { NO_COLOR: "1" },
    signal: AbortSignal.timeout(20_000),
  }).outputSync();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return text(stdout) || text(stderr);
}

/** Returns the version of Node.js, or `undefined` if it is not installed. */
function nodeVersion(): string | undefined {
  try {
    const { stdout } = new Deno.Command("node", { args: ["--version"] }).outputSync();
    // Where there is no Node.js, a task of Deno runs Deno as `node`.
    const found = new TextDecoder().decode(stdout).match(/^v([\d.]+)\s*$/);
    return found ? `Node.js ${found[1]}` : undefined;
  } catch {
    return undefined;
  }
}
