/**
 * What there is to show: the lessons, the library, the documents. The lists are the folders.
 *
 * @module
 */
import { isNode, type Item, type Node, parse, type Source } from "./code/parse.ts";
import type { Library } from "./code/copy.ts";
import { evaluate, UNKNOWN } from "./code/evaluate.ts";
import { Kept, Trouble } from "./code/trouble.ts";
import type { Knob, Knobs } from "../cli/knobs.ts";
import { type Lesson, PARTS } from "../cli/lesson.ts";

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
export type About = Pick<Lesson, "part" | "title" | "about" | "port" | "host" | "knobs">;

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
  readonly tasks: Readonly<Record<string, string>>;
  readonly imports: Readonly<Record<string, string>>;
}

/** The project's folder, as it is now: what has changed on disk is read again. */
export class Project implements Library {
  /** With a slash at the end. */
  readonly folder: URL;
  readonly #texts: Kept<string>;
  readonly #sources: Kept<Source>;
  readonly #settings: Kept<Settings>;
  readonly #lessons: Kept<About>;
  /** What stands for a file that never had a version without a fault. */
  readonly #instead = new Map<string, Source>();
  /** The names that a folder once had. */
  readonly #names = new Map<string, Set<string>>();

  /** Takes the folder's URL. */
  constructor(folder: URL) {
    this.folder = folder;
    const stamp = (path: string) => this.stamp(path);
    this.#texts = new Kept(stamp, (path) => textAt(this.#url(path), path));
    this.#sources = new Kept(stamp, (path) => sourceOf(path, this.text(path)));
    this.#settings = new Kept(stamp, (path) => settingsIn(path, this.text(path)));
    this.#lessons = new Kept(stamp, (path) => about(this, path));
  }

  /** The text of a file as it is, by its path in the project. Throws a {@linkcode Trouble}. */
  text(path: string): string {
    return current(this.#texts.now(path));
  }

  /** The text of a file: the last one that could be read. */
  lastText(path: string): string {
    return this.#texts.good(path) ?? committed(this.folder, path) ?? "";
  }

  /** A file that was read: its last version without a fault. */
  source(path: string): Source {
    return this.#sources.good(path) ?? this.#shipped(path);
  }

  /** What is wrong with a file as it is, if anything is. */
  trouble(path: string): Trouble | undefined {
    const kept = path.endsWith(".ts")
      ? this.#sources
      : path === SETTINGS
      ? this.#settings
      : this.#texts;
    const now = kept.now(path);
    if (now instanceof Trouble) return now;
    const lesson = isProgram(path) && this.#lessons.now(path);
    return lesson instanceof Trouble ? lesson : undefined;
  }

  /** Whether a version of a file can be shown, which may be an older one. */
  hasVersion(path: string): boolean {
    return (path.endsWith(".ts") ? this.source(path).text : this.lastText(path)) !== "";
  }

  get imports(): Readonly<Record<string, string>> {
    return this.settings().imports;
  }

  settings(): Settings {
    return this.#settings.good(SETTINGS) ?? { tasks: {}, imports: {} };
  }

  /** All lessons, by their numbers. */
  lessons(): LessonFile[] {
    const { tasks } = this.settings();
    const names = [...this.#some("lessons", LESSON), ...this.#known("cli/lessons", LESSON)];
    return [...new Set(names)].sort().map((file) => {
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
        task: tasks[`lesson${number}`],
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
      const text = this.lastText(path);
      const name = path.replace(/\.md$/, "").replace("/", "-").toLowerCase();
      return { path, name, title: text.match(/^# (.*)$/m)?.[1] ?? path, text };
    });
  }

  /** The files of a folder whose names fit: no folders, and nothing that is a link to elsewhere. */
  list(folder: string, names: RegExp): string[] {
    try {
      return [...Deno.readDirSync(this.#url(`${folder}/`))]
        .filter(({ isFile, name }) => isFile && names.test(name)).map(({ name }) => name).sort();
    } catch {
      return []; // There is no such folder, or it is being replaced.
    }
  }

  /** The same, with those that were there earlier: a file that is gone keeps its page. */
  #known(folder: string, names: RegExp): string[] {
    const all = this.#names.get(folder) ?? new Set();
    for (const name of this.list(folder, names)) all.add(name);
    this.#names.set(folder, all);
    return [...all].sort();
  }

  /** The same, for folders that a book cannot be made without: throws where there are none. */
  #some(folder: string, names: RegExp): string[] {
    const found = this.#known(folder, names);
    if (found.length > 0) return found;
    throw new Error(`${folder}/ has nothing for the book. To restore it: git checkout ${folder}`);
  }

  /** Changes when the file does. */
  stamp(path: string): string {
    try {
      const { mtime, size, ino } = Deno.lstatSync(this.#url(path));
      return `${mtime?.getTime()} ${size} ${ino}`; // some systems round times to 2 seconds
    } catch {
      return "not there";
    }
  }

  /** Changes when any file does that a program may be copied from, or its permissions. */
  stampOfCode(): string {
    const files = ["lessons", "cli", "cli/lessons", "lib"].flatMap((folder) =>
      this.list(folder, /\.ts$/).map((file) => `${folder}/${file}`)
    );
    return [...files, SETTINGS].map((path) => this.stamp(path)).join();
  }

  /** Changes when any file does that the book shows, or that a lesson's run is set by. */
  stampOfAll(): string {
    const folders = ["lessons", "cli", "cli/lessons", "lib", "docs", "book", "exercises"];
    const more = ["solutions", "hints", "checks", ".progress"].map((name) => `exercises/${name}`);
    const stamps = [...folders, ...more].flatMap((folder) =>
      this.list(folder, /\.(ts|md|css|json)$/).map((file) =>
        `${file} ${this.stamp(`${folder}/${file}`)}`
      )
    );
    const single = ["README.md", SETTINGS, "deno.lock"].map((file) => this.stamp(file));
    return [...stamps, ...single].join();
  }

  #about(path: string): About {
    const known = this.#lessons.good(path);
    if (known) return known;
    const [, number, title = ""] = path.match(/(\d\d)_(\w+)\.ts$/) ?? [];
    return { part: 1, title: title.replaceAll("_", " "), about: "", port: Number(number) };
  }

  /** For a file that is broken when the book begins: as git has it. Empty where git has none. */
  #shipped(path: string): Source {
    const known = this.#instead.get(path);
    if (known) return known;
    let source = parse(path, "");
    try {
      source = sourceOf(path, committed(this.folder, path) ?? "");
    } catch {
      // What was committed is broken, too.
    }
    this.#instead.set(path, source);
    return source;
  }

  #url(path: string): URL {
    return new URL(path, this.folder);
  }
}

const SETTINGS = "deno.json";
const LESSON = /^\d\d_\w+\.ts$/;

/** Nothing that a book shows is longer: what is, somebody has put there by mistake. */
export const LONGEST = 100_000;

function isProgram(path: string): boolean {
  return path.startsWith("cli/lessons/");
}

function current<T>(now: T | Trouble): T {
  if (now instanceof Trouble) throw now;
  return now;
}

/** The text of a file. Throws where that is no text. */
function textAt(file: URL, path: string): string {
  const info = statOf(file);
  if (!info) throw new Trouble(path, "The file is not there.");
  if (!info.isFile) throw new Trouble(path, "This is a folder or a link, and no file.");
  if (info.size > LONGEST) {
    throw new Trouble(path, `The file has more than ${LONGEST.toLocaleString("en")} bytes.`);
  }
  const text = decoded(Deno.readFileSync(file), path).replaceAll("\r\n", "\n");
  if (text.trim() === "") throw new Trouble(path, "The file is empty.");
  return text;
}

function decoded(bytes: Uint8Array, path: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    const before = new TextDecoder().decode(bytes).split("\ufffd")[0]!.split("\n");
    const column = before.at(-1)!.length + 1;
    throw new Trouble(path, "This is not UTF-8. Save the file as UTF-8.", before.length, column);
  }
}

function statOf(file: URL): Deno.FileInfo | undefined {
  try {
    return Deno.lstatSync(file);
  } catch {
    return undefined;
  }
}

/** A file that is parsed. Throws where it is no TypeScript. */
function sourceOf(path: string, text: string): Source {
  const source = parse(path, text);
  if (source.fault) throw source.fault;
  return source;
}

/** The tasks and packages of deno.json, as far as they are what they should be. */
function settingsIn(path: string, text: string): Settings {
  const { tasks, imports } = parsedJson(path, text) as Record<string, unknown>;
  const commands = entriesOf(tasks).map((
    [name, task],
  ) => [name, typeof task === "string" ? task : (task as { command?: unknown } | null)?.command]);
  const texts = (all: unknown[][]) =>
    Object.fromEntries(all.filter(([, value]) => typeof value === "string"));
  return { tasks: texts(commands), imports: texts(entriesOf(imports)) };
}

function entriesOf(value: unknown): [string, unknown][] {
  return typeof value === "object" && value !== null ? Object.entries(value) : [];
}

function parsedJson(path: string, text: string): unknown {
  try {
    return Object(JSON.parse(text));
  } catch (error) {
    const { message } = error as Error;
    const [, line, column] = message.match(/\(line (\d+) column (\d+)\)/) ?? [];
    const said = message.replace(/ \(line .*/, "");
    throw line
      ? new Trouble(path, said, Number(line), Number(column))
      : new Trouble(path, said || "This is not JSON.");
  }
}

/** The text of a file in git's last commit, if there are git and such a file. Fetches nothing. */
export function committed(folder: URL, path: string): string | undefined {
  try {
    const { success, stdout } = new Deno.Command("git", {
      args: ["cat-file", "blob", `HEAD:./${path}`],
      cwd: folder,
      env: { GIT_NO_LAZY_FETCH: "1", GIT_TERMINAL_PROMPT: "0" },
      stdin: "null",
      stderr: "null",
    }).outputSync();
    return success ? new TextDecoder().decode(stdout).replaceAll("\r\n", "\n") : undefined;
  } catch {
    return undefined; // There is no git here.
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
  /** What of the page the picture shows at work, by name. */
  readonly shown: readonly string[];
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
  const code = declared.filter((item) => !isProgram(item));
  return {
    imports,
    code,
    play: program.items.filter(({ names }) => names.includes("play")),
    shown: taken(code, source.path, program),
    programs: declared.filter(isProgram),
    roles: all,
  };
}

/** The functions and classes of these that a file takes for its play. */
function taken(code: readonly Item[], page: string, { items, text }: Source): string[] {
  const own = (item: Item) => text.slice(item.start, item.end);
  const isImport = ({ node }: Item) => node.type === "ImportDeclaration";
  const imported = items.filter(isImport).map(own).find((one) => one.includes(`../../${page}`));
  const rest = items.filter((item) => !isImport(item) && !item.names.includes("lesson")).map(own);
  const names = code.filter(({ node }) => {
    const declared = isNode(node.declaration) ? node.declaration : node;
    return /Function|Class/.test(declared.type);
  }).flatMap(({ names }) => names);
  return names.filter((name) =>
    new RegExp(`\\b${name}\\b`).test(imported ?? "") &&
    rest.some((one) => new RegExp(`\\b${name}[(,)]`).test(one)) // called, or handed on
  );
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
  if (said === UNKNOWN) throw new Trouble(path, "The file has no: export const lesson = { … }");
  const { part, title, about, port, host, knobs } = said;
  const readable = {
    part: typeof part === "number" && PARTS[part - 1] !== undefined,
    title: typeof title === "string",
    about: typeof about === "string",
    port: typeof port === "number",
  };
  for (const [name, is] of Object.entries(readable)) {
    if (is) continue;
    throw new Trouble(path, `The lesson does not say its ${name} in a way that can be read.`);
  }
  return {
    part: part!,
    title: title!,
    about: about!,
    port: port!,
    ...typeof host === "string" && { host },
    ...areKnobs(knobs) && { knobs },
  };
}

/** Whether all numbers of a play's knobs could be read. */
function areKnobs(knobs: unknown): knobs is Knobs {
  if (typeof knobs !== "object" || knobs === null) return false;
  return Object.values(knobs).every((knob: Partial<Knob> | null) => {
    const { least, most, default: usual, step, about } = knob ?? {};
    return [least, most, usual, step].every(Number.isFinite) && typeof about === "string";
  });
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
