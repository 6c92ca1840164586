/** Convolutions of channels in blocks, and transposes on their way: the same values in float64, for both sizes of blocks. */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decompose } from "../../src/graph/decompose.js";
import { grad } from "../../src/graph/grad.js";
import { keepBlocks } from "../../src/graph/keep-blocks.js";
import { sinkTransposes } from "../../src/graph/layout.js";
import type { Target } from "../../src/graph/op.js";
import { constant, input, type Tensor } from "../../src/graph/ops.js";
import { simplify } from "../../src/graph/simplify.js";
import { topological } from "../../src/graph/walk.js";
import { Philox } from "../../src/random.js";
import { evaluate } from "../../src/runtime/reference.js";
import { convolutionCase, convolutions } from "../helpers/convolutions.js";
import { expectClose, randomArray } from "../helpers/tensors.js";

const TOLERANCE = 1e-9;
const RUNS = { numRuns: 25 };

/** As lowerProgram does it. */
function lower(outputs: readonly Tensor[], target: Target): readonly Tensor[] {
  return simplify(keepBlocks(simplify(sinkTransposes(decompose(simplify(outputs), target)))));
}

const sizeOf = ({ shape }: Tensor): number => shape.reduce<number>((size, dim) => size * (dim as number), 1);

describe.each<{ target: Target; block: number }>([
  { target: "cpu-blocks-8", block: 8 },
  { target: "cpu-blocks-16", block: 16 },
])("$target", ({ target, block }) => {
  test.each([false, true])("any convolution (transposed: %s), with its gradients", (transposed) =>
    fc.assert(
      fc.property(convolutions, (convolution) => {
        const { outputs, given } = convolutionCase(convolution, transposed);
        const lowered = lower(outputs, target);
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

  test("a net keeps its pictures in blocks and as planes, forward and backward", () => {
    const side = 20;
    const half = { kernel: 4, stride: 2, padding: 1 };
    const x = input("x", [block, side, side, 3]);
    const weights = [
      [16 * 3, block],
      [16 * block, 2 * block],
      [16 * 2 * block, block],
      [16 * block, 3],
      [50 * block, 3], // dense, to 3 latents and back
      [3, 50 * block],
    ].map((shape, i) => input(`w${i}`, shape, { role: "parameter" }));
    const bias = input("bias", [block], { role: "parameter" });
    const shift = input("shift", [50 * block], { role: "parameter" });
    const hidden = x
      .conv2d(weights[0], { ...half, bias })
      .relu()
      .conv2d(weights[1], half)
      .relu();
    const latent = hidden.reshape([block, -1]).matmul(weights[4]);
    const start = latent.matmul(weights[5]).add(shift).relu().reshape(hidden.shape);
    const back = start.convTranspose2d(weights[2], half).relu().convTranspose2d(weights[3], half);
    const [logits, target_] = [back, x].map((picture) => picture.reshape([block, -1]));
    const losses = logits.sigmoidCrossEntropy(target_).sum(1);
    const parameters = [...weights, bias, shift];
    const outputs = [losses, ...grad(losses.mean(), parameters)];
    const lowered = lower(outputs, target);

    const nodes = topological(lowered);
    const large = (name: string) =>
      nodes.filter(({ op, outputs: [y] }) => op.name === name && sizeOf(y) >= block * side ** 2);
    // Those who make what ReLU reads take it themselves; left are that of the dense layer and one of the loss.
    expect(large("relu")).toHaveLength(2);
    // The dense layers take and give planes: their weights change order instead.
    const dense = nodes.filter(
      ({ op, inputs, outputs: [y] }) =>
        op.name === "transpose" && inputs[0].rank === 4 && sizeOf(y) === 50 * block ** 2,
    );
    expect(dense.map(({ outputs: [y] }) => y.shape)).toEqual([]);
    // Pictures of three channels change between pixels and planes where they come in, and for their weight gradients.
    expect(large("transpose").filter(({ inputs: [from] }) => from.shape.at(-1) === 3)).toHaveLength(2);
    // What is put into blocks are pictures with batch and channels exchanged, for weight gradients.
    expect(large("intoBlocks").filter(({ inputs: [from] }) => from.node.op.name === "outOfBlocks")).toEqual([]);

    const random = new Philox(3);
    const given = new Map([x, ...parameters].map((t) => [t, randomArray(random, t.shape as number[])]));
    const values = evaluate(lowered, given);
    for (const [i, expected] of evaluate(outputs, given).entries())
      expectClose(values[i].data, expected.data, TOLERANCE);
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
