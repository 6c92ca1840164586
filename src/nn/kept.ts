/** Fields that an encoder goes without in training, so that it can do without them. */

import type { Tensor } from "../graph/ops.js";
import type { Dim } from "../graph/tensor.js";
import type { Ctx } from "./ctx.js";

/**
 * 0 where the encoder shall not see a field [B, fields]. Of the share `hide` of the records it sees each field with a chance
 * that is drawn anew for the record, so that it learns q(z | any of the fields) as well.
 */
export function kept(ctx: Ctx, batch: Dim, fields: number, hide: number): Tensor {
  const chance = ctx.noise("hide", [batch, 1], "uniform");
  const draws = ctx.noise("keep", [batch, fields], "uniform");
  // Uniform in 0..1 for records whose draw is below `hide`, and 1 or more for the others.
  return chance.div(hide).sub(draws).step();
}
