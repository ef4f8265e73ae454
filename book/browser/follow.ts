/**
 * Shows a page again when its files change.
 *
 * @module
 */
import { loaded, objects, toast } from "./dom.ts";

/** What the server tells of a page: the mark of its version, and whether its picture is another. */
interface Change {
  of: string;
  recorded?: boolean;
}

/** Brings the page to the newest version, which is its text. */
export type Renew = (text: string, change: Change) => void;

/** How long to wait before asking again, in milliseconds: longer each time, if nobody answers. */
const WAIT = { first: 1000, last: 4000 };

let asked: AbortController | undefined;
/** Whether the book does not answer, or did not lately. */
let lost = false;

/** Follows what the server tells, as long as somebody sees the page. A page from a disk has no mark. */
export function startFollowing(): void {
  const main = document.querySelector<HTMLElement>("main[data-of]");
  if (!main) return;
  const look = () => {
    // A browser has few connections to one server: those that nobody looks at need none.
    if (document.visibilityState === "hidden") asked?.abort();
    else if (!asked || asked.signal.aborted) follow(main, asked = new AbortController());
  };
  document.addEventListener("visibilitychange", look);
  addEventListener("pageshow", look);
  addEventListener("pagehide", () => asked?.abort());
  look();
}

async function follow(main: HTMLElement, { signal }: AbortController): Promise<void> {
  for (let wait = WAIT.first; !signal.aborted; wait = Math.min(2 * wait, WAIT.last)) {
    try {
      const page = location.pathname.split("/").at(-1) || "index.html";
      const response = await fetch(`changes/${page}`, { signal });
      if (lost) document.dispatchEvent(new Event("back"));
      lost = false;
      if (!response.ok) return;
      for await (const change of objects(response.body!) as AsyncGenerator<Change>) {
        wait = WAIT.first;
        if (change.of === main.dataset.of && !change.recorded) {
          document.dispatchEvent(new Event("renewed")); // a file may be another one all the same
          continue;
        }
        const [renew, text] = await Promise.all([
          loaded<Renew>("changes.js", "changes"),
          newest(),
        ]);
        if (text !== undefined) renew(text, change);
      }
    } catch (error) {
      if (!signal.aborted && !(error instanceof TypeError)) toast((error as Error).message);
    }
    if (!signal.aborted) lost = true;
    await new Promise((resolve) => setTimeout(resolve, wait));
  }
}

/** The page as it is now, if there is one. */
async function newest(): Promise<string | undefined> {
  const response = await fetch(location.pathname, { cache: "no-store" });
  return response.ok ? await response.text() : undefined;
}
