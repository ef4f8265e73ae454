/**
 * The server's answers, and what it refuses.
 *
 * @module
 */
import { type Context, Hono } from "hono";
import { etag } from "hono/etag";
import { printable } from "../../lib/text.ts";
import { pageOf } from "../exercises.ts";
import type { LessonFile, Project } from "../project.ts";
import type { Site } from "../site.tsx";
import { follow } from "./changes.ts";
import { watch } from "./checks.ts";
import { addEditing } from "./editing.ts";
import { Files } from "./files.ts";
import { streamed } from "./lines.ts";
import type { Recordings } from "./recordings.ts";
import { knobOptions, play } from "./runs.ts";
import { typeErrors } from "./types.ts";

/** So many may be at work at a time: runs, checks of exercises, checks of types, and followed pages. */
export const MOST = { runs: 4, checks: 4, types: 4, followers: 32 };

// Nothing inline, nothing from elsewhere, and no page of anybody else around this one.
const POLICY = [
  "default-src 'none'",
  ...["script-src", "style-src", "font-src", "img-src", "connect-src"].map((what) =>
    `${what} 'self'`
  ),
  ...["base-uri", "form-action", "frame-ancestors"].map((what) => `${what} 'none'`),
].join("; ");

const HEADERS = {
  "content-security-policy": POLICY,
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
};

/** Whether a page of this book asks, as far as the browser tells. */
function isOwn(context: Context): boolean {
  return (context.req.header("sec-fetch-site") ?? "same-origin") === "same-origin";
}

async function ownOnly(context: Context, next: () => Promise<void>): Promise<Response | void> {
  if (!isOwn(context)) return context.text("Only pages of this book may ask.\n", 403);
  await next();
}

/** Why a page is not checked. */
const MANY = "Too many pages are being checked: end one in another tab.\n";

/** Why a run was stopped that another page did not wait for. */
const ELSEWHERE = "It was stopped, since it runs in another tab now.";

/** A run that goes on. */
interface Run {
  /** Which page asked for it, as it names itself. */
  readonly page: string;
  readonly stop: AbortController;
  readonly ended: Promise<void>;
}

/** The application at this port of 127.0.0.1. */
export function app(
  project: Project,
  site: Site,
  recordings: Recordings,
  port: () => number,
): Hono {
  const app = new Hono();
  app.use(async (context, next) => {
    await next();
    for (const [name, value] of Object.entries(HEADERS)) context.res.headers.set(name, value);
  });
  app.use(async (context, next) => refusal(context, port()) ?? await next());
  addRuns(app, project);
  addChecks(app, project);
  addTypes(app, project);
  // Nor may others learn what is saved when, or read a file.
  for (const room of ["changes", "file", "recorded"]) app.use(`/${room}/*`, ownOnly);
  addChanges(app, site);
  addRecorded(app, project, recordings);
  addEditing(app, new Files(project));
  // A browser keeps a file, and asks whether it is still the same.
  app.get("/:name?", etag(), (context) => sendFile(context, site));
  app.notFound((context) => context.text("There is no such page.\n", 404));
  app.onError((error, context) => {
    console.error(printable(error instanceof Error ? error.message : String(error), 1000));
    return context.text("That went wrong. The terminal says more.\n", 500);
  });
  return app;
}

/** The answer to a request that is not for this book, or would change something from elsewhere. */
function refusal(context: Context, port: number): Response | undefined {
  const host = context.req.header("host") ?? "";
  // A name that points here is not enough (DNS rebinding): it has to be one of ours, as a browser
  // names it: without the port, if that is 80.
  const own = ["127.0.0.1", "localhost"].map((name) => new URL(`http://${name}:${port}`).host);
  if (!own.includes(host)) return context.text("This book is at 127.0.0.1.\n", 421);
  const { method } = context.req;
  if (method === "GET" || method === "HEAD") return undefined;
  if (method !== "POST") {
    return context.text("Only GET and POST.\n", 405, { allow: "GET, HEAD, POST" });
  }
  // Only our own pages may run anything.
  if (context.req.header("origin") === `http://${host}` && isOwn(context)) return undefined;
  return context.text("Only pages of this book may ask for that.\n", 403);
}

/** How a path names a lesson, or the exercises of one. */
const NUMBER = ":number{[0-9]{1,3}}";

function numberIn(context: Context): number {
  return Number(context.req.param("number"));
}

function lessonIn(context: Context, project: Project): LessonFile | undefined {
  return project.lessons().find(({ number }) => number === numberIn(context));
}

function addRuns(app: Hono, project: Project): void {
  const running = new Map<number, Run>();
  app.post(`/run/${NUMBER}`, (context) => {
    const lesson = lessonIn(context, project);
    if (!lesson?.task) return context.text("There is no such lesson.\n", 404);
    const { task, lesson: { knobs } } = lesson;
    const asked = URL.parse(context.req.url)?.searchParams;
    const options = asked && knobOptions(asked, knobs);
    if (!options) return context.text("This lesson cannot run with that.\n", 400);
    return run(context, running, (send, signal) => {
      return play(task, project.folder, send, signal, options);
    });
  });
}

/** Runs a lesson, as soon as the run is over that the page had before. */
async function run(
  context: Context,
  running: Map<number, Run>,
  play: (send: (value: unknown) => void, signal: AbortSignal) => Promise<void>,
): Promise<Response> {
  const number = numberIn(context);
  const page = context.req.header("x-page") ?? crypto.randomUUID();
  // Another page's run is stopped only if somebody wants that.
  const isWanted = context.req.header("x-instead") !== undefined;
  let before = running.get(number);
  while (before && (isWanted || before.page === page)) {
    before.stop.abort(before.page === page ? undefined : ELSEWHERE);
    await before.ended;
    before = running.get(number);
  }
  if (before) return context.text("This lesson is running in another tab.\n", 409);
  if (running.size >= MOST.runs) return context.text("Too many lessons are running.\n", 429);
  return streamed((send, gone) => {
    const stop = new AbortController();
    const run = play(send, AbortSignal.any([gone, stop.signal]))
      .finally(() => running.delete(number));
    running.set(number, { page, stop, ended: run.catch(() => {}) });
    return run;
  });
}

function addChecks(app: Hono, project: Project): void {
  let checking = 0;
  app.post(`/check/${NUMBER}`, (context) => {
    const page = pageOf(numberIn(context));
    if (!page) return context.text("There is no such exercise.\n", 404);
    if (checking >= MOST.checks) return context.text(MANY, 429);
    checking++;
    return streamed((send, signal) => {
      return watch(project, page, send, signal).finally(() => checking--);
    });
  });
}

function addTypes(app: Hono, project: Project): void {
  let checking = 0;
  app.post(`/types/${NUMBER}`, (context) => {
    const lesson = lessonIn(context, project);
    if (!lesson) return context.text("There is no such lesson.\n", 404);
    if (checking >= MOST.types) {
      return context.text("Its types were not checked: too many lessons are being checked.\n", 429);
    }
    checking++;
    return streamed((send, signal) => {
      return typeErrors(lesson.path, signal).then(send).finally(() => checking--);
    });
  });
}

/** Runs nothing: it looks at the files of a page. */
function addChanges(app: Hono, site: Site): void {
  let followers = 0;
  app.get("/changes/:name", (context) => {
    const name = context.req.param("name");
    if (!name.endsWith(".html") || !site.files().has(name)) return context.notFound();
    // Without a body there would be nobody who leaves.
    if (context.req.method === "HEAD") return context.body(null);
    if (followers >= MOST.followers) return context.text("Too many pages are open.\n", 429);
    followers++;
    return streamed((send, signal) => follow(site, name, send, signal).finally(() => followers--));
  });
}

/** Runs nothing: it waits for what is recorded anyway. No events: it cannot be recorded as it is. */
function addRecorded(app: Hono, project: Project, recordings: Recordings): void {
  app.get(`/recorded/${NUMBER}`, async (context) => {
    const lesson = lessonIn(context, project);
    if (!lesson) return context.notFound();
    const recording = await recordings.soon(lesson);
    return context.json(recording?.events ?? []);
  });
}

async function sendFile(context: Context, site: Site): Promise<Response> {
  const name = context.req.param("name") ?? "index.html";
  const make = site.files().get(name);
  if (!make) {
    // A person reads it: with the contents, and the search.
    if (!context.req.header("accept")?.includes("text/html")) return context.notFound();
    const { body } = await site.files().get("404.html")!();
    return context.html(`${body}`, 404);
  }
  const { type, body } = await make();
  const kept = /\.woff2$/.test(name) ? "max-age=86400" : "no-cache";
  return context.body(body, 200, { "content-type": type, "cache-control": kept });
}
