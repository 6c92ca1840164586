/** Every op on each of its examples, value and gradient, on the native engine against the float64 reference. */

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { pullback } from "../../src/graph/grad.js";
import { allOps, type Example } from "../../src/graph/op.js";
import { constant, type Tensor } from "../../src/graph/ops.js";
import type { Shape } from "../../src/graph/tensor.js";
import { ortNode } from "../../src/node/ort-node.js";
import { Philox } from "../../src/random.js";
import type { Engine } from "../../src/runtime/engine.js";
import { type Case, exampleName, expectEngineAgrees, instantiate, weightedSum } from "../helpers/tensors.js";

let engine: Engine;
beforeAll(async () => {
  engine = await ortNode({ threads: 1 });
});
afterAll(() => engine.dispose());

const tested = allOps.filter((op) => op.examples.length > 0);

describe.each(tested)("$name", (op) => {
  const withGradient = op.gradient === "none" ? (found: Case) => found : withGradients;

  test.each(op.examples.map((example) => ({ example, name: exampleName(example) })))("$name", async ({ example }) => {
    await expectEngineAgrees(engine, withGradient(instantiate(op, example, new Philox(3))));
  });

  test("with a named leading dimension", async () => {
    for (const example of op.examples) {
      const named = nameLeading(example);
      if (!named) continue;
      const found = attempt(() => withGradient(instantiate(op, named.example, new Philox(4), named.dims), named.dims));
      if (found) await expectEngineAgrees(engine, found, named.dims);
    }
  });
});

/** The case's values together with the gradients of a weighted sum of them. */
function withGradients(found: Case, dims: Record<string, number> = {}): Case {
  const given = new Map(found.given);
  const y = weightedSum(found.outputs, new Philox(5), given, dims);
  const floats = found.inputs.filter((x) => x.dtype === "float32");
  const gradients = pullback([y], [constant(1)], floats).filter((dx): dx is Tensor => dx !== null);
  return { ...found, given, outputs: [...found.outputs, ...gradients] };
}

/** The example with "B" in place of its first size wherever inputs share it; null for scalars and size 1. */
function nameLeading(example: Example<never>) {
  const size = example.shapes[0]?.[0];
  if (typeof size !== "number" || size === 1) return null;
  const name = (shape: Shape): Shape => (shape[0] === size ? ["B", ...shape.slice(1)] : shape);
  return { example: { ...example, shapes: example.shapes.map(name) }, dims: { B: size } };
}

/** Ops whose attributes fix the first size refuse a named one; that is no failure. */
function attempt<T>(make: () => T): T | null {
  try {
    return make();
  } catch (error) {
    expect(error).toMatchObject({ code: "E_SHAPE" });
    return null;
  }
}
