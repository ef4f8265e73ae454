/**
 * Puts a page back as it was shipped. What the learner wrote is kept beside it.
 *
 * @module
 */
import type { Page } from "./pages.ts";
import { keepHintsShown } from "./progress.ts";
import { exercises, shipped } from "./shipped.ts";

/** Asks first. Returns the exit code: 0 if the page is now as it was shipped. */
export async function reset(page: Page): Promise<number> {
  const { file } = page;
  const mine = await Deno.readTextFile(file).catch(() => "");
  if (mine === shipped(page)) {
    console.log(`${file} is as it was: nothing to reset.`);
    return 0;
  }
  if (!confirmed(`Put ${file} back as it was? Your version is kept beside it.`)) {
    console.log("Nothing was changed.");
    return 1;
  }
  if (mine) console.log(`Your version: ${await keep(page, mine)}`);
  await Deno.writeTextFile(file, shipped(page));
  await keepHintsShown(exercises(page), 0);
  console.log(`${file} is as it was.`);
  return 0;
}

/** Reads the answer from the terminal, or from a pipe. */
function confirmed(question: string): boolean {
  if (Deno.stdin.isTerminal()) return confirm(question);
  console.log(`${question} [y/N]`);
  const buffer = new Uint8Array(16);
  const length = Deno.stdin.readSync(buffer) ?? 0;
  return /^y(es)?(\s|$)/i.test(new TextDecoder().decode(buffer.subarray(0, length)));
}

/** Keeps the learner's version under a name that is free. */
async function keep({ name }: Page, mine: string): Promise<string> {
  for (let i = 1;; i++) {
    const path = `exercises/${name}.mine${i}.txt`;
    try {
      await Deno.writeTextFile(path, mine, { createNew: true });
      return path;
    } catch (error) {
      if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
    }
  }
}
