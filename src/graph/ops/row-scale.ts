/** Tensors whose rows are scaled, x * r with r [.., 1]: products take the factors on their smaller side. */

import { sameShape, type Tensor } from "../tensor.js";

export interface RowScaled {
  /** [N, K], without the factors. */
  readonly rows: Tensor;
  /** [N, 1] */
  readonly factors: Tensor;
}

/** x [.., K] as rows [N, K] times factors [N, 1], when it was made so; null when not. */
export function rowScaled(x: Tensor): RowScaled | null {
  const width = x.shape.at(-1)!;
  const scaled = x.node.op.name === "reshape" && x.node.inputs[0].shape.at(-1) === width ? x.node.inputs[0] : x;
  if (scaled.node.op.name !== "mul" || width === 1) return null;
  const [a, b] = scaled.node.inputs;
  const perRow = (r: Tensor): boolean => sameShape(r.shape, [...scaled.shape.slice(0, -1), 1]);
  const factors = perRow(b) ? b : perRow(a) ? a : null;
  if (!factors) return null;
  return { rows: (factors === b ? a : b).reshape([-1, width]), factors: factors.reshape([-1, 1]) };
}
