/** Comparisons, logic, choice between values, and conversion of types. */

import { op } from "../op.js";
import { broadcastShapes, type Dtype, type Tensor } from "../tensor.js";
import { mapArrays } from "./arrays.js";
import { unbroadcast } from "./elementwise.js";
import { lift } from "./source.js";

type None = Record<never, never>;
const ONNX_TYPE: Record<Dtype, number> = { float32: 1, uint8: 2, int32: 6, bool: 9 };

function comparison(
  name: string,
  lower: string,
  test: (a: number, b: number) => boolean,
): (a: Tensor, b: Tensor | number) => Tensor {
  const make = op<None>(name, {
    shape: (shapes) => broadcastShapes(name, ...shapes),
    dtype: "bool",
    reference: (inputs, _, shape) => mapArrays(inputs, shape, (a, b) => (test(a, b) ? 1 : 0)),
    lower: ([a, b], _, onnx) => onnx.node(lower, [a, b]),
    gradient: () => [null, null],
    examples: [
      {
        shapes: [
          [2, 3],
          [2, 3],
        ],
      },
      { shapes: [[2, 1], [3]], dtypes: ["int32", "int32"] },
    ],
  });
  return (a, b) => make([a, lift(b, a.dtype)], {});
}

export const equal = comparison("equal", "Equal", (a, b) => a === b);
export const less = comparison("less", "Less", (a, b) => a < b);
export const greater = comparison("greater", "Greater", (a, b) => a > b);
export const lessEqual = comparison("lessEqual", "LessOrEqual", (a, b) => a <= b);
export const greaterEqual = comparison("greaterEqual", "GreaterOrEqual", (a, b) => a >= b);

function logical(
  name: string,
  lower: string,
  test: (a: number, b: number) => number,
  onWebGpu?: (a: Tensor, b: Tensor) => Tensor,
): (a: Tensor, b: Tensor) => Tensor {
  const make = op<None>(name, {
    shape: (shapes) => broadcastShapes(name, ...shapes),
    dtype: "bool",
    reference: (inputs, _, shape) => mapArrays(inputs, shape, test),
    lower: ([a, b], _, onnx) => onnx.node(lower, [a, b]),
    // WebGPU has no kernel for some of them.
    decompose: onWebGpu && (([a, b], _, target) => (target === "webgpu" ? onWebGpu(a, b) : null)),
    gradient: () => [null, null],
    examples: [{ shapes: [[2, 3], [3]], dtypes: ["bool", "bool"] }],
  });
  return (a, b) => make([a, b], {});
}

export const and = logical("and", "And", (a, b) => (a && b ? 1 : 0));
export const or = logical(
  "or",
  "Or",
  (a, b) => (a || b ? 1 : 0),
  (a, b) => a.not().and(b.not()).not(),
);

const notOp = op<None>("not", {
  shape: ([x]) => x,
  dtype: "bool",
  reference: (inputs, _, shape) => mapArrays(inputs, shape, (x) => (x ? 0 : 1)),
  lower: ([x], _, onnx) => onnx.node("Not", [x]),
  gradient: () => [null],
  examples: [{ shapes: [[2, 3]], dtypes: ["bool"] }],
});
export function not(x: Tensor): Tensor {
  return notOp([x], {});
}

const whereOp = op<None>("where", {
  shape: (shapes) => broadcastShapes("where", ...shapes),
  dtype: ([, yes]) => yes.dtype,
  reference: (inputs, _, shape) => mapArrays(inputs, shape, (test, yes, no) => (test ? yes : no)),
  lower: ([test, yes, no], _, onnx) => onnx.node("Where", [test, yes, no]),
  gradient: (dy, [test, yes, no]) => [
    null,
    unbroadcast(where(test, dy, 0), yes.shape),
    unbroadcast(where(test, lift(0), dy), no.shape),
  ],
  examples: [
    {
      shapes: [
        [2, 3],
        [2, 3],
        [2, 3],
      ],
      dtypes: ["bool", "float32", "float32"],
    },
    { shapes: [[3], [2, 1], []], dtypes: ["bool", "float32", "float32"] },
  ],
});
/** `yes` where the condition holds, else `no`. */
export function where(test: Tensor, yes: Tensor | number, no: Tensor | number): Tensor {
  const dtype = typeof yes === "number" ? (typeof no === "number" ? "float32" : no.dtype) : yes.dtype;
  return whereOp([test, lift(yes, dtype), lift(no, dtype)], {});
}

const castOp = op<{ to: Dtype }>("cast", {
  shape: ([x]) => x,
  dtype: (_, { to }) => to,
  reference: ([x], { to }) => ({
    shape: x.shape,
    data: x.data.map(to === "bool" ? (v) => (v === 0 ? 0 : 1) : to === "int32" ? Math.trunc : (v) => v),
  }),
  lower: ([x], { to }, onnx) => onnx.node("Cast", [x], { to: ONNX_TYPE[to] }),
  gradient: (dy, [x]) => [x.dtype === "float32" && dy.dtype === "float32" ? dy : null],
  examples: [
    { shapes: [[2, 3]], attributes: { to: "int32" }, range: [0.1, 0.9] },
    { shapes: [[2, 3]], attributes: { to: "float32" }, dtypes: ["int32"] },
    { shapes: [[4]], attributes: { to: "float32" }, dtypes: ["bool"] },
  ],
});
/** x with another element type; towards int32 it truncates. */
export function cast(x: Tensor, to: Dtype): Tensor {
  return x.dtype === to ? x : castOp([x], { to });
}
