/** Links between what a decoder puts out and means in 0..1, shared by the picture likelihoods. */

import type { Tensor } from "../../graph/ops.js";

/** Means nearer to 0 or 1 than this start as if they were this far away: a pixel that was never lit may be later. */
const CLOSEST = 0.01;

/** The output whose sigmoid is `mean`. */
export function logit(mean: number): number {
  const p = Math.min(1 - CLOSEST, Math.max(CLOSEST, mean));
  return Math.log(p / (1 - p));
}

/** Splits [.., pixels * perValue * C] into `perValue` tensors [.., pixels * C]: per pixel, all channels of each in turn. */
export function splitOutputs(out: Tensor, shape: readonly number[], perValue: number): Tensor[] {
  if (perValue === 1) return [out];
  const channels = shape[shape.length - 1];
  const pixels = shape.slice(0, -1).reduce((a, b) => a * b, 1);
  const lead = out.shape.slice(0, -1);
  const parts = out.reshape([...lead, pixels, perValue, channels]);
  return Array.from({ length: perValue }, (_, i) => parts.slice(-2, i, i + 1).reshape([...lead, pixels * channels]));
}

/** The reverse for biases: interleaves per-value lists, each [pixels * C]. */
export function joinBiases(lists: readonly ArrayLike<number>[], channels: number): Float32Array {
  const size = lists[0].length;
  const joined = new Float32Array(size * lists.length);
  for (let i = 0; i < size; i++) {
    const pixel = Math.floor(i / channels);
    lists.forEach((list, k) => {
      joined[(pixel * lists.length + k) * channels + (i % channels)] = list[i];
    });
  }
  return joined;
}
