/** Convolutions of channels in blocks, and transposes on their way: the same values in float64, for both sizes of blocks. */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decompose } from "../../src/graph/decompose.js";
import { sinkTransposes } from "../../src/graph/layout.js";
import type { Target } from "../../src/graph/op.js";
import { constant, input } from "../../src/graph/ops.js";
import { simplify } from "../../src/graph/simplify.js";
import { topological } from "../../src/graph/walk.js";
import { Philox } from "../../src/random.js";
import { evaluate } from "../../src/runtime/reference.js";
import { convolutionCase, convolutions } from "../helpers/convolutions.js";
import { expectClose, randomArray } from "../helpers/tensors.js";

const TOLERANCE = 1e-9;
const RUNS = { numRuns: 25 };

describe.each<{ target: Target; block: number }>([
  { target: "cpu-blocks-8", block: 8 },
  { target: "cpu-blocks-16", block: 16 },
])("$target", ({ target, block }) => {
  test.each([false, true])("any convolution (transposed: %s), with its gradients", (transposed) =>
    fc.assert(
      fc.property(convolutions, (convolution) => {
        const { outputs, given } = convolutionCase(convolution, transposed);
        const lowered = sinkTransposes(decompose(simplify(outputs), target));
        const values = evaluate(lowered, given);
        for (const [i, expected] of evaluate(outputs, given).entries())
          expectClose(values[i].data, expected.data, TOLERANCE);
      }),
      RUNS,
    ),
  );

  test("channels that fill blocks are taken in blocks, forward and backward", () => {
    const convolution = { height: 12, width: 12, kernel: 4, stride: 2, padding: 1 };
    const { outputs } = convolutionCase({ ...convolution, batch: block, inner: block, outer: block }, false);
    const nodes = topological(decompose(simplify(outputs), target));
    const named = (name: string) => nodes.filter(({ op }) => op.name === name);
    expect(named("blockedConvolution").length).toBe(1 + 4 + 1); // four phases of the data gradient
  });
});

test("between two convolutions nothing is left of the transposes", () => {
  const x = input("x", [8, 6, 6, 8]);
  const w = input("w", [72, 8]);
  const scale = input("scale", [8]);
  const options = { kernel: 3, padding: 1 };
  const h = x.conv2d(w, options).relu().mul(scale);
  const centred = h
    .sub(h.mean([1, 2], true))
    .reshape([8, 36, 8])
    .mul(constant(2))
    .reshape([8, 6, 6, 8]);
  const outputs = [centred.conv2d(w, options).sum()];
  const lowered = simplify(sinkTransposes(decompose(simplify(outputs), "cpu-blocks-8")));
  const big = topological(lowered).filter(
    ({ op, inputs }) =>
      op.name === "transpose" && inputs[0].shape.reduce<number>((a, b) => a * (b as number), 1) >= 1024,
  );
  expect(big.length).toBe(1); // the first picture, as it is given
  const random = new Philox(1);
  const given = new Map([x, w, scale].map((t) => [t, randomArray(random, t.shape as number[])]));
  expectClose(evaluate(lowered, given)[0].data, evaluate(outputs, given)[0].data, TOLERANCE);
});
