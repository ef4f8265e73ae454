/**
 * The menus of the bar, and the keys that turn pages.
 *
 * @module
 */

/** A menu closes when somebody goes on elsewhere. */
export function startMenus(): void {
  for (const menu of document.querySelectorAll<HTMLDetailsElement>(".menu")) {
    const close = ({ target }: Event) => {
      if (!menu.contains(target as Node)) menu.open = false;
    };
    document.addEventListener("click", close);
    document.addEventListener("focusin", close);
    menu.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !menu.open) return;
      menu.open = false;
      menu.querySelector("summary")!.focus();
    });
    menu.addEventListener("toggle", () => {
      if (menu.open) menu.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest" });
    });
  }
}

/** Whether a key goes into a text, or is part of a browser's command. */
export function isTyped({ target, ctrlKey, metaKey, altKey }: KeyboardEvent): boolean {
  const inText = (target as Element).closest(
    "input:not([type=checkbox]), textarea, select, [contenteditable]",
  );
  return ctrlKey || metaKey || altKey || inText !== null;
}

/** The arrow keys turn pages where somebody has asked for it in the help. */
export function startTurning(): void {
  const box = document.querySelector<HTMLInputElement>(".turns")!;
  box.checked = remembered("arrows") === "turn";
  box.addEventListener("change", () => remember("arrows", box.checked ? "turn" : ""));
  document.addEventListener("keydown", (event) => {
    // What has the focus may scroll, or slide, with these keys.
    const own = (event.target as Element).closest("dialog, [tabindex], [role]");
    if (!box.checked || isTyped(event) || own) return;
    const way = { ArrowLeft: ".back", ArrowRight: ".next" }[event.key];
    if (way) document.querySelector<HTMLElement>(`.turn ${way}`)?.click();
  });
}

/** Where it is kept: for this browser, or for this tab. */
type Place = "localStorage" | "sessionStorage";

/** What is kept in this browser under a name. */
export function remembered(name: string, place: Place = "localStorage"): string | undefined {
  try {
    return globalThis[place].getItem(name) ?? undefined;
  } catch {
    return undefined; // this browser keeps nothing
  }
}

/** Keeps it, where the browser does. */
export function remember(name: string, value: string, place: Place = "localStorage"): void {
  try {
    globalThis[place].setItem(name, value);
  } catch {
    // Then it is for this page.
  }
}
