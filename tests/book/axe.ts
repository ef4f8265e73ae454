/**
 * What axe finds wrong with a page.
 *
 * @module
 */
import axe from "axe-core";
import type { Page } from "puppeteer-core";

/** The rules that look at colours. The others find the same in every theme. */
const COLOURS = ["color-contrast", "link-in-text-block"];

type Options = import("axe-core").RunOptions;

/** What axe finds wrong with a page as it is now. */
export function violations(page: Page): Promise<string[]> {
  return run(page, ":root", {});
}

/** The same, without its colours. */
export function violationsButColours(page: Page): Promise<string[]> {
  const rules = Object.fromEntries(COLOURS.map((rule) => [rule, { enabled: false }]));
  return run(page, ":root", { rules });
}

/**
 * What axe finds wrong with a page's colours. The pages have 100,000 texts, and some hundred looks: axe sees
 * each look once. Those of this page are among the known ones then.
 */
export async function colourViolations(page: Page, known: Set<string>): Promise<string[]> {
  const looks = await page.evaluate(markLooks, [...known]);
  for (const look of looks) known.add(look);
  if (looks.length === 0) return [];
  return await run(page, "[data-look]", { runOnly: { type: "rule", values: COLOURS } });
}

async function run(page: Page, where: string, options: Options): Promise<string[]> {
  if (!await page.evaluate(() => "axe" in globalThis)) await page.evaluate(axe.source);
  return await page.evaluate(
    async (where, options) => {
      const { axe } = globalThis as unknown as { axe: typeof import("axe-core") };
      const { violations } = await axe.run(where, { resultTypes: ["violations"], ...options });
      return violations.map(({ id, nodes }) =>
        `${id}: ${nodes.slice(0, 3).map(({ html }) => html.slice(0, 200)).join("\n")}`
      );
    },
    where,
    options,
  );
}

/**
 * Marks, in the page, the first text of each look that is not known, and returns these looks: the colours and
 * the font of a text, the colour around it, and all that it stands on.
 */
function markLooks(known: string[]): string[] {
  const grounds = new Map<Element | null, string>([[null, ""]]);
  const ground = (one: Element | null): string => {
    const seen = grounds.get(one);
    if (seen !== undefined) return seen;
    const { backgroundColor, backgroundImage, opacity, position } = getComputedStyle(one!);
    const own = [backgroundColor, backgroundImage, opacity, position].join();
    const isNone = own === "rgba(0, 0, 0, 0),none,1,static";
    const all = ground(one!.parentElement) + (isNone ? "" : `${own};`);
    grounds.set(one, all);
    return all;
  };
  const looks = new Set<string>();
  for (const one of document.querySelectorAll("body, body *")) {
    const hasText = [...one.childNodes].some(({ nodeType, nodeValue }) =>
      nodeType === Node.TEXT_NODE && nodeValue!.trim() !== ""
    );
    one.removeAttribute("data-look");
    if (!(hasText || one.matches("input, select")) || !one.checkVisibility()) continue;
    const style = getComputedStyle(one);
    const { color, fontFamily, fontSize, fontWeight, textDecorationLine, textShadow } = style;
    const around = getComputedStyle(one.parentElement!).color;
    const own = [color, around, fontFamily, fontSize, fontWeight, textDecorationLine, textShadow];
    const look = `${one.tagName} ${own.join()} ${ground(one)}`;
    if (known.includes(look) || looks.has(look)) continue;
    one.setAttribute("data-look", "");
    looks.add(look);
  }
  return [...looks];
}
