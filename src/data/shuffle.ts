/** The order of an epoch, from seed and epoch alone: a run that resumes in the middle of one sees the same order. */

import { Philox } from "../random.js";
import { SHUFFLE_STREAM } from "./streams.js";

/** The numbers 0..count-1 in the order of epoch `epoch` (from 0). */
export function epochOrder(count: number, seed: number, epoch: number): Uint32Array {
  return new Philox(seed, SHUFFLE_STREAM + epoch).permutation(count);
}

/** `indices` in the order of epoch `epoch` (from 0). */
export function shuffled(indices: Uint32Array, seed: number, epoch: number): Uint32Array {
  return epochOrder(indices.length, seed, epoch).map((at) => indices[at]);
}
