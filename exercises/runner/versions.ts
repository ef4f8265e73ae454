/**
 * Sees when a page is saved.
 *
 * @module
 */
import { inProject } from "../../cli/source.ts";
import { type Page, textOf } from "./pages.ts";

/** How often the file is looked at, in milliseconds. */
const PAUSE = 120;

/**
 * Yields once for the page as it is now, and then after each save, until the signal is
 * aborted. A save during the work of the caller is seen afterwards.
 *
 * It looks at the file itself, since not every file system tells about changes (a Windows
 * folder in WSL, a network drive), and a watch loses a file that an editor replaces.
 */
export async function* versions(page: Page, signal?: AbortSignal): AsyncGenerator<void> {
  let seen: string | undefined;
  while (!signal?.aborted) {
    const now = version(page);
    if (now === seen) {
      await pause(signal);
      continue;
    }
    if (seen !== undefined) {
      await pause(signal); // editors save in several steps
      if (version(page) !== now) continue;
    }
    seen = now;
    yield;
  }
}

/**
 * Differs for each version of the page. The text is part of it: some file systems round
 * times to 2 seconds.
 */
function version({ file }: Page): string {
  try {
    const { mtime } = Deno.statSync(inProject(file));
    return `${mtime?.getTime()} ${textOf(file)}`;
  } catch {
    return ""; // It is not there, or it is being replaced.
  }
}

/** Waits for a moment, or until the signal is aborted. */
async function pause(signal?: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = setTimeout(done, PAUSE);
    function done() {
      clearTimeout(timer);
      signal?.removeEventListener("abort", done);
      resolve();
    }
    signal?.addEventListener("abort", done, { once: true });
  });
}
