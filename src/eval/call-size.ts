/** How many records a call may have where memory is what limits it: texts have a logit for every token of the vocabulary. */

import type { Field } from "../fields/list.js";

/** Of the logits of one call; what is made from them takes a few times as much. */
const MOST_BYTES = 1 << 27;

/** Records times particles at the most, though all their texts were as long as can be. */
export function mostRows(fields: readonly Field[]): number {
  const numbers = fields.reduce((sum, { ragged, kind, schema, stored }) => {
    return sum + (ragged ? stored * kind.ragged!.count(schema) : 0);
  }, 0);
  return Math.max(1, Math.floor(MOST_BYTES / Float32Array.BYTES_PER_ELEMENT / numbers));
}
