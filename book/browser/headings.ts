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

/** Gives each piece of code a button that copies what is seen of it. */
export function addCopyButtons(main: ParentNode): void {
  for (const caption of main.querySelectorAll(".code figcaption")) {
    const label = caption.closest(".code")!.ariaLabel!;
    const button = copyButton(label.replace(/^The code of|^Your/, ""));
    caption.insertBefore(button, caption.querySelector(".copy"));
  }
  for (const pre of main.querySelectorAll(".text pre")) {
    const block = element("div", "block");
    pre.replaceWith(block);
    block.append(pre, copyButton(pre.textContent.split("\n")[0]!));
  }
}

function copyButton(of: string): HTMLButtonElement {
  const button = element("button", "copy", "Copy", element("span", "hidden", ` ${of}`));
  button.type = "button";
  return button;
}
