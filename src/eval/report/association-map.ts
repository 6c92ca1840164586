/** Maps of how columns go together: a square of cells, darker where two columns tell more of each other. */

import type { AssociationMaps } from "./facts.js";
import { escapeHtml, type Html, trusted } from "./html.js";

const WIDTH = 290;
/** Place for names on the left, where there is room to read them. */
const NAMES = 92;
const MOST_NAMED = 20;
const LONGEST_NAME = 15;
/** Steps of the scale: cells of one step are one path. */
const STEPS = 12;
/** A difference of this much is drawn full. */
const FULL = 0.5;

export function associationMap(columns: readonly string[], values: Float64Array, what: string): Html {
  const strongest = pairsOf(columns, values)[0];
  const label = `Associations of ${columns.length} columns in ${what}, strongest between ${strongest.pair}: ${strongest.value.toFixed(2)}`;
  return square(columns, label, [{ colour: "var(--accent)", shareOf: (i) => values[i] }]);
}

/** Where associations of rows drawn are too strong, and where too weak. */
export function differenceMap({ columns, real, synthetic }: AssociationMaps): Html {
  const differences = real.map((value, i) => synthetic[i] - value);
  const farthest = pairsOf(columns, differences)[0];
  const label = `Difference of the associations of ${columns.length} columns, largest between ${farthest.pair}: ${farthest.value.toFixed(2)}`;
  return square(columns, label, [
    { colour: "var(--more)", shareOf: (i) => differences[i] / FULL },
    { colour: "var(--less)", shareOf: (i) => -differences[i] / FULL },
  ]);
}

/** Pairs by the size of their value. */
function pairsOf(columns: readonly string[], values: Float64Array): { pair: string; value: number }[] {
  const pairs = columns.flatMap((a, i) =>
    columns.slice(0, i).map((b, j) => ({ pair: `${b} and ${a}`, value: values[i * columns.length + j] })),
  );
  return pairs.sort((a, b) => Math.abs(b.value) - Math.abs(a.value));
}

interface Layer {
  readonly colour: string;
  /** How much of its colour a cell has; 0 or less is none. */
  readonly shareOf: (cell: number) => number;
}

function square(columns: readonly string[], label: string, layers: readonly Layer[]): Html {
  const count = columns.length;
  const isNamed = count <= MOST_NAMED;
  const left = isNamed ? NAMES : 0;
  const cell = (WIDTH - left) / count;
  const size = Math.min(11, cell * 0.82);
  const [from, side] = [round(left), round(cell * 0.94)];
  const paths = layers.flatMap(({ colour, shareOf }) => {
    const steps = new Map<number, string>();
    for (let i = 0; i < count * count; i++) {
      const step = Math.min(STEPS, Math.round(STEPS * shareOf(i)));
      if (!(step > 0)) continue;
      const [x, y] = [round(left + (i % count) * cell), round(Math.floor(i / count) * cell)];
      steps.set(step, `${steps.get(step) ?? ""}M${x} ${y}h${side}v${side}h-${side}z`);
    }
    return [...steps].map(
      ([step, path]) => `<path d="${path}" fill="${colour}" fill-opacity="${round(step / STEPS)}"/>`,
    );
  });
  const names = columns.map(
    (name, i) =>
      `<text x="${left - 6}" y="${round((i + 0.5) * cell + size * 0.35)}" text-anchor="end" font-size="${round(size)}">${escapeHtml(cut(name))}<title>${escapeHtml(name)}</title></text>`,
  );
  const ground = `<rect x="${from}" y="0" width="${round(WIDTH - left)}" height="${round(WIDTH - left)}" fill="var(--panel)"/>`;
  return trusted(
    `<svg class="chart" role="img" aria-label="${escapeHtml(label)}" viewBox="0 0 ${WIDTH} ${round(WIDTH - left)}">${ground}${paths.join("")}${isNamed ? names.join("") : ""}</svg>`,
  );
}

function cut(name: string): string {
  return name.length > LONGEST_NAME ? `${name.slice(0, LONGEST_NAME - 1)}\u2026` : name;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
