/** Convolution of pictures [B, H, W, C] and its transpose, which undoes its shape. */

import type { Tensor } from "../graph/ops.js";
import type { Ctx } from "./ctx.js";
import { fanInUniform, type Initializer, transposedUniform, zeros } from "./init.js";

export interface ConvOptions {
  readonly channels: number;
  readonly kernel: number;
  readonly stride: number;
  readonly padding: number;
  readonly weight?: Initializer;
  readonly bias?: Initializer;
}

/** [B, H, W, C] -> [B, (H + 2p - k) / s + 1, .., channels]. W [k*k*C, channels] starts uniform in ±1/sqrt(fan-in), b at 0. */
export function conv(ctx: Ctx, x: Tensor, options: ConvOptions): Tensor {
  const { channels, kernel, stride, padding, weight = fanInUniform, bias = zeros } = options;
  const rows = kernel * kernel * (x.shape[3] as number);
  return x.conv2d(ctx.param("weight", [rows, channels], weight), {
    kernel,
    stride,
    padding,
    bias: ctx.param("bias", [channels], bias),
  });
}

/** [B, H, W, C] -> [B, (H - 1) s - 2p + k + extra, .., channels]. `extra` rows and columns at the end reach odd sizes. */
export function convTranspose(
  ctx: Ctx,
  x: Tensor,
  options: ConvOptions & { readonly extra?: readonly [number, number] },
): Tensor {
  const { channels, kernel, stride, padding, extra = [0, 0], bias = zeros } = options;
  const weight = options.weight ?? transposedUniform(kernel * kernel);
  const rows = kernel * kernel * (x.shape[3] as number);
  return x.convTranspose2d(ctx.param("weight", [rows, channels], weight), {
    kernel,
    stride,
    padding,
    outputPadding: extra,
    bias: ctx.param("bias", [channels], bias),
  });
}
