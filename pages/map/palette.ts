/** Colours of classes and of amounts, for a light and a dark page. */

export type Rgb = readonly [red: number, green: number, blue: number];
export type Theme = "light" | "dark";

/**
 * Twelve colours each, found by annealing for the largest least distance in OKLab, as seen with full colour vision and with
 * each of the three kinds of colour blindness (Machado, Oliveira & Fernandes 2009); the same hues in both themes.
 */
const CLASSES: Readonly<Record<Theme, readonly string[]>> = {
  light: [
    "#103fb1",
    "#d77f07",
    "#1b99fe",
    "#940504",
    "#a3cc30",
    "#e54570",
    "#4dcde1",
    "#7756df",
    "#806b11",
    "#fe98a5",
    "#732a75",
    "#a983b6",
  ],
  dark: [
    "#0062d5",
    "#ce9239",
    "#5d9bc3",
    "#b46163",
    "#cbd321",
    "#f4599d",
    "#57effb",
    "#8e76f7",
    "#7a6a05",
    "#faaca9",
    "#a034a0",
    "#d49dff",
  ],
};
const NO_CLASS: Readonly<Record<Theme, string>> = { light: "#b4b8be", dark: "#5c626b" };

/** From little to much: the most stands out most from the page. */
const AMOUNTS: Readonly<Record<Theme, readonly string[]>> = {
  light: ["#b9d9ea", "#74b3d8", "#3984c0", "#23519b", "#1a2560"],
  dark: ["#29406e", "#2f6aa8", "#3f9cc9", "#7fcdd0", "#e4f4d4"],
};

/** Dots of different outlines tell classes apart beyond the twelfth. */
export const SHAPES = ["circle", "square", "triangle", "diamond", "cross"] as const;
export type Shape = (typeof SHAPES)[number];
export const CLASS_COLOURS = CLASSES.light.length;

/** Class -1: none. */
export function classColour(index: number, theme: Theme): Rgb {
  return rgb(index < 0 ? NO_CLASS[theme] : CLASSES[theme][index % CLASS_COLOURS]);
}

export function classShape(index: number): Shape {
  return SHAPES[Math.floor(Math.max(0, index) / CLASS_COLOURS) % SHAPES.length];
}

/** Of an amount 0..1. */
export function amountColour(amount: number, theme: Theme): Rgb {
  const stops = AMOUNTS[theme];
  const place = Math.min(1, Math.max(0, amount)) * (stops.length - 1);
  const below = Math.min(stops.length - 2, Math.floor(place));
  const [from, to] = [rgb(stops[below]), rgb(stops[below + 1])];
  const share = place - below;
  return [0, 1, 2].map((c) => Math.round(from[c] + (to[c] - from[c]) * share)) as unknown as Rgb;
}

export function css([red, green, blue]: Rgb): string {
  return `rgb(${red} ${green} ${blue})`;
}

function rgb(hex: string): Rgb {
  return [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16)) as unknown as Rgb;
}
