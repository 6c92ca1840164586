/** One tensor cut into parts along an axis. */

import { multiOp } from "../op.js";
import { normalizeAxis, shapeError, type Tensor } from "../tensor.js";
import { gatherArray, stridesOf } from "./arrays.js";
import { concat } from "./shape.js";
import { constant } from "./source.js";

interface SplitAttributes {
  readonly axis: number;
  readonly sizes: readonly number[];
}

const splitOp = multiOp<SplitAttributes>({
  name: "split",
  types: ([{ shape, dtype }], { axis, sizes }) => {
    if (sizes.reduce((total, size) => total + size, 0) !== shape[axis])
      throw shapeError("split", `sizes ${sizes.join(", ")} do not add up to axis ${axis}`, shape);
    return sizes.map((size) => ({ shape: shape.map((dim, i) => (i === axis ? size : dim)), dtype }));
  },
  reference: ([x], { axis, sizes }, types) => {
    const strides = stridesOf(x.shape);
    let start = 0;
    return types.map((type, part) => {
      const first = start;
      start += sizes[part];
      return gatherArray(x, type.shape as number[], (index) =>
        index.reduce((at, i, k) => at + (k === axis ? first + i : i) * strides[k], 0),
      );
    });
  },
  lower: ([x], { axis, sizes }, onnx) =>
    onnx.nodes(
      "Split",
      [x, onnx.longs(sizes)],
      sizes.map(() => true),
      { axis },
    ),
  decompose: "none",
  gradient: (parts, _, { axis }, outputs) => [
    concat(
      parts.map((part, i) => part ?? constant(0).broadcastTo(outputs[i].shape)),
      axis,
    ),
  ],
  examples: [
    { shapes: [[2, 5]], attributes: { axis: 1, sizes: [2, 3] } },
    { shapes: [[6, 2, 2]], attributes: { axis: 0, sizes: [1, 3, 2] } },
  ],
});

/**
 * The parts of x along an axis, of these sizes, or of one size each for a number of parts. The gradient is one
 * concatenation, where slices would each fill a tensor with zeros.
 */
export function split(x: Tensor, axis: number, sizes: number | readonly number[]): readonly Tensor[] {
  const place = normalizeAxis("split", axis, x.rank);
  const size = x.shape[place];
  if (typeof size === "string") throw shapeError("split", `axis ${axis} has no fixed size`, x.shape);
  const all = typeof sizes === "number" ? new Array<number>(sizes).fill(size / sizes) : sizes;
  if (!all.every((part) => Number.isInteger(part) && part > 0))
    throw shapeError("split", `axis ${axis} cannot be cut into parts of ${all.join(", ")}`, x.shape);
  return all.length === 1 ? [x] : splitOp([x], { axis: place, sizes: all });
}
