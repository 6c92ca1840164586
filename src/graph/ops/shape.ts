/** Ops that move values without changing them: reshape, transpose, broadcast, slice, concat, pad, flip. */

import { VaekitError } from "../../errors.js";
import { op } from "../op.js";
import {
  broadcastShapes,
  formatShape,
  normalizeAxis,
  productOf,
  type Shape,
  sameShape,
  shapeError,
  type Tensor,
} from "../tensor.js";
import { broadcastArray, forEachIndex, gatherArray, stridesOf } from "./arrays.js";
import { unbroadcast } from "./elementwise.js";
import { flattenedFrom, inverse, reshapeOfTransposed, transposedOf } from "./transposed.js";

const reshapeOp = op<{ shape: Shape }>("reshape", {
  shape: (_, { shape }) => shape,
  reference: ([x], _, shape) => ({ shape, data: x.data }),
  lower: ([x], { shape }, onnx) => onnx.node("Reshape", [x, onnx.shape(shape)], { allowzero: 1 }),
  gradient: (dy, [x]) => [dy.reshape(x.shape)],
  commute: ([x], { shape }) => reshapeOfTransposed(x, shape),
  unflatten: ([x], { shape }) => {
    const picture = flattenedFrom(x);
    return picture && sameShape(picture.shape, shape) ? picture : null;
  },
  overSteps: ([x], { shape }) => reshape(x, [x.shape[0], ...shape]),
  examples: [
    { shapes: [[2, 3]], attributes: { shape: [3, 2] } },
    { shapes: [[4]], attributes: { shape: [2, 1, 2] } },
    { shapes: [[1, 1]], attributes: { shape: [] } },
  ],
});
/** The same values, row by row, in another shape; one dimension may be -1. */
export function reshape(x: Tensor, shape: Shape): Tensor {
  let target = shape;
  if (shape.includes(-1)) {
    const known = productOf(shape.filter((dim) => dim !== -1));
    target = shape.map((dim) => (dim === -1 ? quotient(productOf(x.shape), known, x.shape, shape) : dim));
  }
  if (productOf(target) !== productOf(x.shape)) throw shapeError("reshape", "sizes differ", x.shape, shape);
  if (sameShape(target, x.shape)) return x;
  // Reshapes of reshapes are one reshape.
  const from = x.node.op.name === "reshape" ? x.node.inputs[0] : x;
  return sameShape(from.shape, target) ? from : reshapeOp([from], { shape: target });
}

function quotient(all: number | string, known: number | string, from: Shape, to: Shape): number | string {
  const parts = (dim: number | string): { factor: number; names: string[] } => {
    const pieces = String(dim).split("*");
    return {
      factor: pieces.filter((p) => !Number.isNaN(Number(p))).reduce((a, p) => a * Number(p), 1),
      names: pieces.filter((p) => Number.isNaN(Number(p))),
    };
  };
  const [a, b] = [parts(all), parts(known)];
  for (const name of b.names) {
    const at = a.names.indexOf(name);
    if (at < 0) throw shapeError("reshape", "cannot find the size of -1", from, to);
    a.names.splice(at, 1);
  }
  if (!Number.isInteger(a.factor / b.factor)) throw shapeError("reshape", "cannot find the size of -1", from, to);
  return productOf([a.factor / b.factor, ...a.names]);
}

const transposeOp = op<{ order: readonly number[] }>("transpose", {
  shape: ([x], { order }) => order.map((axis) => x[axis]),
  reference: ([x], { order }, shape) => {
    const strides = stridesOf(x.shape);
    return gatherArray(x, shape, (index) => index.reduce((at, i, axis) => at + i * strides[order[axis]], 0));
  },
  lower: ([x], { order }, onnx) => onnx.node("Transpose", [x], { perm: order }),
  gradient: (dy, _, { order }) => [dy.transpose(inverse(order))],
  commute: ([x], { order }) => transpose(x, order),
  overSteps: ([x], { order }) => transpose(x, [0, ...order.map((axis) => axis + 1)]),
  examples: [
    { shapes: [[2, 3]], attributes: { order: [1, 0] } },
    { shapes: [[2, 3, 4]], attributes: { order: [2, 0, 1] } },
  ],
});
/** Axes in another order; default reversed. */
export function transpose(x: Tensor, order?: readonly number[]): Tensor {
  const full = order ?? x.shape.map((_, i) => x.rank - 1 - i);
  if (full.length !== x.rank || new Set(full).size !== x.rank || full.some((axis) => axis < 0 || axis >= x.rank))
    throw new VaekitError(
      "E_SHAPE",
      `transpose: order [${full.join(", ")}] is not a permutation of the axes of ${formatShape(x.shape)}`,
    );
  const before = transposedOf(x);
  if (before)
    // Transposes of transposes are one transpose.
    return transpose(
      before.from,
      full.map((axis) => before.order[axis]),
    );
  const long = full.filter((axis) => x.shape[axis] !== 1);
  if (long.every((axis, i) => i === 0 || long[i - 1] < axis)) return x.reshape(full.map((axis) => x.shape[axis]));
  return transposeOp([x], { order: full });
}

/** New axes of size 1, at these places of the result. */
export function expandDims(x: Tensor, axes: number | readonly number[]): Tensor {
  const list = typeof axes === "number" ? [axes] : axes;
  const rank = x.rank + list.length;
  const places = list.map((axis) => normalizeAxis("expandDims", axis, rank));
  const rest = [...x.shape];
  return x.reshape(Array.from({ length: rank }, (_, axis) => (places.includes(axis) ? 1 : rest.shift()!)));
}
/** Without these axes of size 1. */
export function squeeze(x: Tensor, axes: number | readonly number[]): Tensor {
  const places = (typeof axes === "number" ? [axes] : axes).map((axis) => normalizeAxis("squeeze", axis, x.rank));
  for (const axis of places)
    if (x.shape[axis] !== 1) throw shapeError("squeeze", `axis ${axis} is not of size 1`, x.shape);
  return x.reshape(x.shape.filter((_, axis) => !places.includes(axis)));
}

const broadcastOp = op<{ shape: Shape }>("broadcastTo", {
  shape: ([x], { shape }) => {
    if (!sameShape(broadcastShapes("broadcastTo", x, shape), shape))
      throw shapeError("broadcastTo", "does not spread to it", x, shape);
    return shape;
  },
  reference: ([x], _, shape) => broadcastArray(x, shape),
  lower: ([x], { shape }, onnx) => onnx.node("Expand", [x, onnx.shape(shape)]),
  commute: ([x], { shape }) => {
    const { from, order } = transposedOf(x)!;
    if (shape.length !== x.rank) return null;
    return transpose(
      broadcastTo(
        from,
        inverse(order).map((axis) => shape[axis]),
      ),
      order,
    );
  },
  gradient: (dy, [x]) => [unbroadcast(dy, x.shape)],
  overSteps: ([x], { shape }) => {
    const ones = new Array<number>(shape.length + 1 - x.rank).fill(1);
    return broadcastTo(reshape(x, [x.shape[0], ...ones, ...x.shape.slice(1)]), [x.shape[0], ...shape]);
  },
  examples: [
    { shapes: [[3]], attributes: { shape: [2, 3] } },
    { shapes: [[2, 1, 3]], attributes: { shape: [2, 4, 3] } },
    { shapes: [[]], attributes: { shape: [2] } },
  ],
});
/** x repeated along new axes and axes of size 1. */
export function broadcastTo(x: Tensor, shape: Shape): Tensor {
  return sameShape(x.shape, shape) ? x : broadcastOp([x], { shape });
}

interface SliceAttributes {
  readonly axis: number;
  readonly start: number;
  readonly end: number;
  readonly step: number;
}
const sliceOp = op<SliceAttributes>("slice", {
  shape: ([x], { axis, start, end, step }) =>
    x.map((dim, i) => {
      if (i !== axis) return dim;
      if (typeof dim === "string") throw shapeError("slice", `axis ${axis} has no fixed size`, x);
      return Math.ceil((end - start) / step);
    }),
  reference: ([x], { axis, start, step }, shape) => {
    const strides = stridesOf(x.shape);
    return gatherArray(x, shape, (index) =>
      index.reduce((at, i, k) => at + (k === axis ? start + i * step : i) * strides[k], 0),
    );
  },
  lower: ([x], { axis, start, end, step }, onnx) =>
    onnx.node("Slice", [x, onnx.longs([start]), onnx.longs([end]), onnx.longs([axis]), onnx.longs([step])]),
  overSteps: ([x], { axis, start, end, step }) => slice(x, axis + 1, start, end, step),
  commute: ([x], { axis, start, end, step }) => {
    const { from, order } = transposedOf(x)!;
    return transpose(slice(from, order[axis], start, end, step), order);
  },
  gradient: (dy, [x], { axis, start, end, step }) => {
    const size = x.shape[axis] as number;
    if (step === 1) return [dy.pad(axis, start, size - end)];
    // Spread the kept elements apart: [.., n, ..] -> [.., n, step, ..] with zeros behind each, then cut to size.
    const count = dy.shape[axis] as number;
    const spread = dy.expandDims(axis + 1).pad(axis + 1, 0, step - 1);
    const flat = spread.reshape([...dy.shape.slice(0, axis), count * step, ...dy.shape.slice(axis + 1)]);
    const room = Math.min(count * step, size - start);
    return [flat.slice(axis, 0, room).pad(axis, start, size - start - room)];
  },
  examples: [
    { shapes: [[4, 3]], attributes: { axis: 0, start: 1, end: 3, step: 1 } },
    { shapes: [[2, 7]], attributes: { axis: 1, start: 1, end: 7, step: 3 } },
    { shapes: [[5]], attributes: { axis: 0, start: 0, end: 5, step: 2 } },
  ],
});
/** Elements start, start + step, ... before `end` of one axis, which must have a fixed size; negative places count from its end. */
export function slice(x: Tensor, axis: number, start: number, end?: number, step = 1): Tensor {
  const place = normalizeAxis("slice", axis, x.rank);
  const size = x.shape[place];
  if (typeof size === "string") throw shapeError("slice", `axis ${axis} has no fixed size`, x.shape);
  const from = start < 0 ? start + size : start;
  const to = end === undefined ? size : end < 0 ? end + size : end;
  if (from < 0 || to > size || from >= to || step < 1)
    throw new VaekitError(
      "E_SHAPE",
      `slice: ${start}..${end ?? ""} step ${step} is empty or outside axis ${axis} of ${formatShape(x.shape)}`,
    );
  return from === 0 && to === size && step === 1 ? x : sliceOp([x], { axis: place, start: from, end: to, step });
}

const concatOp = op<{ axis: number }>("concat", {
  shape: (shapes, { axis }) => {
    const [first] = shapes;
    let total = 0;
    for (const shape of shapes) {
      const dim = shape[axis];
      if (shape.length !== first.length || shape.some((d, i) => i !== axis && d !== first[i]))
        throw shapeError("concat", `shapes differ off axis ${axis}`, ...shapes);
      if (typeof dim === "string") throw shapeError("concat", `axis ${axis} has no fixed size`, ...shapes);
      total += dim;
    }
    return first.map((dim, i) => (i === axis ? total : dim));
  },
  reference: (inputs, { axis }, shape) => {
    const data = new Float64Array(shape.reduce((size, dim) => size * dim, 1));
    const inner = shape.slice(axis + 1).reduce((size, dim) => size * dim, 1);
    const outer = shape.slice(0, axis).reduce((size, dim) => size * dim, 1);
    let at = 0;
    for (let row = 0; row < outer; row++)
      for (const { shape: part, data: values } of inputs) {
        const width = part[axis] * inner;
        data.set(values.subarray(row * width, (row + 1) * width), at);
        at += width;
      }
    return { shape, data };
  },
  lower: (inputs, { axis }, onnx) => onnx.node("Concat", inputs, { axis }),
  commute: (inputs, { axis }) => {
    const found = inputs.map(transposedOf);
    const order = found[0]?.order;
    if (!order || found.some((part) => part?.order.join() !== order.join())) return null;
    return transpose(
      concat(
        found.map((part) => part!.from),
        order[axis],
      ),
      order,
    );
  },
  overSteps: (inputs, { axis }, stepped) => (stepped.every(Boolean) ? concat(inputs, axis + 1) : null),
  gradient: (dy, inputs, { axis }) => {
    let start = 0;
    return inputs.map((part) => {
      const size = part.shape[axis] as number;
      start += size;
      return dy.slice(axis, start - size, start);
    });
  },
  examples: [
    {
      shapes: [
        [2, 3],
        [2, 1],
      ],
      attributes: { axis: 1 },
    },
    {
      shapes: [
        [1, 2],
        [3, 2],
        [2, 2],
      ],
      attributes: { axis: 0 },
    },
  ],
});
/** Tensors one after the other along an axis. */
export function concat(tensors: readonly Tensor[], axis = -1): Tensor {
  if (tensors.length === 0) throw new VaekitError("E_SHAPE", "concat: no tensors given");
  return tensors.length === 1
    ? tensors[0]
    : concatOp(tensors, { axis: normalizeAxis("concat", axis, tensors[0].rank) });
}
/** Tensors of one shape side by side along a new axis. */
export function stack(tensors: readonly Tensor[], axis = 0): Tensor {
  return concat(
    tensors.map((x) => x.expandDims(axis)),
    axis,
  );
}

interface PadAttributes {
  readonly before: readonly number[]; // per axis
  readonly after: readonly number[];
  readonly value: number;
}
const padOp = op<PadAttributes>("pad", {
  shape: ([x], { before, after }) =>
    x.map((dim, axis) => {
      if (before[axis] === 0 && after[axis] === 0) return dim;
      if (typeof dim === "string") throw shapeError("pad", `axis ${axis} has no fixed size`, x);
      return dim + before[axis] + after[axis];
    }),
  reference: ([x], { before, value }, shape) => {
    const data = new Float64Array(shape.reduce((size, dim) => size * dim, 1)).fill(value);
    const strides = stridesOf(shape);
    forEachIndex(x.shape, (flat, index) => {
      data[index.reduce((at, i, axis) => at + (i + before[axis]) * strides[axis], 0)] = x.data[flat];
    });
    return { shape, data };
  },
  lower: ([x], { before, after, value }, onnx) =>
    onnx.node("Pad", [x, onnx.longs([...before, ...after]), onnx.floats([value], [])], { mode: "constant" }),
  overSteps: ([x], { before, after, value }) =>
    padAxes(x, Object.fromEntries(before.map((count, axis) => [axis + 1, [count, after[axis]]])), value),
  commute: ([x], { before, after, value }) => {
    const { from, order } = transposedOf(x)!;
    const sides = Object.fromEntries(order.map((place, axis) => [place, [before[axis], after[axis]] as const]));
    return transpose(padAxes(from, sides, value), order);
  },
  gradient: (dy, [x], { before, after }) => [
    x.shape.reduce<Tensor>(
      (part, dim, axis) =>
        before[axis] === 0 && after[axis] === 0 ? part : part.slice(axis, before[axis], before[axis] + (dim as number)),
      dy,
    ),
  ],
  examples: [
    { shapes: [[2, 3]], attributes: { before: [0, 1], after: [0, 2], value: 0 } },
    { shapes: [[2, 3]], attributes: { before: [0, 0], after: [1, 0], value: -7 } },
    { shapes: [[2, 2, 3, 1]], attributes: { before: [0, 1, 2, 0], after: [0, 1, 0, 0], value: 0 } },
  ],
});
/** `value` added before and after one axis. */
export function pad(x: Tensor, axis: number, before: number, after: number, value = 0): Tensor {
  const place = normalizeAxis("pad", axis, x.rank);
  return padAxes(x, { [place]: [before, after] }, value);
}
/** `value` added before and after several axes at once, `{axis: [before, after]}`. */
export function padAxes(x: Tensor, sides: Readonly<Record<number, readonly [number, number]>>, value = 0): Tensor {
  const [before, after] = [0, 1].map((side) => x.shape.map((_, axis) => sides[axis]?.[side] ?? 0));
  if ([...before, ...after].some((count) => !Number.isInteger(count) || count < 0))
    throw shapeError("pad", `cannot add ${before.join(", ")} before and ${after.join(", ")} after`, x.shape);
  return [...before, ...after].every((count) => count === 0) ? x : padOp([x], { before, after, value });
}

const flipOp = op<{ axis: number }>("flip", {
  shape: ([x], { axis }) => {
    if (typeof x[axis] === "string") throw shapeError("flip", `axis ${axis} has no fixed size`, x);
    return x;
  },
  reference: ([x], { axis }, shape) => {
    const strides = stridesOf(shape);
    return gatherArray(x, shape, (index) =>
      index.reduce((at, i, k) => at + (k === axis ? shape[k] - 1 - i : i) * strides[k], 0),
    );
  },
  lower: ([x], { axis }, onnx, { inputs }) => {
    const size = inputs[0].shape[axis] as number;
    return onnx.node("Gather", [x, onnx.ints(Array.from({ length: size }, (_, i) => size - 1 - i))], { axis });
  },
  gradient: (dy, _, { axis }) => [dy.flip(axis)],
  overSteps: ([x], { axis }) => flip(x, axis + 1),
  examples: [
    { shapes: [[2, 3]], attributes: { axis: 1 } },
    { shapes: [[3, 2]], attributes: { axis: 0 } },
  ],
});
/** The order along one axis reversed. */
export function flip(x: Tensor, axis: number): Tensor {
  return flipOp([x], { axis: normalizeAxis("flip", axis, x.rank) });
}

const appendOp = op<object>("append", {
  shape: ([x, rows]) => {
    const [count, more] = [x[0], rows[0]];
    if (typeof more === "string" || !sameShape(x.slice(1), rows.slice(1)))
      throw shapeError("append", "rows do not fit or have no fixed number", x, rows);
    return [typeof count === "string" ? `${count}+${more}` : count + more, ...x.slice(1)];
  },
  reference: ([x, rows], _, shape) => ({ shape, data: Float64Array.from([...x.data, ...rows.data]) }),
  lower: (inputs, _, onnx) => onnx.node("Concat", inputs, { axis: 0 }),
  gradient: "none",
  examples: [
    {
      shapes: [
        [2, 3],
        [1, 3],
      ],
    },
  ],
});
/** Rows behind the others, of which there may be any number: ["S", ..], [1, ..] -> ["S+1", ..]. That size is a program's output alone. */
export function append(x: Tensor, rows: Tensor): Tensor {
  return appendOp([x, rows], {});
}
