/** Values of several fields as rows. */

import type { Field } from "../fields/list.js";
import { concat, type Tensor } from "../graph/ops.js";
import { rowsOf } from "../nn/rows.js";
import type { Values } from "./parts.js";

/** Values of these fields side by side, [B, sum of sizes]. */
export function valuesOf(record: Values, fields: readonly Field[]): Tensor {
  const parts = fields.map(({ name }) => rowsOf(record[name]));
  return parts.length === 1 ? parts[0] : concat(parts, 1);
}
