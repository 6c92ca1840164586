/** Rows that are there more than once: a model learns those by heart first, and rows kept aside measure memory. */

import { ROW } from "../../fields/cells.js";
import { check } from "./finding.js";

const MOST = 0.05;
const GRAVE = 0.3;

export const repeatedRows = check({
  name: "repeated-rows",
  summary: "rows that equal another in every column",
  form: ROW,
  needs: ["rows"],
  look({ config }, { rows: { records, repeated } }) {
    const share = repeated / records;
    if (!(share > MOST)) return null;
    return {
      code: "repeated-rows",
      severity: share > GRAVE ? "warning" : "notice",
      problem:
        "Rows are there more than once: those that repeat most count most, and figures of rows kept aside flatter the model.",
      evidence: `${repeated} of ${records} rows (${(100 * share).toFixed(1)} %) equal one before them in every column that is modelled`,
      reference: `at most ${100 * MOST} %; more is usual only where few columns have few labels`,
      remedy: `Keep one of each, unless each stands for something that happened, and measure on other rows: vaekit evaluate MODEL OTHER-DATA (data: ${config.data.name})`,
    };
  },
});
