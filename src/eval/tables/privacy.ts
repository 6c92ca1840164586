/** Whether synthetic rows are copies of real ones: distances to the closest record, beside those between real rows. */

import { sampleIndices, splitIndices } from "../../data/split.js";
import { closestDistances, pointsOf } from "./distances.js";
import { quantile } from "./quantile.js";
import { chosenRows, joinedRows, type Rows } from "./rows.js";

/** Two sets of as many real rows, none of them in both: where they can be told, rows trained on and rows kept aside. */
export interface Halves {
  readonly a: Rows;
  readonly b: Rows;
  /** Whether the model was trained on `a` and not on `b`: else shares say nothing of what it learned by heart. */
  readonly learned: boolean;
  /** For people. @example "A are 2,442 rows trained on, B as many kept aside" */
  readonly how: string;
}

/** Shares are 0..1. */
export interface Privacy {
  /** Synthetic rows whose closest record of both halves is in `a`, ties by half. 0.5 is ideal; more: `a` was learned by heart. */
  readonly dcrShare: number;
  /** Synthetic rows that equal a real row in every cell; and rows of `b` that equal one of `a`, which nobody copied. */
  readonly exactCopies: number;
  readonly heldOutCopies: number;
  /** Synthetic rows nearer to `a` than the nearest 5 % of the rows of `b` are. About 0.05 is what ordinary rows have. */
  readonly belowFifth: number;
  /** Distance to the closest record of `a`, the median: of synthetic rows, of rows of `b`. */
  readonly medianDistance: { readonly synthetic: number; readonly heldOut: number };
  readonly synthetic: number;
  /** As in `Halves`. */
  readonly learned: boolean;
  readonly halves: string;
}

/** Fewer rows on a side say nothing. */
const LEAST = 20;
/** All pairs are looked at: a second for so many on each side. */
const MAX_ROWS = 5000;
const FIFTH = 0.05;

/** Null for fewer than 20 rows on a side. */
export function privacyOf({ a, b, learned, how }: Halves, drawn: Rows, seed = 0): Privacy | null {
  if (Math.min(a.count, b.count, drawn.count) < LEAST) return null;
  const synthetic = chosenRows(drawn, sampleIndices(drawn.count, MAX_ROWS, seed));
  const [pointsA, pointsB, points] = pointsOf(joinedRows(a.fields, [a, b]), [a, b, synthetic]);
  const toA = closestDistances(points, pointsA);
  const toB = closestDistances(points, pointsB);
  const heldOut = closestDistances(pointsB, pointsA).sort();
  const shareOf = (distances: Float64Array, weight: (distance: number, i: number) => number) =>
    round(distances.reduce((sum, distance, i) => sum + weight(distance, i), 0) / distances.length);
  const limit = quantile(heldOut, FIFTH);
  return {
    dcrShare: shareOf(toA, (distance, i) => (isTie(distance, toB[i]) ? 0.5 : Number(distance < toB[i]))),
    exactCopies: shareOf(toA, (distance, i) => Number(distance === 0 || toB[i] === 0)),
    heldOutCopies: shareOf(heldOut, (distance) => Number(distance === 0)),
    belowFifth: shareOf(toA, (distance) => Number(distance < limit)),
    medianDistance: { synthetic: round(quantile(toA.toSorted(), 0.5)), heldOut: round(quantile(heldOut, 0.5)) },
    synthetic: synthetic.count,
    learned,
    halves: how,
  };
}

/** Real rows in two halves of at most 5,000, chosen by the seed. */
export function halved(real: Rows, seed: number): Halves {
  const { train, valid } = splitIndices(real.count, 0.5, seed);
  const count = Math.min(MAX_ROWS, train.length, valid.length);
  const side = (half: Uint32Array) =>
    chosenRows(
      real,
      sampleIndices(half.length, count, seed).map((i) => half[i]),
    );
  return {
    a: side(train),
    b: side(valid),
    learned: false,
    how: `A and B are two halves of ${count.toLocaleString("en")} rows, drawn by the seed`,
  };
}

/** A step up and a step down in a column are as far, but for the last digit. */
function isTie(a: number, b: number): boolean {
  return Math.abs(a - b) <= 1e-9 * Math.max(a, b);
}

function round(value: number): number {
  return Math.round(value * 1e4) / 1e4;
}
