/**
 * Checks the exercises of a page, and again at every save. A script of its own, that a page loads when
 * somebody wants it.
 *
 * @module
 */
import { element, leaving, objects, STOPPED, whenBack } from "./dom.ts";

export interface Case {
  name: string;
  trouble: string;
  printed: string[];
}

export interface Result {
  exercise: string;
  state: "done" | "not started" | "not yet";
  cases: Case[];
  trouble: string;
}

interface Code {
  file: string;
  line: number;
  pieces: Piece[];
  begun: boolean;
}

type Piece = [kind: string, text: string];

type Event =
  | { event: "checking"; codes: Record<string, Code> }
  | { event: "case"; exercise: string; one: Case }
  | { event: "results"; results: Result[]; solutions: Record<string, Piece[]>; unsaved?: string }
  | { event: "failed"; text: string };

/** So many lines are shown of what a case printed. */
const SHOWN = 10;

const watched = new WeakMap<Element, AbortController>();

/** Starts to watch the page of this button, or ends it. */
async function press(button: HTMLElement): Promise<void> {
  const part = button.closest<HTMLElement>("[data-exercises]")!;
  const watching = watched.get(part);
  if (watching) return watching.abort();
  const controller = new AbortController();
  watched.set(part, controller);
  const buttons = [...part.querySelectorAll<HTMLButtonElement>(".check")];
  say(buttons, "Watching: it is checked again when you save. Press to stop.", true);
  await watch(part, AbortSignal.any([controller.signal, leaving()]));
  say(buttons, "Check, and again at every save", false);
  watched.delete(part);
}

function say(buttons: HTMLButtonElement[], text: string, pressed: boolean): void {
  for (const button of buttons) {
    const name = button.closest<HTMLElement>("[data-exercise]")!.dataset.exercise;
    button.setAttribute("aria-pressed", `${pressed}`);
    button.replaceChildren(text, element("span", "hidden", `: ${name}`));
  }
}

async function watch(part: HTMLElement, signal: AbortSignal): Promise<void> {
  try {
    await follow(part, signal);
  } catch (error) {
    if (signal.aborted) return;
    const text = error instanceof TypeError ? STOPPED : (error as Error).message;
    for (const place of placesIn(part)) {
      place.querySelector(".result")!.replaceChildren(element("p", "state not", text));
    }
    tellEditor([]);
  }
}

function placesIn(part: HTMLElement): NodeListOf<HTMLElement> {
  return part.querySelectorAll("[data-exercise]");
}

/** Shows what the server tells of the exercises of a lesson, each in its place. */
async function follow(part: HTMLElement, signal: AbortSignal): Promise<void> {
  const response = await fetch(`check/${part.dataset.exercises}`, { method: "POST", signal });
  if (!response.ok) throw new Error((await response.text()).trim());
  let codes: Record<string, Code> = {};
  for await (const event of objects(response.body!) as AsyncGenerator<Event>) {
    if (event.event === "failed") throw new Error(event.text);
    if (event.event === "checking") codes = event.codes;
    for (const place of placesIn(part)) show(event, place, codes[place.dataset.exercise!]!);
    if (event.event === "results") {
      tick(event.results);
      tellEditor(event.results);
    }
  }
}

function show(event: Exclude<Event, { event: "failed" }>, place: HTMLElement, code: Code): void {
  const name = place.dataset.exercise!;
  const result = place.querySelector(".result")!;
  if (event.event === "checking") {
    showCode(place, code);
    result.replaceChildren(element("p", "state", "Checking…"), element("ul"));
  } else if (event.event === "case") {
    // What fails in an empty exercise is not shown.
    if (event.exercise !== name || !code.begun) return;
    result.querySelector("ul")!.append(item(name, event.one));
  } else {
    const own = event.results.find(({ exercise }) => exercise === name);
    const solution = event.solutions[name];
    place.querySelector<HTMLElement>(".mark")!.hidden = own?.state !== "done";
    if (own) result.replaceChildren(...shown(own), ...solution ? [compared(solution)] : []);
    const last = own === event.results.at(-1);
    if (last && event.unsaved) result.append(element("p", "", event.unsaved));
  }
}

/** What came out, for the editor of the page: it shows each fault at its line. */
function tellEditor(detail: Result[]): void {
  document.dispatchEvent(new CustomEvent("checked", { detail }));
}

/** The lesson's tick in the menu. */
function tick(results: Result[]): void {
  const here = document.querySelector(".menu li:has([aria-current])");
  here?.classList.toggle("done", results.every(({ state }) => state === "done"));
}

function showCode(place: HTMLElement, { file, line, pieces }: Code): void {
  place.querySelector(".place")!.textContent = `${file}:${line}`;
  place.querySelector<HTMLElement>(".change")!.dataset.line = `${line}`;
  const edit = place.querySelector<HTMLAnchorElement>("a.edit");
  if (edit) edit.href = edit.href.replace(/:\d+$/, `:${line}`);
  place.querySelector("figure code")!.replaceChildren(...painted(pieces));
}

function painted(pieces: Piece[]): (Node | string)[] {
  return pieces.map(([kind, text]) => kind ? element("i", kind, text) : text);
}

function compared(solution: Piece[]): Node {
  return element(
    "details",
    "solution",
    element("summary", "", "Compare with one solution"),
    element("pre", "", element("code", "", ...painted(solution))),
  );
}

function shown({ exercise, state, cases, trouble }: Result): Node[] {
  const title = element(
    "p",
    `state ${state === "done" ? "done" : state === "not yet" ? "not" : ""}`,
    state,
  );
  if (state === "not started") return [title];
  const list = element("ul");
  let last = "";
  for (const one of cases) {
    const same = one.trouble !== "" && one.trouble === last;
    last = one.trouble;
    list.append(item(exercise, same ? { ...one, trouble: "The same." } : one));
  }
  return [title, list, ...trouble ? [element("pre", "", trouble)] : []];
}

function item(exercise: string, { name, trouble, printed }: Case): Node {
  const item = element("li", trouble ? "wrong" : "", name.slice(exercise.length + 2));
  item.prepend(element("span", "hidden", trouble ? "Wrong: " : "Right: "));
  item.tabIndex = -1; // the editor leads to the first wrong one
  if (trouble) item.append(element("pre", "", trouble));
  if (printed.length > 0) {
    const more = printed.length > SHOWN ? `\n… and ${printed.length - SHOWN} more lines` : "";
    item.append(element("pre", "printed", printed.slice(0, SHOWN).join("\n") + more));
  }
  return item;
}

// The book runs again: what it checked when it ended, it checks again.
whenBack(() => document.querySelector(".result .state")?.textContent ?? "", () => {
  const check = document.querySelector<HTMLElement>(".check")!;
  if (!watched.has(check.closest("[data-exercises]")!)) press(check);
});

globalThis.book.checks!(press);
