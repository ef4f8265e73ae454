/**
 * The programs that stand in the pages of docs/, so that tests can run them.
 *
 * @module
 */
import { inProject, readText } from "../cli/source.ts";

/** The text of a page of docs/, by its file's name. */
export function page(name: string): string {
  return readText(inProject(`docs/${name}`));
}

/** The programs of a page by their names, which stand in their first lines: `# ask.py: python3 ask.py`. */
export function programs(name: string): Record<string, string> {
  const blocks = page(name).matchAll(/^```\w+\n((?:#|\/\/) ([\w.]+)\b[^]*?)^```$/gm);
  return Object.fromEntries([...blocks].map(([, text, file]) => [file!, text!]));
}

/** The same program at another port. */
export function atPort(program: string, written: number, port: number): string {
  if (!program.includes(`${written}`)) throw new Error(`There is no ${written} in:\n${program}`);
  return program.replaceAll(`${written}`, `${port}`);
}

/**
 * A certificate for 127.0.0.1 in a folder of its own, made with the command that the page on encryption
 * gives. It is removed at the end of the block.
 */
export async function certificate(): Promise<{ folder: string } & AsyncDisposable> {
  const folder = await Deno.makeTempDir();
  const [, command = ""] = page("encryption-and-browsers.md").match(/^(openssl .*)$/m) ?? [];
  const [program, ...args] = command.split(" ");
  const { success, stderr } = await new Deno.Command(program!, { args, cwd: folder }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return { folder, [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }) };
}
