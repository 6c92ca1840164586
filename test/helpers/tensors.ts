/** Random inputs for ops' examples, finite differences, and comparison of arrays. */

import { expect } from "vitest";
import type { Example, NdArray, Op } from "../../src/graph/op.js";
import { constant, input, Tensor } from "../../src/graph/ops.js";
import { type InputSpec, inputsOf, program } from "../../src/graph/program.js";
import { apply, bindShape, type Dtype, type Shape } from "../../src/graph/tensor.js";
import type { Philox } from "../../src/random.js";
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

/** Central differences of a scalar with respect to one input, in float64. */
export function finiteDifferences(y: Tensor, x: Tensor, given: ReadonlyMap<Tensor, NdArray>, step = 1e-5): NdArray {
  const at = given.get(x)!;
  const value = (i: number, by: number): number => {
    const data = Float64Array.from(at.data);
    data[i] += by;
    return evaluate([y], new Map(given).set(x, { shape: at.shape, data }))[0].data[0];
  };
  return {
    shape: at.shape,
    data: at.data.map((_, i) => (value(i, step) - value(i, -step)) / (2 * step)),
  };
}

/** Fails with the place and both values where |got - expected| exceeds tolerance * (1 + |expected|), or tolerance * scale. */
export function expectClose(
  got: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: number,
  what = "value",
  scale?: number,
): void {
  expect(got.length, `${what}: length`).toBe(expected.length);
  for (let i = 0; i < expected.length; i++) {
    const gap = Math.abs(got[i] - expected[i]);
    if (gap <= tolerance * (scale ?? 1 + Math.abs(expected[i])) || Object.is(got[i], expected[i])) continue;
    expect.fail(`${what}[${i}]: got ${got[i]}, expected ${expected[i]}`);
  }
}

export function exampleName({ shapes, attributes }: Example<never>): string {
  const text = (shape: Shape) => `[${shape.join()}]`;
  return `${shapes.map(text).join(" ")}${attributes ? ` ${shorten(JSON.stringify(attributes, (_, value) => (value instanceof Tensor ? String(value) : value)))}` : ""}`;
}

function shorten(text: string): string {
  return text.length > 90 ? `${text.slice(0, 87)}...` : text;
}

/** Runs a case's outputs as one program on an engine, and compares with the reference evaluator. */
export async function expectEngineAgrees(
  engine: Engine,
  { outputs, given }: Pick<Case, "outputs" | "given">,
  dims: Readonly<Record<string, number>> = {},
  tolerance = 2e-5,
): Promise<void> {
  const expected = evaluate(outputs, given);
  const named = Object.fromEntries(outputs.map((y, i) => [`y${i}`, y]));
  const bank = engine.bank([]);
  const executable = await engine.compile(program("example", named), bank);
  const feeds: Record<string, Values> = {};
  const needed = inputsOf(outputs);
  for (const [tensor, { data }] of given) {
    const { name } = tensor.node.attributes as InputSpec;
    if (!needed.has(name)) continue;
    const make = { float32: Float32Array, int32: Int32Array, bool: Uint8Array }[tensor.dtype];
    feeds[name] = make.from(data);
  }
  const got = await executable.run(feeds, dims);
  await executable.dispose();
  bank.dispose();
  for (const [i, { data }] of expected.entries()) {
    // float32 sums are as exact as their largest terms.
    const scale = data.reduce((peak, value) => Math.max(peak, Math.abs(value)), 1);
    expectClose(got[`y${i}`], data, tolerance, `y${i}`, scale);
  }
}
