/**
 * Recorded runs, for the pictures that are there before anybody presses Run. They are kept from one start
 * to the next, until a file changes that they depend on.
 *
 * @module
 */
import type { Recording } from "../pages/diagram.tsx";
import type { LessonFile, Project } from "../project.ts";
import { Kept, Trouble } from "../code/trouble.ts";
import { type Complaint, type Event, inWords } from "../diagram/events.ts";
import { picture, WIDE } from "../diagram/picture.ts";
import { replaceFile } from "./files.ts";
import { play } from "./runs.ts";

const FOLDER = "book/.recorded";

/** How often a run is tried that does not end in time: perhaps the machine is busy. */
const TRIES = 3;

/** Why a lesson could not be recorded. */
interface Failure {
  /** What it was then. */
  readonly of: string;
  /** What is wrong, as far as that is seen. */
  readonly trouble: Trouble | undefined;
  readonly tries: number;
  /** Whether it is tried again as it is. */
  readonly again: boolean;
}

/** What Deno reads before it runs anything. */
const SETTINGS = ["deno.json", "deno.lock"];

/** The recordings of a project's lessons. */
export class Recordings {
  readonly #project: Project;
  readonly #known = new Map<string, { of: string; recording: Recording }>();
  /** Of the lessons that somebody waits for: resolved when there is something new. */
  readonly #wanted = new Map<string, PromiseWithResolvers<void>>();
  readonly #failed = new Map<string, Failure>();
  readonly #running = new Set<string>();
  readonly #imported: Kept<readonly string[]>;
  readonly #abort = new AbortController();
  /** Changes when there is another recording, or none. */
  version = 0;

  constructor(project: Project) {
    this.#project = project;
    this.#imported = new Kept(
      (path) => project.stamp(path),
      (path) => importsIn(path, project.text(path)),
    );
  }

  /** The newest recording of a lesson: `undefined` until there is one. */
  get({ name }: LessonFile): Recording | undefined {
    return (this.#known.get(name) ?? this.#read(name))?.recording;
  }

  /** What ended the run of a lesson as it is now, if it could not be recorded and that is seen. */
  failure({ name, path }: LessonFile): Trouble | undefined {
    const failed = this.#failed.get(name);
    return failed && failed.of === this.#runs(path) ? failed.trouble : undefined;
  }

  /**
   * The recording of a lesson, as soon as there is one: `undefined`, if it cannot be recorded as it is by
   * then, or nothing is recorded any more. Runs nothing: {@linkcode recordAll} does.
   */
  async soon(lesson: LessonFile): Promise<Recording | undefined> {
    while (!this.get(lesson) && !this.#isDone(lesson) && !this.#abort.signal.aborted) {
      await this.#want(lesson.name).promise;
    }
    return this.get(lesson);
  }

  /** Whether somebody waits for a recording. */
  get isWaitedFor(): boolean {
    return this.#wanted.size > 0;
  }

  /** Records what is not recorded as it is now, so many at a time. */
  async recordAll(atATime = 1): Promise<void> {
    const record = async () => {
      while (!this.#abort.signal.aborted) {
        const lesson = this.#next();
        if (!lesson) return;
        await this.#record(lesson);
      }
    };
    await Promise.all(Array.from({ length: atATime }, record));
  }

  /** The lesson to record next: one that somebody waits for, one that was changed, any other. */
  #next(): LessonFile | undefined {
    const open = this.#project.lessons().filter((lesson) =>
      !this.#running.has(lesson.name) && !this.#isDone(lesson)
    );
    return open.find(({ name }) => this.#wanted.has(name)) ??
      open.find(({ name }) => this.#known.has(name)) ?? open[0];
  }

  /** Records no more. */
  stop(): void {
    this.#abort.abort();
    for (const name of this.#wanted.keys()) this.#tell(name);
  }

  /** Whether it was recorded, or could not be, as its files are now. */
  #isDone({ name, path }: LessonFile): boolean {
    const of = this.#runs(path);
    const failed = this.#failed.get(name);
    return (this.#known.get(name) ?? this.#read(name))?.of === of ||
      failed?.of === of && !failed.again;
  }

  async #record({ name, path, task }: LessonFile): Promise<void> {
    this.#running.add(name);
    const of = this.#runs(path);
    // A run of what has changed meanwhile shows nothing any more.
    const changed = new AbortController();
    const timer = setInterval(() => this.#runs(path) !== of && changed.abort(), 500);
    const signal = AbortSignal.any([this.#abort.signal, changed.signal]);
    const { events, errors } = await this.#toldBy(task, signal);
    clearInterval(timer);
    this.#running.delete(name);
    if (signal.aborted) return;
    if (isWhole(events)) this.#keep(name, of, { events });
    else this.#fail(name, of, troubleIn(events, errors, path), isLate(events));
    this.version++;
    this.#tell(name);
  }

  /** What a run tells until its end, also if it cannot even begin. */
  async #toldBy(task: string | undefined, signal: AbortSignal) {
    const events: Event[] = [];
    const errors: string[] = [];
    const tell = (event: Event | Complaint) => {
      if (event.event === "error") errors.push(event.text);
      else events.push(event);
    };
    try {
      if (task) await play(task, this.#project.folder, tell, signal);
    } catch (error) {
      tell({ event: "failed", text: (error as Error).message });
    }
    return { events, errors };
  }

  #keep(name: string, of: string, recording: Recording): void {
    this.#known.set(name, { of, recording });
    this.#failed.delete(name);
    this.#write(name, of, recording);
  }

  #fail(name: string, of: string, trouble: Trouble | undefined, late: boolean): void {
    const before = this.#failed.get(name);
    const tries = before?.of === of ? before.tries + 1 : 1;
    this.#failed.set(name, { of, trouble, tries, again: late && tries < TRIES });
  }

  #want(name: string): PromiseWithResolvers<void> {
    const wanted = this.#wanted.get(name) ?? Promise.withResolvers<void>();
    this.#wanted.set(name, wanted);
    return wanted;
  }

  /** Wakes whoever waits for a lesson: they look again. */
  #tell(name: string): void {
    this.#wanted.get(name)?.resolve();
    this.#wanted.delete(name);
  }

  /**
   * What a run depends on, as far as it is in the project: the page, what runs it, what they import, and
   * the settings, which have the task and its permissions.
   */
  #runs(path: string): string {
    const seen = new Set<string>();
    const files = [...SETTINGS, path, `cli/${path}`];
    return files.map((file) => this.#fingerprint(file, seen)).join("");
  }

  #fingerprint(path: string, seen: Set<string>): string {
    if (seen.has(path)) return "";
    seen.add(path);
    const others = this.#imports(path).map((other) => this.#fingerprint(other, seen));
    return `${path} ${this.#project.stamp(path)}\n${others.join("")}`;
  }

  /** The files that a file imports: none, if it cannot be read now. */
  #imports(path: string): readonly string[] {
    const imports = this.#imported.now(path);
    return imports instanceof Trouble ? [] : imports;
  }

  #read(name: string): { of: string; recording: Recording } | undefined {
    try {
      const { of, events } = JSON.parse(Deno.readTextFileSync(this.#file(name)));
      if (!isWhole(events)) return undefined;
      const kept = { of, recording: { events } };
      this.#known.set(name, kept);
      return kept;
    } catch {
      return undefined; // There is none, or it is damaged: it is made again.
    }
  }

  #write(name: string, of: string, { events }: Recording): void {
    try {
      Deno.mkdirSync(new URL(`${FOLDER}/`, this.#project.folder), { recursive: true });
      const text = JSON.stringify({ of, events });
      replaceFile(this.#file(name), new TextEncoder().encode(text));
    } catch {
      // Then it is recorded again at the next start.
    }
  }

  #file(name: string): URL {
    return new URL(`${FOLDER}/${name}.json`, this.#project.folder);
  }
}

function importsIn(path: string, text: string): string[] {
  const imports = text.matchAll(/^(?:import|export|\}).* from "(\.[^"]+)";$/gm);
  return [...imports].map(([, to]) => new URL(to!, `file:///${path}`).pathname.slice(1));
}

/** Whether a run came to its end, and can be drawn: a lesson may print what only looks like an event. */
function isWhole(events: readonly Event[]): boolean {
  const ended = events.some(({ event }) => event === "end");
  if (!ended || events.some(({ event }) => event === "failed")) return false;
  try {
    picture(events, { width: WIDE });
    inWords(events);
    return true;
  } catch {
    return false;
  }
}

/** Why a run failed, where that is a fault of a file: Deno names its place, or the run did not end. */
function troubleIn(
  events: readonly Event[],
  errors: readonly string[],
  page: string,
): Trouble | undefined {
  const place = errors.join("\n").match(/((?:cli|lessons|lib)\/[\w/]+\.ts):(\d+):(\d+)/);
  const error = errors.findLast((text) => text.startsWith("error: "));
  if (place && error) {
    const [, path, line, column] = place;
    const said = error.replace(/^error: (Uncaught )?(\(in promise\) )?/, "");
    return new Trouble(path!, said, Number(line), Number(column));
  }
  return isLate(events) ? new Trouble(page, failureIn(events)!) : undefined;
}

/** Whether a run was stopped because its time was up. */
function isLate(events: readonly Event[]): boolean {
  return failureIn(events)?.startsWith("It did not end") ?? false;
}

function failureIn(events: readonly Event[]): string | undefined {
  return events.findLast((one) => one.event === "failed")?.text;
}
