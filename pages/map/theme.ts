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

/** On paper; the style sheet's own are not in force yet when the layers are drawn for it. */
const PAPER = {
  theme: "light",
  page: "#fff",
  ink: "#000",
  softInk: "#444",
  grid: "#eee",
  hatch: "#ddd",
  accent: "#1d4fbf",
} as const;

/** As the page looks now, or on paper. */
export function lookNow(isPrinted: boolean): Look {
  const style = getComputedStyle(document.documentElement);
  const font = style.fontFamily;
  if (isPrinted) return { ...PAPER, font };
  const value = (name: string) => style.getPropertyValue(name).trim();
  return {
    theme: matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light",
    page: value("--page"),
    ink: value("--ink"),
    softInk: value("--soft-ink"),
    grid: value("--grid"),
    hatch: value("--hatch"),
    accent: value("--accent"),
    font,
  };
}
