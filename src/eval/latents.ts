/** What a model's latents do over data: aggregates that maps, traversals and the doctor read without the data. */

import { moments } from "./moments.js";

/** Per latent dimension, over the records of a data set. */
export interface LatentStatistics {
  readonly records: number;
  /** KL(q(z|x) || N(0, 1)) of the dimension, mean over records, nats (Kingma & Welling 2014, appendix B). */
  readonly kl: readonly number[];
  /** Mean and variance over records of the posterior's mean: a latent whose variance is above 0.01 is active. */
  readonly mean: readonly number[];
  readonly variance: readonly number[];
  /** Mean over records of the posterior's variance; with `variance` it sums to that of the aggregate posterior. */
  readonly posteriorVariance: readonly number[];
}

/** From posterior means and log-variances [count, latent]. */
export function latentStatistics(mu: Float32Array, logvar: Float32Array, latent: number): LatentStatistics {
  const records = mu.length / latent;
  const means = Array.from({ length: latent }, moments);
  const variances = Array.from({ length: latent }, moments);
  const kls = Array.from({ length: latent }, moments);
  for (let i = 0; i < mu.length; i++) {
    const [j, variance] = [i % latent, Math.exp(logvar[i])];
    means[j].add(mu[i]);
    variances[j].add(variance);
    kls[j].add(0.5 * (mu[i] * mu[i] + variance - logvar[i] - 1));
  }
  return {
    records,
    kl: kls.map(({ mean }) => mean),
    mean: means.map(({ mean }) => mean),
    variance: means.map(({ variance }) => variance),
    posteriorVariance: variances.map(({ mean }) => mean),
  };
}

/** Latents by KL, the most informative first; only those that are active. */
export function activeLatents({ kl, variance }: LatentStatistics, threshold: number): number[] {
  return kl
    .map((_, j) => j)
    .filter((j) => variance[j] > threshold)
    .sort((a, b) => kl[b] - kl[a]);
}
