/**
 * Copies programs and commands. A script of its own, that a page loads when somebody wants it.
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

/** Copies what this button or link is for. */
async function press(pressed: HTMLElement): Promise<void> {
  if (pressed instanceof HTMLAnchorElement) {
    return copyProgram(pressed).catch(() => refused(opening(pressed)));
  }
  const code = element("code", "", pressed.dataset.text!);
  try {
    await navigator.clipboard.writeText(pressed.dataset.text!);
    done(pressed);
    toast("Copied: ", code);
  } catch {
    refused("Here it is to select: ", code);
  }
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

globalThis.book.copying!(press);
