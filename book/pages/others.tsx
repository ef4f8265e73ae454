/**
 * The pages beside the lessons: contents, library, documents, and the whole book on one page.
 *
 * @module
 */
import { raw } from "hono/html";
import { PARTS } from "../../cli/lesson.ts";
import type { ExerciseProgress } from "../../exercises/runner/progress.ts";
import type { Source } from "../code/parse.ts";
import { type Copyable, pageName } from "../copies.ts";
import { headings, html, inline, plain } from "../markdown.ts";
import type { Document, LessonFile } from "../project.ts";
import { Declaration, Icon, Imports } from "./code.tsx";
import { Diagram, type Recording } from "./diagram.tsx";
import { type Book, capital, help, HelpLinks, isDone, Lessons, Page } from "./layout.tsx";
import { LessonText, type LessonView } from "./lesson.tsx";

/** The first page: what there is, and how far one is. */
export function Contents({ book, cover, recording, library }: {
  book: Book;
  cover: LessonFile;
  recording: Recording | undefined;
  library: readonly Source[];
}) {
  const { lessons, documents, standing } = book;
  const begun = [...standing.values()].flat().some(({ state }) => state === "done");
  const next = lessons.find(({ number }) => !isDone(book, number)) ?? lessons[0]!;
  return (
    <Page
      book={book}
      title="The UDP Workbook"
      about="Learn UDP by running it: lessons that play themselves on real sockets."
      here="index"
    >
      <header class="opening cover">
        <div class="intro">
          <h1>The UDP Workbook</h1>
          <p>
            Learn UDP by running it: {inWord(book.lessons.length)}{" "}
            lessons, each of them a program that you can read, run, change and copy.
          </p>
          <p>
            What you see here is lesson {cover.number}, drawn from what happened on real sockets of
            {" "}
            {book.live ? "this" : "one"} machine.
          </p>
          <p>
            <a class="start" href={`${next.name}.html`}>
              {begun ? `Go on with lesson ${next.number}` : `Start with lesson ${next.number}`}
            </a>
          </p>
        </div>
        <Diagram
          number={cover.number}
          title={cover.lesson.title}
          recording={recording}
          knobs={cover.lesson.knobs}
          live={book.live}
        />
      </header>

      {PARTS.map(({ roman, title, question }, i) => {
        const own = book.lessons.filter(({ lesson }) => lesson.part === i + 1);
        return own.length > 0 && (
          <section class="part contents">
            <h2 id={`part-${i + 1}`}>
              {`${roman}. ${title}`} <span>{question}</span>
            </h2>
            <ol>
              {own.map((file) => <Entry file={file} progress={standing.get(file.number)} />)}
            </ol>
          </section>
        );
      })}

      <Group id="help" title="Help" about="What to read when you are stuck">
        {help(book).map((one) => <DocumentLink {...one} />)}
      </Group>
      <Group id="background" title="Background" about="More about UDP, and about this workbook">
        {documents.filter((one) => !help(book).includes(one)).map((one) => (
          <DocumentLink
            {...one}
          />
        ))}
        <Link
          href="book.html"
          title="The whole book"
          about="All lessons on one page, to print or to search."
        />
      </Group>
      <Group id="library" title="Library" about="What you may copy into a program of your own">
        {library.map(({ path, doc }) => (
          <Link
            href={`${pageName(path)}.html`}
            title={path}
            mono
            about={plain(doc.split("\n\n")[0] ?? "")}
          />
        ))}
      </Group>
    </Page>
  );
}

/** Pages beside the lessons that are for the same. */
function Group({ id, title, about, children }: {
  id: string;
  title: string;
  about: string;
  children: unknown;
}) {
  return (
    <section class="part contents">
      <h2 id={id}>
        {title} <span>{about}</span>
      </h2>
      <ul>{children}</ul>
    </section>
  );
}

function Entry({ file: { number, name, lesson }, progress }: {
  file: LessonFile;
  progress: readonly ExerciseProgress[] | undefined;
}) {
  const done = progress?.filter(({ state }) => state === "done").length ?? 0;
  const begun = progress?.some(({ state }) => state === "not yet" || state === "unknown") ?? false;
  const all = progress !== undefined && done === progress.length;
  return (
    <li class={all ? "done" : undefined}>
      <a href={`${name}.html`}>
        <span class="number">{number}</span>
        <span class="title">{capital(lesson.title)}</span>
        <span class="about">{without(lesson.title, lesson.about)}</span>
        {progress && (
          <span class="progress">
            {all ? "✓ done" : done > 0 || begun ? `${done} of ${progress.length} exercises` : ""}
          </span>
        )}
      </a>
    </li>
  );
}

function Link(
  { href, title, about, mono = false }: {
    href: string;
    title: string;
    about: string;
    mono?: boolean;
  },
) {
  return (
    <li>
      <a href={href}>
        <span class={`title${mono ? " mono" : ""}`}>{title}</span>
        <span class="about">{about}</span>
      </a>
    </li>
  );
}

function DocumentLink({ name, title, text }: Document) {
  return (
    <Link
      href={`${name}.html`}
      title={name === "readme" ? "Read me" : title}
      about={firstSentence(text)}
    />
  );
}

/** A file of lib/. */
export function LibraryPage({ book, source, copies, whole }: {
  book: Book;
  source: Source;
  copies: readonly Copyable[];
  /** The file of all of it. */
  whole: Copyable;
}) {
  const { path, doc, items } = source;
  const name = path.slice(path.lastIndexOf("/") + 1, -3);
  const imports = items.filter(({ node }) => node.type === "ImportDeclaration");
  const rest = items.filter((item) => !imports.includes(item));
  return (
    <Page
      book={book}
      title={`${path} · The UDP Workbook`}
      about={plain(doc).slice(0, 150)}
      here={pageName(path)}
    >
      <article class="library">
        <header class="beside">
          <div class="prose">
            <h1 class="mono">{path}</h1>
          </div>
          <div class="text">
            {raw(html(doc))}
            <p>
              <a class="copy big" href={whole.file} download={`${name}.ts`} data-copy="">
                <Icon name="copy" />
                <span>{`Copy the whole file, ${whole.lines} lines`}</span>
              </a>
            </p>
          </div>
        </header>
        <section class="part">
          <div class="beside head">
            <h2 id="the-code">The code</h2>
            <Imports source={source} items={imports} />
          </div>
          {rest.map((item) => (
            <Declaration
              source={source}
              items={[item]}
              heading={item.names.join(", ")}
              copyable={copies.find((copy) => item.names.includes(copy.name))}
            />
          ))}
        </section>
      </article>
    </Page>
  );
}

/** The README, or a page of docs/. */
export function DocumentPage({ book, document, link }: {
  book: Book;
  document: Document;
  link: (href: string) => string | undefined;
}) {
  const { title, name, text } = document;
  const inside = headings(text).filter(({ level }) => level === 2);
  const body = text.replace(/^# .*\n/, "");
  return (
    <Page book={book} title={`${title} · The UDP Workbook`} about={firstSentence(text)} here={name}>
      <article class="document">
        <h1>{raw(inline(title))}</h1>
        <nav class="inside" aria-label="On this page">
          <ol>
            {inside.map(({ id, text }) => (
              <li>
                <a href={`#${id}`}>{text}</a>
              </li>
            ))}
          </ol>
        </nav>
        <div class="text">{raw(html(body, { link }))}</div>
      </article>
    </Page>
  );
}

/** For an address that leads nowhere. */
export function MissingPage({ book }: { book: Book }) {
  return (
    <Page
      book={book}
      title="There is no such page · The UDP Workbook"
      about="There is no such page."
    >
      <h1>There is no such page</h1>
      <p class="after">Perhaps one of these is meant.</p>
      <p class="after">
        <button type="button" class="start search-open" hidden>Search the book</button>
      </p>
      <nav class="missing lessons" aria-label="Contents">
        <Lessons book={book} />
        <div>
          <p aria-hidden="true">Help</p>
          <ul aria-label="Help">
            <HelpLinks book={book} />
          </ul>
        </div>
      </nav>
    </Page>
  );
}

/** All lessons, one after the other, for paper. */
export function WholePage({ book, views }: { book: Book; views: readonly LessonView[] }) {
  return (
    <Page
      book={book}
      title="The whole book · The UDP Workbook"
      about="All lessons on one page."
      here="book"
    >
      <header class="whole">
        <h1>The UDP Workbook</h1>
        <p>All {inWord(book.lessons.length)} lessons on one page, to print or to search.</p>
        <ol>
          {views.map(({ file: { number, name, lesson } }) => (
            <li value={number}>
              <a href={`#${name}-lesson`}>{capital(lesson.title)}</a>{" "}
              {raw(inline(without(lesson.title, lesson.about)))}
            </li>
          ))}
        </ol>
      </header>
      {views.map((view) => (
        <LessonText
          book={{ ...book, live: false, standing: new Map() }}
          view={view}
          prefix={`${view.file.name}-`}
        />
      ))}
    </Page>
  );
}

/** What a lesson is about, without its title before it. */
function without(title: string, about: string): string {
  const before = `${title}: `;
  const named = about.toLowerCase().startsWith(before.toLowerCase());
  return capital(named ? about.slice(before.length) : about);
}

function firstSentence(text: string): string {
  const [paragraph = ""] = text.replace(/^# .*\n+/, "").split(/\n\n/);
  const whole = plain(paragraph);
  const first = whole.match(/^.{20,}?[.:?](?=\s|$)/)?.[0] ?? whole;
  return first.replace(/:$/, ".");
}

function inWord(number: number): string {
  const words =
    "no one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty";
  return words.split(" ")[number] ?? `${number}`;
}
