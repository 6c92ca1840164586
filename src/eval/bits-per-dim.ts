/** Bits per dimension: -log2 p(x) / D, for likelihoods that are probabilities of whole levels. */

import { addNll } from "./importance.js";
import type { Metric } from "./metric.js";
import { moments } from "./moments.js";

/** From the importance-weighted -log p(x) over the D values of a record; null for densities and for binary or grey cross-entropy. */
export const bitsPerDim: Metric<{ bitsPerDim: number | null }> = {
  figures: { bitsPerDim: { unit: "bits", better: "lower" } },
  start({ discretised, dimensions }) {
    const nll = moments();
    return {
      add: ({ logWeights, count, particles }) => addNll(nll, logWeights, count, particles),
      result: () => ({ bitsPerDim: discretised ? nll.mean / (dimensions * Math.LN2) : null }),
    };
  },
};
