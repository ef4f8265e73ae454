/**
 * What a page does beside being read.
 *
 * @module
 */
import { startDiagrams } from "./diagrams.ts";
import { startDialogs } from "./dialogs.ts";
import { loaded, reveal, toast } from "./dom.ts";
import { startFollowing } from "./follow.ts";
import { addCopyButtons, linkHeadings, startList } from "./headings.ts";
import { startKept } from "./kept.ts";
import { startMenus, startTurning } from "./menus.ts";
import { startPaper } from "./paper.ts";
import { startTheme } from "./theme.ts";
import { startToasts } from "./toasts.ts";

reveal(document);
startTheme();
startDiagrams();
startDialogs();
startMenus();
startTurning();
linkHeadings(document.querySelector("main")!);
addCopyButtons(document.querySelector("main")!);
startList();
startToasts();
startPaper();
startKept();
startFollowing();

// Scripts of their own, for those who press these.
const SCRIPTS = [
  [".check", "checks.js", "checks"],
  [".copy", "copies.js", "copying"],
  [".change", "editor.js", "editing"],
] as const;

/** What was pressed that has a script of its own. */
function pressed({ target }: Event) {
  for (const [wanted, file, name] of SCRIPTS) {
    const button = (target as Element).closest<HTMLElement>(wanted);
    const script = () => loaded<(pressed: HTMLElement) => void>(file, name);
    if (button) return { button, script };
  }
}
// Whoever comes to a button may press it. Some browsers let a page copy only at once after a click, too.
for (const coming of ["pointerover", "focusin", "pointerdown"]) {
  document.addEventListener(coming, (event) => pressed(event)?.script().catch(() => {}));
}
document.addEventListener("click", async (event) => {
  const wanted = pressed(event);
  // With a key, to open the file itself.
  if (!wanted || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  try {
    (await wanted.script())(wanted.button);
  } catch (error) {
    toast((error as Error).message);
  }
});
