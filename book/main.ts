/**
 * The book at the command line: `deno task book` serves it, `deno task book --build DIR` writes it down.
 *
 * @module
 */
import { parseArgs } from "@std/cli";
import { endWithReader } from "../cli/output.ts";
import { printable } from "../lib/text.ts";
import { build } from "./build.ts";
import { Project } from "./project.ts";
import { serve } from "./server/serve.ts";

const HELP = `The workbook in the browser, with lessons that run.

Usage
  deno task book                serve it on this machine, and open the browser
  deno task book --port 8001    at another port (8000); 0: the system picks one
  deno task book --no-open      leave the browser alone
  deno task book --build DIR    write it as files, with recorded runs

Options
  --editor NAME   what opens an exercise: ${"vscode, vscodium, cursor, zed (vscode)"}
  --help          this text`;

class UsageError extends Error {}

/** The addresses that editors answer to. */
const EDITORS: Record<string, string> = {
  vscode: "vscode://file",
  vscodium: "vscodium://file",
  cursor: "cursor://file",
  zed: "zed://file",
};

interface Command {
  help: boolean;
  open: boolean;
  port: number;
  editor: string;
  folder: string | undefined;
}

function read(args: string[]): Command {
  const given = parseArgs(args.filter((argument) => argument !== "--"), {
    boolean: ["help", "no-open"],
    string: ["port", "build", "editor"],
    alias: { h: "help" },
    unknown: (argument) => {
      throw new UsageError(`The book does not take "${printable(argument)}".`);
    },
  });
  const text = (name: string) => given[name] as string | undefined;
  const port = text("port") ?? "8000";
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535) {
    throw new UsageError(
      `--port ${printable(port)} is not a port: it must be a whole number from 0 to 65535.`,
    );
  }
  const editor = EDITORS[text("editor") ?? "vscode"];
  if (!editor) {
    throw new UsageError(
      `--editor ${printable(text("editor")!)} is none of: ${Object.keys(EDITORS).join(", ")}.`,
    );
  }
  const folder = text("build");
  if (folder === "") {
    throw new UsageError("--build needs a folder, such as: deno task book --build site");
  }
  return {
    help: given.help === true,
    open: given["no-open"] !== true,
    port: Number(port),
    editor,
    folder,
  };
}

async function main(args: string[]): Promise<void> {
  const { help, open, port, editor, folder } = read(args);
  const project = new Project(new URL("../", import.meta.url));
  if (help) console.log(HELP);
  else if (folder !== undefined) await build(project, folder);
  else await serve(project, { port, open, editor });
}

if (import.meta.main) {
  endWithReader();
  try {
    await main(Deno.args);
  } catch (error) {
    console.error(printable(error instanceof Error ? error.message : String(error), 1000));
    if (!(error instanceof UsageError)) Deno.exit(1);
    console.error("See: deno task book --help");
    Deno.exit(2);
  }
}
