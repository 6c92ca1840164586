/** Dropout: units that are left out at random in training, so that none can rely on another (Srivastava et al. 2014). */

import { constant, type Tensor } from "../graph/ops.js";
import type { Shape } from "../graph/tensor.js";
import type { Ctx } from "./ctx.js";

/**
 * x with the share `rate` of its units at 0 and the others as much larger; unchanged in use. `over` is the shape of the mask,
 * which spreads to x: of 1 over time, a text loses the same units at every step (Gal & Ghahramani 2016).
 */
export function dropout(ctx: Ctx, x: Tensor, rate: number, over: Shape = x.shape): Tensor {
  if (rate === 0 || ctx.mode !== "train") return x;
  const keep = 1 - rate;
  return x.mul(
    ctx
      .noise("dropout", over, "uniform")
      .less(keep)
      .cast("float32")
      .mul(1 / keep),
  );
}

/** Tokens of which the share `rate` is `unknown` in training, so that what is written has to come from elsewhere (Bowman et al. 2016). */
export function wordDropout(
  ctx: Ctx,
  codes: Tensor,
  { rate, unknown }: { readonly rate: number; readonly unknown: number },
): Tensor {
  if (rate === 0 || ctx.mode !== "train") return codes;
  return ctx
    .noise("wordDropout", codes.shape, "uniform")
    .less(rate)
    .where(constant(unknown, [], "int32"), codes);
}
