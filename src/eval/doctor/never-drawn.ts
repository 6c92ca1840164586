/** Common labels that no row drawn from a model has. */

import type { RowsCheckup } from "../../model/checkup.js";
import { FEWEST_NAMED } from "../tables/marginals.js";
import { hasLabels, labelCodes, type Rows } from "../tables/rows.js";

/** Labels with a larger share of the `records` trained on are common; those of a few rows are not named. */
const COMMON = 0.01;

export function neverDrawn(drawn: Rows, records: number): Pick<RowsCheckup, "drawn" | "neverDrawn"> {
  const lacking = drawn.fields.filter(hasLabels).flatMap((field) => {
    const seen = new Set(labelCodes(drawn, field).codes);
    const { labels, shares } = field.schema as unknown as Record<"labels", string[]> & Record<"shares", number[]>;
    return labels.flatMap((label, code) =>
      shares[code] > COMMON && shares[code] * records >= FEWEST_NAMED && !seen.has(code)
        ? [{ column: field.name, label, share: shares[code] }]
        : [],
    );
  });
  return { drawn: drawn.count, neverDrawn: lacking.sort((a, b) => b.share - a.share) };
}
