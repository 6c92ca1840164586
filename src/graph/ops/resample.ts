/** Pictures [B, H, W, C] at other resolutions: pooling, nearest upsampling, depth to space and back. */

import { VaekitError } from "../../errors.js";
import { productOf, shapeError, type Tensor } from "../tensor.js";
import { im2col } from "./im2col.js";

function picture(name: string, x: Tensor): [height: number, width: number, channels: number] {
  const sizes = x.shape.slice(1);
  if (x.rank !== 4 || sizes.some((size) => typeof size === "string"))
    throw shapeError(name, "needs [B, H, W, C] with fixed H, W and C", x.shape);
  return sizes as [number, number, number];
}

function checkFactor(name: string, factor: number): void {
  if (!Number.isInteger(factor) || factor < 1)
    throw new VaekitError("E_SHAPE", `${name}: invalid factor ${factor}, expected a whole number from 1`);
}

/** Each channel group as a block of pixels, [B, H, W, f*f*C] -> [B, f*H, f*W, C]; channel (ry*f + rx)*C + c goes to pixel (ry, rx). */
export function depthToSpace(x: Tensor, factor: number): Tensor {
  checkFactor("depthToSpace", factor);
  const [height, width, depth] = picture("depthToSpace", x);
  const channels = depth / factor ** 2;
  if (!Number.isInteger(channels)) throw shapeError("depthToSpace", `${factor}*${factor} must divide C`, x.shape);
  return x
    .reshape([productOf([x.shape[0], height]), width, factor, factor * channels])
    .transpose([0, 2, 1, 3])
    .reshape([x.shape[0], height * factor, width * factor, channels]);
}

/** Blocks of f x f pixels as channels, [B, f*H, f*W, C] -> [B, H, W, f*f*C]; the inverse of depthToSpace. */
export function spaceToDepth(x: Tensor, factor: number): Tensor {
  checkFactor("spaceToDepth", factor);
  const [height, width, channels] = picture("spaceToDepth", x);
  if (height % factor !== 0 || width % factor !== 0)
    throw shapeError("spaceToDepth", `${factor} must divide H and W`, x.shape);
  const [rows, columns] = [height / factor, width / factor];
  return x
    .reshape([productOf([x.shape[0], rows]), factor, columns, factor * channels])
    .transpose([0, 2, 1, 3])
    .reshape([x.shape[0], rows, columns, factor * factor * channels]);
}

/** Each pixel f times in both directions (nearest neighbour), [B, H, W, C] -> [B, f*H, f*W, C]. */
export function upsample(x: Tensor, factor: number): Tensor {
  checkFactor("upsample", factor);
  const [height, width, channels] = picture("upsample", x);
  return x
    .reshape([productOf([x.shape[0], height]), 1, width, 1, channels])
    .broadcastTo([productOf([x.shape[0], height]), factor, width, factor, channels])
    .reshape([x.shape[0], height * factor, width * factor, channels]);
}

export interface PoolOptions {
  readonly kernel: number;
  /** Default: the kernel, so that windows do not overlap. */
  readonly stride?: number;
}

/** What each window sees, [B, rows, columns, k*k, C]; windows that reach over the edge are dropped. */
function windows(name: string, x: Tensor, { kernel, stride = kernel }: PoolOptions): Tensor {
  checkFactor(name, kernel);
  checkFactor(name, stride);
  const [height, width, channels] = picture(name, x);
  const [rows, columns] = [height, width].map((size) => Math.floor((size - kernel) / stride) + 1);
  if (rows < 1 || columns < 1) throw shapeError(name, `kernel ${kernel} is larger than the picture`, x.shape);
  return im2col(x, { kernel: [kernel, kernel], stride, top: 0, left: 0, rows, columns }).reshape([
    x.shape[0],
    rows,
    columns,
    kernel * kernel,
    channels,
  ]);
}

/** Mean of each k x k window, [B, H, W, C] -> [B, (H-k)/s + 1, (W-k)/s + 1, C], rounded down. */
export function averagePool(x: Tensor, options: PoolOptions): Tensor {
  return windows("averagePool", x, options).mean(3);
}

/** Largest of each k x k window, [B, H, W, C] -> [B, (H-k)/s + 1, (W-k)/s + 1, C], rounded down. */
export function maxPool(x: Tensor, options: PoolOptions): Tensor {
  return windows("maxPool", x, options).max(3);
}
