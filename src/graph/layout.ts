/**
 * Moves transposes towards the outputs, past ops that do not care in which order axes lie, until they meet their opposites
 * and vanish. Decompositions for blocked convolutions hold their pictures as planes [N, C, H, W] and say so with a
 * transpose; this way all that stands between two convolutions works on planes too.
 */

import { flattenedFrom, transposedOf } from "./ops/transposed.js";
import { productsAsPlanes } from "./products-as-planes.js";
import type { Tensor } from "./tensor.js";
import { rewrite, topological } from "./walk.js";

export function sinkTransposes(outputs: readonly Tensor[]): readonly Tensor[] {
  // Where no two pictures meet, as in attention, a transpose stands where it was written.
  if (!topological(outputs).some(({ op }) => op.name === "blockedConvolution")) return outputs;
  return rewrite(productsAsPlanes(outputs), ({ op, attributes }, inputs) => {
    const rule = inputs.some(transposedOf) ? op.commute : inputs.some(flattenedFrom) ? op.unflatten : null;
    const moved = rule?.(inputs, attributes as never);
    return moved ? [moved] : null;
  });
}
