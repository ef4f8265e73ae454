/**
 * The search, and the help on keys.
 *
 * @module
 */
import { loaded } from "./dom.ts";
import { isTyped } from "./menus.ts";
import type { Search } from "./search.ts";

export function startDialogs(): void {
  const search = document.querySelector<HTMLDialogElement>("dialog.search")!;
  const help = document.querySelector<HTMLDialogElement>("dialog.help")!;
  for (const button of document.querySelectorAll(".search-open")) {
    button.addEventListener("click", () => open(search));
  }
  document.querySelector(".keys-open")!.addEventListener("click", () => help.showModal());
  if (/^Mac|^iP/.test(navigator.platform)) {
    for (const key of document.querySelectorAll(".ctrl-k")) key.textContent = "⌘ K";
  }
  for (const dialog of [search, help]) {
    dialog.addEventListener("click", ({ target }) => {
      if (target === dialog) dialog.close(); // beside it
    });
  }
  document.addEventListener("keydown", (event) => {
    const { key, ctrlKey, metaKey } = event;
    if ((ctrlKey || metaKey) && key.toLowerCase() === "k" || key === "/" && !isTyped(event)) {
      event.preventDefault();
      help.close();
      open(search);
    } else if (key === "?" && !isTyped(event)) {
      event.preventDefault();
      help.showModal();
    } else if ((key === "c" || key === "e") && !isTyped(event) && !search.open && !help.open) {
      document.querySelector<HTMLElement>(`.parts [aria-keyshortcuts=${key}]`)?.click();
    }
  });
}

/** What searches comes with what is searched, when it is wanted first. */
async function open(dialog: HTMLDialogElement): Promise<void> {
  if (dialog.open) return;
  dialog.showModal();
  dialog.querySelector("input")!.select();
  try {
    (await loaded<Search>("search.js", "search")).show();
  } catch (error) {
    dialog.querySelector(".none")!.textContent = (error as Error).message;
  }
}
