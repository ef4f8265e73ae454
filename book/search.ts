/**
 * What the search knows: a line for each place in the book.
 *
 * @module
 */
import { pageName } from "./copies.ts";
import { exercisesOf, pageOf } from "./exercises.ts";
import { headings, plain, readable, slug, tagged } from "./markdown.ts";
import { type Document, type LessonFile, parts, type Project } from "./project.ts";
import type { Item, Source } from "./code/parse.ts";
import { capital } from "./pages/layout.tsx";
import { grouped } from "./pages/lesson.tsx";

/** A place in the book. */
export interface Entry {
  readonly title: string;
  /** What page it is on. */
  readonly on: string;
  readonly href: string;
  readonly text: string;
}

/** All that can be found. */
export function entries(project: Project, lessons: readonly LessonFile[]): Entry[] {
  const found: Entry[] = [];
  for (const file of lessons) {
    const { number, name, lesson, source, program } = file;
    const href = `${name}.html`;
    const on = `Lesson ${number}`;
    const { code, play } = parts(file);
    found.push({
      title: `${number} ${capital(lesson.title)}`,
      on,
      href,
      text: `${lesson.about} ${plain(source.doc)} ${plain(source.closing)}`,
    });
    for (const items of grouped(source, code)) {
      const place = `${href}#${items.at(-1)!.names.join(", ")}`; // they stand below one heading
      for (const item of items) found.push(declared(source, item, on, place));
    }
    for (const item of play) {
      found.push({
        ...declared(program, item, on, `${href}#the-picture`),
        title: "What the picture shows",
      });
    }
    const page = pageOf(number);
    for (const { name, task } of page ? exercisesOf(project, page) : []) {
      found.push({
        title: name,
        on: `Exercise ${number}`,
        href: `${href}#${name}`,
        text: plain(task),
      });
    }
  }
  for (const source of project.library()) {
    const href = `${pageName(source.path)}.html`;
    found.push({ title: source.path, on: "Library", href, text: plain(source.doc) });
    for (const item of source.items) {
      if (item.exported) {
        found.push(declared(source, item, source.path, `${href}#${item.names.join(", ")}`));
      }
    }
  }
  for (const document of project.documents()) {
    found.push(
      ...document.path === "docs/questions.md" ? questions(document) : sections(document),
    );
  }
  return found;
}

function declared({ text }: Source, item: Item, on: string, href: string): Entry {
  return {
    title: item.names.join(", "),
    on,
    href,
    text: `${plain(tagged(item.doc))} ${squeezed(readable(text.slice(item.code, item.end)))}`,
  };
}

function sections({ name, title, text }: Document): Entry[] {
  return split(text).map(({ heading, body }) => ({
    title: heading?.text ?? title,
    on: name === "readme" ? "Read me" : title,
    href: `${name}.html${heading && heading.level > 1 ? `#${heading.id}` : ""}`,
    text: plain(body),
  }));
}

/** A question leads to its answer, which has the link to the place that shows it. */
function questions(document: Document): Entry[] {
  return split(document.text).flatMap(({ heading, body }) => {
    if (!heading || heading.level < 2) return [];
    const title = heading.text.replace(/^\d+\. /, "");
    const href = `${document.name}.html#${heading.id}`;
    return [{ title, on: document.title, href, text: plain(body) }];
  });
}

function split(text: string) {
  const all = headings(text);
  return text.replaceAll(/^```[^]*?^```/gm, (code) => code.replaceAll("\n#", "\n #")).split(
    /^(?=#{1,4} )/m,
  )
    .map((body) => ({
      heading: all.find((one) =>
        body.startsWith("#") && slug(body.split("\n")[0]!.replace(/^#+ /, "")) === one.id
      ),
      body: body.replace(/^#.*\n/, ""),
    }))
    .filter(({ heading, body }) => heading || body.trim() !== "");
}

function squeezed(text: string): string {
  return text.replaceAll(/\s+/g, " ");
}
