/**
 * Runs a lesson, or plays what was recorded of it, and draws what happens.
 *
 * @module
 */
import { type Event, inWords, sum } from "../diagram/events.ts";
import { isChart, NARROW, picture, type Shape, WIDE } from "../diagram/picture.ts";
import { element, leaving, objects } from "./dom.ts";

/** So long each event is looked at, in milliseconds. */
const PACE = 500;
/** A row of a chart is read at a glance. */
const CHART_PACE = 100;

export function startDiagrams(): void {
  for (const figure of document.querySelectorAll<HTMLElement>(".diagram")) new Diagram(figure);
}

class Diagram {
  readonly #figure: HTMLElement;
  readonly #live: boolean;
  readonly #button: HTMLButtonElement;
  readonly #status: HTMLElement;

  constructor(figure: HTMLElement) {
    this.#figure = figure;
    this.#live = "live" in figure.dataset;
    this.#button = figure.querySelector(".run")!;
    this.#status = figure.querySelector(".status")!;
    this.#button.addEventListener("click", () => this.#run());
    figure.addEventListener("recorded", () => this.#wait());
    if (this.#live && !figure.querySelector("svg")) this.#wait();
  }

  /**
   * For the first picture, which is being recorded while the page is read already, and for that of a
   * lesson that has changed.
   */
  async #wait(): Promise<void> {
    if (this.#button.disabled) return;
    if (!this.#figure.querySelector("svg")) this.#status.textContent = "Recording a first run…";
    const response = await fetch(`recorded/${this.#figure.dataset.lesson}`).catch(() => undefined);
    if (this.#button.disabled) return; // somebody was faster, and pressed Run
    if (!response?.ok) {
      this.#status.textContent = "Run it to see what happens.";
      return;
    }
    const events = await response.json();
    this.#draw(events, events);
    this.#finish(events, "recorded from a real run");
  }

  async #run(): Promise<void> {
    this.#button.disabled = true;
    this.#status.textContent = this.#live ? "Running, in slow motion…" : "In slow motion…";
    const known: Event[] = [];
    const arrived = this.#live ? this.#fresh() : this.#recorded();
    let more = () => {};
    let ended = false;
    const reading = (async () => {
      for await (const event of arrived) {
        known.push(event);
        more();
      }
      ended = true;
      more();
    })();
    await this.#show(known, () => ended, () => new Promise<void>((resolve) => more = resolve));
    await reading;
    this.#finish(known, this.#live ? "just now" : "recorded from a real run");
    this.#button.disabled = false;
  }

  /** Shows the events as they come, but none before the one before it was seen. */
  async #show(known: Event[], ended: () => boolean, more: () => Promise<void>): Promise<void> {
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    for (let shown = 0; shown < known.length || !ended();) {
      if (shown === known.length) {
        await more();
        continue;
      }
      if (still) shown = known.length;
      else while (known[shown++]!.event === "column" && shown < known.length);
      this.#draw(known.slice(0, shown), known, !still);
      const last = known[shown - 1]!;
      if (still || last.event !== "column" && last.event !== "end") {
        const pace = still ? 50 : isChart(last) ? CHART_PACE : PACE;
        await new Promise((resolve) => setTimeout(resolve, pace));
      }
    }
  }

  #draw(events: Event[], ahead: Event[], moving = false): void {
    const place = this.#figure.querySelector(".picture")!;
    const pictures = [WIDE, NARROW].map((width) => {
      const old = place.querySelector(width === WIDE ? "svg.wide" : "svg.narrow");
      const height = moving ? Number(old?.getAttribute("height") ?? 0) : 0;
      return drawn(picture(events, { width, ahead, height }));
    });
    if (moving) {
      for (const one of pictures) [...one.querySelectorAll(".e")].at(-1)?.classList.add("new");
    }
    place.replaceChildren(...pictures);
  }

  #finish(events: Event[], when: string): void {
    this.#draw(events, events);
    const failed = events.findLast((event) => event.event === "failed");
    this.#status.textContent = failed ? failed.text : `${sum(events)}, ${when}`;
    const list = this.#figure.querySelector(".words ol")!;
    list.replaceChildren(...inWords(events).map((text) => element("li", "", text)));
  }

  async *#fresh(): AsyncGenerator<Event> {
    try {
      const response = await fetch(`run/${this.#figure.dataset.lesson}`, {
        method: "POST",
        signal: leaving(),
      });
      if (!response.ok) throw new Error((await response.text()).trim());
      yield* objects(response.body!) as AsyncGenerator<Event>;
    } catch (error) {
      const { name, message } = error as Error;
      const text = name === "AbortError" ? "Stopped, since the page was left." : message;
      yield {
        event: "failed",
        text: name === "TypeError" ? "The book is not running any more." : text,
      };
    }
  }

  async *#recorded(): AsyncGenerator<Event> {
    yield* JSON.parse(this.#figure.querySelector("script")!.textContent!) as Event[];
  }
}

function drawn({ tag, attributes, inside }: Shape): SVGElement {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, `${value}`);
  made.append(...inside.map((one) => typeof one === "string" ? one : drawn(one)));
  return made;
}
