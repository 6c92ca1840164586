/** Replaces ops by simpler ones where that is faster or needed on a target; decompositions may decompose further. */

import type { Target } from "./op.js";
import type { Tensor } from "./tensor.js";
import { rewrite } from "./walk.js";

export function decompose(outputs: readonly Tensor[], target: Target): Tensor[] {
  return rewrite(outputs, (node, inputs) => {
    if (node.op.decompose === "none") return null;
    const simpler = node.op.decompose(inputs, node.attributes as never, target);
    return simpler && expand(simpler, inputs, target);
  });
}

/** Decomposes what a decomposition made, down to the inputs it was given. */
function expand(made: readonly Tensor[], inputs: readonly Tensor[], target: Target): Tensor[] {
  const stops = new Set(inputs.map((input) => input.node));
  return rewrite(made, (node, rewritten) => {
    if (stops.has(node) || node.op.decompose === "none") return null;
    const simpler = node.op.decompose(rewritten, node.attributes as never, target);
    return simpler && expand(simpler, rewritten, target);
  });
}
