/** Small plots side by side as one SVG: for each series time above (both axes logarithmic), memory below. */

import * as Plot from "@observablehq/plot";
import { parseHTML } from "linkedom";

export interface SeriesPoint {
  readonly size: number;
  /** Steps' or run's time, in `unit`. */
  readonly time: number;
  readonly memory: number | null;
}
export interface Series {
  readonly title: string;
  /** What `time` is, with its unit. */
  readonly unit: string;
  readonly points: readonly SeriesPoint[];
}

const WIDTH = 260;
const HEIGHT = 200;
const HEADING = 24;
/** Readable on white and on black. */
const INK = "#6b7280";
const TIME = "#2563eb";
const MEMORY = "#d97706";

export function scalePlot(series: readonly Series[]): string {
  const { document } = parseHTML("<!doctype html><html><body></body></html>");
  const panels = series.flatMap(({ title, unit, points }, column) => {
    const known = points.filter(({ memory }) => memory !== null);
    return [
      place(document, column, 0, { points, y: "time", label: unit, title, colour: TIME }),
      place(document, column, 1, { points: known, y: "memory", label: "peak memory, MiB", title, colour: MEMORY }),
    ];
  });
  const [width, height] = [series.length * WIDTH, HEADING + 2 * HEIGHT];
  const headings = series.map(({ title }, column) => {
    const x = (column + 0.5) * WIDTH;
    return `<text x="${x}" y="16" text-anchor="middle" font-weight="600" fill="${INK}">${title}</text>`;
  });
  const frame = `xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="system-ui, sans-serif" font-size="12"`;
  return `<svg ${frame}>\n${headings.join("\n")}\n${panels.join("\n")}\n</svg>\n`;
}

interface Panel {
  readonly points: readonly SeriesPoint[];
  readonly y: "time" | "memory";
  readonly label: string;
  readonly title: string;
  readonly colour: string;
}

function place(document: Document, column: number, row: number, { points, y, label, title, colour }: Panel): string {
  const sizes = points.map(({ size }) => size);
  const chart = Plot.plot({
    document,
    width: WIDTH,
    height: HEIGHT,
    marginLeft: 48,
    marginBottom: 36,
    style: { color: INK, background: "none" },
    x: { type: "log", label: title, ticks: sizes, tickFormat: short },
    y: { label, nice: true, ticks: 4, tickFormat: short, ...(y === "time" ? { type: "log" } : { zero: true }) },
    marks: [
      Plot.gridY({ stroke: INK, strokeOpacity: 0.2, ticks: 4 }),
      Plot.lineY(points, { x: "size", y, stroke: colour, strokeWidth: 1.8 }),
      Plot.dot(points, { x: "size", y, fill: colour, r: 3 }),
    ],
  });
  const svg = chart.outerHTML.replace(/<style>[\s\S]*?<\/style>/g, "").replace(/(-?\d+\.\d{2})\d+/g, "$1");
  return svg.replace("<svg", `<svg x="${column * WIDTH}" y="${HEADING + row * HEIGHT}" color="${INK}"`);
}

/** @example short(1_000_000) // "1M" */
function short(value: number): string {
  if (value >= 1e6) return `${value / 1e6}M`;
  return value >= 1e4 ? `${value / 1e3}k` : `${value}`;
}
