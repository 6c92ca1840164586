/** The data gradient of a convolution, which is also the transposed convolution, in products that a device does fast. */

import { isCpu, type Target } from "../op.js";
import type { Tensor } from "../tensor.js";
import { col2im, im2col } from "./im2col.js";
import { constant } from "./source.js";

/** How a kernel moves over a picture; `padding` zeros lie on each side. */
export interface Kernel {
  readonly kernel: readonly [number, number];
  readonly stride: number;
  readonly padding: number;
}
/** Also the size of the large picture, which stride hides. */
export interface Sized extends Kernel {
  readonly height: number;
  readonly width: number;
}
/** Up to this many channels of the large picture, adding windows up beats a product of their phases (CPU, measured). */
const FEW_CHANNELS = 4;

/** y [B, rows, columns, O] and w [kh*kw*C, O] -> [B, height, width, C]: each y[i] adds y[i] w to the window it came from. */
export function spreadWindows(y: Tensor, w: Tensor, attributes: Sized, target: Target): Tensor {
  const { kernel, stride } = attributes;
  const channels = (w.shape[0] as number) / (kernel[0] * kernel[1]);
  const uneven = kernel.some((size) => size % stride !== 0);
  const add = isCpu(target) && (uneven || channels <= FEW_CHANNELS);
  return add ? spreadByAdding(y, w, attributes) : spreadByPhases(y, w, attributes);
}

/**
 * x[h] = sum of y[i] w[k] over i*s + k = h + p, as an ordinary product: the large picture is cut into blocks of s x s
 * pixels (h + p = s*q + r), and all s*s phases r of block q see the same y[q - j], with weights w[s*j + r] (Shi et al.
 * 2016, "sub-pixel convolution"). Kernels that s does not divide are filled up with zeros. With s = 1 this is the
 * convolution of the padded y with the kernel turned by half a turn.
 */
function spreadByPhases(y: Tensor, w: Tensor, { kernel, stride, padding, height, width }: Sized): Tensor {
  const outer = w.shape[1] as number;
  const inner = (w.shape[0] as number) / (kernel[0] * kernel[1]);
  const taps = kernel.map((size) => Math.ceil(size / stride)) as [number, number];
  const first = Math.floor(padding / stride); // the first block that is not padding alone
  const [high, wide] = [height, width].map((size) => Math.floor((size - 1 + padding) / stride) - first + 1);

  const rows = im2col(y, {
    kernel: taps,
    stride: 1,
    top: taps[0] - 1 - first,
    left: taps[1] - 1 - first,
    rows: high,
    columns: wide,
  });
  // [kh, kw, C, O] -> [jy, ry, jx, rx, C, O] -> the order of the windows, which see y[q - j] with j falling.
  const weights = w
    .reshape([kernel[0], kernel[1], inner, outer])
    .pad(0, 0, taps[0] * stride - kernel[0])
    .pad(1, 0, taps[1] * stride - kernel[1])
    .reshape([taps[0], stride, taps[1], stride, inner, outer])
    .flip(0)
    .flip(2)
    .transpose([0, 2, 5, 1, 3, 4])
    .reshape([taps[0] * taps[1] * outer, stride * stride * inner]);
  const blocks = rows.matmul(weights);
  if (stride === 1) return blocks;
  const pixels = phaseIndices(high, wide, stride, padding - first * stride, height, width);
  return blocks
    .reshape([y.shape[0], high * wide * stride * stride, inner])
    .gather(pixels, 1)
    .reshape([y.shape[0], height, width, inner]);
}

/** The windows' values as one product, [C*kh*kw, O] x [O, rows*columns] per record, then added where they overlap. */
function spreadByAdding(y: Tensor, w: Tensor, attributes: Sized): Tensor {
  const [rows, columns, outer] = y.shape.slice(1) as number[];
  const places = attributes.kernel[0] * attributes.kernel[1];
  const inner = (w.shape[0] as number) / places;
  const weights = w
    .reshape([places, inner, outer])
    .transpose([1, 0, 2])
    .reshape([inner * places, outer]);
  const windows = weights.matmul(y.reshape([y.shape[0], rows * columns, outer]).transpose([0, 2, 1]));
  return col2im(windows, attributes).transpose([0, 2, 3, 1]);
}

const knownPhases = new Map<string, Int32Array>();

/** For each pixel of the large picture its place among the blocks' phases, [height * width]; `before` are cropped. */
function phaseIndices(
  high: number,
  wide: number,
  stride: number,
  before: number,
  height: number,
  width: number,
): Tensor {
  const key = [high, wide, stride, before, height, width].join();
  let indices = knownPhases.get(key);
  if (!indices) {
    indices = new Int32Array(height * width);
    for (let h = 0; h < height; h++)
      for (let w = 0; w < width; w++) {
        const [i, j] = [h + before, w + before];
        const block = Math.floor(i / stride) * wide + Math.floor(j / stride);
        indices[h * width + w] = (block * stride + (i % stride)) * stride + (j % stride);
      }
    knownPhases.set(key, indices);
  }
  return constant(indices, [height * width], "int32");
}
