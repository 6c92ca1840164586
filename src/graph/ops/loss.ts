/** Losses on logits whose value and gradient share their expensive part. */

import { op } from "../op.js";
import { broadcastShapes, sameShape, shapeError, type Tensor } from "../tensor.js";
import { mapArrays } from "./arrays.js";
import { unbroadcast } from "./elementwise.js";
import { constant } from "./source.js";

type None = Record<never, never>;
const LOGITS = [-4, 4] as const;

const sigmoidCrossEntropyOp = op<None>("sigmoidCrossEntropy", {
  shape: (shapes) => broadcastShapes("sigmoidCrossEntropy", ...shapes),
  reference: (inputs, _, shape) =>
    mapArrays(inputs, shape, (y, x) => Math.max(y, 0) + Math.log1p(Math.exp(-Math.abs(y))) - x * y),
  lower: "none",
  // softplus(y) by the sigmoid, which the gradient then finds computed.
  decompose: ([y, x]) => {
    const s = y.sigmoid();
    return y
      .relu()
      .sub(s.maximum(constant(1).sub(s)).log())
      .sub(x.mul(y));
  },
  gradient: (dl, [y, x]) => [unbroadcast(dl.mul(y.sigmoid().sub(x)), y.shape), unbroadcast(dl.mul(y).neg(), x.shape)],
  examples: [
    {
      shapes: [
        [2, 3],
        [2, 3],
      ],
      range: [LOGITS, [0, 1]],
    },
    { shapes: [[2, 3], [3]], range: [LOGITS, [0, 1]] },
    {
      shapes: [
        [1, 3],
        [2, 3],
      ],
      range: [
        [20, 90],
        [0, 1],
      ],
    },
  ],
});
/**
 * -log Bernoulli(x; sigmoid(y)) in nats, elementwise: softplus(y) - x y, for logits y of any size and targets x in 0..1.
 * The gradient is sigmoid(y) - x with respect to y, and -y with respect to x.
 */
export function sigmoidCrossEntropy(y: Tensor, x: Tensor): Tensor {
  return sigmoidCrossEntropyOp([y, x], {});
}

const crossEntropyOp = op<None>("crossEntropyWithLogits", {
  shape: ([logits, targets], _, [, { dtype }]) => {
    if (dtype !== "int32" || !sameShape(logits.slice(0, -1), targets))
      throw shapeError("crossEntropyWithLogits", "needs logits [.., V] and int32 targets [..]", logits, targets);
    return targets;
  },
  reference: ([logits, targets], _, shape) => {
    const choices = logits.shape.at(-1)!;
    const data = Float64Array.from(targets.data, (target, row) => {
      const values = logits.data.subarray(row * choices, (row + 1) * choices);
      const peak = values.reduce((a, b) => Math.max(a, b));
      return Math.log(values.reduce((total, v) => total + Math.exp(v - peak), 0)) + peak - values[target];
    });
    return { shape, data };
  },
  lower: "none",
  // log(sum e^x) = max x - log(max p), because the largest p is e^0 over the sum: p serves the gradient too, and is
  // never so small that its logarithm is infinite.
  decompose: ([logits, targets]) =>
    logits
      .max(-1)
      .sub(logits.softmax(-1).max(-1).log())
      .sub(logits.takeAlongAxis(targets.expandDims(-1), -1).squeeze(-1)),
  // p, less 1 at the target. The 1 is made of the largest p, so that whoever else reads p does so before: then ONNX Runtime
  // subtracts in place, without a copy of p.
  gradient: (dl, [logits, targets]) => {
    const p = logits.softmax(-1);
    const peak = p.max(-1).expandDims(-1);
    return [p.scatterAdd(targets.expandDims(-1), peak.div(peak).neg(), -1).mul(dl.expandDims(-1)), null];
  },
  examples: [
    { shapes: [[2, 4], [2]], dtypes: ["float32", "int32"], range: [LOGITS, [0, 3]] },
    {
      shapes: [
        [2, 3, 2],
        [2, 3],
      ],
      dtypes: ["float32", "int32"],
      range: [
        [-80, 80],
        [0, 1],
      ],
    },
  ],
});
/** -log softmax(logits)[target] in nats, logits [.., V] and int32 targets [..] -> [..]. */
export function crossEntropyWithLogits(logits: Tensor, targets: Tensor): Tensor {
  return crossEntropyOp([logits, targets], {});
}
