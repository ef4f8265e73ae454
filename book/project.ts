/**
 * What there is to show: the lessons, the library, the documents. The lists are the folders.
 *
 * @module
 */
import { isNode, type Item, type Node, parse, type Source } from "./code/parse.ts";
import type { Library } from "./code/copy.ts";
import { evaluate, UNKNOWN } from "./code/evaluate.ts";
import type { Lesson } from "../cli/lesson.ts";
import { readText } from "../cli/source.ts";

/** A lesson: its file, and what it says of itself. */
export interface LessonFile {
  readonly number: number;
  /** `04_echo` */
  readonly name: string;
  /** `lessons/04_echo.ts` */
  readonly path: string;
  readonly source: Source;
  /** The file that runs it in a terminal: `cli/lessons/04_echo.ts`. */
  readonly program: Source;
  readonly lesson: About;
  /** Its task in deno.json, or `undefined` if it has none. */
  readonly task: string | undefined;
}

/** What a lesson says of itself: read, not run. */
export type About = Pick<Lesson, "part" | "title" | "about" | "port" | "host">;

/** A text in markdown: the README, or one of docs/. */
export interface Document {
  /** `docs/how-fast.md` */
  readonly path: string;
  /** `docs-how-fast` */
  readonly name: string;
  readonly title: string;
  readonly text: string;
}

interface Settings {
  tasks: Record<string, { command: string }>;
  imports: Record<string, string>;
}

/** The project's folder, as it is now: what has changed on disk is read again. */
export class Project implements Library {
  /** With a slash at the end. */
  readonly folder: URL;
  readonly #files = new Map<string, { stamp: string; source: Source }>();
  readonly #texts = new Map<string, { stamp: string; text: string }>();
  readonly #lessons = new Map<string, { stamp: string; lesson: About }>();

  /** Takes the folder's URL. */
  constructor(folder: URL) {
    this.folder = folder;
  }

  /** The text of a file, by its path in the project. */
  text(path: string): string {
    const stamp = this.stamp(path);
    const known = this.#texts.get(path);
    if (known?.stamp === stamp) return known.text;
    const text = readText(this.#url(path));
    this.#texts.set(path, { stamp, text });
    return text;
  }

  source(path: string): Source {
    const stamp = this.stamp(path);
    const known = this.#files.get(path);
    if (known?.stamp === stamp) return known.source;
    const source = parse(path, this.text(path));
    this.#files.set(path, { stamp, source });
    return source;
  }

  get imports(): Readonly<Record<string, string>> {
    return this.settings().imports;
  }

  settings(): Settings {
    return JSON.parse(this.text("deno.json"));
  }

  /** All lessons, by their numbers. */
  lessons(): LessonFile[] {
    const { tasks } = this.settings();
    return this.#some("lessons", /^\d\d_\w+\.ts$/).map((file) => {
      const path = `lessons/${file}`;
      const number = parseInt(file);
      const program = `cli/${path}`;
      const source = (path: string) => this.source(path); // read when it is needed
      return {
        number,
        name: file.slice(0, -3),
        path,
        get source() {
          return source(path);
        },
        get program() {
          return source(program);
        },
        lesson: this.#about(program),
        task: tasks[`lesson${number}`]?.command,
      };
    });
  }

  /** What one may copy: the files of lib/, udp.ts first. */
  library(): Source[] {
    return this.#some("lib", /^\w+\.ts$/).sort((a, b) =>
      Number(b === "udp.ts") - Number(a === "udp.ts")
    )
      .map((file) => this.source(`lib/${file}`));
  }

  /** The README, and the documents of docs/. */
  documents(): Document[] {
    const names = this.#some("docs", /^[\w-]+\.md$/);
    const paths = ["README.md", ...names.map((file) => `docs/${file}`)];
    return paths.map((path) => {
      const text = this.text(path);
      const name = path.replace(/\.md$/, "").replace("/", "-").toLowerCase();
      return { path, name, title: text.match(/^# (.*)$/m)?.[1] ?? path, text };
    });
  }

  /** The files of a folder whose names fit: no folders, and nothing that is a link to elsewhere. */
  list(folder: string, names: RegExp): string[] {
    try {
      return [...Deno.readDirSync(this.#url(`${folder}/`))]
        .filter(({ isFile, name }) => isFile && names.test(name)).map(({ name }) => name).sort();
    } catch (error) {
      const { NotFound, NotADirectory } = Deno.errors;
      if (error instanceof NotFound || error instanceof NotADirectory) return [];
      throw error;
    }
  }

  /** The same, for folders that a book cannot be made without: throws where there are none. */
  #some(folder: string, names: RegExp): string[] {
    const found = this.list(folder, names);
    if (found.length > 0) return found;
    throw new Error(`${folder}/ has nothing for the book. To restore it: git checkout ${folder}`);
  }

  /** Changes when the file does. */
  stamp(path: string): string {
    const { mtime, size } = Deno.lstatSync(this.#url(path));
    return `${mtime?.getTime()} ${size}`;
  }

  /** Changes when any file does that the book shows. */
  stampOfAll(): string {
    const folders = ["lessons", "cli", "cli/lessons", "lib", "docs", "book", "exercises"];
    const more = [
      "exercises/solutions",
      "exercises/hints",
      "exercises/checks",
      "exercises/.progress",
    ];
    const stamps = [...folders, ...more].flatMap((folder) =>
      this.list(folder, /\.(ts|md|css|json)$/).map((file) => this.stamp(`${folder}/${file}`))
    );
    return [...stamps, this.stamp("README.md"), this.stamp("deno.json")].join();
  }

  #about(path: string): About {
    const stamp = this.stamp(path);
    const known = this.#lessons.get(path);
    if (known?.stamp === stamp) return known.lesson;
    try {
      const lesson = about(this, path);
      this.#lessons.set(path, { stamp, lesson });
      return lesson;
    } catch (error) {
      if (known) return known.lesson; // it is being changed: Run says what is wrong
      throw error;
    }
  }

  #url(path: string): URL {
    return new URL(path, this.folder);
  }
}

/** A side of a lesson's conversation, as its file says it. */
export interface RoleText {
  /** `server` */
  readonly word: string;
  /** The name of the page's function that it calls. */
  readonly run: string | undefined;
  /** The expression that it is, as a node and as text. */
  readonly node: Node;
  readonly text: string;
}

/** The parts of a lesson, for those who read it. */
export interface Parts {
  readonly imports: readonly Item[];
  /** What it teaches. */
  readonly code: readonly Item[];
  /** What draws the picture. */
  readonly play: readonly Item[];
  /** The functions that the roles call. */
  readonly programs: readonly Item[];
  readonly roles: readonly RoleText[];
}

/** Tells the parts of a page apart, and of the file that runs it. */
export function parts({ source, program }: Pick<LessonFile, "source" | "program">): Parts {
  const known = (name: string) => source.items.some(({ names }) => names.includes(name));
  const all = roles(program).map((role) => {
    // lesson 3's role `bind` cannot have a function of this name: lib/udp.ts has it
    const called = [...role.text.matchAll(/\breturn (\w+)\(|=> (\w+)\(/g)].at(-1);
    const name = called?.[1] ?? called?.[2] ?? "";
    return { ...role, run: [role.word, name].find(known) };
  });
  const isProgram = ({ names }: Item) => names.some((name) => all.some(({ run }) => run === name));
  const rest = source.items.filter(({ node }) => node.type !== "IfStatement");
  const imports = rest.filter(({ node }) => node.type === "ImportDeclaration");
  const declared = rest.filter((item) => !imports.includes(item));
  return {
    imports,
    code: declared.filter((item) => !isProgram(item)),
    play: program.items.filter(({ names }) => names.includes("play")),
    programs: declared.filter(isProgram),
    roles: all,
  };
}

/** What labels the lesson's datagrams in its picture, as an expression: nothing, if they speak for themselves. */
export function labeller(source: Source): string | undefined {
  const label = (lessonOf(source)?.properties as Node[] | undefined)
    ?.find(({ key }) => keyName(key) === "label");
  if (!label) return undefined;
  const text = ({ start, end }: Node) => source.text.slice(start, end);
  if (label.type === "ObjectMethod") return `({ ${text(label)} }).label`;
  return isNode(label.value) ? text(label.value) : undefined;
}

function about(project: Project, path: string): About {
  const lesson = lessonOf(project.source(path));
  const said = evaluate(project, path, lesson) as Partial<About> | typeof UNKNOWN;
  if (said === UNKNOWN) throw new Error(`${path} has no: export const lesson = { … }`);
  const { part, title, about, port, host } = said;
  for (const [name, value] of Object.entries({ part, title, about, port })) {
    if (!["string", "number"].includes(typeof value)) {
      throw new Error(`${path}: the lesson does not say its ${name} in a way that can be read.`);
    }
  }
  return {
    part: part!,
    title: title!,
    about: about!,
    port: port!,
    ...typeof host === "string" && { host },
  };
}

function roles(source: Source): Omit<RoleText, "run">[] {
  return properties(property(lessonOf(source), "roles")).map(({ key, value }) => {
    const node = value as Node;
    return { word: keyName(key), node, text: source.text.slice(node.start, node.end) };
  });
}

/** The object that a lesson's file exports as `lesson`. */
function lessonOf({ items }: Source): Node | undefined {
  const item = items.find(({ names }) => names.includes("lesson"));
  if (!item) return undefined;
  const declaration = isNode(item.node.declaration) ? item.node.declaration : item.node;
  const [first] = declaration.declarations as { init?: Node }[];
  return first?.init;
}

function properties(node: Node | undefined): Node[] {
  return node?.type === "ObjectExpression"
    ? (node.properties as Node[]).filter(({ type }) => type === "ObjectProperty")
    : [];
}

function property(node: Node | undefined, name: string): Node | undefined {
  return properties(node).find(({ key }) => keyName(key) === name)?.value as Node | undefined;
}

function keyName(key: unknown): string {
  const { name, value } = (key ?? {}) as { name?: string; value?: string };
  return name ?? value ?? "";
}
