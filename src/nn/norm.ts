/** Group normalisation of pictures (Wu & He 2018). */

import type { Tensor } from "../graph/ops.js";
import type { Ctx } from "./ctx.js";
import { ones, zeros } from "./init.js";

/** [B, H, W, C] with mean 0 and variance 1 per record and group of channels, then a learned scale and shift per channel. */
export function groupNorm(ctx: Ctx, x: Tensor, { groups }: { readonly groups: number }): Tensor {
  const channels = x.shape[3] as number;
  return x.groupNorm(groups, ctx.param("weight", [channels], ones), ctx.param("bias", [channels], zeros));
}
