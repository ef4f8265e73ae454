/**
 * Tells an open page when there is another version of it.
 *
 * @module
 */
import type { Site } from "../site.tsx";

/** How often the files of a page are looked at, and how long a save may take, in milliseconds. */
const [PAUSE, SAVE] = [40, 20];

/**
 * Tells which version of a page there is now, and again whenever one of its files has changed, until the
 * signal is aborted. What has changed may not be on the page: an editor shows it, too.
 */
export async function follow(
  site: Site,
  name: string,
  tell: (value: unknown) => void,
  signal: AbortSignal,
): Promise<void> {
  let seen: string | undefined;
  let picture = site.recording(name);
  while (!signal.aborted) {
    const now = site.stamp(name);
    if (now !== seen) {
      if (seen !== undefined) await pause(SAVE); // editors save in several steps
      seen = site.stamp(name);
      const of = await versionOf(site, name);
      const newest = site.recording(name);
      tell(newest === picture ? { of } : { of, recorded: true });
      picture = newest;
    }
    await pause(PAUSE);
  }
}

/** The mark of a page's version, which the page has, too: empty where it cannot be made now. */
async function versionOf(site: Site, name: string): Promise<string> {
  try {
    const { body } = await site.files().get(name)!();
    return String(body).match(/ data-of="(\w+)"/)?.[1] ?? "";
  } catch {
    return "";
  }
}

async function pause(milliseconds: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, milliseconds));
}
