/**
 * A lesson's page.
 *
 * @module
 */
import { raw } from "hono/html";
import { PARTS } from "../../cli/lesson.ts";
import type { Copyable } from "../copies.ts";
import type { Exercise } from "../exercises.ts";
import { escaped, html, inline, pieces, whole } from "../markdown.ts";
import { type LessonFile, parts } from "../project.ts";
import type { Item, Source } from "../code/parse.ts";
import { Change, CopyLink, Declaration, Icon, Imported, Imports, Plain } from "./code.tsx";
import { Diagram, type Recording } from "./diagram.tsx";
import { type Book, capital, Page, titleOf } from "./layout.tsx";
import { type Fault, Troubles } from "./troubles.tsx";

/** All that a lesson's page shows. */
export interface LessonView {
  readonly file: LessonFile;
  readonly copies: readonly Copyable[];
  readonly exercises: readonly Exercise[];
  /** What is wrong with the exercises' files. */
  readonly faults: readonly Fault[];
  readonly recording: Recording | undefined;
  /** What opens a file of the project in the learner's editor, if that can be. */
  readonly editor: ((path: string, line: number) => string) | undefined;
  readonly link: (href: string) => string | undefined;
}

export function LessonPage({ book, view }: { book: Book; view: LessonView }) {
  const { file } = view;
  const at = book.lessons.findIndex(({ number }) => number === file.number);
  const [before, after] = [book.lessons[at - 1], book.lessons[at + 1]];
  return (
    <Page
      book={book}
      title={`${titleOf(file)} · The UDP Workbook`}
      about={file.lesson.about}
      here={file.name}
    >
      <LessonText book={book} view={view} />
      <nav class="turn" aria-label="Previous and next">
        {before ? <Turn file={before} icon="back" /> : <span />}
        {after && <Turn file={after} icon="next" />}
      </nav>
    </Page>
  );
}

/** A lesson on its page, or in the book of one page, where its places begin with `prefix`. */
interface Place {
  readonly book: Book;
  readonly view: LessonView;
  readonly prefix: string;
}

/** The lesson itself, as it stands on its page, and in the book of one page. */
export function LessonText(
  { book, view, prefix = "" }: { book: Book; view: LessonView; prefix?: string },
) {
  const { source } = view.file;
  const text = sections(`${source.doc}\n\n${source.closing}`);
  const place = { book, view, prefix };
  return (
    <article class="lesson">
      <Opening {...place} text={text} />
      {[...text].filter(([title]) => !["", "You learn", "Run", "Try next"].includes(title))
        .map(([title, more]) => (
          <section class="part">
            <h2>{title}</h2>
            <div class="after prose">{raw(html(more, { link: view.link }))}</div>
          </section>
        ))}
      <TheCode {...place} />
      <ThePicture {...place} />
      <InYourTerminal {...place} text={text} />
      {view.exercises.length > 0 && <YourTurn {...place} />}
    </article>
  );
}

function Opening({ book, view, prefix, text }: Place & { text: Map<string, string> }) {
  const { file: { number, lesson }, recording, link } = view;
  const part = PARTS[lesson.part - 1];
  return (
    <header class="opening">
      <div class="intro">
        <p class="kicker">
          {`Lesson ${number} · Part ${part?.roman}, ${part?.title}`}
        </p>
        <h1 id={`${prefix}lesson`}>{capital(lesson.title)}</h1>
        {prefix === "" && <PartsOf view={view} />}
        {raw(html(text.get("") ?? lesson.about, { link }))}
        {text.has("You learn") && (
          <>
            <h2 id={`${prefix}you-learn`}>You learn</h2>
            {raw(html(text.get("You learn")!, { link }))}
          </>
        )}
      </div>
      <Diagram
        number={number}
        title={lesson.title}
        recording={recording}
        knobs={lesson.knobs}
        live={book.live}
        id={`${prefix}diagram`}
      />
    </header>
  );
}

function TheCode({ book, view, prefix }: Place) {
  const { file, copies, link } = view;
  const { source } = file;
  const { imports, code } = parts(file);
  return (
    <section class="part">
      <div class="beside head">
        <h2 id={`${prefix}the-code`}>The code</h2>
        <div>
          <Imports source={source} items={imports} />
          {book.live && view.editor && (
            <p class="own">
              <Change file={file.path} line={code[0]?.line ?? 1}>{` ${file.path}`}</Change>
              <OpenLink editor={view.editor} file={file.path} line={1} of={file.path} />
            </p>
          )}
        </div>
      </div>
      {book.live && <div class="editor" id="editor" />}
      {grouped(source, code).map((items) => {
        const name = items.at(-1)!.names.join(", ");
        return (
          <Declaration
            source={source}
            items={items}
            heading={name}
            copyable={copies.find((copy) => copy.name === name)}
            link={link}
            prefix={prefix}
          />
        );
      })}
    </section>
  );
}

function ThePicture({ view: { file, copies, link }, prefix }: Place) {
  const { play, shown } = parts(file);
  if (play.length === 0) return null;
  const copyable = copies.find(({ name }) => name === "play");
  return (
    <section class="part">
      <h2 id={`${prefix}the-picture`}>What the picture shows</h2>
      {shown.length > 0 && <Shown names={shown} path={file.program.path} prefix={prefix} />}
      <Declaration source={file.program} items={play} copyable={copyable} link={link} />
    </section>
  );
}

function InYourTerminal({ view, prefix, text }: Place & { text: Map<string, string> }) {
  const { file, copies, link } = view;
  const run = commands(text.get("Run") ?? "");
  return (
    <section class="part">
      <h2 id={`${prefix}in-your-terminal`}>In your terminal</h2>
      <div class="beside">
        <div class="prose">
          {text.has("Try next") && (
            <>
              <h3>Try next</h3>
              {raw(html(text.get("Try next")!, { link }))}
            </>
          )}
        </div>
        <div>
          <dl class="commands">{run.commands.map((one) => <Command {...one} />)}</dl>
          {run.rest && <div class="after prose">{raw(html(run.rest, { link }))}</div>}
          <Programs
            source={file.source}
            items={parts(file).programs}
            copies={copies}
            prefix={prefix}
          />
        </div>
      </div>
    </section>
  );
}

function Command({ command, does }: { command: string; does: string }) {
  return (
    <div>
      <dt>
        <code>
          <span class="prompt" aria-hidden="true">$</span>
          {raw(whole(escaped(command)))}
        </code>
      </dt>
      <dd>{raw(inline(does))}</dd>
      <dd class="button">
        <button type="button" class="copy" hidden data-text={command}>
          <Icon name="copy" />
          <span class="hidden">{`Copy ${command}`}</span>
        </button>
      </dd>
    </div>
  );
}

function YourTurn({ book, view, prefix }: Place) {
  const { file: { number }, exercises } = view;
  return (
    <section class="part turn-yours" data-exercises={number}>
      <div class="beside head">
        <h2 id={`${prefix}your-turn`}>Your turn</h2>
        <Imported of={exercises[0]!.imports} />
      </div>
      {book.live && (
        <div class="faults" role="status">
          <Troubles faults={view.faults} />
        </div>
      )}
      {!book.live && prefix === "" && (
        <p class="prose how">
          You do these on your machine, in a copy of this project:{" "}
          <code>npx -y deno@2 task book</code> opens this page with an editor, and{" "}
          <code>{`npx -y deno@2 task exercise ${number} --watch`}</code>{" "}
          checks your own editor's file at every save.
        </p>
      )}
      {exercises.map((exercise, i) => (
        <Exercises exercise={exercise} view={view} book={book} prefix={prefix}>
          <Onward book={book} number={number} next={exercises[i + 1]?.name} prefix={prefix} />
        </Exercises>
      ))}
    </section>
  );
}

/** Where the picture comes from, and what to change in the page for another one. */
function Shown({ names, path, prefix }: {
  names: readonly string[];
  path: string;
  prefix: string;
}) {
  const links = names.map((name) => `<a href="#${prefix}${name}"><code>${name}</code></a>`);
  const all = [links.slice(0, -1).join(", "), links.at(-1)].filter(Boolean).join(" and ");
  return (
    <p class="prose drawn">
      The function below draws the picture. It is in <code>{path}</code>. It uses {raw(all)}{" "}
      from this page, so a change there changes the picture.
    </p>
  );
}

/** Leads from the title to the parts of a lesson. */
function PartsOf({ view: { exercises } }: { view: LessonView }) {
  return (
    <nav class="parts" aria-label="On this page">
      <a href="#the-code" aria-keyshortcuts="c">The code</a>
      <a href="#in-your-terminal">In your terminal</a>
      {exercises.length > 0 && <a href="#your-turn" aria-keyshortcuts="e">Your turn</a>}
    </nav>
  );
}

function Programs({ source, items, copies, prefix }: {
  source: Source;
  items: readonly Item[];
  copies: readonly Copyable[];
  prefix: string;
}) {
  if (items.length === 0) return null;
  return (
    <details class="programs">
      <summary>The code of these programs</summary>
      {items.map((item) => {
        const own = copies.find(({ name }) => item.names.includes(name));
        const [name] = item.names;
        return (
          <figure
            id={name && name !== "lesson" ? `${prefix}${name}` : undefined}
            class="code plain"
            tabindex={0}
            aria-label={`The code of ${name ?? "the rest"}`}
          >
            <figcaption>
              <span>{source.path}:{item.line}</span>
              {own && <CopyLink {...own} />}
            </figcaption>
            <Plain source={source} items={[item]} />
          </figure>
        );
      })}
    </details>
  );
}

function Exercises({ exercise, view, book, prefix, children }: Place & {
  exercise: Exercise;
  children: unknown;
}) {
  const { name, code } = exercise;
  const { live } = book;
  return (
    <section class="beside exercise" data-exercise={name}>
      <Task exercise={exercise} view={view} book={book} prefix={prefix} />
      <div>
        <YourCode exercise={exercise} editor={live ? view.editor : undefined} />
        <p class="yours" hidden={!code.begun}>
          This is your solution, and not the exercise as it was shipped.
        </p>
        {live && <div class="editor" id={`${prefix}editor-${name}`} />}
        <div class="result" role="status" />
        {live && (
          <button type="button" class="check" hidden>
            Check, and again at every save<span class="hidden">{`: ${name}`}</span>
          </button>
        )}
        {children}
      </div>
    </section>
  );
}

function Task({ exercise: { name, task, hints }, view, book, prefix }: Place & {
  exercise: Exercise;
}) {
  const done = book.standing.get(view.file.number)
    ?.some(({ exercise, state }) => exercise === name && state === "done");
  return (
    <div class="prose">
      <h3 id={`${prefix}${name}`}>{name}</h3>
      {book.live && <p class="mark" hidden={!done}>✓ done</p>}
      {raw(html(task, { link: view.link }))}
      {hints.length > 0 && (
        <div class="hints">
          {hints.map((hint, i) => (
            <details>
              <summary>
                {i === 0 ? "A hint" : i === hints.length - 1 ? "The last hint" : "Another hint"}
              </summary>
              {raw(html(hint, { link: view.link }))}
            </details>
          ))}
        </div>
      )}
    </div>
  );
}

/** The learner's code, and what opens it, if an editor may. */
function YourCode({ exercise: { name, code }, editor }: {
  exercise: Exercise;
  editor: LessonView["editor"];
}) {
  return (
    <figure class="code plain" tabindex={0} aria-label={`Your code of ${name}`}>
      <figcaption>
        <span>
          <span class="place">{`${code.file}:${code.line}`}</span>
          {editor && (
            <>
              {" "}
              <Change file={code.file} line={code.line}>
                <span class="hidden">{` ${name}`}</span>
              </Change>
              <OpenLink editor={editor} file={code.file} line={code.line} of={name} />
            </>
          )}
        </span>
      </figcaption>
      <pre><code>{raw(pieces(code.pieces))}</code></pre>
    </figure>
  );
}

/** Opens a file in the reader's own editor. */
function OpenLink({ editor, file, line, of }: {
  editor: (path: string, line: number) => string;
  file: string;
  line: number;
  of: string;
}) {
  const address = editor(file, line);
  const title = address.startsWith("vscode:") ? "VS Code; others: --editor" : undefined;
  return (
    <>
      {" "}
      <span class="edit">·</span>{" "}
      <a class="edit" href={address} title={title}>
        open in your editor<span class="hidden">{`: ${of}`}</span>
      </a>
    </>
  );
}

/** What comes after an exercise: the next one of its lesson, or the next lesson. */
function Onward({ book, number, next, prefix }: {
  book: Book;
  number: number;
  next: string | undefined;
  prefix: string;
}) {
  const lesson = book.lessons.find((lesson) => lesson.number > number);
  const href = next ? `#${prefix}${next}` : lesson ? `${lesson.name}.html` : "index.html";
  const title = next ?? (lesson ? `lesson ${titleOf(lesson)}` : "the contents");
  return (
    <p class="onward">
      Next: <a href={href}>{title}</a>
    </p>
  );
}

function Turn({ file, icon }: { file: LessonFile; icon: "back" | "next" }) {
  return (
    <a class={icon} href={`${file.name}.html`}>
      <Icon name={icon} />
      <span>
        <span class="kicker">Lesson {file.number}</span>
        <span class="title">{capital(file.lesson.title)}</span>
      </span>
    </a>
  );
}

/** The parts of a doc comment by their headings. What stands before the first of them has none. */
function sections(doc: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const text of doc.replace(/^# .*\n/, "").split(/^(?=## )/m)) {
    const [, title] = text.match(/^## (.*)\n/) ?? [];
    found.set(title ?? "", text.replace(/^## .*\n/, "").replace(/^\n+|\s+$/g, ""));
  }
  return found;
}

/** The commands of a text, each with what it does after two spaces or more, and the rest of the text. */
function commands(text: string): { commands: { command: string; does: string }[]; rest: string } {
  const found: { command: string; does: string }[] = [];
  const rest: string[] = [];
  for (const paragraph of text.split(/\n\n+/)) {
    // Another block is what a command prints.
    if (!/^ {4}deno /.test(paragraph)) {
      rest.push(paragraph);
      continue;
    }
    for (const line of paragraph.split("\n")) {
      const [, command, does = ""] = line.match(/^ {4}(\S.*?)(?: {2,}(.*))?$/) ?? [];
      if (command) found.push({ command, does });
      else rest.push(line);
    }
  }
  return { commands: found, rest: rest.join("\n\n").trim() };
}

/** Declarations without a doc comment stand with the one after them, below its name. */
export function grouped(source: Source, items: readonly Item[]): Item[][] {
  const groups: Item[][] = [];
  let open: Item[] = [];
  for (const item of items) {
    open.push(item);
    const bare = item.doc === "" && source.items.indexOf(item) < source.items.length - 1 &&
      !isFunction(item);
    if (bare && item !== items.at(-1)) continue;
    groups.push(open);
    open = [];
  }
  return groups;
}

function isFunction({ node }: Item): boolean {
  return /Function|Class/.test(
    `${node.type} ${(node.declaration as { type?: string } | undefined)?.type ?? ""}`,
  );
}
