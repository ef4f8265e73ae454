/**
 * Puts a page back as it was shipped. What the learner wrote is kept beside it.
 *
 * @module
 */
import { inProject } from "../../cli/source.ts";
import { type Page, textOf } from "./pages.ts";
import { keepHintsShown, reason } from "./progress.ts";
import { exercises, shipped } from "./shipped.ts";

/** Asks first. Returns the exit code: 0 if the page is now as it was shipped. */
export function reset(page: Page): number {
  const { file } = page;
  const mine = textOf(file);
  if (mine === shipped(page)) {
    console.log(`${file} is as it was: nothing to reset.`);
    return 0;
  }
  if (!confirmed(`Put ${file} back as it was? Your version is kept beside it.`)) {
    console.log("Nothing was changed.");
    return 1;
  }
  const { kept, unsaved } = putBack(page);
  if (kept) console.log(`Your version: ${kept}`);
  console.log(`${file} is as it was.`);
  if (unsaved) console.log(unsaved);
  return 0;
}

/** What became of the learner's version, and a sentence if the hints could not be counted anew. */
interface PutBack {
  readonly kept: string | undefined;
  readonly unsaved: string | undefined;
}

/** Puts a page back without a question. */
export function putBack(page: Page): PutBack {
  const { file } = page;
  try {
    const kept = textOf(file) ? keep(file, Deno.readFileSync(inProject(file))) : undefined;
    Deno.writeTextFileSync(inProject(file), shipped(page));
    return { kept, unsaved: keepHintsShown(page, exercises(page), 0) };
  } catch (error) {
    throw new Error(
      `${file} is not reset, since exercises cannot be written to: ${reason(error)}.`,
    );
  }
}

/** Reads the answer from the terminal, or from a pipe. */
function confirmed(question: string): boolean {
  if (Deno.stdin.isTerminal()) return confirm(question);
  console.log(`${question} [y/N]`);
  const buffer = new Uint8Array(16);
  const length = Deno.stdin.readSync(buffer) ?? 0;
  return /^y(es)?(\s|$)/i.test(new TextDecoder().decode(buffer.subarray(0, length)));
}

/** Keeps a version of a file beside it, byte for byte, under a name that is free. */
export function keep(file: string, bytes: Uint8Array): string {
  for (let i = 1;; i++) {
    const path = file.replace(/\.ts$/, `.mine${i}.txt`);
    try {
      Deno.writeFileSync(inProject(path), bytes, { createNew: true });
      return path;
    } catch (error) {
      if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
    }
  }
}
