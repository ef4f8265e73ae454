/**
 * Shows the events of a run one after the other, forward and back.
 *
 * @module
 */
import { type Event, inWords, isChart, steps, waits } from "../diagram/events.ts";
import { NARROW, picture, type Shape, WIDE } from "../diagram/picture.ts";
import { element } from "./dom.ts";
import { remember, remembered } from "./menus.ts";

/** A row of a chart, or of what is printed, is read at a glance: it takes a fifth of the time. */
const CHART = 1 / 5;
/** While a run goes on at once, what has come is drawn so often, in milliseconds. */
const OFTEN = 50;

/** For a screen, and for a phone. */
const WIDTHS = [WIDE, NARROW];

const PATHS = { run: "M5 3l8 5l-8 5z", stop: "M4 4h8v8H4z" };

/** Gives a button that runs or stops something its word and its sign. */
export function name(button: HTMLElement, word: string, sign: keyof typeof PATHS): void {
  button.querySelector(".word")!.textContent = word;
  button.querySelector("path")!.setAttribute("d", PATHS[sign]);
}

/** What is played, and where it stands. */
export class Player {
  events: Event[] = [];
  /** The number of the step that is shown: 0 shows nothing yet. */
  step = 0;
  /** Whether it goes on by itself. */
  playing = false;
  /** Whether more events may come. */
  open = false;

  readonly #figure: HTMLElement;
  readonly #changed: (stepped: boolean) => void;
  readonly #play: HTMLButtonElement;
  readonly #position: HTMLInputElement;
  readonly #speed: HTMLSelectElement;
  #steps: number[] = [0];
  /** For how many events the list in words and the heights are made: not yet for those of now, if -1. */
  #listed = -1;
  #heights: { of: number; all: readonly number[] } | undefined;
  #turn = 0;
  #wake = () => {};
  #come = () => {};

  /**
   * `load` gets the events of the picture that the page came with. `changed` is called when something
   * is not as before: by a person's step, or by itself.
   */
  constructor(
    figure: HTMLElement,
    load: () => Promise<Event[]>,
    changed: (stepped: boolean) => void,
  ) {
    this.#figure = figure;
    this.#changed = changed;
    this.#play = figure.querySelector(".play")!;
    this.#position = figure.querySelector(".position")!;
    this.#speed = figure.querySelector(".speed")!;
    const isStill = matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.#speed.value = remembered("speed", "sessionStorage") ??
      (isStill ? "0" : this.#speed.value);
    this.#listen(load);
  }

  /** The number of the last step so far. */
  get last(): number {
    return this.#steps.length - 1;
  }

  /** Whether all of it is shown at once. */
  get atOnce(): boolean {
    return this.#pace === 0;
  }

  get #pace(): number {
    return Number(this.#speed.value);
  }

  /** Takes the place of what was there. More may come, with {@linkcode add}. */
  begin(): void {
    this.#hold([]);
    this.open = true;
    this.show(0);
  }

  /** Shows all of these. */
  take(events: Event[]): void {
    this.#hold(events);
    this.show(this.last);
    this.#changed(false);
  }

  #hold(events: Event[]): void {
    this.events = events;
    this.#steps = steps(events);
    this.#listed = -1;
    this.#heights = undefined;
    this.step = this.last;
  }

  /** Takes an event that has come. */
  add(event: Event): void {
    this.events.push(event);
    this.#steps = steps(this.events);
    this.#come();
  }

  /** No more comes. */
  end(): void {
    this.open = false;
    this.#come();
  }

  /** Goes on from here to the end, by itself. */
  async play(): Promise<void> {
    const turn = ++this.#turn;
    this.playing = true;
    this.#changed(false);
    while (turn === this.#turn && (this.open || this.step < this.last)) {
      if (this.step === this.last) {
        await new Promise<void>((resolve) => this.#come = resolve);
      } else {
        const isSeen = this.#isSeen();
        this.show(this.atOnce ? this.last : this.step + 1, !this.atOnce);
        if (isSeen && !this.atOnce) this.#look();
        await this.#pause(this.#looking());
      }
    }
    if (turn !== this.#turn) return;
    this.show(this.last);
    this.halt();
  }

  /** Stays here. */
  halt(): void {
    this.#turn++;
    this.#wake();
    this.#come();
    this.playing = false;
    this.#changed(false);
  }

  /** Draws what has happened up to this step. */
  show(step: number, moving = false): void {
    this.step = step;
    this.#draw(moving);
    this.#list();
    this.#position.max = `${this.last}`;
    this.#position.value = `${step}`;
    this.#position.ariaValueText = `${step} of ${this.last}`;
    this.#mark(".step-back", step === 0);
    this.#mark(".step-on", step === this.last);
  }

  /** What the step that is shown says, in words. */
  get words(): string {
    return this.#figure.querySelector('.words [aria-current="step"]')?.textContent ?? "";
  }

  #listen(load: () => Promise<Event[]>): void {
    const loaded = async (): Promise<boolean> => {
      if (this.events.length > 0 || this.open) return true;
      const events = await load();
      if (events.length > 0) this.#hold(events);
      return events.length > 0;
    };
    const go = async (where: () => number) => {
      if (!await loaded()) return;
      this.halt();
      this.show(Math.max(0, Math.min(where(), this.last)));
      this.#changed(true);
      this.#look();
    };
    this.#on(".step-back", () => go(() => this.step - 1));
    this.#on(".step-on", () => go(() => this.step + 1));
    this.#position.addEventListener("input", () => {
      const { value } = this.#position;
      go(() => Number(value));
    });
    this.#speed.addEventListener("change", () => {
      remember("speed", this.#speed.value, "sessionStorage");
      this.#wake();
    });
    // A double-click is one click.
    this.#on(".play", async ({ detail }) => detail < 2 && await loaded() && this.#toggle());
  }

  /** Pauses, goes on, or begins again at the end. */
  #toggle(): void {
    if (this.playing) return this.halt();
    if (this.step === this.last) this.show(0);
    this.play();
  }

  #on(selector: string, act: (event: MouseEvent) => void): void {
    this.#figure.querySelector<HTMLElement>(selector)!.addEventListener("click", act);
  }

  /** A button that can do nothing now keeps the focus. */
  #mark(selector: string, nothing: boolean): void {
    this.#figure.querySelector(selector)!.ariaDisabled = `${nothing}`;
  }

  /** Brings what a step has drawn into sight. */
  #look(): void {
    this.#drawnLast()?.scrollIntoView({ block: "nearest" });
  }

  /** Whether somebody looks at what was drawn last: who has scrolled away is not brought back. */
  #isSeen(): boolean {
    const last = this.#drawnLast() ?? this.#figure.querySelector(".bar")!;
    const { top, bottom } = last.getBoundingClientRect();
    return top >= 0 && bottom <= innerHeight;
  }

  #drawnLast(): Element | undefined {
    const pictures = [...this.#figure.querySelectorAll(".picture svg")];
    const shown = pictures.find((picture) => picture.checkVisibility());
    return [...shown?.querySelectorAll(".e") ?? []].at(-1);
  }

  /** How long to look at what is shown. */
  #looking(): number {
    if (this.atOnce) return OFTEN;
    const shown = this.events.slice(0, this.#steps[this.step]);
    const at = shown.findLastIndex(({ event }) => event !== "column" && event !== "end");
    const isGlance = at >= 0 && (isChart(shown[at]!) || shown[at]!.event === "printed");
    if (isGlance) return CHART * this.#pace;
    return this.#pace * (1 + Math.min(1000, waits(shown)[at] ?? 0) / 500); // a wait is waited, too
  }

  /** Waits for so many milliseconds, or until something wakes it. */
  #pause(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  #draw(moving: boolean): void {
    const place = this.#figure.querySelector(".picture")!;
    const events = this.events.slice(0, this.#steps[this.step]);
    const whole = this.#wholeHeights();
    const pictures = WIDTHS.map((width, i) => {
      // As high as all of it: nothing on the page moves. While more may come, no lower than before.
      const all = whole[i]!;
      const old = place.querySelector(width === WIDE ? "svg.wide" : "svg.narrow");
      const before = this.open ? Number(old?.getAttribute("height") ?? 0) : 0;
      return drawn(picture(events, { width, ahead: this.events, height: Math.max(all, before) }));
    });
    if (moving) {
      for (const one of pictures) [...one.querySelectorAll(".e")].at(-1)?.classList.add("new");
    }
    place.replaceChildren(...pictures);
  }

  /** How high the picture of all events is, at each width. */
  #wholeHeights(): readonly number[] {
    const of = this.events.length;
    if (this.#heights?.of !== of) {
      const height = (width: number) => Number(picture(this.events, { width }).attributes.height);
      this.#heights = { of, all: WIDTHS.map(height) };
    }
    return this.#heights!.all;
  }

  /** The same in words. The line of this step is marked. */
  #list(): void {
    const list = this.#figure.querySelector(".words ol")!;
    if (this.#listed !== this.events.length) {
      this.#listed = this.events.length;
      list.replaceChildren(...inWords(this.events).map((text) => element("li", "", text)));
    }
    list.querySelector("[aria-current]")?.removeAttribute("aria-current");
    if (this.step === 0 || this.step === this.last && !this.open) return;
    const shown = this.events.slice(0, this.#steps[this.step]);
    const line = list.children[shown.filter(({ event }) => event !== "end").length - 1];
    line?.setAttribute("aria-current", "step");
  }
}

function drawn({ tag, attributes, inside }: Shape): SVGElement {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, `${value}`);
  made.append(...inside.map((one) => typeof one === "string" ? one : drawn(one)));
  return made;
}
