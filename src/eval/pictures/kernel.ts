/** Kernel distance between two sets of features: the squared maximum mean discrepancy (Binkowski et al. 2018). */

import type { FeatureSet, PictureMetric } from "./metric.js";

/**
 * Unbiased estimate of MMD^2 (Gretton et al. 2012, eq. 3) with the cubic kernel k(x, y) = (x . y / width + 1)^3 of
 * Binkowski et al. 2018, section 4, over all pairs (no subsets). Below 0 by chance where the sets are of one kind.
 */
export const kernel: PictureMetric = {
  name: "kernel",
  better: "lower",
  compute: ({ real, generated }) => within(real) + within(generated) - 2 * between(real, generated),
};

/** Mean kernel of pairs of two different rows. */
function within(set: FeatureSet): number {
  let sum = 0;
  for (let i = 0; i < set.count; i++) for (let j = 0; j < i; j++) sum += cubic(set, i, set, j);
  return (2 * sum) / (set.count * (set.count - 1));
}

/** Mean kernel of pairs of a row of each. */
function between(a: FeatureSet, b: FeatureSet): number {
  let sum = 0;
  for (let i = 0; i < a.count; i++) for (let j = 0; j < b.count; j++) sum += cubic(a, i, b, j);
  return sum / (a.count * b.count);
}

function cubic(a: FeatureSet, i: number, b: FeatureSet, j: number): number {
  const { width } = a;
  const [x, y] = [a.values, b.values];
  let dot = 0;
  for (let k = 0, p = i * width, q = j * width; k < width; k++, p++, q++) dot += x[p] * y[q];
  return (dot / width + 1) ** 3;
}
