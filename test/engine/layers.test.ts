/** Layers on the native engine: shapes, parameter names, and starting values that keep the size of what passes through. */

import { afterAll, describe, expect, test } from "vitest";
import { input, type Tensor } from "../../src/graph/ops.js";
import { program } from "../../src/graph/program.js";
import type { Shape } from "../../src/graph/tensor.js";
import { conv, convTranspose } from "../../src/nn/conv.js";
import { type Ctx, recordingContext } from "../../src/nn/ctx.js";
import { linear } from "../../src/nn/linear.js";
import { groupNorm } from "../../src/nn/norm.js";
import { residualBlock } from "../../src/nn/residual.js";
import { rowsOf } from "../../src/nn/rows.js";
import { ortNode } from "../../src/node/ort-node.js";
import { Philox } from "../../src/random.js";

const engine = await ortNode({ threads: 1 });
afterAll(() => engine.dispose());

type Layer = (ctx: Ctx, x: Tensor) => Tensor;

/** What a layer says of itself: the shape it gives, and the shapes of its parameters by name. */
function trace(layer: Layer, shape: Shape): { shape: Shape; parameters: Record<string, readonly number[]> } {
  const { ctx, recording } = recordingContext("train", { count: 1, mean: {} });
  const y = layer(ctx.at("layer"), input("x", shape));
  const parameters = [...recording.parameters].map(([name, spec]) => [name, spec.shape]);
  return { shape: y.shape, parameters: Object.fromEntries(parameters) };
}

/** A layer with its starting values applied to standard normal numbers. */
async function apply(layer: Layer, shape: readonly number[]): Promise<{ x: Float32Array; y: Float32Array }> {
  const { ctx, recording } = recordingContext("train", { count: 1, mean: {} });
  const y = layer(ctx, input("x", shape));
  const random = new Philox(6);
  const x = random.normals(new Float32Array(shape.reduce((a, b) => a * b, 1)));
  const bank = engine.bank([...recording.parameters].map(([name, spec]) => ({ name, shape: spec.shape })));
  for (const [name, spec] of recording.parameters) await bank.write(name, "value", spec.initialize(spec.shape, random));
  const executable = await engine.compile(program("layer", { y }), bank);
  const results = await executable.run({ x });
  await executable.dispose();
  bank.dispose();
  return { x, y: results.y as Float32Array };
}

const meanOf = (values: Float32Array): number => values.reduce((a, b) => a + b, 0) / values.length;
const meanSquare = (values: Float32Array): number => values.reduce((a, b) => a + b * b, 0) / values.length;

describe("shapes and names", () => {
  const picture = { channels: 5, kernel: 4, stride: 2, padding: 1 };
  test.each<[name: string, layer: Layer, from: Shape, to: Shape, parameters: Record<string, number[]>]>([
    [
      "linear on rows",
      (ctx, x) => linear(ctx, x, { units: 3 }),
      ["B", 4],
      ["B", 3],
      { "layer.weight": [4, 3], "layer.bias": [3] },
    ],
    [
      "linear on steps",
      (ctx, x) => linear(ctx, x, { units: 3 }),
      [2, 7, 4],
      [2, 7, 3],
      { "layer.weight": [4, 3], "layer.bias": [3] },
    ],
    [
      "conv that halves",
      (ctx, x) => conv(ctx, x, picture),
      ["B", 8, 6, 2],
      ["B", 4, 3, 5],
      { "layer.weight": [32, 5], "layer.bias": [5] },
    ],
    [
      "conv of an odd size",
      (ctx, x) => conv(ctx, x, picture),
      [1, 7, 5, 2],
      [1, 3, 2, 5],
      { "layer.weight": [32, 5], "layer.bias": [5] },
    ],
    [
      "convTranspose that doubles",
      (ctx, x) => convTranspose(ctx, x, picture),
      ["B", 4, 3, 2],
      ["B", 8, 6, 5],
      { "layer.weight": [32, 5], "layer.bias": [5] },
    ],
    [
      "convTranspose to an odd size",
      (ctx, x) => convTranspose(ctx, x, { ...picture, extra: [1, 1] }),
      [1, 3, 2, 2],
      [1, 7, 5, 5],
      { "layer.weight": [32, 5], "layer.bias": [5] },
    ],
    [
      "groupNorm",
      (ctx, x) => groupNorm(ctx, x, { groups: 2 }),
      ["B", 3, 3, 4],
      ["B", 3, 3, 4],
      { "layer.weight": [4], "layer.bias": [4] },
    ],
    [
      "residualBlock",
      (ctx, x) => residualBlock(ctx, x, { groups: 2 }),
      ["B", 3, 3, 4],
      ["B", 3, 3, 4],
      {
        "layer.norm1.weight": [4],
        "layer.norm1.bias": [4],
        "layer.conv1.weight": [36, 4],
        "layer.conv1.bias": [4],
        "layer.norm2.weight": [4],
        "layer.norm2.bias": [4],
        "layer.conv2.weight": [36, 4],
        "layer.conv2.bias": [4],
      },
    ],
    ["rowsOf", (_, x) => rowsOf(x), ["B", 3, 3, 4], ["B", 36], {}],
  ])("%s", (_, layer, from, to, parameters) => {
    expect(trace(layer, from)).toEqual({ shape: to, parameters });
  });

  test("two layers under one name share their weights, or are refused when their shapes differ", () => {
    const shared = trace((ctx, x) => linear(ctx, linear(ctx, x, { units: 4 }), { units: 4 }), ["B", 4]);
    expect(Object.keys(shared.parameters)).toEqual(["layer.weight", "layer.bias"]);
    const colliding: Layer = (ctx, x) => linear(ctx, linear(ctx, x, { units: 3 }), { units: 2 });
    expect(() => trace(colliding, ["B", 4])).toThrow('"layer.weight" is used with shapes [4, 3] and [3, 2]');
  });
});

describe("starting values", () => {
  test("a linear layer passes on a third of the mean square that enters", async () => {
    const { y } = await apply((ctx, x) => linear(ctx, x, { units: 400 }), [400, 256]);
    expect(meanSquare(y) * 3).toBeCloseTo(1, 1);
  });

  test("so does a convolution", async () => {
    const { y } = await apply(
      (ctx, x) => conv(ctx, x, { channels: 64, kernel: 3, stride: 1, padding: 0 }),
      [8, 12, 12, 32],
    );
    expect(meanSquare(y) * 3).toBeCloseTo(1, 1);
  });

  test("a transposed convolution's fan-in counts as kernel positions times output channels, as PyTorch's", async () => {
    const inside: Layer = (ctx, x) =>
      convTranspose(ctx, x, { channels: 64, kernel: 4, stride: 2, padding: 1 }).slice(1, 2, 20).slice(2, 2, 20);
    const { y } = await apply(inside, [8, 11, 11, 32]);
    const weights = 4 * 32; // each output sees a quarter of the 16 kernel positions, on 32 channels
    expect((meanSquare(y) * 3 * 16 * 64) / weights).toBeCloseTo(1, 1);
  });

  test("group norm gives each record and group mean 0 and variance 1", async () => {
    const { y } = await apply((ctx, x) => groupNorm(ctx, x.mul(7).add(3), { groups: 1 }), [2, 5, 5, 4]);
    for (const record of [y.subarray(0, 100), y.subarray(100)]) {
      expect(meanOf(record)).toBeCloseTo(0, 5);
      expect(meanSquare(record)).toBeCloseTo(1, 4);
    }
  });

  test("a residual block starts as the identity", async () => {
    const { x, y } = await apply((ctx, x) => residualBlock(ctx, x, { groups: 2 }), [2, 4, 4, 4]);
    expect(y).toEqual(x);
  });

  test("the same seed starts with the same bits, another name with other numbers", async () => {
    const layer: Layer = (ctx, x) => linear(ctx.at("a"), x, { units: 4 });
    const [one, two] = [await apply(layer, [2, 4]), await apply(layer, [2, 4])];
    expect(two.y).toEqual(one.y);
    const both: Layer = (ctx, x) => linear(ctx.at("a"), x, { units: 4 }).sub(linear(ctx.at("b"), x, { units: 4 }));
    expect(meanSquare((await apply(both, [2, 4])).y)).toBeGreaterThan(0.1);
  });
});
