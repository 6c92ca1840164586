/** Reductions over axes: sum, mean, max, min, log-sum-exp, softmax, argmax, running sums. */

import { channelBlock, isCpu, op } from "../op.js";
import { normalizeAxis, productOf, type Shape, sizeOf, type Tensor } from "../tensor.js";
import { foldArray, forEachIndex, stridesOf } from "./arrays.js";
import { blockedOf } from "./blocks.js";
import { matmul } from "./linear.js";
import { rowScaled } from "./row-scale.js";
import { constant } from "./source.js";
import { flattenedFrom, transposedOf } from "./transposed.js";

interface Axes {
  readonly axes: readonly number[];
  readonly keepDims: boolean;
}

function reducedShape(shape: Shape, { axes, keepDims }: Axes): Shape {
  return keepDims
    ? shape.map((dim, axis) => (axes.includes(axis) ? 1 : dim))
    : shape.filter((_, axis) => !axes.includes(axis));
}

function axesOf(name: string, x: Tensor, axes: number | readonly number[] | undefined): number[] {
  const list = axes === undefined ? x.shape.map((_, axis) => axis) : typeof axes === "number" ? [axes] : axes;
  return [...new Set(list.map((axis) => normalizeAxis(name, axis, x.rank)))].sort((a, b) => a - b);
}

/** A reduced tensor with its axes back as size 1, so that it broadcasts against what it was reduced from. */
function restored(y: Tensor, like: Shape, { axes, keepDims }: Axes): Tensor {
  return keepDims ? y : y.reshape(reducedShape(like, { axes, keepDims: true }));
}

const examples = [
  { shapes: [[2, 3]], attributes: { axes: [1], keepDims: false } },
  { shapes: [[2, 1, 3]], attributes: { axes: [0, 2], keepDims: true } },
  { shapes: [[4]], attributes: { axes: [0], keepDims: false } },
  { shapes: [[2, 3, 4]], attributes: { axes: [1], keepDims: true } },
];

const sumOp = op<Axes>("sum", {
  shape: ([x], attributes) => reducedShape(x, attributes),
  reference: ([x], { axes }, shape) => foldArray(x, axes, shape, (a, b) => a + b, 0),
  lower: ([x], { axes, keepDims }, onnx) =>
    onnx.node("ReduceSum", [x, onnx.longs(axes)], { keepdims: keepDims ? 1 : 0 }),
  decompose: ([x], attributes, target) => {
    const sums = isCpu(target) ? sumOfRows(x, attributes, channelBlock(target) > 0) : null;
    return sums?.reshape(reducedShape(x.shape, attributes)) ?? null;
  },
  gradient: (dy, [x], attributes) => [restored(dy, x.shape, attributes).broadcastTo(x.shape)],
  commute: ([x], { axes, keepDims }) => {
    const { from, order } = transposedOf(x)!;
    const y = sum(
      from,
      axes.map((axis) => order[axis]),
      keepDims,
    );
    if (keepDims) return y.transpose(order);
    const kept = order.filter((_, axis) => !axes.includes(axis));
    return y.transpose(kept.map((place) => kept.filter((other) => other < place).length));
  },
  unflatten: ([x], { axes, keepDims }) => {
    const picture = flattenedFrom(x);
    const { from, order } = picture ? transposedOf(picture)! : {};
    if (!from || order?.[0] !== 0 || axes.length !== 1) return null;
    const sums =
      axes[0] === 1 ? sum(from, order.slice(1)) : sum(from, 0).transpose(order.slice(1).map((place) => place - 1));
    return sums.reshape(reducedShape(x.shape, { axes, keepDims }));
  },
  inBlocks: ([x], attributes) => {
    const picture = blockedOf(x);
    if (!picture || attributes.axes.join() !== "0,2,3") return null;
    // Places first, then pictures: ONNX Runtime adds up neighbouring axes several times as fast.
    const [count, groups, height, width, block] = picture.shape;
    const rows = sum(picture.reshape([count, groups, productOf([height, width]), block]), 2);
    return sum(rows.reshape([count, x.shape[1]]), 0).reshape(reducedShape(x.shape, attributes));
  },
  overSteps: ([x], { axes, keepDims }) =>
    sum(
      x,
      axes.map((axis) => axis + 1),
      keepDims,
    ),
  examples,
});

/** Fewer rows than this are added up as fast. */
const MANY_ROWS = 1024;

/**
 * The sum over all axes but the last as a product, [1, N] x [N, C] -> [1, C], which is several times faster: by ones, or by
 * what scales the rows. Null where it is not; pictures that lie as planes are (see layout.ts).
 */
function sumOfRows(x: Tensor, { axes }: Axes, planes: boolean): Tensor | null {
  if (x.rank < 2 || axes.length !== x.rank - 1 || axes.includes(x.rank - 1)) return null;
  const scaled = rowScaled(x);
  if (scaled) return matmul(scaled.factors.reshape([1, scaled.factors.shape[0]]), scaled.rows);
  const count = productOf(x.shape.slice(0, -1));
  if (typeof count === "string" || count < MANY_ROWS || (planes && x.rank === 4)) return null;
  return matmul(constant(1).broadcastTo([1, count]), x.reshape([count, x.shape.at(-1)!]));
}

type Reduction = (x: Tensor, axes?: number | readonly number[], keepDims?: boolean) => Tensor;

/** Sum over `axes` (default all), which are dropped unless `keepDims`. dx is dy spread back over them. */
export function sum(x: Tensor, axes?: number | readonly number[], keepDims = false): Tensor {
  const list = axesOf("sum", x, axes);
  if (list.length === 0) return x;
  // The sum is the smaller one to negate, in the gradient too.
  if (x.node.op.name === "neg") return x.node.inputs[0].sum(list, keepDims).neg();
  return sumOp([x], { axes: list, keepDims });
}

/** Mean over `axes` (default all). Axes with a name, such as the batch, are counted when the program runs. */
export function mean(x: Tensor, axes?: number | readonly number[], keepDims = false): Tensor {
  const list = axesOf("mean", x, axes);
  const count = productOf(list.map((axis) => x.shape[axis]));
  if (typeof count === "string") {
    const counted = constant(1).broadcastTo(list.map((axis) => x.shape[axis]));
    return x.sum(list, keepDims).div(counted.sum());
  }
  return x.sum(list, keepDims).mul(1 / count);
}

function extreme(name: string, lower: string, pick: (a: number, b: number) => number, start: number): Reduction {
  const make = op<Axes>(name, {
    shape: ([x], attributes) => reducedShape(x, attributes),
    reference: ([x], { axes }, shape) => foldArray(x, axes, shape, pick, start),
    lower: ([x], { axes, keepDims }, onnx) => onnx.node(lower, [x, onnx.longs(axes)], { keepdims: keepDims ? 1 : 0 }),
    // To the winner; equal winners share.
    gradient: (dy, [x], attributes, y) => {
      const winners = x.equal(restored(y, x.shape, attributes)).cast("float32");
      return [winners.div(winners.sum(attributes.axes, true)).mul(restored(dy, x.shape, attributes))];
    },
    examples,
  });
  return (x, axes, keepDims = false) => make([x], { axes: axesOf(name, x, axes), keepDims });
}
/** Largest over `axes` (default all). */
export const max: Reduction = extreme("max", "ReduceMax", Math.max, Number.NEGATIVE_INFINITY);
/** Smallest over `axes` (default all). */
export const min: Reduction = extreme("min", "ReduceMin", Math.min, Number.POSITIVE_INFINITY);

/** log of the sum of e^x over `axes` (default all), without overflow: the largest is taken out first. */
export function logSumExp(x: Tensor, axes?: number | readonly number[], keepDims = false): Tensor {
  const list = axesOf("logSumExp", x, axes);
  const peak = x.max(list, true).stop();
  const y = x.sub(peak).exp().sum(list, true).log().add(peak);
  return keepDims ? y : y.reshape(reducedShape(x.shape, { axes: list, keepDims: false }));
}

interface Axis {
  readonly axis: number;
}

const softmaxOp = op<Axis>("softmax", {
  shape: ([x]) => x,
  reference: ([x], { axis }, shape) => {
    const attributes = { axes: [axis], keepDims: true };
    const kept = reducedShape(shape, attributes) as number[];
    const spread = (values: Float64Array): ((index: readonly number[]) => number) => {
      const strides = stridesOf(kept);
      return (index) => values[index.reduce((at, i, k) => at + (k === axis ? 0 : i * strides[k]), 0)];
    };
    const peak = spread(foldArray(x, [axis], kept, Math.max, Number.NEGATIVE_INFINITY).data);
    const data = new Float64Array(x.data.length);
    forEachIndex(shape, (flat, index) => {
      data[flat] = Math.exp(x.data[flat] - peak(index));
    });
    const total = spread(foldArray({ shape, data }, [axis], kept, (a, b) => a + b, 0).data);
    const totals = new Float64Array(data.length);
    forEachIndex(shape, (flat, index) => {
      totals[flat] = data[flat] / total(index);
    });
    return { shape, data: totals };
  },
  lower: ([x], { axis }, onnx) => onnx.node("Softmax", [x], { axis }),
  gradient: (dy, _, { axis }, y) => {
    const weighted = dy.mul(y);
    return [weighted.sub(y.mul(weighted.sum(axis, true)))];
  },
  overSteps: ([x], { axis }) => softmax(x, axis + 1),
  examples: [
    { shapes: [[2, 3]], attributes: { axis: 1 } },
    { shapes: [[2, 3, 2]], attributes: { axis: 1 }, range: [-30, 30] },
  ],
});
/** e^x divided by its sum over `axis`. */
export function softmax(x: Tensor, axis = -1): Tensor {
  return softmaxOp([x], { axis: normalizeAxis("softmax", axis, x.rank) });
}
/** x - logSumExp(x) over `axis`. */
export function logSoftmax(x: Tensor, axis = -1): Tensor {
  return x.sub(x.logSumExp(axis, true));
}

const argmaxOp = op<Axis>("argmax", {
  shape: ([x], { axis }) => x.filter((_, i) => i !== axis),
  dtype: "int32",
  reference: ([x], { axis }, shape) => {
    const strides = stridesOf(x.shape);
    const data = new Float64Array(shape.reduce((size, dim) => size * dim, 1));
    forEachIndex(shape, (flat, index) => {
      const start = index.reduce((at, i, k) => at + i * strides[k < axis ? k : k + 1], 0);
      let best = 0;
      for (let i = 1; i < x.shape[axis]; i++)
        if (x.data[start + i * strides[axis]] > x.data[start + best * strides[axis]]) best = i;
      data[flat] = best;
    });
    return { shape, data };
  },
  lower: ([x], { axis }, onnx) => onnx.node("Cast", [onnx.node("ArgMax", [x], { axis, keepdims: 0 })], { to: 6 }),
  gradient: () => [null],
  examples: [
    { shapes: [[2, 3]], attributes: { axis: 1 } },
    { shapes: [[3, 2, 2]], attributes: { axis: 0 } },
  ],
});
/** Index of the largest over `axis`, the first of equals; int32. */
export function argmax(x: Tensor, axis = -1): Tensor {
  return argmaxOp([x], { axis: normalizeAxis("argmax", axis, x.rank) });
}

const cumsumOp = op<Axis & { readonly reverse: boolean }>("cumsum", {
  shape: ([x]) => x,
  reference: ([x], { axis, reverse }, shape) => {
    const data = Float64Array.from(x.data);
    const stride = stridesOf(shape)[axis];
    const size = sizeOf(shape[axis], {});
    forEachIndex(shape, (flat, index) => {
      if (index[axis] !== 0) return;
      for (let i = 1; i < size; i++) {
        const at = flat + (reverse ? size - 1 - i : i) * stride;
        data[at] += data[reverse ? at + stride : at - stride];
      }
    });
    return { shape, data };
  },
  lower: ([x], { axis, reverse }, onnx) =>
    onnx.node("CumSum", [x, onnx.longs([axis], [])], { reverse: reverse ? 1 : 0 }),
  gradient: (dy, _, { axis, reverse }) => [dy.cumsum(axis, !reverse)],
  examples: [
    { shapes: [[2, 3]], attributes: { axis: 1, reverse: false } },
    { shapes: [[3, 2]], attributes: { axis: 0, reverse: true } },
  ],
});
/** Running sum along `axis`, from its end when `reverse`. */
export function cumsum(x: Tensor, axis = -1, reverse = false): Tensor {
  return cumsumOp([x], { axis: normalizeAxis("cumsum", axis, x.rank), reverse });
}
