/** Convolutions of pictures [B, H, W, C], and the products their gradients need. */

import { VaekitError } from "../../errors.js";
import { channelBlock, type NdArray, op } from "../op.js";
import { type Shape, shapeError, type Tensor } from "../tensor.js";
import { sizeOfShape } from "./arrays.js";
import { convolveBlocked, correlateBlocked, spreadBlocked } from "./conv-blocked.js";
import { blocksPay } from "./conv-choice.js";
import { type Kernel, type Sized, spreadWindows } from "./conv-spread.js";
import { im2col } from "./im2col.js";

export interface ConvOptions {
  /** Height and width of the kernel; one number for both. */
  readonly kernel: number | readonly [number, number];
  /** Default 1. */
  readonly stride?: number;
  /** Zeros on each side; default 0. */
  readonly padding?: number;
  /** [O], added to every pixel. */
  readonly bias?: Tensor;
}

// The three ops are the partial derivatives of one form, linear in x, w and y:
//   T(x, w, y) = sum over b, i, j, ky, kx, c, o of x[b, i*s + ky - p, j*s + kx - p, c] w[(ky, kx, c), o] y[b, i, j, o]
// convolve = dT/dy, spread = dT/dx, correlate = dT/dw. So the gradients of each are the other two.

/** Calls `visit` with the offsets of x[b, h, w, :], of w[(ky, kx, 0), :] and of y[b, i, j, :] for every term of T. */
function forEachTap(
  [, height, width, inner]: readonly number[],
  [batch, rows, columns, outer]: readonly number[],
  { kernel: [kh, kw], stride, padding }: Kernel,
  visit: (x: number, w: number, y: number) => void,
): void {
  for (let b = 0; b < batch; b++)
    for (let i = 0; i < rows; i++)
      for (let j = 0; j < columns; j++)
        for (let ky = 0; ky < kh; ky++)
          for (let kx = 0; kx < kw; kx++) {
            const h = i * stride + ky - padding;
            const w = j * stride + kx - padding;
            if (h < 0 || h >= height || w < 0 || w >= width) continue;
            const pixel = ((b * height + h) * width + w) * inner;
            visit(pixel, (ky * kw + kx) * inner * outer, ((b * rows + i) * columns + j) * outer);
          }
}

/** dT/d(target): adds the product of the two other factors. */
function contract(
  target: "x" | "w" | "y",
  shape: readonly number[],
  xShape: readonly number[],
  yShape: readonly number[],
  attributes: Kernel,
  factors: { x?: NdArray; w?: NdArray; y?: NdArray },
): NdArray {
  const data = new Float64Array(sizeOfShape(shape));
  const [inner, outer] = [xShape[3], yShape[3]];
  const { x, w, y } = factors;
  forEachTap(xShape, yShape, attributes, (atX, atW, atY) => {
    for (let c = 0; c < inner; c++)
      for (let o = 0; o < outer; o++) {
        const weight = atW + c * outer + o;
        if (target === "y") data[atY + o] += x!.data[atX + c] * w!.data[weight];
        else if (target === "x") data[atX + c] += y!.data[atY + o] * w!.data[weight];
        else data[weight] += x!.data[atX + c] * y!.data[atY + o];
      }
  });
  return { shape, data };
}

function outputSize(size: number, kernel: number, { stride, padding }: Kernel): number {
  return Math.floor((size + 2 * padding - kernel) / stride) + 1;
}

/** Height, width and channels, which must be numbers. */
function pictureOf(name: string, x: Shape, w: Shape): number[] {
  if (x.length !== 4) throw shapeError(name, "x must be [B, H, W, C]", x, w);
  const sizes = x.slice(1);
  if (sizes.some((size) => typeof size === "string")) throw shapeError(name, "H, W and C must be fixed", x, w);
  return sizes as number[];
}

function windowsOf(y: Shape, { kernel, stride, padding }: Kernel) {
  return { kernel, stride, top: padding, left: padding, rows: y[1] as number, columns: y[2] as number };
}

const convolve = op<Kernel>("conv2d", {
  shape: ([x, w, bias], attributes) => {
    const { kernel } = attributes;
    const [height, width, channels] = pictureOf("conv2d", x, w);
    if (w.length !== 2 || w[0] !== kernel[0] * kernel[1] * channels)
      throw shapeError("conv2d", `weights must be [${kernel.join("*")}*${channels}, O]`, x, w);
    const [rows, columns] = [height, width].map((size, i) => outputSize(size, kernel[i], attributes));
    if (rows < 1 || columns < 1)
      throw shapeError("conv2d", `kernel ${kernel.join("x")} is larger than the picture`, x, w);
    checkBias("conv2d", bias, w[1]);
    return [x[0], rows, columns, w[1]];
  },
  reference: ([x, w, bias], attributes, shape) =>
    plus(contract("y", shape, x.shape, shape, attributes, { x, w }), bias),
  lower: "none",
  decompose: ([x, w, bias], attributes, target) => {
    const block = channelBlock(target);
    const [height, width] = [x.shape[1], x.shape[2]] as number[];
    const [rows, columns] = [height, width].map((size, i) => outputSize(size, attributes.kernel[i], attributes));
    const pays = block > 0 && blocksPay.forward(rows * columns);
    const blocked = pays && convolveBlocked(x, w, bias, attributes, block);
    if (blocked) return blocked;
    const y = im2col(x, windowsOf([x.shape[0], rows, columns], attributes)).matmul(w);
    return bias ? y.add(bias) : y;
  },
  gradient: (dy, [x, w, bias], attributes): Tensor[] => [
    spread([dy, w], { ...attributes, height: x.shape[1] as number, width: x.shape[2] as number }),
    correlate([x, dy], attributes),
    ...(bias ? [dy.sum([0, 1, 2])] : []),
  ],
  examples: [
    {
      shapes: [
        [2, 5, 4, 2],
        [18, 3],
      ],
      attributes: { kernel: [3, 3], stride: 1, padding: 1 },
    },
    {
      shapes: [
        [1, 6, 8, 1],
        [16, 2],
      ],
      attributes: { kernel: [4, 4], stride: 2, padding: 1 },
    },
    {
      shapes: [
        [2, 5, 7, 2],
        [12, 2],
      ],
      attributes: { kernel: [2, 3], stride: 2, padding: 1 },
    },
    {
      shapes: [
        [2, 2, 3, 3],
        [3, 2],
      ],
      attributes: { kernel: [1, 1], stride: 1, padding: 0 },
    },
  ],
});

const spread = op<Sized>("conv2dInput", {
  shape: ([y, w, bias], { kernel, height, width }) => {
    const inner = (w[0] as number) / (kernel[0] * kernel[1]);
    checkBias("convTranspose2d", bias, inner);
    return [y[0], height, width, inner];
  },
  reference: ([y, w, bias], attributes, shape) =>
    plus(contract("x", shape, shape, y.shape, attributes, { w, y }), bias),
  lower: "none",
  decompose: ([y, w, bias], attributes, target) => {
    const block = channelBlock(target);
    const { kernel, stride, height, width } = attributes;
    const channels = (w.shape[0] as number) / (kernel[0] * kernel[1]);
    const pays = block > 0 && blocksPay.spread(height * width, stride, channels);
    const blocked = pays && spreadBlocked(y, w, bias, attributes, block);
    if (blocked) return blocked;
    const x = spreadWindows(y, w, attributes, target);
    return bias ? x.add(bias) : x;
  },
  gradient: (dx, [y, w, bias], { kernel, stride, padding }): Tensor[] => {
    const attributes = { kernel, stride, padding };
    return [convolve([dx, w], attributes), correlate([dx, y], attributes), ...(bias ? [dx.sum([0, 1, 2])] : [])];
  },
  examples: [
    {
      shapes: [
        [2, 3, 4, 2],
        [16, 2],
      ],
      attributes: { kernel: [4, 4], stride: 2, padding: 1, height: 6, width: 8 },
    },
    {
      shapes: [
        [1, 3, 2, 2],
        [18, 2],
      ],
      attributes: { kernel: [3, 3], stride: 2, padding: 1, height: 6, width: 3 },
    },
    {
      shapes: [
        [1, 3, 4, 2],
        [9, 2],
      ],
      attributes: { kernel: [3, 3], stride: 1, padding: 1, height: 3, width: 4 },
    },
  ],
});

const correlate = op<Kernel>("conv2dWeight", {
  shape: ([x, y], { kernel }) => [kernel[0] * kernel[1] * (x[3] as number), y[3]],
  reference: ([x, y], attributes, shape) => contract("w", shape, x.shape, y.shape, attributes, { x, y }),
  lower: "none",
  decompose: ([x, y], attributes, target) => {
    const block = channelBlock(target);
    const pays = block > 0 && blocksPay.weight((y.shape[1] as number) * (y.shape[2] as number));
    const blocked = pays && correlateBlocked(x, y, attributes, block);
    if (blocked) return blocked;
    const windows = im2col(x, windowsOf(y.shape, attributes));
    return windows.reshape([-1, windows.shape[3]]).matmul(y.reshape([-1, y.shape[3]]), { transposeA: true });
  },
  gradient: (dw, [x, y], attributes): Tensor[] => [
    spread([y, dw], { ...attributes, height: x.shape[1] as number, width: x.shape[2] as number }),
    convolve([x, dw], attributes),
  ],
  examples: [
    {
      shapes: [
        [2, 5, 4, 2],
        [2, 5, 4, 2],
      ],
      attributes: { kernel: [3, 3], stride: 1, padding: 1 },
    },
    {
      shapes: [
        [2, 6, 6, 1],
        [2, 3, 3, 2],
      ],
      attributes: { kernel: [4, 4], stride: 2, padding: 1 },
    },
  ],
});

function withBias(inputs: readonly Tensor[], bias: Tensor | undefined): readonly Tensor[] {
  return bias ? [...inputs, bias] : inputs;
}

function checkBias(name: string, bias: Shape | undefined, channels: Shape[number]): void {
  if (bias && (bias.length !== 1 || bias[0] !== channels)) throw shapeError(name, `bias must be [${channels}]`, bias);
}

/** x with a bias [C] added to its last axis. */
function plus({ shape, data }: NdArray, bias: NdArray | undefined): NdArray {
  const channels = shape.at(-1)!;
  return bias ? { shape, data: data.map((value, i) => value + bias.data[i % channels]) } : { shape, data };
}

function kernelOf(name: string, { kernel, stride = 1, padding = 0 }: ConvOptions): Kernel {
  const sides: readonly [number, number] = typeof kernel === "number" ? [kernel, kernel] : kernel;
  if (![...sides, stride].every((n) => Number.isInteger(n) && n > 0) || !Number.isInteger(padding) || padding < 0)
    throw new VaekitError(
      "E_SHAPE",
      `${name}: invalid kernel ${sides.join("x")}, stride ${stride}, padding ${padding}`,
    );
  return { kernel: sides, stride, padding };
}

/**
 * Convolution, x [B, H, W, C] and w [kh*kw*C, O] -> [B, (H + 2p - kh)/s + 1, (W + 2p - kw)/s + 1, O], rounded down. Row
 * (ky*kw + kx)*C + c of w belongs to kernel place (ky, kx); the kernel is not flipped (cross-correlation).
 */
export function conv2d(x: Tensor, w: Tensor, options: ConvOptions): Tensor {
  return convolve(withBias([x, w], options.bias), kernelOf("conv2d", options));
}

/**
 * Transposed convolution, x [B, H, W, C] and w [kh*kw*C, O] -> [B, (H-1)s - 2p + kh + outputPadding, ..., O]: the data
 * gradient of a convolution from O to C channels (Dumoulin & Visin 2016, chapter 4). Row (ky*kw + kx)*C + c of w belongs
 * to kernel place (ky, kx) and input channel c. `outputPadding` (below the stride) chooses among the sizes that a
 * convolution would round down to H.
 */
export function convTranspose2d(
  x: Tensor,
  w: Tensor,
  options: ConvOptions & { readonly outputPadding?: number | readonly [number, number] },
): Tensor {
  const attributes = kernelOf("convTranspose2d", options);
  const { kernel, stride, padding } = attributes;
  const { outputPadding = 0 } = options;
  const extra = typeof outputPadding === "number" ? [outputPadding, outputPadding] : outputPadding;
  const [height, width, channels] = pictureOf("convTranspose2d", x.shape, w.shape);
  const places = kernel[0] * kernel[1];
  if (w.rank !== 2 || w.shape[0] !== places * channels)
    throw shapeError("convTranspose2d", `weights must be [${kernel.join("*")}*${channels}, O]`, x.shape, w.shape);
  if (extra.some((count) => !Number.isInteger(count) || count < 0 || count >= stride))
    throw new VaekitError(
      "E_SHAPE",
      `convTranspose2d: outputPadding must be 0..${stride - 1}, got ${extra.join(", ")}`,
    );
  const [tall, wide] = [height, width].map((size, i) => (size - 1) * stride - 2 * padding + kernel[i] + extra[i]);
  if (tall < 1 || wide < 1) throw shapeError("convTranspose2d", `padding ${padding} leaves nothing`, x.shape, w.shape);
  const outer = w.shape[1] as number;
  const swapped = w
    .reshape([places, channels, outer])
    .transpose([0, 2, 1])
    .reshape([places * outer, channels]);
  return spread(withBias([x, swapped], options.bias), { ...attributes, height: tall, width: wide });
}
