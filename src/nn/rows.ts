/** A field's values as rows. */

import type { Tensor } from "../graph/ops.js";

/** [B, ...] -> [B, size]. */
export function rowsOf(x: Tensor): Tensor {
  return x.rank === 2 ? x : x.reshape([x.shape[0], -1]);
}
