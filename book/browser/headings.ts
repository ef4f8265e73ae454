import { element } from "./dom.ts";

/** Makes each heading of a text that has a place of its own a link to it. */
export function linkHeadings(main: ParentNode): void {
  for (const heading of main.querySelectorAll(":is(h2, h3, h4)")) {
    const id = heading.id || heading.closest(".declaration")?.id;
    if (!id) continue;
    const link = element("a", "here", ...heading.childNodes);
    link.href = `#${id}`;
    heading.append(link);
  }
}
