/**
 * Moves transposes towards the outputs, past ops that do not care in which order axes lie, until they meet their opposites
 * and vanish. Decompositions for blocked convolutions hold their pictures as planes [N, C, H, W] and say so with a
 * transpose; this way all that stands between two convolutions works on planes too.
 */

import type { Tensor } from "./tensor.js";
import { rewrite, topological } from "./walk.js";

export function sinkTransposes(outputs: readonly Tensor[]): readonly Tensor[] {
  // Where no two pictures meet, as in attention, a transpose stands where it was written.
  if (!topological(outputs).some(({ op }) => op.name === "blockedConvolution")) return outputs;
  return rewrite(outputs, ({ op, attributes }, inputs) => {
    if (!op.commute || !inputs.some((x) => x.node.op.name === "transpose")) return null;
    const moved = op.commute(inputs, attributes as never);
    return moved && [moved];
  });
}
