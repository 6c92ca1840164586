/** What fully connected layers see of fields. */

import { columnsAt } from "../dist/segments.js";
import type { NumberInputs } from "../fields/codes.js";
import type { Field } from "../fields/list.js";
import { concat, type Tensor } from "../graph/ops.js";
import type { Values } from "./parts.js";
import { valuesOf } from "./values.js";

/** What all fields show to a fully connected net, [B, F]: kind by kind. */
export function featuresOf(
  record: Values,
  fields: readonly Field[],
  keep: Tensor | null,
  numbers: NumberInputs,
): Tensor {
  const kinds = [...new Set(fields.map(({ kind }) => kind))];
  const parts = kinds.map((kind) => {
    const own = fields.filter((field) => field.kind === kind);
    const keeping =
      keep &&
      columnsAt(
        keep,
        own.map((field) => fields.indexOf(field)),
      );
    return kind.features(valuesOf(record, own), own, keeping, numbers);
  });
  return parts.length === 1 ? parts[0] : concat(parts, 1);
}
