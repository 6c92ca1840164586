/** Records kept aside that the model was trained on: validation then measures memory (Barz & Denzler 2020, on CIFAR). */

import { check } from "./finding.js";

/** Above this share of the records kept aside the validation loss is not to be trusted; below, it hardly moves. */
const MANY = 0.01;

export const duplicates = check({
  name: "copies-in-validation",
  summary: "records kept aside that are among the training records too",
  needs: ["copies"],
  look({ config }, { copies: { aside, copies, example } }) {
    if (copies === 0) return null;
    return {
      code: "copies-in-validation",
      severity: copies > MANY * aside ? "warning" : "notice",
      problem: "Records kept aside for validation are among the training records too, byte for byte.",
      evidence: `${copies} of ${aside} records kept aside (${((100 * copies) / aside).toFixed(1)} %), such as ${example}`,
      reference: `none; up to ${MANY * 100} % hardly moves the loss`,
      remedy: `Remove copies from the data, or measure on other data: vaekit evaluate MODEL OTHER-DATA (data: ${config.data.name})`,
    };
  },
});
