/**
 * What all pages share.
 *
 * @module
 */
import { PARTS } from "../../cli/lesson.ts";
import type { ExerciseProgress } from "../../exercises/runner/progress.ts";
import type { Document, LessonFile } from "../project.ts";
import { Icon } from "./code.tsx";

/** How the exercises of some lessons are getting on. */
export type Standing = ReadonlyMap<number, readonly ExerciseProgress[]>;

/** What a page knows of the book around it. */
export interface Book {
  readonly lessons: readonly LessonFile[];
  readonly documents: readonly Document[];
  /** How the exercises are getting on, by the numbers of the lessons: empty where that is not known. */
  readonly standing: Standing;
  /** Whether a server is there that runs lessons and checks. */
  readonly live: boolean;
}

/** A whole page. */
export function Page({ book, title, about, here, children, script = true }: {
  book: Book;
  title: string;
  about: string;
  here?: string;
  children: unknown;
  script?: boolean;
}) {
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>{title}</title>
        <meta name="description" content={about} />
        <meta name="color-scheme" content="light dark" />
        <link rel="icon" href="icon.svg" type="image/svg+xml" />
        <link rel="stylesheet" href="book.css" />
        <script src="theme.js" />
        {script && <script src="book.js" defer />}
      </head>
      <body>
        <a class="skip" href="#main">Skip to the text</a>
        <Top book={book} here={here} />
        <main id="main">{children}</main>
        <footer class="foot">
          {!book.live && (
            <p class="how">
              This is the book as files. To run lessons and to do exercises, clone the project. In
              its folder, type <code>npx -y deno@2 task book</code>
            </p>
          )}
          <p>
            <a href="index.html">Contents</a>
            <a href="readme.html">Read me</a>
            <a href="lib-udp.html">lib/udp.ts</a>
            <a href="book.html">The whole book on one page</a>
          </p>
        </footer>
        <Search />
        <Help />
        <div class="toast" role="status" />
      </body>
    </html>
  );
}

function Top({ book, here }: { book: Book; here: string | undefined }) {
  const current = book.lessons.find(({ name }) => name === here);
  return (
    <header class="top">
      <a class="brand" href="index.html" aria-current={here === "index" ? "page" : undefined}>
        The UDP Workbook
      </a>
      <div class="menus">
        <details class="menu" name="menu">
          <summary>
            Lessons {current && <span class="now">{`· ${titleOf(current)}`}</span>}
          </summary>
          <nav class="lessons" aria-label="Lessons">
            <Lessons book={book} here={here} />
          </nav>
        </details>
        <details class="menu" name="menu">
          <summary>Help</summary>
          <nav aria-label="Help">
            <ul>
              <HelpLinks book={book} here={here} />
              <li>
                <button type="button" class="keys-open" hidden aria-keyshortcuts="?">
                  Keys <kbd>?</kbd>
                </button>
              </li>
            </ul>
          </nav>
        </details>
      </div>
      <div class="tools">
        <button type="button" class="search-open" hidden aria-keyshortcuts="/ Control+K Meta+K">
          <Icon name="search" /> <span class="word">Search</span> <kbd class="ctrl-k">Ctrl K</kbd>
        </button>
        <button type="button" class="theme" hidden aria-label="Light or dark" title="Light or dark">
          <Icon name="theme" />
        </button>
      </div>
    </header>
  );
}

/** All lessons by their parts, with a tick at those that are done. */
export function Lessons({ book, here }: { book: Book; here?: string | undefined }) {
  return PARTS.map(({ roman, title }, i) => {
    const own = book.lessons.filter(({ lesson }) => lesson.part === i + 1);
    const part = `${roman}. ${title}`;
    return own.length > 0 && (
      <div>
        <p aria-hidden="true">{part}</p>
        <ol aria-label={`Part ${part}`}>
          {own.map((file) => (
            <li class={isDone(book, file.number) ? "done" : undefined}>
              <a href={`${file.name}.html`} aria-current={here === file.name ? "page" : undefined}>
                {titleOf(file)}
              </a>
            </li>
          ))}
        </ol>
      </div>
    );
  });
}

/** The pages for somebody who is stuck, as items of a list. */
export function HelpLinks({ book, here }: { book: Book; here?: string | undefined }) {
  return help(book).map(({ name, title }) => (
    <li>
      <a href={`${name}.html`} aria-current={here === name ? "page" : undefined}>{title}</a>
    </li>
  ));
}

const HELP = ["docs/questions.md", "docs/it-does-not-arrive.md", "docs/glossary.md"];

/** The documents for somebody who is stuck. */
export function help({ documents }: Book): Document[] {
  return HELP.flatMap((path) => documents.find((one) => one.path === path) ?? []);
}

/** Whether all exercises of a lesson are done. */
export function isDone({ standing }: Book, number: number): boolean {
  return standing.get(number)?.every(({ state }) => state === "done") ?? false;
}

/** `4 Echo server` */
export function titleOf({ number, lesson }: LessonFile): string {
  return `${number} ${capital(lesson.title)}`;
}

function Search() {
  return (
    <dialog class="search" aria-label="Search">
      <input
        type="text"
        role="combobox"
        aria-label="Search the book"
        aria-expanded="true"
        aria-controls="found"
        aria-autocomplete="list"
        autocomplete="off"
        spellcheck={false}
        placeholder="Search the book, or ask"
      />
      <div id="found" role="listbox" aria-label="What was found" />
      <p class="none" role="status" />
    </dialog>
  );
}

function Help() {
  return (
    <dialog class="help" aria-labelledby="keys">
      <h2 id="keys">Keys</h2>
      <dl>
        <dt>
          <kbd>/</kbd> or <kbd class="ctrl-k">Ctrl K</kbd>
        </dt>
        <dd>
          search; <kbd>↑</kbd> <kbd>↓</kbd> choose, <kbd>Enter</kbd> goes there
        </dd>
        <dt>
          <kbd>c</kbd> <kbd>e</kbd>
        </dt>
        <dd>to a lesson's code, to its exercises</dd>
        <dt>
          <kbd>?</kbd>
        </dt>
        <dd>this help</dd>
        <dt>
          <kbd>Tab</kbd>
        </dt>
        <dd>
          to the next button or link; <kbd>Enter</kbd> presses it
        </dd>
        <dt>
          <kbd>Esc</kbd>
        </dt>
        <dd>closes what is open</dd>
        <dt>
          <kbd>←</kbd> <kbd>→</kbd>
        </dt>
        <dd>
          <label>
            <input type="checkbox" class="turns" /> turn the pages, if you tick this
          </label>
        </dd>
      </dl>
      <form method="dialog">
        <button type="submit">Close</button>
      </form>
    </dialog>
  );
}

/** A page as text. */
export async function document(page: unknown): Promise<string> {
  return `<!DOCTYPE html>${await page}`;
}

/** The beginning of a sentence. */
export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
