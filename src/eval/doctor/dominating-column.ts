/** A column that takes most of the likelihood: training then hardly looks at the others. */

import { ROW } from "../../fields/cells.js";
import { dropped, fitCommand } from "./command.js";
import { check } from "./finding.js";

const MOST = 0.6;
/** Of two columns one always has more than the other. */
const LEAST_COLUMNS = 4;

export const dominatingColumn = check({
  name: "dominating-column",
  summary: "a column that takes most of the likelihood",
  form: ROW,
  needs: ["rows", "checkup"],
  look(patient, { rows, checkup }) {
    const nats = Object.entries(rows.nats).sort(([, a], [, b]) => b - a);
    // A density may be above 1: such columns cost nothing.
    const total = nats.reduce((sum, [, own]) => sum + Math.max(0, own), 0);
    const [name, most] = nats[0] ?? ["", 0];
    if (nats.length < LEAST_COLUMNS || !(most > MOST * total)) return null;
    return {
      code: "dominating-column",
      severity: "warning",
      problem: `Column "${name}" takes most of the likelihood: scores are about it, and training hardly looks at the others.`,
      evidence: `${most.toFixed(1)} of ${total.toFixed(1)} nats, ${((100 * most) / total).toFixed(0)} %, over ${checkup.records} records`,
      reference: `at most ${100 * MOST} %`,
      remedy: `Leave it out where it is an identifier or noise: ${fitCommand(patient, { drop: dropped(patient.config, [name]) })}`,
    };
  },
});
