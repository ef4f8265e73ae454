/**
 * The picture of a lesson, what runs it, and what plays it again.
 *
 * @module
 */
import { raw } from "hono/html";
import { type Knob, type Knobs, withUnit } from "../../cli/knobs.ts";
import { type Event, inWords, steps, sum } from "../diagram/events.ts";
import { NARROW, picture, WIDE, written } from "../diagram/picture.ts";
import { Icon } from "./code.tsx";

/** A run that was recorded, or nothing yet. */
export interface Recording {
  readonly events: readonly Event[];
}

/** The figure. On paper and in a book of files, nothing can be run: there it plays what was recorded. */
export function Diagram({ number, title, recording, knobs, live, id = "diagram" }: {
  number: number;
  title: string;
  recording: Recording | undefined;
  knobs?: Knobs | undefined;
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
          <span class="word">{live ? "Run" : "Play"}</span>
          <span class="hidden">{` lesson ${number}, ${title}`}</span>
        </button>
        <p class="status" role="status">
          {recording ? `${sum(events)}, recorded from a real run` : "Not recorded yet."}
        </p>
        <code class="task">deno task lesson{number}</code>
      </div>
      {knobs && (live ? <Sliders knobs={knobs} /> : <Named knobs={knobs} number={number} />)}
      <figcaption class="hidden" id={`${id}-name`}>
        {`Who sends what to whom in lesson ${number}, ${title}`}
      </figcaption>
      <div class="picture">
        {recording &&
          raw(
            written(picture(events, { width: WIDE })) + written(picture(events, { width: NARROW })),
          )}
      </div>
      <Player last={steps(events).length - 1} />
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

/** The numbers of the play, for the next run. They are there when there is a script that runs it. */
function Sliders({ knobs }: { knobs: Knobs }) {
  return (
    <div class="knobs" role="group" aria-label="For the next run" hidden>
      {Object.entries(knobs).map(([name, knob]) => <Slider name={name} knob={knob} />)}
      <button type="button" class="usual">Reset</button>
    </div>
  );
}

function Slider({ name, knob }: { name: string; knob: Knob }) {
  const { about, least, most, step, unit = "" } = knob;
  return (
    <div class="knob">
      <label>
        {about}
        <input
          type="range"
          name={name}
          min={least}
          max={most}
          step={step}
          value={knob.default}
          data-usual={knob.default}
          data-unit={unit}
          autocomplete="off"
        />
      </label>
      <output>{withUnit(knob.default, unit)}</output>
    </div>
  );
}

/** The same where nothing can be run. */
function Named({ knobs, number }: { knobs: Knobs; number: number }) {
  const [name, knob] = Object.entries(knobs)[0]!;
  return (
    <p class="knobs">
      <span>
        Its numbers can be changed where it runs: {Object.values(knobs).map(({ about }) => about)
          .join("; ")}. For example:{" "}
        <code>{`deno task lesson${number} --${name} ${knob.most}`}</code>
      </span>
    </p>
  );
}

/** Steps through what was drawn. `last` is the number of its steps. */
function Player({ last }: { last: number }) {
  return (
    <div class="player" role="group" aria-label="Playback" hidden>
      <button type="button" class="play">
        <span class="word">Replay</span>
      </button>
      <button type="button" class="step-back" aria-label="One step back" title="One step back">
        <Icon name="stepBack" />
      </button>
      <input
        type="range"
        class="position"
        min={0}
        max={last}
        value={last}
        aria-label="Step"
        autocomplete="off"
      />
      <button
        type="button"
        class="step-on"
        aria-label="One step on"
        title="One step on"
        aria-disabled="true"
      >
        <Icon name="stepOn" />
      </button>
      <select class="speed" aria-label="Speed" autocomplete="off">
        <option value="1500">slow</option>
        <option value="500" selected>normal</option>
        <option value="150">fast</option>
        <option value="0">at once</option>
      </select>
    </div>
  );
}
