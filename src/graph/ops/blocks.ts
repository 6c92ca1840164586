/**
 * Convolution of pictures whose channels lie in blocks, [N, C/b, H, W, b], as ONNX Runtime's own kernels for CPUs do it
 * (domain com.microsoft.nchwc): no windows are written out, and every product runs at the rate of a large matrix product.
 * b is 8 or 16, whichever the CPU's vector units want; engines say it in their target. Only decompositions make these ops.
 */

import { type Commute, op } from "../op.js";
import { broadcastShapes, type Node, type Shape, sameShape, shapeError, type Tensor } from "../tensor.js";
import { forEachIndex, gatherArray, sizeOfShape, stridesOf } from "./arrays.js";

const DOMAIN = "com.microsoft.nchwc/";

/** [N, C, H, W] of a blocked picture [N, C/b, H, W, b], as ONNX Runtime calls the same values. */
function nominal([n, groups, height, width, block]: Shape): Shape {
  return [n, (groups as number) * (block as number), height, width];
}

const intoBlocks = op<{ readonly block: number }>("intoBlocks", {
  shape: ([x], { block }) => {
    if (x.length !== 4 || (x[1] as number) % block !== 0)
      throw shapeError("intoBlocks", `needs [N, C, H, W] with channels in blocks of ${block}`, x);
    return [x[0], (x[1] as number) / block, x[2], x[3], block];
  },
  reference: ([x], { block }, shape) => {
    const [n, c, h, w] = stridesOf(x.shape);
    return gatherArray(
      x,
      shape,
      ([i, group, row, column, lane]) => i * n + (group * block + lane) * c + row * h + column * w,
    );
  },
  lower: ([x], _, onnx, { outputs }) =>
    onnx.node("Reshape", [onnx.node(`${DOMAIN}ReorderInput`, [x]), onnx.shape(outputs[0].shape)]),
  inBlocks: ([x], { block }) => {
    const picture = blockedOf(x);
    return picture?.shape[4] === block ? picture : null;
  },
  gradient: "none",
  examples: [],
});
/** Planes [N, C, H, W] -> [N, C/block, H, W, block]. */
export function intoChannelBlocks(x: Tensor, block: number): Tensor {
  return intoBlocks([x], { block });
}

const outOfBlocks = op<{ readonly channels: number; readonly last: boolean }>("outOfBlocks", {
  shape: ([x], { channels, last }) => (last ? [x[0], x[2], x[3], channels] : [x[0], channels, x[2], x[3]]),
  reference: ([x], { last }, shape) => {
    const [n, groups, h, w, b] = stridesOf(x.shape);
    const block = x.shape[4];
    return gatherArray(x, shape, ([i, ...rest]) => {
      const [c, row, column] = last ? [rest[2], rest[0], rest[1]] : rest;
      return i * n + Math.floor(c / block) * groups + row * h + column * w + (c % block) * b;
    });
  },
  lower: ([x], { channels, last }, onnx, { inputs }) =>
    onnx.node(`${DOMAIN}ReorderOutput`, [onnx.node("Reshape", [x, onnx.shape(nominal(inputs[0].shape))])], {
      channels,
      channels_last: last ? 1 : 0,
    }),
  gradient: "none",
  examples: [],
});
/** [N, C/b, H, W, b] -> its first channels as planes, [N, channels, H, W]. */
export function planesOfBlocks(x: Tensor, channels: number): Tensor {
  return outOfBlocks([x], { channels, last: false });
}
/** [N, C/b, H, W, b] -> [N, H, W, C]. */
export function pixelsOfBlocks(x: Tensor): Tensor {
  return outOfBlocks([x], { channels: nominal(x.shape)[1] as number, last: true });
}

/** The blocked picture that planes with all its channels were taken out of; null where x is something else. */
export function blockedOf({ node, shape }: Tensor): Tensor | null {
  if (node.op.name !== "outOfBlocks" || (node.attributes as { last: boolean }).last) return null;
  const [picture] = node.inputs;
  return nominal(picture.shape)[1] === shape[1] ? picture : null;
}

/** Elementwise ops on blocked pictures of one shape, and on scalars. */
export function elementwiseInBlocks<A>(make: (inputs: readonly Tensor[], attributes: A) => Tensor): Commute<A> {
  return (inputs, attributes) => {
    const shape = broadcastShapes("", ...inputs.map((x) => x.shape));
    const pictures = inputs.map((x) => (x.rank === 0 ? x : sameShape(x.shape, shape) ? blockedOf(x) : null));
    const whole = pictures.find((x) => x?.rank === 5);
    if (!whole || pictures.some((x) => !x || (x.rank === 5 && !sameShape(x.shape, whole.shape)))) return null;
    return planesOfBlocks(make(pictures as Tensor[], attributes), shape[1] as number);
  };
}

export interface BlockedConvolution {
  readonly kernel: readonly [number, number];
  readonly stride: number;
  /** Distance between the places of the kernel. */
  readonly dilation: number;
  /** Zeros around the picture: top, left, bottom, right. */
  readonly pads: readonly [number, number, number, number];
  /** Whether max(y, 0) is taken of the result. */
  readonly relu?: boolean;
}

/** Pixels that the kernel covers, and how often it fits into `size` with its pads. */
function fits(size: number, kernel: number, pads: number, { stride, dilation }: BlockedConvolution): number {
  return Math.floor((size + pads - (kernel - 1) * dilation - 1) / stride) + 1;
}

const convolution = op<BlockedConvolution>("blockedConvolution", {
  shape: ([x, w], attributes) => {
    const { kernel, pads } = attributes;
    const [height, width] = x.slice(2) as number[];
    const blocked = x.length === 5;
    const inner = (x[1] as number) * (blocked ? (x[4] as number) : 1);
    const expected = blocked ? (w[1] as number) * (w[4] as number) : w[1];
    if (w.length !== x.length + 1 || inner !== expected || w[2] !== kernel[0] || w[3] !== kernel[1])
      throw shapeError("blockedConvolution", "the filter does not fit the picture", x, w);
    const rows = fits(height, kernel[0], pads[0] + pads[2], attributes);
    const columns = fits(width, kernel[1], pads[1] + pads[3], attributes);
    return [x[0], w[0], rows, columns, w.at(-1)!];
  },
  reference: ([x, w, bias], { kernel: [kh, kw], stride, dilation, pads: [top, left], relu }, shape) => {
    const blocked = x.shape.length === 5;
    const block = shape[4];
    const inner = x.shape[1] * (blocked ? x.shape[4] : 1);
    const [height, width] = x.shape.slice(2);
    const [xs, ws] = [stridesOf(x.shape), stridesOf(w.shape)];
    const channelOfX = (c: number): number =>
      blocked ? Math.floor(c / x.shape[4]) * xs[1] + (c % x.shape[4]) * xs[4] : c * xs[1];
    const channelOfW = (c: number): number =>
      blocked ? Math.floor(c / w.shape[4]) * ws[1] + (c % w.shape[4]) * ws[4] : c * ws[1];
    const data = new Float64Array(sizeOfShape(shape));
    forEachIndex(shape, (flat, [n, group, row, column, lane]) => {
      let total = bias ? bias.data[group * block + lane] : 0;
      for (let ky = 0; ky < kh; ky++)
        for (let kx = 0; kx < kw; kx++) {
          const h = row * stride + ky * dilation - top;
          const v = column * stride + kx * dilation - left;
          if (h < 0 || h >= height || v < 0 || v >= width) continue;
          for (let c = 0; c < inner; c++)
            total +=
              x.data[n * xs[0] + channelOfX(c) + h * xs[2] + v * xs[3]] *
              w.data[group * ws[0] + channelOfW(c) + ky * ws[2] + kx * ws[3] + lane];
        }
      data[flat] = relu ? Math.max(total, 0) : total;
    });
    return { shape, data };
  },
  lower: ([x, w, ...bias], { kernel, stride, dilation, pads, relu }, onnx, { inputs, outputs }) => {
    const [picture, filter] = inputs;
    const blocked = picture.shape.length === 5;
    const [groups, inner] = filter.shape as number[];
    const block = filter.shape.at(-1) as number;
    const planes = blocked ? onnx.node("Reshape", [x, onnx.shape(nominal(picture.shape))]) : x;
    const weights = onnx.longs([groups * block, inner * (blocked ? (filter.shape[4] as number) : 1), ...kernel]);
    const y = onnx.node(`${DOMAIN}Conv`, [planes, onnx.node("Reshape", [w, weights]), ...bias], {
      kernel_shape: kernel,
      strides: [stride, stride],
      dilations: [dilation, dilation],
      pads,
      ...(relu && { activation: "Relu" }),
    });
    return onnx.node("Reshape", [y, onnx.shape(outputs[0].shape)]);
  },
  gradient: "none",
  examples: [],
});
/**
 * Cross-correlation of a blocked picture x [N, C/b, H, W, b] with a filter w [O/b, C/b, kh, kw, b of C, b of O], or of a
 * picture of fewer than b channels x [N, C, H, W] with w [O/b, C, kh, kw, b of O]; bias [O] -> [N, O/b, rows, columns, b].
 */
export function blockedConvolution(
  x: Tensor,
  w: Tensor,
  bias: Tensor | undefined,
  attributes: BlockedConvolution,
): Tensor {
  return convolution(bias ? [x, w, bias] : [x, w], attributes);
}

/** The convolutions that x is put together from, where only they make it and nobody else reads them; else null. */
export function convolutionsOf(x: Tensor, isReadElsewhere: (x: Tensor) => boolean): Node[] | null {
  const { op, inputs } = x.node;
  if (isReadElsewhere(x)) return null;
  if (op.name === "blockedConvolution") return [x.node];
  if (op.name !== "reshape" && op.name !== "concat") return null;
  const parts = inputs.map((part) => convolutionsOf(part, isReadElsewhere));
  return parts.every((part) => part !== null) ? parts.flat() : null;
}

/** The same convolution with max(y, 0) taken of its result. */
export function withRelu({ attributes }: Node, inputs: readonly Tensor[]): Tensor {
  return convolution(inputs, { ...(attributes as BlockedConvolution), relu: true });
}
