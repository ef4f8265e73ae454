import { remember } from "./menus.ts";

/** Light or dark: as the system says, until somebody chooses. */
export function startTheme(): void {
  const { dataset } = document.documentElement;
  const system = matchMedia("(prefers-color-scheme: dark)");
  document.querySelector(".theme")?.addEventListener("click", () => {
    const dark = (dataset.theme ?? (system.matches ? "dark" : "light")) === "dark";
    dataset.theme = dark ? "light" : "dark";
    remember("theme", dataset.theme);
  });
}
