/** A program: named inputs and outputs of one traced graph; what an engine compiles. */

import { VaekitError } from "../errors.js";
import { bindShape, type Dtype, type Shape, type Tensor } from "./tensor.js";
import { topological } from "./walk.js";

/** What an input is for, which decides who feeds it. */
export type InputRole =
  | "parameter" // learned; lives in a bank
  | "state" // changes without gradients
  | "data" // a batch
  | "noise" // drawn by our generator
  | "scalar"; // a number that changes from step to step, shape []

export interface InputSpec {
  readonly name: string;
  readonly role: InputRole;
  readonly shape: Shape;
  readonly dtype: Dtype;
}

export interface Program {
  readonly name: string;
  readonly inputs: ReadonlyMap<string, { readonly spec: InputSpec; readonly tensor: Tensor }>;
  /** Values to return, by name. */
  readonly outputs: Readonly<Record<string, Tensor>>;
  /** Gradients by parameter name; they go to the bank that the program is compiled with. */
  readonly gradients: Readonly<Record<string, Tensor>>;
}

/** Collects the inputs of a program while its graph is traced; each name once. */
export function inputsOf(outputs: readonly Tensor[]): Map<string, { spec: InputSpec; tensor: Tensor }> {
  const inputs = new Map<string, { spec: InputSpec; tensor: Tensor }>();
  for (const node of topological(outputs)) {
    if (node.op.name !== "input") continue;
    const spec = node.attributes as InputSpec;
    const known = inputs.get(spec.name);
    if (known && known.tensor.node !== node)
      throw new VaekitError("E_SHAPE", `two inputs of one program are named "${spec.name}"`);
    inputs.set(spec.name, { spec, tensor: node.outputs[0] });
  }
  return inputs;
}

/** A program that computes `outputs`, and `gradients` by parameter name. Its inputs are what these need. */
export function program(
  name: string,
  outputs: Readonly<Record<string, Tensor>>,
  gradients: Readonly<Record<string, Tensor>> = {},
): Program {
  return { name, inputs: inputsOf([...Object.values(outputs), ...Object.values(gradients)]), outputs, gradients };
}

/**
 * The named dimensions of a program's inputs: those that are given, and those that follow from how many values an input has,
 * as the length of texts [B, T] does where B is known.
 */
export function dimsOf(
  { inputs }: Program,
  feeds: Readonly<Record<string, ArrayLike<number>>>,
  given: Readonly<Record<string, number>> = {},
): Record<string, number> {
  const dims = { ...given };
  for (const [name, { spec }] of inputs) {
    const open = spec.shape.filter((dim): dim is string => typeof dim === "string" && dims[dim] === undefined);
    if (open.length !== 1 || !feeds[name] || open[0].includes("*")) continue;
    const others = spec.shape.filter((dim) => dim !== open[0]);
    dims[open[0]] = feeds[name].length / bindShape(others, dims).reduce((a, b) => a * b, 1);
  }
  return dims;
}
