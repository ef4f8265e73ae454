/**
 * What a page does beside being read.
 *
 * @module
 */
import { startCopies } from "./copies.ts";
import { startDiagrams } from "./diagrams.ts";
import { startDialogs } from "./dialogs.ts";
import { loaded, toast } from "./dom.ts";
import { startTheme } from "./theme.ts";

// What needs a script is hidden until there is one.
for (const button of document.querySelectorAll<HTMLElement>("button[hidden]")) {
  button.hidden = false;
}

startTheme();
startDiagrams();
startCopies();
startDialogs();

for (const button of document.querySelectorAll<HTMLElement>(".check")) {
  button.addEventListener("click", async () => {
    try {
      (await loaded<(button: HTMLElement) => void>("checks.js", "checks"))(button);
    } catch (error) {
      toast((error as Error).message);
    }
  });
}

const here = document.querySelector<HTMLElement>(".top li [aria-current]");
const nav = document.querySelector<HTMLElement>(".top nav");
if (here && nav) nav.scrollLeft = here.offsetLeft - nav.clientWidth / 2;
