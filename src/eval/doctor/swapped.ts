/** What records cost when they are written from latents of other records: nothing more, where the decoder does not ask them. */

import type { Columns } from "../../data/dataset.js";
import type { Encoded, Runner } from "../../model/runner.js";

/** -log p(x|z) of each record, nats: z drawn from its own posterior, and from another record's. */
export interface Swapped {
  readonly own: Float32Array;
  readonly swapped: Float32Array;
}

/** `noise` [count, latent]. Each record takes the latents of the one half the batch away. */
export async function swappedLatents(
  runner: Runner,
  columns: Columns,
  { mu, logvar }: Encoded,
  noise: Float32Array,
): Promise<Swapped> {
  const { latent } = runner;
  const count = mu.length / latent;
  const draw = (i: number): number => mu[i] + Math.exp(logvar[i] / 2) * noise[i];
  // The noise that takes a record's posterior to what was drawn of the other's.
  const towards = noise.map((_, i) => {
    const other = (i + Math.floor(count / 2) * latent) % noise.length;
    return (draw(other) - mu[i]) * Math.exp(-logvar[i] / 2);
  });
  const { reconstruction: own } = await runner.score(columns, count, 1, noise);
  const { reconstruction: swapped } = await runner.score(columns, count, 1, towards);
  return { own, swapped };
}
