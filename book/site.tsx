/**
 * All files of the book, each made when it is asked for.
 *
 * @module
 */
import serif from "@fontsource-variable/source-serif-4/files/source-serif-4-latin-wght-normal.woff2" with {
  type: "bytes",
};
import mono from "@fontsource-variable/jetbrains-mono/files/jetbrains-mono-latin-wght-normal.woff2" with {
  type: "bytes",
};
import {
  type Copy,
  type Copyable,
  lessonCopies,
  lessonCopyables,
  libraryCopies,
  libraryCopyables,
  pageName,
} from "./copies.ts";
import { exercisesOf, pageOf, standing } from "./exercises.ts";
import { document } from "./pages/layout.tsx";
import { LessonPage, type LessonView } from "./pages/lesson.tsx";
import { Contents, DocumentPage, LibraryPage, WholePage } from "./pages/others.tsx";
import type { Recording } from "./pages/diagram.tsx";
import type { LessonFile, Project } from "./project.ts";
import type { Book } from "./pages/layout.tsx";
import { entries } from "./search.ts";
import { script } from "./script.ts";

/** A file of the book. */
export interface File {
  readonly type: string;
  readonly body: string | Uint8Array<ArrayBuffer>;
}

/** What differs between a book that is served and one that is written down. */
export interface Manner {
  /** Whether there is a server that runs lessons and checks. */
  readonly live: boolean;
  /** The recorded run of a lesson, if there is one by now. */
  recording(lesson: LessonFile): Recording | undefined;
  /** Changes when there is another recording. */
  recorded(): number;
  /** What opens a file in an editor, if anything does. */
  readonly editor?: (path: string, line: number) => string;
}

type Make = () => File | Promise<File>;

/** The lesson on the first page. */
const COVER = 4;

const TYPES: Record<string, string> = {
  html: "text/html; charset=utf-8",
  css: "text/css; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  txt: "text/plain; charset=utf-8",
  json: "application/json; charset=utf-8",
  svg: "image/svg+xml",
  woff2: "font/woff2",
};

/** The book of a project. */
export class Site {
  readonly #project: Project;
  readonly #manner: Manner;
  #files: { of: string; files: Map<string, Make> } | undefined;

  constructor(project: Project, manner: Manner) {
    this.#project = project;
    this.#manner = manner;
  }

  /** All files by their names: there are no others. What was made is kept until something changes on disk. */
  files(): Map<string, Make> {
    const of = `${this.#project.stampOfAll()} ${this.#manner.recorded()}`;
    if (this.#files?.of !== of) this.#files = { of, files: this.#list() };
    return this.#files.files;
  }

  #list(): Map<string, Make> {
    const project = this.#project;
    const { live } = this.#manner;
    const lessons = project.lessons();
    const library = project.library();
    const documents = project.documents();
    let known: Promise<Book> | undefined;
    const bookNow = async (): Promise<Book> => {
      return { lessons, documents, live, standing: live ? await standing() : new Map() };
    };
    const cover = lessons.find(({ number }) => number === COVER) ?? lessons[0]!;
    const files = new Map<string, Make>();
    const add = (name: string, body: () => File["body"] | Promise<File["body"]>) => {
      let made: Promise<File> | undefined;
      const make = async () => ({ type: TYPES[name.split(".").at(-1)!]!, body: await body() });
      files.set(name, () => made ??= make());
    };
    const page = (name: string, make: (book: Book) => unknown) =>
      add(`${name}.html`, async () => await document(await make(await (known ??= bookNow()))));

    page("index", (book) => {
      const recording = this.#manner.recording(cover);
      return <Contents book={book} cover={cover} recording={recording} library={library} />;
    });
    for (const lesson of lessons) {
      page(lesson.name, async (book) => <LessonPage book={book} view={await this.#view(lesson)} />);
      this.#addCopies(
        add,
        lesson.name,
        () => lessonCopies(project, lesson),
        lessonCopyables(lesson),
      );
    }
    for (const source of library) {
      const name = pageName(source.path);
      const copies = () => libraryCopies(project, source);
      const copyables = libraryCopyables(source);
      page(
        name,
        (book) => (
          <LibraryPage book={book} source={source} copies={copyables} whole={`${name}.txt`} />
        ),
      );
      add(`${name}.txt`, () => source.text);
      this.#addCopies(add, name, copies, copyables, source.text);
    }
    for (const one of documents) {
      page(
        one.name,
        (book) => (
          <DocumentPage
            book={book}
            document={one}
            // The links that it was written with, and no others: the first one of a question leads to its place.
            link={(href) => href.startsWith("/") ? undefined : this.#link(href, one.path)}
          />
        ),
      );
    }
    page(
      "book",
      async (book) => (
        <WholePage
          book={book}
          views={await Promise.all(lessons.map((one) => this.#view(one)))}
        />
      ),
    );

    add("book.css", () => compact(this.#project.text("book/book.css")));
    add("book.js", () => script(new URL("book/browser/main.ts", project.folder)));
    add("copies.js", () => script(new URL("book/browser/copies.ts", project.folder)));
    if (live) add("checks.js", () => script(new URL("book/browser/checks.ts", project.folder)));
    add("theme.js", () => THEME);
    add("search.js", async () => {
      const search = await script(new URL("book/browser/search.ts", project.folder));
      return `${search}book.found(${JSON.stringify(await entries(project, lessons))});\n`;
    });
    add("icon.svg", () => ICON);
    add("serif.woff2", () => serif);
    add("mono.woff2", () => mono);
    return files;
  }

  #addCopies(
    add: (name: string, body: () => string) => void,
    page: string,
    make: () => Copy[],
    copyables: readonly Copyable[],
    whole?: string,
  ): void {
    let made: Copy[] | undefined;
    const copies = () => made ??= make();
    add(`${page}.copies.js`, () => {
      const all = [...copies()];
      if (whole !== undefined) {
        all.push({ name: "", file: "", text: whole, own: whole, command: "", does: "" });
      }
      const byName = Object.fromEntries(all.map((copy) => [copy.name, copy]));
      return `book.copies(${JSON.stringify(byName)});\n`;
    });
    for (const { name, file } of copyables) {
      add(file, () => copies().find((copy) => copy.name === name)?.text ?? "");
    }
  }

  async #view(file: LessonFile): Promise<LessonView> {
    const page = pageOf(file.number);
    return {
      file,
      copies: lessonCopyables(file),
      exercises: page ? await exercisesOf(this.#project, page) : [],
      recording: this.#manner.recording(file),
      editor: this.#manner.editor,
      link: (href) => this.#link(href, file.path),
    };
  }

  /** The page of the book for a link in a file of the project. */
  #link(href: string, from: string): string | undefined {
    if (/^(https?:|#)/.test(href)) return href;
    const { pathname, hash } = new URL(href, `file:///${from}`);
    const path = pathname.slice(1);
    const [, lesson] = path.match(/^lessons\/(\d\d_\w+)\.ts$/) ?? [];
    const [, number] = path.match(/^lessons\/(\d+)$/) ?? []; // "lesson 7" in a sentence
    const [, exercise] = path.match(/^exercises\/(\d\d_\w+)\.ts$/) ?? [];
    if (lesson) return `${lesson}.html${hash}`;
    if (number) {
      const named = this.#project.lessons().find((one) => one.number === Number(number));
      return named && named.path !== from ? `${named.name}.html` : undefined;
    }
    if (exercise) return `${exercise}.html#your-turn`;
    if (/^lib\/\w+\.ts$/.test(path)) return `${pageName(path)}.html${hash}`;
    const document = this.#project.documents().find((one) => one.path === path);
    return document && `${document.name}.html${hash}`;
  }
}

/** A style sheet without what only its authors need. */
function compact(css: string): string {
  return css.replaceAll(/\/\*[^]*?\*\//g, "").replaceAll(/\s+/g, " ")
    .replaceAll(/ ?([{};,]) ?/g, "$1").replaceAll(/: /g, ":").replaceAll(";}", "}").trim();
}

// Before the page is painted: a choice that was made earlier.
const THEME = `try {
  const theme = localStorage.getItem("theme");
  if (theme) document.documentElement.dataset.theme = theme;
} catch {}
`;

const ICON = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">
<rect width="32" height="32" rx="7" fill="#1d4f91"/>
<path d="M7 12h15M18 8l5 4-5 4M25 21H10M14 17l-5 4 5 4" fill="none" stroke="#fff" stroke-width="2.5"/>
</svg>
`;
