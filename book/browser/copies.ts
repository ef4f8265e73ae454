/**
 * Copies programs and commands.
 *
 * @module
 */
import { element, loaded, toast } from "./dom.ts";

interface Copy {
  name: string;
  text: string;
  own: string;
  command: string;
  does: string;
}

export function startCopies(): void {
  for (const link of document.querySelectorAll<HTMLAnchorElement>("a.copy")) {
    link.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return; // to open the file itself
      event.preventDefault();
      copyProgram(link).catch(() => refused(opening(link)));
    });
  }
  for (const button of document.querySelectorAll<HTMLButtonElement>("button.copy")) {
    button.addEventListener("click", async () => {
      const code = element("code", "", button.dataset.text!);
      try {
        await navigator.clipboard.writeText(button.dataset.text!);
        done(button);
        toast("Copied: ", code);
      } catch {
        refused("Here it is to select: ", code);
      }
    });
  }
  // What was said stays until somebody goes on.
  document.addEventListener("click", ({ target }) => {
    if (!(target as Element).closest(".toast")) toast();
  }, true);
}

async function copyProgram(link: HTMLAnchorElement): Promise<void> {
  const page = link.getAttribute("href")!.split(".")[0];
  const all = await loaded<Record<string, Copy>>(`${page}.copies.js`, "copies");
  const { name, text, own, command, does } = all[link.dataset.copy!]!;
  await navigator.clipboard.writeText(text);
  done(link);
  if (!name) return toast(`Copied the whole file: ${lines(text)}.`);
  const only = element("button", "", `Copy only its ${lines(own)}`);
  only.type = "button";
  only.addEventListener("click", () => {
    navigator.clipboard.writeText(own).then(
      () => toast(`Copied the ${lines(own)} of ${name} alone.`),
      () => refused(opening(link)),
    );
  });
  toast(
    `Copied ${name}, with all that it needs: ${lines(text)}. ${does}`,
    element("code", "", command),
    only,
  );
}

function refused(...instead: (Node | string)[]): void {
  toast("This browser does not let a page copy. ", ...instead);
}

function opening({ href }: HTMLAnchorElement): Node {
  const link = element("a", "", "Open the program");
  link.href = href;
  return link;
}

function lines(text: string): string {
  const number = text.trimEnd().split("\n").length;
  return number === 1 ? "line" : `${number} lines`;
}

function done(pressed: HTMLElement): void {
  pressed.classList.add("done");
  setTimeout(() => pressed.classList.remove("done"), 2000);
}
