/**
 * What the editor of a page asks for: a file, to save it, to keep a text beside it, to put it back.
 *
 * @module
 */
import type { Context, Hono } from "hono";
import { reason } from "../../exercises/runner/progress.ts";
import { LONGEST } from "../project.ts";
import { type Files, Refused, type Sent, type Version } from "./files.ts";

/** A JSON text is at most so much longer than what it says: each sign may be six letters. */
const MOST = 6 * LONGEST + 1000;

const PATH = ":room{lessons|exercises}/:name{[0-9]{2}_[A-Za-z0-9_]+\\.ts}";

/** Answers the editor. That a page of this book asks, is known by then. */
export function addEditing(app: Hono, files: Files): void {
  const path = (context: Context) => `${context.req.param("room")}/${context.req.param("name")}`;
  app.get(`/file/${PATH}`, (context) => answer(context, () => files.read(path(context))));
  for (const act of ["save", "keep", "reset"] as const) {
    app.post(
      `/${act}/${PATH}`,
      (context) =>
        answer(context, async () => files[act](path(context), await sentIn(context.req.raw))),
    );
  }
}

async function answer(context: Context, act: () => Promise<Version>): Promise<Response> {
  try {
    return context.json(await act());
  } catch (error) {
    if (error instanceof Refused) return context.text(`${error.message}\n`, error.status);
    return context.text(`The file could not be written: ${reason(error)}.\n`, 500);
  }
}

/** What a request sends, if it is what it should be. Reads no more than that may have. */
export async function sentIn(request: Request): Promise<Sent> {
  const { text, of, keep } = parsed(await limited(request)) as Partial<Sent>;
  if (typeof text !== "string" || typeof of !== "string" || !text.isWellFormed()) {
    throw new Refused(400, "This is no text to save.");
  }
  if (new TextEncoder().encode(text).length > LONGEST) {
    throw new Refused(413, `A file may have ${LONGEST.toLocaleString("en")} bytes, and no more.`);
  }
  return { text: text.replaceAll("\r\n", "\n"), of, keep: keep === true };
}

async function limited(request: Request): Promise<string> {
  let text = "";
  for await (
    const chunk of (request.body ?? new Blob().stream()).pipeThrough(new TextDecoderStream())
  ) {
    text += chunk;
    if (text.length > MOST) throw new Refused(413, "This is too long for a file.");
  }
  return text;
}

function parsed(text: string): object {
  try {
    return Object(JSON.parse(text));
  } catch {
    throw new Refused(400, "This is no JSON.");
  }
}
