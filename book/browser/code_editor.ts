/**
 * CodeMirror, as this book sets it: TypeScript, the page's colours, and faults at their lines.
 *
 * @module
 */
import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { typescriptLanguage } from "@codemirror/lang-javascript";
import {
  bracketMatching,
  HighlightStyle,
  indentOnInput,
  syntaxHighlighting,
} from "@codemirror/language";
import { search, searchKeymap } from "@codemirror/search";
import { EditorState, type Extension, StateEffect, StateField } from "@codemirror/state";
import {
  Decoration,
  type DecorationSet,
  EditorView,
  keymap,
  lineNumbers,
  WidgetType,
} from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { element } from "./dom.ts";

/** What is wrong in a line. */
export interface Fault {
  line: number;
  said: string;
}

/** What the page around it does. */
export interface Around {
  /** The file, for whoever does not see it. */
  name: string;
  changed(): void;
  save(): void;
  /** Tab leaves it from now on. */
  leaving(): void;
}

/** What is kept in view above the cursor, in pixels: the page's head hides as much at most. */
const ABOVE = 100;
/** The same below it, where the buttons stay in sight. */
const BELOW = 90;

export const HOW_TO_LEAVE = "Esc, then Tab, leaves the editor.";

/** An editor in an element, apart from the page's styles: its own need no other policy there. */
export function codeEditor(place: Element, text: string, around: Around): EditorView {
  const root = place.attachShadow({ mode: "open" });
  return new EditorView({
    root,
    parent: root,
    state: EditorState.create({ doc: text, extensions: extensions(around) }),
  });
}

/** Shows faults at their lines, in the place of those before. */
export function showFaults(view: EditorView, faults: readonly Fault[]): void {
  view.dispatch({ effects: setFaults.of(faults) });
}

/** Puts the cursor at the beginning of a line, and the line near the editor's top. Then calls `shown`. */
export function goTo(view: EditorView, line: number, shown: () => void): void {
  const { doc } = view.state;
  const { from } = doc.line(Math.min(Math.max(1, line), doc.lines));
  view.dispatch({ selection: { anchor: from } });
  view.focus();
  // CodeMirror's own way scrolls the page as well, until the page's head hides the line. How high the
  // lines above are is a guess, until they have been near: so it goes there twice.
  const go = (then: () => void) =>
    view.requestMeasure({
      read: () => view.lineBlockAt(from).top,
      write(top) {
        view.scrollDOM.scrollTop = top - ABOVE;
        then();
      },
    });
  go(() => go(shown));
}

/** Puts another text in the place of what differs from it: the cursor stays where it is. */
export function replaceText(view: EditorView, text: string): void {
  const old = view.state.doc.toString();
  let from = 0;
  while (from < old.length && old[from] === text[from]) from++;
  let end = 0;
  const most = Math.min(old.length, text.length) - from;
  while (end < most && old.at(-1 - end) === text.at(-1 - end)) end++;
  const insert = text.slice(from, text.length - end);
  view.dispatch({ changes: { from, to: old.length - end, insert } });
}

function extensions({ name, changed, save, leaving }: Around): Extension[] {
  const run = (act: () => void) => () => {
    act();
    return true;
  };
  return [
    lineNumbers(),
    EditorView.lineWrapping,
    history(),
    indentOnInput(),
    bracketMatching(),
    search({ top: true }),
    typescriptLanguage,
    syntaxHighlighting(COLOURS),
    THEME,
    faults,
    EditorView.contentAttributes.of({
      "aria-label": name,
      "aria-description": HOW_TO_LEAVE,
      spellcheck: "false",
      tabindex: "0", // so is what holds it known to be reached by keyboard
    }),
    EditorView.scrollMargins.of(() => ({ top: ABOVE, bottom: BELOW })),
    EditorView.updateListener.of(({ docChanged }) => docChanged && changed()),
    EditorView.domEventHandlers({
      focus: (_, view) => view.setTabFocusMode(false),
    }),
    keymap.of([
      { key: "Mod-s", run: run(save), preventDefault: true },
      { key: "Escape", run: (view) => escape(view, leaving) },
      ...searchKeymap,
      ...historyKeymap,
      indentWithTab,
      ...defaultKeymap,
    ]),
  ];
}

/** Escape: from here on, Tab moves to the next button, until the editor has the focus again. */
function escape(view: EditorView, leaving: () => void): boolean {
  view.setTabFocusMode(true);
  leaving();
  return false; // what else closes with Escape still does
}

const setFaults = StateEffect.define<readonly Fault[]>();

/** The lines with faults, each with what is wrong below it. What is typed moves them along. */
const faults = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(before, { changes, effects, state }) {
    const set = effects.find((effect) => effect.is(setFaults));
    if (!set) return before.map(changes);
    const all = (set.value as readonly Fault[]).flatMap(({ line, said }) => {
      const { from, to } = state.doc.line(Math.min(Math.max(1, line), state.doc.lines));
      const widget = new Said(said);
      return [
        Decoration.line({ class: "cm-fault" }).range(from),
        Decoration.widget({ widget, block: true, side: 1 }).range(to),
      ];
    });
    return Decoration.set(all, true);
  },
  provide: (field) => EditorView.decorations.from(field),
});

class Said extends WidgetType {
  readonly #text: string;

  constructor(text: string) {
    super();
    this.#text = text;
  }

  override eq(other: Said): boolean {
    return other.#text === this.#text;
  }

  override toDOM(): HTMLElement {
    return element("div", "cm-said", this.#text);
  }
}

const NAMES = [tags.function(tags.variableName), tags.function(tags.propertyName)];
const TYPES = [tags.typeName, tags.className];

// The colours of the page's own code.
const COLOURS = HighlightStyle.define([
  { tag: tags.keyword, color: "var(--plum)" },
  { tag: [...NAMES, ...TYPES], color: "var(--blue)" },
  { tag: [tags.string, tags.regexp], color: "var(--green)" },
  { tag: [tags.number, tags.bool], color: "var(--ochre)" },
  { tag: tags.comment, color: "var(--soft)", fontStyle: "italic" },
]);

const THEME = EditorView.theme({
  "&": {
    color: "var(--ink)",
    backgroundColor: "var(--paper)",
    border: "1px solid var(--line)",
    fontSize: "0.8125rem",
    maxHeight: "75vh",
  },
  "&.cm-focused": { outline: "2px solid var(--press)" },
  ".cm-scroller": {
    fontFamily: "var(--mono)",
    fontVariantLigatures: "none",
    lineHeight: "1.5",
  },
  ".cm-content": { caretColor: "var(--ink)" },
  ".cm-gutters": {
    color: "var(--soft)",
    backgroundColor: "var(--wash)",
    borderRight: "1px solid var(--line)",
  },
  ".cm-fault": { backgroundColor: "var(--wash)", boxShadow: "inset 4px 0 var(--red)" },
  ".cm-said": {
    padding: "0.25rem 0.75rem",
    color: "var(--red)",
    backgroundColor: "var(--wash)",
    whiteSpace: "pre-wrap",
    borderLeft: "4px solid var(--red)",
  },
  ".cm-matchingBracket, &.cm-focused .cm-matchingBracket": {
    backgroundColor: "var(--deep)",
    outline: "1px solid var(--soft)",
  },
  ".cm-panels": { color: "var(--ink)", backgroundColor: "var(--wash)", fontSize: "0.9375rem" },
  ".cm-panel.cm-search": { fontFamily: "var(--serif)", padding: "0.35rem 2rem 0.35rem 0.5rem" },
  ".cm-panel.cm-search label": { fontSize: "inherit", whiteSpace: "nowrap" },
  ".cm-panels .cm-button, .cm-panels .cm-textfield": {
    color: "var(--ink)",
    background: "var(--paper)",
    border: "1px solid var(--soft)",
    borderRadius: "4px",
    font: "inherit",
  },
  ".cm-panel.cm-search [name=close]": { color: "var(--ink)" },
  ".cm-searchMatch": { backgroundColor: "var(--deep)", outline: "1px solid var(--ochre)" },
  ".cm-searchMatch-selected": { outline: "2px solid var(--ochre)" },
});
