/** Ops on each element alone, with broadcasting: arithmetic, functions of one variable. */

import { type Example, type OverSteps, op } from "../op.js";
import { broadcastShapes, type Shape, sameShape, shapeError, type Tensor } from "../tensor.js";
import { mapArrays } from "./arrays.js";
import { elementwiseInBlocks } from "./blocks.js";
import { constant, lift, scalarValue } from "./source.js";
import { elementwise, elementwiseUnflattened } from "./transposed.js";

type None = Record<never, never>;
type Make = (inputs: readonly Tensor[], attributes: None) => Tensor;
type Operand = Tensor | number;

/** The part of `dy` that belongs to an operand of `shape`: summed over the axes that broadcasting spread. */
export function unbroadcast(dy: Tensor, shape: Shape): Tensor {
  if (sameShape(dy.shape, shape)) return dy;
  if (dy.node.op.name === "neg") return unbroadcast(dy.node.inputs[0], shape).neg();
  const skip = dy.rank - shape.length;
  const axes = dy.shape.flatMap((dim, axis) => (axis < skip || (shape[axis - skip] === 1 && dim !== 1) ? [axis] : []));
  const summed = axes.length > 0 ? dy.sum(axes, true) : dy;
  return sameShape(summed.shape, shape) ? summed : summed.reshape(shape);
}

/** Elementwise ops over all steps: inputs of lower rank get axes of size 1 behind the steps. */
function alignedOverSteps(make: Make): OverSteps<None> {
  return (inputs, _, stepped) => {
    const rank = Math.max(...inputs.map((x, i) => x.rank - (stepped[i] ? 1 : 0)));
    const aligned = inputs.map((x, i) => {
      if (!stepped[i]) return x;
      const ones = new Array<number>(rank + 1 - x.rank).fill(1);
      return x.reshape([x.shape[0], ...ones, ...x.shape.slice(1)]);
    });
    return make(aligned, {});
  };
}

interface Unary {
  reference: (x: number) => number;
  lower: string;
  /** dx from dy, x and y = f(x); null where it is zero almost everywhere. */
  gradient: (dy: Tensor, x: Tensor, y: Tensor) => Tensor | null;
  range?: readonly [number, number];
  /** The other side of a kink at 0. */
  below?: readonly [number, number];
  /** The same in ops that WebGPU has kernels for, where it lacks one for this. */
  onWebGpu?: (x: Tensor) => Tensor;
}

function unary(name: string, { reference, lower, gradient, range, below, onWebGpu }: Unary): (x: Tensor) => Tensor {
  const make: Make = op<None>(name, {
    shape: ([x]) => x,
    reference: (inputs, _, shape) => mapArrays(inputs, shape, reference),
    lower: ([x], _, onnx) => onnx.node(lower, [x]),
    decompose: onWebGpu && (([x], _, target) => (target === "webgpu" ? onWebGpu(x) : null)),
    overSteps: ([x]) => make([x], {}),
    commute: (...given) => elementwise(make)(...given),
    unflatten: (...given) => elementwiseUnflattened(make)(...given),
    inBlocks: (...given) => elementwiseInBlocks(make)(...given),
    gradient: (dy, [x], _, y) => [gradient(dy, x, y)],
    examples: [
      { shapes: [[2, 3]], range },
      { shapes: [[]], range },
      { shapes: [[2, 1, 3]], range },
      ...(below ? [{ shapes: [[3]], range: below }] : []),
    ],
  });
  return (x) => make([x], {});
}

/** -x */
export const neg = unary("neg", { reference: (x) => -x, lower: "Neg", gradient: (dy) => dy.neg() });
/** e^x */
export const exp = unary("exp", { reference: Math.exp, lower: "Exp", gradient: (dy, _, y) => dy.mul(y) });
/** Natural logarithm. */
export const log = unary("log", { reference: Math.log, lower: "Log", gradient: (dy, x) => dy.div(x), range: [0.1, 3] });
/** Square root. */
export const sqrt = unary("sqrt", {
  reference: Math.sqrt,
  lower: "Sqrt",
  gradient: (dy, _, y) => dy.mul(0.5).div(y),
  range: [0.1, 3],
});
/** 1/x */
export const reciprocal = unary("reciprocal", {
  reference: (x) => 1 / x,
  lower: "Reciprocal",
  gradient: (dy, _, y) => dy.mul(y).mul(y).neg(),
  range: [0.3, 3],
});
/** |x|; the gradient at 0 is 0. */
export const abs = unary("abs", {
  reference: Math.abs,
  lower: "Abs",
  gradient: (dy, x) => dy.mul(x.sign()),
  range: [0.1, 3],
  below: [-3, -0.1],
});
/** -1, 0 or 1. */
export const sign = unary("sign", {
  reference: Math.sign,
  lower: "Sign",
  gradient: () => null,
  range: [0.1, 3],
  below: [-3, -0.1],
  onWebGpu: (x) => x.step().sub(x.neg().step()),
});
export const floor = unary("floor", { reference: Math.floor, lower: "Floor", gradient: () => null, range: [0.1, 0.9] });
/** Nearest whole number, halves to even. */
export const round = unary("round", {
  reference: roundHalfEven,
  lower: "Round",
  gradient: () => null,
  range: [0.1, 0.4],
});
export const sin = unary("sin", { reference: Math.sin, lower: "Sin", gradient: (dy, x) => dy.mul(x.cos()) });
export const cos = unary("cos", { reference: Math.cos, lower: "Cos", gradient: (dy, x) => dy.mul(x.sin()).neg() });
/** Logistic function 1/(1+e^-x). */
export const sigmoid = unary("sigmoid", {
  reference: (x) => 1 / (1 + Math.exp(-x)),
  lower: "Sigmoid",
  gradient: (dy, _, y) => dy.mul(y.sub(y.square())),
});
export const tanh = unary("tanh", {
  reference: Math.tanh,
  lower: "Tanh",
  gradient: (dy, _, y) => dy.mul(constant(1).sub(y.square())),
});
/** max(x, 0). */
export const relu = unary("relu", {
  reference: (x) => Math.max(x, 0),
  lower: "Relu",
  gradient: (dy, _, y) => dy.mul(y.step()),
  range: [0.1, 2],
  below: [-2, -0.1],
});
/** Error function. */
export const erf = unary("erf", {
  reference: erfReference,
  lower: "Erf",
  gradient: (dy, x) => dy.mul(x.square().neg().exp()).mul(2 / Math.sqrt(Math.PI)),
});

const stepOp: Make = op<None>("step", {
  shape: ([x]) => x,
  overSteps: ([x]) => step(x),
  commute: (...given) => elementwise(stepOp)(...given),
  unflatten: (...given) => elementwiseUnflattened(stepOp)(...given),
  inBlocks: (...given) => elementwiseInBlocks(stepOp)(...given),
  reference: (inputs, _, shape) => mapArrays(inputs, shape, (x) => (x > 0 ? 1 : 0)),
  // A steep ramp is several times faster than a comparison and a cast (measured; see docs/architecture.md).
  lower: ([x], _, onnx) => onnx.node("HardSigmoid", [x], { alpha: { float: 1e30 }, beta: { float: 0 } }),
  gradient: () => [null],
  examples: [
    { shapes: [[2, 3]], range: [-2, -0.1] },
    { shapes: [[3]], range: [0.1, 2] },
  ],
});
/** 1 where x > 0, else 0. */
export function step(x: Tensor): Tensor {
  return stepOp([x], {});
}

function roundHalfEven(x: number): number {
  const down = Math.floor(x);
  if (x - down !== 0.5) return Math.round(x);
  return down % 2 === 0 ? down : down + 1;
}

/** erf by its Maclaurin series for small x and a continued fraction for large, to float64 accuracy. */
export function erfReference(x: number): number {
  const a = Math.abs(x);
  if (a < 2.5) {
    let term = a;
    let sum = a;
    for (let n = 1; n < 80; n++) {
      term *= (-a * a) / n;
      sum += term / (2 * n + 1);
    }
    return (Math.sign(x) * 2 * sum) / Math.sqrt(Math.PI);
  }
  let fraction = 0;
  for (let n = 60; n > 0; n--) fraction = n / 2 / (a + fraction);
  return Math.sign(x) * (1 - Math.exp(-a * a) / Math.sqrt(Math.PI) / (a + fraction));
}

interface Binary {
  reference: (a: number, b: number) => number;
  lower: string;
  /** Null where the other operand has all of it. */
  gradient: (dy: Tensor, a: Tensor, b: Tensor, y: Tensor) => [Tensor, Tensor | null];
  range?: Example<None>["range"];
  /** Also defined on whole numbers. */
  ints?: boolean;
}

function binary(name: string, { reference, lower, gradient, range }: Binary): (a: Tensor, b: Operand) => Tensor {
  const make: Make = op<None>(name, {
    shape: (shapes, _, types) => {
      if (types[0].dtype !== types[1].dtype)
        throw shapeError(name, `operands are ${types[0].dtype} and ${types[1].dtype}`, ...shapes);
      return broadcastShapes(name, ...shapes);
    },
    reference: (inputs, _, shape) => mapArrays(inputs, shape, reference),
    lower: ([a, b], _, onnx) => onnx.node(lower, [a, b]),
    decompose: ([a, b]) => flattened(make, a, b),
    overSteps: (...given) => alignedOverSteps(make)(...given),
    commute: (...given) => elementwise(make)(...given),
    unflatten: (...given) => elementwiseUnflattened(make)(...given),
    inBlocks: (...given) => elementwiseInBlocks(make)(...given),
    gradient: (dy, [a, b], _, y) => {
      const [da, db] = gradient(dy, a, b, y);
      return [unbroadcast(da, a.shape), db && unbroadcast(db, b.shape)];
    },
    examples: [
      [
        [2, 3],
        [2, 3],
      ],
      [[2, 3], []],
      [
        [2, 1, 3],
        [4, 1],
      ],
      [[3], [2, 3]],
    ].map((shapes) => ({ shapes, range })),
  });
  return (a, b) => make([a, lift(b, a.dtype)], {});
}

/**
 * The same values over fewer axes, where that is faster: ONNX Runtime broadcasts over a last axis of size 1 some twenty
 * times slower than over a long one, and it adds a bias within the product when nothing stands between them.
 */
function flattened(make: (inputs: readonly Tensor[], attributes: None) => Tensor, a: Tensor, b: Tensor): Tensor | null {
  const shape = broadcastShapes("", a.shape, b.shape);
  const [x, y] = [unspread(a, b), unspread(b, a)];
  if (x) return make([x, b], {});
  if (y) return make([a, y], {});
  if (shape.length > 1 && shape.at(-1) === 1 && !sameShape(a.shape, b.shape)) {
    const cut = (x: Tensor): Tensor => (x.rank === 0 ? x : x.reshape(x.shape.slice(0, -1)));
    return make([cut(a), cut(b)], {}).reshape(shape);
  }
  const [rows] = a.node.op.name === "reshape" ? a.node.inputs : [];
  if (rows?.rank === 2 && a.rank > 2 && b.rank === 1 && rows.shape[1] === b.shape[0] && a.shape.at(-1) === b.shape[0])
    return make([rows, b], {}).reshape(a.shape);
  return null;
}

/** What `x` was spread from, when `other` alone gives the result its shape. */
function unspread(x: Tensor, other: Tensor): Tensor | null {
  if (x.node.op.name !== "broadcastTo" || !sameShape(x.shape, other.shape)) return null;
  return x.node.inputs[0];
}

/** 2 x, from what x was spread from. */
function twice(x: Tensor): Tensor {
  return x.node.op.name === "broadcastTo" ? x.node.inputs[0].mul(2).broadcastTo(x.shape) : x.mul(2);
}

const addOp = binary("add", { reference: (a, b) => a + b, lower: "Add", gradient: (dy) => [dy, dy] });
const subOp = binary("sub", { reference: (a, b) => a - b, lower: "Sub", gradient: (dy) => [dy, dy.neg()] });
const mulOp = binary("mul", {
  reference: (a, b) => a * b,
  lower: "Mul",
  gradient: (dy, a, b) => (a === b ? [twice(dy).mul(a), null] : [dy.mul(b), dy.mul(a)]),
});
const divOp = binary("div", {
  reference: (a, b) => a / b,
  lower: "Div",
  gradient: (dy, _, b, y) => [dy.div(b), dy.mul(y).div(b).neg()],
  range: [
    [-2, 2],
    [0.5, 2],
  ],
});

/** a + b */
export function add(a: Tensor, b: Operand): Tensor {
  return b === 0 ? a : addOp(a, b);
}
/** a - b */
export function sub(a: Tensor, b: Operand): Tensor {
  return b === 0 ? a : subOp(a, b);
}
/** a * b, elementwise. */
export function mul(a: Tensor, b: Operand): Tensor {
  const factor = typeof b === "number" ? b : scalarValue(b);
  if (factor === 1 && (typeof b === "number" || b.rank === 0)) return a;
  const own = scalarValue(a);
  return own === 1 && a.rank === 0 && typeof b !== "number" ? b : mulOp(a, b);
}
/** a / b, elementwise. */
export function div(a: Tensor, b: Operand): Tensor {
  return b === 1 ? a : divOp(a, b);
}
/** a^b for a > 0. */
export const pow = binary("pow", {
  reference: (a, b) => a ** b,
  lower: "Pow",
  gradient: (dy, a, b, y) => [dy.mul(b).mul(a.pow(b.sub(1))), dy.mul(y).mul(a.log())],
  range: [
    [0.3, 2],
    [-2, 2],
  ],
});
/** Larger of a and b; where they are equal the gradient goes to b. */
export const maximum = binary("maximum", {
  reference: (a, b) => Math.max(a, b),
  lower: "Max",
  gradient: (dy, a, b) => {
    const first = a.sub(b).step();
    return [dy.mul(first), dy.sub(dy.mul(first))];
  },
  range: [
    [0, 1],
    [1.1, 2],
  ],
});
/** Smaller of a and b; where they are equal the gradient goes to b. */
export const minimum = binary("minimum", {
  reference: (a, b) => Math.min(a, b),
  lower: "Min",
  gradient: (dy, a, b) => {
    const first = b.sub(a).step();
    return [dy.mul(first), dy.sub(dy.mul(first))];
  },
  range: [
    [0, 1],
    [1.1, 2],
  ],
});

/** x * x */
export function square(x: Tensor): Tensor {
  return x.mul(x);
}
/** x limited to low..high; no gradient outside. */
export function clip(x: Tensor, low: number, high: number): Tensor {
  return x.maximum(low).minimum(high);
}
