/** Splits records into training and validation, and draws seeded samples. */

import { VaekitError } from "../errors.js";
import { Philox } from "../random.js";
import { LIMIT_STREAM, SPLIT_STREAM } from "./streams.js";

/** Indices of records, each in ascending order. */
export interface Split {
  readonly train: Uint32Array;
  readonly valid: Uint32Array;
}

/**
 * Splits `count` records: round(count * fraction) of them, drawn by `seed`, are for validation; at least one on either
 * side when there are two records and the fraction is not 0. E_OPTION unless 0 <= fraction < 1.
 */
export function splitIndices(count: number, fraction: number, seed: number): Split {
  if (!(fraction >= 0 && fraction < 1)) {
    throw new VaekitError("E_OPTION", `invalid fraction for validation: got ${fraction}, expected 0 <= fraction < 1`);
  }
  const wanted = fraction === 0 || count < 2 ? 0 : Math.min(count - 1, Math.max(1, Math.round(count * fraction)));
  const order = new Philox(seed, SPLIT_STREAM).permutation(count);
  return { train: order.slice(wanted).sort(), valid: order.slice(0, wanted).sort() };
}

/** At most `limit` of the numbers 0..count-1, drawn by `seed`, in ascending order. */
export function sampleIndices(count: number, limit: number, seed: number, stream = LIMIT_STREAM): Uint32Array {
  if (limit >= count) return Uint32Array.from({ length: count }, (_, i) => i);
  return new Philox(seed, stream).permutation(count).slice(0, limit).sort();
}
