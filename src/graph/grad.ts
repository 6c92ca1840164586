/** Reverse-mode differentiation of graphs (Griewank & Walther 2008, chapter 3). Gradients are graphs too. */

import { VaekitError } from "../errors.js";
import { scalarValue } from "./ops/source.js";
import { constant } from "./ops.js";
import { formatShape, type Node, sameShape, type Tensor } from "./tensor.js";
import { topological } from "./walk.js";

/**
 * Gradients of a scalar `y` (or of the sum of several tensors' products with `seeds`) with respect to each tensor in `xs`.
 * A tensor that y does not depend on gets zeros. E_SHAPE when y is not a scalar.
 */
export function grad(y: Tensor, xs: readonly Tensor[]): Tensor[] {
  if (y.rank !== 0)
    throw new VaekitError(
      "E_SHAPE",
      `grad: the value must be a scalar, got shape ${formatShape(y.shape)}`,
      "Sum it first.",
    );
  return pullback([y], [constant(1)], xs).map((dx, i) => dx ?? constant(0).broadcastTo(xs[i].shape));
}

/** Gradients with respect to `xs` given the gradients `seeds` of `ys`; null where nothing flows. */
export function pullback(
  ys: readonly Tensor[],
  seeds: readonly (Tensor | null)[],
  xs: readonly Tensor[],
): (Tensor | null)[] {
  const order = topological(ys);
  const reaches = new Set<Node>(); // nodes through which a gradient can flow back to xs
  const wanted = new Set(xs);
  for (const node of order) {
    if (node.outputs.some((output) => wanted.has(output)) || node.inputs.some((input) => reaches.has(input.node)))
      reaches.add(node);
  }
  const upstream = new Map<Tensor, Tensor>();
  const accumulate = (tensor: Tensor, dy: Tensor): void => {
    if (!sameShape(tensor.shape, dy.shape))
      throw new VaekitError(
        "E_SHAPE",
        `gradient of ${tensor.node.op.name} has shape ${formatShape(dy.shape)}, expected ${formatShape(tensor.shape)}`,
      );
    const before = upstream.get(tensor);
    upstream.set(tensor, before ? added(before, dy) : dy);
  };
  for (const [i, y] of ys.entries()) if (seeds[i]) accumulate(y, seeds[i]);
  for (const node of order.reverse()) {
    if (!reaches.has(node)) continue;
    const given = node.outputs.map((output) => upstream.get(output) ?? null);
    if (given.every((dy) => dy === null)) continue;
    const { gradient, name } = node.op;
    if (gradient === "none")
      throw new VaekitError("E_SHAPE", `op "${name}" has no gradient`, "Stop the gradient before it with stop().");
    const flows = gradient(given, node.inputs, node.attributes as never, node.outputs);
    flows.forEach((dx, i) => {
      if (dx && reaches.has(node.inputs[i].node)) accumulate(node.inputs[i], dx);
    });
  }
  return xs.map((x) => upstream.get(x) ?? null);
}

/** a + b; updates that b adds to zeros are added to a instead, which spares an array of zeros and a sum: of embeddings that many use. */
function added(a: Tensor, b: Tensor): Tensor {
  const { op, inputs, attributes } = b.node;
  if (op.name !== "scatterAdd" || !isZeros(inputs[0])) return a.add(b);
  return a.scatterAdd(inputs[1], inputs[2], (attributes as { readonly axis: number }).axis);
}

function isZeros({ node }: Tensor): boolean {
  return node.op.name === "broadcastTo" && scalarValue(node.inputs[0]) === 0;
}
