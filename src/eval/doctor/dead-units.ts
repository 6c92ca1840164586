/** ReLU units that are 0 for every record: they pass nothing on and get no gradient (Maas et al. 2013; Lu et al. 2020). */

import { fitCommand } from "./command.js";
import { check } from "./finding.js";

/** Of a layer. Training leaves some units without use in health, most where much of a picture is always black. */
const MOST_SILENT = 0.5;

export const deadUnits = check({
  name: "dead-units",
  summary: "hidden units that are never active",
  needs: ["checkup"],
  look(patient, { checkup }) {
    const layers = Object.entries(checkup.layers).sort(([, a], [, b]) => b.silent / b.units - a.silent / a.units);
    const bad = layers.filter(([, { units, silent }]) => silent > MOST_SILENT * units);
    if (bad.length === 0) return null;
    const [[name, { units, silent }]] = bad;
    const others = bad.length > 1 ? `, and ${bad.length - 1} more of ${layers.length} layers` : "";
    return {
      code: "dead-units",
      severity: silent === units ? "fault" : "warning",
      problem: "Most units of a layer are dead: they are 0 whatever the record, and will never learn again.",
      evidence: `${silent} of ${units} units of ${name} never active over ${checkup.records} records${others}`,
      reference: `at most ${MOST_SILENT * 100} %`,
      remedy: `Steps that are too large kill units: ${fitCommand(patient, { "learning-rate": 5e-4, clip: 100 })}`,
    };
  },
});
