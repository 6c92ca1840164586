/** Windows of pictures as a matrix (Chellapilla et al. 2006): taking them out, and adding them up again. */

import { op } from "../op.js";
import { shapeError, type Tensor } from "../tensor.js";
import { forEachIndex, sizeOfShape } from "./arrays.js";
import { padAxes } from "./shape.js";
import { constant } from "./source.js";

/** Where windows lie on a picture [H, W]; pads may be negative, which crops. */
export interface Windows {
  readonly kernel: readonly [number, number];
  readonly stride: number;
  readonly top: number;
  readonly left: number;
  /** How many windows, downwards and sideways. */
  readonly rows: number;
  readonly columns: number;
}

/**
 * x [B, H, W, C] -> [B, rows, columns, kh*kw*C]: what each window sees, zeros outside the picture. Equal windows on an
 * equal picture are equal graphs, so that a convolution and its weight gradient share them.
 */
export function im2col(x: Tensor, windows: Windows): Tensor {
  const [height, width, channels] = x.shape.slice(1) as number[];
  const { kernel, stride, top, left, rows, columns } = windows;
  const [kh, kw] = kernel;
  if (kh === 1 && kw === 1 && stride === 1 && top === 0 && left === 0 && rows === height && columns === width) return x;
  // Neighbours that every window takes or leaves together move as one block.
  const block = greatestCommonDivisor(stride, kw);
  const down = room(height, top, (rows - 1) * stride + kh, 1);
  const across = room(width, left, (columns - 1) * stride + kw, block);
  const cropped = x.slice(1, down.from, down.to).slice(2, across.from, across.to);
  const padded = padAxes(cropped, { 1: [down.before, down.after], 2: [across.before, across.after] });
  const [high, wide] = padded.shape.slice(1) as number[];
  const blocks = padded.reshape([x.shape[0], (high * wide) / block, block * channels]);
  const indices = windowIndices(windows, wide, block);
  return blocks.gather(indices, 1).reshape([x.shape[0], rows, columns, kh * kw * channels]);
}

/** What to cut from an axis of `size` and to add so that it begins at `-before`, reaches `needed` and holds whole blocks. */
function room(size: number, before: number, needed: number, block: number) {
  const front = Math.max(before, 0);
  const from = Math.max(-before, 0);
  const rest = (front + size - from) % block;
  const to = front + size - from > needed && rest !== 0 ? from + needed - front : size;
  return { from, to, before: front, after: Math.max(needed - front - (to - from), 0) };
}

const known = new Map<string, Int32Array>();

/** Block numbers per window, [rows*columns, kh*kw/block]. Made once, so that equal ones are one constant. */
function windowIndices({ kernel: [kh, kw], stride, rows, columns }: Windows, wide: number, block: number): Tensor {
  const across = kw / block;
  const key = [kh, kw, stride, rows, columns, wide].join();
  let indices = known.get(key);
  if (!indices) {
    indices = new Int32Array(rows * columns * kh * across);
    let at = 0;
    for (let row = 0; row < rows; row++)
      for (let column = 0; column < columns; column++)
        for (let ky = 0; ky < kh; ky++)
          for (let kx = 0; kx < across; kx++)
            indices[at++] = ((row * stride + ky) * wide + column * stride) / block + kx;
    known.set(key, indices);
  }
  return constant(indices, [rows * columns, kh * across], "int32");
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}

interface Col2imAttributes {
  readonly kernel: readonly [number, number];
  readonly stride: number;
  readonly padding: number;
  readonly height: number;
  readonly width: number;
}
const col2imOp = op<Col2imAttributes>("col2im", {
  shape: ([x], { kernel, height, width }) => {
    const channels = (x[1] as number) / (kernel[0] * kernel[1]);
    if (x.length !== 3 || !Number.isInteger(channels)) throw shapeError("col2im", "needs [B, C*kh*kw, L]", x);
    return [x[0], channels, height, width];
  },
  reference: ([x], { kernel: [kh, kw], stride, padding }, shape) => {
    const [, channels, height, width] = shape;
    const columns = Math.floor((width + 2 * padding - kw) / stride) + 1;
    const data = new Float64Array(sizeOfShape(shape));
    forEachIndex(x.shape, (from, [b, row, at]) => {
      const place = row % (kh * kw);
      const h = Math.floor(at / columns) * stride + Math.floor(place / kw) - padding;
      const w = (at % columns) * stride + (place % kw) - padding;
      if (h < 0 || h >= height || w < 0 || w >= width) return;
      const channel = Math.floor(row / (kh * kw));
      data[((b * channels + channel) * height + h) * width + w] += x.data[from];
    });
    return { shape, data };
  },
  lower: ([x], { kernel, stride, padding, height, width }, onnx) =>
    onnx.node("Col2Im", [x, onnx.longs([height, width]), onnx.longs(kernel)], {
      strides: [stride, stride],
      pads: [padding, padding, padding, padding],
    }),
  gradient: "none",
  examples: [
    {
      shapes: [[2, 2 * 9, 6]],
      attributes: { kernel: [3, 3], stride: 2, padding: 1, height: 4, width: 6 },
    },
  ],
});
/** Windows added back where they overlap: x [B, C*kh*kw, L] -> [B, C, height, width]; only made by decompositions. */
export function col2im(x: Tensor, attributes: Col2imAttributes): Tensor {
  return col2imOp([x], attributes);
}
