/** Compares rows drawn from a model with real ones: columns, pairs of columns, privacy. */

import { type ColumnPair, pairErrors } from "./pairs.js";
import { type Halves, type Privacy, privacyOf } from "./privacy.js";
import { meanOf, type Rows } from "./rows.js";
import { type ColumnShape, shapeErrors } from "./shapes.js";

/** Errors in percent, 0 is best. */
export interface TableFigures {
  /** Means over columns, over pairs of columns. */
  readonly shapeError: number;
  readonly pairError: number;
  /** The worst first. */
  readonly shapes: readonly ColumnShape[];
  readonly pairs: readonly ColumnPair[];
  /** Null where there are too few rows. */
  readonly privacy: Privacy | null;
}

export function compareRows(real: Rows, synthetic: Rows, halves: Halves, seed = 0): TableFigures {
  const shapes = shapeErrors(real, synthetic);
  const pairs = pairErrors(real, synthetic, seed);
  const mean = (errors: readonly { readonly error: number }[]) =>
    Math.round(1e3 * meanOf(errors.map(({ error }) => error))) / 1e3;
  return {
    shapeError: mean(shapes),
    pairError: mean(pairs),
    shapes,
    pairs,
    privacy: privacyOf(halves, synthetic, seed),
  };
}
