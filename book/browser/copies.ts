/**
 * Copies programs and commands. A script of its own, that a page loads when somebody wants it.
 *
 * @module
 */
import { element, loaded, toast } from "./dom.ts";

interface Copy {
  name: string;
  text: string;
  command: string;
  does: string;
}

/** Copies what this button or link is for. */
async function press(pressed: HTMLElement): Promise<void> {
  if (pressed instanceof HTMLAnchorElement) {
    return copyProgram(pressed).catch(() => refused(opening(pressed)));
  }
  const { text } = pressed.dataset;
  const code = text ? element("code", "", text) : "";
  const seen = text ?? codeBeside(pressed);
  await copy(pressed, seen, code ? ["Copied: ", code] : [`Copied ${lines(seen)}.`], code);
}

/** What is seen of the code that a button belongs to. */
function codeBeside(button: HTMLElement): string {
  const pres = button.closest(".code, .block")!.querySelectorAll("pre:not(.example)");
  return [...pres].map(({ textContent }) => textContent).join("").trimEnd();
}

async function copyProgram(link: HTMLAnchorElement): Promise<void> {
  const page = link.getAttribute("href")!.split(".")[0];
  const all = await loaded<Record<string, Copy>>(`${page}.copies.js`, "copies");
  const { name, text, command, does } = all[link.dataset.copy!]!;
  await navigator.clipboard.writeText(text);
  done(link);
  if (!name) return toast(`Copied the whole file: ${lines(text)}.`);
  const code = element("code", "", command);
  const next = element("button", "", "Copy the command");
  next.type = "button";
  next.addEventListener("click", () => copy(link, command, ["Copied: ", code], code));
  toast(`Copied ${name} as a program: ${lines(text)}. ${does}`, code, next);
}

/** Copies a text, and says so; where the browser refuses, it shows what else there is. */
async function copy(
  pressed: HTMLElement,
  text: string,
  said: (Node | string)[],
  shown: Node | string,
): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    done(pressed);
    toast(...said);
  } catch {
    refused(shown && "Here it is to select: ", shown);
  }
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
