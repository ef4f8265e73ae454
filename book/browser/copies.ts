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
}

export function startCopies(): void {
  for (const link of document.querySelectorAll<HTMLAnchorElement>("a.copy")) {
    link.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return; // to open the file itself
      event.preventDefault();
      copyProgram(link).catch(() =>
        toast(
          "This browser does not let a page copy. The link opens the program: ",
          link.cloneNode(true),
        )
      );
    });
  }
  for (const button of document.querySelectorAll<HTMLButtonElement>("button.copy")) {
    button.addEventListener("click", async () => {
      const { text } = button.dataset;
      await navigator.clipboard.writeText(text!);
      done(button);
      toast("Copied: ", element("code", "", text!));
    });
  }
}

async function copyProgram(link: HTMLAnchorElement): Promise<void> {
  const page = link.getAttribute("href")!.split(".")[0];
  const all = await loaded<Record<string, Copy>>(`${page}.copies.js`, "copies");
  const copy = all[link.dataset.copy!]!;
  await navigator.clipboard.writeText(copy.text);
  done(link);
  if (!copy.name) return toast(`Copied the whole file: ${lines(copy.text)}.`);
  const only = element("button", "", `Copy only its ${lines(copy.own)}`);
  only.type = "button";
  only.addEventListener("click", async () => {
    await navigator.clipboard.writeText(copy.own);
    toast(`Copied the ${lines(copy.own)} of ${copy.name} alone.`);
  });
  toast(
    `Copied ${copy.name}, with all that it needs: ${lines(copy.text)} that run by themselves.`,
    only,
    element("code", "", copy.command),
  );
}

function lines(text: string): string {
  const number = text.trimEnd().split("\n").length;
  return number === 1 ? "line" : `${number} lines`;
}

function done(pressed: HTMLElement): void {
  pressed.classList.add("done");
  setTimeout(() => pressed.classList.remove("done"), 2000);
}
