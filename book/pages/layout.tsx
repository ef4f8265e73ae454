/**
 * What all pages share.
 *
 * @module
 */
import { raw } from "hono/html";
import { PARTS } from "../../cli/lesson.ts";
import type { LessonFile } from "../project.ts";
import { Icon } from "./code.tsx";

/** What a page knows of the book around it. */
export interface Book {
  readonly lessons: readonly LessonFile[];
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
  return (
    <header class="top">
      <a class="brand" href="index.html" aria-current={here === "index" ? "page" : undefined}>
        The UDP Workbook
      </a>
      <nav aria-label="Lessons">
        {PARTS.map(({ title }, i) => {
          const own = book.lessons.filter(({ lesson }) => lesson.part === i + 1);
          return own.length > 0 && (
            <ol aria-label={`Part ${ROMAN[i]}, ${title}`}>
              {own.map(({ number, name, lesson }) => (
                <li>
                  <a
                    href={`${name}.html`}
                    title={lesson.title}
                    aria-current={here === name ? "page" : undefined}
                  >
                    <span class="number">{number}</span>
                    <span class={here === name ? "" : "hidden"}>{` ${lesson.title}`}</span>
                  </a>
                </li>
              ))}
            </ol>
          );
        })}
      </nav>
      <div class="tools">
        <button type="button" class="search-open" hidden aria-keyshortcuts="Control+K">
          <Icon name="search" /> <span class="word">Search</span> <kbd>Ctrl K</kbd>
        </button>
        <button type="button" class="theme" hidden aria-label="Light or dark" title="Light or dark">
          <Icon name="theme" />
        </button>
      </div>
    </header>
  );
}

/** The numbers of the parts. */
export const ROMAN = ["I", "II", "III"];

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
      <ul id="found" role="listbox" aria-label="What was found" />
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
          <kbd>Ctrl K</kbd>
        </dt>
        <dd>
          search; <kbd>↑</kbd> <kbd>↓</kbd> choose, <kbd>Enter</kbd> goes there
        </dd>
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

/** Markdown that was made into HTML. */
export function Html({ of }: { of: string }) {
  return <>{raw(of)}</>;
}
