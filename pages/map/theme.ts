/** Colours of the page's style sheet, for what is drawn on canvases. */

import type { Theme } from "./palette.js";

export interface Look {
  readonly theme: Theme;
  readonly page: string;
  readonly ink: string;
  readonly softInk: string;
  readonly grid: string;
  readonly hatch: string;
  readonly accent: string;
  readonly font: string;
}

/** As the page looks now. */
export function lookNow(isPrinted: boolean): Look {
  const style = getComputedStyle(document.documentElement);
  const value = (name: string) => style.getPropertyValue(name).trim();
  const isDark = !isPrinted && matchMedia("(prefers-color-scheme: dark)").matches;
  return {
    theme: isDark ? "dark" : "light",
    page: value("--page"),
    ink: value("--ink"),
    softInk: value("--soft-ink"),
    grid: value("--grid"),
    hatch: value("--hatch"),
    accent: value("--accent"),
    font: style.fontFamily,
  };
}
