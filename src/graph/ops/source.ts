/** Where values come from: inputs of a program, constants, and the barrier that stops gradients. */

import { VaekitError } from "../../errors.js";
import { multiOp, op } from "../op.js";
import type { InputRole } from "../program.js";
import type { Dtype, Shape, Tensor } from "../tensor.js";

export interface InputAttributes {
  readonly name: string;
  readonly role: InputRole;
  readonly shape: Shape;
  readonly dtype: Dtype;
}

const placeholder = multiOp<InputAttributes>({
  name: "input",
  types: (_, { shape, dtype }) => [{ shape, dtype }],
  reference: (_, { name }) => {
    throw new VaekitError("E_SHAPE", `input "${name}" was not given a value`);
  },
  lower: "none",
  decompose: "none",
  gradient: () => [],
  examples: [],
});

/** A value given at run time. */
export function input(name: string, shape: Shape, options: { role?: InputRole; dtype?: Dtype } = {}): Tensor {
  return placeholder([], { name, shape, role: options.role ?? "data", dtype: options.dtype ?? "float32" })[0];
}

interface ConstantAttributes {
  readonly values: ArrayLike<number>;
  readonly shape: readonly number[];
  readonly dtype: Dtype;
}

const constantOp = op<ConstantAttributes>("constant", {
  shape: (_, { shape }) => shape,
  dtype: (_, { dtype }) => dtype,
  reference: (_, { values, shape }) => ({ shape, data: Float64Array.from(values) }),
  lower: (_, { values, shape, dtype }, onnx) => {
    if (dtype === "int32") return onnx.ints(values, shape);
    const floats = onnx.floats(values, shape);
    return dtype === "bool" ? onnx.node("Cast", [floats], { to: 9 }) : floats;
  },
  gradient: () => [],
  examples: [{ shapes: [], attributes: { values: [1, -2.5, 3], shape: [3], dtype: "float32" } }],
});

/** A tensor that is part of the program. `shape` defaults to a vector, or a scalar for a number. */
export function constant(
  values: number | ArrayLike<number>,
  shape?: readonly number[],
  dtype: Dtype = "float32",
): Tensor {
  const list = typeof values === "number" ? [values] : values;
  const actual = shape ?? (typeof values === "number" ? [] : [list.length]);
  const size = actual.reduce((product, dim) => product * dim, 1);
  if (size !== list.length)
    throw new VaekitError("E_SHAPE", `constant: ${list.length} values do not fill shape [${actual.join(", ")}]`);
  return constantOp([], { values: list, shape: actual, dtype });
}

/** The number, when a tensor is a constant scalar. */
export function scalarValue(x: Tensor): number | null {
  const { op: made, attributes } = x.node;
  if (made.name !== "constant") return null;
  const { values } = attributes as ConstantAttributes;
  return values.length === 1 ? values[0] : null;
}

/** A number becomes a scalar constant; a tensor stays. */
export function lift(x: Tensor | number, dtype: Dtype = "float32"): Tensor {
  return typeof x === "number" ? constant(x, [], dtype) : x;
}

const stopOp = op<Record<never, never>>("stop", {
  shape: ([x]) => x,
  reference: ([x]) => x,
  lower: ([x], _, onnx) => onnx.node("Identity", [x]),
  decompose: ([x]) => x,
  gradient: () => [null],
  examples: [{ shapes: [[2, 3]] }],
});

/** x, with no gradient flowing back. */
export function stop(x: Tensor): Tensor {
  return stopOp([x], {});
}
