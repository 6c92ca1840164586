/** Draws latents from a model by a seed. */

import { Philox } from "../random.js";
import type { Runner } from "./runner.js";

export interface DrawOptions {
  readonly count: number;
  readonly seed: number;
  /** Which of the seed's streams the noise comes from. */
  readonly stream: number;
  /** Scales how far latents spread. */
  readonly temperature: number;
  readonly signal?: AbortSignal;
}

/** Latents drawn at a time. */
const BLOCK = 256;

/**
 * z [count, latent] from the model's sampler. Whole blocks are drawn, whatever the count, so that the first k of n latents
 * are bit for bit those of a call for k: products of other heights may round otherwise.
 */
export async function drawLatents(
  runner: Runner,
  { count, seed, stream, temperature, signal }: DrawOptions,
): Promise<Float32Array> {
  const { latent, noiseSize } = runner;
  const random = new Philox(seed, stream);
  const z = new Float32Array(count * latent);
  for (let at = 0; at < count; at += BLOCK) {
    signal?.throwIfAborted();
    const noise = random.normals(new Float32Array(BLOCK * noiseSize));
    const block = await runner.draw(noise, BLOCK, temperature);
    z.set(block.subarray(0, Math.min(BLOCK, count - at) * latent), at * latent);
  }
  return z;
}
