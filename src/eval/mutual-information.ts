/** How much latents tell of their records. */

import { Philox } from "../random.js";
import { MUTUAL_STREAM } from "./streams.js";

/** Posterior means and log-variances, [count, width]. */
export interface Posteriors {
  readonly mu: Float32Array;
  readonly logvar: Float32Array;
  readonly count: number;
  readonly width: number;
}

/**
 * I(x; z) under q, nats: E[log q(z|x) - log q(z)], at one draw of z per record, q(z) being the mean of all records' posteriors (Hoffman &
 * Johnson 2016; as He et al. 2019 estimate it, though over all records and not in batches). With N(0, I) as prior it is the mean KL
 * less KL(q(z) || p(z)). At most log(count): more than that many records cannot be told apart. NaN without records.
 */
export function mutualInformation({ mu, logvar, count, width }: Posteriors, seed: number): number {
  const random = new Philox(seed, MUTUAL_STREAM);
  const precision = Float64Array.from(logvar, (value) => Math.exp(-value));
  /** Of each posterior, -(sum of logvar) / 2; what all have in common is left out. */
  const scale = new Float64Array(count);
  for (let i = 0; i < count * width; i++) scale[Math.floor(i / width)] -= logvar[i] / 2;
  const z = new Float64Array(width);
  const eps = new Float32Array(width);
  const densities = new Float64Array(count);
  let sum = 0;
  for (let i = 0; i < count; i++) {
    random.normals(eps);
    for (let k = 0; k < width; k++) z[k] = mu[i * width + k] + Math.exp(logvar[i * width + k] / 2) * eps[k];
    let largest = Number.NEGATIVE_INFINITY;
    for (let j = 0; j < count; j++) {
      let squares = 0;
      for (let k = 0, at = j * width; k < width; k++, at++) squares += (z[k] - mu[at]) ** 2 * precision[at];
      densities[j] = scale[j] - squares / 2;
      if (densities[j] > largest) largest = densities[j];
    }
    let total = 0;
    for (let j = 0; j < count; j++) total += Math.exp(densities[j] - largest);
    sum += densities[i] - largest - Math.log(total / count);
  }
  return sum / count;
}
