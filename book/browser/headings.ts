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

/** A title is read when it stands so near to the top of the window, in pixels. */
const HEAD = 140;

/** Marks in the list of a page where its reader is, and keeps the mark in sight. */
export function startList(): void {
  const list = document.querySelector(".inside");
  if (!list) return;
  const mark = () => {
    const titles = [...document.querySelectorAll(".text h2")];
    const here = titles.findLast((one) => one.getBoundingClientRect().top < HEAD);
    for (const link of list.querySelectorAll("a")) {
      if (!here || link.hash !== `#${here.id}`) link.removeAttribute("aria-current");
      else if (!link.ariaCurrent) {
        link.ariaCurrent = "true";
        list.scrollTop = link.offsetTop - list.clientHeight / 2;
      }
    }
  };
  document.addEventListener("scroll", mark, { passive: true });
  mark();
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
