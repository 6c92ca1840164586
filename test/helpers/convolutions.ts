/** Random convolutions, for tests of their lowerings: shapes that suit blocks of channels, and such as do not. */

import fc from "fast-check";
import { grad } from "../../src/graph/grad.js";
import type { NdArray } from "../../src/graph/op.js";
import { input, type Tensor } from "../../src/graph/ops.js";
import { Philox } from "../../src/random.js";
import { type Case, randomArray } from "./tensors.js";

export interface Convolution {
  readonly batch: number;
  readonly height: number;
  readonly width: number;
  readonly inner: number;
  readonly outer: number;
  readonly kernel: number;
  readonly stride: number;
  readonly padding: number;
}

export const convolutions = fc
  .record({
    batch: fc.constantFrom(2, 8, 16),
    height: fc.integer({ min: 4, max: 11 }),
    width: fc.integer({ min: 4, max: 11 }),
    inner: fc.constantFrom(1, 3, 8, 16),
    outer: fc.constantFrom(1, 5, 8, 16),
    kernel: fc.integer({ min: 1, max: 4 }),
    stride: fc.integer({ min: 1, max: 3 }),
    padding: fc.integer({ min: 0, max: 2 }),
  })
  .filter(({ height, width, kernel, padding }) => Math.min(height, width) + 2 * padding >= kernel && padding < kernel);

/** Its value, ReLU of it, and the gradients of all inputs. */
export function convolutionCase(c: Convolution, transposed: boolean): Case {
  const random = new Philox(c.batch + c.height + c.kernel);
  const x = input("x", [c.batch, c.height, c.width, c.inner]);
  const w = input("w", [c.kernel * c.kernel * c.inner, c.outer]);
  const bias = input("bias", [c.outer]);
  const options = { kernel: c.kernel, stride: c.stride, padding: c.padding, bias };
  const y = transposed ? x.convTranspose2d(w, options) : x.conv2d(w, options);
  const inputs: Tensor[] = [x, w, bias];
  const outputs = [y, y.relu(), ...grad(y.relu().square().sum().add(y.sum()), inputs)];
  const given = new Map<Tensor, NdArray>(
    inputs.map((tensor) => [tensor, randomArray(random, tensor.shape as number[], "float32", [-1, 1])]),
  );
  return { inputs, outputs, given };
}
