/** Draws new pictures from a model. */

import type { Pictures } from "../host.js";
import { drawLatents } from "../model/draw.js";
import type { Runner } from "../model/runner.js";
import { decodePictures } from "./pictures.js";
import { SAMPLE_STREAM } from "./streams.js";

export interface DrawOptions {
  readonly count: number;
  readonly seed: number;
  readonly temperature: number;
  readonly signal?: AbortSignal;
}

/**
 * The decoder's means for latents drawn by the model's sampler. The first k of n samples are those of a call for k with
 * the same seed. `temperature` scales how far the latents spread; in a mixture of Gaussians within each of them, while their
 * shares stay.
 */
export async function drawSamples(runner: Runner, options: DrawOptions): Promise<Pictures> {
  const latents = await drawLatents(runner, { ...options, stream: SAMPLE_STREAM });
  return decodePictures(runner, latents, { signal: options.signal });
}
