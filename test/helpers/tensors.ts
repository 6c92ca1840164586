/** Finite differences, and comparison of arrays. */

import { expect } from "vitest";
import type { NdArray } from "../../src/graph/op.js";
import type { Tensor } from "../../src/graph/ops.js";
import type { Engine } from "../../src/runtime/engine.js";
import { evaluate } from "../../src/runtime/reference.js";
import { type Case, runCase, scaleOf } from "./cases.js";

export * from "./cases.js";

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

/** Runs a case's outputs as one program on an engine, and compares with the reference evaluator. */
export async function expectEngineAgrees(
  engine: Engine,
  found: Pick<Case, "outputs" | "given">,
  dims: Readonly<Record<string, number>> = {},
  tolerance = 2e-5,
): Promise<void> {
  for (const [i, { got, expected }] of (await runCase(engine, found, dims)).entries())
    expectClose(got, expected, tolerance, `y${i}`, scaleOf(expected));
}
