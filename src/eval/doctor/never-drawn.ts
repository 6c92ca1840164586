/** Common labels that no row drawn from a model has. */

import type { RowsCheckup } from "../../model/checkup.js";
import { hasLabels, labelCodes, type Rows } from "../tables/rows.js";

/** Labels with a larger share of the training records are common. */
const COMMON = 0.01;

export function neverDrawn(drawn: Rows): Pick<RowsCheckup, "drawn" | "neverDrawn"> {
  const lacking = drawn.fields.filter(hasLabels).flatMap((field) => {
    const seen = new Set(labelCodes(drawn, field).codes);
    const { labels, shares } = field.schema as unknown as Record<"labels", string[]> & Record<"shares", number[]>;
    return labels.flatMap((label, code) =>
      shares[code] > COMMON && !seen.has(code) ? [{ column: field.name, label, share: shares[code] }] : [],
    );
  });
  return { drawn: drawn.count, neverDrawn: lacking.sort((a, b) => b.share - a.share) };
}
