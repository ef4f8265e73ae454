/**
 * What a page does beside being read.
 *
 * @module
 */
import { startDiagrams } from "./diagrams.ts";
import { startDialogs } from "./dialogs.ts";
import { loaded, toast } from "./dom.ts";
import { linkHeadings } from "./headings.ts";
import { startMenus, startTurning } from "./menus.ts";
import { startTheme } from "./theme.ts";

// What needs a script is hidden until there is one.
for (const button of document.querySelectorAll<HTMLElement>("button[hidden]")) {
  button.hidden = false;
}

startTheme();
startDiagrams();
startDialogs();
startMenus();
startTurning();
linkHeadings();

// Scripts of their own, for those who press these.
const scripts = [[".check", "checks.js", "checks"], [".copy", "copies.js", "copying"]] as const;
for (const [wanted, file, name] of scripts) {
  for (const pressed of document.querySelectorAll<HTMLElement>(wanted)) {
    // Some browsers let a page copy only at once after a click: the script is there by then.
    pressed.addEventListener("pointerdown", () => loaded(file, name).catch(() => {}));
    pressed.addEventListener("click", async (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return; // to open the file itself
      event.preventDefault();
      try {
        (await loaded<(pressed: HTMLElement) => void>(file, name))(pressed);
      } catch (error) {
        toast((error as Error).message);
      }
    });
  }
}
// What was said stays until somebody goes on.
document.addEventListener("click", ({ target }) => {
  if (!(target as Element).closest(".toast")) toast();
}, true);
