/** A scatter plot of points in the plane, coloured by class, with a legend. */

import type { Pictures } from "../../host.js";
import { Philox } from "../../random.js";
import { type Canvas, type Colour, canvas } from "./canvas.js";
import { CAPITAL_HEIGHT, textWidth } from "./lettering.js";

export interface Scatter {
  /** [count, 2]. */
  readonly points: Float32Array;
  /** Class per point, -1 for none; null: all of one colour. */
  readonly classes: Int32Array | null;
  /** Names of the classes. */
  readonly names: readonly string[];
  readonly title: string;
  readonly subtitle: string;
  readonly axes: readonly [x: string, y: string];
}

/** Twelve that stay apart for most eyes; more classes than that share them. */
const PALETTE: readonly Colour[] = [
  [49, 104, 190], // blue
  [232, 119, 34], // orange
  [44, 150, 76], // green
  [208, 46, 58], // red
  [134, 86, 182], // violet
  [137, 90, 68], // brown
  [226, 106, 175], // pink
  [92, 99, 112], // slate
  [181, 174, 36], // olive
  [30, 176, 196], // turquoise
  [24, 42, 105], // navy
  [151, 207, 122], // light green
];
const NO_CLASS: Colour = [190, 194, 200];
const INK: Colour = [32, 36, 44];
const SOFT_INK: Colour = [110, 116, 126];
const GRID: Colour = [232, 234, 238];

const SIDE = 960;
const LEFT = 92;
const TOP = 104;
const BOTTOM = 84;
const RIGHT = 40;
const LEGEND_WIDTH = 190;
const MAX_LEGEND = 24;
const LETTER = { title: 19, text: 13, axis: 12 };

/** Share of the points that may lie outside the frame on each side: a few far ones would squeeze the others. */
const OUTSIDE = 0.001;

/** The plot as one picture in colour. */
export function drawScatter(scatter: Scatter): Pictures {
  const { classes, names, points } = scatter;
  const shown = classes ? names.slice(0, MAX_LEGEND) : [];
  const legend = shown.length > 0 ? Math.max(LEGEND_WIDTH, widest(shown) + 60) : 0;
  const page = canvas(LEFT + SIDE + RIGHT + legend, TOP + SIDE + BOTTOM);
  const x = axis(points, 0);
  const y = axis(points, 1);
  const place = (i: number) =>
    [LEFT + share(points[2 * i], x) * SIDE, TOP + (1 - share(points[2 * i + 1], y)) * SIDE] as const;

  page.text(scatter.title, LEFT, 44, LETTER.title, INK);
  page.text(scatter.subtitle, LEFT, 76, LETTER.text, SOFT_INK);
  drawAxes(page, x, y, scatter.axes);
  const count = points.length / 2;
  const radius = Math.min(4.5, Math.max(1.8, 220 / Math.sqrt(count)));
  // In random order, so that no class lies on top of the others.
  for (const i of new Philox(0).permutation(count)) {
    const [px, py] = place(i);
    const inside = px >= LEFT && px <= LEFT + SIDE && py >= TOP && py <= TOP + SIDE;
    if (inside) page.dot(px, py, radius, classes ? colourOf(classes[i]) : PALETTE[0], OPACITY);
  }
  drawLegend(page, shown, names.length - shown.length);
  return page.toPicture();
}
const OPACITY = 0.72;

function colourOf(index: number): Colour {
  return index < 0 ? NO_CLASS : PALETTE[index % PALETTE.length];
}

/** The range shown of one coordinate. */
interface Axis {
  readonly from: number;
  readonly to: number;
  readonly ticks: readonly number[];
}
const share = (value: number, { from, to }: Axis) => (value - from) / (to - from);

function axis(points: Float32Array, which: 0 | 1): Axis {
  const values = Float32Array.from({ length: points.length / 2 }, (_, i) => points[2 * i + which]).sort();
  const skip = Math.floor(values.length * OUTSIDE);
  const [least, most] = [values[skip], values[values.length - 1 - skip]];
  const margin = (most - least) * 0.04 || 1;
  const [from, to] = [least - margin, most + margin];
  const step = niceStep((to - from) / 6);
  const first = Math.ceil(from / step);
  const ticks = Array.from({ length: Math.floor(to / step) - first + 1 }, (_, i) => (first + i) * step);
  return { from, to, ticks };
}

/** 1, 2 or 5 times a power of ten, near `size`. */
function niceStep(size: number): number {
  const power = 10 ** Math.floor(Math.log10(size));
  return power * ([1, 2, 5].find((factor) => factor * power >= size) ?? 10);
}

function drawAxes(page: Canvas, x: Axis, y: Axis, names: Scatter["axes"]): void {
  const [right, bottom] = [LEFT + SIDE, TOP + SIDE];
  for (const tick of x.ticks) {
    const at = Math.round(LEFT + share(tick, x) * SIDE) + 0.5;
    page.line([[at, TOP], [at, bottom]], 1, GRID); // biome-ignore format: a point a pair
    page.text(tickText(tick), at, bottom + 26, LETTER.axis, SOFT_INK, 0.5);
  }
  for (const tick of y.ticks) {
    const at = Math.round(TOP + (1 - share(tick, y)) * SIDE) + 0.5;
    page.line([[LEFT, at], [right, at]], 1, GRID); // biome-ignore format: a point a pair
    page.text(tickText(tick), LEFT - 12, at + LETTER.axis / 2, LETTER.axis, SOFT_INK, 1);
  }
  page.text(names[0], right, bottom + 58, LETTER.text, INK, 1);
  page.text(names[1], LEFT + 10, TOP + 22, LETTER.text, INK);
}

/** Without the rests that sums of tenths leave. */
function tickText(value: number): string {
  return String(Number(value.toPrecision(6)));
}

function drawLegend(page: Canvas, names: readonly string[], more: number): void {
  const left = LEFT + SIDE + RIGHT;
  names.forEach((name, i) => {
    const y = TOP + 20 + i * 32;
    page.dot(left, y - LETTER.text / 2, 7, colourOf(i));
    page.text(name, left + 20, y, LETTER.text, INK);
  });
  if (more > 0) page.text(`and ${more} more`, left, TOP + 20 + names.length * 32, LETTER.text, SOFT_INK);
}

/** In whole pixels. */
function widest(names: readonly string[]): number {
  return Math.ceil((Math.max(...names.map(textWidth)) * LETTER.text) / CAPITAL_HEIGHT);
}
