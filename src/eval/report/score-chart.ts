/** The distribution of scores, with marks where p-values begin. */

import * as Plot from "@observablehq/plot";
import { draw, type Paper } from "./charts.js";
import type { Html } from "./html.js";
import { nats } from "./numbers.js";

export interface ScoreMark {
  /** Share of ordinary records beyond. */
  readonly p: number;
  readonly at: number;
}

const BINS = 32;
/** Share of the scores that may lie beyond the right end. */
const FAR = 0.002;

export function scoreChart(
  document: Paper,
  ascending: readonly number[],
  marks: readonly ScoreMark[],
  unit: string,
): Html {
  const last = ascending[Math.floor((1 - FAR) * (ascending.length - 1))];
  const shown = ascending.filter((value) => value <= last);
  const median = ascending[Math.floor(ascending.length / 2)];
  const label = `Scores of ${ascending.length} records, median ${nats(median)} ${unit}; ${marks.map(({ p, at }) => `p ${p} at ${nats(at)}`).join(", ")}`;
  return draw(document, label, {
    height: 250,
    x: { label: unit, domain: [shown[0], last], nice: true, ticks: 6 },
    y: { label: "records", ticks: 4 },
    marks: [
      Plot.gridY({ stroke: "var(--line)", strokeOpacity: 1, ticks: 4 }),
      Plot.rectY(binned(shown), { x1: "from", x2: "to", y: "count", fill: "var(--bar)", insetRight: 1 }),
      Plot.ruleY([0], { stroke: "var(--soft)" }),
      Plot.ruleX(marks, { x: "at", stroke: "var(--warning)", strokeDasharray: "3 3" }),
      Plot.text(marks, {
        x: "at",
        text: ({ p }: ScoreMark) => `p ${p}`,
        frameAnchor: "top",
        dy: -8,
        fill: "var(--warning)",
      }),
    ],
  });
}

function binned(ascending: readonly number[]): { from: number; to: number; count: number }[] {
  const [first, last] = [ascending[0], ascending[ascending.length - 1]];
  const step = (last - first) / BINS || 1;
  const bins = Array.from({ length: BINS }, (_, i) => ({
    from: first + i * step,
    to: first + (i + 1) * step,
    count: 0,
  }));
  for (const value of ascending) bins[Math.min(BINS - 1, Math.floor((value - first) / step))].count++;
  return bins;
}
