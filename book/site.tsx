/**
 * All files of the book, each made when it is asked for.
 *
 * @module
 */
import serif from "@fontsource/source-serif-4/files/source-serif-4-latin-400-normal.woff2" with {
  type: "bytes",
};
import bold from "@fontsource/source-serif-4/files/source-serif-4-latin-600-normal.woff2" with {
  type: "bytes",
};
import mono from "@fontsource/jetbrains-mono/files/jetbrains-mono-latin-400-normal.woff2" with {
  type: "bytes",
};
import {
  type Copy,
  type Copyable,
  lessonCopies,
  lessonCopyables,
  libraryCopies,
  libraryCopyables,
  linesOf,
  pageName,
} from "./copies.ts";
import { type Trouble, troubleWith } from "./code/trouble.ts";
import { exercisesOf, pageOf, standing, troublesOf } from "./exercises.ts";
import { document } from "./pages/layout.tsx";
import { LessonPage, type LessonView } from "./pages/lesson.tsx";
import { Contents, DocumentPage, LibraryPage, MissingPage, WholePage } from "./pages/others.tsx";
import type { Recording } from "./pages/diagram.tsx";
import { BrokenPage, type Fault, withTroubles } from "./pages/troubles.tsx";
import type { Document, LessonFile, Project } from "./project.ts";
import type { Book } from "./pages/layout.tsx";
import { entries } from "./search.ts";
import { script, scriptWithPackages } from "./script.ts";

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
  /** Why its last run could not be recorded, if it could not. */
  failure?(lesson: LessonFile): Trouble | undefined;
  /** Changes when there is another recording. */
  recorded(): number;
  /** What opens a file in an editor, if anything does. */
  readonly editor?: (path: string, line: number) => string;
}

type Make = () => Promise<File>;

/** What is in a file. */
type Body = File["body"] | Promise<File["body"]>;

/** Adds a file to the list that is being made. */
type Add = (name: string, body: () => Body) => void;

/** The same for a page, by its name without `.html`. */
type AddPage = (name: string, shown: Shown, make: (book: Book) => unknown) => void;

/** What a page shows of the project. */
interface Shown {
  /** Files whose faults stand above the page. */
  readonly files: readonly string[];
  /** Files whose faults stand elsewhere on it. */
  readonly besides?: readonly string[];
  readonly lesson?: LessonFile;
  /** The lesson whose picture it has, where that is another one. */
  readonly picture?: LessonFile;
  /** The lessons whose pictures it has, where these are several. */
  readonly pictures?: readonly LessonFile[];
}

/** A page that was made, and what it was made of beside the files. */
interface Made {
  readonly files: string;
  readonly pictures: readonly unknown[];
  readonly text: string;
}

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
  #files: { of: string; code: string; files: Map<string, Make> } | undefined;
  /** The last version of each file that could be made. */
  readonly #good = new Map<string, File["body"]>();
  /** The same of pages, without what is wrong with them. */
  readonly #pages = new Map<string, string>();
  /** The pages as they were made last: another lesson's picture changes none of them. */
  readonly #last = new Map<string, Made>();
  /** What a page shows of the project, by the page's name. */
  readonly #shown = new Map<string, Shown>();
  readonly #copies = new Map<string, { of: string; copies: Copy[] }>();

  constructor(project: Project, manner: Manner) {
    this.#project = project;
    this.#manner = manner;
  }

  /** All files by their names: there are no others. What was made is kept until something changes on disk. */
  files(): Map<string, Make> {
    const stamp = this.#project.stampOfAll();
    const of = `${stamp} ${this.#manner.recorded()}`;
    if (this.#files?.of !== of) {
      this.#files = { of, code: this.#project.stampOfCode(), files: this.#list(stamp) };
    }
    return this.#files.files;
  }

  /** Changes when a page does. It is cheaper than to make the page. */
  stamp(page: string): string {
    const { files = [], besides = [] } = this.#shown.get(page) ?? {};
    const stamps = [...files, ...besides].map((path) => this.#project.stamp(path));
    return [...stamps, this.#manner.recorded()].join();
  }

  /** The recording of the lesson that a page shows. */
  recording(page: string): Recording | undefined {
    const { lesson, picture = lesson } = this.#shown.get(page) ?? {};
    return picture && this.#manner.recording(picture);
  }

  #list(stamp: string): Map<string, Make> {
    const lessons = this.#project.lessons();
    const documents = this.#project.documents();
    const files = new Map<string, Make>();
    let known: Promise<Book> | undefined;
    const add = (name: string, body: () => Body) => {
      let made: Promise<File> | undefined;
      files.set(name, () => made ??= this.#made(name, body));
    };
    const page = (name: string, shown: Shown, make: (book: Book) => unknown) => {
      const file = `${name}.html`;
      this.#shown.set(file, shown);
      add(file, async () => {
        const pictures = this.#pictures(shown);
        const last = this.#last.get(file);
        if (last?.files === stamp && isSame(last.pictures, pictures)) return last.text;
        const book = await (known ??= this.#book(lessons, documents));
        const text = await this.#page(file, book, shown, () => make(book));
        this.#last.set(file, { files: stamp, pictures, text });
        return text;
      });
    };
    this.#addContents(lessons, page);
    this.#addLessons(lessons, page, add);
    this.#addLibrary(page, add);
    this.#addDocuments(documents, page);
    this.#addOthers(lessons, page);
    this.#addScripts(lessons, add);
    this.#addLooks(add);
    return files;
  }

  async #book(lessons: LessonFile[], documents: Document[]): Promise<Book> {
    const { live } = this.#manner;
    return { lessons, documents, live, standing: live ? await standing(this.#project) : new Map() };
  }

  #addContents(lessons: LessonFile[], page: AddPage): void {
    const library = this.#project.library();
    const cover = lessons.find(({ number }) => number === COVER) ?? lessons[0]!;
    const besides = lessons.flatMap(({ name, path }) => {
      return [`cli/${path}`, `exercises/${name}.ts`, `exercises/.progress/${name}.json`];
    });
    page("index", { files: [], besides, picture: cover }, (book) => {
      const recording = this.#manner.recording(cover);
      return <Contents book={book} cover={cover} recording={recording} library={library} />;
    });
  }

  #addLessons(lessons: LessonFile[], page: AddPage, add: Add): void {
    for (const lesson of lessons) {
      const files = [lesson.path, `cli/${lesson.path}`, "deno.json"];
      const besides = [`exercises/${lesson.name}.ts`];
      const shown = { files, besides, lesson };
      page(lesson.name, shown, (book) => <LessonPage book={book} view={this.#view(lesson)} />);
      const programs = () => this.#programs(lesson);
      this.#addCopies(add, lesson.name, programs, lessonCopyables(lesson));
    }
  }

  #addLibrary(page: AddPage, add: Add): void {
    for (const source of this.#project.library()) {
      const name = pageName(source.path);
      const copies = () => this.#once(name, () => libraryCopies(this.#project, source));
      const copyables = libraryCopyables(source);
      const whole = { name: "", file: `${name}.txt`, lines: linesOf(source.text) };
      page(name, { files: [source.path] }, (book) => {
        const counts = counted(copyables, copies);
        return <LibraryPage book={book} source={source} copies={counts} whole={whole} />;
      });
      add(`${name}.txt`, () => source.text);
      this.#addCopies(add, name, copies, copyables, source.text);
    }
  }

  #addDocuments(documents: Document[], page: AddPage): void {
    for (const one of documents) {
      // The links that it was written with, and no others: the first one of a question leads to its
      // place.
      const link = (href: string) => href.startsWith("/") ? undefined : this.#link(href, one.path);
      page(
        one.name,
        { files: [one.path] },
        (book) => <DocumentPage book={book} document={one} link={link} />,
      );
    }
  }

  #addOthers(lessons: LessonFile[], page: AddPage): void {
    page(
      "book",
      { files: lessons.map(({ path }) => path), pictures: lessons },
      (book) => <WholePage book={book} views={lessons.map((one) => this.#view(one))} />,
    );
    page("404", { files: [] }, (book) => <MissingPage book={book} />);
  }

  #addScripts(lessons: LessonFile[], add: Add): void {
    const file = (name: string) => new URL(`book/browser/${name}.ts`, this.#project.folder);
    add("book.js", () => script(file("main")));
    add("copies.js", () => script(file("copies")));
    if (this.#manner.live) {
      add("checks.js", () => script(file("checks")));
      for (const name of ["changes", "editor"]) {
        add(`${name}.js`, () => scriptWithPackages(file(name)));
      }
    }
    add("theme.js", () => THEME);
    add("search.js", async () => {
      const search = await script(file("search"));
      return `${search}book.found(${JSON.stringify(entries(this.#project, lessons))});\n`;
    });
  }

  #addLooks(add: Add): void {
    add("book.css", () => compact(this.#project.text("book/book.css")));
    add("icon.svg", () => ICON);
    add("serif.woff2", () => serif);
    add("bold.woff2", () => bold);
    add("mono.woff2", () => mono);
  }

  /** The recordings that a page shows, and why there are no newer ones. */
  #pictures({ lesson, picture = lesson, pictures = picture ? [picture] : [] }: Shown): unknown[] {
    return pictures.flatMap((one) => [this.#manner.recording(one), this.#manner.failure?.(one)]);
  }

  /** A file. Where it cannot be made now, a book that is served has the version before. */
  async #made(name: string, make: () => Body): Promise<File> {
    const type = TYPES[name.split(".").at(-1)!]!;
    try {
      const body = await make();
      this.#good.set(name, body);
      return { type, body };
    } catch (error) {
      const body = this.#good.get(name);
      if (!this.#manner.live || body === undefined) throw error;
      return { type, body };
    }
  }

  /** A page, with what is wrong with the files that it shows: such a fault ends at its own page. */
  async #page(name: string, book: Book, shown: Shown, make: () => unknown): Promise<string> {
    const faults: Fault[] = [];
    let text: string;
    try {
      text = await document(await make());
      this.#pages.set(name, text);
    } catch (error) {
      if (!book.live) throw error;
      const below = "Below is the last version that could be made.";
      faults.push({ trouble: troubleWith(name, error), below });
      text = this.#pages.get(name) ?? await document(<BrokenPage book={book} name={name} />);
    }
    faults.push(...this.#faults(shown));
    if (book.live) return await withTroubles(text, faults);
    if (faults[0]) throw faults[0].trouble;
    return text;
  }

  #faults({ files, lesson }: Shown): Fault[] {
    const faults: Fault[] = files.flatMap((path) => {
      const trouble = this.#project.trouble(path);
      return trouble ? this.#fault(trouble) : [];
    });
    const trouble = lesson && this.#manner.failure?.(lesson);
    if (faults.length > 0 || !trouble) return faults;
    const below = this.#manner.recording(lesson)
      ? "The picture is of the last run that worked."
      : "";
    return [{ trouble, below, ofPicture: true }];
  }

  #fault(trouble: Trouble): Fault {
    const { path } = trouble;
    if (this.#project.hasVersion(path)) {
      return { trouble, below: "Below is the last version without this fault." };
    }
    const text = this.#textOf(path);
    return { trouble, below: text === undefined ? "" : "This is the file as it is:", text };
  }

  #textOf(path: string): string | undefined {
    try {
      return this.#project.text(path);
    } catch {
      return undefined;
    }
  }

  #programs(file: LessonFile): Copy[] {
    return this.#once(file.name, () => lessonCopies(this.#project, file));
  }

  /** The programs of a page: made again when code has changed, and not for each exercise that is saved. */
  #once(name: string, make: () => Copy[]): Copy[] {
    const of = this.#files!.code;
    const known = this.#copies.get(name);
    if (known?.of === of) return known.copies;
    const copies = make();
    this.#copies.set(name, { of, copies });
    return copies;
  }

  #addCopies(
    add: Add,
    page: string,
    copies: () => Copy[],
    copyables: readonly Copyable[],
    whole?: string,
  ): void {
    add(`${page}.copies.js`, () => {
      const all = [...copies()];
      if (whole !== undefined) {
        all.push({ name: "", file: "", text: whole, command: "", does: "" });
      }
      const byName = Object.fromEntries(all.map((copy) => [copy.name, copy]));
      return `book.copies(${JSON.stringify(byName)});\n`;
    });
    for (const { name, file } of copyables) {
      add(file, () => copies().find((copy) => copy.name === name)?.text ?? "");
    }
  }

  #view(file: LessonFile): LessonView {
    return {
      file,
      ...this.#exercises(file),
      copies: counted(lessonCopyables(file), () => this.#programs(file)),
      recording: this.#manner.recording(file),
      editor: this.#manner.editor,
      link: (href) => this.#link(href, file.path),
    };
  }

  #exercises({ number }: LessonFile): Pick<LessonView, "exercises" | "faults"> {
    const page = pageOf(number);
    if (!page) return { exercises: [], faults: [] };
    const faults = troublesOf(this.#project, page).map((trouble) => ({ trouble, below: "" }));
    return { exercises: exercisesOf(this.#project, page), faults };
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

function isSame(all: readonly unknown[], others: readonly unknown[]): boolean {
  return all.length === others.length && all.every((one, i) => one === others[i]);
}

/** What can be copied, with its lines: without, where a program cannot be made at the moment. */
function counted(copyables: readonly Copyable[], copies: () => Copy[]): readonly Copyable[] {
  try {
    return copies().map((copy) => ({ ...copy, lines: linesOf(copy.text) }));
  } catch {
    return copyables;
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
