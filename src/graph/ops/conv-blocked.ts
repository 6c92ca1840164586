/**
 * The three faces of a convolution (conv.ts) as convolutions of blocked pictures (blocks.ts): a rule for CPUs. Each gives
 * null for shapes that it cannot do; conv-choice.ts says where it pays.
 */

import type { Tensor } from "../tensor.js";
import { blockedConvolution, intoChannelBlocks, pixelsOfBlocks, planesOfBlocks } from "./blocks.js";
import type { Kernel, Sized } from "./conv-spread.js";
import { concat } from "./shape.js";
import { constant } from "./source.js";

/** x [B, H, W, C], w [kh*kw*C, O], bias [O] -> [B, rows, columns, O]. */
export function convolveBlocked(
  x: Tensor,
  w: Tensor,
  bias: Tensor | undefined,
  { kernel, stride, padding }: Kernel,
  block: number,
): Tensor | null {
  if (!suits(x, kernel, block)) return null;
  const pads = [padding, padding, padding, padding] as const;
  const outer = w.shape[1] as number;
  const filter = filterOf(w.reshape([...kernel, -1, outer]), block);
  const y = blockedConvolution(channelsOf(x, block), filter, padded(bias, block), {
    kernel,
    stride,
    dilation: 1,
    pads,
  });
  return pictureOf(planesOfBlocks(y, outer));
}

/**
 * y [B, rows, columns, O], w [kh*kw*C, O], bias [C] -> [B, height, width, C]. Pixels h with the same r = (h + p) mod s see
 * the kernel's places r, s + r, 2s + r...: an ordinary convolution for each r, whose results are then interleaved.
 */
export function spreadBlocked(
  y: Tensor,
  w: Tensor,
  bias: Tensor | undefined,
  { kernel, stride, padding, height, width }: Sized,
  block: number,
): Tensor | null {
  const inner = (w.shape[0] as number) / (kernel[0] * kernel[1]);
  if (!suits(y, kernel, block)) return null;
  const [rows, columns] = [0, 1].map((axis) =>
    phases(kernel[axis], stride, padding, [height, width][axis], y.shape[1 + axis] as number),
  );
  if (!rows || !columns) return null;
  const outer = w.shape[1] as number;
  const turned = w
    .reshape([kernel[0] * kernel[1], inner, outer])
    .flip(0)
    .transpose([0, 2, 1])
    .reshape([...kernel, outer, inner]);
  const picture = channelsOf(y, block);
  const offset = padded(bias, block);
  const phase = (row: Phase, column: Phase): Tensor => {
    const filter = filterOf(
      turned.slice(0, row.first, kernel[0], stride).slice(1, column.first, kernel[1], stride),
      block,
    );
    const attributes = {
      kernel: [row.taps, column.taps] as const,
      stride: 1,
      dilation: 1,
      pads: [row.before, column.before, row.after, column.after] as const,
    };
    return blockedConvolution(picture, filter, offset, attributes);
  };
  if (stride === 1) return pictureOf(planesOfBlocks(phase(rows[0], columns[0]), inner));
  const found = rows.map((row) => columns.map((column) => phase(row, column)));
  if (inner % block === 0) {
    const whole = interleaved(found, [height, width]).reshape([y.shape[0], inner / block, height, width, block]);
    return pictureOf(planesOfBlocks(whole, inner));
  }
  const pixels = found.map((line) => line.map((part) => pictureOf(planesOfBlocks(part, inner))));
  return interleaved(pixels, [height, width]).reshape([y.shape[0], height, width, inner]);
}

/** Parts [.., H/s, W/s, c] by row and column, so that the pixels of each come every s rows and columns: [.., H*W*c]. */
function interleaved(parts: readonly (readonly Tensor[])[], [height, width]: readonly [number, number]): Tensor {
  const size = parts[0][0].shape.at(-1) as number;
  const lines = parts.map((line) =>
    concat(
      line.map((part) => part.reshape([-1, size])),
      1,
    ).reshape([-1, width * size]),
  );
  return concat(lines, 1).reshape([-1, height * width * size]);
}

/**
 * x [B, H, W, C], y [B, rows, columns, O] -> [kh*kw*C, O]. With the roles of batch and channels exchanged the sum over
 * pictures and places is a convolution too: C pictures of B channels, O filters as large as y, a result of the kernel's
 * size.
 */
export function correlateBlocked(
  x: Tensor,
  y: Tensor,
  { kernel, stride, padding }: Kernel,
  block: number,
): Tensor | null {
  const [batch, height, width, inner] = x.shape as number[];
  const [, rows, columns, outer] = y.shape as number[];
  if (typeof batch !== "number" || batch % block !== 0 || kernel[0] * kernel[1] === 1) return null;
  const turned = kernel.map((size) => size - 1 - padding);
  if (stride === 1 && outer < inner && outer < block && Math.min(...turned) >= 0) {
    // Few filters would leave most of a block empty: y as pictures and x as filters, which turns the kernel around.
    const dw = acrossBatch(
      y,
      x,
      { reach: [height + kernel[0] - 1, width + kernel[1] - 1], before: turned, dilation: 1 },
      block,
    );
    return dw
      .transpose([2, 3, 1, 0])
      .reshape([kernel[0] * kernel[1], inner, outer])
      .flip(0)
      .reshape([-1, outer]);
  }
  const spare = columnsAtOnce(kernel[1], block, rows * columns) - kernel[1];
  const reach = [kernel[0] + stride * (rows - 1), kernel[1] + spare + stride * (columns - 1)];
  const dw = acrossBatch(x, y, { reach, before: [padding, padding], dilation: stride }, block).slice(3, 0, kernel[1]);
  return dw.transpose([2, 3, 0, 1]).reshape([-1, outer]);
}

/** Filters of so many places are more than a core's nearest cache holds. */
const LARGE_FILTER = 256;

/**
 * Columns of a result to compute where `wanted` are needed. Kernels for blocks of 16 do six, three or one at once, and read
 * all filters each time: where these are large, that takes longer than two columns too many.
 */
function columnsAtOnce(wanted: number, block: number, places: number): number {
  return block === 16 && (wanted === 4 || wanted === 5) && places >= LARGE_FILTER ? 6 : wanted;
}

interface Windows {
  /** Pixels that windows see downwards and sideways, counted from the first zero before the picture. */
  readonly reach: readonly number[];
  /** Zeros before the picture. */
  readonly before: readonly number[];
  readonly dilation: number;
}

/** Pictures x [B, H, W, N] and filters y [B, rows, columns, M] -> [N, M, ..]: convolutions that sum over the batch. */
function acrossBatch(x: Tensor, y: Tensor, { reach, before, dilation }: Windows, block: number): Tensor {
  const [batch, height, width] = x.shape as number[];
  const [, rows, columns, filters] = y.shape as number[];
  const seen = planesOf(x)
    .transpose([1, 0, 2, 3])
    .slice(2, 0, Math.min(height, reach[0] - before[0]))
    .slice(3, 0, Math.min(width, reach[1] - before[1]));
  const groups = Math.ceil(filters / block);
  // [B/b, b, O/b, rows, columns, b] -> [O/b, B/b, b (of B), rows, columns, b] -> [O/b, B/b, rows, columns, b (of B), b]
  const filter = pixelsOfBlocks(
    intoChannelBlocks(planesOf(filledUp(y, block)), block)
      .reshape([batch / block, block, groups, rows * columns * block])
      .transpose([2, 0, 1, 3])
      .reshape([(groups * batch) / block, block, rows, columns, block]),
  ).reshape([groups, batch / block, rows, columns, block, block]);
  const attributes = {
    kernel: [rows, columns] as const,
    stride: 1,
    dilation,
    pads: [before[0], 0, Math.max(0, reach[0] - before[0] - height), 0] as const,
  };
  // Zeros at the sides are written out: the kernels handle few columns at their best only where none is outside.
  const picture = withColumns(intoChannelBlocks(seen, block), before[1], Math.max(0, reach[1] - before[1] - width));
  return planesOfBlocks(blockedConvolution(picture, filter, undefined, attributes), filters);
}

/** Zeros before and after the columns of a blocked picture; joining is twice as fast as padding. */
function withColumns(x: Tensor, before: number, after: number): Tensor {
  const zeros = (count: number): Tensor[] =>
    count === 0 ? [] : [constant(0).broadcastTo(x.shape.map((size, axis) => (axis === 3 ? count : size)))];
  return concat([...zeros(before), x, ...zeros(after)], 3);
}

function suits(x: Tensor, kernel: readonly [number, number], block: number): boolean {
  const channels = x.shape[3] as number;
  return kernel[0] * kernel[1] > 1 && (channels % block === 0 || channels < block);
}

/** [N, H, W, C] as planes [N, C, H, W]. */
function planesOf(x: Tensor): Tensor {
  return x.transpose([0, 3, 1, 2]);
}

/** Planes as a picture [N, H, W, C]. */
function pictureOf(planes: Tensor): Tensor {
  return planes.transpose([0, 2, 3, 1]);
}

/** A picture as blocked convolutions want it: in blocks, or as planes where its channels do not fill one. */
function channelsOf(x: Tensor, block: number): Tensor {
  return (x.shape[3] as number) % block === 0 ? intoChannelBlocks(planesOf(x), block) : planesOf(x);
}

/** w [kh, kw, C, O] -> [O/b, C/b, kh, kw, b, b], or [O/b, C, kh, kw, b]; O is filled up with zeros. */
function filterOf(w: Tensor, block: number): Tensor {
  const [kh, kw, inner] = w.shape as number[];
  const filled = filledUp(w, block);
  if (inner % block !== 0) return filled.reshape([kh, kw, inner, -1, block]).transpose([3, 2, 0, 1, 4]);
  return filled.reshape([kh, kw, inner / block, block, -1, block]).transpose([4, 2, 0, 1, 3, 5]);
}

/** The last axis filled up with zeros to whole blocks. */
function filledUp(x: Tensor, block: number): Tensor {
  const size = x.shape.at(-1) as number;
  return x.pad(-1, 0, Math.ceil(size / block) * block - size);
}

function padded(bias: Tensor | undefined, block: number): Tensor | undefined {
  return bias && filledUp(bias, block);
}

interface Phase {
  /** Its first place in the kernel turned by half a turn. */
  readonly first: number;
  readonly taps: number;
  /** Zeros before and after y. */
  readonly before: number;
  readonly after: number;
}

/**
 * One axis: pixels h = s q + r - p for q = q0, q0 + 1..., of which there are size / s, are sums over y[q - j] w[s j + r]. In
 * the order of their first pixels. Null where the phases are not alike.
 */
function phases(kernel: number, stride: number, padding: number, size: number, count: number): Phase[] | null {
  if (size % stride !== 0 || kernel < stride) return null;
  const found = Array.from({ length: stride }, (_, r) => {
    const q0 = Math.ceil((padding - r) / stride);
    const taps = Math.ceil((kernel - r) / stride);
    const before = taps - 1 - q0;
    const after = size / stride - 1 + taps - count - before;
    return { pixel: stride * q0 + r - padding, first: kernel - 1 - stride * (taps - 1) - r, taps, before, after };
  });
  if (found.some(({ before, after }) => before < 0 || after < 0)) return null;
  return found.sort((a, b) => a.pixel - b.pixel);
}
