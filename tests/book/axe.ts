/**
 * What axe finds wrong with a page.
 *
 * @module
 */
import axe from "axe-core";
import type { Page } from "puppeteer-core";

/** The rules that look at colours. The others find the same in every theme. */
export const COLOURS = ["color-contrast", "link-in-text-block"];

/** What axe finds wrong with a page as it is now: by all its rules, or by these. */
export async function violations(page: Page, rules?: string[]): Promise<string[]> {
  if (!await page.evaluate(() => "axe" in globalThis)) await page.evaluate(axe.source);
  return await page.evaluate(async (rules) => {
    const { axe } = globalThis as unknown as { axe: typeof import("axe-core") };
    const only = rules && { runOnly: { type: "rule" as const, values: rules } };
    const { violations } = await axe.run({ resultTypes: ["violations"], ...only });
    return violations.map(({ id, nodes }) =>
      `${id}: ${nodes.slice(0, 3).map(({ html }) => html.slice(0, 200)).join("\n")}`
    );
  }, rules);
}
