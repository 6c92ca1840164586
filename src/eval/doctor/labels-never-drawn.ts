/** Common labels that a model does not draw: it has forgotten a part of the data. */

import { ROW } from "../../fields/cells.js";
import { fitCommand } from "./command.js";
import { check } from "./finding.js";

const NAMED = 3;
const MORE = 2;

export const labelsNeverDrawn = check({
  name: "labels-never-drawn",
  summary: "labels of more than 1 % of the records that no row drawn has",
  form: ROW,
  needs: ["rows"],
  look(patient, { rows: { drawn, neverDrawn } }) {
    if (neverDrawn.length === 0) return null;
    const named = neverDrawn
      .slice(0, NAMED)
      .map(
        ({ column, label, share }) =>
          `${column} ${JSON.stringify(label)} (${(100 * share).toFixed(1)} % of the records)`,
      );
    const more = neverDrawn.length > NAMED ? `, and ${neverDrawn.length - NAMED} more` : "";
    return {
      code: "labels-never-drawn",
      severity: "warning",
      problem: "Labels that are common in the data do not occur in rows drawn from the model.",
      evidence: `in ${drawn} rows none with ${named.join(", ")}${more}`,
      reference: `each label of more than 1 % of the records: some ${Math.round(drawn / 100)} times or more`,
      remedy: `Train longer: ${fitCommand(patient, { epochs: MORE * Number(patient.config.training.epochs ?? 0) || null })}`,
    };
  },
});
