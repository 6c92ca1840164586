/**
 * Moves transposes towards the outputs, past ops that do not care in which order axes lie, until they meet their opposites
 * and vanish. Decompositions for blocked convolutions hold their pictures as planes [N, C, H, W] and say so with a
 * transpose; this way all that stands between two convolutions works on planes too.
 */

import type { Tensor } from "./tensor.js";
import { rewrite } from "./walk.js";

export function sinkTransposes(outputs: readonly Tensor[]): Tensor[] {
  return rewrite(outputs, ({ op, attributes }, inputs) => {
    if (!op.commute || !inputs.some((x) => x.node.op.name === "transpose")) return null;
    const moved = op.commute(inputs, attributes as never);
    return moved && [moved];
  });
}
