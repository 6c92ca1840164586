/** Cases that engines are compared on: ops on random inputs with their gradients, run on an engine and by the reference. */

import { pullback } from "../../src/graph/grad.js";
import type { Example, NdArray, Op } from "../../src/graph/op.js";
import { constant, input, Tensor } from "../../src/graph/ops.js";
import { type InputSpec, inputsOf, program } from "../../src/graph/program.js";
import { apply, bindShape, type Dtype, type Shape } from "../../src/graph/tensor.js";
import { Philox } from "../../src/random.js";
import type { Engine, Values } from "../../src/runtime/engine.js";
import { evaluate } from "../../src/runtime/reference.js";

export interface Case {
  readonly inputs: readonly Tensor[];
  readonly given: Map<Tensor, NdArray>;
  readonly outputs: readonly Tensor[];
}

/** float64 values in `range` that float32 holds exactly, or whole numbers, or 0 and 1. */
export function randomArray(
  random: Philox,
  shape: readonly number[],
  dtype: Dtype = "float32",
  range: readonly [number, number] = [-2, 2],
): NdArray {
  const size = shape.reduce((product, dim) => product * dim, 1);
  const [low, high] = range;
  const draw = (): number => {
    if (dtype === "bool") return random.uniform() < 0.5 ? 0 : 1;
    if (dtype === "int32") return Math.floor(low + random.uniform() * (high - low + 1));
    return Math.fround(low + random.uniform() * (high - low));
  };
  return { shape, data: Float64Array.from({ length: size }, draw) };
}

/** An op applied to random inputs as its example says; `named` dimensions get sizes from `dims`. */
export function instantiate(
  op: Op,
  example: Example<never>,
  random: Philox,
  dims: Readonly<Record<string, number>> = {},
): Case {
  const given = new Map<Tensor, NdArray>();
  const inputs = example.shapes.map((shape, i) => {
    const dtype = example.dtypes?.[i] ?? "float32";
    const tensor = input(`x${i}`, shape, { dtype });
    given.set(tensor, randomArray(random, bindShape(shape, dims), dtype, rangeOf(example, i)));
    return tensor;
  });
  return { inputs, given, outputs: apply(op, inputs, example.attributes ?? {}) };
}

function rangeOf({ range }: Example<never>, i: number): readonly [number, number] {
  if (!range) return [-2, 2];
  return typeof range[0] === "number" ? (range as [number, number]) : (range as [number, number][])[i];
}

/**
 * Sum over all float outputs of output times random weights: a scalar whose gradient reaches everything. The weights
 * are inputs of the same shapes, and their values are added to `given`.
 */
export function weightedSum(
  outputs: readonly Tensor[],
  random: Philox,
  given: Map<Tensor, NdArray>,
  dims: Readonly<Record<string, number>> = {},
): Tensor {
  return outputs
    .filter((y) => y.dtype === "float32")
    .map((y) => {
      const weights = input(`weights${given.size}`, y.shape);
      given.set(weights, randomArray(random, bindShape(y.shape, dims)));
      return y.mul(weights).sum();
    })
    .reduce((a, b) => a.add(b), constant(0));
}

/** The case's values together with the gradients of a weighted sum of them, where its op has a gradient. */
export function withGradients(op: Op, found: Case, dims: Readonly<Record<string, number>> = {}): Case {
  if (op.gradient === "none") return found;
  const given = new Map(found.given);
  const y = weightedSum(found.outputs, new Philox(5), given, dims);
  const floats = found.inputs.filter((x) => x.dtype === "float32");
  const gradients = pullback([y], [constant(1)], floats).filter((dx): dx is Tensor => dx !== null);
  return { ...found, given, outputs: [...found.outputs, ...gradients] };
}

/** The example with "B" in place of its first size wherever inputs share it; null for scalars and size 1. */
export function nameLeading(example: Example<never>) {
  const size = example.shapes[0]?.[0];
  if (typeof size !== "number" || size === 1) return null;
  const name = (shape: Shape): Shape => (shape[0] === size ? ["B", ...shape.slice(1)] : shape);
  return { example: { ...example, shapes: example.shapes.map(name) }, dims: { B: size } };
}

export function exampleName({ shapes, attributes }: Example<never>): string {
  const text = (shape: Shape) => `[${shape.join()}]`;
  return `${shapes.map(text).join(" ")}${attributes ? ` ${shorten(JSON.stringify(attributes, (_, value) => (value instanceof Tensor ? String(value) : value)))}` : ""}`;
}

function shorten(text: string): string {
  return text.length > 90 ? `${text.slice(0, 87)}...` : text;
}

/** A case's outputs as one program on an engine, beside the reference evaluator's. */
export async function runCase(
  engine: Engine,
  { outputs, given }: Pick<Case, "outputs" | "given">,
  dims: Readonly<Record<string, number>> = {},
): Promise<{ readonly got: Values; readonly expected: Float64Array }[]> {
  const expected = evaluate(outputs, given);
  const named = Object.fromEntries(outputs.map((y, i) => [`y${i}`, y]));
  const bank = engine.bank([]);
  const executable = await engine.compile(program("example", named), bank);
  const feeds: Record<string, Values> = {};
  const needed = inputsOf(outputs);
  for (const [tensor, { data }] of given) {
    const { name } = tensor.node.attributes as InputSpec;
    if (!needed.has(name)) continue;
    const make = { float32: Float32Array, int32: Int32Array, bool: Uint8Array, uint8: Uint8Array }[tensor.dtype];
    feeds[name] = make.from(data);
  }
  const got = await executable.run(feeds, dims);
  await executable.dispose();
  bank.dispose();
  return expected.map(({ data }, i) => ({ got: got[`y${i}`], expected: data }));
}

/** What float32 results are measured by: sums are as exact as their largest terms. */
export function scaleOf(expected: Float64Array): number {
  return expected.reduce((peak, value) => Math.max(peak, Math.abs(value)), 1);
}
