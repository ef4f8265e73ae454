/**
 * Puts the new version of a page in the place of the old one. A script of its own, that a page loads when
 * a file has changed.
 *
 * @module
 */
import morphdom from "morphdom/dist/morphdom-esm.js";
import { reveal } from "./dom.ts";
import { addCopyButtons, linkHeadings } from "./headings.ts";
import type { Renew } from "./follow.ts";

/** What a script fills, or the reader: a new version of the page leaves it as it is. */
const OWN = ".editor, .diagram, .result, .check";

const renew: Renew = (text, { recorded }) => {
  const main = document.querySelector<HTMLElement>("main")!;
  const page = new DOMParser().parseFromString(text, "text/html");
  const fresh = page.querySelector("main")!;
  reveal(fresh);
  linkHeadings(fresh);
  addCopyButtons(fresh);
  morphdom(main, fresh, { onBeforeElUpdated: isToUpdate });
  document.dispatchEvent(new Event("renewed"));
  if (recorded) {
    for (const figure of document.querySelectorAll(".diagram")) {
      figure.dispatchEvent(new Event("recorded"));
    }
  }
};

function isToUpdate(old: HTMLElement, fresh: HTMLElement): boolean {
  if (old.matches(OWN) || old.isEqualNode(fresh)) return false;
  if (old instanceof HTMLDetailsElement) (fresh as HTMLDetailsElement).open = old.open;
  return true;
}

globalThis.book.changes!(renew);
