/** Columns as codes whatever they hold: labels as they are, numbers and times cut at deciles. */

import type { Field } from "../../fields/list.js";
import { quantile } from "./quantile.js";
import { type Codes, hasLabels, labelCodes, presentValues, type Rows } from "./rows.js";

const CUTS = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9];

/** The same cuts for all of `tables`: at the deciles of the first. An edge belongs to what it begins; missing comes last. */
export function cutColumn(tables: readonly Rows[], field: Field): Codes[] {
  if (hasLabels(field)) return tables.map((rows) => labelCodes(rows, field));
  const sorted = presentValues(tables[0], field).sort();
  const edges = [...new Set(CUTS.map((share) => quantile(sorted, share)))].filter(Number.isFinite);
  const missing = edges.length + 1;
  const codeOf = (value: number): number => {
    if (Number.isNaN(value)) return missing;
    let code = 0;
    while (code < edges.length && value >= edges[code]) code++;
    return code;
  };
  return tables.map(({ columns }) => ({
    codes: Int32Array.from(columns[field.name], codeOf),
    count: edges.length + 2,
  }));
}
