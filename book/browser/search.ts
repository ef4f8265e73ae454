/**
 * Searches the book. This is a script of its own, with what can be found: a page loads both when somebody
 * searches.
 *
 * @module
 */
import { element } from "./dom.ts";
import { type Entry, find } from "./find.ts";

/** The dialog, and what it finds. */
export class Search {
  readonly #dialog: HTMLDialogElement;
  readonly #input: HTMLInputElement;
  readonly #list: HTMLElement;
  readonly #none: HTMLElement;
  readonly #entries: Entry[];
  #chosen = 0;

  constructor(dialog: HTMLDialogElement, entries: Entry[]) {
    this.#entries = entries;
    this.#dialog = dialog;
    this.#input = dialog.querySelector("input")!;
    this.#list = dialog.querySelector("#found")!;
    this.#none = dialog.querySelector(".none")!;
    this.#input.addEventListener("input", () => this.show());
    this.#input.addEventListener("keydown", (event) => this.#key(event));
    // A page may lead to itself: then nothing is loaded that would close the dialog.
    this.#list.addEventListener("click", ({ ctrlKey, metaKey, shiftKey }) => {
      if (!ctrlKey && !metaKey && !shiftKey) this.#dialog.close();
    });
    this.#list.addEventListener("mousemove", ({ target }) => {
      const item = (target as Element).closest("a");
      if (item) this.#choose([...this.#list.children].indexOf(item));
    });
  }

  /** Shows what is found of what is typed. */
  show(): void {
    const wanted = this.#input.value.trim();
    const found = find(this.#entries, wanted).slice(0, 12);
    this.#list.replaceChildren(...found.map(({ entry, excerpt }, i) => {
      const text = element("span");
      text.append(...excerpt.map(({ text, hit }) => hit ? element("mark", "", text) : text));
      const item = element(
        "a",
        "",
        element("span", "kind", entry.on),
        element("b", "", entry.title),
        text,
      );
      item.id = `found-${i}`;
      item.setAttribute("role", "option");
      item.href = entry.href;
      item.tabIndex = -1; // the arrow keys choose it
      return item;
    }));
    this.#none.textContent = wanted && found.length === 0 ? "Nothing has any of these words." : "";
    this.#choose(0);
  }

  #choose(index: number): void {
    const items = [...this.#list.children];
    this.#chosen = (index + items.length) % Math.max(1, items.length);
    for (const [i, item] of items.entries()) {
      item.setAttribute("aria-selected", `${i === this.#chosen}`);
    }
    const chosen = items[this.#chosen];
    chosen?.scrollIntoView({ block: "nearest" });
    if (chosen) this.#input.setAttribute("aria-activedescendant", chosen.id);
    else this.#input.removeAttribute("aria-activedescendant");
  }

  #key(event: KeyboardEvent): void {
    const move = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (move) this.#choose(this.#chosen + move);
    else if (event.key === "Enter") this.#go(event);
    else return;
    event.preventDefault();
  }

  #go({ ctrlKey, metaKey, shiftKey }: KeyboardEvent): void {
    const chosen = this.#list.children[this.#chosen];
    chosen?.dispatchEvent(
      new MouseEvent("click", { bubbles: true, cancelable: true, ctrlKey, metaKey, shiftKey }),
    );
  }
}

globalThis.book.found = (entries) =>
  globalThis.book.search!(new Search(document.querySelector("dialog.search")!, entries as Entry[]));
