/**
 * Runs a lesson, or plays what was recorded of it, and draws what happens.
 *
 * @module
 */
import { type Complaint, type Event, sum } from "../diagram/events.ts";
import { element, leaving, objects, STOPPED, whenBack } from "./dom.ts";
import { Knobs } from "./knobs.ts";
import { name, Player } from "./player.ts";

const RECORDED = "recorded from a real run";
const AGAIN_RECORDED = "run again after a change";
/** What to say while a run that has ended is drawn: its steps are not as fast as it was. */
const STEPS = "Drawn step by step, with the real times…";
/** The second click of a double-click comes so soon at most, in milliseconds: it is not meant to stop. */
const DOUBLE = 400;
/** The name of this page, for the server: a page that runs a lesson again has stopped the run before. */
const PAGE = `${Math.random()}`;

/** The server refuses a run, since another tab has one of this lesson. */
class Elsewhere extends Error {}

export function startDiagrams(): void {
  for (const figure of document.querySelectorAll<HTMLElement>(".diagram")) new Diagram(figure);
}

class Diagram {
  readonly #figure: HTMLElement;
  readonly #live: boolean;
  readonly #run: HTMLButtonElement;
  readonly #status: HTMLElement;
  readonly #knobs: Knobs;
  readonly #player: Player;
  /** The knobs' numbers in the picture that is shown. */
  #numbers = "";
  /** Of the run that goes on. */
  #running: AbortController | undefined;
  /** When it began. */
  #began = -Infinity;
  #when = RECORDED;
  /** What the page came with. */
  readonly #first: string;
  /** What else there is to say of the run. */
  #remark = "";
  /** Whether it did not begin, since another tab runs this lesson. */
  #isElsewhere = false;
  /** Whether a new picture came while the one before was played. */
  #missed = false;

  constructor(figure: HTMLElement) {
    this.#figure = figure;
    this.#live = "live" in figure.dataset;
    this.#run = figure.querySelector(".run")!;
    this.#status = figure.querySelector(".status")!;
    this.#first = this.#status.textContent!;
    this.#knobs = new Knobs(figure, () => {
      if (this.#isBusy || !figure.querySelector(".picture svg")) return;
      this.#remark = "";
      this.#isElsewhere = false;
      this.#tell();
    });
    this.#player = new Player(figure, () => this.#recorded(), (stepped) => {
      this.#tell(stepped);
      if (this.#missed && !this.#isBusy && this.#player.step === this.#player.last) this.#wait();
    });
    this.#run.addEventListener("click", ({ detail }) => this.#press(detail));
    figure.addEventListener("recorded", () => this.#wait());
    document.addEventListener("changed", () => this.#running && this.#stop());
    whenBack(() => this.#status.textContent, () => this.#back());
    if (figure.querySelector(".picture svg")) {
      this.#figure.querySelector(".player")!.removeAttribute("hidden");
    } else if (this.#live) this.#wait();
  }

  /** Runs, or stops that. A double-click is one click: `clicks` is 0 for a key. */
  #press(clicks: number): void {
    const now = performance.now();
    const isSoon = clicks > 0 && this.#isBusy && now - this.#began < DOUBLE;
    if (clicks === 2 || isSoon) return;
    if (this.#isBusy) return this.#stop();
    this.#began = now;
    this.#start();
  }

  get #isBusy(): boolean {
    return this.#running !== undefined || this.#player.playing;
  }

  /**
   * For the first picture, which is being recorded while the page is read already, and for that of a
   * lesson that has changed.
   */
  async #wait(): Promise<void> {
    this.#missed = this.#player.playing && !this.#running;
    if (this.#isBusy) return;
    const isFirst = !this.#figure.querySelector(".picture svg");
    if (isFirst) this.#say("Recording a first run…");
    const before = this.#player.events;
    const events = await this.#recorded();
    if (this.#isBusy || this.#player.events !== before) return; // somebody pressed Run
    this.#when = isFirst ? RECORDED : AGAIN_RECORDED;
    this.#remark = "";
    this.#numbers = "";
    this.#figure.querySelector(".said")?.remove();
    if (events.length === 0) return this.#say("Run it to see what happens.");
    this.#player.take(events);
    this.#tellPage();
  }

  /** Runs it. `instead` stops the run of another tab. */
  async #start(instead = false): Promise<void> {
    const running = this.#running = new AbortController();
    this.#remark = "";
    this.#isElsewhere = this.#missed = false;
    const numbers = this.#knobs.query;
    this.#figure.querySelector(".said")?.remove();
    this.#name();
    try {
      const events = this.#live
        ? await this.#fresh(running.signal, instead)
        : await this.#recorded();
      this.#say("Starting…");
      for await (const event of events) this.#take(event, numbers);
    } catch (error) {
      this.#remark = reason(error as Error, running.signal);
      this.#isElsewhere = error instanceof Elsewhere;
    }
    if (this.#running === running) this.#running = undefined;
    this.#player.end();
    if (this.#player.events.some(({ event }) => event === "end")) this.#tellPage();
    this.#tell();
  }

  /** The book runs again: what was said of its end is not true any more. */
  #back(): void {
    this.#remark = "";
    if (this.#player.events.length > 0) this.#tell();
    else this.#wait();
  }

  /** Takes what a run tells. The picture before stays until there is something to draw. */
  #take(event: Event | Complaint, numbers: string): void {
    if (event.event === "error") return this.#complain(event.text);
    if (!this.#player.open) {
      if (event.event === "failed") {
        this.#remark = event.text;
        return;
      }
      this.#when = this.#live ? "just now" : RECORDED;
      this.#numbers = numbers;
      this.#player.begin();
      this.#player.play();
    }
    this.#player.add(event);
  }

  /** There is a new picture: an editor may wait for it. */
  #tellPage(): void {
    document.dispatchEvent(new Event("pictured"));
  }

  /** Shows a line of an error above the picture. */
  #complain(text: string): void {
    let place = this.#figure.querySelector(".said");
    if (!place) {
      place = element("pre", "said");
      place.role = "log";
      place.ariaLabel = "What went wrong";
      (place as HTMLElement).tabIndex = 0; // it may be high enough to scroll
      this.#figure.querySelector(".picture")!.before(place);
    }
    place.append(`${text}\n`);
  }

  #stop(): void {
    this.#running?.abort();
    this.#player.halt();
  }

  /** Says how it stands, on the button and beside it. */
  #tell(stepped = false): void {
    const { events, step, last, playing, atOnce, open } = this.#player;
    this.#name();
    const again = step === last ? "Replay" : "Go on";
    this.#figure.querySelector(".play .word")!.textContent = playing ? "Pause" : again;
    this.#figure.querySelector(".player")!.removeAttribute("hidden");
    const failed = events.findLast(({ event }) => event === "failed") as
      | { text: string }
      | undefined;
    // The picture is of other numbers than those that somebody has chosen.
    const isOld = this.#numbers !== this.#knobs.query;
    const isEnded = events.some(({ event }) => event === "end");
    this.#figure.toggleAttribute("data-unfinished", events.length > 0 && !isEnded);
    if (playing) this.#say(this.#running || atOnce ? "Running…" : STEPS);
    else if (this.#remark && !stepped) this.#sayRemark();
    else if (step < last || open) this.#stand(stepped);
    else if (isOld) this.#say(`Run, to see it with ${this.#knobs.words}.`);
    else if (events.length === 0) this.#say(this.#first);
    else this.#say(failed ? failed.text : `${sum(events)}, ${this.#when}`);
  }

  #name(): void {
    if (this.#isBusy) name(this.#run, "Stop", "stop");
    else name(this.#run, this.#live ? "Run" : "Play", "run");
    this.#figure.toggleAttribute("data-busy", this.#isBusy);
  }

  /** Says at which step it stands. Whoever steps and does not see the picture is told it, too. */
  #stand(stepped: boolean): void {
    const { step, last, words } = this.#player;
    this.#say(`Step ${step} of ${last}`);
    if (stepped && words) this.#status.append(element("span", "hidden", `: ${words}`));
  }

  #sayRemark(): void {
    this.#say(this.#remark);
    if (!this.#isElsewhere) return;
    const instead = element("button", "", "Stop it there, and run it here");
    instead.type = "button";
    instead.addEventListener("click", () => {
      this.#run.focus(); // the button goes
      this.#start(true);
    });
    this.#status.append(" ", instead);
  }

  /** Says it once: what is there already is not said again. */
  #say(text: string): void {
    if (this.#status.textContent !== text) this.#status.textContent = text;
  }

  /** The events of a new run. */
  async #fresh(signal: AbortSignal, instead: boolean): Promise<AsyncIterable<Event | Complaint>> {
    const response = await fetch(`run/${this.#figure.dataset.lesson}${this.#knobs.query}`, {
      method: "POST",
      headers: { "x-page": PAGE, ...instead && { "x-instead": "" } },
      signal: AbortSignal.any([signal, leaving()]),
    });
    if (!response.ok) {
      const said = (await response.text()).trim();
      throw response.status === 409 ? new Elsewhere(said) : new Error(said);
    }
    return objects(response.body!) as AsyncGenerator<Event | Complaint>;
  }

  /** The events of the picture that the page came with, or none. */
  async #recorded(): Promise<Event[]> {
    const written = this.#figure.querySelector("script")?.textContent;
    if (written) return JSON.parse(written);
    try {
      const response = await fetch(`recorded/${this.#figure.dataset.lesson}`);
      return response.ok ? await response.json() : [];
    } catch {
      this.#say(STOPPED);
      return [];
    }
  }
}

/** Why a run ended, in a sentence. */
function reason({ name, message }: Error, signal: AbortSignal): string {
  if (signal.aborted) return "Stopped.";
  if (name === "AbortError") return "Stopped, since the page was left.";
  return name === "TypeError" ? STOPPED : message;
}
