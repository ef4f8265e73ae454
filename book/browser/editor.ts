/**
 * The editor in the page. A script of its own, that a page loads when somebody presses Edit.
 *
 * @module
 */
import type { EditorView } from "@codemirror/view";
import type { Result } from "./checks.ts";
import {
  codeEditor,
  type Fault,
  goTo,
  HOW_TO_LEAVE,
  replaceText,
  showFaults,
} from "./code_editor.ts";
import { element, leaving, STOPPED, toast, whenBack } from "./dom.ts";
import { Draft } from "./drafts.ts";

/** What the server says of a file. */
interface Version {
  text: string;
  of: string;
  kept?: string[];
  fault?: Fault;
  /** There is no such file at the moment. */
  gone?: boolean;
}

/** An answer of the server that says no, in a sentence. */
class Refused extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

function button(text: string, act: () => void): HTMLElement {
  const made = element("button", "", text);
  made.type = "button";
  made.addEventListener("click", act);
  return made;
}

const UNSAVED = "Not saved yet.";
const RUNNING = "Running it for the picture…";
/** A run for the picture has ended by then, in milliseconds, or the machine is very busy. */
const ENOUGH = 20_000;
const LEAVES = "Tab leaves the editor now.";

const open = new Map<string, Promise<Editor>>();

/** Opens the editor of a file where the button is, or goes there. */
async function press(button: HTMLElement): Promise<void> {
  const file = button.dataset.file!;
  try {
    (await editorOf(file)).showAt(button);
  } catch (error) {
    toast(sentence(error));
  }
}

/** The one editor of a file, also for whoever presses Edit twice. */
function editorOf(file: string): Promise<Editor> {
  const known = open.get(file);
  if (known) return known;
  const opening = Editor.of(file);
  open.set(file, opening);
  opening.catch(() => open.delete(file)); // it may work the next time
  return opening;
}

class Editor {
  readonly #file: string;
  readonly #draft: Draft;
  readonly #view: EditorView;
  readonly #whole: HTMLElement;
  readonly #status = element("p", "state");
  /** What came out of a check of what was saved. */
  readonly #verdict = element("p", "verdict");
  readonly #question = element("div", "question");
  /** What is said of the run of a lesson that was saved. */
  #run: HTMLElement | undefined;
  #button: HTMLElement | undefined;
  /** The mark of the version that this was made from, and its text. */
  #of: string;
  #saved: string;
  #saving = false;
  #asking = false;
  /** Aborted when it is closed. */
  readonly #closed = new AbortController();
  /** Whether what was saved cannot be read: that is told already. */
  #isBroken = false;

  static async of(file: string): Promise<Editor> {
    const [version, draft] = await Promise.all([ask(`file/${file}`), Draft.of(file)]);
    return new Editor(file, draft, version);
  }

  private constructor(file: string, draft: Draft, version: Version) {
    const { text, of } = version;
    this.#file = file;
    this.#draft = draft;
    const { left } = draft;
    const isLeft = left !== undefined && left.text !== text;
    this.#of = isLeft ? left.of : of;
    this.#saved = text;
    const host = element("div", "host");
    this.#view = codeEditor(host, isLeft ? left.text : text, {
      name: file,
      changed: () => this.#changed(),
      save: () => this.#save(),
      leaving: () => this.#say(LEAVES),
    });
    this.#whole = this.#around(host);
    this.#listen(host);
    this.#begin(version, isLeft);
  }

  /** The editor with its question, its buttons, and what it says. */
  #around(host: HTMLElement): HTMLElement {
    this.#status.role = this.#verdict.role = "status";
    this.#question.role = "alert";
    const keys = element("span", "keys", ` Ctrl S saves. Ctrl F finds. ${HOW_TO_LEAVE}`);
    const how = element("p", "how", `${this.#file}.`, keys);
    return element("div", "editing", how, host, this.#bar());
  }

  #listen(host: HTMLElement): void {
    host.addEventListener("focusout", () => {
      if (this.#status.textContent === LEAVES) this.#say(this.#isSaved ? "" : UNSAVED);
    });
    // What is typed here is no key of the page's own, but for the search.
    host.addEventListener("keydown", (event) => {
      if (!event.ctrlKey && !event.metaKey) event.stopPropagation();
    });
    const { signal } = this.#closed;
    addEventListener("beforeunload", this.#leave, { signal });
    document.addEventListener("renewed", this.#renew, { signal });
    document.addEventListener("pictured", this.#pictured, { signal });
    document.addEventListener("checked", this.#checked, { signal });
    document.addEventListener("click", this.#first, { signal, capture: true });
    whenBack(() => this.#status.textContent, this.#back, { signal });
  }

  /** Says how the file stands that was opened. */
  #begin(version: Version, isLeft: boolean): void {
    if (version.fault) showFaults(this.#view, [version.fault]);
    if (isLeft) this.#say("This is what you typed here before, and did not save.");
    else this.#draft.forget();
    if (version.gone) this.#askGone(version);
  }

  get #text(): string {
    return this.#view.state.doc.toString();
  }

  get #isSaved(): boolean {
    return this.#text === this.#saved;
  }

  /** Puts the editor where this button is, and the cursor into the line that it is for. */
  showAt(button: HTMLElement): void {
    const exercise = (one?: HTMLElement) => one?.closest("[data-exercise]");
    if (exercise(button) !== exercise(this.#button)) this.#verdict.replaceChildren();
    this.#button = button;
    const place = button.closest("section")?.querySelector(".editor") ??
      document.querySelector("#editor")!;
    if (this.#whole.parentElement !== place) place.replaceChildren(this.#whole);
    goTo(this.#view, Number(button.dataset.line ?? 1), () => {
      place.scrollIntoView({ block: "nearest" });
    });
  }

  #bar(): HTMLElement {
    return element(
      "div",
      "buttons",
      this.#question,
      button("Save", () => this.#save()),
      button("Reset file", () => this.#reset()),
      button("Close", () => this.#close()),
      this.#status,
      this.#verdict,
    );
  }

  /** Says these beside the buttons, with a space between them. */
  #say(...said: (Node | string)[]): void {
    this.#status.replaceChildren(...said.flatMap((one) => [one, " "]).slice(0, -1));
  }

  #changed(): void {
    this.#verdict.replaceChildren();
    if (this.#isSaved) return this.#draft.forget();
    const kept = this.#draft.keep(this.#text, this.#of);
    this.#say(kept ? UNSAVED : "Not saved yet, and this browser cannot keep it.");
  }

  async #save(keep = false): Promise<void> {
    if (this.#saving) return;
    this.#saving = true;
    const text = this.#text;
    const before = this.#of;
    try {
      const version = await ask(`save/${this.#file}`, { text, of: before, keep });
      this.#take(version, text);
      const runs = this.#runs(version, before);
      if (this.#isSaved) this.#say("Saved.", ...runs, ...this.#said(version));
      this.#check();
    } catch (error) {
      if (error instanceof Refused && error.status === 409) await this.#ask().catch(this.#fail);
      else this.#fail(error);
    } finally {
      this.#saving = false;
    }
  }

  readonly #fail = (error: unknown) => {
    this.#say(`${sentence(error)} What you typed is kept in this browser.`);
  };

  /** The file is as the server says now. */
  #take({ text, of, fault }: Version, mine = text): void {
    this.#of = of;
    this.#saved = mine;
    this.#question.replaceChildren();
    this.#changed();
    this.#isBroken = fault !== undefined;
    document.dispatchEvent(new Event("kept"));
    showFaults(this.#view, fault ? [fault] : []);
  }

  /** A lesson that is not as before is run for its picture, which may be above what one sees. */
  #runs({ of, fault }: Version, before: string): Node[] {
    if (!this.#file.startsWith("lessons/") || of === before) return [];
    document.dispatchEvent(new Event("changed")); // what runs is the lesson as it was
    if (fault) return [];
    const run = this.#run = element("span", "", RUNNING);
    setTimeout(() => {
      if (run.textContent === RUNNING) run.textContent = "There is no new picture. Run says why.";
    }, ENOUGH);
    return [run];
  }

  readonly #pictured = () => this.#run?.replaceChildren(linked("#diagram", "The picture is new."));

  /** The same, and shows it, unless somebody has typed since it was asked for. */
  #replace(version: Version, before: string): void {
    if (this.#text === before) replaceText(this.#view, version.text);
    this.#take(version);
  }

  #said({ kept = [], fault }: Version): (Node | string)[] {
    return [
      ...fault ? [this.#lineButton(fault), fault.said] : [],
      ...kept.map((path) => `The other version is kept in ${path}.`),
    ];
  }

  /** Leads to the line of a fault. */
  #lineButton({ line }: Fault): Node {
    return button(`Line ${line}:`, () => goTo(this.#view, line, () => {}));
  }

  /** The file has changed on the disk meanwhile: nothing is overwritten without a question. */
  async #ask(): Promise<void> {
    const other = await ask(`file/${this.#file}`);
    if (other.gone) this.#askGone(other);
    else {
      const text = `${this.#file} has changed on the disk since you began. ` +
        "Which one do you want? The other one is kept beside it.";
      const theirs = button("Take the one on the disk", () => this.#takeOther());
      this.#question.replaceChildren(element("p", "", text), this.#mine(other), " ", theirs);
    }
    this.#say(UNSAVED);
    this.#question.querySelector("button")!.focus();
  }

  /** There is no file any more: what is here may become it, or the shipped one. */
  #askGone(version: Version): void {
    const text = `The file is gone: ${this.#file} is not on the disk any more.`;
    const shipped = button("Take the shipped one", () => this.#reset());
    const mine = this.#text === "" ? [] : [this.#mine(version), " "];
    this.#question.replaceChildren(element("p", "", text), ...mine, shipped);
  }

  /** Saves what is here in the place of that version. */
  #mine({ of }: Version): HTMLElement {
    return button("Keep mine", () => {
      this.#of = of;
      this.#view.focus();
      this.#save(true);
    });
  }

  async #takeOther(): Promise<void> {
    try {
      const text = this.#text;
      const version = await ask(`keep/${this.#file}`, { text, of: "" });
      this.#replace(version, text);
      this.#say(this.#isSaved ? "This is the one on the disk." : UNSAVED, ...this.#said(version));
      this.#view.focus();
    } catch (error) {
      this.#fail(error);
    }
  }

  async #reset(): Promise<void> {
    try {
      const text = this.#text;
      const of = this.#of;
      const path = `reset/${this.#file}`;
      let lost: string[] = [];
      const version = await ask(path, { text, of }).catch((error) => {
        if (!(error instanceof Refused) || ![400, 413].includes(error.status)) throw error;
        lost = ["What you typed is too long to keep, or no text. Ctrl Z brings it back here."];
        return ask(path, { text: "", of });
      });
      this.#replace(version, text);
      const kept = (version.kept ?? []).map((path) => `Yours is kept in ${path}.`);
      const now = this.#isSaved ? "This is the file as it was shipped." : UNSAVED;
      this.#say(now, ...this.#runs(version, of), ...kept, ...lost);
      this.#view.focus();
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Closes it. What was not saved is there at the next Edit. */
  #close(): void {
    open.delete(this.#file);
    this.#closed.abort();
    const isSaved = this.#isSaved;
    this.#view.destroy();
    this.#whole.remove();
    this.#draft.close();
    document.dispatchEvent(new Event("kept"));
    const edit = document.querySelector<HTMLElement>(`.change[data-file="${this.#file}"]`);
    (this.#button?.isConnected ? this.#button : edit)?.focus();
    if (!isSaved) toast("What you typed is not saved. It is kept in this browser: press Edit.");
  }

  /** A saved exercise is checked, as it is when another editor saves it: of a lesson, the types are. */
  #check(): void {
    const check = this.#whole.closest("[data-exercise]")?.querySelector<HTMLElement>(".check");
    if (!check) return this.#isBroken ? undefined : void this.#checkTypes();
    this.#verdict.replaceChildren("Checking…");
    if (check.getAttribute("aria-pressed") !== "true") check.click();
  }

  /** Asks the compiler about a lesson. It answers after the run, which does not wait for it. */
  async #checkTypes(): Promise<void> {
    if (this.#asking) return;
    this.#asking = true;
    let of: string;
    let said: string[] | undefined;
    do {
      of = this.#of;
      said = await compiled(this.#file).catch(() => undefined);
    } while (of !== this.#of); // it was saved again meanwhile
    this.#asking = false;
    if (said && this.#isSaved && !this.#isBroken) this.#show(said);
  }

  /** Shows faults at their lines. Those of other files, and the first line, stand beside Save. */
  #show(texts: string[]): void {
    const all = faultsIn(texts, this.#file);
    if (all.length > 0) showFaults(this.#view, all);
    const [first] = all;
    const said = texts.map((text) => text.split("\n")[0]!.replace(/:$/, "."));
    this.#verdict.replaceChildren(
      ...first ? [this.#lineButton(first), " ", first.said] : said.slice(0, 1),
    );
  }

  /** Run and Check take the file on the disk: what is typed is saved first, if a person presses. */
  readonly #first = async (event: MouseEvent) => {
    const wanted = this.#file.startsWith("lessons/") ? ".run" : ".check";
    const button = (event.target as Element).closest<HTMLElement>(wanted);
    if (!button || this.#isSaved || !event.isTrusted) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    await this.#save();
    if (this.#isSaved && button.getAttribute("aria-pressed") !== "true") button.click();
  };

  readonly #leave = (event: BeforeUnloadEvent) => {
    if (!this.#isSaved) event.preventDefault();
  };

  /** The page is another one: perhaps the file is, too. */
  readonly #renew = async () => {
    if (document.querySelector("#trouble .trouble")) {
      this.#run?.replaceChildren(linked("#trouble", "It failed: the page says why."));
      this.#run = undefined;
    }
    if (this.#saving) return;
    const version = await ask(`file/${this.#file}`).catch(() => undefined);
    if (!version || this.#saving) return;
    if (version.of === this.#of) {
      if (!version.gone) this.#question.replaceChildren(); // it may have been gone
      return;
    }
    if (version.gone) return this.#askGone(version);
    if (!this.#isSaved) {
      return this.#say("The file has changed on the disk. Save asks which to keep.");
    }
    replaceText(this.#view, version.text);
    this.#take(version);
    this.#say("The file has changed on the disk. This is the new version.");
  };

  /** The book runs again: what was said of its end is not true any more. */
  readonly #back = () => {
    this.#say("The book runs again.", ...this.#isSaved ? [] : [UNSAVED]);
  };

  readonly #checked = (event: Event) => {
    const results = (event as CustomEvent<Result[]>).detail;
    const texts = results.flatMap(({ trouble, cases }) => [trouble, ...cases.map(troubleOf)]);
    const all = faultsIn(texts, this.#file);
    if (all.length > 0) showFaults(this.#view, all);
    const place = this.#whole.closest<HTMLElement>("[data-exercise]");
    const own = results.find(({ exercise }) => exercise === place?.dataset.exercise);
    if (!place || !this.#isSaved) return;
    if (!own) return this.#verdict.replaceChildren(); // it could not be checked: its place says why
    if (own.trouble) {
      return this.#isBroken ? this.#verdict.replaceChildren() : this.#show([own.trouble]);
    }
    const others = results.filter((one) => one !== own && one.state !== "not started")
      .map(({ exercise, state }) => ` ${exercise}: ${state}.`);
    this.#verdict.replaceChildren(verdict(own), ...firstWrong(own, place), ...others);
  };
}

function linked(place: string, text: string): HTMLAnchorElement {
  const link = element("a", "", text);
  link.href = place;
  return link;
}

function troubleOf({ trouble }: { trouble: string }): string {
  return trouble;
}

/** A result in a sentence: what is wrong stands below, and at its line. */
function verdict({ state, cases }: Result): string {
  const right = cases.filter((one) => troubleOf(one) === "").length;
  if (state === "not started") return "There is nothing to check yet.";
  return state === "done" ? `All ${right} work: done.` : `${right} of ${cases.length} work.`;
}

/** Leads to the first case that does not work, which may be below what one sees. */
function firstWrong({ exercise, state, cases }: Result, place: HTMLElement): (Node | string)[] {
  const wrong = cases.find((one) => troubleOf(one) !== "");
  if (!wrong || state !== "not yet") return [];
  const show = () => place.querySelector<HTMLElement>(".result .wrong")?.focus();
  return [" Not yet: ", button(wrong.name.slice(exercise.length + 2), show)];
}

/** What the compiler says of a lesson's file: nothing, if all is well. Or why it was not asked. */
async function compiled(file: string): Promise<string[]> {
  const path = `types/${parseInt(file.slice("lessons/".length))}`;
  const response = await fetch(path, { method: "POST", signal: leaving() });
  return response.ok ? await response.json() : [(await response.text()).trim()];
}

/** What a checker or the compiler says of lines of a file: `exercises/04_echo.ts:30:12: …`. */
function faultsIn(texts: readonly string[], file: string): Fault[] {
  // One fault of a file may be told of each of its exercises.
  const lines = new Set(texts.flatMap((text) => text.split("\n")));
  return [...lines].flatMap((line) => {
    const [before, after] = line.split(`${file}:`);
    const [, number, said] = after?.match(/^(\d+)(?::\d+)?:? *(.*)/) ?? [];
    return number ? [{ line: Number(number), said: before!.replace(/ at $/, ": ") + said! }] : [];
  });
}

/** Asks the server for a file, or to change it. */
async function ask(path: string, sent?: object): Promise<Version> {
  const response = await fetch(
    path,
    sent && { method: "POST", body: JSON.stringify(sent) },
  );
  if (response.ok) return await response.json();
  throw new Refused(response.status, (await response.text()).trim());
}

function sentence(error: unknown): string {
  return error instanceof TypeError ? STOPPED : (error as Error).message;
}

globalThis.book.editing!(press);
