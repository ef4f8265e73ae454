/**
 * Says where a browser keeps what was typed and not saved.
 *
 * @module
 */
import { element } from "./dom.ts";

/** How the places begin where the editor of a file keeps what is typed. */
export function placeOf(file: string): string {
  return `typed ${file} `;
}

/** Says it beside each Edit of such a file, now and when that has changed. */
export function startKept(): void {
  show();
  for (const event of ["renewed", "kept"]) document.addEventListener(event, show);
  addEventListener("storage", show); // another tab has saved it, or has typed
}

function show(): void {
  const places = keys();
  for (const said of document.querySelectorAll(".kept")) said.remove();
  for (const edit of document.querySelectorAll<HTMLElement>(".change:not(.trouble *)")) {
    const place = placeOf(edit.dataset.file!);
    if (!places.some((key) => key.startsWith(place))) continue;
    edit.after(element("span", "kept", " What you typed is not saved yet. "));
  }
}

/** The names of all that this browser keeps for the book. */
export function keys(): string[] {
  try {
    return Object.keys(localStorage);
  } catch {
    return []; // It keeps nothing.
  }
}
