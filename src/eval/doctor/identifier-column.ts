/** A column that names its rows: a model learns nothing from it but names, and may give them away. */

import { ROW } from "../../fields/cells.js";
import { fieldsOf } from "../../fields/list.js";
import { dropped, fitCommand } from "./command.js";
import { check } from "./finding.js";

/** Labels that are hardly ever repeated: more of them than this share of the records. */
const MOST_LABELS = 0.5;
/** In smaller tables labels of few rows each are no names. */
const FEW_RECORDS = 50;

export const identifierColumn = check({
  name: "identifier-column",
  summary: "a column with a label of its own for nearly every record",
  form: ROW,
  needs: [],
  foresees: true,
  look(patient) {
    const { schema, facts } = patient.config;
    const columns = fieldsOf(schema)
      .map(({ name, schema: { labels } }) => ({ name, labels: Array.isArray(labels) ? labels.length : 0 }))
      .sort((a, b) => b.labels - a.labels);
    const [worst] = columns;
    if (facts.count < FEW_RECORDS || worst.labels <= MOST_LABELS * facts.count) return null;
    const all = columns.filter(({ labels }) => labels > MOST_LABELS * facts.count).map(({ name }) => name);
    return {
      code: "identifier-column",
      severity: "warning",
      problem: `Column "${worst.name}" names its records: a model learns its labels by heart and may draw those of real records.`,
      evidence: `${worst.labels} labels in ${facts.count} records`,
      reference: `at most ${100 * MOST_LABELS} labels for 100 records`,
      remedy: `Leave it out: ${fitCommand(patient, { drop: dropped(patient.config, all) })}`,
    };
  },
});
