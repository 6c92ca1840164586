/** Replaces ops by simpler ones where that is faster or needed on a target; decompositions may decompose further. */

import type { Target } from "./op.js";
import { apply, type Tensor } from "./tensor.js";
import { rewrite, rewriteBody } from "./walk.js";

/** The same values with every op decomposed as far as it wants, inside subgraphs too; `given` tensors are left alone. */
export function decompose(outputs: readonly Tensor[], target: Target, given?: ReadonlyMap<Tensor, Tensor>): Tensor[] {
  return rewrite(
    outputs,
    (node, inputs) => {
      if (node.op.rewriteBody)
        return apply(
          node.op,
          inputs,
          rewriteBody(node, (body) => decompose(body, target)),
        );
      if (node.op.decompose === "none") return null;
      const simpler = node.op.decompose(inputs, node.attributes as never, target);
      // What a decomposition made is decomposed in turn, down to the inputs it was given.
      return simpler && decompose(simpler, target, new Map(inputs.map((input) => [input, input])));
    },
    given,
  );
}
