/** Ways to colour the dots: each gives a colour per record, and what its legend says. */

import type { MapData } from "./data.js";
import { amountColour, classColour, type Rgb, type Theme } from "./palette.js";
import type { State } from "./state.js";

export interface Colouring {
  readonly name: string;
  /** Colours by group: the legend lists them. */
  readonly byGroup: boolean;
  /** Ends of the scale, for the legend. */
  readonly ends: readonly [least: string, most: string];
  colourOf(record: number, theme: Theme): Rgb;
}

/** The ways that these records can be coloured, the best first. */
export function colourings(state: State): readonly Colouring[] {
  const { data, groups, groupOf } = state;
  const label: Colouring = {
    name: "label",
    byGroup: true,
    ends: ["", ""],
    colourOf: (record, theme) => classColour(groups[groupOf[record]].look, theme),
  };
  const crowding = ranks(densities(data));
  const density: Colouring = {
    name: "density",
    byGroup: false,
    ends: ["few near", "many near"],
    colourOf: (record, theme) => amountColour(crowding[record], theme),
  };
  const [least, most] = [quantile(data.kl, 0.02), quantile(data.kl, 0.98)];
  const kl: Colouring = {
    name: "KL to the prior",
    byGroup: false,
    ends: [`${least.toFixed(1)} nats`, `${most.toFixed(1)} nats`],
    colourOf: (record, theme) => amountColour((data.kl[record] - least) / (most - least || 1), theme),
  };
  return data.labels ? [label, density, kl] : [density, kl];
}

const DENSITY_CELLS = 96;

/** How many records lie near each: counts on a grid, blurred, read between its cells. */
function densities({ points, count, box }: MapData): Float32Array {
  const size = DENSITY_CELLS;
  const side = Math.max(box.right - box.left, box.top - box.bottom);
  const cellOf = (value: number, start: number) =>
    Math.min(size - 2, Math.max(0, ((value - start) / side) * (size - 1)));
  const grid = new Float32Array(size * size);
  for (let i = 0; i < count; i++) {
    const [x, y] = [cellOf(points[2 * i], box.left), cellOf(points[2 * i + 1], box.bottom)];
    grid[Math.round(y) * size + Math.round(x)]++;
  }
  const blurred = blur(blur(grid, 1), size);
  return Float32Array.from({ length: count }, (_, i) => {
    const [x, y] = [cellOf(points[2 * i], box.left), cellOf(points[2 * i + 1], box.bottom)];
    const [column, row] = [Math.floor(x), Math.floor(y)];
    const [right, up] = [x - column, y - row];
    const at = row * size + column;
    return (
      (1 - up) * ((1 - right) * blurred[at] + right * blurred[at + 1]) +
      up * ((1 - right) * blurred[at + size] + right * blurred[at + size + 1])
    );
  });
}

/** A binomial filter along one direction; its neighbours are `step` apart. */
function blur(grid: Float32Array, step: number): Float32Array {
  const weights = [6, 4, 1];
  return grid.map((value, i) => {
    let sum = weights[0] * value;
    for (let k = 1; k < weights.length; k++)
      sum += weights[k] * ((grid[i - k * step] ?? 0) + (grid[i + k * step] ?? 0));
    return sum / 16;
  });
}

/** Place of each value in order, 0..1: every colour of a scale is then used alike. */
function ranks(values: Float32Array): Float32Array {
  const order = Int32Array.from(values, (_, i) => i).sort((a, b) => values[a] - values[b]);
  const out = new Float32Array(values.length);
  order.forEach((record, place) => {
    out[record] = place / Math.max(1, values.length - 1);
  });
  return out;
}

function quantile(values: Float32Array, share: number): number {
  const sorted = values.slice().sort();
  return sorted[Math.round(share * (sorted.length - 1))];
}
