/**
 * The sliders beside Run: the numbers of the next run.
 *
 * @module
 */
import { withUnit } from "../../cli/knobs.ts";

/** The sliders of a figure, if it has some. */
export class Knobs {
  readonly #sliders: HTMLInputElement[];
  readonly #task: HTMLElement;
  readonly #command: string;

  /** `moved` is called when one of them has another number. */
  constructor(figure: HTMLElement, moved: () => void) {
    this.#sliders = [...figure.querySelectorAll<HTMLInputElement>(".knob input")];
    this.#task = figure.querySelector(".task")!;
    this.#command = this.#task.textContent!;
    for (const slider of this.#sliders) {
      slider.addEventListener("input", () => {
        this.#show();
        moved();
      });
    }
    figure.querySelector(".usual")?.addEventListener("click", () => {
      for (const slider of this.#sliders) slider.value = slider.dataset.usual!;
      this.#show();
      moved();
    });
    figure.querySelector("div.knobs")?.removeAttribute("hidden");
    this.#show();
  }

  /** What asks the book for these numbers: `?drop=0.5`, or nothing. */
  get query(): string {
    const turned = this.#turned.map(({ name, value }) => `${name}=${value}`);
    return turned.length > 0 ? `?${turned.join("&")}` : "";
  }

  /** What to run for a picture of these numbers, in words. */
  get words(): string {
    const turned = this.#turned;
    if (turned.length === 0) return "the usual numbers";
    return turned.length > 2 ? "these numbers" : this.#options.trim();
  }

  get #turned(): HTMLInputElement[] {
    return this.#sliders.filter(({ value, dataset }) => Number(value) !== Number(dataset.usual));
  }

  get #options(): string {
    return this.#turned.map(({ name, value }) => ` --${name} ${value}`).join("");
  }

  /** Shows the numbers, and the command that does the same in a terminal. */
  #show(): void {
    for (const slider of this.#sliders) {
      const text = withUnit(Number(slider.value), slider.dataset.unit);
      slider.ariaValueText = text;
      slider.closest(".knob")!.querySelector("output")!.textContent = text;
    }
    this.#task.textContent = this.#command + this.#options;
  }
}
