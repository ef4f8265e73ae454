import { toast, whenBack } from "./dom.ts";

/**
 * What was said at the foot of the page stays until somebody goes on. Tab goes from where one is to what
 * can be pressed in it, and back again; Esc closes it.
 */
export function startToasts(): void {
  const place = document.querySelector<HTMLElement>(".toast")!;
  const visited = new WeakSet<Element>();
  let before: HTMLElement | undefined;
  const back = () => {
    before?.focus();
    before = undefined;
  };
  document.addEventListener("click", ({ target }) => {
    if (!place.contains(target as Node)) toast();
  }, true);
  whenBack(() => place.textContent, toast);
  // Whoever was in it when something else is said has lost the place.
  new MutationObserver(() => document.activeElement === document.body && back())
    .observe(place, { childList: true });
  document.addEventListener("keydown", (event) => {
    const controls = [...place.querySelectorAll<HTMLElement>("a, button")];
    const [first] = controls;
    const { activeElement } = document;
    if (event.key === "Escape" && !document.querySelector("dialog[open]")) return toast();
    if (event.key !== "Tab" || !first) return;
    if (place.contains(activeElement)) {
      if (activeElement !== (event.shiftKey ? first : controls.at(-1))) return;
      back();
      if (event.shiftKey) event.preventDefault();
    } else if (!event.shiftKey && !visited.has(first)) {
      visited.add(first);
      before = activeElement as HTMLElement;
      first.focus();
      event.preventDefault();
    }
  });
}
