/** A number as its code, where in it the value lies, and what the net sees of it; and back. */

import { HIDDEN_NUMBER } from "../data/dataset.js";
import { normalQuantile } from "./normal-quantile.js";
import { type Cell, lowerBound } from "./number-bins.js";

/** What the codec has to know of a column. */
export interface Binning {
  readonly cells: readonly Cell[];
  /** Shares of the codes: below all cells, the cells, above them, between them, missing. */
  readonly shares: readonly number[];
  /** How far values beyond the cells reach: at this distance the density is a quarter. */
  readonly reach: readonly [below: number, above: number];
  /** Only whole numbers occur: a value then has a probability, else a density. */
  readonly whole: boolean;
  /** Of the numbers that were looked at. */
  readonly mean: number;
  /** Standard deviation, 1 where all are equal. */
  readonly deviation: number;
}

/** Values of a record in the model: an amount, the code, a position 0..1 in it, log p(value | code), standard deviations. */
export const AMOUNT = 0;
export const CODE = 1;
export const POSITION = 2;
export const WITHIN = 3;
/** (x - mean) / deviation, 0 where missing. */
export const STANDARD = 4;
export const VALUES = 5;

/** Standard deviations beyond which all numbers are as far. */
export const FARTHEST = 1e4;
/** The same of reaches, by which numbers lie beyond all cells: more than a double can divide. */
const FARTHEST_REACHES = 1e300;
/** The net sees nothing farther out than so many standard deviations. */
const LARGEST_AMOUNT = 6;

export interface NumberCodec {
  /** [n] as stored -> [n, VALUES]. */
  encode(column: ArrayLike<number>, out: Float32Array): void;
  /** The number that a record's VALUES, from place `at`, stand for; NaN is missing. */
  decode(values: ArrayLike<number>, at?: number): number;
  /** Number of the code for missing cells, which is the last one that a cell is given. */
  readonly missing: number;
}

/** The code that says that a value is what STANDARD says: of those that the model makes. */
export function standardCode({ cells }: Pick<Binning, "cells">): number {
  return cells.length + 4;
}

/** The codec of a column. Numbers beyond all cells have a density that falls with the square of the distance. */
export function numberCodec({ cells, shares, reach, whole, mean, deviation }: Binning): NumberCodec {
  const above = cells.length + 1;
  const between = cells.length + 2;
  const missing = cells.length + 3;
  const atoms = new Map<number, number>();
  const bins: { readonly code: number; readonly edges: Float64Array }[] = [];
  for (const [i, cell] of cells.entries()) {
    if (cell.length === 1) atoms.set(cell[0], i + 1);
    else bins.push({ code: i + 1, edges: Float64Array.from(cell) });
  }
  const starts = Float64Array.from(bins, ({ edges }) => edges[0]);
  const first = Math.min(...cells.map(([start]) => start)); // a value may stand before a bin that it lies in
  const last = Math.max(...cells.map((cell) => cell[cell.length - 1]));
  const most = whole && bins.length > 0 && !atoms.has(last) ? last - 1 : last;
  /** Whole numbers or length in an interval, less the values in it that stand for themselves. */
  const measure = (from: number, to: number): number => {
    if (!whole) return to - from;
    let taken = 0;
    for (const atom of atoms.keys()) if (atom >= from && atom < to) taken++;
    return Math.max(1, to - from - taken);
  };
  const densities = bins.map(({ edges }) =>
    Float64Array.from(
      { length: edges.length - 1 },
      (_, j) => -Math.log((edges.length - 1) * measure(edges[j], edges[j + 1])),
    ),
  );
  /** Whole numbers stand in the middle of what is theirs, so that they are found again by float32. */
  const middle = whole ? 0.5 : 0;
  const betweenDensity = -Math.log(Math.max(whole ? last - first + 1 : last - first, Number.MIN_VALUE));

  // Amounts: quantiles of the standard normal at the ends of each cell, straight lines in between.
  const total = cells.reduce((sum, _, i) => sum + shares[i + 1], 0);
  const amounts: [low: number, high: number][] = [];
  let below = 0;
  for (let i = 0; i < cells.length; i++) {
    const share = shares[i + 1] / total;
    const ends = [below, below + share].map((p) => normalQuantile(Math.min(1 - share / 4, Math.max(share / 4, p)))) as [
      number,
      number,
    ];
    const middle = normalQuantile(Math.min(1 - 1e-9, Math.max(1e-9, below + share / 2)));
    amounts.push(cells[i].length === 1 ? [middle, middle] : ends);
    below += share;
  }
  const lowest = amounts[0][0];
  const highest = amounts[amounts.length - 1][1];

  return {
    missing,
    encode(column, out) {
      for (let i = 0, to = 0; i < column.length; i++, to += VALUES) {
        const x = column[i];
        let [amount, code, position, within] = [0, missing, 0, 0];
        if (x === HIDDEN_NUMBER) code = -1;
        else if (!Number.isNaN(x)) {
          const atom = atoms.get(x);
          if (atom !== undefined) [amount, code] = [amounts[atom - 1][0], atom];
          else if (x < first || x > most) {
            const side = x < first ? 0 : 1;
            const distance = Math.min(FARTHEST_REACHES, (side === 0 ? first - x : x - most) / reach[side]);
            code = side === 0 ? 0 : above;
            position = distance / (1 + distance);
            within = -Math.log(reach[side]) - 2 * Math.log1p(distance);
            const far = Math.log1p(distance);
            amount = side === 0 ? lowest - far : highest + far;
          } else {
            const at = lowerBound(starts, x);
            const bin = at < starts.length && starts[at] === x ? at : at - 1;
            const edges = bins[bin]?.edges;
            if (edges && (x < edges[edges.length - 1] || (!whole && x === edges[edges.length - 1]))) {
              let j = 0;
              while (j < edges.length - 2 && x >= edges[j + 1]) j++;
              code = bins[bin].code;
              position = (j + (x - edges[j] + middle) / (edges[j + 1] - edges[j])) / (edges.length - 1);
              within = densities[bin][j];
              const [low, high] = amounts[code - 1];
              amount = low + (high - low) * position;
            } else {
              code = between;
              position = (x - first + middle) / (last - first + (whole ? 1 : 0));
              within = betweenDensity;
              amount = lowest + (highest - lowest) * position;
            }
          }
        }
        out[to + AMOUNT] = Math.max(-LARGEST_AMOUNT, Math.min(LARGEST_AMOUNT, amount));
        out[to + CODE] = code;
        out[to + POSITION] = position;
        out[to + WITHIN] = within;
        const standard = (x - mean) / deviation;
        out[to + STANDARD] = Number.isFinite(standard) ? Math.max(-FARTHEST, Math.min(FARTHEST, standard)) : 0;
      }
    },
    decode(values, at = 0) {
      const code = values[at + CODE];
      const inside = Math.min(values[at + POSITION], 1 - 1e-7);
      if (code > missing) {
        const value = mean + deviation * values[at + STANDARD];
        return whole ? Math.round(value) : value;
      }
      if (code < 0 || code === missing) return Number.NaN;
      if (code === 0) return first - (reach[0] * inside) / (1 - inside);
      if (code === above) return most + (reach[1] * inside) / (1 - inside);
      if (code === between)
        return whole ? Math.floor(first + (last - first + 1) * inside) : first + (last - first) * inside;
      const cell = cells[code - 1];
      if (cell.length === 1) return cell[0];
      const place = inside * (cell.length - 1);
      const j = Math.floor(place);
      const value = cell[j] + (cell[j + 1] - cell[j]) * (place - j);
      return whole ? Math.floor(value) : value;
    },
  };
}
