/** The importance-weighted estimate of -log p(x) (Burda, Grosse & Salakhutdinov 2016, eq. 8). */

import type { Metric } from "./metric.js";
import { type Moments, moments } from "./moments.js";

/** log(mean(exp(values))) without overflow: the largest value is taken out first. -Infinity when all are. */
export function logMeanExp(values: ArrayLike<number>): number {
  let largest = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < values.length; i++) if (!(values[i] <= largest)) largest = values[i]; // NaN comes through
  if (!Number.isFinite(largest)) return largest;
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += Math.exp(values[i] - largest);
  return largest + Math.log(sum / values.length);
}

/** Adds -log p(x) of each record: -log mean_k w_k with w = p(x, z) / q(z|x). */
export function addNll(sum: Moments, logWeights: Float64Array, count: number, particles: number): void {
  for (let i = 0; i < count; i++) sum.add(-logMeanExp(logWeights.subarray(i * particles, (i + 1) * particles)));
}

/** Never below -log p(x) on average, and falls towards it as the particles grow. The error is that of the mean over records. */
export const importance: Metric<{ nll: number | null; nllStandardError: number | null }> = {
  figures: { nll: { unit: "nats", better: "lower" }, nllStandardError: { unit: "nats", better: "lower" } },
  start({ isDensity }) {
    const nll = moments();
    return {
      add: ({ logWeights, count, particles }) => addNll(nll, logWeights, count, particles),
      result: () => ({
        nll: isDensity ? nll.mean : null,
        nllStandardError: isDensity && nll.count > 1 ? Math.sqrt(nll.variance / nll.count) : null,
      }),
    };
  },
};
