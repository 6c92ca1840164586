/** Families of ops on random shapes: the native engine and the float64 reference agree on value and gradient. */

import fc from "fast-check";
import { afterAll, beforeAll, test } from "vitest";
import { grad } from "../../src/graph/grad.js";
import { concat, input, type Tensor } from "../../src/graph/ops.js";
import type { Shape } from "../../src/graph/tensor.js";
import { ortNode } from "../../src/node/ort-node.js";
import { Philox } from "../../src/random.js";
import type { Engine } from "../../src/runtime/engine.js";
import { expectEngineAgrees, randomArray } from "../helpers/tensors.js";

const RUNS = { numRuns: 40 };
let engine: Engine;
beforeAll(async () => {
  engine = await ortNode({ threads: 2 });
});
afterAll(() => engine.dispose());

/** Value and gradient of `build` on random inputs of these shapes; float32 products grow with what they sum over. */
async function check(shapes: readonly Shape[], build: (...inputs: Tensor[]) => Tensor, batch = 1): Promise<void> {
  const random = new Philox(shapes.flat().length);
  const dims = { B: batch };
  const inputs = shapes.map((shape, i) => input(`x${i}`, shape));
  const sizes = (shape: Shape) => shape.map((dim) => (dim === "B" ? batch : (dim as number)));
  const given = new Map(inputs.map((x) => [x, randomArray(random, sizes(x.shape))]));
  const y = build(...inputs);
  // The square makes the gradient depend on the value.
  await expectEngineAgrees(engine, { outputs: [y, ...grad(y.square().sum(), inputs)], given }, dims, 2e-4);
}

const size = fc.integer({ min: 1, max: 5 });
const shape = (min: number, max: number) => fc.array(size, { minLength: min, maxLength: max });

/** A shape and one that broadcasts with it: some axes 1, some leading axes left out. */
const broadcasting = shape(0, 4).chain((full) =>
  fc
    .tuple(fc.constant(full), fc.array(fc.boolean(), { minLength: full.length, maxLength: full.length }), fc.nat(4))
    .map(
      ([all, ones, skip]) => [all, all.map((dim, i) => (ones[i] ? 1 : dim)).slice(Math.min(skip, all.length))] as const,
    ),
);

test("arithmetic broadcasts", () =>
  fc.assert(
    fc.asyncProperty(broadcasting, fc.boolean(), ([a, b], swap) =>
      check(swap ? [b, a] : [a, b], (x, y) => x.add(y).mul(x.sub(y)).add(x.maximum(y))),
    ),
    RUNS,
  ));

const axesOf = (rank: number) => fc.subarray([...Array(rank).keys()], { minLength: 1 });

test("reductions take any axes", () =>
  fc.assert(
    fc.asyncProperty(
      shape(1, 4).chain((dims) => fc.tuple(fc.constant(dims), axesOf(dims.length))),
      fc.boolean(),
      ([dims, axes], keep) =>
        check([dims], (x) =>
          x.sum(axes, keep).add(x.mean(axes, keep)).add(x.max(axes, keep)).add(x.logSumExp(axes, keep)),
        ),
    ),
    RUNS,
  ));

test("matmul transposes and broadcasts over leading axes", () =>
  fc.assert(
    fc.asyncProperty(
      size,
      size,
      size,
      broadcasting,
      fc.boolean(),
      fc.boolean(),
      (m, k, n, [a, b], transposeA, transposeB) =>
        check(
          [
            [...a.slice(-2), ...(transposeA ? [k, m] : [m, k])],
            [...b.slice(-2), ...(transposeB ? [n, k] : [k, n])],
          ],
          (x, y) => x.matmul(y, { transposeA, transposeB }),
        ),
    ),
    RUNS,
  ));

test("slices, pads, flips, transposes and concatenations move values rightly", () =>
  fc.assert(
    fc.asyncProperty(shape(1, 4), fc.nat(), fc.nat(), fc.integer({ min: 1, max: 3 }), (dims, pick, from, step) => {
      const axis = pick % dims.length;
      const start = from % dims[axis];
      return check([dims], (x) => {
        const cut = x.slice(axis, start, undefined, step);
        const order = dims.map((_, i) => (i + pick) % dims.length);
        return concat([cut.flip(axis), x.pad(axis, 1, step, 0.5)], axis).transpose(order);
      });
    }),
    RUNS,
  ));

const picture = fc.record({
  batch: fc.integer({ min: 1, max: 3 }),
  height: fc.integer({ min: 1, max: 9 }),
  width: fc.integer({ min: 1, max: 9 }),
  channels: fc.integer({ min: 1, max: 6 }),
  outputs: fc.integer({ min: 1, max: 6 }),
  kernel: fc.tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 5 })),
  stride: fc.integer({ min: 1, max: 3 }),
  padding: fc.integer({ min: 0, max: 3 }),
  named: fc.boolean(),
});

test("convolution of any kernel, stride, padding and size", () =>
  fc.assert(
    fc.asyncProperty(picture, ({ batch, height, width, channels, outputs, kernel, stride, padding, named }) => {
      fc.pre(height + 2 * padding >= kernel[0] && width + 2 * padding >= kernel[1]);
      const rows = kernel[0] * kernel[1] * channels;
      return check(
        [
          [named ? "B" : batch, height, width, channels],
          [rows, outputs],
        ],
        (x, w) => x.conv2d(w, { kernel, stride, padding }),
        batch,
      );
    }),
    { numRuns: 80 },
  ));

test("transposed convolution of any kernel, stride, padding and size", () =>
  fc.assert(
    fc.asyncProperty(picture, fc.nat(2), fc.nat(2), (given, extraHeight, extraWidth) => {
      const { batch, height, width, channels, outputs, kernel, stride, padding, named } = given;
      const outputPadding = [extraHeight % stride, extraWidth % stride] as const;
      const sizes = [height, width].map((n, i) => (n - 1) * stride - 2 * padding + kernel[i] + outputPadding[i]);
      fc.pre(Math.min(...sizes) >= 1);
      return check(
        [
          [named ? "B" : batch, height, width, channels],
          [kernel[0] * kernel[1] * channels, outputs],
        ],
        (x, w) => x.convTranspose2d(w, { kernel, stride, padding, outputPadding }),
        batch,
      );
    }),
    { numRuns: 80 },
  ));

test("the gradient of a convolution's gradient", () =>
  fc.assert(
    fc.asyncProperty(picture, ({ height, width, channels, outputs, kernel, stride, padding }) => {
      fc.pre(height + 2 * padding >= kernel[0] && width + 2 * padding >= kernel[1]);
      const shapes = [
        [2, height, width, channels],
        [kernel[0] * kernel[1] * channels, outputs],
      ];
      return check(shapes, (x, w) => grad(x.conv2d(w, { kernel, stride, padding }).mul(0.1).sin().sum(), [x])[0]);
    }),
    { numRuns: 30 },
  ));

test("pooling, upsampling and space to depth", () =>
  fc.assert(
    fc.asyncProperty(picture, ({ batch, height, width, channels, stride: factor, named }) => {
      const dims = [named ? "B" : batch, height * factor, width * factor, channels];
      return check(
        [dims],
        (x) => x.averagePool({ kernel: factor }).upsample(factor).add(x.spaceToDepth(factor).depthToSpace(factor)),
        batch,
      );
    }),
    { numRuns: 20 },
  ));
