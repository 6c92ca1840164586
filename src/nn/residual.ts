/** A residual block with pre-activation (He et al. 2016), group norm and SiLU. */

import type { Tensor } from "../graph/ops.js";
import { conv } from "./conv.js";
import type { Ctx } from "./ctx.js";
import { zeros } from "./init.js";
import { groupNorm } from "./norm.js";

/** x + conv2(silu(norm2(conv1(silu(norm1(x)))))), 3x3, [B, H, W, C] -> the same. Starts as the identity: conv2's weights at 0. */
export function residualBlock(ctx: Ctx, x: Tensor, { groups }: { readonly groups: number }): Tensor {
  const options = { channels: x.shape[3] as number, kernel: 3, stride: 1, padding: 1 };
  const hidden = conv(ctx.at("conv1"), groupNorm(ctx.at("norm1"), x, { groups }).silu(), options);
  return x.add(
    conv(ctx.at("conv2"), groupNorm(ctx.at("norm2"), hidden, { groups }).silu(), { ...options, weight: zeros }),
  );
}
