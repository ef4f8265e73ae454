/**
 * The picture of a lesson, and what runs it.
 *
 * @module
 */
import { raw } from "hono/html";
import { type Event, inWords, sum } from "../diagram/events.ts";
import { NARROW, picture, WIDE, written } from "../diagram/picture.ts";
import { Icon } from "./code.tsx";

/** A run that was recorded, or nothing yet. */
export interface Recording {
  readonly events: readonly Event[];
}

/** The figure. On paper and in a book of files, nothing can be run: there it plays what was recorded. */
export function Diagram({ number, title, recording, live, id = "diagram" }: {
  number: number;
  title: string;
  recording: Recording | undefined;
  live: boolean;
  id?: string;
}) {
  const events = recording?.events ?? [];
  return (
    <figure
      class="diagram"
      id={id}
      data-lesson={number}
      data-live={live ? "" : undefined}
      aria-labelledby={`${id}-name`}
    >
      <div class="bar">
        <button type="button" class="run" hidden>
          <Icon name="run" />
          {live ? "Run" : "Play"}
          <span class="hidden">{` lesson ${number}, ${title}`}</span>
        </button>
        <p class="status" role="status">
          {recording ? `${sum(events)}, recorded from a real run` : "Not recorded yet."}
        </p>
        <code class="task">deno task lesson{number}</code>
      </div>
      <figcaption class="hidden" id={`${id}-name`}>
        {`Who sends what to whom in lesson ${number}, ${title}`}
      </figcaption>
      <div class="picture">
        {recording &&
          raw(
            written(picture(events, { width: WIDE })) + written(picture(events, { width: NARROW })),
          )}
      </div>
      <details class="words">
        <summary>In words</summary>
        <ol>{inWords(events).map((text) => <li>{text}</li>)}</ol>
      </details>
      {!live && recording && (
        <script type="application/json">
          {raw(JSON.stringify(events).replaceAll("<", "\\u003c"))}
        </script>
      )}
    </figure>
  );
}
