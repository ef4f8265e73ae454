/**
 * Recorded runs, for the pictures that are there before anybody presses Run. They are kept from one start
 * to the next, until a file changes that they depend on.
 *
 * @module
 */
import type { Event } from "../diagram/events.ts";
import type { Recording } from "../pages/diagram.tsx";
import type { LessonFile, Project } from "../project.ts";
import { play } from "./runs.ts";

const FOLDER = "book/.recorded";

/** The recordings of a project's lessons. */
export class Recordings {
  readonly #project: Project;
  readonly #known = new Map<string, { of: string; recording: Recording }>();
  readonly #wanted = new Map<string, PromiseWithResolvers<Recording | undefined>>();
  /** Of what could not be recorded: what it was then. */
  readonly #failed = new Map<string, string>();
  readonly #abort = new AbortController();
  /** Changes when there is another recording. */
  version = 0;

  constructor(project: Project) {
    this.#project = project;
  }

  /** The newest recording of a lesson: `undefined` until there is one. */
  get({ name }: LessonFile): Recording | undefined {
    return (this.#known.get(name) ?? this.#read(name))?.recording;
  }

  /** The recording of a lesson, as soon as there is one. Runs nothing: {@linkcode recordAll} does. */
  async soon(lesson: LessonFile): Promise<Recording | undefined> {
    return this.get(lesson) ?? await this.#want(lesson.name).promise;
  }

  /** Records what is not recorded yet, so many at a time: those first that somebody waits for. */
  async recordAll(lessons: readonly LessonFile[], atATime = 1): Promise<void> {
    const open = lessons.filter((lesson) => !this.#isDone(lesson));
    const record = async () => {
      while (open.length > 0 && !this.#abort.signal.aborted) {
        const first = open.findIndex(({ name }) => this.#wanted.has(name));
        const [lesson] = open.splice(Math.max(0, first), 1);
        await this.#record(lesson!);
      }
    };
    await Promise.all(Array.from({ length: atATime }, record));
  }

  /** Records no more. */
  stop(): void {
    this.#abort.abort();
  }

  /** Whether it was recorded, or could not be, as its files are now. */
  #isDone({ name, path }: LessonFile): boolean {
    const of = this.#runs(path);
    return (this.#known.get(name) ?? this.#read(name))?.of === of || this.#failed.get(name) === of;
  }

  async #record({ name, path, task }: LessonFile): Promise<void> {
    const events: Event[] = [];
    const of = this.#runs(path);
    if (task) {
      await play(task, this.#project.folder, (event) => events.push(event), this.#abort.signal);
    }
    const whole = events.some(({ event }) => event === "end");
    const recording = whole && !events.some(({ event }) => event === "failed")
      ? { events }
      : undefined;
    if (recording) {
      this.#known.set(name, { of, recording });
      this.version++;
      this.#write(name, of, recording);
    } else {
      this.#failed.set(name, of);
    }
    this.#want(name).resolve(recording);
    this.#wanted.delete(name);
  }

  #want(name: string): PromiseWithResolvers<Recording | undefined> {
    const wanted = this.#wanted.get(name) ?? Promise.withResolvers<Recording | undefined>();
    this.#wanted.set(name, wanted);
    return wanted;
  }

  /** What a run depends on, as far as it is in the project: the page, what runs it, and what they import. */
  #runs(path: string): string {
    const seen = new Set<string>();
    return this.#fingerprint(path, seen) + this.#fingerprint(`cli/${path}`, seen);
  }

  #fingerprint(path: string, seen: Set<string>): string {
    if (seen.has(path)) return "";
    seen.add(path);
    try {
      const imports = [
        ...this.#project.text(path).matchAll(/^(?:import|export|\}).* from "(\.[^"]+)";$/gm),
      ];
      const others = imports.map(([, to]) => new URL(to!, `file:///${path}`).pathname.slice(1));
      const stamps = others.map((other) => this.#fingerprint(other, seen));
      return `${path} ${this.#project.stamp(path)}\n${stamps.join("")}`;
    } catch {
      return `${path} is not there\n`;
    }
  }

  #read(name: string): { of: string; recording: Recording } | undefined {
    try {
      const { of, events } = JSON.parse(Deno.readTextFileSync(this.#file(name)));
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
      Deno.writeTextFileSync(this.#file(name), JSON.stringify({ of, events }));
    } catch {
      // Then it is recorded again at the next start.
    }
  }

  #file(name: string): URL {
    return new URL(`${FOLDER}/${name}.json`, this.#project.folder);
  }
}
