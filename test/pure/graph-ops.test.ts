/** Every op on each of its examples: shape rule, reference, and gradient against finite differences. */

import { describe, expect, test } from "vitest";
import { decompose } from "../../src/graph/decompose.js";
import { pullback } from "../../src/graph/grad.js";
import { allOps } from "../../src/graph/op.js";
import { constant } from "../../src/graph/ops.js";
import { Philox } from "../../src/random.js";
import { evaluate } from "../../src/runtime/reference.js";
import { exampleName, expectClose, finiteDifferences, instantiate, weightedSum } from "../helpers/tensors.js";

/** Error of central differences with step 1e-5 on values of order 1, in float64. */
const TOLERANCE = 1e-6;
/** Inputs up to this size are differentiated twice. */
const SECOND_ORDER_SIZE = 120;

/** The placeholder, and ops that only some CPUs have: those are tested through what they make (blocked-conv.test.ts). */
const bareOps = ["input", "intoBlocks", "outOfBlocks", "blockedConvolution"];
/** Ops whose gradient is not that of their value, on purpose. */
const barriers = ["stop"];

test("every op has examples, and no two share a name", () => {
  const bare = allOps.filter((op) => op.examples.length === 0).map((op) => op.name);
  expect(bare.sort()).toEqual(bareOps.sort());
  expect(new Set(allOps.map((op) => op.name)).size).toBe(allOps.length);
});

const cases = allOps.flatMap((op) => op.examples.map((example) => ({ op, example, name: exampleName(example) })));

describe.each(cases)("$op.name $name", ({ op, example }) => {
  test("the shape rule agrees with the reference", () => {
    const { outputs, given } = instantiate(op, example, new Philox(1));
    const values = evaluate(outputs, given);
    for (const [i, { shape, data }] of values.entries()) {
      expect(shape).toEqual(outputs[i].shape);
      expect(data.length).toBe(shape.reduce((size, dim) => size * dim, 1));
      expect(data.every(Number.isFinite)).toBe(true);
    }
  });

  if (op.decompose !== "none")
    test.each(["cpu", "webgpu"] as const)("decomposed for %s it is the same", (target) => {
      const { outputs, given } = instantiate(op, example, new Philox(1));
      const expected = evaluate(outputs, given);
      const got = evaluate(decompose(outputs, target), given);
      for (const [i, { data }] of got.entries()) expectClose(data, expected[i].data, 1e-12);
    });

  if (op.gradient !== "none" && !barriers.includes(op.name))
    test("the gradient agrees with finite differences, twice", () => {
      const random = new Philox(2);
      const { inputs, outputs, given } = instantiate(op, example, random);
      const y = weightedSum(outputs, random, given);
      const floats = inputs.filter((x) => x.dtype === "float32");
      const gradients = pullback([y], [constant(1)], floats);
      for (const [i, gradient] of gradients.entries()) {
        const expected = finiteDifferences(y, floats[i], given).data;
        const got = gradient ? evaluate([gradient], given)[0].data : expected.map(() => 0);
        expectClose(got, expected, TOLERANCE, `gradient of input ${i}`);
      }
      const flowing = gradients.filter((gradient) => gradient !== null);
      if (flowing.length === 0 || floats.some((x) => given.get(x)!.data.length > SECOND_ORDER_SIZE)) return;
      const slope = weightedSum(flowing, random, given);
      for (const [i, second] of pullback([slope], [constant(1)], floats).entries()) {
        const expected = finiteDifferences(slope, floats[i], given).data;
        const got = second ? evaluate([second], given)[0].data : expected.map(() => 0);
        expectClose(got, expected, TOLERANCE * 10, `second derivative of input ${i}`);
      }
    });
});
