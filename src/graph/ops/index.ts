/** Ops that choose or add by index: gather, take along an axis, scatter-add, one-hot. Indices are int32. */

import { op } from "../op.js";
import {
  normalizeAxis,
  productOf,
  type Shape,
  sameShape,
  shapeError,
  type Tensor,
  type TensorType,
} from "../tensor.js";
import { forEachIndex, gatherArray, sizeOfShape, stridesOf } from "./arrays.js";
import { constant } from "./source.js";

interface Axis {
  readonly axis: number;
}

const VALUES = [-2, 2] as const;
const INDEXED = ["float32", "int32"] as const;

function checkIndices(name: string, { dtype }: TensorType, ...shapes: Shape[]): void {
  if (dtype !== "int32") throw shapeError(name, `indices must be int32 and are ${dtype}`, ...shapes);
}

const gatherOp = op<Axis>("gather", {
  shape: ([x, indices], { axis }, types) => {
    checkIndices("gather", types[1], x, indices);
    return [...x.slice(0, axis), ...indices, ...x.slice(axis + 1)];
  },
  reference: ([x, indices], { axis }, shape) => {
    const inner = sizeOfShape(x.shape.slice(axis + 1));
    const chosen = indices.data.length;
    const data = new Float64Array(sizeOfShape(shape));
    for (let at = 0; at < data.length; at++) {
      const row = Math.floor(at / inner);
      const outer = Math.floor(row / chosen);
      data[at] = x.data[(outer * x.shape[axis] + indices.data[row % chosen]) * inner + (at % inner)];
    }
    return { shape, data };
  },
  lower: ([x, indices], { axis }, onnx) => onnx.node("Gather", [x, indices], { axis }),
  gradient: (dy, [x, indices], { axis }) => {
    // Indices as one axis, spread over the rest of dy: [.., N, ..].
    const rows = dy.reshape([...x.shape.slice(0, axis), ...flat(indices.shape), ...x.shape.slice(axis + 1)]);
    const places = indices
      .reshape([...flat(indices.shape), ...x.shape.slice(axis + 1).map(() => 1)])
      .broadcastTo(rows.shape);
    return [scatterAdd(constant(0).broadcastTo(x.shape), places, rows, axis), null];
  },
  examples: [
    { shapes: [[4, 3], [2]], attributes: { axis: 0 }, dtypes: INDEXED, range: [VALUES, [0, 3]] },
    {
      shapes: [
        [5, 2],
        [2, 3],
      ],
      attributes: { axis: 0 },
      dtypes: INDEXED,
      range: [VALUES, [0, 4]],
    },
    { shapes: [[2, 3, 2], [4]], attributes: { axis: 1 }, dtypes: INDEXED, range: [VALUES, [0, 2]] },
    { shapes: [[2, 3], []], attributes: { axis: 1 }, dtypes: INDEXED, range: [VALUES, [0, 2]] },
  ],
});
function flat(shape: Shape): Shape {
  return [productOf(shape)];
}
/** Slices of x chosen along `axis`: [.., n, ..] and indices [i..] -> [.., i.., ..]. Equal indices add in the gradient. */
export function gather(x: Tensor, indices: Tensor, axis = 0): Tensor {
  return gatherOp([x, indices], { axis: normalizeAxis("gather", axis, x.rank) });
}

/** Position in an array of `strides` of the element that `indices` points at along `axis`. */
function along(index: readonly number[], axis: number, chosen: number, strides: readonly number[]): number {
  return index.reduce((at, i, k) => at + (k === axis ? chosen : i) * strides[k], 0);
}

const takeOp = op<Axis>("takeAlongAxis", {
  shape: ([x, indices], { axis }, types) => {
    checkIndices("takeAlongAxis", types[1], x, indices);
    if (x.length !== indices.length || x.some((dim, k) => k !== axis && dim !== indices[k]))
      throw shapeError("takeAlongAxis", `shapes differ off axis ${axis}`, x, indices);
    return indices;
  },
  dtype: ([x]) => x.dtype,
  reference: ([x, indices], { axis }, shape) => {
    const strides = stridesOf(x.shape);
    let flatIndex = 0;
    return gatherArray(x, shape, (index) => along(index, axis, indices.data[flatIndex++], strides));
  },
  lower: ([x, indices], { axis }, onnx) => onnx.node("GatherElements", [x, indices], { axis }),
  gradient: (dy, [x, indices], { axis }) => [scatterAdd(constant(0).broadcastTo(x.shape), indices, dy, axis), null],
  examples: [
    {
      shapes: [
        [2, 3],
        [2, 2],
      ],
      attributes: { axis: 1 },
      dtypes: INDEXED,
      range: [VALUES, [0, 2]],
    },
    {
      shapes: [
        [3, 2, 2],
        [1, 2, 2],
      ],
      attributes: { axis: 0 },
      dtypes: INDEXED,
      range: [VALUES, [0, 2]],
    },
  ],
});
/** For each place of `indices` the element of x at that index along `axis`; other axes are the same in both. */
export function takeAlongAxis(x: Tensor, indices: Tensor, axis = -1): Tensor {
  return takeOp([x, indices], { axis: normalizeAxis("takeAlongAxis", axis, x.rank) });
}

const scatterAddOp = op<Axis>("scatterAdd", {
  shape: ([x, indices, updates], { axis }, types) => {
    checkIndices("scatterAdd", types[1], x, indices);
    if (!sameShape(indices, updates)) throw shapeError("scatterAdd", "each update needs an index", indices, updates);
    if (x.length !== indices.length || x.some((dim, k) => k !== axis && dim !== indices[k]))
      throw shapeError("scatterAdd", `shapes differ off axis ${axis}`, x, indices);
    return x;
  },
  reference: ([x, indices, updates], { axis }, shape) => {
    const data = Float64Array.from(x.data);
    const strides = stridesOf(shape);
    forEachIndex(indices.shape, (at, index) => {
      data[along(index, axis, indices.data[at], strides)] += updates.data[at];
    });
    return { shape, data };
  },
  // ScatterND(add) races when indices repeat; ScatterElements does not.
  lower: (inputs, { axis }, onnx) => onnx.node("ScatterElements", inputs, { axis, reduction: "add" }),
  gradient: (dy, [, indices], { axis }) => [dy, null, dy.takeAlongAxis(indices, axis)],
  examples: [
    {
      shapes: [
        [2, 3],
        [2, 4],
        [2, 4],
      ],
      attributes: { axis: 1 },
      dtypes: [...INDEXED, "float32"],
      range: [VALUES, [0, 2], VALUES],
    },
    {
      shapes: [
        [3, 2],
        [2, 2],
        [2, 2],
      ],
      attributes: { axis: 0 },
      dtypes: [...INDEXED, "float32"],
      range: [VALUES, [0, 2], VALUES],
    },
  ],
});
/** x with each update added at its index along `axis`; updates for one place add up. */
export function scatterAdd(x: Tensor, indices: Tensor, updates: Tensor, axis = -1): Tensor {
  return scatterAddOp([x, indices, updates], { axis: normalizeAxis("scatterAdd", axis, x.rank) });
}

/** 1 at each index and 0 elsewhere, [..] -> [.., depth]; an index outside gives zeros. */
export function oneHot(indices: Tensor, depth: number): Tensor {
  return indices.expandDims(-1).equal(iota(depth)).cast("float32");
}

/** The whole numbers 0..count-1, int32 [count]. */
export function iota(count: number): Tensor {
  return constant(
    Int32Array.from({ length: count }, (_, i) => i),
    [count],
    "int32",
  );
}
